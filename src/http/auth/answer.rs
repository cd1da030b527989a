//! Refusals as clients of GoTrue read them: two forms, by the version that the client asks for.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::accounts::refusal::Refusal;

const VERSION: HeaderName = HeaderName::from_static("x-supabase-api-version");
const ERROR_CODE: HeaderName = HeaderName::from_static("x-sb-error-code");
/// Since this version the code is named.
const NAMED: &str = "2024-01-01";
/// When a client may come again after the database was away, in seconds.
const RETRY_S: i64 = 5;

/// A refusal on its way to where the client's version is known.
#[derive(Debug)]
pub(super) struct Failed(pub(super) Refusal);

#[derive(Debug, Clone)]
struct Told {
    status: StatusCode,
    code: &'static str,
    message: String,
    is_weak: bool,
    retry_after_s: Option<i64>,
}

impl<E: Into<Refusal>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let (status, code) = self.0.code();
        let is_ours = status >= 500;
        if is_ours {
            tracing::error!(action = "auth_failure", error = %self.0, error.code = code);
        }
        let retry_after_s = match &self.0 {
            Refusal::TooFast(seconds) | Refusal::MailedJustNow(seconds) => Some(*seconds),
            _ => (status == 503).then_some(RETRY_S),
        };
        let message =
            if is_ours { "Something went wrong. Please try again in a moment.".to_owned() } else { self.0.to_string() };
        let is_weak = matches!(self.0, Refusal::WeakPassword(_));
        tell(
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code,
            message,
            is_weak,
            retry_after_s,
        )
    }
}

/// A refusal that no account has to do with.
pub(super) fn refuse(status: StatusCode, code: &'static str, message: &str) -> Response {
    tell(status, code, message.to_owned(), false, None)
}

fn tell(
    status: StatusCode,
    code: &'static str,
    message: String,
    is_weak: bool,
    retry_after_s: Option<i64>,
) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Told { status, code, message, is_weak, retry_after_s });
    response
}

/// Gives refusals the form that the client asks for. Answers about accounts are nobody else's to keep.
pub(super) async fn shape(request: Request, next: Next) -> Response {
    let named = request.headers().get(&VERSION).is_some_and(|version| version.as_bytes() >= NAMED.as_bytes());
    let mut response = next.run(request).await;
    if let Some(told) = response.extensions_mut().remove::<Told>() {
        response = (told.status, Json(body(&told, named))).into_response();
        let headers = response.headers_mut();
        headers.insert(ERROR_CODE, HeaderValue::from_static(told.code));
        if named {
            headers.insert(VERSION, HeaderValue::from_static(NAMED));
        }
        if let Some(seconds) = told.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn body(told: &Told, named: bool) -> Value {
    let mut body = if named {
        json!({"code": told.code, "message": told.message})
    } else {
        json!({"code": told.status.as_u16(), "error_code": told.code, "msg": told.message})
    };
    if told.is_weak
        && let Some(all) = body.as_object_mut()
    {
        all.insert("weak_password".to_owned(), json!({"reasons": ["length"]}));
    }
    body
}
