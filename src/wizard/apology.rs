//! What happens to a message whose turn failed: it is set aside, its user is told, and the conversation shows both.

use std::sync::Arc;

use port::Reply;
use uuid::Uuid;

use super::job::Job;
use super::turn::Desk;
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::{conversations, inbox, outbox, sessions};
use crate::telemetry::metrics;
use crate::understanding::notices::{Trouble, trouble};

/// Sets the message aside and tells its user, now or, when the store is away, at least whoever listens.
pub(super) async fn settle(desk: Arc<Desk>, session: Uuid, job: Arc<Job>) {
    let language = language(&desk, session, &job).await;
    if let Err(error) = write(&desk, session, &job, &language).await {
        tracing::error!(session.id = %session, inbox.id = %job.inbox, %error, "a failed message could not be set aside");
    }
    job.say(failed(&language));
    job.say(Reply::Done);
}

/// The session's language; English where nobody can tell.
pub(super) async fn language(desk: &Desk, session: Uuid, job: &Job) -> String {
    let found = async {
        let mut tx = desk.store.begin(Actor::Person(&job.person)).await?;
        sessions::get(&mut tx, session).await
    };
    match found.await {
        Ok(Some(session)) => session.language,
        Ok(None) | Err(_) => "en".to_owned(),
    }
}

fn failed(language: &str) -> Reply {
    let message = trouble(Trouble::Failed, language);
    Reply::Trouble { code: "TURN_FAILED".to_owned(), message, retry_after_s: None }
}

/// Writes the apology into the conversation and sets the message aside.
pub(super) async fn write(desk: &Desk, session: Uuid, job: &Job, language: &str) -> Result<(), StoreError> {
    let words = trouble(Trouble::Failed, language);
    let mut tx = desk.store.begin(Actor::Turn(&job.person)).await?;
    // Nobody waits for an answer to what the publisher tells.
    let mut said = None;
    if job.outcome.is_none() {
        let about = serde_json::json!({"failed": true});
        said = Some(conversations::say(&mut tx, session, &words, &about, &job.channel, job.message).await?);
    }
    inbox::set_aside(&mut tx, job.inbox, "the turn failed").await?;
    write_down(&mut tx, job, &failed(language), language, said).await?;
    tx.commit().await?;
    desk.post.notify_waiters();
    metrics::message(metrics::Message::Dead);
    Ok(())
}

/// Writes down what is to be delivered, where the message has an address.
pub(super) async fn write_down(
    tx: &mut Tx,
    job: &Job,
    reply: &Reply,
    language: &str,
    said: Option<Uuid>,
) -> Result<(), StoreError> {
    if !job.addressed {
        return Ok(());
    }
    outbox::answer(tx, job.inbox, &serde_json::json!([reply]), language, said).await
}
