//! `/api/import` and `/api/import/preview`: events of another program's calendar or table become drafts.
//!
//! Promises: the preview makes nothing and shows exactly what would be made; the same file again makes nothing twice; what could
//! not be taken over is said with its event.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::admission::admit;
use super::error::{Declined, HttpError};
use super::openapi::shapes::Refusals;
use super::router::HttpState;
use super::words::Words;
use crate::accounts::caller::Caller;
use crate::domain::error::Unreadable;
use crate::domain::event_draft;
use crate::domain::import::{self, Found, Import};
use crate::door::rate::Endpoint;
use crate::store::audit::Origin;
use crate::store::error::StoreError;
use crate::store::{copies, events, people};
use crate::wizard::state::complaint;

/// The routes.
pub(super) fn routes() -> Router<HttpState> {
    Router::new().route("/api/import/preview", post(preview)).route("/api/import", post(take))
}

/// An event of the file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImportedEvent {
    /// Its place in the file, from 0.
    index: usize,
    /// What would be made, by the names of a draft's fields.
    fields: Map<String, Value>,
    /// What is not taken over.
    notes: Vec<ImportNote>,
}

/// Something that is not taken over.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ImportNote {
    field: String,
    text: String,
}

/// What a file holds.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImportPreview {
    events: Vec<ImportedEvent>,
    /// Parts of the file that are no event, or more than are taken at once.
    passed_over: usize,
}

/// Which of them.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    /// Their places in the file, with commas between; left out: all.
    #[serde(default)]
    only: Option<String>,
}

/// Shows what a calendar (.ics) or a table (CSV) would become
#[utoipa::path(post, path = "/api/import/preview", operation_id = "preview_import", tag = "Events", security(("bearer" = [])),
    request_body(content = String, content_type = "text/calendar", description = "The file; also text/csv"),
    responses((status = 200, description = "What would be made", body = ImportPreview), Refusals))]
pub(super) async fn preview(
    State(state): State<HttpState>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ImportPreview>, HttpError> {
    let (_, import) = read(&state, &caller, &body).await?;
    let language = Words::wanted(None, None, &headers).unwrap_or_else(Words::english).language;
    let events = import.events.iter().enumerate().map(|(index, found)| shown(index, found, language)).collect();
    Ok(Json(ImportPreview { events, passed_over: import.passed_over }))
}

fn shown(index: usize, found: &Found, language: &str) -> ImportedEvent {
    let note =
        |(field, why): &(String, Unreadable)| ImportNote { field: field.clone(), text: complaint(*why, language) };
    ImportedEvent { index, fields: event_draft::fields(&found.draft), notes: found.notes.iter().map(note).collect() }
}

/// Makes drafts of a calendar (.ics) or a table (CSV)
///
/// All of its events or none; those that this file brought before are left as they are.
#[utoipa::path(post, path = "/api/import", operation_id = "import_events", tag = "Events", security(("bearer" = [])),
    params(("only" = Option<String>, Query, description = "Places in the file, such as 0,2,5; left out: all")),
    request_body(content = String, content_type = "text/calendar", description = "The file; also text/csv"),
    responses((status = 200, description = "What was made", content_type = "application/json"), Refusals))]
pub(super) async fn take(
    State(state): State<HttpState>,
    caller: Caller,
    origin: Origin,
    Query(chosen): Query<Chosen>,
    body: Bytes,
) -> Result<Json<Value>, HttpError> {
    let (owner, import) = read(&state, &caller, &body).await?;
    let only: Option<Vec<usize>> = match &chosen.only {
        None => None,
        Some(list) => Some(
            list.split(',').map(|at| at.trim().parse()).collect::<Result<_, _>>().map_err(|_| HttpError::Malformed)?,
        ),
    };
    admit(&state, Endpoint::EventCreation, &caller, &origin).await?;
    let wanted = |index: &usize| only.as_ref().is_none_or(|only| only.contains(index));
    let mut tx = state.store.begin(caller.actor()).await?;
    let (mut made, mut known) = (Vec::new(), 0);
    for (index, found) in import.events.iter().enumerate().filter(|(index, _)| wanted(index)) {
        let id = id_of(owner, &body, index);
        if events::get(&mut tx, id).await?.is_some() {
            known += 1;
            continue;
        }
        events::insert(&mut tx, id, &found.draft).await?;
        let session = copies::conversation(&mut tx, state.ids.id(), id, None).await?;
        made.push(json!({"index": index, "eventId": id, "sessionId": session, "name": found.draft.name}));
    }
    tx.commit().await.map_err(StoreError::from)?;
    tracing::info!(action = "event_import", count = made.len());
    Ok(Json(json!({"success": true, "events": made, "known": known})))
}

async fn read(state: &HttpState, caller: &Caller, body: &Bytes) -> Result<(Uuid, Import), HttpError> {
    let (owner, role) = caller.person().map(|person| (person.id, person.role)).ok_or(HttpError::Unauthorized)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    let zone = people::profile(&mut tx, owner, role).await?.and_then(|person| person.timezone);
    drop(tx);
    let import =
        import::read(body, zone.as_deref()).filter(|import| !import.events.is_empty() || import.passed_over > 0);
    let words =
        "There is no event in this file. Please choose a calendar (.ics), or a table (CSV) with a column \"name\".";
    let import = import.ok_or_else(|| {
        Declined::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "INVALID_INPUT", words, Value::Null)
    })?;
    Ok((owner, import))
}

/// The same for the same event of the same file of the same person.
fn id_of(owner: Uuid, file: &[u8], index: usize) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(owner.as_bytes());
    hash.update(index.to_be_bytes());
    hash.update(file);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
