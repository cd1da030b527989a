//! Which session a thread is: one's own session by its id, or the one that one's own clients call by this name (ruling C-70).
//!
//! Promises: looking for a thread makes nothing; another person's is as absent as none; a state says nothing that a screen would obey.

use port::{Choice, Door, Refusal, Sender, SessionChoice, State, visible};
use serde_json::Value;
use uuid::Uuid;

/// A session that is there.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) session: String,
    /// Its state as it is saved, to be shown.
    pub(crate) state: Value,
}

/// Looks for the session of this thread.
pub(crate) async fn find(door: &dyn Door, from: &Sender, thread: &str) -> Result<Option<Found>, Refusal> {
    if is_uuid(thread)
        && let Some(found) = get(door, from, thread).await?
    {
        return Ok(Some(found));
    }
    match door.find(from, thread).await? {
        Some(session) => get(door, from, &session).await,
        None => Ok(None),
    }
}

impl Found {
    /// Whether all of these may still be picked.
    pub(crate) fn offers(&self, choices: &[Choice]) -> bool {
        let offered = self.state.get("suggestions").and_then(Value::as_array);
        let ids = || offered.into_iter().flatten().filter_map(|suggestion| suggestion.get("id")?.as_str());
        choices.iter().all(|choice| ids().any(|id| id == choice.id))
    }
}

/// The sender's own session with this id.
pub(crate) async fn get(door: &dyn Door, from: &Sender, session: &str) -> Result<Option<Found>, Refusal> {
    match door.state(from, session).await {
        Ok(state) => Ok(Some(Found { session: session.to_owned(), state: shown(state) })),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// A state whose suggestions, which a page shows as chips, carry nothing that a screen would obey.
pub(crate) fn shown(state: State) -> Value {
    let State(mut state) = state;
    let suggestions = state.get_mut("suggestions").and_then(Value::as_array_mut);
    for suggestion in suggestions.into_iter().flatten() {
        for name in ["label", "detail"] {
            if let Some(Value::String(words)) = suggestion.get_mut(name) {
                *words = visible(words).into_owned();
            }
        }
    }
    state
}

/// The session that a message of this thread is for.
pub(crate) fn choice(thread: &str, found: Option<&Found>) -> SessionChoice {
    found.map_or_else(|| SessionChoice::Thread(thread.to_owned()), |found| SessionChoice::Id(found.session.clone()))
}

/// Ids of sessions and of suggestions are UUIDs; a client's own thread id may be one as well.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.parse::<Uuid>().is_ok()
}
