//! A rung's breaker: after too many failures one after the other its server is left alone for a while, then tried once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Policy;
use crate::understanding::model::Trouble;

/// A server that knows no such model, or refuses the key, is not asked again for so long: nothing but a new setting helps.
const HOPELESS: Duration = Duration::from_secs(600);
/// A server may ask for no longer pause than this.
const LONGEST: Duration = Duration::from_secs(300);

#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Whether it may be asked. When its rest is over, one call goes first and the others wait for what becomes of it.
    pub(super) fn lets_pass(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.open_until = Some(now + Duration::from_secs(5));
                true
            }
        }
    }

    /// Whether [`Self::lets_pass`] would.
    pub(super) fn is_ready(&self, now: Instant) -> bool {
        self.state().open_until.is_none_or(|until| now >= until)
    }

    pub(super) fn went_well(&self) {
        *self.state() = State::default();
    }

    pub(super) fn failed(&self, trouble: &Trouble, policy: Policy, now: Instant) {
        let mut state = self.state();
        state.failures += 1;
        let rest = match trouble {
            trouble if trouble.is_hopeless() => Some(HOPELESS),
            Trouble::Busy { retry_after: Some(wished) } if *wished > policy.rest => Some((*wished).min(LONGEST)),
            _ => (state.failures >= policy.failures).then_some(policy.rest),
        };
        if let Some(rest) = rest {
            state.open_until = Some(now + rest);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
