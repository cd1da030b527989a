//! Time, ids and randomness as parameters, so that every test is exact and time can be turned.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;
use uuid::Uuid;

/// Where "now" comes from.
pub trait Clock: Send + Sync + 'static {
    /// This moment.
    fn now(&self) -> Timestamp;
}

/// Where ids and tokens come from.
pub trait Ids: Send + Sync + 'static {
    /// A fresh id.
    fn id(&self) -> Uuid;

    /// A fresh secret of 122 random bits, as 32 hex digits.
    fn token(&self) -> String {
        self.id().simple().to_string()
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Ids from the operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that draws ids")]
    fn id(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// A clock that stands still until it is turned.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// Stands at this moment (whole seconds).
    pub fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.as_second()))
    }

    /// Turns the clock forward.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

/// Ids in a row: the same run gives the same ids.
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn id(&self) -> Uuid {
        Uuid::from_u64_pair(0xE0E0_0000_0000_4000, 0x8000_0000_0000_0000 | self.0.fetch_add(1, Ordering::SeqCst))
    }
}
