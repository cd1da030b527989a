//! The days of an event that repeats: an RFC 5545 rule (section 3.3.10) as dates on the event's own clock.
//!
//! Promises: the first start is always the first day; a rule with parts that are not understood here gives none at all, never
//! wrong ones; a list ends, whatever the rule says.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

/// Steps of a rule that are looked at; a rule that finds no day in so many has none.
const STEPS: i64 = 4_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule as far as it is understood.
#[derive(Debug, Clone, PartialEq)]
struct Rule {
    frequency: Frequency,
    interval: i64,
    count: Option<usize>,
    until: Option<DateTime>,
    /// Weekdays; the first number is the how-many-eth of the month, 0: each.
    weekdays: Vec<(i8, Weekday)>,
    month_days: Vec<i8>,
}

/// The starts of an event that begins then and repeats by this rule, at most so many, the first included. `None`: the rule is
/// not one that can be laid out.
pub fn starts(rule: &str, first: DateTime, zone: &TimeZone, most: usize) -> Option<Vec<DateTime>> {
    let rule = Rule::read(rule, zone)?;
    let most = rule.count.unwrap_or(most).min(most);
    let mut found = vec![first];
    for step in 0..STEPS {
        let mut days = rule.days(first.date(), step)?;
        days.sort_unstable();
        days.dedup();
        for day in days {
            let start = day.to_datetime(first.time());
            if rule.until.is_some_and(|until| start > until) || found.len() >= most {
                found.truncate(most);
                return Some(found);
            }
            if start > first {
                found.push(start);
            }
        }
    }
    Some(found)
}

impl Rule {
    fn read(text: &str, zone: &TimeZone) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        let parts = upper.strip_prefix("RRULE:").unwrap_or(&upper).trim_end_matches(';').split(';');
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            weekdays: Vec::new(),
            month_days: Vec::new(),
        };
        let mut frequency = None;
        for part in parts {
            match part.split_once('=')? {
                ("FREQ", "DAILY") => frequency = Some(Frequency::Daily),
                ("FREQ", "WEEKLY") => frequency = Some(Frequency::Weekly),
                ("FREQ", "MONTHLY") => frequency = Some(Frequency::Monthly),
                ("FREQ", "YEARLY") => frequency = Some(Frequency::Yearly),
                ("INTERVAL", number) => rule.interval = number.parse().ok().filter(|step| (1..=999).contains(step))?,
                ("COUNT", number) => rule.count = Some(number.parse().ok().filter(|count| *count > 0)?),
                ("UNTIL", until) => rule.until = Some(last(until, zone)?),
                ("BYDAY", list) => rule.weekdays = list.split(',').map(weekday).collect::<Option<_>>()?,
                ("BYMONTHDAY", list) => {
                    rule.month_days = list.split(',').map(|day| day.parse().ok()).collect::<Option<_>>()?;
                }
                ("WKST", "MO") => {}
                _ => return None,
            }
        }
        rule.frequency = frequency?;
        let counted = rule.weekdays.iter().any(|(nth, _)| *nth != 0);
        let fits = match rule.frequency {
            Frequency::Daily | Frequency::Weekly => !counted && rule.month_days.is_empty(),
            Frequency::Monthly => rule.month_days.is_empty() || rule.weekdays.is_empty(),
            Frequency::Yearly => rule.weekdays.is_empty() && rule.month_days.is_empty(),
        };
        fits.then_some(rule)
    }

    /// The days of this step. `None`: they lie outside of the calendar.
    fn days(&self, first: Date, step: i64) -> Option<Vec<Date>> {
        let by = step.checked_mul(self.interval)?;
        match self.frequency {
            Frequency::Daily => {
                let day = first.checked_add(by.days()).ok()?;
                let fits = self.weekdays.is_empty() || self.weekdays.iter().any(|(_, wanted)| *wanted == day.weekday());
                Some(if fits { vec![day] } else { Vec::new() })
            }
            Frequency::Weekly => {
                let monday = first.checked_sub(i64::from(first.weekday().to_monday_zero_offset()).days()).ok()?;
                let monday = monday.checked_add(by.weeks()).ok()?;
                let own = [(0, first.weekday())];
                let wanted = if self.weekdays.is_empty() { &own[..] } else { &self.weekdays };
                let day =
                    |(_, day): &(i8, Weekday)| monday.checked_add(i64::from(day.to_monday_zero_offset()).days()).ok();
                wanted.iter().map(day).collect()
            }
            Frequency::Monthly => {
                let month = first.first_of_month().checked_add(by.months()).ok()?;
                Some(self.days_of_month(month, first.day()))
            }
            Frequency::Yearly => {
                let year = i16::try_from(i64::from(first.year()).checked_add(by)?).ok()?;
                // The 29th of February comes when it comes.
                Some(Date::new(year, first.month(), first.day()).into_iter().collect())
            }
        }
    }

    fn days_of_month(&self, month: Date, own: i8) -> Vec<Date> {
        let numbered = |day: &i8| {
            let day = if *day < 0 { month.days_in_month() + 1 + *day } else { *day };
            Date::new(month.year(), month.month(), day).ok()
        };
        if !self.weekdays.is_empty() {
            let each = |(nth, day): &(i8, Weekday)| -> Vec<Date> {
                let wanted = if *nth == 0 { 1..=5 } else { *nth..=*nth };
                wanted.filter_map(|nth| month.nth_weekday_of_month(nth, *day).ok()).collect()
            };
            return self.weekdays.iter().flat_map(each).collect();
        }
        if self.month_days.is_empty() {
            numbered(&own).into_iter().collect()
        } else {
            self.month_days.iter().filter_map(numbered).collect()
        }
    }
}

fn weekday(text: &str) -> Option<(i8, Weekday)> {
    let (nth, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let nth = if nth.is_empty() { 0 } else { nth.parse().ok().filter(|nth| *nth != 0 && (-5..=5).contains(nth))? };
    Some((nth, day))
}

/// The last moment of a rule on the event's own clock.
fn last(until: &str, zone: &TimeZone) -> Option<DateTime> {
    let day = |text: &str| Date::strptime("%Y%m%d", text).ok();
    if until.len() == 8 {
        return Some(day(until)?.at(23, 59, 59, 0));
    }
    let local = DateTime::strptime("%Y%m%dT%H%M%S", until.trim_end_matches('Z')).ok()?;
    if until.ends_with('Z') {
        let instant = TimeZone::UTC.to_timestamp(local).ok()?;
        return Some(zone.to_datetime(instant));
    }
    Some(local)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(rule: &str, first: &str, most: usize) -> Option<Vec<String>> {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let found = starts(rule, first.parse().unwrap(), &zone, most)?;
        Some(found.iter().map(|start| start.strftime("%Y-%m-%d").to_string()).collect())
    }

    #[test]
    fn rules_become_days() {
        // Each list was worked out on a calendar.
        let known: &[(&str, &str, &[&str])] = &[
            ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "2027-03-16T19:00", &["2027-03-16", "2027-03-23", "2027-03-30"]),
            ("FREQ=WEEKLY;BYDAY=MO,WE", "2027-03-17T19:00", &["2027-03-17", "2027-03-22", "2027-03-24", "2027-03-29"]),
            (
                "RRULE:FREQ=WEEKLY;INTERVAL=2",
                "2027-01-01T19:00",
                &["2027-01-01", "2027-01-15", "2027-01-29", "2027-02-12"],
            ),
            ("FREQ=MONTHLY;BYDAY=1TH", "2027-01-07T19:00", &["2027-01-07", "2027-02-04", "2027-03-04", "2027-04-01"]),
            ("FREQ=MONTHLY;BYDAY=-1FR", "2027-01-29T19:00", &["2027-01-29", "2027-02-26", "2027-03-26", "2027-04-30"]),
            ("FREQ=MONTHLY", "2027-01-31T19:00", &["2027-01-31", "2027-03-31", "2027-05-31", "2027-07-31"]),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-1",
                "2027-01-31T19:00",
                &["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"],
            ),
            ("FREQ=YEARLY", "2028-02-29T19:00", &["2028-02-29", "2032-02-29", "2036-02-29", "2040-02-29"]),
            ("FREQ=DAILY;UNTIL=20270103", "2027-01-01T19:00", &["2027-01-01", "2027-01-02", "2027-01-03"]),
            // 18:00 UTC is 19:00 in Paris.
            ("FREQ=DAILY;UNTIL=20270103T180000Z", "2027-01-01T19:00", &["2027-01-01", "2027-01-02", "2027-01-03"]),
            ("FREQ=DAILY;UNTIL=20270103T175959Z", "2027-01-01T19:00", &["2027-01-01", "2027-01-02"]),
        ];
        for (rule, first, wanted) in known {
            assert_eq!(days(rule, first, 4).unwrap(), *wanted, "{rule}");
        }
    }

    #[test]
    fn what_is_not_understood_gives_no_day_and_every_list_ends() {
        for rule in [
            "",
            "weekly",
            "FREQ=HOURLY",
            "FREQ=WEEKLY;BYSETPOS=1",
            "FREQ=WEEKLY;BYDAY=1MO",
            "FREQ=DAILY;COUNT=0",
            "INTERVAL=2",
            "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=1",
            "FREQ=WEEKLY;INTERVAL=0",
            "FREQ=WEEKLY;BYDAY=X",
            "FREQ=WEEKLY;BYDAY=",
        ] {
            assert_eq!(days(rule, "2027-01-01T19:00", 4), None, "{rule}");
        }
        assert_eq!(days("FREQ=DAILY", "2027-01-01T19:00", 100).unwrap().len(), 100);
        assert_eq!(
            days("FREQ=DAILY;UNTIL=20260101", "2027-01-01T19:00", 9).unwrap().len(),
            1,
            "the first is there whatever the end"
        );
        assert_eq!(
            days("FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12", "2027-02-28T19:00", 3),
            Some(vec!["2027-02-28".to_owned()])
        );
    }
}
