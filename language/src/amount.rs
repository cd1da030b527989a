//! An exact decimal amount of money.

use std::fmt;

use serde::{Serialize, Serializer};

/// Money in major units, exact to a ten-thousandth; shown without needless zeros ("150", "99.50").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount {
    ten_thousandths: i64,
}

const SCALE: i64 = 10_000;

impl Amount {
    /// Nothing to pay.
    pub const ZERO: Self = Self { ten_thousandths: 0 };

    /// The amount of so many major units; `None` when it is too large to be money or is no number.
    pub fn from_major(major: f64) -> Option<Self> {
        let scaled = (major * SCALE as f64).round();
        // Beyond 2^53 neighbouring whole numbers can no longer be told apart.
        if !scaled.is_finite() || scaled.abs() >= 9_007_199_254_740_992.0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53, seen just above")]
        let ten_thousandths = scaled as i64;
        Some(Self { ten_thousandths })
    }

    /// The amount in hundredths of the major unit, rounded to the nearest.
    pub const fn cents(self) -> i64 {
        let half = if self.ten_thousandths < 0 { -50 } else { 50 };
        (self.ten_thousandths + half) / 100
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.ten_thousandths < 0 { "-" } else { "" };
        let whole = (self.ten_thousandths / SCALE).abs();
        let part = (self.ten_thousandths % SCALE).abs();
        if part == 0 {
            write!(f, "{sign}{whole}")
        } else if part % 100 == 0 {
            write!(f, "{sign}{whole}.{:02}", part / 100)
        } else {
            write!(f, "{sign}{whole}.{part:04}")
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
