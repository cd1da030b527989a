//! Other sites' pages may use the API: they show a token, never a cookie.
//!
//! Promises: every address of the API answers the browser's question before the request, and every answer, errors included, may
//! be read with the headers that supabase-js looks at.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// The addresses of supabase-js.
const OPEN: &[&str] = &["/auth/v1", "/rest/v1", "/functions/v1"];
const ANY: HeaderValue = HeaderValue::from_static("*");
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
const ALLOWED: HeaderValue = HeaderValue::from_static(
    "authorization, apikey, x-client-info, content-type, accept, accept-profile, content-profile, prefer, range, \
     range-unit, x-supabase-api-version, x-region, x-retry-count, x-request-id, idempotency-key, traceparent, tracestate, baggage",
);
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "content-range, content-location, location, preference-applied, x-relay-error, x-sb-error-code, retry-after, \
     x-supabase-api-version, x-total-count, link, x-request-id",
);

/// Answers for the browser, or says that the answer may be read.
pub(super) async fn serve(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let open =
        OPEN.iter().any(|open| path.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if !open {
        return next.run(request).await;
    }
    if request.method() == Method::OPTIONS {
        let mut response = StatusCode::NO_CONTENT.into_response();
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED);
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
        return response;
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    response
}
