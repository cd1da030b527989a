//! A voice message is heard before its turn reads it: outside any transaction, once, within a time of its own.
//!
//! Promises: what was heard takes the recording's place in the inbox and in the conversation, and the recording is gone, whether it was
//! understood or not; a message that is taken up again is not paid for twice; where nobody listens, or nothing can be made out, the
//! turn says so in words and nothing else happens.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use port::{Body, Recording};
use uuid::Uuid;

use super::job::{Job, Kept};
use super::models::Models;
use super::turn::Desk;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::inbox;
use crate::store::model_usage::{self, Call, Reserved};
use crate::telemetry::metrics;
use crate::understanding::model::{Transcriber, Trouble};

/// What a second of speech counts for in the budgets, in tokens: a little more than the dearest of the known models takes.
const TOKENS_A_SECOND: i64 = 25;
/// A call that may go well in a moment is made so often.
const TRIES: u32 = 2;
const PAUSE: Duration = Duration::from_millis(300);

/// Who listens to voice messages.
#[derive(Debug, Clone)]
pub struct Ear {
    /// Turns them into words.
    pub transcriber: Arc<dyn Transcriber>,
    /// The longest that a message is listened to.
    pub within: Duration,
}

/// Hears a voice message; any other is as it is.
pub(super) async fn hear(desk: &Desk, session: Uuid, job: &Job) {
    let Body::Voice(recording) = job.body() else { return };
    let words = tokio::select! {
        () = job.stop.cancelled() => return,
        words = words(desk, session, job, recording) => words,
    };
    if let Err(error) = keep(desk, job, recording, words.as_deref()).await {
        // The turn meets the same trouble itself. Taken up again, the message is found as asked about and is not understood.
        tracing::warn!(session.id = %session, %error, "what was heard could not be kept");
    }
    if let Some(words) = words {
        job.hear(words);
    }
}

/// What a recording says; `None` when nobody listens, nobody may, or there is nothing to make out.
async fn words(desk: &Desk, session: Uuid, job: &Job, recording: &Recording) -> Option<String> {
    let models = desk.models.as_ref()?;
    let ear = models.ear.as_ref()?;
    let bytes = recording.bytes()?;
    let call = Call {
        // The message of the conversation: the call for its answer is told apart by the row of the inbox.
        inbox: job.message,
        session,
        user: job.person.id,
        day: desk.clock.now().to_zoned(TimeZone::UTC).date(),
        tokens: i64::from(recording.seconds.max(1)) * TOKENS_A_SECOND,
    };
    match reserve(desk, models, &call).await {
        Ok(Reserved::Yes) => {}
        Ok(Reserved::Asked | Reserved::UsedUp(_)) => {
            metrics::heard("spared");
            return None;
        }
        Err(error) => {
            // Without knowing what may be used, nothing is used.
            tracing::warn!(session.id = %session, %error, "no tokens could be set aside for a voice message");
            metrics::heard("spared");
            return None;
        }
    }
    let said = tokio::time::timeout(ear.within, listen(ear, &bytes, &recording.mime)).await;
    match said.unwrap_or(Err(Trouble::Late)) {
        Ok(said) => {
            let words = said.replace('\0', "").trim().to_owned();
            metrics::heard(if words.is_empty() { "silent" } else { "heard" });
            Some(words).filter(|words| !words.is_empty())
        }
        Err(trouble) => {
            metrics::heard(trouble.name());
            tracing::warn!(model = ear.transcriber.name(), %trouble, "a voice message was not heard");
            None
        }
    }
}

async fn listen(ear: &Ear, bytes: &[u8], mime: &str) -> Result<String, Trouble> {
    let mut tries = 1;
    loop {
        match ear.transcriber.words(bytes, mime).await {
            Err(trouble) if trouble.may_pass() && tries < TRIES => tokio::time::sleep(PAUSE).await,
            ended => return ended,
        }
        tries += 1;
    }
}

async fn reserve(desk: &Desk, models: &Models, call: &Call) -> Result<Reserved, StoreError> {
    let mut tx = desk.store.begin(Actor::Server).await?;
    let reserved = model_usage::reserve(&mut tx, call, &models.budgets).await?;
    if reserved == Reserved::Yes {
        tx.commit().await?;
    }
    Ok(reserved)
}

/// Puts the words in the recording's place.
async fn keep(desk: &Desk, job: &Job, recording: &Recording, words: Option<&str>) -> Result<(), StoreError> {
    let body = words.map_or_else(|| Body::Voice(recording.emptied()), |words| Body::Text(words.to_owned()));
    let kept = Kept { body, overheard: job.overheard };
    let mut tx = desk.store.begin(Actor::Server).await?;
    inbox::heard(&mut tx, job.inbox, job.message, &serde_json::json!(kept), words).await?;
    Ok(tx.commit().await?)
}
