//! An event as a calendar entry (RFC 5545), written by hand.
//!
//! Promises: lines end with CR LF and hold at most 75 octets, never cutting a character; no text of an organizer can add a
//! line or a property; the identity stays the same over all versions, whose order the sequence number tells.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::place::Place;
use super::rhythm::Rhythm;
use super::schedule::Schedule;
use super::text::{clean, one_line};
use super::vtimezone;
use super::words::Words;
use crate::domain::values::EventStatus;
use crate::store::pages::Page;

/// Bytes of a line without its end (section 3.1).
const LINE: usize = 75;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The calendar file of an event; `None` while nobody knows its day. `url` is its page, `host` ours.
pub(super) fn entry(page: &Page, url: &str, host: &str, words: &Words) -> Option<String> {
    written(page, &Place::of(page), url, host, words)
}

/// The same for whoever has a ticket, with the link to join.
pub(super) fn guest_entry(page: &Page, url: &str, host: &str, words: &Words) -> Option<String> {
    written(page, &Place::with_link(page), url, host, words)
}

fn written(page: &Page, place: &Place, url: &str, host: &str, words: &Words) -> Option<String> {
    let schedule = Schedule::of(page);
    let rhythm = page.draft.recurrence.as_deref().and_then(Rhythm::parse);
    let times = times(&schedule)?;
    let mut lines: Vec<String> =
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//EventOS//EventOS Wizard//EN", "CALSCALE:GREGORIAN"]
            .map(str::to_owned)
            .into();
    lines.extend(zone_lines(&schedule, rhythm.is_some()));
    let changed = page.updated_at.strftime("%Y%m%dT%H%M%SZ");
    let cancelled = page.status == EventStatus::Cancelled;
    lines.extend([
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@{host}", page.id),
        format!("DTSTAMP:{changed}"),
        format!("LAST-MODIFIED:{changed}"),
    ]);
    // Calling it off changes no field and so no revision, but is a new version; a number has 32 bits (section 3.3.8).
    let sequence = page.revision.saturating_add(i64::from(cancelled)).clamp(0, i64::from(i32::MAX));
    lines.push(format!("SEQUENCE:{sequence}"));
    lines.extend(times);
    lines.extend(rhythm.and_then(|rhythm| rhythm.rule(&schedule)).map(|rule| format!("RRULE:{rule}")));
    lines.push(format!("STATUS:{}", if cancelled { "CANCELLED" } else { "CONFIRMED" }));
    lines.extend(texts(page, place, words));
    lines.extend([format!("URL:{url}"), "END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
    Some(lines.iter().map(|line| folded(line)).collect())
}

fn texts(page: &Page, place: &Place, words: &Words) -> Vec<String> {
    let name = page.draft.name.as_deref().map(one_line).unwrap_or_default();
    let mut lines = vec![format!("SUMMARY:{}", escaped(&name))];
    let description = page.draft.description.as_deref().map(clean).unwrap_or_default();
    let join = place.join_url.as_ref().map(|url| format!("{}: {url}", words.text("join")));
    let told: Vec<String> =
        [Some(description).filter(|text| !text.trim().is_empty()), join].into_iter().flatten().collect();
    lines.extend((!told.is_empty()).then(|| format!("DESCRIPTION:{}", escaped(told.join("\n\n").trim()))));
    lines.extend(place.line(words).map(|line| format!("LOCATION:{}", escaped(&line))));
    let position = place.venue.as_ref().and_then(|venue| venue.position);
    lines.extend(position.map(|(lat, lon)| format!("GEO:{lat:.6};{lon:.6}")));
    lines
}

fn times(schedule: &Schedule) -> Option<Vec<String>> {
    match schedule {
        Schedule::Open => None,
        Schedule::Days { first, last } => {
            let after = last.tomorrow().ok()?;
            Some(vec![
                format!("DTSTART;VALUE=DATE:{}", first.strftime("%Y%m%d")),
                format!("DTEND;VALUE=DATE:{}", after.strftime("%Y%m%d")),
            ])
        }
        Schedule::Hours { start, end } => {
            let mut lines = vec![moment("DTSTART", start)];
            lines.extend(end.as_ref().map(|end| moment("DTEND", end)));
            Some(lines)
        }
    }
}

/// A moment in the event's zone; in UTC where the local time would be read as another moment, as in the second of two hours.
fn moment(property: &str, moment: &Zoned) -> String {
    let read = moment.time_zone().to_timestamp(moment.datetime());
    match zone_name(moment).filter(|_| read.is_ok_and(|read| read == moment.timestamp())) {
        Some(zone) => format!("{property};TZID={zone}:{}", moment.strftime("%Y%m%dT%H%M%S")),
        None => format!("{property}:{}", moment.timestamp().strftime("%Y%m%dT%H%M%SZ")),
    }
}

fn zone_name(moment: &Zoned) -> Option<&str> {
    moment.time_zone().iana_name().filter(|_| *moment.time_zone() != TimeZone::UTC)
}

/// The zone's clock changes for as long as a calendar may look ahead: a year around the event, ten when it repeats.
fn zone_lines(schedule: &Schedule, repeats: bool) -> Vec<String> {
    let Schedule::Hours { start, end } = schedule else { return Vec::new() };
    let Some(name) = zone_name(start) else { return Vec::new() };
    let years = if repeats { 10 } else { 1 };
    let last = end.as_ref().unwrap_or(start).timestamp();
    let from = start.timestamp().checked_sub(DAY * 366).unwrap_or(Timestamp::MIN);
    let until = last.checked_add(DAY * 366 * years).unwrap_or(Timestamp::MAX);
    vtimezone::lines(start.time_zone(), name, from, until)
}

/// A TEXT value (section 3.3.11).
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// The line with its end, broken where it is too long (section 3.1).
fn folded(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + 8);
    let mut used = 0;
    for c in line.chars() {
        if used + c.len_utf8() > LINE {
            text.push_str("\r\n ");
            used = 1;
        }
        text.push(c);
        used += c.len_utf8();
    }
    text + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_characters_at_75_octets() {
        let line = format!("SUMMARY:{}", "é🎉".repeat(60));
        let text = folded(&line);
        assert!(text.ends_with("\r\n"));
        let parts: Vec<&str> = text.trim_end().split("\r\n").collect();
        assert!(
            parts.len() > 4 && parts.iter().all(|part| part.len() <= LINE && part.len() > LINE - 4 || part.len() < 75)
        );
        assert!(parts.iter().all(|part| part.len() <= LINE));
        assert_eq!(text.trim_end().replace("\r\n ", ""), line);
        assert_eq!(folded(&"x".repeat(75)), format!("{}\r\n", "x".repeat(75)));
        assert_eq!(folded(&"x".repeat(76)), format!("{}\r\n x\r\n", "x".repeat(75)));
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("a\\b;c,d\ne"), "a\\\\b\\;c\\,d\\ne");
    }

    #[test]
    fn the_second_of_two_hours_is_written_in_utc() {
        let zoned = |text: &str| text.parse::<Zoned>().unwrap();
        assert_eq!(
            moment("DTEND", &zoned("2026-11-01T01:30-04:00[America/Toronto]")),
            "DTEND;TZID=America/Toronto:20261101T013000"
        );
        assert_eq!(moment("DTEND", &zoned("2026-11-01T01:30-05:00[America/Toronto]")), "DTEND:20261101T063000Z");
        assert_eq!(moment("DTEND", &zoned("2026-11-01T01:30[UTC]")), "DTEND:20261101T013000Z");
    }
}
