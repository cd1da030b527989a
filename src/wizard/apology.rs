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

/// Sets the message aside and tells its user. When the store is away at least whoever listens is told, and the message is found again
/// when its lease has run out.
pub(super) async fn settle(desk: Arc<Desk>, session: Uuid, job: Arc<Job>) {
    let language = language(&desk, session, &job).await;
    let words = match write(&desk, session, &job, &language).await {
        Ok(Apology::Said) => failed(&language),
        Ok(Apology::AnsweredBefore(answer)) => Reply::Said(answer),
        Err(error) => {
            tracing::error!(session.id = %session, inbox.id = %job.inbox, %error, "a failed message could not be set aside");
            failed(&language)
        }
    };
    job.say(words);
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

/// What came of an apology.
pub(super) enum Apology {
    /// It stands in the conversation.
    Said,
    /// The turn had settled after all, while its end was waited for no longer: that answer stands, and nothing is said over it.
    AnsweredBefore(String),
}

/// Writes the apology into the conversation and sets the message aside.
pub(super) async fn write(desk: &Desk, session: Uuid, job: &Job, language: &str) -> Result<Apology, StoreError> {
    let words = trouble(Trouble::Failed, language);
    let mut tx = desk.store.begin(Actor::Turn(&job.person)).await?;
    // A commit that was on its way is waited for here. What was tried too often is set aside already, and has no answer.
    if !inbox::set_aside(&mut tx, job.inbox, "the turn failed").await?
        && let Some(answer) = conversations::answer_to(&mut tx, session, job.message).await?
    {
        return Ok(Apology::AnsweredBefore(answer));
    }
    // Nobody waits for an answer to what the publisher tells.
    let mut said = None;
    if job.outcome.is_none() {
        let about = serde_json::json!({"failed": true});
        said = Some(conversations::say(&mut tx, session, &words, &about, &job.channel, job.message).await?);
    }
    write_down(&mut tx, job, &failed(language), language, said).await?;
    tx.commit().await?;
    desk.post.notify_waiters();
    metrics::message(metrics::Message::Dead);
    Ok(Apology::Said)
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
