//! Interactions as signed requests: the first answer is the response.
//!
//! A request whose signature does not hold, or is not of now, is answered with 401 and does nothing (THREATS 7.10).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use serenity::model::application::Interaction;

use crate::{Inner, inbound, now_s};

/// The largest request, in bytes; a menu with all its options takes a tenth of it.
const LARGEST: usize = 256 * 1024;

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new().route("/discord/interactions", post(told)).layer(DefaultBodyLimit::max(LARGEST)).with_state(inner)
}

async fn told(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(key) = &inner.public_key else {
        return (StatusCode::NOT_FOUND, "Interactions come over the gateway here (DISCORD_MODE).").into_response();
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let now = now_s();
    if !key.signed(header("x-signature-ed25519"), header("x-signature-timestamp"), &body, now) {
        return (StatusCode::UNAUTHORIZED, "This request is not signed, or not of now.").into_response();
    }
    let Ok(interaction) = serde_json::from_slice::<Interaction>(&body) else {
        tracing::error!(action = "discord_interaction", error.code = "DISCORD_EVENT_UNREADABLE");
        return (StatusCode::BAD_REQUEST, "This interaction cannot be read.").into_response();
    };
    let first = inbound::interaction(&interaction, now);
    let answer = Json(json!(first.ack.body())).into_response();
    // Nobody takes it any more: the channel is about to stop, and the person is told so by the answer that does not come.
    drop(inner.calls.send(first));
    answer
}
