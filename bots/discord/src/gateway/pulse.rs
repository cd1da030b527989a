//! Whether the platform was heard of lately.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// When the platform was heard of last, and why not since.
#[derive(Debug)]
pub(crate) struct Pulse {
    last: Mutex<Instant>,
    beats: AtomicU64,
    trouble: Mutex<String>,
    /// Silence that is longer is a fault.
    longest: Duration,
}

impl Pulse {
    /// As if something had been heard just now: a start has time to connect.
    pub(crate) fn new(longest: Duration) -> Self {
        Self { last: Mutex::new(Instant::now()), beats: AtomicU64::new(0), trouble: Mutex::default(), longest }
    }

    /// Something was heard.
    pub(crate) fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// How often something was heard.
    pub(crate) fn beats(&self) -> u64 {
        self.beats.load(Ordering::Relaxed)
    }

    /// The connection is lost.
    pub(crate) fn lost(&self, reason: &str) {
        reason.clone_into(&mut self.trouble.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether the silence is short enough.
    pub(crate) fn check(&self) -> Result<(), String> {
        let silent = self.last.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        if silent <= self.longest {
            return Ok(());
        }
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        Err(format!(
            "not heard of for {} s: {}",
            silent.as_secs(),
            if trouble.is_empty() { "no answer" } else { &trouble }
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_is_a_fault_after_its_time() {
        let pulse = Pulse::new(Duration::from_secs(55));
        tokio::time::advance(Duration::from_secs(55)).await;
        assert_eq!(pulse.check(), Ok(()));
        pulse.lost("closed with 4000");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(pulse.check(), Err("not heard of for 56 s: closed with 4000".to_owned()));
        pulse.beat();
        assert_eq!((pulse.check(), pulse.beats()), (Ok(()), 1));
    }
}
