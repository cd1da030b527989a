//! Acts on dates, ranges and repetitions.

use std::sync::Arc;

use jiff::civil::DateTime;

use crate::calendar::arithmetic::{Length, day, midnight};
use crate::calendar::expression::{Edge, Expr, Stretch, together};
use crate::calendar::holiday::Holidays;
use crate::finding::{Direction, Grain};
use crate::grammar::act::Args;
use crate::grammar::meaning::{Meaning, Moment, Repeat, part};

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

/// From one time to another; the last one's whole day belongs to it, but not its whole hour.
pub(crate) fn range(args: &Args<'_>) -> Option<Meaning> {
    let (first, last) = (args.time(0)?, args.time(1)?);
    let hours = last.parts & part::CLOCK != 0;
    // "March 3rd to 5th": the last borrows the frame of the first.
    let borrowed = match &*first.expr {
        Expr::Within(frame, _)
            if !hours
                && last.parts & (part::MONTH | part::NAMED | part::WEEKDAY) == 0
                && frame.rank() > last.expr.rank() =>
        {
            Arc::new(together(Arc::clone(frame), Arc::clone(&last.expr)))
        }
        _ => Arc::clone(&last.expr),
    };
    // "July 2 to July 4 2027": the first lives in the year of the last.
    let shared = match &*last.expr {
        Expr::Within(frame, _) if matches!(**frame, Expr::Year(_)) && first.parts & part::YEAR == 0 => {
            Arc::new(together(Arc::clone(frame), Arc::clone(&first.expr)))
        }
        _ => Arc::clone(&first.expr),
    };
    if (first.parts & part::CLOCK != 0) != hours || first.direction.is_some() || last.direction.is_some() {
        return None;
    }
    let mut moment = first.with(Expr::Range(shared, borrowed, !hours)).long();
    moment.parts |= last.parts;
    moment.latent = first.latent && last.latent;
    moment.others.clear();
    Some(moment.into())
}

/// A time and how long it lasts: "from 6pm for three hours".
pub(crate) fn lasting(args: &Args<'_>) -> Option<Meaning> {
    let (first, length) = (args.time(0)?, args.length(1)?);
    Some(first.with(Expr::Lasting(Arc::clone(&first.expr), length)).long().into())
}

/// So many whole units from now on ("the next three days"), or up to now: count, unit.
pub(crate) fn window(args: &Args<'_>) -> Option<Meaning> {
    let (count, unit) = (args.whole(0)?, args.grain(1)?);
    if count == 0 || count.abs() > 10_000 {
        return None;
    }
    let (first, last) = if count > 0 { (1, count) } else { (count, -1) };
    let cycle = |offset| Arc::new(Expr::Cycle(unit, offset));
    let parts = if unit < Grain::Day { part::NAMED | part::CLOCK } else { part::NAMED };
    Some(Moment::new(Expr::Range(cycle(first), cycle(last), true), parts).long().into())
}

/// Open, up to a time.
pub(crate) fn until(args: &Args<'_>) -> Option<Meaning> {
    bound_by(args, Direction::Before)
}

/// Open, from a time on.
pub(crate) fn since(args: &Args<'_>) -> Option<Meaning> {
    bound_by(args, Direction::After)
}

fn bound_by(args: &Args<'_>, direction: Direction) -> Option<Meaning> {
    let inner = args.time(0).filter(|inner| inner.direction.is_none() && inner.repeat.is_none())?;
    Some(Moment { direction: Some(direction), latent: false, ..(**inner).clone() }.into())
}

/// The beginning, middle or end of a time.
pub(crate) fn piece(args: &Args<'_>) -> Option<Meaning> {
    let edge = match args.name(0)? {
        "beginning" => Edge::Beginning,
        "middle" => Edge::Middle,
        _ => Edge::End,
    };
    let inner = args.time(1).filter(|inner| inner.parts & part::CLOCK == 0)?;
    let mut moment = inner.with(Expr::Piece(edge, Arc::clone(&inner.expr))).long();
    moment.latent = false;
    Some(moment.into())
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

/// Every so many units: count, unit.
pub(crate) fn every(args: &Args<'_>) -> Option<Meaning> {
    let (count, unit) = (args.whole(0).filter(|count| (1..=99).contains(count))?, args.grain(1)?);
    let repeat = Repeat { every: count, unit, weekdays: Vec::new(), nth: None, until: None };
    let parts = if unit < Grain::Day { part::CLOCK } else { part::NAMED };
    let mut moment = Moment::new(Expr::Cycle(unit.min(Grain::Day), 0), parts);
    moment.repeat = Some(Arc::new(repeat));
    Some(moment.into())
}

/// Every n-th week on a weekday, or the n-th weekday of every month: count, weekday, "month" or nothing.
pub(crate) fn every_weekday(args: &Args<'_>) -> Option<Meaning> {
    let (count, inner) = (args.whole(0).filter(|count| (-1..=53).contains(count))?, args.time(1)?);
    let weekdays = match *inner.expr {
        Expr::Weekday(weekday) => vec![weekday],
        Expr::Weekend => vec![6, 7],
        // "every weekday" comes as the range of a working week.
        Expr::Range(..) => vec![1, 2, 3, 4, 5],
        _ => return None,
    };
    let monthly = args.name(2).is_some();
    let unit = if monthly { Grain::Month } else { Grain::Week };
    let repeat =
        Repeat { every: if monthly { 1 } else { count }, unit, weekdays, nth: monthly.then_some(count), until: None };
    let mut moment = if monthly {
        inner.with(Expr::Nth(count, Arc::clone(&inner.expr), Arc::new(Expr::Each(Grain::Month))))
    } else {
        (**inner).clone()
    };
    moment.latent = false;
    moment.parts |= part::NAMED;
    moment.repeat = Some(Arc::new(repeat));
    Some(moment.into())
}

/// A repetition and the time that ends it.
pub(crate) fn bounded(args: &Args<'_>) -> Option<Meaning> {
    let (every, end) = (args.time(0)?, args.time(1)?);
    let repeat = every.repeat.as_ref().filter(|repeat| repeat.until.is_none())?;
    let mut bounded = (**every).clone();
    bounded.repeat = Some(Arc::new(Repeat { until: Some(Arc::clone(&end.expr)), ..(**repeat).clone() }));
    Some(bounded.into())
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
    let weeks = length.in_seconds() / (7 * 86_400);
    if length.grain < Grain::Week || weeks == 0 {
        return None;
    }
    Some(inner.with(Expr::Shift(Arc::clone(&inner.expr), length)).into())
}

/// The week that holds a day.
pub(crate) fn week_of(args: &Args<'_>) -> Option<Meaning> {
    let day = args.time(0)?;
    Some(Moment::new(Expr::Holding(Grain::Week, Arc::clone(&day.expr)), day.parts | part::WEEK).into())
}

/// From now until this long after now.
pub(crate) fn within(args: &Args<'_>) -> Option<Meaning> {
    let length = args.length(0)?;
    let now = Arc::new(Expr::Cycle(Grain::Second, 0));
    let end = Arc::new(Expr::Shift(Arc::clone(&now), length));
    Some(Moment::new(Expr::Range(now, end, false), part::NAMED).long().into())
}

/// A day so many weeks after the coming one of its name: "mardi en huit".
pub(crate) fn shift_week(args: &Args<'_>) -> Option<Meaning> {
    let (inner, weeks) = (args.time(0)?, args.value(1)?);
    let length = Length::of(weeks, Grain::Week)?;
    Some(inner.with(Expr::Shift(Arc::clone(&inner.expr), length)).into())
}

/// An open time on a day: "after 16:00 on the first".
pub(crate) fn open_on(args: &Args<'_>) -> Option<Meaning> {
    let (open, day) = (args.time(0)?, args.time(1)?);
    if open.direction.is_none() || open.parts & day.parts != 0 || open.parts & part::CLOCK == 0 {
        return None;
    }
    let mut joined = open.with(together(Arc::clone(&day.expr), Arc::clone(&open.expr)));
    joined.parts |= day.parts;
    Some(joined.into())
}
