//! When an event takes place: instants in its own zone, and the words for them.
//!
//! Promises: page, structured data and calendar entry all read this one schedule, so they cannot disagree; the length counts
//! real minutes, also across a change of the clocks; a local time that does not exist or exists twice is read as RFC 5545
//! section 3.3.5 reads it (the offset before the gap; the first of the two), unless the event's own moment is the second.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::Serialize;

use super::words::Words;
use crate::domain::draft::Draft;
use crate::store::pages::Page;

/// When an event takes place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Schedule {
    /// Not decided.
    Open,
    /// Whole days; the hour is not known.
    Days {
        /// The first day.
        first: Date,
        /// The last day, included.
        last: Date,
    },
    /// From an instant to another.
    Hours {
        /// The beginning, in the event's zone.
        start: Zoned,
        /// The end, in the event's zone, when it is known.
        end: Option<Zoned>,
    },
}

/// A schedule for people.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct When {
    /// `Saturday, June 5, 2027`.
    pub(super) day: String,
    /// `June 5, 2027`, the part of it that is never broken.
    pub(super) long: String,
    /// `7:00 PM`.
    pub(super) hour: Option<String>,
    /// The last day, when it is another.
    pub(super) end_day: Option<String>,
    /// The part of it that is never broken.
    pub(super) end_long: Option<String>,
    /// The hour of the end.
    pub(super) end_hour: Option<String>,
    /// `Toronto time (EDT, UTC−4)`.
    pub(super) zone: Option<String>,
    /// For machines.
    pub(super) start: String,
    /// The end, when it is known.
    pub(super) end: Option<String>,
    /// `Jun`.
    pub(super) month: String,
    /// `5`.
    pub(super) date: String,
}

impl Schedule {
    /// The schedule of this page.
    pub(super) fn of(page: &Page) -> Self {
        Self::read(&page.draft, page.begins)
    }

    /// The schedule of this draft; without a known zone it is read as UTC. `begins`: the moment at which the event starts, where its clock
    /// shows the draft's hour then.
    fn read(draft: &Draft, begins: Option<Timestamp>) -> Self {
        let Some(first) = draft.date else { return Self::Open };
        let zone = draft.timezone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        let starts = draft.time.map(|time| first.to_datetime(time));
        match starts.and_then(|local| zone.to_zoned(local).ok()) {
            Some(start) => {
                let own = begins.map(|at| at.to_zoned(zone)).filter(|own| own.datetime() == start.datetime());
                let start = own.unwrap_or(start);
                let minutes = draft.duration_min.map(|minutes| SignedDuration::from_mins(i64::from(minutes)));
                let end = minutes.and_then(|length| start.checked_add(length).ok());
                Self::Hours { start, end }
            }
            None => Self::Days { first, last: draft.end_date.filter(|last| *last > first).unwrap_or(first) },
        }
    }

    /// Whether all of it lies behind this moment.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        match self {
            Self::Open => false,
            // A day ends last at UTC-12.
            Self::Days { last, .. } => {
                let end = last.tomorrow().and_then(|day| Offset::constant(-12).to_timestamp(day.into()));
                end.is_ok_and(|end| end <= now)
            }
            Self::Hours { start, end } => end.as_ref().unwrap_or(start).timestamp() <= now,
        }
    }

    /// Beginning and end for machines, as in ISO 8601; `None` while nothing is decided.
    pub(super) fn machine(&self) -> Option<(String, Option<String>)> {
        match self {
            Self::Open => None,
            Self::Days { first, last } => Some((first.to_string(), (first != last).then(|| last.to_string()))),
            Self::Hours { start, end } => Some((machine(start), end.as_ref().map(machine))),
        }
    }

    /// For people; `None` while nothing is decided.
    pub(super) fn when(&self, words: &Words) -> Option<When> {
        let (start, end) = self.machine()?;
        let on = |day: Date| When {
            day: words.day(day),
            long: words.date(day),
            month: words.month_short(day).to_owned(),
            date: day.day().to_string(),
            start,
            end,
            ..When::default()
        };
        match self {
            Self::Open => None,
            Self::Days { first, last } => {
                let another = (first != last).then_some(*last);
                Some(When {
                    end_day: another.map(|day| words.day(day)),
                    end_long: another.map(|day| words.date(day)),
                    ..on(*first)
                })
            }
            Self::Hours { start, end } => {
                let another = end.as_ref().map(Zoned::date).filter(|day| *day != start.date());
                Some(When {
                    hour: Some(words.hour(start.time())),
                    end_day: another.map(|day| words.day(day)),
                    end_long: another.map(|day| words.date(day)),
                    end_hour: end.as_ref().map(|end| words.hour(end.time())),
                    zone: Some(zone_words(words, start, end.as_ref())),
                    ..on(start.date())
                })
            }
        }
    }
}

impl When {
    /// All of it on one line.
    pub(super) fn line(&self, words: &Words) -> String {
        let at = |day: &str, hour: Option<&String>| {
            hour.map_or_else(|| day.to_owned(), |hour| words.fill("at", &[("day", day), ("hour", hour)]))
        };
        let start = at(&self.day, self.hour.as_ref());
        match (&self.end_day, &self.end_hour) {
            (Some(day), hour) => format!("{start} – {}", at(day, hour.as_ref())),
            (None, Some(hour)) => format!("{start} – {hour}"),
            (None, None) => start,
        }
    }
}

/// `2027-06-05T19:00:00-04:00`, as schema.org and HTML write an instant with its offset.
fn machine(moment: &Zoned) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The zone by the name of its city in the reader's language, else by its own; its abbreviation and its distance from UTC,
/// also at the end when that is another.
fn zone_words(words: &Words, start: &Zoned, end: Option<&Zoned>) -> String {
    let at_end = end.filter(|end| end.offset() != start.offset()).map(offset_words);
    let offsets = offset_words(start);
    let offsets = at_end
        .map_or_else(|| offsets.clone(), |later| words.fill("zone_then", &[("offsets", &offsets), ("later", &later)]));
    let name = start.time_zone().iana_name().unwrap_or("UTC");
    let city = name.rsplit_once('/').filter(|(area, _)| *area != "Etc").map(|(_, city)| city);
    match city.map(|city| words.city(city)) {
        Some(Some(city)) => words.fill("city_time", &[("city", &city), ("offsets", &offsets)]),
        None if start.offset() == Offset::UTC && end.is_none_or(|end| end.offset() == Offset::UTC) => "UTC".to_owned(),
        _ => format!("{name} ({offsets})"),
    }
}

fn offset_words(moment: &Zoned) -> String {
    let seconds = moment.offset().seconds();
    let (sign, minutes) = (if seconds < 0 { '−' } else { '+' }, seconds.abs() / 60);
    let distance = match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    };
    let abbreviation = moment.strftime("%Z").to_string();
    let is_name = abbreviation.chars().all(|c| c.is_ascii_alphabetic()) && abbreviation != "UTC";
    if is_name { format!("{abbreviation}, {distance}") } else { distance }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(start: &str, zone: &str, minutes: u32) -> Draft {
        let local: jiff::civil::DateTime = start.parse().unwrap();
        Draft {
            date: Some(local.date()),
            time: Some(local.time()),
            timezone: Some(zone.to_owned()),
            duration_min: Some(minutes),
            ..Draft::default()
        }
    }

    fn when(start: &str, zone: &str, minutes: u32) -> When {
        Schedule::read(&draft(start, zone, minutes), None).when(Words::english()).unwrap()
    }

    fn line(when: &When) -> String {
        when.line(Words::english())
    }

    #[test]
    fn words_name_weekday_day_hour_and_zone() {
        let evening = when("2027-06-05T19:00", "America/Toronto", 180);
        assert_eq!(line(&evening), "Saturday, June 5, 2027 at 7:00 PM – 10:00 PM");
        assert_eq!(evening.zone.as_deref(), Some("Toronto time (EDT, UTC−4)"));
        assert_eq!(
            (evening.start.as_str(), evening.end.as_deref()),
            ("2027-06-05T19:00:00-04:00", Some("2027-06-05T22:00:00-04:00"))
        );
        assert_eq!((evening.month.as_str(), evening.date.as_str()), ("Jun", "5"));
        assert_eq!(when("2027-06-05T19:00", "Asia/Kathmandu", 60).zone.unwrap(), "Kathmandu time (UTC+5:45)");
        assert_eq!(when("2027-01-05T19:00", "Europe/London", 60).zone.unwrap(), "London time (GMT, UTC)");
        assert_eq!(
            when("2027-01-05T19:00", "America/Argentina/Buenos_Aires", 60).zone.unwrap(),
            "Buenos Aires time (UTC−3)"
        );
        assert_eq!(when("2027-01-05T19:00", "UTC", 60).zone.unwrap(), "UTC");
    }

    #[test]
    fn words_are_of_the_guests_language() {
        let evening = Schedule::read(&draft("2027-06-05T19:00", "America/Toronto", 180), None);
        let said = ["es", "fr", "zh"].map(|language| {
            let words = Words::known(language).unwrap();
            let when = evening.when(words).unwrap();
            format!("{} · {}", when.line(words), when.zone.unwrap())
        });
        let expected = [
            "sábado, 5 de junio de 2027, 19:00 – 22:00 · Hora de Toronto (EDT, UTC−4)",
            "samedi 5 juin 2027 à 19:00 – 22:00 · Heure de Toronto (EDT, UTC−4)",
            "2027年6月5日 星期六 19:00 – 22:00 · 多伦多时间（EDT, UTC−4）",
        ];
        assert_eq!(said, expected);
        let zone = |language, zone| {
            Schedule::read(&draft("2027-06-05T19:00", zone, 60), None)
                .when(Words::known(language).unwrap())
                .unwrap()
                .zone
                .unwrap()
        };
        assert_eq!(zone("es", "America/New_York"), "Hora de Nueva York (EDT, UTC−4)");
        assert_eq!(zone("fr", "Europe/London"), "Heure de Londres (BST, UTC+1)");
        assert_eq!(zone("zh", "Arctic/Longyearbyen"), "Arctic/Longyearbyen (CEST, UTC+2)");
        assert_eq!(zone("zh", "UTC"), "UTC");
    }

    #[test]
    fn an_end_on_another_day_is_named() {
        let night = when("2027-06-05T22:00", "Europe/Paris", 300);
        assert_eq!(line(&night), "Saturday, June 5, 2027 at 10:00 PM – Sunday, June 6, 2027 at 3:00 AM");
        let days =
            Draft { time: None, end_date: Some(jiff::civil::date(2027, 6, 7)), ..draft("2027-06-05T00:00", "UTC", 1) };
        assert_eq!(
            line(&Schedule::read(&days, None).when(Words::english()).unwrap()),
            "Saturday, June 5, 2027 – Monday, June 7, 2027"
        );
        assert_eq!(Schedule::read(&Draft::default(), None).when(Words::english()), None);
    }

    #[test]
    fn a_length_counts_real_minutes_when_the_clocks_change() {
        let back = when("2026-10-31T23:00", "America/Toronto", 240);
        assert_eq!(line(&back), "Saturday, October 31, 2026 at 11:00 PM – Sunday, November 1, 2026 at 2:00 AM");
        assert_eq!(back.zone.as_deref(), Some("Toronto time (EDT, UTC−4, then EST, UTC−5)"));
        assert_eq!(when("2026-03-08T02:30", "America/Toronto", 60).start, "2026-03-08T03:30:00-04:00");
        assert_eq!(when("2026-11-01T01:30", "America/Toronto", 60).start, "2026-11-01T01:30:00-04:00");
    }

    #[test]
    fn of_two_hours_the_second_counts_where_the_event_starts_then() {
        let start = |local: &str, begins: &str| {
            let night = draft(local, "America/Toronto", 60);
            Schedule::read(&night, Some(begins.parse().unwrap())).machine().unwrap().0
        };
        assert_eq!(start("2026-11-01T01:30", "2026-11-01T06:30:00Z"), "2026-11-01T01:30:00-05:00");
        assert_eq!(start("2026-11-01T01:30", "2026-11-01T05:30:00Z"), "2026-11-01T01:30:00-04:00");
        assert_eq!(start("2026-03-08T02:30", "2026-03-08T07:30:00Z"), "2026-03-08T03:30:00-04:00");
        // The moment of another clock tells nothing.
        assert_eq!(start("2026-11-01T01:30", "2026-11-01T01:30:00Z"), "2026-11-01T01:30:00-04:00");
    }

    #[test]
    fn it_is_over_when_its_end_has_passed() {
        let schedule = Schedule::read(&draft("2027-06-05T19:00", "America/Toronto", 60), None);
        assert!(!schedule.is_over("2027-06-05T23:59:59Z".parse().unwrap()));
        assert!(schedule.is_over("2027-06-06T00:00:00Z".parse().unwrap()));
        let day = Schedule::Days { first: jiff::civil::date(2027, 6, 5), last: jiff::civil::date(2027, 6, 5) };
        assert!(!day.is_over("2027-06-06T11:59:59Z".parse().unwrap()));
        assert!(day.is_over("2027-06-06T12:00:00Z".parse().unwrap()));
        assert!(!Schedule::Open.is_over(Timestamp::MAX));
    }
}
