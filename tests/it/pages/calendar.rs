//! Calendar entries, read by a parser that is not ours (THREATS 7.8).

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use eventos::http::router::router;
use serde_json::{Value, json};

use super::hostile::{PAYLOADS, naughty, publish, shown};
use super::{fill, get, state};
use crate::harness::{self, Role};

/// The properties that an entry of ours may have; one line each but for the components.
const PROPERTIES: &[&str] = &[
    "BEGIN",
    "END",
    "VERSION",
    "PRODID",
    "CALSCALE",
    "TZID",
    "DTSTART",
    "DTEND",
    "TZOFFSETFROM",
    "TZOFFSETTO",
    "TZNAME",
    "UID",
    "DTSTAMP",
    "LAST-MODIFIED",
    "SEQUENCE",
    "RRULE",
    "STATUS",
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "GEO",
    "URL",
];

/// Reads entries, one JSON string a line; says what it found in each.
const READER: &str = r"
import sys, json, datetime
from icalendar import Calendar
def say(line):
    calendar = Calendar.from_ical(json.loads(line))
    events = [c for c in calendar.walk() if c.name == 'VEVENT']
    event = events[0]
    zone = [c for c in calendar.walk() if c.name == 'VTIMEZONE']
    def utc(name):
        value = event.decoded(name)
        if zone and 'TZID' in event[name].params:
            value = value.replace(tzinfo=zone[0].to_tz(lookup_tzid=False))
        return value.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    text = lambda name: str(event.get(name, ''))
    return {'events': len(events), 'others': sorted({c.name for c in calendar.walk()} - {'VCALENDAR', 'VEVENT', 'VTIMEZONE', 'STANDARD', 'DAYLIGHT'}),
        'properties': sorted(event.keys()), 'summary': text('summary'), 'description': text('description'), 'location': text('location'),
        'start': utc('dtstart'), 'end': utc('dtend'), 'errors': [str(e) for e in event.errors]}
for line in sys.stdin:
    print(json.dumps(say(line)))
";

/// The parser, in this version: the one before reads two backslashes as one.
const PARSER: &str = "icalendar==7.3.0";

/// A python that has the parser.
pub(crate) fn python() -> Option<PathBuf> {
    harness::python::python("icalendar", &[PARSER], "icalendar")
}

/// What the other parser finds; `None` when there is none.
fn read(entries: &[String]) -> Option<Vec<Value>> {
    let Some(python) = python() else {
        harness::skip(&format!("no parser but ours read the calendar entries: {PARSER} for python3 is not to be had"));
        return None;
    };
    let mut reader =
        Command::new(python).args(["-c", READER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = reader.stdin.take().unwrap();
    let lines: String = entries.iter().map(|entry| json!(entry).to_string() + "\n").collect();
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = reader.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success(), "the other parser refused an entry");
    Some(String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn check_lines(entry: &str) {
    assert!(entry.ends_with("\r\n") && !entry.replace("\r\n", "").contains(['\r', '\n']));
    assert!(entry.split("\r\n").all(|line| line.len() <= 75));
    for line in entry.replace("\r\n ", "").trim_end().split("\r\n") {
        let name = line.split([':', ';']).next().unwrap();
        assert!(PROPERTIES.contains(&name), "{line}");
    }
}

#[tokio::test]
async fn text_adds_nothing_to_a_calendar_entry() {
    let database = harness::database().await;
    let texts: Vec<String> = PAYLOADS.iter().map(|text| (*text).to_owned()).chain(naughty()).collect();
    let slugs = publish(&mut database.connect(Role::Bootstrap).await, "entry", &texts).await;
    let router = router(state(database.store().await, Vec::new()));
    let mut entries = Vec::new();
    for (slug, text) in slugs.iter().zip(&texts) {
        let entry = get(&router, &format!("/e/{slug}.ics"), &[]).await;
        assert_eq!((entry.status, entry.header("content-type")), (200, "text/calendar; charset=utf-8"), "{text:?}");
        assert_eq!(entry.header("content-disposition"), format!("attachment; filename=\"{slug}.ics\""));
        check_lines(&entry.body);
        entries.push(entry.body);
    }
    let Some(found) = read(&entries) else { return };
    assert_eq!(found.len(), texts.len());
    for (found, text) in found.iter().zip(&texts) {
        let short: String = text.chars().take(180).collect();
        assert_eq!(
            (&found["events"], &found["others"], &found["errors"]),
            (&json!(1), &json!([]), &json!([])),
            "{text:?}"
        );
        assert_eq!(found["summary"], shown(&format!("N {short}")), "{text:?}");
        assert_eq!(shown(found["description"].as_str().unwrap()), shown(&format!("D {text}")), "{text:?}");
        let parts = ["P", "A", "C"].map(|part| shown(&format!("{part} {short}")));
        assert_eq!(found["location"], parts.join(", "), "{text:?}");
    }
}

#[tokio::test]
async fn another_parser_reads_the_same_instants() {
    let database = harness::database().await;
    // (zone, local start, local end, the same in UTC): evenings, nights with a change of the clocks, odd offsets.
    let cases = [
        ("America/Toronto", "2027-06-05 19:00", "2027-06-05 22:00", "2027-06-05T23:00:00Z", "2027-06-06T02:00:00Z"),
        ("America/Toronto", "2026-10-31 22:00", "2026-11-01 05:00", "2026-11-01T02:00:00Z", "2026-11-01T10:00:00Z"),
        ("Europe/Dublin", "2027-03-27 23:00", "2027-03-28 03:00", "2027-03-27T23:00:00Z", "2027-03-28T02:00:00Z"),
        ("Australia/Lord_Howe", "2027-04-03 20:00", "2027-04-04 08:00", "2027-04-03T09:00:00Z", "2027-04-03T21:30:00Z"),
        ("Asia/Kathmandu", "2028-02-29 18:00", "2028-02-29 20:00", "2028-02-29T12:15:00Z", "2028-02-29T14:15:00Z"),
        ("Pacific/Chatham", "2029-01-01 00:00", "2029-01-01 01:00", "2028-12-31T10:15:00Z", "2028-12-31T11:15:00Z"),
        ("UTC", "2027-01-01 00:00", "2027-01-01 01:00", "2027-01-01T00:00:00Z", "2027-01-01T01:00:00Z"),
    ];
    let events: Vec<Value> = cases
        .iter()
        .enumerate()
        .map(|(number, (zone, start, end, ..))| {
            json!({"slug": format!("instant-{number}"), "name": "Night", "timezone": zone, "starts_local": start, "ends_local": end})
        })
        .collect();
    fill(&mut database.connect(Role::Bootstrap).await, &events).await;
    let router = router(state(database.store().await, Vec::new()));
    let mut entries = Vec::new();
    for number in 0..cases.len() {
        entries.push(get(&router, &format!("/e/instant-{number}.ics"), &[]).await.body);
    }
    let Some(found) = read(&entries) else { return };
    for (found, (zone, local, _, start, end)) in found.iter().zip(cases) {
        assert_eq!((found["start"].as_str(), found["end"].as_str()), (Some(start), Some(end)), "{zone} {local}");
    }
}

#[tokio::test]
async fn an_hour_that_the_clocks_turn_is_told_as_the_moment_that_counts() {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    // (slug, local start, local end, beginning on the page, beginning in the calendar entry)
    let skipped = ("2027-03-14T03:30:00-04:00", "DTSTART;TZID=America/Toronto:20270314T033000");
    let first = ("2027-11-07T01:30:00-04:00", "DTSTART;TZID=America/Toronto:20271107T013000");
    let second = ("2027-11-07T01:30:00-05:00", "DTSTART:20271107T063000Z");
    let cases = [
        ("clocks-skipped", "2027-03-14 02:30", "2027-03-14 04:30", skipped),
        ("clocks-first", "2027-11-07 01:30", "2027-11-07 03:30", first),
        ("clocks-second", "2027-11-07 01:30", "2027-11-07 03:30", second),
    ];
    let night = |(slug, start, end, _): &(&str, &str, &str, _)| json!({"slug": slug, "name": "Night", "starts_local": start, "ends_local": end});
    let events: Vec<Value> = cases.iter().map(night).collect();
    fill(&mut conn, &events).await;
    sqlx::query("update public.events set date_time = '2027-11-07 06:30+00' where slug = 'clocks-second'")
        .execute(&mut conn)
        .await
        .unwrap();
    let router = router(state(database.store().await, Vec::new()));
    for (slug, _, _, (page, entry)) in cases {
        let moment: String = sqlx::query_scalar(
            "select to_char(date_time at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from public.events where slug = $1",
        )
        .bind(slug)
        .fetch_one(&mut conn)
        .await
        .unwrap();
        let told = super::hostile::structured(&get(&router, &format!("/e/{slug}"), &[]).await.body);
        assert_eq!(told["startDate"], page, "{slug}");
        let instant = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        assert_eq!(instant(page), instant(&moment), "as its row: {slug}");
        let body = get(&router, &format!("/e/{slug}.ics"), &[]).await.body;
        assert!(body.contains(&format!("{entry}\r\n")), "{slug}: {body}");
    }
}
