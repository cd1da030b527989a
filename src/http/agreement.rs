//! Page, calendar entry and UTC agree at every change of the clocks (PAINS P36): every zone that the machine knows, every
//! change from 2026 to 2030, hours around it.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use uuid::Uuid;

use super::calendar;
use super::schedule::Schedule;
use super::words::Words;
use crate::domain::draft::Draft;
use crate::domain::values::{EventStatus, Visibility};
use crate::store::pages::Page;

/// Minutes between a change and the start of an event.
const AROUND: [i64; 6] = [-90, -30, -1, 0, 30, 90];

fn page(zone: &str, start: DateTime, duration_min: u32) -> Page {
    let draft = Draft {
        name: Some("Night".to_owned()),
        date: Some(start.date()),
        time: Some(start.time()),
        duration_min: Some(duration_min),
        timezone: Some(zone.to_owned()),
        visibility: Some(Visibility::Public),
        ..Draft::default()
    };
    let updated_at = Timestamp::UNIX_EPOCH;
    Page {
        id: Uuid::nil(),
        slug: "night".to_owned(),
        status: EventStatus::Published,
        draft,
        begins: None,
        venue: None,
        organizer: None,
        updated_at,
        revision: 1,
    }
}

/// From this local time on the clock stands so many seconds from UTC.
struct Observance {
    onset: DateTime,
    offset_s: i64,
}

/// The value of a property, and its zone.
fn property<'a>(entry: &'a str, name: &str) -> (&'a str, bool) {
    let event = entry.split_once("BEGIN:VEVENT").unwrap().1;
    let line = event.lines().find(|line| line.split([';', ':']).next() == Some(name)).unwrap();
    (line.rsplit_once(':').unwrap().1, line.contains(";TZID="))
}

fn offset_s(text: &str) -> i64 {
    let (sign, digits) = text.split_at(1);
    let part = |from: usize| digits.get(from..from + 2).map_or(0, |part| part.parse::<i64>().unwrap());
    (part(0) * 3600 + part(2) * 60 + part(4)) * if sign == "-" { -1 } else { 1 }
}

fn observances(entry: &str) -> Vec<Observance> {
    let parts = entry.split("BEGIN:STANDARD").flat_map(|part| part.split("BEGIN:DAYLIGHT")).skip(1);
    let value =
        |part: &str, name: &str| part.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned)).unwrap();
    let of = |part: &str| Observance {
        onset: DateTime::strptime("%Y%m%dT%H%M%S", value(part, "DTSTART:")).unwrap(),
        offset_s: offset_s(&value(part, "TZOFFSETTO:")),
    };
    parts.map(of).collect()
}

/// An instant of a calendar entry, by the rules of RFC 5545 and nothing but the entry.
fn instant(entry: &str, name: &str) -> Timestamp {
    let (value, is_local) = property(entry, name);
    if !is_local {
        return Timestamp::strptime("%Y%m%dT%H%M%S%z", value.replace('Z', "+0000")).unwrap();
    }
    let local = DateTime::strptime("%Y%m%dT%H%M%S", value).unwrap();
    let all = observances(entry);
    let valid =
        all.iter().filter(|observance| observance.onset <= local).max_by_key(|observance| observance.onset).unwrap();
    let as_utc = local.to_zoned(TimeZone::UTC).unwrap().timestamp();
    as_utc - SignedDuration::from_secs(valid.offset_s)
}

fn check(zone: &TimeZone, name: &str, local: DateTime, duration_min: u32) {
    let place = format!("{name} {local} {duration_min}");
    let page = page(name, local, duration_min);
    let start = zone.to_timestamp(local).unwrap();
    let end = start + SignedDuration::from_mins(i64::from(duration_min));

    let words = Schedule::of(&page).when(Words::english()).unwrap();
    let machine = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(
        (machine(&words.start), machine(words.end.as_ref().unwrap())),
        (start, end),
        "page for machines: {place}"
    );
    let shown = |day: &str, hour: &str| DateTime::strptime("%A, %B %d, %Y %I:%M %p", format!("{day} {hour}")).unwrap();
    let wall = |moment: Timestamp| moment.to_zoned(zone.clone()).datetime();
    assert_eq!(shown(&words.day, words.hour.as_ref().unwrap()), wall(start), "page for people: {place}");
    let end_day = words.end_day.as_ref().unwrap_or(&words.day);
    assert_eq!(shown(end_day, words.end_hour.as_ref().unwrap()), wall(end), "end for people: {place}");

    let entry = calendar::entry(&page, "https://events.example/e/night", "events.example", Words::english()).unwrap();
    assert_eq!((instant(&entry, "DTSTART"), instant(&entry, "DTEND")), (start, end), "calendar: {place}\n{entry}");
}

#[test]
fn page_calendar_and_utc_agree_at_every_change_of_the_clocks() {
    let from: Zoned = "2026-01-01T00:00[UTC]".parse().unwrap();
    let until: Timestamp = "2031-01-01T00:00Z".parse().unwrap();
    let (mut zones, mut changes) = (0, 0);
    for name in jiff::tz::db().available() {
        let zone = TimeZone::get(name.as_str()).unwrap();
        zones += 1;
        check(&zone, name.as_str(), from.datetime(), 120);
        for change in zone.following(from.timestamp()).take_while(|change| change.timestamp() < until) {
            changes += 1;
            let before =
                zone.to_offset(change.timestamp() - SignedDuration::from_secs(1)).to_datetime(change.timestamp());
            for (index, minutes) in AROUND.into_iter().enumerate() {
                let local = before.checked_add(SignedDuration::from_mins(minutes)).unwrap();
                check(&zone, name.as_str(), local, if index % 2 == 0 { 45 } else { 150 });
            }
        }
    }
    assert!(zones > 300 && changes > 1_000, "only {zones} zones and {changes} changes: is the zone database there?");
}
