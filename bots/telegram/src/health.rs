//! Whether Telegram is reached.
//!
//! Promises: silence for longer than [`SILENCE`] is a failure, so that readiness turns red within a minute (PAINS P16).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A question that Telegram keeps open is answered in less.
const SILENCE: Duration = Duration::from_secs(45);

/// What was heard last.
#[derive(Debug)]
pub(crate) struct Health(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Since when, while nothing is heard.
    since: Instant,
    trouble: String,
}

impl Default for Health {
    fn default() -> Self {
        Self(Mutex::new(State { since: Instant::now(), trouble: "Telegram was not reached yet".to_owned() }))
    }
}

impl Health {
    /// Telegram answered.
    pub(crate) fn well(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (state.since, state.trouble) = (Instant::now(), String::new());
    }

    /// It did not.
    pub(crate) fn ill(&self, why: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.trouble != why {
            tracing::warn!(error = why, error.code = "TELEGRAM_AWAY", "Telegram does not answer");
            why.clone_into(&mut state.trouble);
        }
    }

    /// The token is none: red at once.
    pub(crate) fn hopeless(&self, why: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let long_ago = Instant::now().checked_sub(SILENCE * 2);
        (state.since, state.trouble) = (long_ago.unwrap_or(state.since), why.to_owned());
    }

    pub(crate) fn look(&self) -> Result<(), String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.since.elapsed() <= SILENCE {
            return Ok(());
        }
        let why = if state.trouble.is_empty() { "silence" } else { &state.trouble };
        Err(format!("nothing was heard for {} s: {why}", state.since.elapsed().as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_is_a_failure_within_a_minute() {
        let health = Health::default();
        assert!(health.look().is_ok());
        health.well();
        tokio::time::advance(Duration::from_secs(44)).await;
        assert!(health.look().is_ok());
        health.ill("connection refused");
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(health.look().unwrap_err().contains("connection refused"));
        health.well();
        assert!(health.look().is_ok());
        health.hopeless("no token");
        assert!(health.look().is_err());
    }
}
