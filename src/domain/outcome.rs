//! What happened outside of a conversation and belongs into it: payments that are set up, or wait; an account's standing.
//!
//! Promises: an outcome is kept in the inbox of its session in the transaction that it comes from, before anybody is told; it
//! enters the session through the same queue as the organizer's messages, and writes nothing of the draft.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::person::Person;

/// What the publisher tells a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Outcome {
    /// The event's tickets can be sold.
    PaymentsReady,
    /// The event's payments wait.
    PaymentsLate {
        /// For what.
        cause: Cause,
        /// Seconds until the next try.
        next_s: u32,
    },
    /// The event's payments were given up; the operator knows.
    PaymentsRefused,
    /// The organizer's account takes payments.
    AccountReady,
    /// The organizer's account is connected, and Stripe wants to know more.
    AccountNeedsMore,
    /// The organizer's account is not connected any more.
    AccountGone,
}

/// Why something waits, as an organizer may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The other side does not answer.
    NoAnswer,
    /// The other side asked to come again later.
    Busy,
    /// Payments are not set up on this server.
    NotSetUp,
    /// The other side refuses it.
    Refused,
    /// The fault is ours.
    Ours,
}

impl Cause {
    /// The written form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::NotSetUp => "not_set_up",
            Self::Refused => "refused",
            Self::Ours => "ours",
        }
    }
}

/// An outcome that is kept and goes to its session now.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its row in the inbox.
    pub inbox: Uuid,
    /// The session.
    pub session: Uuid,
    /// Whose session that is.
    pub owner: Person,
    /// The channel that the session was talked to through last.
    pub channel: String,
    /// What happened.
    pub outcome: Outcome,
}

/// The way into sessions.
pub trait Sessions: Send + Sync + 'static {
    /// Hands a kept outcome to its session; it waits for its turn there.
    fn hand_over(&self, notice: Notice);
}
