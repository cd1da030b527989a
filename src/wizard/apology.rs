//! What happens to a message whose turn failed: it is set aside, its user is told, and the conversation shows both.

use std::sync::Arc;

use port::Reply;
use uuid::Uuid;

use super::job::Job;
use super::turn::Desk;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::{conversations, inbox};
use crate::telemetry::metrics;

/// What the user reads.
pub const WORDS: &str = "Sorry, something went wrong with that message. Your draft is as it was. Please say it again, perhaps in other words.";

/// Sets the message aside and tells its user, now or, when the store is away, at least whoever listens.
pub(super) async fn settle(desk: Arc<Desk>, session: Uuid, job: Arc<Job>) {
    if let Err(error) = write(&desk, session, &job).await {
        tracing::error!(session.id = %session, inbox.id = %job.inbox, %error, "a failed message could not be set aside");
    }
    job.say(Reply::Trouble { code: "TURN_FAILED".to_owned(), message: WORDS.to_owned(), retry_after_s: None });
    job.say(Reply::Done);
}

/// Writes the apology into the conversation and sets the message aside.
pub(super) async fn write(desk: &Desk, session: Uuid, job: &Job) -> Result<(), StoreError> {
    let mut tx = desk.store.begin(Actor::Turn(&job.person)).await?;
    conversations::say(&mut tx, session, WORDS, &serde_json::json!({"failed": true}), &job.channel, job.message)
        .await?;
    inbox::set_aside(&mut tx, job.inbox, "the turn failed").await?;
    tx.commit().await?;
    metrics::message(metrics::Message::Dead);
    Ok(())
}
