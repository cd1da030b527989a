//! What can be said of a time, before it is known when that is.
//!
//! An expression is either recurring ("Friday", "at nine") or bound to the moment of speaking ("next week"); two of
//! them said together mean the finer one within the coarser.

use std::sync::Arc;

use jiff::civil::DateTime;

use crate::calendar::arithmetic::Length;
use crate::finding::Grain;

/// One occurrence: a stretch of time that counts as one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) start: DateTime,
    pub(crate) end: DateTime,
    pub(crate) grain: Grain,
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) hour: i8,
    pub(crate) minute: i8,
    pub(crate) second: i8,
    pub(crate) grain: Grain,
    /// Whether "am" or "pm" was said.
    pub(crate) told: bool,
    /// Whether it may as well be twelve hours later or earlier ("at seven").
    pub(crate) open: bool,
}

/// Which piece of a longer time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    Beginning,
    Middle,
    End,
}

/// A time, as said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Year(i16),
    Quarter(i8),
    /// 0 is spring, which begins on March 20.
    Season(i8),
    Month(i8),
    /// The day of the month.
    Day(i8),
    /// 1 is Monday.
    Weekday(i8),
    /// From Friday evening to the end of Sunday.
    Weekend,
    /// Minutes since midnight; a night ends beyond 24:00.
    Part(i16, i16),
    Clock(Clock),
    Holiday(u16),
    /// So many units after the current one ("next week" is 1).
    Cycle(Grain, i32),
    /// Every such unit in turn.
    Each(Grain),
    Fixed(Stretch),
    /// The finer one inside the coarser one.
    Within(Arc<Self>, Arc<Self>),
    /// The n-th inside the frame, counted from 1, or from the end when negative.
    Nth(i32, Arc<Self>, Arc<Self>),
    /// The n-th after now that does not hold now, or before now when negative.
    Coming(i32, Arc<Self>),
    /// The coming one, unless that is so near in this week that nobody would call it "next".
    Next(Arc<Self>),
    /// The n-th after (or before) another.
    After(i32, Arc<Self>, Arc<Self>),
    /// The n-th nearest to another, on either side of it.
    Nearest(i32, Arc<Self>, Arc<Self>),
    /// This much after the beginning of another.
    Shift(Arc<Self>, Length),
    /// From one to another; the flag says that the last one's whole length belongs to it.
    Range(Arc<Self>, Arc<Self>, bool),
    /// So much time from the beginning of another.
    Lasting(Arc<Self>, Length),
    Piece(Edge, Arc<Self>),
    /// The unit that holds another time.
    Holding(Grain, Arc<Self>),
    /// The long weekend around a day.
    Long(Arc<Self>),
}

impl Expr {
    /// How coarse it is; of two that are said together the coarser one is the frame.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Clock(clock) => rank_of(clock.grain),
            Self::Part(..) => 3,
            Self::Day(_) | Self::Weekday(_) | Self::Holiday(_) => 4,
            Self::Weekend | Self::Long(_) => 5,
            Self::Month(_) => 7,
            Self::Quarter(_) | Self::Season(_) => 8,
            Self::Year(_) => 9,
            Self::Cycle(grain, _) | Self::Each(grain) | Self::Holding(grain, _) => rank_of(*grain),
            Self::Fixed(stretch) => rank_of(stretch.grain),
            Self::Within(_, inner)
            | Self::Nth(_, inner, _)
            | Self::Coming(_, inner)
            | Self::Next(inner)
            | Self::After(_, inner, _)
            | Self::Nearest(_, inner, _) => inner.rank(),
            Self::Shift(_, length) => rank_of(length.grain).clamp(1, 4),
            Self::Range(first, ..) | Self::Lasting(first, _) => first.rank(),
            Self::Piece(_, inner) => inner.rank().saturating_sub(1),
        }
    }

    /// Whether it happens once, so that its past is as good as its future.
    pub(crate) fn is_bound(&self) -> bool {
        match self {
            Self::Year(_) | Self::Cycle(..) | Self::Fixed(_) | Self::Coming(..) | Self::Next(_) | Self::Shift(..) => {
                true
            }
            Self::Within(frame, inner) => frame.is_bound() || inner.is_bound(),
            Self::Nth(_, _, frame) => frame.is_bound(),
            Self::After(_, _, base) | Self::Nearest(_, _, base) => base.is_bound(),
            Self::Range(first, ..) | Self::Lasting(first, _) => first.is_bound(),
            Self::Piece(_, inner) | Self::Holding(_, inner) | Self::Long(inner) => inner.is_bound(),
            _ => false,
        }
    }

    /// Whether it is the beginning, middle or end of something longer than a day; a weekday or an hour in it is exact.
    pub(crate) fn is_rough(&self) -> bool {
        match self {
            Self::Piece(_, inner) => inner.rank() > Self::Day(1).rank(),
            Self::Within(frame, inner) if matches!(**inner, Self::Clock(_) | Self::Part(..)) => frame.is_rough(),
            Self::Within(_, inner) | Self::Lasting(inner, _) | Self::Coming(_, inner) => inner.is_rough(),
            Self::Range(first, last, _) => first.is_rough() || last.is_rough(),
            _ => false,
        }
    }

    /// How many days pass at most between two of them, for those that recur.
    pub(crate) fn period_days(&self) -> i64 {
        match self {
            Self::Clock(_) | Self::Part(..) => 1,
            Self::Weekday(_) | Self::Weekend => 7,
            Self::Day(_) => 62,
            Self::Within(frame, inner) => frame.period_days().max(inner.period_days()),
            Self::Nth(_, _, frame) => frame.period_days(),
            Self::Range(first, ..) | Self::Lasting(first, _) => first.period_days(),
            Self::Piece(_, inner) | Self::Holding(_, inner) | Self::Long(inner) => inner.period_days(),
            _ => 366,
        }
    }
}

/// The two said together.
pub(crate) fn together(one: Arc<Expr>, other: Arc<Expr>) -> Expr {
    let (a, b) = (one.rank(), other.rank());
    if a > b || (a == b && (one.is_bound() || !other.is_bound())) {
        Expr::Within(one, other)
    } else {
        Expr::Within(other, one)
    }
}

fn rank_of(grain: Grain) -> u8 {
    match grain {
        Grain::Second => 0,
        Grain::Minute => 1,
        Grain::Hour => 2,
        Grain::Day => 4,
        Grain::Week => 6,
        Grain::Month => 7,
        Grain::Quarter => 8,
        Grain::Year => 9,
    }
}
