//! What the publisher tells a session: said in the session's words and its own turn, between the organizer's messages.
//!
//! Promises: an outcome writes nothing but what is said and that it was said, so that it can come late, twice or in the middle of
//! a conversation and no word of the organizer's is lost; the draft and the question that is open stay as they are (PAINS P25).

use std::sync::Arc;

use port::Reply;
use serde_json::json;

use super::directory::Directory;
use super::fault;
use super::job::Job;
use super::state;
use super::turn::Desk;
use crate::domain::outcome::{Notice, Outcome, Sessions};
use crate::domain::session::Session;
use crate::store::conversations::{self, Said};
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::outbox;
use crate::understanding::notices;

impl Sessions for Arc<Directory> {
    fn hand_over(&self, notice: Notice) {
        let job = Job::outcome(notice.inbox, notice.owner, &notice.channel, notice.outcome);
        self.resume(notice.session, Arc::new(job));
    }
}

/// Says it. `None`: it was said elsewhere meanwhile.
pub(super) async fn say(
    desk: &Desk,
    tx: &mut Tx,
    job: &Job,
    outcome: Outcome,
    session: &Session,
) -> Result<Option<Vec<Reply>>, StoreError> {
    let name = session.draft().name.clone().unwrap_or_else(|| notices::nameless(&session.language));
    let words = notices::outcome(outcome, &name, &session.language);
    let said =
        Said { session: session.id, words: &words, metadata: &json!({"outcome": outcome}), channel: &job.channel };
    fault::point("outcome.before_said");
    let Some(message) = conversations::say_unasked(tx, &said, job.inbox).await? else { return Ok(None) };
    let told = Reply::Said(words);
    outbox::answer(tx, job.inbox, &json!([told]), &session.language, Some(message)).await?;
    let state = state::stored(tx, session, &job.person, desk.clock.now(), &desk.public_url).await?;
    Ok(Some(vec![told, Reply::State(state)]))
}
