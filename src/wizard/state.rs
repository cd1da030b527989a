//! The state of a session as panels, forms and the API show it: the names of the API, the values as they are saved.
//!
//! Promises: one shape, whether a turn just ended or the session is looked at later; a venue goes by its reference where it has
//! one (ruling C-24).

use jiff::Timestamp;
use port::State;
use serde_json::{Map, Value, json};

use crate::domain::clock_turn::ClockTurn;
use crate::domain::error::{FieldError, Unreadable};
use crate::domain::event_draft;
use crate::domain::fact::Field;
use crate::domain::person::Person;
use crate::domain::publishing;
use crate::domain::session::Session;
use crate::domain::stage::Stage;
use crate::domain::suggestion::Suggestion;
use crate::domain::values::EventStatus;
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::events;
use crate::store::venues::{self, VenueHit};
use crate::understanding::{answers, notices};

/// The venue of a draft, as far as an answer needs it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DraftVenue {
    /// What it is called.
    pub(super) name: String,
    /// How many people it holds, where that is more than what the organizer said of their own place.
    pub(super) seats: Option<u32>,
    /// Its reference, else its id.
    pub(super) key: String,
}

impl From<VenueHit> for DraftVenue {
    fn from(hit: VenueHit) -> Self {
        // What an own place holds is what was said of this event; it warns of nothing.
        let seats = hit.capacity.filter(|_| !hit.own);
        Self { name: hit.name, seats, key: hit.reference.unwrap_or_else(|| hit.id.to_string()) }
    }
}

/// What a turn adds to what is stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Aftermath {
    /// What was refused, by the form's names.
    pub(super) errors: Map<String, Value>,
    /// Fields that somebody else changed meanwhile: `{yours, current}` by name.
    pub(super) conflicts: Map<String, Value>,
    /// Why nothing was published: `{code, message}` and, for a stale revision, `{yours, current}`.
    pub(super) refused: Option<Value>,
    /// The rules answered alone although a model was to be asked (ruling C-08).
    pub(super) is_degraded: bool,
}

/// What is looked at.
pub(super) struct View<'a> {
    pub(super) session: &'a Session,
    pub(super) person: &'a Person,
    pub(super) venue: Option<&'a DraftVenue>,
    pub(super) suggestions: &'a [Suggestion],
    /// The link that publishing would take, where none was chosen.
    pub(super) link: Option<&'a str>,
    pub(super) aftermath: Aftermath,
    pub(super) now: Timestamp,
    pub(super) public_url: &'a str,
}

/// The state of a session as it is stored.
pub async fn stored(
    tx: &mut Tx,
    session: &Session,
    person: &Person,
    now: Timestamp,
    public_url: &str,
) -> Result<State, StoreError> {
    let venue = match session.draft().venue_id {
        Some(id) => venues::get(tx, id).await?.map(DraftVenue::from),
        None => None,
    };
    let draft = session.draft();
    let link = match draft.name.as_deref().filter(|_| draft.slug.is_none() && publishing::missing(draft).is_empty()) {
        Some(name) => Some(events::free_link(tx, &publishing::slug_for(name)).await?),
        None => None,
    };
    Ok(of(View {
        session,
        person,
        venue: venue.as_ref(),
        suggestions: &session.state.offered,
        link: link.as_deref(),
        aftermath: Aftermath::default(),
        now,
        public_url,
    }))
}

/// What a form or a panel shows.
pub(super) fn of(view: View<'_>) -> State {
    let session = view.session;
    let draft = session.draft();
    let blocking = publishing::blocking(draft);
    let demands: Map<String, Value> = blocking
        .iter()
        .map(|field| (event_draft::name(*field).to_owned(), notices::demand(*field, &session.language).into()))
        .collect();
    let missing: Vec<&str> = blocking.into_iter().map(event_draft::name).collect();
    let live = session.event.as_ref().is_some_and(|event| event.status != EventStatus::Draft);
    let seats = view.venue.and_then(|venue| venue.seats);
    let warnings = if missing.is_empty() { publishing::warnings(draft, view.now, seats) } else { Vec::new() };
    let warnings: Vec<String> = warnings.into_iter().map(|kind| notices::warning(kind, &session.language)).collect();
    let mut state = json!({
        "sessionId": session.id,
        "revision": session.revision(),
        "stage": session.stage.number(),
        "draft": draft_of(&view),
        "provenance": draft.provenance,
        "clock": ClockTurn::of(draft, view.person.timezone.as_deref()).map(ClockTurn::shown),
        "progress": progress(session.stage),
        "suggestions": view.suggestions.iter().map(suggestion).collect::<Vec<_>>(),
        "errors": view.aftermath.errors,
        "publish": {"ready": missing.is_empty() && !live, "missing": missing, "demands": demands, "warnings": warnings},
        "language": session.language,
        "nextPrompt": next_prompt(&view),
    });
    if let Some(state) = state.as_object_mut() {
        if session.is_published() {
            let slug = session.event.as_ref().and_then(|event| event.slug.as_deref()).unwrap_or_default();
            state.insert("publicUrl".to_owned(), json!(format!("{}/e/{slug}", view.public_url)));
        }
        if view.aftermath.is_degraded {
            state.insert("degraded".to_owned(), true.into());
        }
        if !view.aftermath.conflicts.is_empty() {
            state.insert("conflicts".to_owned(), Value::Object(view.aftermath.conflicts));
        }
        state.extend(view.aftermath.refused.map(|refused| ("refused".to_owned(), refused)));
    }
    State(state)
}

fn draft_of(view: &View<'_>) -> Map<String, Value> {
    let mut draft = Map::new();
    if let Some(event) = &view.session.event {
        draft.insert("id".to_owned(), json!(event.id));
        draft.insert("revision".to_owned(), json!(event.revision));
    }
    draft.extend(event_draft::fields_by(view.person.timezone.as_deref(), view.session.draft()));
    if let Some(link) = view.link {
        draft.insert(event_draft::name(Field::Slug).to_owned(), json!(link));
    }
    if let Some(venue) = view.venue {
        draft.insert(event_draft::name(Field::VenueId).to_owned(), json!(venue.key));
    }
    let status = view.session.event.as_ref().map_or(EventStatus::Draft, |event| event.status);
    draft.insert("status".to_owned(), json!(status));
    let published = view.session.event.as_ref().and_then(|event| event.published_at);
    draft.extend(published.map(|at| ("publishedAt".to_owned(), json!(at.to_string()))));
    draft
}

/// R42, ruling C-40.
fn progress(stage: Stage) -> Value {
    json!({
        "currentStage": stage.number(),
        "totalStages": Stage::ALL.len(),
        "percentComplete": stage.percent_complete(),
        "estimatedTimeRemaining": stage.remaining_s(),
    })
}

fn suggestion(suggestion: &Suggestion) -> Value {
    json!({
        "id": suggestion.id,
        "type": suggestion.kind,
        "label": suggestion.label,
        "detail": suggestion.detail,
        "data": suggestion.data,
    })
}

fn next_prompt(view: &View<'_>) -> Option<String> {
    if view.session.is_published() {
        return None;
    }
    let (draft, language) = (view.session.draft(), view.session.language.as_str());
    let asked = answers::question(&view.session.state.asked, draft, language);
    let ready = || {
        let complete = publishing::missing(draft).is_empty();
        complete.then(|| answers::ready(view.person.role.may_publish(), language))
    };
    Some(asked).filter(|question| !question.is_empty()).or_else(ready)
}

/// Why a value was not taken over, in somebody's language.
pub fn complaint(why: Unreadable, language: &str) -> String {
    notices::unreadable(why, language)
}

/// What was refused, by name; the first complaint about a field counts.
pub(super) fn errors(refused: &[FieldError], unread: &[(String, Unreadable)], language: &str) -> Map<String, Value> {
    let mut errors = Map::new();
    let named =
        refused.iter().map(|error| (event_draft::name(error.field).to_owned(), notices::refusal(error, language)));
    for (name, message) in
        named.chain(unread.iter().map(|(name, complaint)| (name.clone(), notices::unreadable(*complaint, language))))
    {
        errors.entry(name).or_insert(Value::String(message));
    }
    errors
}
