//! Acts on times of day.

use std::sync::Arc;

use crate::calendar::expression::{Clock, Expr, together};
use crate::finding::Grain;
use crate::grammar::act::Args;
use crate::grammar::meaning::{Meaning, Moment, part};

/// An hour of the twelve-hour clock whose half of the day is not said is taken as the one in which people meet:
/// noon to seven in the evening, eight to eleven in the morning.
const EVENING_UP_TO: i8 = 7;

/// Hour, minute, second, as far as said.
pub(crate) fn clock(args: &Args<'_>) -> Option<Meaning> {
    let hour = args.small(0)?;
    // "08:30" is written by people who count to 24.
    let padded = matches!(args.get(0), Some(Meaning::Number { digits: 2, value, .. }) if *value < 10.0);
    let open = (1..=12).contains(&hour) && !padded;
    let likely = if open && hour <= EVENING_UP_TO { hour + 12 } else { hour };
    made(args, likely, open)
}

/// The same on the twenty-four-hour clock.
pub(crate) fn h24(args: &Args<'_>) -> Option<Meaning> {
    made(args, args.small(0)?, false)
}

fn made(args: &Args<'_>, hour: i8, open: bool) -> Option<Meaning> {
    let (minute, second) = (said(args, 1)?, said(args, 2)?);
    let grain = match (minute, second) {
        (_, Some(_)) => Grain::Second,
        (Some(_), None) => Grain::Minute,
        _ => Grain::Hour,
    };
    let clock =
        Clock { hour: hour % 24, minute: minute.unwrap_or(0), second: second.unwrap_or(0), grain, open, told: false };
    let sensible = (0..=24).contains(&hour) && (0..60).contains(&clock.minute) && (0..60).contains(&clock.second);
    sensible.then(|| Moment::new(Expr::Clock(clock), part::CLOCK).into())
}

/// `Some(None)` when the piece was not said, nothing when it is no small number.
#[expect(clippy::option_option, reason = "three answers: a number, not said, not sensible")]
fn said(args: &Args<'_>, at: usize) -> Option<Option<i8>> {
    match args.get(at) {
        None => Some(None),
        Some(_) => args.small(at).map(Some),
    }
}

/// A time of day before or after noon.
pub(crate) fn meridiem(args: &Args<'_>) -> Option<Meaning> {
    let moment = args.time(0)?;
    let Expr::Clock(clock) = *moment.expr else { return None };
    let hour = clock.hour % 12;
    // "15:30 pm" is said and clear; "15:30 am" is neither.
    let (low, high) = match args.name(1)? {
        "am" => (hour, clock.open || clock.hour <= 12),
        _ => (hour + 12, true),
    };
    let known = Clock { hour: low, open: false, told: true, ..clock };
    high.then(|| moment.with(Expr::Clock(known)).into())
}

/// A time of day in a part of the day: "half past one in the afternoon".
pub(crate) fn by_part(args: &Args<'_>) -> Option<Meaning> {
    let (clock_said, part_said) = (args.time(0)?, args.time(1)?);
    let Expr::Clock(clock) = *clock_said.expr else { return None };
    // "one morning" is no hour: a bare number and a bare part of the day say nothing of each other.
    if clock_said.latent && part_said.latent {
        return None;
    }
    let (from, to) = hours_of(&part_said.expr)?;
    let outside = !clock.told
        && clock.hour <= 12
        && !(from..to).contains(&(i16::from(clock.hour) * 60 + i16::from(clock.minute)));
    let hour = if clock.open || outside { in_part(clock, from, to) } else { clock.hour };
    let told = clock.told || clock.open || outside;
    let known = Arc::new(Expr::Clock(Clock { hour, open: false, told, ..clock }));
    let Expr::Within(frame, inner) = &*part_said.expr else {
        let mut moment = clock_said.with(Expr::Clock(known_clock(&known)?));
        moment.latent = false;
        return Some(moment.into());
    };
    // "tomorrow evening at seven": the day stays, its part has said what it could.
    let (day, parts) =
        if matches!(**inner, Expr::Part(..)) { (frame, part_said.parts & !part::PART) } else { return None };
    let late = hour < 4 && from >= 18 * 60;
    if late {
        return None;
    }
    Some(Moment::new(together(Arc::clone(day), known), parts | part::CLOCK).into())
}

fn known_clock(expr: &Expr) -> Option<Clock> {
    match expr {
        Expr::Clock(clock) => Some(*clock),
        _ => None,
    }
}

/// The first and last minute of the part of the day that is spoken of.
fn hours_of(expr: &Expr) -> Option<(i16, i16)> {
    match expr {
        Expr::Part(from, to) => Some((*from, *to)),
        Expr::Within(_, inner) => hours_of(inner),
        _ => None,
    }
}

/// The hour of an open clock in this part of the day; four in the evening is 16:00, one at night 1:00.
fn in_part(clock: Clock, from: i16, to: i16) -> i8 {
    let hour = clock.hour % 12;
    let minutes = |hour: i8| i16::from(hour) * 60 + i16::from(clock.minute);
    for candidate in [hour, hour + 12] {
        if (from..to).contains(&minutes(candidate)) {
            return candidate;
        }
    }
    if to > 24 * 60 && hour < 6 {
        hour
    } else if from >= 11 * 60 {
        hour + 12
    } else {
        hour
    }
}

/// Minutes after an hour.
pub(crate) fn past(args: &Args<'_>) -> Option<Meaning> {
    moved(args, 1)
}

/// Minutes before an hour.
pub(crate) fn before(args: &Args<'_>) -> Option<Meaning> {
    moved(args, -1)
}

fn moved(args: &Args<'_>, sign: i32) -> Option<Meaning> {
    let (minutes, moment) = (args.whole(0).filter(|minutes| (0..60).contains(minutes))?, args.time(1)?);
    let Expr::Clock(clock) = *moment.expr else { return None };
    if clock.grain != Grain::Hour {
        return None;
    }
    let total = (i32::from(clock.hour) * 60 + sign * minutes).rem_euclid(24 * 60);
    let (hour, minute) = (i8::try_from(total / 60).ok()?, i8::try_from(total % 60).ok()?);
    // A quarter to eight is an hour of seven, when people meet in the evening.
    let hour = if clock.open && (1..=EVENING_UP_TO).contains(&hour) { hour + 12 } else { hour };
    let mut moved = moment.with(Expr::Clock(Clock { hour, minute, grain: Grain::Minute, ..clock }));
    moved.latent = false;
    Some(moved.into())
}

/// A part of the day, from its hours as "18-24".
pub(crate) fn part_of_day(args: &Args<'_>) -> Option<Meaning> {
    let (from, to) = args.name(0)?.split_once('-')?;
    let minutes = |text: &str| -> Option<i16> { text.parse::<i16>().ok()?.checked_mul(60) };
    Some(Moment::new(Expr::Part(minutes(from)?, minutes(to)?), part::PART).long().into())
}

/// From one time of day to another; what the last says of its half of the day holds for the first.
pub(crate) fn hours(args: &Args<'_>) -> Option<Meaning> {
    let (first_said, last_said) = (args.time(0)?, args.time(1)?);
    let (Expr::Clock(mut first), Expr::Clock(mut last)) = ((*first_said.expr).clone(), (*last_said.expr).clone())
    else {
        return None;
    };
    let minutes = |clock: Clock| i32::from(clock.hour) * 60 + i32::from(clock.minute);
    if first.open && !last.open && !last.told && last.hour > 12 {
        // "From 7:00 to 20:00": who counts to 24 at the end does so at the beginning.
        first = Clock { hour: if first.hour > 12 { first.hour - 12 } else { first.hour }, open: false, ..first };
    } else if first.open && !last.open {
        let early = Clock { hour: first.hour % 12, ..first };
        let late = Clock { hour: first.hour % 12 + 12, ..first };
        let closer = |clock: Clock| (minutes(last) - minutes(clock)).rem_euclid(24 * 60);
        first = if closer(late) > 0 && closer(late) < closer(early) { late } else { early };
    } else if last.open {
        let early = Clock { hour: last.hour % 12, ..last };
        let late = Clock { hour: last.hour % 12 + 12, ..last };
        last = if minutes(early) > minutes(first) { early } else { late };
    }
    let open = first.open && last.open;
    (first.open, last.open) = (false, false);
    let mut moment = Moment::new(Expr::Range(clock_of(first), clock_of(last), false), part::CLOCK).long();
    moment.zone = last_said.zone.or(first_said.zone);
    if open {
        let other = |clock: Clock| clock_of(Clock { hour: (clock.hour + 12) % 24, ..clock });
        moment = moment.or(Expr::Range(other(first), other(last), false));
    }
    Some(moment.into())
}

fn clock_of(clock: Clock) -> Arc<Expr> {
    Arc::new(Expr::Clock(clock))
}

/// An hour that follows a word which is only sometimes followed by an hour: "at" is, "for" and "from" are not.
pub(crate) fn trusted(args: &Args<'_>) -> Option<Meaning> {
    let moment = args.time(1)?;
    Some(Moment { latent: false, ..(**moment).clone() }.into())
}

/// An hour and its minutes written as one number: 1530.
pub(crate) fn military(args: &Args<'_>) -> Option<Meaning> {
    let figures = args.small_pair(0)?;
    let clock = Clock { hour: figures.0, minute: figures.1, second: 0, grain: Grain::Minute, open: false, told: false };
    (clock.hour < 24 && clock.minute < 60).then(|| Moment::new(Expr::Clock(clock), part::CLOCK).into())
}

/// An hour on a day of which a part was named: "tomorrow evening at seven".
pub(crate) fn day_part(args: &Args<'_>) -> Option<Meaning> {
    by_part(args)
}

/// Hours in a part of the day: "from 7 to 9 in the evening", "Saturday afternoon, 3 to 5".
pub(crate) fn hours_part(args: &Args<'_>) -> Option<Meaning> {
    let (hours_said, part_said) = (args.time(0)?, args.time(1)?);
    let Expr::Range(first, last, whole) = &*hours_said.expr else { return None };
    let (from, to) = hours_of(&part_said.expr)?;
    let (Expr::Clock(mut first), Expr::Clock(mut last)) = ((**first).clone(), (**last).clone()) else { return None };
    if !hours_said.others.is_empty() {
        let minutes = |hour: i8, clock: Clock| i16::from(hour) * 60 + i16::from(clock.minute);
        first.hour = in_part(first, from, to);
        // "From 10 to 12:30 in the morning" ends when it is not morning any more.
        let halves = [last.hour % 12, last.hour % 12 + 12];
        let later = halves.into_iter().find(|hour| minutes(*hour, last) > minutes(first.hour, first));
        last.hour = later.unwrap_or(last.hour % 12);
    }
    let range = Expr::Range(clock_of(first), clock_of(last), *whole);
    let mut moment = match &*part_said.expr {
        Expr::Within(day, inner) if matches!(**inner, Expr::Part(..)) => {
            let mut moment = hours_said.with(together(Arc::clone(day), Arc::new(range)));
            moment.parts |= part_said.parts & !part::PART;
            moment
        }
        Expr::Part(..) => hours_said.with(range),
        _ => return None,
    };
    moment.others.clear();
    moment.latent = false;
    Some(moment.into())
}

/// An hour told with the word for hours, which most people count to 24 but some only to 12 ("3 heures").
pub(crate) fn hour24(args: &Args<'_>) -> Option<Meaning> {
    let hour = args.small(0)?;
    let spoken = matches!(args.get(0), Some(Meaning::Number { digits: 0, .. }));
    made(
        args,
        if spoken && (1..EVENING_UP_TO).contains(&hour) { hour + 12 } else { hour },
        (1..=12).contains(&hour) && spoken,
    )
}
