//! A turn that is told to a listener.
//!
//! Promises: it is followed to its end, also when the listener is gone; what it offers is remembered, and its thread is busy
//! until then.

use std::collections::VecDeque;

use port::Reply;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::memory::{Memory, Turn};
use crate::narrator::{End, Narrator};
use crate::sse::Listener;

/// The replies of a turn, some of which may have been heard already.
#[derive(Debug)]
pub(crate) struct Hearing {
    heard: VecDeque<Reply>,
    replies: UnboundedReceiver<Reply>,
}

impl Hearing {
    /// From the beginning.
    pub(crate) fn of(replies: UnboundedReceiver<Reply>) -> Self {
        Self { heard: VecDeque::new(), replies }
    }

    /// Takes in what was said so far, to be told later.
    pub(crate) fn caught_up(mut replies: UnboundedReceiver<Reply>) -> Self {
        let mut heard = VecDeque::new();
        while let Ok(reply) = replies.try_recv() {
            heard.push_back(reply);
        }
        Self { heard, replies }
    }

    /// Whether this text was heard.
    pub(crate) fn has_said(&self, text: &str) -> bool {
        self.heard.iter().any(|reply| matches!(reply, Reply::Said(said) if said == text))
    }

    async fn next(&mut self) -> Option<Reply> {
        match self.heard.pop_front() {
            Some(reply) => Some(reply),
            None => self.replies.recv().await,
        }
    }
}

/// A turn that is told to a listener.
pub(crate) struct Telling {
    pub(crate) memory: Memory,
    pub(crate) session: String,
    pub(crate) narrator: Narrator,
    pub(crate) listener: Listener,
}

impl Telling {
    /// Tells all of it.
    pub(crate) async fn run(mut self, state: Value, hearing: Hearing, turn: Option<Turn>) {
        let begun = self.narrator.begin(state);
        self.memory.sent(&self.session, self.narrator.state());
        self.listener.send(begun);
        self.rest(hearing, turn).await;
    }

    /// Tells what comes after the beginning.
    pub(crate) async fn rest(mut self, mut hearing: Hearing, turn: Option<Turn>) {
        let end = loop {
            match hearing.next().await {
                None => break End::Broken,
                Some(Reply::Done) => break End::Done,
                Some(reply) => {
                    self.memory.heard(&self.session, &reply);
                    self.listener.send(self.narrator.hear(reply));
                }
            }
        };
        let events = self.narrator.end(end);
        self.memory.sent(&self.session, self.narrator.state());
        // The client may send its next message as soon as it sees the end.
        drop(turn);
        self.listener.send(events);
    }
}
