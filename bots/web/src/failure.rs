//! Why a request gets no stream: an HTTP status and words for the person, as JSON.
//!
//! Promises: whatever goes wrong before a run begins is told this way, never inside a stream; what a person reads is in the language
//! that the request asks for, what only a program's author reads is in English.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use port::{OverHttp, Refusal};
use serde_json::json;

/// The language of whoever asks for none that is spoken here.
const ENGLISH: &str = "en";

/// What the author of a client reads who sent something else.
pub(crate) const SEND_JSON: &str = "Please send JSON, with Content-Type: application/json.";

/// A request that is not answered as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    status: StatusCode,
    code: &'static str,
    said: Said,
    retry_after_s: Option<u32>,
}

/// What is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// To the author of a client.
    Plainly(String),
    /// To a person: the key of the words.
    InWords(&'static str),
    /// By the door.
    ByTheDoor(Refusal),
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, said: Said) -> Self {
        Self { status, code, said, retry_after_s: None }
    }

    /// The request cannot be read.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_INPUT", Said::Plainly(message.into()))
    }

    /// The request says itself to be something else than JSON.
    pub(crate) fn no_json() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "INVALID_INPUT", Said::Plainly(SEND_JSON.to_owned()))
    }

    /// A message has nothing that can be read.
    pub(crate) fn only_text() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_INPUT", Said::InWords("only_text"))
    }

    /// The request is larger than any that is read. A client that posts its whole history gets there some day, and is told what helps.
    pub(crate) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", Said::InWords("history_too_large"))
    }

    /// There is no such agent.
    pub(crate) fn no_agent() -> Self {
        let words = "There is no such agent; ask for \"wizard\" or \"default\".";
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", Said::Plainly(words.to_owned()))
    }

    /// Another run is on its way in this thread.
    pub(crate) fn thread_busy() -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT", Said::InWords("thread_busy"))
    }

    /// Our own fault.
    pub(crate) fn fault() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", Said::InWords("refused_fault"))
    }

    /// The answer in this language.
    fn answer(self, language: &str) -> Response {
        let message = match &self.said {
            Said::Plainly(words) => words.clone(),
            Said::InWords(key) => port::words(language, key, &[]),
            Said::ByTheDoor(refusal) => refusal.words(language),
        };
        let mut body = json!({"error": self.code, "message": message});
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

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let OverHttp { status, code, retry_after_s } = refusal.over_http();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { retry_after_s, ..Self::new(status, code, Said::ByTheDoor(refusal)) }
    }
}

/// Travels with its bare status to where the reader's language is known.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Says what went wrong in the language of whoever asked.
pub(crate) async fn shape(request: Request, next: Next) -> Response {
    let language = tongue(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure.answer(language),
        None => response,
    }
}

/// The language that a request asks for.
pub(crate) fn tongue(headers: &HeaderMap) -> &'static str {
    let lists = headers.get_all(ACCEPT_LANGUAGE).into_iter().filter_map(|list| list.to_str().ok());
    port::tongue(&lists.collect::<Vec<_>>().join(",")).unwrap_or(ENGLISH)
}
