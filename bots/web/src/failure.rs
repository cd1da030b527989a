//! Why a request gets no stream: an HTTP status and words for the person, as JSON.
//!
//! Promises: whatever goes wrong before a run begins is told this way, never inside a stream.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use port::Refusal;
use serde_json::json;

/// When to try again where nothing more is known, in seconds.
const RETRY_S: u32 = 5;

/// A request that is not answered as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) retry_after_s: Option<u32>,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after_s: None }
    }

    /// The request cannot be read.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_INPUT", message)
    }

    /// There is no such agent.
    pub(crate) fn no_agent() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such agent; ask for \"wizard\" or \"default\".")
    }

    /// Another run is on its way in this thread.
    pub(crate) fn thread_busy() -> Self {
        let message = "I am still answering your last message. Please wait for the answer, or stop it.";
        Self::new(StatusCode::CONFLICT, "CONFLICT", message)
    }

    /// Our own fault.
    pub(crate) fn fault() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Something went wrong. Try again.")
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (status, code, retry_after_s) = match &refusal {
            Refusal::Invalid(_) => (StatusCode::BAD_REQUEST, "INVALID_INPUT", None),
            Refusal::Unauthorized => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED", None),
            Refusal::Forbidden(_) => (StatusCode::FORBIDDEN, "FORBIDDEN", None),
            Refusal::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND", None),
            Refusal::TooFast { retry_after_s } => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT", Some(*retry_after_s)),
            Refusal::Busy => (StatusCode::SERVICE_UNAVAILABLE, "BUSY", Some(RETRY_S)),
            Refusal::Quarantined { retry_after_s } => (StatusCode::SERVICE_UNAVAILABLE, "BUSY", Some(*retry_after_s)),
            Refusal::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", Some(RETRY_S)),
            Refusal::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", None),
        };
        Self { retry_after_s, ..Self::new(status, code, refusal.to_string()) }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut body = json!({"error": self.code, "message": self.message});
        if let (Some(seconds), Some(fields)) = (self.retry_after_s, body.as_object_mut()) {
            fields.insert("retryAfter".to_owned(), seconds.into());
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
