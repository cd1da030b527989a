//! What the directory knows of one session that is awake.

use std::collections::VecDeque;
use std::sync::Arc;

use actix::Addr;
use jiff::Timestamp;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::job::Job;
use super::session::SessionActor;

/// More crashes than this within [`CRASH_WINDOW_S`] put a session to rest for [`QUARANTINE_S`].
const CRASHES_ALLOWED: usize = 3;
const CRASH_WINDOW_S: i64 = 60;
/// How long a crash-looping session rests, in seconds.
pub const QUARANTINE_S: i64 = 60;

/// One session that is awake.
#[derive(Debug)]
pub(super) struct Slot {
    /// The actor; the directory holds the only address, so that dropping the slot ends it.
    pub(super) addr: Addr<SessionActor>,
    /// Which actor this is: another number, another actor.
    pub(super) generation: u64,
    /// Accepted and not answered, in order.
    pub(super) pending: VecDeque<Arc<Job>>,
    /// Places promised to messages that are being accepted.
    pub(super) reserved: usize,
    /// Held while a message is accepted, so that messages queue in the order of their commits.
    pub(super) accepting: Arc<Mutex<()>>,
    /// When it last had something to do.
    pub(super) last_used: Timestamp,
    crashes: VecDeque<Timestamp>,
}

impl Slot {
    pub(super) fn new(addr: Addr<SessionActor>, generation: u64, now: Timestamp) -> Self {
        Self {
            addr,
            generation,
            pending: VecDeque::new(),
            reserved: 0,
            accepting: Arc::default(),
            last_used: now,
            crashes: VecDeque::new(),
        }
    }

    /// Messages that hold a place in the mailbox.
    pub(super) fn held(&self) -> usize {
        self.pending.len() + self.reserved
    }

    /// Notes a crash.
    pub(super) fn crashed(&mut self, now: Timestamp) {
        self.crashes.push_back(now);
        while self.crashes.len() > CRASHES_ALLOWED + 1 {
            self.crashes.pop_front();
        }
    }

    /// Seconds until this session may be used again, while it rests after too many crashes.
    pub(super) fn resting_s(&self, now: Timestamp) -> Option<u32> {
        if self.crashes.len() <= CRASHES_ALLOWED {
            return None;
        }
        let (first, last) = (self.crashes.front()?, self.crashes.back()?);
        if last.as_second() - first.as_second() > CRASH_WINDOW_S {
            return None;
        }
        let left = last.as_second() + QUARANTINE_S - now.as_second();
        u32::try_from(left).ok().filter(|left| *left > 0)
    }

    /// Takes a message off the queue.
    pub(super) fn take(&mut self, inbox: Uuid) {
        self.pending.retain(|job| job.inbox != inbox);
    }
}
