//! Turns with a language model: what the organizer sees, what is stored, and what a model can never do.

mod budgets;
mod faults;
mod kill;
mod mock;
mod subverted;
mod talk;

use std::sync::Arc;

use eventos::settings::Settings;
use eventos::store::cluster::Role;
use port::Reply;
use secrecy::SecretString;
use serde_json::Value;

use crate::harness::{self, Database, program::Program};
use crate::peers::model::{Fake, KEY};

/// A program that asks the scripted server, with patience as a slow machine needs it.
pub(crate) async fn program(database: &Database, fake: &Fake) -> Program {
    program_with(database, fake, |_| {}).await
}

pub(crate) async fn program_with(database: &Database, fake: &Fake, change: impl FnOnce(&mut Settings)) -> Program {
    let url = fake.url();
    Program::start_with(database, move |settings| {
        settings.openai_api_key = Some(SecretString::from(KEY));
        settings.models.base_url = url;
        // No test hangs on how fast the machine is: only those about lateness make the rules answer first.
        settings.models.answer_within_ms = 60_000;
        change(settings);
    })
    .await
}

pub(crate) fn said(replies: &[Reply]) -> &str {
    let said = replies.iter().find_map(|reply| if let Reply::Said(text) = reply { Some(text.as_str()) } else { None });
    said.unwrap_or_default()
}

/// What streamed: it is the answer, unless the draft was changed by others meanwhile.
pub(crate) fn streamed(replies: &[Reply]) -> String {
    replies
        .iter()
        .filter_map(|reply| if let Reply::Delta(piece) = reply { Some(piece.as_str()) } else { None })
        .collect()
}

pub(crate) fn state(replies: &[Reply]) -> Value {
    let state =
        replies.iter().find_map(|reply| if let Reply::State(state) = reply { Some(state.0.clone()) } else { None });
    state.unwrap_or_default()
}

/// What is stored about the newest answer.
pub(crate) async fn metadata(database: &Database) -> Value {
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query_scalar("select metadata from ai_conversations where role = 'assistant' order by seq desc limit 1")
        .fetch_one(&mut conn)
        .await
        .unwrap()
}

pub(crate) async fn fake() -> (Database, Arc<Fake>) {
    (harness::database().await, Arc::new(Fake::start().await))
}
