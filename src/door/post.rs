//! The outbox's end of the door: what a channel is to deliver, and what became of it.
//!
//! Promises: of each chat one answer is out at a time; what nobody settled comes again, flagged where it may have arrived; a wait that a
//! platform asks for survives restarts.

use std::sync::Arc;
use std::time::Duration;

use port::{Delivery, Memory, Notice, Outgoing, Refusal, Reply, Turn};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::sync::Notify;
use uuid::Uuid;

use super::refusals::unavailable;
use crate::store::chats;
use crate::store::database::{Actor, Store, Tx};
use crate::store::error::StoreError;
use crate::store::outbox::{self, Letter};
use crate::telemetry::metrics;
use crate::wizard::fault;

/// How long a process holds an answer without a word about it, in seconds: longer than a platform takes for the handful of calls of
/// fifteen seconds each that one message may need.
const HOLD_S: i32 = 120;
/// An answer that failed so often is set aside: about an hour and a half with the pauses below.
const MOST_ATTEMPTS: i32 = 30;
/// The pause after a failure doubles up to this, in seconds.
const LONGEST_PAUSE_S: f64 = 300.0;
/// Without a ring the outbox is looked at this often: another process may have written something down.
const LOOK: Duration = Duration::from_secs(2);
/// How many chats a channel is told of.
const CHATS: i64 = 10_000;

/// The outbox as channels use it.
pub(super) struct Post {
    store: Store,
    node: String,
    told: Arc<Notify>,
}

impl Post {
    pub(super) fn new(store: Store, node: String, told: Arc<Notify>) -> Self {
        Self { store, node, told }
    }

    /// Waits for the next answer of this channel and holds it.
    pub(super) async fn next(&self, channel: &str) -> Result<Outgoing, Refusal> {
        loop {
            let told = self.told.notified();
            tokio::pin!(told);
            // From here on a ring is heard, also one during the look.
            told.as_mut().enable();
            let pause = match self.take(channel).await.map_err(|error| unavailable(&error))? {
                Ok(outgoing) => return Ok(*outgoing),
                Err(pause) => pause,
            };
            tokio::select! {
                () = told => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// The next answer, else how long there is none.
    async fn take(&self, channel: &str) -> Result<Result<Box<Outgoing>, Duration>, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let Some(letter) = outbox::take(&mut tx, channel, &self.node, HOLD_S).await? else {
            let due = outbox::next_due(&mut tx, channel).await?.unwrap_or(f64::MAX);
            return Ok(Err(Duration::from_secs_f64(due.clamp(0.02, LOOK.as_secs_f64()))));
        };
        let meanwhile = outbox::missed(&mut tx, channel, &letter).await?;
        tx.commit().await?;
        fault::point("outbox.taken");
        if letter.again {
            metrics::maybe_twice(channel);
            tracing::warn!(outbox.id = %letter.id, channel, attempt = letter.attempts, "sent again: nobody knows whether it arrived");
        }
        let id = letter.id;
        match outgoing(letter, meanwhile) {
            Ok(outgoing) => Ok(Ok(Box::new(outgoing))),
            Err(error) => {
                // Written by a newer program, perhaps: it waits for that one, and is set aside in the end like any other.
                self.settle(id, Delivery::Failed { reason: error.to_string(), unclear: false }).await?;
                Ok(Err(Duration::ZERO))
            }
        }
    }

    /// What became of an answer.
    pub(super) async fn settled(&self, id: &str, delivery: Delivery) -> Result<(), Refusal> {
        let id = id.parse::<Uuid>().map_err(|_| Refusal::NotFound)?;
        fault::point("outbox.settle");
        self.settle(id, delivery).await.map_err(|error| unavailable(&error))?;
        // Whatever waited behind it in its chat may go now.
        self.told.notify_waiters();
        Ok(())
    }

    async fn settle(&self, id: Uuid, delivery: Delivery) -> Result<(), StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let outcome = write(&mut tx, id, delivery).await?;
        tx.commit().await?;
        if let Some(outcome) = outcome {
            metrics::delivery(outcome);
        }
        Ok(())
    }

    /// Written down once under its name.
    pub(super) async fn notice(&self, channel: &str, notice: Notice) -> Result<(), Refusal> {
        let replies = serde_json::to_value(&notice.replies)
            .map_err(|error| unavailable(&StoreError::Fault(format!("a notice cannot be written: {error}"))))?;
        let (chat, note) = (notice.address.chat.as_str(), notice.address.note.as_str());
        let written = async {
            let mut tx = self.store.begin(Actor::Server).await?;
            let id = name(channel, chat, &notice.id);
            outbox::notice_once(&mut tx, id, (channel, chat, note), None, &replies, Some(&notice.language)).await?;
            Ok::<_, StoreError>(tx.commit().await?)
        };
        written.await.map_err(|error| unavailable(&error))?;
        self.told.notify_waiters();
        Ok(())
    }

    pub(super) async fn recall(&self, channel: &str, chat: &str) -> Result<Memory, Refusal> {
        let found = async {
            let mut tx = self.store.begin(Actor::Server).await?;
            chats::get(&mut tx, channel, chat).await
        };
        Ok(found.await.map_err(|error| unavailable(&error))?.map(|known| memory(known).1).unwrap_or_default())
    }

    pub(super) async fn chats(&self, channel: &str) -> Result<Vec<(String, Memory)>, Refusal> {
        let found = async {
            let mut tx = self.store.begin(Actor::Server).await?;
            chats::list(&mut tx, channel, CHATS).await
        };
        Ok(found.await.map_err(|error| unavailable(&error))?.into_iter().map(memory).collect())
    }

    pub(super) async fn remember(&self, channel: &str, chat: &str, notes: Map<String, Value>) -> Result<(), Refusal> {
        let written = async {
            let mut tx = self.store.begin(Actor::Server).await?;
            chats::remember(&mut tx, channel, chat, notes).await?;
            Ok::<_, StoreError>(tx.commit().await?)
        };
        written.await.map_err(|error| unavailable(&error))
    }

    pub(super) async fn hold(&self, channel: &str, chat: &str, seconds: u32) -> Result<(), Refusal> {
        let written = async {
            let mut tx = self.store.begin(Actor::Server).await?;
            outbox::hold(&mut tx, channel, chat, i32::try_from(seconds).unwrap_or(i32::MAX)).await?;
            Ok::<_, StoreError>(tx.commit().await?)
        };
        written.await.map_err(|error| unavailable(&error))
    }
}

/// Writes down what became of an answer; its name for the metrics, when it is settled.
async fn write(tx: &mut Tx, id: Uuid, delivery: Delivery) -> Result<Option<&'static str>, StoreError> {
    Ok(Some(match delivery {
        Delivery::Sent => {
            if outbox::sent(tx, id).await? {
                "sent"
            } else {
                "late"
            }
        }
        Delivery::Underway(progress) => {
            outbox::underway(tx, id, &progress, HOLD_S).await?;
            return Ok(None);
        }
        Delivery::Wait { seconds } => {
            outbox::wait(tx, id, i32::try_from(seconds).unwrap_or(i32::MAX)).await?;
            "wait"
        }
        Delivery::Failed { reason, unclear } => {
            let pause = pause_s(outbox::attempts(tx, id).await?);
            tracing::warn!(outbox.id = %id, reason, unclear, pause_s = pause, "an answer could not be delivered");
            if outbox::failed(tx, id, &reason, unclear, (MOST_ATTEMPTS, pause)).await? { "dead" } else { "failed" }
        }
        Delivery::Refused { reason } => {
            tracing::error!(outbox.id = %id, reason, error.code = "OUTBOX_REFUSED", "the platform refuses an answer; it is set aside");
            outbox::refused(tx, id, &reason).await?;
            "dead"
        }
        Delivery::Gone { reason } => {
            let waiting = outbox::gone(tx, id, &reason).await?;
            tracing::info!(outbox.id = %id, reason, waiting, "nobody hears us in this chat any more");
            "gone"
        }
    }))
}

/// The id that follows from what a channel calls its notice.
fn name(channel: &str, chat: &str, notice: &str) -> Uuid {
    let digest = Sha256::digest(format!("{channel}\n{chat}\n{notice}"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, known)| *byte = known);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// 1, 2, 4 ... seconds.
fn pause_s(attempts: i32) -> f64 {
    f64::powi(2.0, attempts.clamp(1, 20) - 1).min(LONGEST_PAUSE_S)
}

fn memory(known: chats::Known) -> (String, Memory) {
    let note = match known.note {
        Value::Object(note) => note,
        _ => Map::new(),
    };
    let held_s = u32::try_from(known.held_s).unwrap_or_default();
    (known.chat, Memory { note, held_s, closed: known.closed })
}

fn outgoing(letter: Letter, meanwhile: Vec<outbox::Missed>) -> Result<Outgoing, StoreError> {
    let replies: Vec<Reply> = serde_json::from_value(letter.replies)
        .map_err(|error| StoreError::Fault(format!("an answer in the outbox cannot be read: {error}")))?;
    let turn = |missed: outbox::Missed| Turn {
        id: missed.id.to_string(),
        from_user: missed.role == "user",
        text: missed.content,
    };
    Ok(Outgoing {
        id: letter.id.to_string(),
        address: port::Address { chat: letter.chat, note: letter.note },
        answers: letter.external_id,
        session: letter.session.map(|id| id.to_string()),
        language: letter.language.unwrap_or_else(|| "en".to_owned()),
        replies,
        meanwhile: meanwhile.into_iter().map(turn).collect(),
        progress: letter.progress,
        attempt: u32::try_from(letter.attempts).unwrap_or_default(),
        again: letter.again,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let whole = [1, 2, 3, 9, 10, 30].map(|attempts| format!("{}", pause_s(attempts)));
        assert_eq!(whole, ["1", "2", "4", "256", "300", "300"]);
    }
}
