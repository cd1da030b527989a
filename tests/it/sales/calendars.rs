//! Our calendar entries, read back by a parser of somebody else's (icalendar, in Python).

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::doors::{person, scene};
use super::{buy, event, get, order_of};
use crate::harness;
use crate::pages::calendar::python;

const READ: &str = "
import sys, json, icalendar
calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
events = [part for part in calendar.walk('VEVENT')]
assert len(events) == 1 and not [error for part in calendar.walk() for error in part.errors], 'errors'
event = events[0]
start, end = event.decoded('dtstart'), event.decoded('dtend')
print(json.dumps({'version': str(calendar['version']), 'summary': str(event['summary']), 'place': str(event.get('location', '')),
  'start': start.isoformat(), 'zone': event['dtstart'].params.get('TZID'), 'minutes': (end - start).total_seconds() / 60,
  'rule': event['rrule'].to_ical().decode() if 'rrule' in event else None, 'zones': [str(part['tzid']) for part in calendar.walk('VTIMEZONE')]}))
";

fn read(python: &Path, entry: &str) -> Value {
    let mut child = Command::new(python)
        .args(["-c", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), entry.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}\n{entry}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_parser_reads_our_calendar_entries() {
    let Some(python) = python() else {
        return harness::skip(
            "no parser but ours read the calendar entries of orders: icalendar for python3 is not to be had",
        );
    };
    let scene = scene().await;
    let name = "Thé; à la \"carte\", \\n & 茶会 — a name that is long enough to be folded in the middle of its letters, twice over";
    event(&scene, "Tea", 0, 9).await;
    scene.run(&format!("update events set name = '{name}', recurrence = 'FREQ=WEEKLY;BYDAY=TU;UNTIL=20271231'")).await;
    let http = scene.program.http();
    drop(person(&scene, &http, "ana@example.com").await);
    let order = order_of(&buy(&http, "tea", "bo@example.com", "1").await);
    for path in ["/e/tea.ics".to_owned(), format!("{order}.ics")] {
        let entry = get(&http, &path).await;
        assert_eq!(entry.status, 200, "{path}");
        let read = read(&python, &entry.body);
        assert_eq!(read["summary"], name, "{path}");
        assert_eq!(
            (&read["version"], &read["zone"], &read["minutes"]),
            (&"2.0".into(), &"America/Toronto".into(), &90.0.into()),
            "{read}"
        );
        assert_eq!(
            (&read["start"], &read["zones"][0]),
            (&"2026-12-01T18:00:00-05:00".into(), &"America/Toronto".into()),
            "{read}"
        );
        assert!(
            read["rule"].as_str().unwrap().contains("FREQ=WEEKLY") && read["rule"].as_str().unwrap().contains("UNTIL="),
            "{read}"
        );
    }
    scene.stop().await;
}
