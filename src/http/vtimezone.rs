//! A zone's clock changes around an event, as a VTIMEZONE (RFC 5545 section 3.6.5).
//!
//! Promises: read by that section's rules, it gives the same offset as the zone itself for every moment of the span.

use jiff::tz::{Dst, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// The lines of a VTIMEZONE named `name` that is right between these two moments.
pub(super) fn lines(zone: &TimeZone, name: &str, from: Timestamp, until: Timestamp) -> Vec<String> {
    let mut lines = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{name}")];
    let first = zone.to_offset_info(from);
    let mut offset = first.offset();
    lines.extend(observance(from, offset, offset, first.dst(), first.abbreviation()));
    for change in zone.following(from).take_while(|change| change.timestamp() <= until) {
        lines.extend(observance(change.timestamp(), offset, change.offset(), change.dst(), change.abbreviation()));
        offset = change.offset();
    }
    lines.push("END:VTIMEZONE".to_owned());
    lines
}

/// From this moment on the clock stands at another offset. The onset is in the local time before it.
fn observance(onset: Timestamp, before: Offset, after: Offset, dst: Dst, abbreviation: &str) -> [String; 6] {
    let kind = if dst == Dst::Yes { "DAYLIGHT" } else { "STANDARD" };
    [
        format!("BEGIN:{kind}"),
        format!("DTSTART:{}", before.to_datetime(onset).strftime("%Y%m%dT%H%M%S")),
        format!("TZOFFSETFROM:{}", utc_offset(before)),
        format!("TZOFFSETTO:{}", utc_offset(after)),
        format!("TZNAME:{abbreviation}"),
        format!("END:{kind}"),
    ]
}

/// `-0400`; with seconds only where there are any.
fn utc_offset(offset: Offset) -> String {
    let sign = if offset.is_negative() { '-' } else { '+' };
    let seconds = SignedDuration::from_secs(i64::from(offset.seconds())).abs().as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let tail = if seconds == 0 { String::new() } else { format!("{seconds:02}") };
    format!("{sign}{hours:02}{minutes:02}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_written_in_the_time_before_it() {
        let zone = TimeZone::get("America/Toronto").unwrap();
        let lines = lines(
            &zone,
            "America/Toronto",
            "2027-01-01T00:00:00Z".parse().unwrap(),
            "2027-12-01T00:00:00Z".parse().unwrap(),
        );
        let text = lines.join("\n");
        assert!(text.contains(
            "BEGIN:DAYLIGHT\nDTSTART:20270314T020000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nTZNAME:EDT\nEND:DAYLIGHT"
        ));
        assert!(text.contains(
            "BEGIN:STANDARD\nDTSTART:20271107T020000\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nTZNAME:EST\nEND:STANDARD"
        ));
        assert_eq!(utc_offset(Offset::from_seconds(-16_966).unwrap()), "-044246");
        assert_eq!(utc_offset(Offset::from_seconds(20_700).unwrap()), "+0545");
    }
}
