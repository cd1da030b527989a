//! `GET /api/account/export` and `DELETE /api/account`: taking one's data along, and leaving.
//!
//! Promises: one export is gathered at a time, whoever asks, and pictures are read one by one as they are sent: what an account
//! has brought together is never held in memory together.

use std::future::ready;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::admission::admit;
use super::auth::client_address;
use super::error::{Declined, HttpError};
use super::openapi::shapes::Refusals;
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::accounts::refusal::Refusal;
use crate::accounts::sessions::Origin;
use crate::domain::person::Person;
use crate::door::rate::Endpoint;
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::{audit, export};

/// When somebody may ask again for whom it did not end, in seconds.
const EXPORT_AGAIN_S: u32 = 10;
/// How long an export waits for the one before it.
const EXPORT_WAIT: Duration = Duration::from_secs(3);

/// Both addresses.
pub(super) fn routes() -> axum::Router<HttpState> {
    axum::Router::new().route("/api/account/export", get(take_along)).route("/api/account", delete(leave))
}

/// Everything that is kept about the caller
///
/// Account, profile, events with all that belongs to their sales, drafts with their conversations, pictures, linked chats, webhooks
/// with what they told, and the log of sign-ins.
#[utoipa::path(
    get,
    path = "/api/account/export",
    operation_id = "export_account",
    tag = "Account",
    security(("bearer" = [])),
    responses((status = 200, description = "A file to keep", content_type = "application/json"), Refusals)
)]
pub(super) async fn take_along(
    State(state): State<HttpState>,
    caller: Caller,
    origin: audit::Origin,
) -> Result<Response, HttpError> {
    let person = signed(&caller)?;
    let place = tokio::time::timeout(EXPORT_WAIT, state.exporting.clone().acquire_owned()).await;
    let Ok(Ok(_place)) = place else { return Err(HttpError::TooFast { retry_after_s: EXPORT_AGAIN_S }) };
    // Counted with its place: who gave way to somebody else's has had none.
    admit(&state, Endpoint::AccountExport, &caller, &origin).await?;
    let mut tx = state.store.begin(Actor::Server).await?;
    let pictures = export::pictures(&mut tx, person.id).await?;
    let mut all = export::all(&mut tx, person.id).await?;
    let account = if state.accounts.is_elsewhere() { Value::Null } else { export::account(&mut tx, person.id).await? };
    if let Some(all) = all.as_object_mut() {
        all.insert("account".to_owned(), account);
        all.insert("exported_at".to_owned(), state.clock.now().to_string().into());
    }
    drop(tx);
    let head = serde_json::to_string_pretty(&all).map_err(|_| HttpError::Panicked)?;
    let day = state.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"eventos-account-{day}.json\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let pieces = pieces(state.store.clone(), person.id, head, pictures);
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// An object as text, with a person's pictures as its last member: each is read when the one before it was sent. What fails on the way
/// breaks the answer off, so that half a file is not taken for a whole one.
fn pieces(
    store: Store,
    owner: Uuid,
    mut head: String,
    pictures: Vec<Uuid>,
) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static {
    let inside = head.strip_suffix('}').map_or(head.len(), |inside| inside.trim_end().len());
    head.truncate(inside);
    head.push_str(",\n  \"pictures\": [");
    let read = move |id: Uuid| {
        let store = store.clone();
        async move {
            let mut tx = store.begin(Actor::Server).await?;
            export::picture(&mut tx, owner, id).await
        }
    };
    let pictures = stream::iter(pictures).then(read).try_filter_map(|picture| ready(Ok(picture))).enumerate();
    let pictures = pictures.map(|(place, picture)| {
        let before = if place == 0 { "" } else { "," };
        picture.map(|picture| Bytes::from(format!("{before}\n    {picture}")))
    });
    let (first, last) = (stream::iter([Ok(Bytes::from(head))]), stream::iter([Ok(Bytes::from_static(b"\n  ]\n}\n"))]));
    first.chain(pictures).chain(last)
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct Farewell {
    /// The caller's password, once more; guests have none.
    #[serde(default)]
    password: Option<String>,
}

/// Deletes the caller's account
///
/// Drafts, conversations, pictures and events go at once. Events that sold something are called off and kept for those who
/// bought, without the organizer's name.
#[utoipa::path(
    delete,
    path = "/api/account",
    operation_id = "delete_account",
    tag = "Account",
    security(("bearer" = [])),
    request_body = Farewell,
    responses((status = 200, description = "Gone; how many events are kept", content_type = "application/json"), Refusals)
)]
pub(super) async fn leave(
    State(state): State<HttpState>,
    caller: Caller,
    parts: Parts,
    body: Bytes,
) -> Result<Json<Value>, HttpError> {
    let person = signed(&caller)?;
    if state.accounts.is_elsewhere() {
        return Err(HttpError::NotBuilt("Deleting an account of the project where you sign in"));
    }
    let farewell: Farewell = serde_json::from_slice(&body).map_err(|_| HttpError::Malformed)?;
    let origin = Origin { ip: client_address(&parts), user_agent: None };
    state.accounts.prove_password(person.id, farewell.password.as_deref(), &origin).await.map_err(refused)?;
    let left = state.accounts.leave(person.id, &origin).await.map_err(refused)?;
    Ok(Json(json!({"success": true, "eventsKept": left.events_kept})))
}

fn signed(caller: &Caller) -> Result<&Person, HttpError> {
    caller.person().ok_or(HttpError::Unauthorized)
}

fn refused(refusal: Refusal) -> HttpError {
    match refusal {
        Refusal::Accounts(error) => error.into(),
        Refusal::NobodySigned => HttpError::Unauthorized,
        Refusal::TooFast(seconds) => HttpError::TooFast { retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX) },
        _ => Declined::new(
            StatusCode::FORBIDDEN,
            "WRONG_PASSWORD",
            "That is not your password. Please try again.",
            json!({"fields": {"password": "That is not your password."}}),
        )
        .into(),
    }
}
