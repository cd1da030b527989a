//! The directory: which sessions are awake, and the only way to their actors.
//!
//! Promises: a place in a session's queue is promised before its message is accepted, so nothing that was accepted is ever
//! turned away; messages of a session queue in the order of their commits; an actor that died is replaced from the store
//! and what waited behind it goes on; a session that crashes again and again rests, and its user is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use actix::prelude::SendError;
use actix::{ArbiterHandle, Supervisor};
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use super::apology;
use super::job::Job;
use super::session::{Ended, SessionActor, Take};
use super::slot::Slot;
use super::turn::Desk;
use super::visit::{self, Visit};
use crate::telemetry::metrics;

/// Messages that may wait in one session, the one being answered included.
pub const MAILBOX: usize = 64;

/// The directory of sessions that are awake.
#[derive(Debug)]
pub struct Directory {
    desk: Arc<Desk>,
    slots: DashMap<Uuid, Slot>,
    arbiters: Vec<ArbiterHandle>,
    next_arbiter: AtomicUsize,
    generations: AtomicU64,
    draining: AtomicBool,
}

/// Why a session takes no message now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Its queue is full.
    Busy,
    /// The program is stopping: the next one takes it.
    Stopping,
    /// It rests after too many crashes.
    Resting {
        /// Seconds until it may be used again.
        retry_after_s: u32,
    },
}

/// A promised place in a session's queue. Dropped without [`Directory::deliver`] it is given back.
#[derive(Debug)]
pub struct Place {
    directory: Arc<Directory>,
    session: Uuid,
    in_order: Option<OwnedMutexGuard<()>>,
    used: bool,
}

/// More turns than this are not waited for by a visit.
const MOST_BEFORE_A_VISIT: usize = 3;
/// How often a visit looks for another actor after one died under it.
const TRIES: u32 = 3;

impl Directory {
    /// An empty directory whose actors live on these arbiters.
    pub fn new(desk: Arc<Desk>, arbiters: Vec<ArbiterHandle>) -> Arc<Self> {
        Arc::new(Self {
            desk,
            slots: DashMap::new(),
            arbiters,
            next_arbiter: AtomicUsize::new(0),
            generations: AtomicU64::new(0),
            draining: AtomicBool::new(false),
        })
    }

    /// What every turn needs.
    pub fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }

    /// The program is stopping.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// How many sessions are awake.
    pub fn awake(&self) -> usize {
        self.slots.len()
    }

    /// How many messages wait or are being answered.
    pub fn waiting(&self) -> usize {
        self.slots.iter().map(|slot| slot.pending.len()).sum()
    }

    /// Promises a place in a session's queue, waking the session if it sleeps, and waits for the earlier messages of the
    /// session to be accepted.
    ///
    /// # Errors
    /// [`Closed`] when nothing is promised.
    pub async fn reserve(self: &Arc<Self>, session: Uuid) -> Result<Place, Closed> {
        self.place(session, |slot| match slot.resting_s(self.desk.clock.now()) {
            Some(retry_after_s) => Err(Closed::Resting { retry_after_s }),
            None => Ok(()),
        })
        .await
    }

    async fn place(
        self: &Arc<Self>,
        session: Uuid,
        check: impl Fn(&Slot) -> Result<(), Closed>,
    ) -> Result<Place, Closed> {
        let accepting = {
            let mut slot = self.slots.entry(session).or_insert_with(|| self.wake(session));
            self.refuse(&slot)?;
            check(&slot)?;
            slot.reserved += 1;
            slot.accepting.clone()
        };
        // Made before the wait, so that a caller who goes away while waiting gives the place back.
        let mut given = Given { directory: self, session, kept: false };
        let in_order = accepting.lock_owned().await;
        given.kept = true;
        Ok(Place { directory: self.clone(), session, in_order: Some(in_order), used: false })
    }

    /// Holds a session's mailbox for somebody who writes from outside, in the order of its messages. A session that rests after
    /// crashes of its turns is visited, too. A visitor has less patience than a turn may take: a model's words that run end here.
    ///
    /// # Errors
    /// [`Closed::Busy`] when more turns wait than a visitor would wait for, [`Closed::Stopping`].
    pub async fn visit(self: &Arc<Self>, session: Uuid) -> Result<Visit, Closed> {
        for _ in 0..TRIES {
            let short = |slot: &Slot| if slot.pending.len() > MOST_BEFORE_A_VISIT { Err(Closed::Busy) } else { Ok(()) };
            let mut place = self.place(session, short).await?;
            let (visitor, call) = visit::call(Duration::from_secs(self.desk.limits.turn_deadline_s));
            let generation = {
                let Some(slot) = self.slots.get(&session) else { return Err(Closed::Busy) };
                for job in &slot.pending {
                    job.hurry.cancel();
                }
                if let Err(SendError::Full(_)) = slot.addr.try_send(visitor) {
                    return Err(Closed::Busy);
                }
                slot.generation
            };
            place.in_order = None;
            match call.granted(place).await {
                Some(visit) => return Ok(visit),
                None => self.replace(session, generation).await,
            }
        }
        Err(Closed::Busy)
    }

    fn refuse(&self, slot: &Slot) -> Result<(), Closed> {
        if self.draining.load(Ordering::SeqCst) {
            return Err(Closed::Stopping);
        }
        if slot.held() >= MAILBOX {
            metrics::busy();
            return Err(Closed::Busy);
        }
        Ok(())
    }

    /// Hands an accepted message to its session.
    pub fn deliver(self: &Arc<Self>, mut place: Place, job: Arc<Job>) {
        place.used = true;
        self.enqueue(place.session, job, true);
    }

    /// Hands a message that an earlier run accepted to its session; such a message is owed a place beyond the bound.
    pub fn resume(self: &Arc<Self>, session: Uuid, job: Arc<Job>) {
        self.enqueue(session, job, false);
    }

    fn enqueue(self: &Arc<Self>, session: Uuid, job: Arc<Job>, reserved: bool) {
        let mut slot = self.slots.entry(session).or_insert_with(|| self.wake(session));
        if reserved {
            slot.reserved = slot.reserved.saturating_sub(1);
        }
        if slot.pending.iter().any(|waiting| waiting.inbox == job.inbox) {
            return;
        }
        slot.last_used = self.desk.clock.now();
        if self.hurries() {
            // Whatever comes before the newest message has less to say, whether it runs or waits.
            slot.pending.iter().for_each(|earlier| earlier.hurry.cancel());
        }
        slot.pending.push_back(job);
        self.nudge(session, &slot);
    }

    /// The next message ends a model's words.
    fn hurries(&self) -> bool {
        self.desk.models.as_ref().is_some_and(|models| models.hurry)
    }

    /// Tells the actor that one more message waits, and watches what becomes of it. The queue itself is the slot's, so that
    /// it outlives an actor and its order is that of the commits.
    fn nudge(self: &Arc<Self>, session: Uuid, slot: &Slot) {
        let request = slot.addr.send(Take);
        let (directory, generation) = (self.clone(), slot.generation);
        self.desk.runtime.spawn(async move {
            match request.await {
                Ok(ended) => directory.finish(session, ended),
                Err(_) => directory.replace(session, generation).await,
            }
        });
    }

    /// The next message of a session that nobody began.
    pub(super) fn next(&self, session: Uuid) -> Option<Arc<Job>> {
        self.slots.get(&session)?.pending.iter().find(|job| job.begin()).cloned()
    }

    fn finish(&self, session: Uuid, ended: Ended) {
        let Some(mut slot) = self.slots.get_mut(&session) else { return };
        slot.last_used = self.desk.clock.now();
        match ended {
            Ended::Idle => {}
            Ended::Well(inbox) => slot.take(inbox),
            Ended::Crashed(inbox) => {
                slot.take(inbox);
                slot.crashed(self.desk.clock.now());
            }
        }
    }

    /// Puts a new actor in the place of one that died. The message it died of is set aside; those that never began go on.
    async fn replace(self: &Arc<Self>, session: Uuid, generation: u64) {
        let poison: Vec<Arc<Job>> = {
            let Some(mut slot) = self.slots.get_mut(&session) else { return };
            if slot.generation != generation {
                return;
            }
            tracing::error!(session.id = %session, "a session's actor died");
            let fresh = self.wake(session);
            (slot.addr, slot.generation) = (fresh.addr, fresh.generation);
            slot.crashed(self.desk.clock.now());
            let (begun, waiting): (Vec<_>, Vec<_>) = slot.pending.drain(..).partition(|job| job.has_begun());
            slot.pending.extend(waiting);
            for _ in 0..slot.pending.len() {
                self.nudge(session, &slot);
            }
            begun
        };
        for job in poison {
            apology::settle(self.desk.clone(), session, job).await;
        }
    }

    fn wake(self: &Arc<Self>, session: Uuid) -> Slot {
        let generation = self.generations.fetch_add(1, Ordering::SeqCst);
        let directory = self.clone();
        let addr = Supervisor::start_in_arbiter(&self.arbiter(), move |_| SessionActor::new(session, directory));
        Slot::new(addr, generation, self.desk.clock.now())
    }

    /// The next arbiter that is alive.
    fn arbiter(&self) -> ArbiterHandle {
        let start = self.next_arbiter.fetch_add(1, Ordering::SeqCst);
        let count = self.arbiters.len().max(1);
        let alive =
            (0..count).filter_map(|step| self.arbiters.get((start + step) % count)).find(|arbiter| arbiter.alive());
        alive.or(self.arbiters.first()).cloned().unwrap_or_else(actix::Arbiter::current)
    }

    /// How many places in a session's mailbox are held: by messages that wait or are answered, and by visits.
    pub fn held(&self, session: Uuid) -> usize {
        self.slots.get(&session).map_or(0, |slot| slot.held())
    }

    /// The message that a session answers now.
    pub fn running(&self, session: Uuid) -> Option<Arc<Job>> {
        self.slots.get(&session)?.pending.front().cloned()
    }

    /// Every message that waits or is being answered: what this process holds.
    pub fn held_ids(&self) -> Vec<Uuid> {
        self.slots.iter().flat_map(|slot| slot.pending.iter().map(|job| job.inbox).collect::<Vec<_>>()).collect()
    }

    /// A message that waits or is being answered.
    pub fn find(&self, session: Uuid, inbox: Uuid) -> Option<Arc<Job>> {
        self.slots.get(&session)?.pending.iter().find(|job| job.inbox == inbox).cloned()
    }

    /// The message that was handed in under this id, while it waits or is being answered.
    pub fn named(&self, session: Uuid, name: &str) -> Option<Arc<Job>> {
        self.slots.get(&session)?.pending.iter().find(|job| job.name.as_deref() == Some(name)).cloned()
    }

    /// Puts sessions to sleep that had nothing to do for this long.
    pub fn sweep(&self, idle: Duration) {
        let now = self.desk.clock.now();
        let idle_s = i64::try_from(idle.as_secs()).unwrap_or(i64::MAX);
        let sleepy = |slot: &Slot| {
            slot.held() == 0 && slot.resting_s(now).is_none() && now.as_second() - slot.last_used.as_second() >= idle_s
        };
        self.slots.retain(|_, slot| !sleepy(slot));
    }

    /// Takes no new messages and waits until those that were accepted are answered, or the deadline is reached: then the
    /// rest is cut off and left to the next start. Returns how many were left.
    pub async fn drain(&self, deadline: Duration) -> usize {
        self.draining.store(true, Ordering::SeqCst);
        let quiet = async {
            while self.slots.iter().any(|slot| slot.held() > 0) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let in_time = tokio::time::timeout(deadline, quiet).await.is_ok();
        let left = self.slots.iter().map(|slot| slot.pending.len()).sum();
        if !in_time {
            tracing::warn!(left, "stopped with messages unanswered; the next start answers them");
        }
        self.slots.clear();
        left
    }

    fn give_back(&self, session: Uuid) {
        if let Entry::Occupied(mut slot) = self.slots.entry(session) {
            let slot = slot.get_mut();
            slot.reserved = slot.reserved.saturating_sub(1);
        }
    }
}

/// A place that is given back unless it was kept.
struct Given<'a> {
    directory: &'a Directory,
    session: Uuid,
    kept: bool,
}

impl Drop for Given<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.directory.give_back(self.session);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.used {
            self.directory.give_back(self.session);
        }
    }
}
