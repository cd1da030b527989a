//! Every route, and what stands around them.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::error::HttpError;
use super::{event_page, health, request, reserved};
use crate::domain::clock::Clock;
use crate::store::database::Store;

/// The largest body of a request, in bytes.
const BODY_BYTES: usize = 1024 * 1024;
/// How long an answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the routes work with.
#[derive(Clone)]
pub struct HttpState {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where people find us; no slash at the end.
    pub public_url: String,
    /// What `/readyz` asks.
    pub probes: Vec<Arc<dyn Probe>>,
}

/// A part of the program that can be asked whether it works.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Its name in `/readyz`.
    fn name(&self) -> &'static str;

    /// Looks now.
    ///
    /// # Errors
    /// The reason, for the log.
    async fn check(&self) -> Result<(), String>;
}

/// The pages and the API.
pub fn router(state: HttpState) -> Router {
    Router::new()
        .route("/e/{name}", get(event_page::show))
        .route("/api/health", get(health::health))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/favicon.svg", get(icon))
        .fallback(elsewhere)
        .with_state(state)
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(request::serve))
}

/// What no route answers: built later, or nothing.
async fn elsewhere(request: Request) -> HttpError {
    reserved::area(request.uri().path()).planned.map_or(HttpError::NotFound, HttpError::NotBuilt)
}

async fn icon() -> Response {
    let kind = (CONTENT_TYPE, "image/svg+xml");
    ([kind, (CACHE_CONTROL, "public, max-age=86400")], include_str!("pages/favicon.svg")).into_response()
}

/// The panic's words may hold what a user wrote; the panic hook has printed where it was.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    HttpError::Panicked.into_response()
}
