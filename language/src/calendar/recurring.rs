//! When the simple things recur: a day of the month, a season, a weekend, a part of the day, an hour on the clock.

use jiff::ToSpan;
use jiff::civil::{DateTime, Time};

use crate::calendar::arithmetic::{add, day, floor, midnight};
use crate::calendar::expression::{Clock, Stretch};
use crate::finding::Grain;

pub(crate) fn after(found: Stretch, from: DateTime) -> Option<Stretch> {
    (found.end > from).then_some(found)
}

pub(crate) fn holds(frame: Stretch, found: Stretch) -> bool {
    found.start >= frame.start && found.start < frame.end
}

pub(crate) fn whole(start: DateTime, grain: Grain) -> Option<Stretch> {
    Some(Stretch { start, end: add(start, 1, grain)?, grain })
}

/// A moment found by counting from now: in three days it is the same hour, in three weeks only the same day.
pub(crate) fn shifted(moment: DateTime, grain: Grain) -> Option<Stretch> {
    match grain {
        Grain::Second => whole(floor(moment, Grain::Second), Grain::Second),
        Grain::Minute | Grain::Hour => whole(floor(moment, Grain::Minute), Grain::Minute),
        Grain::Day => {
            let start = floor(moment, Grain::Hour);
            Some(Stretch { start, end: add(floor(moment, Grain::Day), 1, Grain::Day)?, grain: Grain::Day })
        }
        _ => whole(floor(moment, Grain::Day), Grain::Day),
    }
}

/// The first of the yearly ones, this year's neighbours included, that ends after this moment.
pub(crate) fn yearly(from: DateTime, of: impl Fn(i16) -> Option<Stretch>) -> Option<Stretch> {
    let year = from.date().year();
    // Leap days are eight years apart at most; listed days end with their list.
    (-1..=8).filter_map(|ahead| of(year.checked_add(ahead)?)).find(|found| found.end > from)
}

pub(crate) fn season_of(year: i16, season: i8) -> Option<Stretch> {
    let (month, first) = match season {
        0 => (3, 20),
        1 => (6, 21),
        2 => (9, 23),
        _ => (12, 21),
    };
    let start = midnight(day(year, month, first)?);
    let end = match season {
        0 => day(year, 6, 21)?,
        1 => day(year, 9, 23)?,
        2 => day(year, 12, 21)?,
        _ => day(year.checked_add(1)?, 3, 20)?,
    };
    Some(Stretch { start, end: midnight(end), grain: Grain::Day })
}

pub(crate) fn day_of_month(from: DateTime, date: i8) -> Option<Stretch> {
    let first = from.date().first_of_month();
    (0..=2i64)
        .filter_map(|ahead| {
            let month = first.checked_add(ahead.months()).ok()?;
            whole(midnight(day(month.year(), month.month(), date)?), Grain::Day)
        })
        .find(|found| found.end > from)
}

pub(crate) fn weekend(from: DateTime) -> Option<Stretch> {
    let monday = floor(from, Grain::Week);
    let end = add(monday, 1, Grain::Week)?;
    let friday = add(monday, 4, Grain::Day)?;
    Some(Stretch { start: add(friday, 18, Grain::Hour)?, end, grain: Grain::Hour })
}

pub(crate) fn part(from: DateTime, start: i16, end: i16) -> Option<Stretch> {
    let today = floor(from, Grain::Day);
    (-1..=1)
        .filter_map(|ahead| {
            let midnight = add(today, ahead, Grain::Day)?;
            Some(Stretch {
                start: add(midnight, i64::from(start), Grain::Minute)?,
                end: add(midnight, i64::from(end), Grain::Minute)?,
                grain: Grain::Hour,
            })
        })
        .find(|found| found.end > from)
}

/// An open clock both ways, the likelier first.
pub(crate) fn either(clock: Clock) -> Vec<Clock> {
    if !clock.open {
        return vec![clock];
    }
    let other = Clock { hour: (clock.hour + 12) % 24, open: false, ..clock };
    vec![Clock { open: false, ..clock }, other]
}

/// The next time that the clock shows this; an open clock takes the likelier half of the day while it is still ahead.
pub(crate) fn at_clock(from: DateTime, clock: Clock) -> Option<Stretch> {
    let today = floor(from, Grain::Day);
    for ahead in 0..=1 {
        let date = add(today, ahead, Grain::Day)?.date();
        for clock in either(clock) {
            let start = date.to_datetime(Time::new(clock.hour, clock.minute, clock.second, 0).ok()?);
            if start >= from {
                return whole(start, clock.grain);
            }
        }
    }
    None
}
