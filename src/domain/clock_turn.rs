//! What the clocks make of a local hour on the days on which they are turned: they skip it, or show it twice.
//!
//! Promises: an hour counts here as the event's row, its page and its calendar entry count it (RFC 5545 section 3.3.5): one that is
//! skipped by the clock that was right until then, of two the first.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use serde::Serialize;
use serde_json::{Value, json};

use super::draft::Draft;
use super::event_draft::{minute, name};
use super::fact::Field;

/// What the clocks do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Turned {
    /// They go forward past the hour: it does not exist.
    Skipped,
    /// They go back over the hour: it comes twice.
    Twice,
}

/// An hour that does not come exactly once, and the moment as which it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockTurn {
    /// What the clocks do.
    pub turned: Turned,
    /// The local time as it was said.
    pub asked: DateTime,
    at: Timestamp,
    offset: Offset,
}

impl ClockTurn {
    /// Of the hour at which this event starts; `None` for one that comes once. `own`: the organizer's zone, which counts as long as the
    /// event has none.
    pub fn of(draft: &Draft, own: Option<&str>) -> Option<Self> {
        let zone = draft.timezone.as_deref().or(own)?;
        Self::at(draft.starts()?, &TimeZone::get(zone).ok()?)
    }

    /// Of this local time in that zone; `None` for one that comes once.
    pub fn at(asked: DateTime, zone: &TimeZone) -> Option<Self> {
        let ambiguous = zone.to_ambiguous_timestamp(asked);
        let (turned, offset) = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => return None,
            AmbiguousOffset::Gap { after, .. } => (Turned::Skipped, after),
            AmbiguousOffset::Fold { before, .. } => (Turned::Twice, before),
        };
        Some(Self { turned, asked, at: ambiguous.compatible().ok()?, offset })
    }

    /// The local time as which it counts; for an hour that comes twice the same.
    pub fn counts(self) -> DateTime {
        self.offset.to_datetime(self.at)
    }

    /// By the names of the API: `{field, asked, counts, kind}`, what counts with its offset.
    pub fn shown(self) -> Value {
        let counts = self.at.to_zoned(TimeZone::fixed(self.offset)).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        json!({"field": name(Field::DateTime), "asked": minute(self.asked), "counts": counts, "kind": self.turned})
    }
}

/// The local time as which this one counts in a zone: itself, unless the clocks skip it.
pub fn counted(local: DateTime, zone: &TimeZone) -> DateTime {
    ClockTurn::at(local, zone).map_or(local, ClockTurn::counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(local: &str, zone: &str) -> Option<ClockTurn> {
        ClockTurn::at(local.parse().unwrap(), &TimeZone::get(zone).unwrap())
    }

    #[test]
    fn an_hour_that_is_skipped_counts_by_the_clock_until_then() {
        for (asked, zone, counts) in [
            ("2031-03-09T02:30", "America/New_York", "2031-03-09T03:30:00-04:00"),
            ("2027-03-28T02:00", "Europe/Paris", "2027-03-28T03:00:00+02:00"),
            ("2027-10-03T02:15", "Australia/Lord_Howe", "2027-10-03T02:45:00+11:00"),
            ("2011-12-30T12:00", "Pacific/Apia", "2011-12-31T12:00:00+14:00"),
        ] {
            let shown = turn(asked, zone).unwrap().shown();
            assert_eq!(
                shown,
                json!({"field": "dateTime", "asked": asked, "counts": counts, "kind": "skipped"}),
                "{zone}"
            );
        }
        let zone = TimeZone::get("America/New_York").unwrap();
        let local = |text: &str| text.parse::<DateTime>().unwrap();
        assert_eq!(counted(local("2031-03-09T02:30"), &zone), local("2031-03-09T03:30"));
        assert_eq!(counted(local("2031-03-09T01:30"), &zone), local("2031-03-09T01:30"));
    }

    #[test]
    fn of_two_hours_the_first_counts() {
        let shown = turn("2031-11-02T01:30", "America/New_York").unwrap().shown();
        let counts = "2031-11-02T01:30:00-04:00";
        assert_eq!(shown, json!({"field": "dateTime", "asked": "2031-11-02T01:30", "counts": counts, "kind": "twice"}));
    }

    #[test]
    fn an_hour_that_comes_once_is_none() {
        for (local, zone) in [
            ("2031-11-02T01:30", "America/Phoenix"),
            ("2031-11-02T02:00", "America/New_York"),
            ("2031-03-09T01:59", "America/New_York"),
            ("2031-03-09T03:00", "America/New_York"),
            ("2031-03-09T02:30", "UTC"),
        ] {
            assert_eq!(turn(local, zone), None, "{local} {zone}");
        }
    }

    #[test]
    fn the_events_own_zone_goes_before_the_organizers() {
        let night: DateTime = "2031-03-09T02:30".parse().unwrap();
        let mut draft = Draft { date: Some(night.date()), time: Some(night.time()), ..Draft::default() };
        assert_eq!(ClockTurn::of(&draft, None), None);
        assert!(ClockTurn::of(&draft, Some("America/New_York")).is_some());
        draft.timezone = Some("Europe/Paris".to_owned());
        assert_eq!(ClockTurn::of(&draft, Some("America/New_York")), None);
        draft.timezone = Some("Mars/Base".to_owned());
        assert_eq!(ClockTurn::of(&draft, Some("America/New_York")), None);
    }
}
