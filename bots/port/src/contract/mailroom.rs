//! The outbox of the scripted door: one answer at a time for each chat, in order, until the channel says what became of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::{Delivery, Memory, Notice, Outgoing};

/// How long an answer that failed waits.
const PAUSE: Duration = Duration::from_millis(20);

/// The outbox and what the channel remembers. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Mailroom {
    shelves: Arc<Mutex<Shelves>>,
    told: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Shelves {
    letters: Vec<Letter>,
    posted: usize,
    chats: BTreeMap<String, Chat>,
    deliveries: Vec<(String, Delivery)>,
}

#[derive(Debug)]
struct Letter {
    outgoing: Outgoing,
    held: bool,
    unclear: bool,
    not_before: Option<Instant>,
}

#[derive(Debug, Default)]
struct Chat {
    note: Map<String, Value>,
    held_until: Option<Instant>,
    closed: bool,
}

impl Mailroom {
    pub(super) fn post(&self, mut outgoing: Outgoing) {
        let mut shelves = self.shelves();
        shelves.posted += 1;
        outgoing.id = format!("letter-{}", shelves.posted);
        shelves.letters.push(Letter { outgoing, held: false, unclear: false, not_before: None });
        drop(shelves);
        self.told.notify_waiters();
    }

    pub(super) fn notice(&self, notice: Notice) {
        self.post(Outgoing {
            id: notice.id,
            address: notice.address,
            answers: None,
            session: None,
            language: notice.language,
            replies: notice.replies,
            meanwhile: Vec::new(),
            progress: Value::Null,
            attempt: 0,
            again: false,
        });
    }

    pub(super) async fn next(&self, _channel: &str) -> Outgoing {
        loop {
            let told = self.told.notified();
            let found = self.shelves().take();
            match found {
                Ok(outgoing) => return *outgoing,
                Err(Some(until)) => {
                    tokio::select! {
                        () = told => {}
                        () = tokio::time::sleep_until(until) => {}
                    }
                }
                Err(None) => told.await,
            }
        }
    }

    pub(super) fn settled(&self, id: &str, delivery: Delivery) {
        let mut shelves = self.shelves();
        shelves.settle(id, &delivery);
        shelves.deliveries.push((id.to_owned(), delivery));
        drop(shelves);
        self.told.notify_waiters();
    }

    pub(super) fn deliveries(&self) -> Vec<(String, Delivery)> {
        self.shelves().deliveries.clone()
    }

    pub(super) fn recall(&self, chat: &str) -> Memory {
        self.shelves().chats.get(chat).map(Chat::memory).unwrap_or_default()
    }

    pub(super) fn chats(&self) -> Vec<(String, Memory)> {
        self.shelves().chats.iter().map(|(name, chat)| (name.clone(), chat.memory())).collect()
    }

    pub(super) fn remember(&self, chat: &str, notes: Map<String, Value>) {
        let mut shelves = self.shelves();
        let chat = shelves.chats.entry(chat.to_owned()).or_default();
        for (name, value) in notes {
            if value.is_null() {
                chat.note.remove(&name);
            } else {
                chat.note.insert(name, value);
            }
        }
    }

    pub(super) fn hold(&self, chat: &str, seconds: u32) {
        self.shelves().hold(chat, seconds);
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelves {
    /// The first that may go, else when to look again.
    fn take(&mut self) -> Result<Box<Outgoing>, Option<Instant>> {
        let now = Instant::now();
        let (mut busy, mut later) = (Vec::new(), None);
        for letter in &mut self.letters {
            let name = letter.outgoing.address.chat.clone();
            if busy.contains(&name) {
                continue;
            }
            let chat = self.chats.get(&name);
            let until = letter.not_before.max(chat.and_then(|chat| chat.held_until)).filter(|until| *until > now);
            if letter.held || until.is_some() {
                later = later.into_iter().chain(until).min();
                busy.push(name);
                continue;
            }
            letter.held = true;
            letter.outgoing.attempt += 1;
            letter.outgoing.again = std::mem::replace(&mut letter.unclear, true);
            return Ok(Box::new(letter.outgoing.clone()));
        }
        Err(later)
    }

    fn settle(&mut self, id: &str, delivery: &Delivery) {
        let Some(place) = self.letters.iter().position(|letter| letter.outgoing.id == id) else { return };
        let chat = self.letters.get(place).map(|letter| letter.outgoing.address.chat.clone()).unwrap_or_default();
        match delivery {
            Delivery::Sent | Delivery::Refused { .. } => drop(self.letters.remove(place)),
            Delivery::Gone { .. } => {
                self.letters.retain(|letter| letter.outgoing.address.chat != chat);
                self.chats.entry(chat).or_default().closed = true;
            }
            Delivery::Underway(progress) => {
                if let Some(letter) = self.letters.get_mut(place) {
                    letter.outgoing.progress = progress.clone();
                }
            }
            Delivery::Wait { seconds } => {
                self.hold(&chat, *seconds);
                if let Some(letter) = self.letters.get_mut(place) {
                    (letter.held, letter.unclear) = (false, false);
                    letter.outgoing.attempt = letter.outgoing.attempt.saturating_sub(1);
                }
            }
            Delivery::Failed { unclear, .. } => {
                if let Some(letter) = self.letters.get_mut(place) {
                    (letter.held, letter.unclear, letter.not_before) = (false, *unclear, Some(Instant::now() + PAUSE));
                }
            }
        }
    }

    fn hold(&mut self, chat: &str, seconds: u32) {
        let until = Instant::now() + Duration::from_secs(seconds.into());
        let chat = self.chats.entry(chat.to_owned()).or_default();
        chat.held_until = chat.held_until.max(Some(until));
    }
}

impl Chat {
    fn memory(&self) -> Memory {
        let left = self.held_until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default();
        let held_s = u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        Memory { note: self.note.clone(), held_s, closed: self.closed }
    }
}
