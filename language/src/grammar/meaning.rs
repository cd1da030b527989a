//! What a piece of a sentence means while it is being put together.

use std::sync::Arc;

use crate::calendar::arithmetic::Length;
use crate::calendar::expression::Expr;
use crate::finding::{Direction, Grain};

/// The meaning of one piece.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Meaning {
    /// A word of the lexicon that stands for a name: a currency, a holiday, a zone.
    Name(&'static str),
    /// A number; `digits` counts the figures of a number written in figures only.
    Number { value: f64, digits: usize, ordinal: bool },
    /// A number between two others.
    Between(f64, f64),
    /// A length of time, and the longer one of a range.
    Length(Length, Option<Length>),
    /// A time.
    Time(Arc<Moment>),
    /// An amount and the higher one of a range, in major units.
    Money { amount: f64, upper: Option<f64>, currency: &'static str },
}

/// What a time is made of; two times can be said together when they share nothing.
pub(crate) mod part {
    pub(crate) const YEAR: u16 = 1;
    pub(crate) const MONTH: u16 = 1 << 1;
    pub(crate) const DAY: u16 = 1 << 2;
    pub(crate) const WEEKDAY: u16 = 1 << 3;
    pub(crate) const WEEK: u16 = 1 << 4;
    pub(crate) const CLOCK: u16 = 1 << 5;
    pub(crate) const PART: u16 = 1 << 6;
    /// A named day, or one counted from today.
    pub(crate) const NAMED: u16 = 1 << 7;
    pub(crate) const DATE: u16 = YEAR | MONTH | DAY | WEEKDAY | WEEK | NAMED;
}

/// A time as said, not yet placed on the calendar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    pub(crate) expr: Arc<Expr>,
    /// Of [`part`].
    pub(crate) parts: u16,
    /// Whether the words alone are too little to be taken for a time ("may", "the 5").
    pub(crate) latent: bool,
    /// Whether it has a length of its own, whose end is told.
    pub(crate) long: bool,
    pub(crate) direction: Option<Direction>,
    pub(crate) zone: Option<&'static str>,
    pub(crate) repeat: Option<Arc<Repeat>>,
    /// Other readings, likelier first.
    pub(crate) others: Vec<Arc<Expr>>,
}

/// A repetition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Repeat {
    pub(crate) every: i32,
    pub(crate) unit: Grain,
    /// Weekdays from Monday 1, or, with `nth`, the weekdays of a month.
    pub(crate) weekdays: Vec<i8>,
    pub(crate) nth: Option<i32>,
    pub(crate) until: Option<Arc<Expr>>,
}

impl Moment {
    pub(crate) fn new(expr: Expr, parts: u16) -> Self {
        let expr = Arc::new(expr);
        Self { expr, parts, latent: false, long: false, direction: None, zone: None, repeat: None, others: Vec::new() }
    }

    pub(crate) fn weak(self) -> Self {
        Self { latent: true, ..self }
    }

    pub(crate) fn long(self) -> Self {
        Self { long: true, ..self }
    }

    pub(crate) fn or(mut self, other: Expr) -> Self {
        self.others.push(Arc::new(other));
        self
    }

    pub(crate) fn with(&self, expr: Expr) -> Self {
        Self { expr: Arc::new(expr), ..self.clone() }
    }
}

impl From<Moment> for Meaning {
    fn from(moment: Moment) -> Self {
        Self::Time(Arc::new(moment))
    }
}

impl Meaning {
    pub(crate) const fn number(value: f64) -> Self {
        Self::Number { value, digits: 0, ordinal: false }
    }

    /// The number, if it is one.
    pub(crate) const fn value(&self) -> Option<f64> {
        match self {
            Self::Number { value, .. } => Some(*value),
            _ => None,
        }
    }

    /// The number, if it is a whole one of a sensible size.
    pub(crate) fn whole(&self) -> Option<i32> {
        let value = self.value()?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and small, seen just here")]
        (value.fract() == 0.0 && value.abs() < 1e9).then_some(value as i32)
    }
}
