//! Days with names: how each is found in a year, read from one data file.

use std::sync::{Mutex, OnceLock};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::calendar::arithmetic::day;
use crate::calendar::moons::{self, Hour};

/// When a named day falls.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Rule {
    /// Month and day.
    Fixed(i8, i8),
    /// Month, which one (negative from the end), weekday with Monday 1.
    Nth(i8, i8, i8),
    /// The last weekday on or before month and day: month, day, weekday.
    Before(i8, i8, i8),
    /// Days after Easter Sunday of the Gregorian calendar.
    Easter(i16),
    /// Days after Easter Sunday of the Julian calendar, told in the Gregorian one.
    Orthodox(i16),
    /// Days after another named day.
    After(String, i16),
    /// Month from Chaitra 1, lunar day from 1 to 30, and the hour that tells.
    Hindu(u8, u8, Hour),
    /// The sun comes into this sign among the stars, so many days before.
    Sankranti(u8, i16),
    /// Month from Muharram 1, and day.
    Islamic(i16, i16),
    /// Month and day of the Chinese calendar, leap months aside.
    Chinese(i16, i16),
    /// The sun comes to this longitude, as China's days are told.
    SolarTerm(f64),
    /// Days after the Hebrew new year, from the evening before.
    HebrewAutumn(i16),
    /// Days after the first day of Passover, from the evening before.
    HebrewSpring(i16),
    /// The first candle.
    Candles,
    /// Month and which (negative from the end) weekday, and days after it.
    NthAnd(i8, i8, i8, i16),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    when: Rule,
    #[serde(default = "one")]
    days: i16,
    /// Year, month and day where it was told otherwise than the rule says.
    #[serde(default)]
    told: Vec<(i16, i8, i8)>,
}

fn one() -> i16 {
    1
}

impl Rule {
    /// Whether the sky is asked.
    const fn is_costly(&self) -> bool {
        matches!(
            self,
            Self::Hindu(..) | Self::Sankranti(..) | Self::Islamic(..) | Self::Chinese(..) | Self::SolarTerm(_)
        )
    }
}

/// All named days.
#[derive(Debug, Default)]
pub(crate) struct Holidays {
    names: FxHashMap<String, u16>,
    entries: Vec<Entry>,
    /// What the sky was asked already: a text full of festivals asks the same again and again.
    known: Mutex<FxHashMap<(u16, i16), Option<Date>>>,
}

impl Holidays {
    /// The days of the data file.
    pub(crate) fn all() -> &'static Self {
        static ALL: OnceLock<Holidays> = OnceLock::new();
        ALL.get_or_init(|| {
            let read: std::collections::BTreeMap<String, Entry> =
                toml::from_str(include_str!("../../data/holidays.toml")).unwrap_or_default();
            let mut all = Self::default();
            for (name, entry) in read {
                let id = u16::try_from(all.entries.len()).unwrap_or(u16::MAX);
                all.names.insert(name, id);
                all.entries.push(entry);
            }
            all
        })
    }

    pub(crate) fn id(&self, name: &str) -> Option<u16> {
        self.names.get(name).copied()
    }

    /// The first day of it in this year, and how many days it lasts.
    pub(crate) fn in_year(&self, id: u16, year: i16) -> Option<(Date, i16)> {
        let entry = self.entries.get(usize::from(id))?;
        if let Some((year, month, date)) = entry.told.iter().find(|told| told.0 == year) {
            return Some((day(*year, *month, *date)?, entry.days));
        }
        let first = if entry.when.is_costly() {
            let known = self.known.lock().ok().and_then(|known| known.get(&(id, year)).copied());
            known.unwrap_or_else(|| {
                let found = self.first(&entry.when, year);
                if let Ok(mut known) = self.known.lock() {
                    known.insert((id, year), found);
                }
                found
            })
        } else {
            self.first(&entry.when, year)
        };
        Some((first?, entry.days))
    }

    /// Whether the day begins on the evening before the date that a calendar shows.
    pub(crate) fn begins_at_sunset(&self, id: u16) -> bool {
        self.entries
            .get(usize::from(id))
            .is_some_and(|entry| matches!(entry.when, Rule::HebrewAutumn(_) | Rule::HebrewSpring(_) | Rule::Candles))
    }

    fn first(&self, rule: &Rule, year: i16) -> Option<Date> {
        match rule {
            Rule::Fixed(month, date) => day(year, *month, *date),
            Rule::Nth(month, nth, weekday) => {
                day(year, *month, 1)?.nth_weekday_of_month(*nth, Weekday::from_monday_one_offset(*weekday).ok()?).ok()
            }
            Rule::Before(month, date, weekday) => {
                let bound = day(year, *month, *date)?;
                let back = (bound.weekday().to_monday_one_offset() - weekday).rem_euclid(7);
                bound.checked_sub(i64::from(back).days()).ok()
            }
            Rule::Easter(days) => easter(year)?.checked_add(i64::from(*days).days()).ok(),
            Rule::Orthodox(days) => orthodox(year)?.checked_add(i64::from(*days).days()).ok(),
            Rule::After(name, days) => self.in_year(self.id(name)?, year)?.0.checked_add(i64::from(*days).days()).ok(),
            Rule::Hindu(month, lunar_day, hour) => moons::hindu(year, *month, *lunar_day, *hour),
            Rule::Sankranti(sign, days) => moons::sankranti(year, *sign)?
                .checked_add(i64::from(*days).days())
                .ok()
                .filter(|date| date.year() == year),
            Rule::Islamic(month, date) => moons::islamic(year, *month, *date),
            Rule::Chinese(month, date) => moons::chinese(year, *month, *date),
            Rule::SolarTerm(longitude) => moons::solar_term(year, *longitude),
            Rule::HebrewAutumn(days) => moons::hebrew_autumn(year, *days),
            Rule::HebrewSpring(days) => moons::hebrew_spring(year, *days),
            Rule::Candles => moons::hanukkah(year),
            Rule::NthAnd(month, nth, weekday, days) => {
                self.first(&Rule::Nth(*month, *nth, *weekday), year)?.checked_add(i64::from(*days).days()).ok()
            }
        }
    }
}

#[expect(clippy::many_single_char_names, reason = "the letters of the published computus")]
/// Easter Sunday by the anonymous Gregorian computus (Nature, 20 April 1876).
fn easter(year: i16) -> Option<Date> {
    let year_number = i32::from(year);
    let (a, b, c) = (year_number % 19, year_number / 100, year_number % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    day(year, i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?)
}

#[expect(clippy::many_single_char_names, reason = "the letters of the published algorithm")]
/// Easter Sunday by Meeus' Julian algorithm, moved to the Gregorian calendar.
fn orthodox(year: i16) -> Option<Date> {
    let year_number = i32::from(year);
    let (a, b, c) = (year_number % 4, year_number % 7, year_number % 19);
    let d = (19 * c + 15) % 30;
    let e = (2 * a + 4 * b - d + 34) % 7;
    let n = d + e + 114;
    let julian = day(year, i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?)?;
    let lag = year_number / 100 - year_number / 400 - 2;
    julian.checked_add(i64::from(lag).days()).ok()
}
