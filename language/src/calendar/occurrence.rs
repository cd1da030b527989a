//! Finds when an expression comes true.
//!
//! Promises an answer or none in a bounded number of steps: no search looks at more than [`STEPS`] candidates, nor
//! further than the calendar reaches.

use std::cell::Cell;

use jiff::ToSpan;
use jiff::civil::DateTime;

use crate::calendar::arithmetic::{Length, add, day, finer, floor, midnight};
use crate::calendar::expression::{Edge, Expr, Stretch};
use crate::calendar::holiday::Holidays;
use crate::calendar::recurring::{
    after, at_clock, day_of_month, either, holds, part, season_of, shifted, weekend, whole, yearly,
};
use crate::finding::Grain;

/// Candidates that one question may look at in all, nested searches included.
const STEPS: u32 = 3_000;

/// A day this near has names of its own, "tomorrow" and "the day after", so that "next" must mean another.
const NEAR_DAYS: i64 = 2;
/// A day and date that meet only so far ahead are more likely a past one.
const FAR_YEARS: i64 = 2;

/// The moment of speaking, and how much searching is left.
pub(crate) struct Almanac {
    now: DateTime,
    steps: Cell<u32>,
}

impl Almanac {
    pub(crate) const fn new(now: DateTime) -> Self {
        Self { now, steps: Cell::new(STEPS) }
    }

    /// The occurrence that is meant: the one now or the next, or else the last.
    pub(crate) fn resolve(&self, expr: &Expr) -> Option<Stretch> {
        self.steps.set(STEPS);
        self.meant(expr)
    }

    fn meant(&self, expr: &Expr) -> Option<Stretch> {
        let mut found = self.next(expr, self.now);
        if let (Some(now), Expr::Weekday(_)) = (found, expr) {
            // "Friday" said on a Friday is the next one.
            if now.start <= self.now {
                found = self.next(expr, now.end);
            }
        }
        let far = add(self.now, FAR_YEARS, Grain::Year)?;
        if let Some(found) = found {
            if found.start < far || expr.is_bound() {
                return Some(found);
            }
            return match self.last(expr, self.now) {
                Some(last) if last.start.duration_until(self.now) < self.now.duration_until(found.start) => Some(last),
                _ => Some(found),
            };
        }
        self.last(expr, self.now)
    }

    /// The first occurrence that ends after this moment.
    fn next(&self, expr: &Expr, from: DateTime) -> Option<Stretch> {
        self.steps.set(self.steps.get().checked_sub(1)?);
        match expr {
            Expr::Year(year) => after(whole(midnight(day(*year, 1, 1)?), Grain::Year)?, from),
            Expr::Quarter(quarter) => {
                yearly(from, |year| whole(midnight(day(year, quarter * 3 - 2, 1)?), Grain::Quarter))
            }
            Expr::Season(season) => yearly(from, |year| season_of(year, *season)),
            Expr::Month(month) => yearly(from, |year| whole(midnight(day(year, *month, 1)?), Grain::Month)),
            Expr::Day(date) => day_of_month(from, *date),
            Expr::Weekday(weekday) => {
                let ahead = (weekday - from.date().weekday().to_monday_one_offset()).rem_euclid(7);
                whole(midnight(from.date().checked_add(i64::from(ahead).days()).ok()?), Grain::Day)
            }
            Expr::Weekend => weekend(from),
            Expr::Part(start, end) => part(from, *start, *end),
            Expr::Clock(clock) => at_clock(from, *clock),
            Expr::Holiday(id) => yearly(from, |year| {
                let (first, days) = Holidays::all().in_year(*id, year)?;
                let start = midnight(first);
                Some(Stretch { start, end: add(start, i64::from(days), Grain::Day)?, grain: Grain::Day })
            }),
            Expr::Within(frame, inner) => self.next_within(frame, inner, from),
            Expr::Nth(nth, inner, frame) => self.next_nth(*nth, inner, frame, from),
            Expr::Each(grain) => whole(floor(from, *grain), *grain),
            Expr::Range(first, last, whole_last) => self.next_range(first, last, *whole_last, from),
            Expr::Lasting(first, length) => {
                let start = self.next(first, from)?;
                Some(Stretch { end: length.after(start.start)?, ..start })
            }
            Expr::Piece(edge, inner) => self.next_piece(*edge, inner, from),
            Expr::Holding(grain, inner) => whole(floor(self.next(inner, from)?.start, *grain), *grain),
            Expr::Long(inner) => {
                // A holiday on a Monday or a Friday makes a weekend of three days; any other has one near it.
                let day = self.next(inner, from)?;
                let friday = floor(day.start.checked_sub(1.day()).ok()?, Grain::Week).checked_add(4.days()).ok()?;
                let monday = friday.checked_add(3.days()).ok()?;
                Some(Stretch {
                    start: add(friday.min(day.start), 18, Grain::Hour)?,
                    end: monday.max(day.end),
                    grain: Grain::Hour,
                })
            }
            bound => after(self.bound(bound)?, from),
        }
    }

    /// Where an expression stands that is tied to the moment of speaking.
    fn bound(&self, expr: &Expr) -> Option<Stretch> {
        match expr {
            Expr::Fixed(stretch) => Some(*stretch),
            Expr::Cycle(grain, offset) => whole(add(floor(self.now, *grain), i64::from(*offset), *grain)?, *grain),
            Expr::Coming(nth, inner) => self.coming(*nth, inner, self.now),
            Expr::Next(inner) => {
                let coming = self.coming(1, inner, self.now)?;
                let near = floor(coming.start, Grain::Week) == floor(self.now, Grain::Week)
                    && coming.start < add(floor(self.now, Grain::Day), NEAR_DAYS + 1, Grain::Day)?;
                if near { self.coming(2, inner, self.now) } else { Some(coming) }
            }
            Expr::After(nth, inner, base) => {
                let base = self.meant(base)?;
                if *nth > 0 { self.forward(*nth, inner, base.end) } else { self.backward(-nth, inner, base.start) }
            }
            Expr::Nearest(nth, inner, base) => {
                let base = self.meant(base)?;
                let ahead = (1..=*nth).filter_map(|nth| self.forward(nth, inner, base.start));
                let behind = (1..=*nth).filter_map(|nth| self.backward(nth, inner, base.start));
                let mut all: Vec<Stretch> = ahead.chain(behind).collect();
                all.sort_by_key(|found| found.start.duration_until(base.start).abs());
                all.get(usize::try_from(nth - 1).ok()?).copied()
            }
            Expr::Shift(inner, length) => {
                let base = self.meant(inner)?;
                let moved = length.after(base.start)?;
                if base.grain > Grain::Second && length.grain >= Grain::Day {
                    return Some(Stretch { start: moved, end: length.after(base.end)?, grain: base.grain });
                }
                shifted(moved, length.grain)
            }
            _ => None,
        }
    }

    fn coming(&self, nth: i32, inner: &Expr, moment: DateTime) -> Option<Stretch> {
        if nth < 0 {
            return self.backward(-nth, inner, moment);
        }
        let first = self.next(inner, moment)?;
        let from = if first.start <= moment { first.end } else { moment };
        self.forward(nth, inner, from)
    }

    fn forward(&self, nth: i32, inner: &Expr, mut from: DateTime) -> Option<Stretch> {
        let mut found = None;
        for _ in 0..nth {
            let next = self.next(inner, from)?;
            from = next.end;
            found = Some(next);
        }
        found
    }

    fn backward(&self, nth: i32, inner: &Expr, mut before: DateTime) -> Option<Stretch> {
        let mut found = None;
        for _ in 0..nth {
            let last = self.last(inner, before)?;
            before = last.start;
            found = Some(last);
        }
        found
    }

    /// The last occurrence that ends at or before this moment; for what happens once, wherever it is.
    fn last(&self, expr: &Expr, before: DateTime) -> Option<Stretch> {
        if expr.is_bound() {
            return self.next(expr, DateTime::MIN);
        }
        let days = expr.period_days();
        for periods in [2, 9, 41] {
            let mut from = before.checked_sub((days * periods).days()).ok()?;
            let mut found = None;
            while let Some(next) = self.next(expr, from).filter(|next| next.end <= before) {
                from = next.end;
                found = Some(next);
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn next_within(&self, frame: &Expr, inner: &Expr, from: DateTime) -> Option<Stretch> {
        let mut cursor = from;
        loop {
            let outer = self.next(frame, cursor)?;
            if let Some(found) = self.inside(outer, inner, from) {
                return Some(found);
            }
            cursor = outer.end.max(cursor);
        }
    }

    /// The first occurrence that begins inside the frame and ends after `from`.
    fn inside(&self, frame: Stretch, inner: &Expr, from: DateTime) -> Option<Stretch> {
        let begin = floor(frame.start, frame.grain);
        if let Expr::Clock(clock) = inner {
            let span = Stretch { start: begin, ..frame };
            return either(*clock)
                .into_iter()
                .filter_map(|clock| at_clock(begin, clock))
                .find(|found| holds(span, *found) && found.end > from);
        }
        let mut cursor = begin.max(if from < frame.end { from } else { begin });
        loop {
            let found = self.next(inner, cursor)?;
            if found.start >= frame.end {
                return None;
            }
            if found.start >= begin && found.end > from {
                return Some(found);
            }
            cursor = found.end;
        }
    }

    fn next_nth(&self, nth: i32, inner: &Expr, frame: &Expr, from: DateTime) -> Option<Stretch> {
        let mut cursor = from;
        loop {
            let outer = self.next(frame, cursor)?;
            let found = self.nth_inside(nth, inner, outer);
            if let Some(found) = found.filter(|found| found.end > from) {
                return Some(found);
            }
            cursor = outer.end;
        }
    }

    fn nth_inside(&self, nth: i32, inner: &Expr, frame: Stretch) -> Option<Stretch> {
        let mut all = Vec::new();
        let mut cursor = frame.start;
        while let Some(found) = self.next(inner, cursor).filter(|found| found.start < frame.end) {
            cursor = found.end;
            // Only a week that lies wholly in a month is counted as a week of it.
            let whole = found.start >= frame.start && (found.grain != Grain::Week || found.end <= frame.end);
            if whole {
                all.push(found);
            }
            if nth > 0 && whole && all.len() == usize::try_from(nth).ok()? {
                return Some(found);
            }
        }
        if nth > 0 {
            return None;
        }
        all.len().checked_sub(usize::try_from(-nth).ok()?).and_then(|at| all.get(at)).copied()
    }

    fn next_range(&self, first: &Expr, last: &Expr, whole_last: bool, from: DateTime) -> Option<Stretch> {
        // A range that has begun is not over: one step back finds the beginning that it still has.
        let start = self.next(first, from)?;
        let last = match last {
            Expr::Clock(clock) => at_clock(start.start.checked_add(1.second()).ok()?, *clock)?,
            other => self.next(other, start.end).or_else(|| self.next(other, start.start))?,
        };
        let end = if whole_last { last.end } else { last.start };
        (end > start.start).then_some(Stretch { start: start.start, end, grain: start.grain.min(last.grain) })
    }

    fn next_piece(&self, edge: Edge, inner: &Expr, from: DateTime) -> Option<Stretch> {
        let outer = self.next(inner, from)?;
        let (start, end, grain) = match (outer.grain, edge) {
            (Grain::Year, Edge::Beginning) => (outer.start, add(outer.start, 3, Grain::Month)?, Grain::Month),
            (Grain::Year, Edge::Middle) => {
                (add(outer.start, 4, Grain::Month)?, add(outer.start, 8, Grain::Month)?, Grain::Month)
            }
            (Grain::Year, Edge::End) => (add(outer.start, 8, Grain::Month)?, outer.end, Grain::Month),
            (Grain::Month, Edge::Beginning) => (outer.start, add(outer.start, 10, Grain::Day)?, Grain::Day),
            (Grain::Month, Edge::Middle) => {
                (add(outer.start, 10, Grain::Day)?, add(outer.start, 20, Grain::Day)?, Grain::Day)
            }
            (Grain::Month, Edge::End) => (add(outer.start, 20, Grain::Day)?, outer.end, Grain::Day),
            (Grain::Week, Edge::Beginning) => (outer.start, add(outer.start, 3, Grain::Day)?, Grain::Day),
            (Grain::Week, Edge::Middle) => {
                (add(outer.start, 2, Grain::Day)?, add(outer.start, 4, Grain::Day)?, Grain::Day)
            }
            (Grain::Week, Edge::End) => (add(outer.start, 4, Grain::Day)?, outer.end, Grain::Day),
            (Grain::Day, Edge::Beginning) => (outer.start, add(outer.start, 10, Grain::Hour)?, Grain::Hour),
            (Grain::Day, Edge::Middle) => {
                (add(outer.start, 11, Grain::Hour)?, add(outer.start, 14, Grain::Hour)?, Grain::Hour)
            }
            (Grain::Day, Edge::End) => (add(outer.start, 17, Grain::Hour)?, outer.end, Grain::Hour),
            (grain, _) => {
                let third = Length { months: 0, seconds: outer.start.duration_until(outer.end).as_secs() / 3, grain };
                let (one, two) = (third.after(outer.start)?, third.plus(third).after(outer.start)?);
                match edge {
                    Edge::Beginning => (outer.start, one, finer(grain)),
                    Edge::Middle => (one, two, finer(grain)),
                    Edge::End => (two, outer.end, finer(grain)),
                }
            }
        };
        Some(Stretch { start, end, grain })
    }
}
