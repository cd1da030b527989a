//! The threads that the actors live on: one actix system with an arbiter for each core, beside the main runtime.
//!
//! Actors only keep order here; the body of a turn runs on the main runtime, so that a turn that computes for long holds up
//! no other session.

use std::sync::mpsc;
use std::thread::JoinHandle;

use actix::{Arbiter, ArbiterHandle, System};

/// The actix system, on a thread of its own.
#[derive(Debug)]
pub struct ActorSystem {
    system: System,
    arbiters: Vec<ArbiterHandle>,
    thread: JoinHandle<()>,
}

/// The actors' threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the actors' threads could not be started: {0}")]
pub struct SystemError(String);

impl ActorSystem {
    /// Starts the system with this many arbiters.
    ///
    /// # Errors
    /// When the machine gives no threads.
    pub fn start(arbiters: usize) -> Result<Self, SystemError> {
        let (sender, receiver) = mpsc::channel();
        let body = move || {
            let runner = System::new();
            // An arbiter can be made only where a system is current, which is this thread.
            let handles =
                runner.block_on(async { (0..arbiters.max(1)).map(|_| Arbiter::new().handle()).collect::<Vec<_>>() });
            if sender.send((System::current(), handles)).is_ok()
                && let Err(error) = runner.run()
            {
                tracing::error!(%error, "the actors' system ended badly");
            }
        };
        let thread = std::thread::Builder::new().name("actors".to_owned()).spawn(body);
        let thread = thread.map_err(|error| SystemError(error.to_string()))?;
        let (system, arbiters) = receiver.recv().map_err(|error| SystemError(error.to_string()))?;
        Ok(Self { system, arbiters, thread })
    }

    /// Where actors may be started.
    pub fn arbiters(&self) -> Vec<ArbiterHandle> {
        self.arbiters.clone()
    }

    /// Ends the threads. Actors that still work are cut off: drain the directory first.
    pub fn stop(self) {
        self.system.stop();
        if self.thread.join().is_err() {
            tracing::error!("the actors' thread panicked");
        }
    }
}
