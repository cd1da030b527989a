//! A named point of the program that nobody passes until a test says so.

use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

/// Closed for as long as it lives.
pub(crate) struct Gate {
    point: &'static str,
    // Whoever waits there goes on when it is gone.
    _held: Sender<()>,
}

impl Gate {
    /// Closes it. Whoever comes there waits off the runtime: a thread of the runtime that stood still would keep what it is about to
    /// run, and with few threads everything.
    pub(crate) fn at(point: &'static str) -> Self {
        let (held, open) = channel();
        let open = Mutex::new(open);
        fail::cfg_callback(point, move || {
            tokio::task::block_in_place(|| open.lock().unwrap().recv().unwrap_err());
        })
        .unwrap();
        Self { point, _held: held }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // Nobody comes there any more; those who wait go on.
        fail::remove(self.point);
    }
}
