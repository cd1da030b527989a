//! Whether the program lives, and whether it can work.
//!
//! Promises: `/api/health` is exactly what ruling C-55 says; `/readyz` asks every part at the same time, waits for none of
//! them longer than two seconds, and tells outsiders which part is red but not why, which stands in the log.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::router::{HttpState, Probe};

const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the program serves, for monitors
#[utoipa::path(get, path = "/api/health", tag = "Health",
    responses((status = 200, description = "It does", content_type = "application/json")))]
pub(super) async fn health() -> Response {
    let kind = (CONTENT_TYPE, "application/json");
    ([kind, (CACHE_CONTROL, "no-store")], r#"{"status":"ok","version":"1.0.0"}"#).into_response()
}

/// Whether the program lives
#[utoipa::path(get, path = "/livez", tag = "Health",
    responses((status = 200, description = "It does", content_type = "application/json")))]
pub(super) async fn live() -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(json!({"status": "alive"}))).into_response()
}

/// Whether every part works
#[utoipa::path(get, path = "/readyz", tag = "Health", responses(
    (status = 200, description = "Every part", content_type = "application/json"),
    (status = 503, description = "Not all; the body says which", content_type = "application/json"),
))]
pub(super) async fn ready(State(state): State<HttpState>) -> Response {
    let parts: Map<String, Value> = join_all(state.probes.iter().map(look)).await.into_iter().collect();
    let green = parts.values().all(|part| *part == "ok");
    let (status, word) = if green { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") };
    (status, [(CACHE_CONTROL, "no-store")], Json(json!({"status": word, "parts": parts}))).into_response()
}

async fn look(probe: &Arc<dyn Probe>) -> (String, Value) {
    let found = match tokio::time::timeout(PATIENCE, probe.check()).await {
        Ok(found) => found,
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    let word = match found {
        Ok(()) => "ok",
        Err(reason) => {
            tracing::warn!(action = "readiness", part = probe.name(), error = reason, error.code = "NOT_READY");
            "failed"
        }
    };
    (probe.name().to_owned(), json!(word))
}
