//! `GET /api/account/export` and `DELETE /api/account`: taking one's data along, and leaving.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use serde::Deserialize;
use serde_json::{Value, json};

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
use crate::store::database::Actor;
use crate::store::{audit, export};

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
    admit(&state, Endpoint::AccountExport, &caller, &origin).await?;
    let mut tx = state.store.begin(Actor::Server).await?;
    let mut all = export::all(&mut tx, person.id).await?;
    let account = if state.accounts.is_elsewhere() { Value::Null } else { export::account(&mut tx, person.id).await? };
    if let Some(all) = all.as_object_mut() {
        all.insert("account".to_owned(), account);
        all.insert("exported_at".to_owned(), state.clock.now().to_string().into());
    }
    let day = state.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"eventos-account-{day}.json\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, serde_json::to_vec_pretty(&all).unwrap_or_default()).into_response())
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
