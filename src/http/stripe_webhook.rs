//! `POST /webhooks/stripe`: what Stripe tells us.
//!
//! Promises: a signature that does not fit is 400 and no work (THREATS 7.10); what was taken before is 200 again, or Stripe
//! would send it for days; what could not be kept is 5xx, so that it is sent again.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::error::HttpError;
use super::router::HttpState;
use crate::publisher::stripe::webhook::{self, Refused};

/// Takes an event in.
pub(super) async fn take(
    State(state): State<HttpState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, HttpError> {
    if state.stripe_webhook_secrets.is_empty() {
        return Err(HttpError::NotFound);
    }
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match webhook::take(&state.connect, &state.stripe_webhook_secrets, signature, &body).await {
        Ok(_) => Ok(Json(json!({"received": true}))),
        Err(Refused::Signature | Refused::Unreadable) => Err(HttpError::Malformed),
        Err(Refused::Store(error)) => Err(HttpError::Store(error)),
    }
}
