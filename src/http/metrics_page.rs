//! `GET /metrics`: what is counted, for Prometheus on this machine or with the service key.
//!
//! Promises: for anybody else nothing is there; what a proxy on this machine passes on is not this machine's.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::address::ClientAddress;
use super::error::HttpError;
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::telemetry::metrics;

pub(super) async fn show(
    State(state): State<HttpState>,
    caller: Caller,
    address: ClientAddress,
) -> Result<Response, HttpError> {
    if !address.is_here && !matches!(caller, Caller::Service) {
        return Err(HttpError::NotFound);
    }
    (state.standing)();
    let page = metrics::page().ok_or(HttpError::NotFound)?;
    let kind = (CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    Ok(([kind, (CACHE_CONTROL, "no-store")], page).into_response())
}
