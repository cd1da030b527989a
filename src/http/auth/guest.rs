//! `POST /api/guest/claim`: somebody who began as a guest signs in to the account that they have, and takes their drafts along.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::client_address;
use crate::accounts::caller::Caller;
use crate::accounts::refusal::Refusal;
use crate::accounts::sessions::Origin;
use crate::domain::person::Role;
use crate::http::error::HttpError;
use crate::http::router::HttpState;

#[derive(Deserialize)]
struct Form {
    guest_token: String,
}

/// Takes `{"guest_token"}` from somebody who is signed in; gives `{"success":true,"moved":n}`.
pub(in crate::http) async fn claim(
    State(state): State<HttpState>,
    caller: Caller,
    parts: Parts,
    body: Bytes,
) -> Result<Json<Value>, HttpError> {
    let person = caller.person().filter(|person| person.role != Role::Guest).ok_or(HttpError::Unauthorized)?;
    let form: Form = serde_json::from_slice(&body).map_err(|_| HttpError::Malformed)?;
    let origin = Origin { ip: client_address(&parts), user_agent: None };
    match state.accounts.claim(person.id, &form.guest_token, &origin).await {
        Ok(moved) => Ok(Json(json!({"success": true, "moved": moved}))),
        Err(Refusal::Accounts(error)) => Err(error.into()),
        // A guest whose drafts moved already is gone: there is nothing to move.
        Err(Refusal::NobodySigned | Refusal::SessionEnded) => Ok(Json(json!({"success": true, "moved": 0}))),
        Err(_) => Err(HttpError::Malformed),
    }
}
