//! Fallback mode: when too many calls of the last minute were too slow, models are left alone; now and then one is tried,
//! and when those are quick again, all are asked again (R121).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// After so many quick probes one after the other models are asked again.
const GOOD_PROBES: u32 = 3;

/// When models are left alone.
#[derive(Debug, Clone, Copy)]
pub struct Pressing {
    /// So long is looked back.
    pub window: Duration,
    /// Below so many calls nothing is concluded.
    pub least: usize,
    /// More slow ones than this, in percent, are too many.
    pub percent: usize,
    /// One call in so long is tried nevertheless.
    pub probe: Duration,
}

#[derive(Debug)]
pub(super) struct Pressure {
    pressing: Pressing,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: VecDeque<(Instant, bool)>,
    /// In fallback mode: when the next probe may go.
    next_probe: Option<Instant>,
    good: u32,
}

impl Pressure {
    pub(super) fn new(pressing: Pressing) -> Self {
        Self { pressing, state: Mutex::default() }
    }

    pub(super) fn is_on(&self) -> bool {
        self.state().next_probe.is_some()
    }

    /// Models are left alone, and it is not time to try one.
    pub(super) fn holds_back(&self, now: Instant) -> bool {
        self.state().next_probe.is_some_and(|at| now < at)
    }

    pub(super) fn lets_pass(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.next_probe {
            None => true,
            Some(at) if now < at => false,
            Some(_) => {
                state.next_probe = Some(now + self.pressing.probe);
                true
            }
        }
    }

    /// A call was too slow, or was not.
    pub(super) fn note(&self, late: bool, now: Instant) {
        let mut state = self.state();
        if state.next_probe.is_some() {
            state.good = if late { 0 } else { state.good + 1 };
            if state.good >= GOOD_PROBES {
                *state = State::default();
                tracing::info!(action = "model_fallback", "models are quick again and are asked again");
            }
            return;
        }
        state.calls.push_back((now, late));
        while state.calls.front().is_some_and(|(at, _)| now.duration_since(*at) > self.pressing.window) {
            state.calls.pop_front();
        }
        let slow = state.calls.iter().filter(|(_, late)| *late).count();
        let all = state.calls.len();
        if all >= self.pressing.least && slow * 100 > all * self.pressing.percent {
            state.next_probe = Some(now + self.pressing.probe);
            state.good = 0;
            tracing::warn!(action = "model_fallback", slow, all, "models are too slow; the rules answer alone");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
