//! Around every request: its id, its line in the log, the shape of its errors, the headers that keep browsers safe.
//!
//! Promises: an id that a caller sends is taken when it is harmless and always sent back; the log has method, route pattern,
//! status and duration, never a path with its values, a query or a body.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use super::error::Failure;
use super::gate::OfAccount;
use super::reserved::{Area, area};
use super::words::Words;
use crate::domain::clock::{Ids as _, RandomIds};
use crate::telemetry::metrics;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const ID_CHARS: usize = 64;

/// For everything but pages, which bring their own.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
/// For everything but the panel's pages, which bring their own.
const PERMISSIONS: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()");

/// Answers a request inside its span.
pub(super) async fn serve(request: Request, next: Next) -> Response {
    let area = area(request.uri().path());
    let id = request_id(request.headers());
    let words = tongue(&request);
    let route = request.extensions().get::<MatchedPath>().map_or(area.prefix, MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    // Kept at every filter, so that no line is without its request.
    let span = tracing::error_span!("request", request.id = id, http.method = %method, http.route = route);
    async {
        let begun = Instant::now();
        let response = finish(next.run(request).await, area, &id, words);
        let (status, took) = (response.status().as_u16(), begun.elapsed());
        metrics::request(&route, status, took);
        log(status, took.as_secs_f64() * 1000.0, &route);
        response
    }
    .instrument(span)
    .await
}

fn log(status: u16, duration_ms: f64, route: &str) {
    let is_probe = matches!(route, "/livez" | "/readyz" | "/api/health");
    match status {
        // The reason stands in a line of its own.
        500.. if status != 501 => {
            tracing::error!(action = "http_request", http.status = status, duration_ms, error.code = "HTTP_5XX");
        }
        _ if is_probe => tracing::debug!(action = "http_request", http.status = status, duration_ms),
        _ => tracing::info!(action = "http_request", http.status = status, duration_ms),
    }
}

/// The caller's id, when it is one, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let lawful = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let sent = headers.get(&REQUEST_ID).and_then(|id| id.to_str().ok());
    let sane = sent.filter(|id| (1..=ID_CHARS).contains(&id.len()) && id.chars().all(lawful));
    sane.map_or_else(|| RandomIds.id().to_string(), str::to_owned)
}

/// The language of a page that only says what went wrong.
fn tongue(request: &Request) -> &'static Words {
    Words::wanted(asked(request), None, request.headers()).unwrap_or_else(Words::english)
}

fn asked(request: &Request) -> Option<&str> {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').find_map(|part| part.strip_prefix("lang="))
}

/// Whether a request says in which language it is to be answered, whether or not we have it.
pub(super) fn names_language(request: &Request) -> bool {
    asked(request).is_some() || request.headers().contains_key(ACCEPT_LANGUAGE)
}

/// Whether this is a refusal that is worded here, and no fault of ours.
pub(super) fn is_refusal(response: &Response) -> bool {
    response.status().is_client_error() && failure(response).is_some()
}

fn finish(mut response: Response, area: &Area, id: &str, words: &Words) -> Response {
    if let Some(failure) = failure(&response) {
        let words = response.extensions().get::<OfAccount>().map_or(words, |account| account.0);
        let mut answer = failure.answer(area.audience, id, words);
        // What the layers below said about the refusal, such as the methods that are allowed.
        let said = std::mem::take(response.headers_mut());
        let own = |name: &HeaderName| [CONTENT_LENGTH, CONTENT_TYPE, CACHE_CONTROL].contains(name);
        answer.headers_mut().extend(said.into_iter().filter(|(name, _)| name.as_ref().is_none_or(|name| !own(name))));
        response = answer;
    }
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("strict-origin-when-cross-origin"));
    headers.entry(PERMISSIONS_POLICY).or_insert(PERMISSIONS);
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// The failure that a response stands for: its own, or what a layer below said with a bare status or a line of text.
fn failure(response: &Response) -> Option<Failure> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let own = response.extensions().get::<Failure>().cloned();
    let is_text = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/plain");
    let is_bare = response.headers().get(CONTENT_TYPE).is_none_or(is_text);
    own.or_else(|| is_bare.then(|| Failure::of_status(status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_when_it_is_harmless() {
        let id = |sent: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_bytes(sent).unwrap());
            request_id(&headers)
        };
        assert_eq!(id(b"trace-7_a.B"), "trace-7_a.B");
        let long = "x".repeat(65);
        for odd in [&b""[..], b"a b", b"a\"b", "ä".as_bytes(), long.as_bytes()] {
            assert_eq!(id(odd).len(), 36, "{odd:?}");
        }
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }
}
