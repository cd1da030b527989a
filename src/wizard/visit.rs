//! A visit: somebody outside the conversation (a client of the REST API, a change that the program makes) writes what a
//! session's actor otherwise writes alone.
//!
//! Promises: a visit takes its turn in the session's mailbox as a message does, and no turn runs here while it lasts; the turn
//! after it reads what it left. Whoever goes away while waiting or visiting, or stays longer than a turn may take, holds up
//! nobody: the fences of the rows (`wizard_sessions.version`, `events.revision`) refuse what is stale even then, as they do
//! between two processes.

use std::time::Duration;

use actix::Message;
use tokio::sync::oneshot;

use super::directory::Place;

/// A visit that lasts until it is dropped.
#[derive(Debug)]
pub struct Visit {
    _gone: oneshot::Sender<()>,
    _place: Place,
}

/// What the actor handles: it says that the visit begins and waits for its end.
#[derive(Debug)]
pub(super) struct Visitor {
    begins: oneshot::Sender<()>,
    gone: oneshot::Receiver<()>,
    longest: Duration,
}

impl Message for Visitor {
    type Result = ();
}

/// A visit that was asked for.
#[derive(Debug)]
pub(super) struct Call {
    begins: oneshot::Receiver<()>,
    gone: oneshot::Sender<()>,
}

/// Both ends of a visit.
pub(super) fn call(longest: Duration) -> (Visitor, Call) {
    let (begin, begins) = oneshot::channel();
    let (going, gone) = oneshot::channel();
    (Visitor { begins: begin, gone, longest }, Call { begins, gone: going })
}

impl Call {
    /// Waits until it begins. `None`: the actor died before.
    pub(super) async fn granted(self, place: Place) -> Option<Visit> {
        self.begins.await.ok()?;
        Some(Visit { _gone: self.gone, _place: place })
    }
}

impl Visitor {
    /// Lets the visitor write, and waits for the end. One who went away while waiting is not waited for.
    pub(super) async fn stay(self) {
        if self.begins.send(()).is_ok() && tokio::time::timeout(self.longest, self.gone).await.is_err() {
            tracing::warn!(longest_s = self.longest.as_secs(), "a visit took too long; the session goes on");
        }
    }
}
