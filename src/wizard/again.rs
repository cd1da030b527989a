//! "Same as last time but in May": the draft begins as an earlier event of the organizer's; and the text of a copy that is made
//! elsewhere.
//!
//! Promises: only their own published events; what this draft has, and what the same message says, goes before; the days are asked.
//! A text that we made up never tells the day of another event.

use std::collections::BTreeMap;

use port::Body;
use uuid::Uuid;

use super::work::Work;
use crate::advice;
use crate::domain::again;
use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::session::State;
use crate::domain::values::Provenance;
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::{copies, events, past, sessions, venues};
use crate::understanding::answers::Recalled;
use crate::understanding::{self, Context, Earlier};

/// Whether words ask for an earlier event once more, whatever else they say.
pub fn is_asked(body: &Body) -> bool {
    let Some(text) = body.words() else { return false };
    let (draft, now) = (Draft::default(), jiff::civil::DateTime::default());
    understanding::understand(text, &Context::opening(now, &draft)).earlier.is_some()
}

/// A text that we made up for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeUp {
    text: String,
    language: String,
}

/// The text of an event of the caller's own, when it is one that we made up.
///
/// # Errors
/// As of the store.
pub async fn made_up(tx: &mut Tx, event: Uuid) -> Result<Option<MadeUp>, StoreError> {
    for id in sessions::of_events(tx, &[event]).await? {
        let Some(session) = sessions::get(tx, id).await? else { continue };
        let draft = session.draft();
        if draft.provenance.get(&Field::Description) == Some(&Provenance::Default)
            && let Some(text) = draft.description.clone()
        {
            return Ok(Some(MadeUp { text, language: session.language }));
        }
    }
    Ok(None)
}

/// A copy that still tells what we made up for its original gets a text of its own, for its own day, which follows what is changed of
/// it as the original's did.
///
/// # Errors
/// As of the store.
pub async fn retell(tx: &mut Tx, told: &MadeUp, copy: Uuid, session: Uuid) -> Result<(), StoreError> {
    let Some(stored) = events::get(tx, copy).await? else { return Ok(()) };
    if stored.draft.description.as_deref() != Some(told.text.as_str()) {
        return Ok(());
    }
    let text = text_for(tx, &stored.draft, &told.language).await?;
    let provenance = BTreeMap::from([(Field::Description, Provenance::Default)]);
    let draft = Draft { description: Some(text.clone()), provenance, ..Draft::default() };
    let state = State { draft, ..State::default() };
    let state = serde_json::to_value(&state).map_err(|error| StoreError::Fault(error.to_string()))?;
    copies::retell(tx, copy, session, &text, &state).await
}

/// What we made up for an event tells what is so now, after its row was changed from outside of its conversation. `false`: it is
/// none of ours, or tells it already.
///
/// # Errors
/// As of the store.
pub async fn tell_anew(tx: &mut Tx, event: Uuid) -> Result<bool, StoreError> {
    let Some(told) = made_up(tx, event).await? else { return Ok(false) };
    let Some(stored) = events::get(tx, event).await? else { return Ok(false) };
    let text = text_for(tx, &stored.draft, &told.language).await?;
    if text == told.text {
        return Ok(false);
    }
    copies::tell_anew(tx, event, &text).await?;
    Ok(true)
}

async fn text_for(tx: &mut Tx, draft: &Draft, language: &str) -> Result<String, StoreError> {
    let venue = match draft.venue_id {
        Some(id) => venues::get(tx, id).await?.map(|venue| venue.name),
        None => None,
    };
    Ok(advice::describe(draft, venue.as_deref(), language))
}

impl Work<'_> {
    /// Puts what the earlier event was before what the message says.
    pub(super) async fn recall(&mut self, tx: &mut Tx, earlier: Earlier) -> Result<(), StoreError> {
        if self.is_over() {
            return Ok(());
        }
        let found = past::find(tx, self.session.owner, earlier.name.as_deref()).await?;
        self.recalled = Some(match found {
            Some(past) => {
                let known = self.before.draft();
                let mut patch = again::facts(&past.draft);
                patch.retain(|(fact, _)| !known.has(fact.field()));
                patch.append(&mut self.patch);
                self.patch = patch;
                Recalled::Found { name: past.name, date: past.date }
            }
            None => Recalled::Unknown { name: earlier.name },
        });
        Ok(())
    }
}
