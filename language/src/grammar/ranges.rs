//! Acts on what has two ends or none: ranges, open times, pieces of longer times, and repetitions.

use std::sync::Arc;

use crate::calendar::expression::{Edge, Expr, together};
use crate::finding::{Direction, Grain};
use crate::grammar::act::Args;
use crate::grammar::meaning::{Meaning, Moment, Repeat, part};

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
    let shared = match year_of(&last.expr) {
        Some(year) if first.parts & part::YEAR == 0 => {
            Arc::new(together(before_turn(year, &first.expr, &last.expr), Arc::clone(&first.expr)))
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

/// "From December 28 to January 3 2027": what begins in a later month begins in the year before.
fn before_turn(year: Arc<Expr>, first: &Expr, last: &Expr) -> Arc<Expr> {
    match (&*year, month_of(first), month_of(last)) {
        (Expr::Year(number), Some(first), Some(last)) if first > last => Arc::new(Expr::Year(number - 1)),
        _ => year,
    }
}

/// The month that a time was said to be in.
fn month_of(expr: &Expr) -> Option<i8> {
    match expr {
        Expr::Month(month) => Some(*month),
        Expr::Within(frame, inner) => month_of(frame).or_else(|| month_of(inner)),
        _ => None,
    }
}

/// The year that a time was said to be in.
fn year_of(expr: &Expr) -> Option<Arc<Expr>> {
    match expr {
        Expr::Within(frame, _) if matches!(**frame, Expr::Year(_) | Expr::Cycle(Grain::Year, _)) => {
            Some(Arc::clone(frame))
        }
        Expr::Within(frame, inner) => year_of(frame).or_else(|| year_of(inner)),
        _ => None,
    }
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

/// From now until this long after now.
pub(crate) fn within(args: &Args<'_>) -> Option<Meaning> {
    let length = args.length(0)?;
    let now = Arc::new(Expr::Cycle(Grain::Second, 0));
    let end = Arc::new(Expr::Shift(Arc::clone(&now), length));
    Some(Moment::new(Expr::Range(now, end, false), part::NAMED).long().into())
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
