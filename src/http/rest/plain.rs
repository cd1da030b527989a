//! The specification's own calls: make an event, change it, publish it, with plain JSON both ways.
//!
//! Promises: errors are the API's own (`{"success":false,"error":{…}}`) and name the field and what to do; a conflict carries
//! both values; who may see an event but does not own it gets 403, everybody else cannot tell it from one that is not there.

mod refusal;
mod values;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Call, drafts};
use crate::accounts::caller::Caller;
use crate::domain::publishing::slug_for;
use crate::http::error::HttpError;
use crate::http::idempotency::Claim;
use crate::http::router::HttpState;
use crate::store::audit;
use crate::store::database::Tx;
use crate::store::rest::catalogue::{self, Column, Table};
use crate::store::rest::query::{Act, Back, Condition, Level, Output, Path, Test};
use crate::store::rest::{self, Trouble};
use refusal::Doing;

type Fields = Map<String, Value>;

/// `POST /rest/v1/events` (R55-R59).
pub(super) async fn create(state: &HttpState, call: &Call) -> Result<Response, HttpError> {
    signed_in(call)?;
    if let Some(made) = call.claim.as_ref().and_then(Claim::made::<Value>) {
        return Ok(created(made));
    }
    let mut fields = values::object(&call.body)?;
    values::check(&fields, values::GIVEN)?;
    let name = fields.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    if name.trim().is_empty() {
        return Err(refusal::field("name", "Please give the event a name."));
    }
    let mut tx = state.store.begin(call.caller.actor()).await?;
    audit::come_from(&mut tx, &call.origin).await?;
    let refused = |trouble: Trouble, fields: &Fields| refusal::of(trouble, Doing::Create, fields);
    if fields.get("slug").is_none_or(Value::is_null) {
        let slug = rest::free_slug(&mut tx, &slug_for(&name)).await.map_err(|trouble| refused(trouble, &fields))?;
        fields.insert("slug".to_owned(), slug.into());
    }
    let level = showing(&["id", "slug", "status", "created_at", "updated_at"], None)?;
    let rows = json!([fields]).to_string();
    let made = rest::run(&mut tx, &Act::Insert(columns(&fields)?, rows), &level, Back::Rows, false, true).await;
    let made = made.map_err(|trouble| refused(trouble, &fields))?;
    let made = first(&made.body);
    if let Some(claim) = &call.claim {
        claim.keep_made(&mut tx, &made).await?;
    }
    tx.commit().await.map_err(crate::store::error::StoreError::from)?;
    Ok(created(made))
}

fn created(event: Value) -> Response {
    (StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(event)).into_response()
}

/// `PATCH /rest/v1/events/{id}` (R60-R62).
pub(super) async fn change(state: &HttpState, call: &Call, id: &str) -> Result<Response, HttpError> {
    signed_in(call)?;
    let fields = values::object(&call.body)?;
    let id: Uuid = id.parse().map_err(|_| HttpError::NotFound)?;
    own(state, call, id).await?;
    values::check(&fields, values::CHANGED)?;
    let _visits = drafts::of_events(state, call, &[id]).await?;
    let changed = write(state, call, id, &fields).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(changed)).into_response())
}

/// `POST /rest/v1/rpc/publish_event` (R63-R65, ruling C-13).
pub(super) async fn publish(state: &HttpState, call: &Call) -> Result<Response, HttpError> {
    signed_in(call)?;
    let mut fields = values::object(&call.body)?;
    let event = fields.remove("event_id");
    if let Some(other) = fields.keys().next() {
        return Err(refusal::field(other, "There is no such field."));
    }
    let id: Option<Uuid> = event.as_ref().and_then(Value::as_str).and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| refusal::field("event_id", "Please give the id of the event."))?;
    let _visits = drafts::of_events(state, call, &[id]).await?;
    let mut tx = state.store.begin(call.caller.actor()).await?;
    let published = rest::publish(&mut tx, &id.to_string(), &state.public_url).await;
    let published = published.map_err(|trouble| refusal::of(trouble, Doing::Publish, &Fields::new()))?;
    tx.commit().await.map_err(crate::store::error::StoreError::from)?;
    let mut published: Value = serde_json::from_str(&published).unwrap_or_default();
    if let Some(setup) = published.get_mut("payment_setup").filter(|setup| **setup == "not_needed") {
        *setup = Value::Null;
    }
    Ok(([(CACHE_CONTROL, "no-store")], Json(published)).into_response())
}

fn signed_in(call: &Call) -> Result<(), HttpError> {
    if call.is_anonymous() { Err(refusal::unauthorized()) } else { Ok(()) }
}

/// # Errors
/// 404 for what the caller cannot see, 403 for what they see and do not own.
async fn own(state: &HttpState, call: &Call, id: Uuid) -> Result<(), HttpError> {
    let mut tx = state.store.begin(call.caller.actor()).await?;
    let row = read(&mut tx, id, &["organizer_id"]).await?.ok_or(HttpError::NotFound)?;
    let is_own = match &call.caller {
        Caller::Person(signed) => row.get("organizer_id") == Some(&json!(signed.person.id)),
        Caller::Service => true,
        Caller::Anybody => false,
    };
    if is_own { Ok(()) } else { Err(refusal::forbidden("Only its organizer can change this event.")) }
}

/// Writes the fields and shows them as they are then.
async fn write(state: &HttpState, call: &Call, id: Uuid, fields: &Fields) -> Result<Value, HttpError> {
    let shown = shown(fields);
    let mut tx = state.store.begin(call.caller.actor()).await?;
    if fields.is_empty() {
        return read(&mut tx, id, &shown).await?.ok_or(HttpError::NotFound);
    }
    let level = showing(&shown, Some(id))?;
    let act = Act::Update(columns(fields)?, json!([fields]).to_string());
    match rest::run(&mut tx, &act, &level, Back::Rows, false, true).await {
        Ok(changed) if changed.rows == 1 => {
            tx.commit().await.map_err(crate::store::error::StoreError::from)?;
            Ok(first(&changed.body))
        }
        Ok(_) => Err(refusal::forbidden("Only organizers change events.")),
        Err(trouble) if refusal::is_conflict(&trouble) => {
            drop(tx);
            let mut tx = state.store.begin(call.caller.actor()).await?;
            let current = read(&mut tx, id, &shown).await?.ok_or(HttpError::NotFound)?;
            Err(refusal::conflict(fields, current))
        }
        Err(trouble) => Err(refusal::of(trouble, Doing::Change, fields)),
    }
}

/// The id, what was sent, and when it changed.
fn shown(fields: &Fields) -> Vec<&str> {
    let sent = fields.keys().map(String::as_str).filter(|name| !["id", "updated_at"].contains(name));
    ["id"].into_iter().chain(sent).chain(["updated_at"]).collect()
}

async fn read(tx: &mut Tx, id: Uuid, names: &[&str]) -> Result<Option<Value>, HttpError> {
    let level = showing(names, Some(id))?;
    let found = rest::run(tx, &Act::Read, &level, Back::Rows, false, true).await;
    let found = found.map_err(|trouble| refusal::of(trouble, Doing::Change, &Fields::new()))?;
    Ok((found.rows == 1).then(|| first(&found.body)))
}

fn events() -> Result<&'static Table, HttpError> {
    catalogue::table("events").ok_or(HttpError::NotFound)
}

fn column(name: &str) -> Result<&'static Column, HttpError> {
    events()?.column(name).ok_or_else(|| refusal::field(name, "There is no such field."))
}

fn columns(fields: &Fields) -> Result<Vec<&'static Column>, HttpError> {
    fields.keys().map(|name| column(name)).collect()
}

/// These columns of one event, or of the one that is being made.
fn showing(names: &[&str], id: Option<Uuid>) -> Result<Level, HttpError> {
    let path = |name: &str| Ok::<_, HttpError>(Path { column: column(name)?, steps: Vec::new(), text: false });
    let value = |name: &&str| Ok(Output::Value { path: path(name)?, cast: None, name: (*name).to_owned() });
    let mut level = Level::of(events()?);
    level.outputs = names.iter().map(value).collect::<Result<_, HttpError>>()?;
    if let Some(id) = id {
        let test = Test::Operator("=", id.to_string());
        level.conditions.push(Condition::Test { path: path("id")?, negated: false, test });
    }
    Ok(level)
}

/// The one row of a list.
fn first(list: &str) -> Value {
    let rows: Vec<Value> = serde_json::from_str(list).unwrap_or_default();
    rows.into_iter().next().unwrap_or_default()
}
