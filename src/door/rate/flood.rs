//! A guard against floods from one address, asked before anybody is known.
//!
//! Promises: the memory is taken once and never grows. Addresses share a fixed table of cells by a secret hash, so two that
//! meet in one cell share its allowance; with a million cells that hits one address in a million for each that floods, and
//! whoever floods has to pay for every cell.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};

/// 8 bytes each.
const CELLS: u64 = 1 << 20;

/// The guard. Its clock is the machine's steady one: it protects the machine, and a wall clock may be set back.
pub(super) struct Flood<C: Clock = MonotonicClock> {
    limiter: RateLimiter<u64, Cells, C, NoOpMiddleware<C::Instant>>,
    clock: C,
}

struct Cells {
    cells: Box<[InMemoryState]>,
    secret: RandomState,
}

impl StateStore for Cells {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let number = usize::try_from(self.secret.hash_one(key) % CELLS).unwrap_or_default();
        match self.cells.get(number) {
            Some(cell) => cell.measure_and_replace(&NotKeyed::NonKey, f),
            // There is a cell for each remainder.
            None => f(None).map(|(passed, _)| passed),
        }
    }
}

impl<C: Clock + Clone> Flood<C> {
    /// `burst` calls at once, then `per_s` each second; `None` when there is no bound.
    pub(super) fn new(per_s: u32, burst: u32, clock: C) -> Option<Self> {
        let quota = Quota::per_second(NonZeroU32::new(per_s)?).allow_burst(NonZeroU32::new(burst)?);
        let cells = (0..CELLS).map(|_| InMemoryState::default()).collect();
        let cells = Cells { cells, secret: RandomState::new() };
        Some(Self { limiter: RateLimiter::new(quota, cells, clock.clone()), clock })
    }

    /// Counts a call; otherwise how long to wait.
    pub(super) fn take(&self, key: u64) -> Result<(), Duration> {
        self.limiter.check_key(&key).map_err(|refused| refused.wait_time_from(self.clock.now()))
    }
}

impl<C: Clock> fmt::Debug for Flood<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flood").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn a_burst_passes_then_so_many_each_second() {
        let clock = FakeRelativeClock::default();
        let flood = Flood::new(10, 50, clock.clone()).unwrap();
        let passed = |key: u64| (0..200).filter(|_| flood.take(key).is_ok()).count();
        assert_eq!(passed(1), 50);
        assert_eq!(flood.take(1), Err(Duration::from_millis(100)));
        assert_eq!(passed(2), 50, "another address");
        clock.advance(Duration::from_secs(2));
        assert_eq!(passed(1), 20);
        assert!(Flood::new(0, 50, clock).is_none());
    }

    /// PAINS P31: nothing is kept for each address, and a stranger more changes nothing for the others.
    #[test]
    fn many_addresses_take_no_more_memory() {
        let clock = FakeRelativeClock::default();
        let flood = Flood::new(10, 50, clock).unwrap();
        let strangers: u64 = if cfg!(debug_assertions) { 100_000 } else { 10_000_000 };
        assert!((0..50).all(|_| flood.take(u64::MAX).is_ok()));
        let refused: u64 = (0..strangers).map(|stranger| u64::from(flood.take(stranger).is_err())).sum();
        assert!(refused <= strangers / 10_000, "{refused} of {strangers} were refused for others");
        assert!(flood.take(u64::MAX).is_err(), "who floods stays refused");
        assert_eq!(size_of::<InMemoryState>(), 8);
    }
}
