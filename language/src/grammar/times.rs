//! Acts on dates: their names, their numbers, and how far they are from now or from each other.

use std::sync::Arc;

use jiff::civil::DateTime;

use crate::calendar::arithmetic::{Length, day, midnight};
use crate::calendar::expression::{Expr, Stretch, together};
use crate::calendar::holiday::Holidays;
use crate::finding::Grain;
use crate::grammar::act::Args;
use crate::grammar::meaning::{Meaning, Moment, part};

pub(crate) fn weekday(args: &Args<'_>) -> Option<Meaning> {
    Some(Moment::new(Expr::Weekday(args.small(0)?), part::WEEKDAY).into())
}

pub(crate) fn month(args: &Args<'_>) -> Option<Meaning> {
    Some(Moment::new(Expr::Month(args.small(0)?), part::MONTH).into())
}

pub(crate) fn day_of_month(args: &Args<'_>) -> Option<Meaning> {
    let date = args.small(0).filter(|date| (1..=31).contains(date))?;
    Some(Moment::new(Expr::Day(date), part::DAY).into())
}

/// A year; of two figures it is in this century up to 49.
pub(crate) fn year(args: &Args<'_>) -> Option<Meaning> {
    let said = i16::try_from(args.whole(0)?).ok()?;
    Some(Moment::new(Expr::Year(full_year(said)), part::YEAR).into())
}

fn full_year(said: i16) -> i16 {
    match said {
        0..=49 => 2000 + said,
        50..=99 => 1900 + said,
        other => other,
    }
}

pub(crate) fn quarter(args: &Args<'_>) -> Option<Meaning> {
    let quarter = args.small(0).filter(|quarter| (1..=4).contains(quarter))?;
    Some(Moment::new(Expr::Quarter(quarter), part::MONTH).into())
}

pub(crate) fn season(args: &Args<'_>) -> Option<Meaning> {
    Some(Moment::new(Expr::Season(args.small(0)?), part::MONTH).long().into())
}

pub(crate) fn holiday(args: &Args<'_>) -> Option<Meaning> {
    let id = Holidays::all().id(args.name(0)?)?;
    let moment = Moment::new(Expr::Holiday(id), part::NAMED);
    // Said of a day that begins at sunset, the date is the evening's or that of the day after.
    let moment = match Length::of(1.0, Grain::Day).filter(|_| Holidays::all().begins_at_sunset(id)) {
        Some(one) => moment.or(Expr::Shift(Arc::new(Expr::Holiday(id)), one)),
        None => moment,
    };
    let long = Holidays::all().in_year(id, 2026).is_some_and(|(_, days)| days > 1);
    Some(if long { moment.long() } else { moment }.into())
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every act")]
pub(crate) fn weekend(_: &Args<'_>) -> Option<Meaning> {
    Some(Moment::new(Expr::Weekend, part::WEEKDAY).long().into())
}

/// The current unit, or so many after it.
pub(crate) fn cycle(args: &Args<'_>) -> Option<Meaning> {
    let grain = args.grain(0)?;
    let parts = match grain {
        Grain::Year => part::YEAR,
        Grain::Quarter | Grain::Month => part::MONTH | part::YEAR,
        Grain::Week => part::WEEK,
        Grain::Day => part::NAMED,
        _ => part::CLOCK,
    };
    Some(Moment::new(Expr::Cycle(grain, args.whole(1).unwrap_or(0)), parts).into())
}

/// Year, month, day.
pub(crate) fn date(args: &Args<'_>) -> Option<Meaning> {
    let year = full_year(i16::try_from(args.whole(0)?).ok()?);
    Some(fixed(midnight(day(year, args.small(1)?, args.small(2)?)?))?.into())
}

fn fixed(start: DateTime) -> Option<Moment> {
    let end = crate::calendar::arithmetic::add(start, 1, Grain::Day)?;
    let stretch = Stretch { start, end, grain: Grain::Day };
    Some(Moment::new(Expr::Fixed(stretch), part::YEAR | part::MONTH | part::DAY))
}

/// Two numbers and perhaps a year, which may be day and month or month and day.
pub(crate) fn slashed(args: &Args<'_>) -> Option<Meaning> {
    let (one, two) = (args.small(0)?, args.small(1)?);
    let of = |month: i8, date: i8| -> Option<Moment> {
        // The 29th of February is a day in a leap year.
        day(2024, month, date)?;
        match args.get(2) {
            Some(_) => {
                let year = full_year(i16::try_from(args.whole(2)?).ok()?);
                fixed(midnight(day(year, month, date)?))
            }
            None => Some(Moment::new(
                together(Arc::new(Expr::Month(month)), Arc::new(Expr::Day(date))),
                part::MONTH | part::DAY,
            )),
        }
    };
    let (first, second) =
        if args.habits.day_first { (of(two, one), of(one, two)) } else { (of(one, two), of(two, one)) };
    Some(
        match (first, second) {
            (Some(first), Some(second)) if first.expr != second.expr => {
                let other = (*second.expr).clone();
                first.or(other)
            }
            (Some(only), _) | (None, Some(only)) => only,
            (None, None) => return None,
        }
        .into(),
    )
}

/// Two times said together.
pub(crate) fn join(args: &Args<'_>) -> Option<Meaning> {
    let (one, other) = (args.time(0)?, args.time(1)?);
    let clash =
        one.parts & other.parts != 0 || one.direction.is_some() || other.direction.is_some() || other.repeat.is_some();
    if clash || (one.parts | other.parts) & (part::NAMED | part::DAY) == part::NAMED | part::DAY {
        return None;
    }
    let mut joined = one.with(together(Arc::clone(&one.expr), Arc::clone(&other.expr)));
    joined.parts |= other.parts;
    joined.latent = false;
    joined.zone = one.zone.or(other.zone);
    joined.long = finer_of(one, other).long;
    joined.others =
        one.others.iter().map(|said| Arc::new(together(Arc::clone(said), Arc::clone(&other.expr)))).collect();
    joined.others.extend(other.others.iter().map(|said| Arc::new(together(Arc::clone(&one.expr), Arc::clone(said)))));
    Some(joined.into())
}

/// One of two days, the first being likelier; the second lives in the month of the first where it names none.
pub(crate) fn either(args: &Args<'_>) -> Option<Meaning> {
    let (one, other) = (args.time(0)?, args.time(1)?);
    let second = match &*one.expr {
        Expr::Within(frame, _) if frame.rank() > other.expr.rank() && other.parts & part::MONTH == 0 => {
            together(Arc::clone(frame), Arc::clone(&other.expr))
        }
        _ => (*other.expr).clone(),
    };
    (one.expr != other.expr).then(|| (**one).clone().or(second).into())
}

fn finer_of<'a>(one: &'a Moment, other: &'a Moment) -> &'a Moment {
    if one.expr.rank() < other.expr.rank() { one } else { other }
}

/// The n-th of something in a frame: n, what, frame.
pub(crate) fn nth(args: &Args<'_>) -> Option<Meaning> {
    let (count, inner, frame) = (args.whole(0)?, args.time(1)?, args.time(2)?);
    if inner.expr.rank() >= frame.expr.rank() || count == 0 || count.abs() > 400 {
        return None;
    }
    let expr = Expr::Nth(count, Arc::clone(&inner.expr), Arc::clone(&frame.expr));
    let mut moment = Moment::new(expr, inner.parts | frame.parts);
    moment.long = inner.long;
    Some(moment.into())
}

/// The n-th that is still to come, or that is past when negative.
pub(crate) fn coming(args: &Args<'_>) -> Option<Meaning> {
    let (count, inner) = (args.whole(0)?, args.time(1)?);
    let mut moment = inner.with(Expr::Coming(count, Arc::clone(&inner.expr)));
    moment.latent = false;
    if moment.parts & part::MONTH != 0 {
        moment.parts |= part::YEAR;
    }
    Some(moment.into())
}

/// "next Friday": the coming one, or the one after for those to whom the coming one is "this Friday".
pub(crate) fn next_weekday(args: &Args<'_>) -> Option<Meaning> {
    let inner = args.time(0)?;
    let mut moment = inner
        .with(Expr::Next(Arc::clone(&inner.expr)))
        .or(Expr::Coming(1, Arc::clone(&inner.expr)))
        .or(Expr::Coming(2, Arc::clone(&inner.expr)));
    moment.latent = false;
    Some(moment.into())
}

/// The n-th after another time, or before it when negative.
pub(crate) fn beyond(args: &Args<'_>) -> Option<Meaning> {
    let (count, inner, base) = (args.whole(0)?, args.time(1)?, args.time(2)?);
    let expr = Expr::After(count, Arc::clone(&inner.expr), Arc::clone(&base.expr));
    (count != 0).then(|| Moment::new(expr, inner.parts | base.parts).into())
}

/// This long after another time; a third argument of -1 means before it.
pub(crate) fn shift(args: &Args<'_>) -> Option<Meaning> {
    let (base, length) = (args.time(0)?, args.length(1)?);
    let length = if args.whole(2) == Some(-1) { length.negated() } else { length };
    let mut parts = base.parts | part::NAMED;
    if length.grain < Grain::Day {
        parts |= part::CLOCK;
    }
    let mut moment = Moment::new(Expr::Shift(Arc::clone(&base.expr), length), parts);
    moment.others = base.others.iter().map(|other| Arc::new(Expr::Shift(Arc::clone(other), length))).collect();
    Some(moment.into())
}

/// This long after now, or before it with a second argument of -1.
pub(crate) fn later(args: &Args<'_>) -> Option<Meaning> {
    let length = args.length(0)?;
    let length = if args.whole(1) == Some(-1) { length.negated() } else { length };
    let parts = if length.grain < Grain::Day { part::NAMED | part::CLOCK } else { part::NAMED };
    let now = Arc::new(Expr::Cycle(Grain::Second, 0));
    Some(Moment::new(Expr::Shift(now, length), parts).into())
}

/// The same, but too little on its own.
pub(crate) fn weak(args: &Args<'_>) -> Option<Meaning> {
    Some((**args.time(0)?).clone().weak().into())
}

/// The same, said clearly enough to stand alone.
pub(crate) fn strong(args: &Args<'_>) -> Option<Meaning> {
    Some(Moment { latent: false, ..(**args.time(0)?).clone() }.into())
}

/// A time of day in a zone.
pub(crate) fn zone(args: &Args<'_>) -> Option<Meaning> {
    let zone = args.name(1)?;
    Some(Moment { zone: Some(zone), latent: false, ..(**args.time(0)?).clone() }.into())
}

/// Each day or week in turn, to be counted.
pub(crate) fn each(args: &Args<'_>) -> Option<Meaning> {
    let grain = args.grain(0)?;
    let parts = if grain == Grain::Week { part::WEEK } else { part::DAY };
    Some(Moment::new(Expr::Each(grain), parts).into())
}

/// The weekend that a named day lengthens, or the one before it.
pub(crate) fn around(args: &Args<'_>) -> Option<Meaning> {
    let day = args.time(0)?;
    let expr = Expr::Long(Arc::clone(&day.expr));
    Some(Moment::new(expr, part::NAMED).long().into())
}

/// The n-th before today: count, what.
pub(crate) fn back(args: &Args<'_>) -> Option<Meaning> {
    let (count, inner) = (args.whole(0).filter(|count| *count > 0)?, args.time(1)?);
    Some(inner.with(Expr::Coming(-count, Arc::clone(&inner.expr))).into())
}

/// A weekday in the week that is so far away: "Thursday in two weeks".
pub(crate) fn same_day(args: &Args<'_>) -> Option<Meaning> {
    let (inner, length) = (args.time(0)?, args.length(1)?);
    let weeks = i32::try_from(length.in_seconds() / (7 * 86_400)).ok()?;
    let shifted = Expr::Shift(Arc::clone(&inner.expr), length);
    if length.grain < Grain::Week || weeks == 0 {
        return None;
    }
    if length.grain > Grain::Week {
        return Some(inner.with(shifted).into());
    }
    let week = Arc::new(Expr::Cycle(Grain::Week, weeks));
    Some(inner.with(Expr::Within(week, Arc::clone(&inner.expr))).or(shifted).into())
}

/// The n-th nearest to a day, on either side of it: n, what, day.
pub(crate) fn nearest(args: &Args<'_>) -> Option<Meaning> {
    let (count, inner, base) = (args.whole(0).filter(|count| (1..=12).contains(count))?, args.time(1)?, args.time(2)?);
    let mut moment = inner.with(Expr::Nearest(count, Arc::clone(&inner.expr), Arc::clone(&base.expr)));
    moment.parts |= base.parts;
    moment.latent = false;
    Some(moment.into())
}

/// The week that holds a day.
pub(crate) fn week_of(args: &Args<'_>) -> Option<Meaning> {
    let day = args.time(0)?;
    Some(Moment::new(Expr::Holding(Grain::Week, Arc::clone(&day.expr)), day.parts | part::WEEK).into())
}

/// A day so many weeks after the coming one of its name: "mardi en huit".
pub(crate) fn shift_week(args: &Args<'_>) -> Option<Meaning> {
    let (inner, weeks) = (args.time(0)?, args.value(1)?);
    let length = Length::of(weeks, Grain::Week)?;
    Some(inner.with(Expr::Shift(Arc::clone(&inner.expr), length)).into())
}
