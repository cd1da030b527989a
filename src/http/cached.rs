//! An answer that may be kept: by everybody when it is public, by nobody when it is private.
//!
//! Promises: the tag changes with the event's revision and with every byte; who has the newest version is told so without it.

use std::fmt::Write as _;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::domain::values::Visibility;
use crate::store::pages::Page;

/// R130.
const PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=300, s-maxage=3600");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

/// Answers with this body of this event, or that the caller has it.
pub(super) fn answer(page: &Page, kind: &'static str, body: String, request: &HeaderMap) -> Response {
    let is_public = page.draft.visibility == Some(Visibility::Public);
    let cache = if is_public { PUBLIC } else { PRIVATE };
    let tag = tag(page.revision, &body);
    let known = is_public && request.get_all(IF_NONE_MATCH).iter().any(|tags| matches(tags, &tag));
    let status = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = if known { status.into_response() } else { (status, body).into_response() };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, cache);
    if let Some(tag) = HeaderValue::from_str(&tag).ok().filter(|_| is_public) {
        headers.insert(ETAG, tag);
    }
    if !known {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    response
}

fn tag(revision: i64, body: &str) -> String {
    let mut tag = format!("\"r{revision}-");
    for byte in Sha256::digest(body).iter().take(8) {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag + "\""
}

/// Weak comparison (RFC 9110 section 13.1.2).
fn matches(tags: &HeaderValue, tag: &str) -> bool {
    let tags = tags.to_str().unwrap_or_default();
    tags.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}
