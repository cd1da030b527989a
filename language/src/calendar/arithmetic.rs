//! Counting on the civil calendar; every step that would leave the calendar gives nothing.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span as Step, ToSpan};

use crate::finding::Grain;

/// A length of time whose months are kept apart, because they differ in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Length {
    pub(crate) months: i32,
    pub(crate) seconds: i64,
    /// The smallest unit that was said.
    pub(crate) grain: Grain,
}

const DAY: i64 = 86_400;

impl Length {
    /// So many units, which may be a fraction ("two and a half hours").
    pub(crate) fn of(count: f64, grain: Grain) -> Option<Self> {
        if !count.is_finite() || count.abs() > 1e7 {
            return None;
        }
        let whole = count.fract() == 0.0;
        let (months, seconds) = match grain {
            Grain::Second => (0.0, 1.0),
            Grain::Minute => (0.0, 60.0),
            Grain::Hour => (0.0, 3600.0),
            Grain::Day => (0.0, DAY as f64),
            Grain::Week => (0.0, 7.0 * DAY as f64),
            Grain::Month => (1.0, 0.0),
            Grain::Quarter => (3.0, 0.0),
            Grain::Year => (12.0, 0.0),
        };
        let months = count * months;
        let rest = (months.fract() * 30.0).round() * DAY as f64;
        #[expect(clippy::cast_possible_truncation, reason = "below 1e10, seen above")]
        Some(Self {
            months: months.trunc() as i32,
            seconds: (count * seconds + rest).round() as i64,
            grain: if whole { grain } else { finer(grain) },
        })
    }

    /// The length in seconds, a month being 30 days and a year 365.
    pub(crate) fn in_seconds(self) -> i64 {
        let months = i64::from(self.months);
        (months / 12 * 365 + months % 12 * 30) * DAY + self.seconds
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            months: self.months.saturating_add(other.months),
            seconds: self.seconds.saturating_add(other.seconds),
            grain: self.grain.min(other.grain),
        }
    }

    pub(crate) fn negated(self) -> Self {
        Self { months: -self.months, seconds: -self.seconds, grain: self.grain }
    }

    /// The moment this much later.
    pub(crate) fn after(self, moment: DateTime) -> Option<DateTime> {
        let step = Step::new().try_months(self.months).ok()?.try_seconds(self.seconds).ok()?;
        moment.checked_add(step).ok()
    }
}

/// The grain in which a fraction of this one is told.
pub(crate) fn finer(grain: Grain) -> Grain {
    match grain {
        Grain::Year => Grain::Month,
        Grain::Quarter | Grain::Month | Grain::Week => Grain::Day,
        Grain::Day => Grain::Hour,
        Grain::Hour => Grain::Minute,
        Grain::Minute | Grain::Second => Grain::Second,
    }
}

/// The beginning of the unit that holds this moment.
pub(crate) fn floor(moment: DateTime, grain: Grain) -> DateTime {
    let (date, time) = (moment.date(), moment.time());
    match grain {
        Grain::Second => date.to_datetime(clock(time.hour(), time.minute(), time.second())),
        Grain::Minute => date.to_datetime(clock(time.hour(), time.minute(), 0)),
        Grain::Hour => date.to_datetime(clock(time.hour(), 0, 0)),
        Grain::Day => midnight(date),
        Grain::Week => {
            let back = i64::from(date.weekday().to_monday_zero_offset());
            midnight(date.checked_sub(back.days()).unwrap_or(date))
        }
        Grain::Month => midnight(date.first_of_month()),
        Grain::Quarter => midnight(day(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).unwrap_or(date)),
        Grain::Year => midnight(date.first_of_year()),
    }
}

/// So many units later.
pub(crate) fn add(moment: DateTime, count: i64, grain: Grain) -> Option<DateTime> {
    let step = Step::new();
    let step = match grain {
        Grain::Second => step.try_seconds(count),
        Grain::Minute => step.try_minutes(count),
        Grain::Hour => step.try_hours(count),
        Grain::Day => step.try_days(count),
        Grain::Week => step.try_weeks(count),
        Grain::Month => step.try_months(count),
        Grain::Quarter => step.try_months(count.checked_mul(3)?),
        Grain::Year => step.try_years(count),
    };
    moment.checked_add(step.ok()?).ok()
}

/// A date, if there is such a day.
pub(crate) fn day(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

/// The beginning of a day.
pub(crate) fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

fn clock(hour: i8, minute: i8, second: i8) -> Time {
    Time::new(hour, minute, second, 0).unwrap_or(Time::midnight())
}
