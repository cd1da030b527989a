//! How an event repeats: the rule as a calendar may carry it, and its words.
//!
//! Promises: a rule that is not plainly one of RFC 5545 section 3.3.10 reaches no calendar; a rule that cannot be said
//! exactly is only said to repeat.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use super::schedule::Schedule;
use super::words::Words;

/// Parts whose values are numbers, weekdays or lists of them.
const LISTS: &[&str] =
    &["BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST"];

/// A well-formed rule: its parts in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rhythm(Vec<(String, String)>);

impl Rhythm {
    /// The rule in this text, when it is one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        let rule = upper.strip_prefix("RRULE:").unwrap_or(&upper).trim_end_matches(';');
        let parts =
            rule.split(';').map(|part| part.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
        let rhythm = Self(parts.collect::<Option<Vec<_>>>()?);
        let names = |wanted: &str| rhythm.0.iter().filter(|(name, _)| name == wanted).count();
        let single = names("FREQ") == 1 && names("COUNT") + names("UNTIL") <= 1;
        (single && rhythm.0.iter().all(|(name, value)| is_lawful(name, value))).then_some(rhythm)
    }

    /// The rule for a calendar entry with this schedule: the last instant is in UTC, or a day where the start is one.
    pub(super) fn rule(&self, schedule: &Schedule) -> Option<String> {
        let parts = self.0.iter().map(|(name, value)| match name.as_str() {
            "UNTIL" => last_instant(value, schedule).map(|until| format!("UNTIL={until}")),
            _ => Some(format!("{name}={value}")),
        });
        Some(parts.collect::<Option<Vec<_>>>()?.join(";"))
    }

    /// The rule in words: `Every 2 weeks on Tuesday and Thursday, 10 times`.
    pub(super) fn words(&self, words: &Words) -> String {
        self.exact(words).unwrap_or_else(|| words.text("repeats").to_owned())
    }

    fn exact(&self, words: &Words) -> Option<String> {
        let (mut unit, mut interval, mut days, mut times, mut until) = ("", 1_u32, None, None, None);
        for (name, value) in &self.0 {
            match (name.as_str(), value.as_str()) {
                ("FREQ", "DAILY") => unit = "day",
                ("FREQ", "WEEKLY") => unit = "week",
                ("FREQ", "MONTHLY") => unit = "month",
                ("FREQ", "YEARLY") => unit = "year",
                ("INTERVAL", count) => interval = count.parse().ok()?,
                ("COUNT", count) => times = Some(count),
                ("UNTIL", last) => until = Some(words.date(day_of(last)?)),
                ("BYDAY", list) => days = Some(words.list(&weekdays(list, words)?)),
                ("WKST", _) => {}
                _ => return None,
            }
        }
        if unit.is_empty() || unit != "week" && days.is_some() {
            return None;
        }
        let mut said = match interval {
            1 => words.text(&format!("every_{unit}")).to_owned(),
            count => words.fill(&format!("every_{unit}s"), &[("count", &count.to_string())]),
        };
        let more = [
            ("repeats_on", "days", days),
            ("repeats_times", "count", times.map(str::to_owned)),
            ("repeats_until", "date", until),
        ];
        for (key, name, value) in more {
            if let Some(value) = value {
                said = words.fill(key, &[("every", &said), (name, &value)]);
            }
        }
        Some(said)
    }
}

fn is_lawful(name: &str, value: &str) -> bool {
    let count = || value.parse::<u32>().is_ok_and(|count| count > 0);
    let listed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, ',' | '+' | '-');
    match name {
        "FREQ" => matches!(value, "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY"),
        "COUNT" | "INTERVAL" => count(),
        "UNTIL" => day_of(value).is_some(),
        name => LISTS.contains(&name) && !value.is_empty() && value.chars().all(listed),
    }
}

fn day_of(until: &str) -> Option<Date> {
    Date::strptime("%Y%m%d", until.get(..8)?).ok()
}

/// The value of UNTIL: the schedule's own kind of time, as section 3.3.10 demands.
fn last_instant(until: &str, schedule: &Schedule) -> Option<String> {
    let Schedule::Hours { start, .. } = schedule else { return Some(until.get(..8)?.to_owned()) };
    let utc = until.ends_with('Z').then_some(TimeZone::UTC);
    let zone = utc.unwrap_or_else(|| start.time_zone().clone());
    let local = match until.trim_end_matches('Z') {
        day if day.len() == 8 => day_of(day)?.at(23, 59, 59, 0),
        moment => DateTime::strptime("%Y%m%dT%H%M%S", moment).ok()?,
    };
    let instant = zone.to_timestamp(local).ok()?;
    Some(instant.strftime("%Y%m%dT%H%M%SZ").to_string())
}

fn weekdays<'a>(list: &str, words: &'a Words) -> Option<Vec<&'a str>> {
    let day = |code: &str| match code {
        "MO" => Some(Weekday::Monday),
        "TU" => Some(Weekday::Tuesday),
        "WE" => Some(Weekday::Wednesday),
        "TH" => Some(Weekday::Thursday),
        "FR" => Some(Weekday::Friday),
        "SA" => Some(Weekday::Saturday),
        "SU" => Some(Weekday::Sunday),
        _ => None,
    };
    list.split(',').map(|code| Some(words.weekday(day(code)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_rule_is_a_rule() {
        let wrong = [
            "",
            "weekly",
            "FREQ=OFTEN",
            "FREQ=DAILY\r\nATTENDEE:mailto:a@b.c",
            "FREQ=DAILY;X=1",
            "INTERVAL=2",
            "FREQ=DAILY;COUNT=",
            "FREQ=DAILY;COUNT=two",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;FREQ=WEEKLY",
            "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        ];
        for text in wrong {
            assert_eq!(Rhythm::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_last_instant_is_of_the_kind_of_the_start() {
        let start = "2027-06-01T19:00[America/Toronto]".parse().unwrap();
        let hours = Schedule::Hours { start, end: None };
        let rule = |text: &str, schedule: &Schedule| Rhythm::parse(text).unwrap().rule(schedule).unwrap();
        assert_eq!(rule("rrule:freq=weekly;byday=TU", &hours), "FREQ=WEEKLY;BYDAY=TU");
        assert_eq!(rule("FREQ=WEEKLY;UNTIL=20270831", &hours), "FREQ=WEEKLY;UNTIL=20270901T035959Z");
        assert_eq!(rule("FREQ=WEEKLY;UNTIL=20270831T190000", &hours), "FREQ=WEEKLY;UNTIL=20270831T230000Z");
        assert_eq!(rule("FREQ=WEEKLY;UNTIL=20270831T190000Z", &hours), "FREQ=WEEKLY;UNTIL=20270831T190000Z");
        let day = jiff::civil::date(2027, 6, 1);
        assert_eq!(
            rule("FREQ=WEEKLY;UNTIL=20270831T190000Z", &Schedule::Days { first: day, last: day }),
            "FREQ=WEEKLY;UNTIL=20270831"
        );
    }

    #[test]
    fn words_are_exact_or_few() {
        let said = |rule: &str| Rhythm::parse(rule).unwrap().words(Words::english());
        assert_eq!(said("FREQ=WEEKLY;BYDAY=TU"), "Every week on Tuesday");
        assert_eq!(
            said("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH,SA;COUNT=10"),
            "Every 2 weeks on Tuesday, Thursday and Saturday, 10 times"
        );
        assert_eq!(said("FREQ=MONTHLY;UNTIL=20271231T235959Z"), "Every month, until December 31, 2027");
        assert_eq!(said("FREQ=MONTHLY;BYDAY=1TU"), "Repeats");
        assert_eq!(said("FREQ=DAILY;BYDAY=MO"), "Repeats");
        let spoken = ["es", "fr", "zh"].map(|language| {
            let rule = Rhythm::parse("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH,SA;COUNT=10").unwrap();
            rule.words(Words::known(language).unwrap())
        });
        let expected = [
            "Cada 2 semanas: martes, jueves y sábado, 10 veces",
            "Toutes les 2 semaines : mardi, jeudi et samedi, 10 fois",
            "每 2 周星期二、星期四和星期六，共 10 次",
        ];
        assert_eq!(spoken, expected);
    }
}
