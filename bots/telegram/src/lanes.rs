//! One lane for each chat: updates are taken in one after the other in their chat, and side by side with those of others, so that
//! nobody waits for somebody else's picture to arrive.
//!
//! Promises: an update that was asked for and has to come again is taken again in its place, before those behind it in its chat;
//! [`Lanes::first_open`] never passes an update that is not done with. One that Telegram brought by a call is answered when it is done
//! with, and where it has to come again, so have those behind it in its chat.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use teloxide::types::Update;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::inbound::{Inbound, Outcome};

/// The first pause before an update is taken again, and the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// What is being taken in when the program stops has so long.
const LAST: Duration = Duration::from_secs(5);

/// Every lane.
pub(crate) struct Lanes {
    inbound: Arc<Inbound>,
    books: Arc<Books>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What is known of the updates that came.
struct Books {
    state: Mutex<State>,
    /// How many updates are not done with.
    open: watch::Sender<usize>,
}

/// An update in its lane.
struct Waiting {
    update: Update,
    /// Who called to bring it; nobody, when it was asked for.
    caller: Option<oneshot::Sender<Outcome>>,
}

#[derive(Default)]
struct State {
    /// What waits in each chat that has a lane.
    lanes: HashMap<i64, VecDeque<Waiting>>,
    /// The updates from the first one on that is not done with; whether each is done with.
    known: BTreeMap<i64, bool>,
    /// Behind the last of those that are done with, one after the other.
    next: i64,
}

impl Lanes {
    pub(crate) fn new(inbound: Arc<Inbound>, stop: CancellationToken) -> Self {
        let books = Books { state: Mutex::default(), open: watch::Sender::new(0) };
        Self { inbound, books: Arc::new(books), stop, tasks: TaskTracker::new() }
    }

    /// The first update that is not done with.
    pub(crate) fn first_open(&self) -> i64 {
        self.books.state().next
    }

    /// Telegram numbers updates anew after a week of silence, from this one on, which is below those that it told before.
    pub(crate) fn begin_anew(&self, first: i64) {
        let mut state = self.books.state();
        (state.next, state.known) = (first, BTreeMap::new());
        self.books.open.send_modify(|open| *open = 0);
    }

    /// Nothing can be done with this one. Whether it is new.
    pub(crate) fn pass_over(&self, id: i64) -> bool {
        let is_new = self.books.is_new(id);
        if is_new {
            self.books.done(id);
        }
        is_new
    }

    /// Takes an update that was asked for in behind those of its chat; one that is known already is on its way. Whether it is new.
    pub(crate) fn put(&self, update: Update) -> bool {
        let is_new = self.books.is_new(update.id.0.into());
        if is_new {
            self.line_up(Waiting { update, caller: None });
        }
        is_new
    }

    /// Takes an update that Telegram brings by a call in behind those of its chat, and waits for what becomes of it. Whoever hangs up
    /// meanwhile ends nothing, and brings it once more.
    pub(crate) async fn take(&self, update: Update) -> Outcome {
        let (caller, told) = oneshot::channel();
        self.line_up(Waiting { update, caller: Some(caller) });
        // Nobody tells: the program stops, or the one before it has to come again.
        told.await.unwrap_or(Outcome::Again)
    }

    fn line_up(&self, one: Waiting) {
        let chat = chat_of(&one.update);
        let mut state = self.books.state();
        if let Some(waiting) = state.lanes.get_mut(&chat) {
            waiting.push_back(one);
            return;
        }
        state.lanes.insert(chat, VecDeque::from([one]));
        drop(state);
        self.tasks.spawn(lane(self.inbound.clone(), self.books.clone(), chat, self.stop.clone()));
    }

    /// Waits until nothing is left to be taken in.
    pub(crate) async fn idle(&self) {
        // The books live as long as the lanes.
        drop(self.books.open.subscribe().wait_for(|open| *open == 0).await);
    }

    /// Waits for what is being taken in; what waits behind it comes again at the next start.
    pub(crate) async fn close(&self) {
        self.tasks.close();
        if tokio::time::timeout(LAST, self.tasks.wait()).await.is_err() {
            tracing::warn!("stopped with updates that are not taken in; the next start gets them again");
        }
    }
}

impl Books {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an update down as open. `false`: it is known.
    fn is_new(&self, id: i64) -> bool {
        let mut state = self.state();
        if id < state.next || state.known.contains_key(&id) {
            return false;
        }
        state.known.insert(id, false);
        self.open.send_modify(|open| *open += 1);
        true
    }

    fn done(&self, id: i64) {
        let mut state = self.state();
        // It was numbered before the numbers began anew.
        let Some(known) = state.known.get_mut(&id) else { return };
        *known = true;
        while let Some(first) = state.known.first_entry().filter(|first| *first.get()) {
            let (id, _) = first.remove_entry();
            state.next = id + 1;
        }
        self.open.send_modify(|open| *open = open.saturating_sub(1));
    }

    /// What waits in a chat is not taken in now: those who brought it hear that it has to come again.
    fn turn_away(&self, chat: i64) {
        let turned_away = self.state().lanes.get_mut(&chat).map(std::mem::take);
        drop(turned_away);
    }

    /// The lane is no more. What was asked for comes again at the next start.
    fn leave(&self, chat: i64) {
        let left = self.state().lanes.remove(&chat);
        drop(left);
    }

    /// The next update of a chat; when there is none, its lane is no more.
    fn next(&self, chat: i64) -> Option<Waiting> {
        let mut state = self.state();
        let next = state.lanes.get_mut(&chat).and_then(VecDeque::pop_front);
        if next.is_none() {
            state.lanes.remove(&chat);
        }
        next
    }
}

async fn lane(inbound: Arc<Inbound>, books: Arc<Books>, chat: i64, stop: CancellationToken) {
    while let Some(Waiting { update, caller }) = books.next(chat) {
        if stop.is_cancelled() {
            return books.leave(chat);
        }
        if let Some(caller) = caller {
            let outcome = inbound.take(&update).await;
            if outcome == Outcome::Again {
                books.turn_away(chat);
            }
            if caller.send(outcome).is_err() {
                tracing::debug!("a call hung up before its update was done with; it comes again, and is known");
            }
        } else if until_done(&inbound, &update, &stop).await {
            books.done(update.id.0.into());
        } else {
            return books.leave(chat);
        }
    }
}

/// Takes an update in, again and again where it must be. `false`: the program stops.
async fn until_done(inbound: &Inbound, update: &Update, stop: &CancellationToken) -> bool {
    let mut pause = PAUSE;
    loop {
        if stop.is_cancelled() {
            return false;
        }
        if inbound.take(update).await == Outcome::Done {
            return true;
        }
        tokio::select! {
            () = stop.cancelled() => return false,
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
}

/// Where it was said, else who pressed a button.
fn chat_of(update: &Update) -> i64 {
    let by = || update.from().and_then(|user| i64::try_from(user.id.0).ok());
    update.chat().map(|chat| chat.id.0).or_else(by).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books() -> Books {
        Books { state: Mutex::default(), open: watch::Sender::new(0) }
    }

    #[test]
    fn what_is_done_and_was_never_noted_moves_nothing() {
        let books = books();
        books.done(5);
        assert_eq!((books.state().next, *books.open.borrow()), (0, 0));
    }

    #[test]
    fn the_first_that_is_open_is_never_passed() {
        let books = books();
        let stands = || (books.state().next, *books.open.borrow());
        assert!([7, 8, 9].iter().all(|id| books.is_new(*id)));
        books.done(8);
        assert_eq!(stands(), (0, 2), "the seventh comes again after a crash");
        assert!(!books.is_new(8), "nothing is taken twice");
        books.done(7);
        assert_eq!(stands(), (9, 1));
        assert!(!books.is_new(7));
        books.done(9);
        assert_eq!(stands(), (10, 0));
        assert!(books.state().known.is_empty());
    }
}
