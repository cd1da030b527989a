//! What is to be delivered by a channel whose delivery can fail, and what became of it.
//!
//! An answer is written down in the same transaction as the turn that made it. A channel asks for it with
//! [`crate::Door::next_outgoing`], says what became of it with [`crate::Door::settled`], and may show the turn live meanwhile:
//! what is written down is the final text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Reply, Turn};

/// Where the answer to a message is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The chat, in the channel's own words and unique over all of its bots, at most 300 bytes. Answers to one chat are delivered one
    /// after the other.
    pub chat: String,
    /// What the channel wants back with the answer: a thread, who may press the buttons. At most 4,000 bytes.
    pub note: String,
}

/// What a channel says of its own accord; see [`crate::Door::notice`].
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Unique over all that the channel says there.
    pub id: String,
    /// Where to.
    pub address: Address,
    /// The language it is worded in, ISO 639-1.
    pub language: String,
    /// What is said and shown, in order.
    pub replies: Vec<Reply>,
}

/// An answer that is to be delivered.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Its stable id, for [`crate::Door::settled`] and for the log.
    pub id: String,
    /// Where to.
    pub address: Address,
    /// The message that it answers, by [`crate::Incoming::id`]; `None`: nobody asked.
    pub answers: Option<String>,
    /// The session that says it; a button that is pressed under it is for this session.
    pub session: Option<String>,
    /// The language it is worded in, ISO 639-1.
    pub language: String,
    /// What is said and shown, in order; each whole: no [`Reply::Delta`], [`Reply::State`] or [`Reply::Done`].
    pub replies: Vec<Reply>,
    /// What was said in the session through other channels since this chat saw it last, oldest first.
    pub meanwhile: Vec<Turn>,
    /// How far an earlier attempt came, as the channel noted it with [`Delivery::Underway`]; null at first.
    pub progress: Value,
    /// Attempts, this one included; waits that the platform asked for do not count.
    pub attempt: u32,
    /// Nobody knows whether an earlier attempt arrived: what is sent now may be there twice (PAINS P12).
    pub again: bool,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// All of it arrived.
    Sent,
    /// It is on its way; how far, so that another attempt goes on from there. Keeps others from it for a while longer.
    Underway(Value),
    /// The platform asks to wait: nothing goes to this chat before, also after a restart, and this attempt does not count (PAINS P13).
    Wait {
        /// From now.
        seconds: u32,
    },
    /// It did not work this time; it is tried again after a pause.
    Failed {
        /// For the log.
        reason: String,
        /// It may have arrived all the same.
        unclear: bool,
    },
    /// The platform refuses it and would again: it is set aside.
    Refused {
        /// For the log.
        reason: String,
    },
    /// The person does not hear us any more: they blocked the bot, or the chat is gone. Nothing is sent there until they write again.
    Gone {
        /// For the log.
        reason: String,
    },
}

/// What a channel remembers of a chat, over restarts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    /// The channel's own notes, by name.
    pub note: serde_json::Map<String, Value>,
    /// Nothing may be sent there for so many seconds.
    pub held_s: u32,
    /// The person does not hear us any more, until they write again.
    pub closed: bool,
}
