//! The calendars that follow the moon: Hindu, Islamic, Chinese and Hebrew days in a Gregorian year.
//!
//! The first three are worked out from the sky ([`sky`](crate::calendar::sky)); the Hebrew one is arithmetic (Reingold and
//! Dershowitz, Calendrical Calculations). An Islamic month begins on the day after the first sunset at Mecca that follows the
//! new moon; where the crescent is watched for, it may be a day off.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use crate::calendar::arithmetic::day;
use crate::calendar::sky::{MONTH, date_of, midnight_of, new_moon_after, new_moon_before, phase, sun, sun_at};

/// The years in which the sky is trusted.
const YEARS: std::ops::RangeInclusive<i16> = 1600..=2600;

/// The hour at which a Hindu day is told by its moon, as a part of the universal day, for the middle of India.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hour {
    /// About six in the morning.
    Sunrise,
    /// Noon.
    Noon,
    /// The hours after sunset.
    Evening,
    /// Midnight.
    Night,
}

impl Hour {
    const fn of_day(self) -> f64 {
        match self {
            Self::Sunrise => 0.02,
            Self::Noon => 0.27,
            Self::Evening => 0.54,
            Self::Night => 0.77,
        }
    }
}

fn later(date: Date, days: i16) -> Option<Date> {
    date.checked_add(i64::from(days).days()).ok()
}

/// A day of the Hindu calendar in this year: the month from Chaitra 1, which begins at new moon, and the lunar day from 1 to
/// 30; the day is the one that has it at this hour. A leap month is passed over.
pub(crate) fn hindu(year: i16, month: u8, lunar_day: u8, hour: Hour) -> Option<Date> {
    let first = midnight_of(day(YEARS.contains(&year).then_some(year)?, 1, 1)?);
    let mut begins = new_moon_before(first - 35.0);
    while begins < first + 370.0 {
        let ends = new_moon_after(begins);
        let sign = sign_of(begins);
        if sign != sign_of(ends) && (sign + 1) % 12 + 1 == month {
            let found = lunar_day_in(begins, ends, lunar_day, hour)?;
            if found.year() == year {
                return Some(found);
            }
        }
        begins = ends;
    }
    None
}

/// The sign in which the sun stands among the stars (Lahiri's ayanamsa).
fn sign_of(moment: f64) -> u8 {
    let drift = 23.856_75 + 0.013_972_2 * (moment - 2_451_545.0) / 365.25;
    let signs = (sun(moment) - drift).rem_euclid(360.0) / 30.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 11")]
    let sign = signs as u8;
    sign
}

fn lunar_day_in(begins: f64, ends: f64, lunar_day: u8, hour: Hour) -> Option<Date> {
    let mut date = later(date_of(begins)?, -1)?;
    for _ in 0..34 {
        let moment = midnight_of(date) + hour.of_day();
        // The line between two months is sharper than the moon's place beside it.
        let now = match moment {
            early if early < begins => 0,
            late if late >= ends => 31,
            inside => match lunar_day_at(inside) {
                30 if inside - begins < 2.0 => 1,
                now => now,
            },
        };
        if now == lunar_day {
            return Some(date);
        }
        if now > lunar_day {
            return later(date, -1);
        }
        date = later(date, 1)?;
    }
    None
}

/// The lunar day, 1 to 30: twelve degrees each.
fn lunar_day_at(moment: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 29")]
    let days = (phase(moment) / 12.0) as u8;
    days + 1
}

/// The day on which the sun comes into a sign among the stars, 0 being Mesha, as India's days are told.
pub(crate) fn sankranti(year: i16, sign: u8) -> Option<Date> {
    let first = midnight_of(day(YEARS.contains(&year).then_some(year)?, 1, 1)?);
    let drift = 23.856_75 + 0.013_972_2 * (first - 2_451_545.0) / 365.25;
    date_of(sun_at((f64::from(sign) * 30.0 + drift).rem_euclid(360.0), first) + 5.5 / 24.0)
}

/// The day on which the sun comes to a longitude, as China's days are told.
pub(crate) fn solar_term(year: i16, longitude: f64) -> Option<Date> {
    let first = midnight_of(day(YEARS.contains(&year).then_some(year)?, 1, 1)?);
    date_of(sun_at(longitude, first) + 8.0 / 24.0)
}

/// The sun has set over Mecca, as a part of the universal day.
const SUNSET: f64 = 0.645;

/// A day of the Islamic calendar, the first one of this year: the month from Muharram 1, and the day.
pub(crate) fn islamic(year: i16, month: i16, date: i16) -> Option<Date> {
    let first = midnight_of(day(YEARS.contains(&year).then_some(year)?, 1, 1)?);
    let mut begins = new_moon_before(first - 35.0);
    while begins < first + 370.0 {
        let sunset_passed = (begins + 0.5).rem_euclid(1.0) >= SUNSET;
        let first_day = later(date_of(begins)?, if sunset_passed { 2 } else { 1 })?;
        if islamic_month(first_day) == month {
            let found = later(first_day, date - 1)?;
            if found.year() == year {
                return Some(found);
            }
        }
        begins = new_moon_after(begins);
    }
    None
}

/// The month whose first day this is: counted from one that is known, for a year has twelve months whatever the sun does.
fn islamic_month(first_day: Date) -> i16 {
    // 1 Muharram 1447 was about 2025-06-26.
    let months = ((midnight_of(first_day) - 2_460_852.5) / MONTH).round();
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 11")]
    let month = months.rem_euclid(12.0) as i16;
    month + 1
}

/// A day of the Chinese calendar: the month from 1, and the day; a leap month is passed over.
pub(crate) fn chinese(year: i16, month: i16, date: i16) -> Option<Date> {
    // Months eleven and twelve may lie in the next year's January; the year asked for is the one that the day falls in.
    [year, year.saturating_add(1), year.saturating_sub(1)].into_iter().find_map(|spring| {
        let first = chinese_month(spring, month)?;
        let found = later(first, date - 1)?;
        (found.year() == year).then_some(found)
    })
}

/// The first day of a month of the Chinese year that has its spring in this year.
fn chinese_month(spring: i16, month: i16) -> Option<Date> {
    YEARS.contains(&spring).then_some(())?;
    let zone = 8.0 / 24.0;
    let before = if month >= 11 { spring } else { spring - 1 };
    // The month that holds the solstice is the eleventh; a new moon later on that day still begins it.
    let eleventh = |year: i16| {
        let solstice = sun_at(270.0, midnight_of(day(year, 12, 1)?));
        Some(new_moon_before((solstice + zone + 0.5).ceil() - 0.5 - zone))
    };
    let (mut begins, end) = (eleventh(before)?, eleventh(before + 1)?);
    let mut leap = ((end - begins) / MONTH).round() > 12.5;
    let mut number = 10;
    while begins < end - 1.0 {
        let next = new_moon_after(begins);
        let (first, until) = (date_of(begins + zone)?, date_of(next + zone)?);
        begins = next;
        if leap && number > 10 && has_no_middle(first, until) {
            leap = false;
            continue;
        }
        number += 1;
        if (number - 1) % 12 + 1 == month {
            return Some(first);
        }
    }
    None
}

/// Whether the sun crosses no multiple of 30 degrees from the first day up to the other.
fn has_no_middle(first: Date, until: Date) -> bool {
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 11")]
    let sign = |date: Date| (sun(midnight_of(date) - 8.0 / 24.0) / 30.0) as i32;
    sign(first) == sign(until)
}

/// The evening on which the Hebrew year begins that has its autumn in this year.
fn hebrew_new_year(year: i16) -> Option<Date> {
    let year = i64::from(year) + 3761;
    let (before, this, after) = (hebrew_elapsed(year - 1), hebrew_elapsed(year), hebrew_elapsed(year + 1));
    let delay = if after - this == 356 { 2 } else { i64::from(this - before == 382) };
    // The calendar begins on Julian day 347,997.5; the eve is the day before.
    let moment = 347_997.5 + (this + delay) as f64;
    later(date_of(moment)?, -1)
}

fn hebrew_elapsed(year: i64) -> i64 {
    let months = (235 * year - 234).div_euclid(19);
    let parts = 12_084 + 13_753 * months;
    let days = 29 * months + parts.div_euclid(25_920);
    if (3 * (days + 1)).rem_euclid(7) < 3 { days + 1 } else { days }
}

/// The evening on which a day begins that lies so many days after the new year.
pub(crate) fn hebrew_autumn(year: i16, days: i16) -> Option<Date> {
    YEARS.contains(&year).then_some(())?;
    later(hebrew_new_year(year)?, days)
}

/// The same, counted from Passover.
pub(crate) fn hebrew_spring(year: i16, days: i16) -> Option<Date> {
    YEARS.contains(&year).then_some(())?;
    later(hebrew_new_year(year)?, days - 163)
}

/// The evening of the first candle, 25 Kislev.
pub(crate) fn hanukkah(year: i16) -> Option<Date> {
    YEARS.contains(&year).then_some(())?;
    let (first, next) = (hebrew_new_year(year)?, hebrew_new_year(year + 1)?);
    let length = first.until(next).ok()?.get_days();
    // A complete year has a day more in Heshvan.
    later(first, 83 + i16::from(length % 10 == 5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn hindu_days_are_those_of_the_almanacs() {
        let diwali = [
            (2012, 11, 13),
            (2014, 10, 23),
            (2015, 11, 11),
            (2016, 10, 30),
            (2017, 10, 19),
            (2018, 11, 7),
            (2020, 11, 14),
            (2021, 11, 4),
            (2023, 11, 12),
            (2024, 10, 31),
            (2025, 10, 20),
            (2026, 11, 8),
            (2027, 10, 29),
            (2028, 10, 17),
        ];
        for (year, month, day) in diwali {
            assert_eq!(hindu(year, 7, 30, Hour::Evening), Some(date(year, month, day)), "{year}");
        }
        assert_eq!(hindu(2019, 5, 23, Hour::Night), Some(date(2019, 8, 23)));
        assert_eq!(hindu(2018, 4, 2, Hour::Sunrise), Some(date(2018, 7, 14)));
        assert_eq!(sankranti(2018, 9), Some(date(2018, 1, 14)));
    }

    #[test]
    fn islamic_days_are_those_of_mecca() {
        let fast_broken = [
            (2013, 8, 8),
            (2014, 7, 28),
            (2018, 6, 15),
            (2019, 6, 4),
            (2020, 5, 24),
            (2022, 5, 2),
            (2024, 4, 10),
            (2025, 3, 30),
            (2026, 3, 20),
            (2027, 3, 9),
        ];
        for (year, month, day) in fast_broken {
            assert_eq!(islamic(year, 10, 1), Some(date(year, month, day)), "{year}");
        }
        assert_eq!(islamic(1974, 12, 10), Some(date(1974, 1, 3)));
        assert_eq!(islamic(2026, 1, 1), Some(date(2026, 6, 16)));
    }

    #[test]
    fn chinese_days_keep_their_leap_months() {
        let springs = [
            (2012, 1, 23),
            (2015, 2, 19),
            (2020, 1, 25),
            (2023, 1, 22),
            (2024, 2, 10),
            (2025, 1, 29),
            (2026, 2, 17),
            (2027, 2, 6),
            (2033, 1, 31),
            (2034, 2, 19),
        ];
        for (year, month, day) in springs {
            assert_eq!(chinese(year, 1, 1), Some(date(year, month, day)), "{year}");
        }
        assert_eq!(chinese(2020, 5, 5), Some(date(2020, 6, 25)));
        assert_eq!(chinese(2025, 8, 15), Some(date(2025, 10, 6)));
        assert_eq!(chinese(2026, 12, 8), Some(date(2026, 1, 26)));
        assert_eq!(solar_term(2026, 15.0), Some(date(2026, 4, 5)));
    }

    #[test]
    fn hebrew_days_begin_on_the_evening_before() {
        assert_eq!(hebrew_autumn(2018, 0), Some(date(2018, 9, 9)));
        assert_eq!(hebrew_autumn(2026, 9), Some(date(2026, 9, 20)));
        assert_eq!(hebrew_spring(2026, 0), Some(date(2026, 4, 1)));
        assert_eq!(hebrew_spring(2013, -30), Some(date(2013, 2, 23)));
        for (year, month, day) in [(2018, 12, 2), (2024, 12, 25), (2025, 12, 14), (2026, 12, 4), (2027, 12, 24)] {
            assert_eq!(hanukkah(year), Some(date(year, month, day)), "{year}");
        }
    }

    #[test]
    fn no_year_is_too_far() {
        for year in [i16::MIN, -9999, 0, 1599, 1600, 2600, 9999, i16::MAX] {
            let _ = (hindu(year, 7, 30, Hour::Noon), islamic(year, 10, 1), chinese(year, 1, 1), sankranti(year, 0));
            let _ = (hebrew_autumn(year, 0), hebrew_spring(year, 50), hanukkah(year), solar_term(year, 0.0));
        }
    }
}
