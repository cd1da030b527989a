//! What goes wrong, and the one place that says it over HTTP.
//!
//! Promises: programs get `{"success":false,"error":{"code","message","requestId"}}` (rulings C-74, R46-R51), people a short
//! page, both in the language that they ask for; neither learns anything about the inside. What is our fault is logged with its
//! reason, under the same request id.

use std::borrow::Cow;

use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::reserved::Audience;
use super::said::in_words;
use super::templates::{self, Notice, Way};
use super::words::Words;
use crate::accounts::error::AccountsError;
use crate::store::error::StoreError;

/// When a caller may come again after the database was away, in seconds.
const RETRY_S: u64 = 5;
/// What somebody hears whose write has to wait for another time.
pub(super) const WIZARD_BUSY: &str = "The wizard is busy with this event. Please try again in a moment.";

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It is not there, or not for this caller.
    #[error("nothing is there")]
    NotFound,
    /// The address is there, the method is not.
    #[error("the method is not allowed")]
    MethodNotAllowed,
    /// A later version answers it; what it will be.
    #[error("{0} is not built")]
    NotBuilt(&'static str),
    /// The request cannot be read.
    #[error("the request cannot be read")]
    Malformed,
    /// The request is larger than any that we take.
    #[error("the request is too large")]
    TooLarge,
    /// Too many calls.
    #[error("too many calls")]
    TooFast {
        /// Until the next one passes.
        retry_after_s: u32,
    },
    /// The body of the request did not come in time.
    #[error("the request's body did not come in time")]
    SlowBody,
    /// It took longer than anybody should wait.
    #[error("the answer took too long")]
    TooSlow,
    /// A handler panicked.
    #[error("a handler panicked")]
    Panicked,
    /// The caller's proof does not hold, or there is none where one is needed (R47).
    #[error("the caller is not known")]
    Unauthorized,
    /// Accounts cannot work.
    #[error(transparent)]
    Accounts(AccountsError),
    /// Refused with words and particulars of its own.
    #[error("{}: {}", .0.code, .0.message)]
    Declined(Box<Declined>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A page could not be written.
    #[error("a page could not be written: {0}")]
    Template(#[from] minijinja::Error),
}

/// A refusal that says more than its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declined {
    /// The status of the answer.
    pub status: StatusCode,
    /// One of the API's codes.
    pub code: &'static str,
    /// What happened and what to do next.
    pub message: String,
    /// What stands beside them in the error: `fields`, `yours`, `current` … `retryAfter` becomes a header too.
    pub more: Map<String, Value>,
}

/// An error as a caller may know it. Travels with its bare response to where the request's id is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    status: StatusCode,
    code: Cow<'static, str>,
    message: String,
    retry_after_s: Option<u64>,
    more: Map<String, Value>,
}

impl From<AccountsError> for HttpError {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::Store(error) => Self::Store(error),
            other => Self::Accounts(other),
        }
    }
}

impl Declined {
    /// A refusal with what stands beside its words.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>, more: Value) -> Self {
        let more = if let Value::Object(more) = more { more } else { Map::new() };
        Self { status, code, message: message.into(), more }
    }
}

impl Declined {
    /// A session's mailbox is full, or the program is stopping: the write has to wait for another time.
    pub(super) fn wizard_busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", WIZARD_BUSY, json!({"retryAfter": 1}))
    }
}

impl From<Declined> for HttpError {
    fn from(declined: Declined) -> Self {
        Self::Declined(Box::new(declined))
    }
}

impl HttpError {
    /// As a caller may know it.
    pub(super) fn failure(&self) -> Failure {
        let more = if let Self::Declined(declined) = self { declined.more.clone() } else { Map::new() };
        let (status, code, message) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing at this address.".to_owned()),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "METHOD_NOT_ALLOWED",
                "This address does not take that method.".to_owned(),
            ),
            Self::NotBuilt(what) => {
                (StatusCode::NOT_IMPLEMENTED, "NOT_BUILT", format!("{what} is not part of this version yet."))
            }
            Self::Malformed => {
                (StatusCode::BAD_REQUEST, "INVALID_INPUT", "This request cannot be read. Please check it.".to_owned())
            }
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "This is too large. Please send less at once.".to_owned())
            }
            Self::TooFast { retry_after_s } => (
                StatusCode::TOO_MANY_REQUESTS,
                "RATE_LIMIT",
                // C-07: the words count down from the same number.
                format!("Please wait {retry_after_s} seconds."),
            ),
            Self::SlowBody => (
                StatusCode::REQUEST_TIMEOUT,
                "TIMEOUT",
                "Your request took too long to arrive. Please send it again.".to_owned(),
            ),
            Self::TooSlow => (
                StatusCode::SERVICE_UNAVAILABLE,
                "BUSY",
                "This takes longer than usual. Please try again in a moment.".to_owned(),
            ),
            Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Please sign in, then try again.".to_owned())
            }
            Self::Accounts(AccountsError::Remote(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "SERVICE_UNAVAILABLE",
                "We cannot reach the sign-in right now. Please try again in a moment.".to_owned(),
            ),
            Self::Panicked | Self::Template(_) | Self::Accounts(_) => fault(),
            Self::Declined(declined) => (declined.status, declined.code, declined.message.clone()),
            Self::Store(error) => of_store(error),
        };
        let retry_after_s = match self {
            Self::TooFast { retry_after_s } => Some(u64::from(*retry_after_s)),
            _ => more
                .get("retryAfter")
                .and_then(Value::as_u64)
                .or((status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_S)),
        };
        Failure { status, code: code.into(), message, retry_after_s, more }
    }
}

/// R112.
fn fault() -> (StatusCode, &'static str, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Something went wrong. Try again.".to_owned())
}

fn of_store(error: &StoreError) -> (StatusCode, &'static str, String) {
    let conflict = "Somebody else changed this meanwhile. Please look at it again.".to_owned();
    match error {
        StoreError::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            "We cannot reach our data right now. Please try again in a moment.".to_owned(),
        ),
        StoreError::Conflict | StoreError::Stale(_) => (StatusCode::CONFLICT, "CONFLICT", conflict),
        StoreError::Taken(_) => {
            (StatusCode::CONFLICT, "CONFLICT", "This is taken already. Please choose another.".to_owned())
        }
        StoreError::Refused(_) => (StatusCode::FORBIDDEN, "FORBIDDEN", "You may not do this.".to_owned()),
        StoreError::Rejected { code, message, .. } => match code.as_str() {
            "PT400" => (StatusCode::BAD_REQUEST, "INVALID_INPUT", message.clone()),
            "PT403" => (StatusCode::FORBIDDEN, "FORBIDDEN", message.clone()),
            "PT404" => (StatusCode::NOT_FOUND, "NOT_FOUND", message.clone()),
            "PT422" => (StatusCode::UNPROCESSABLE_ENTITY, "INVALID_INPUT", message.clone()),
            _ => fault(),
        },
        StoreError::Fault(_) => fault(),
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let failure = self.failure();
        if failure.status.is_server_error() && !matches!(self, Self::NotBuilt(_)) {
            tracing::error!(action = "http_failure", error = %self, error.code = failure.code.as_ref());
        }
        let mut response = failure.status.into_response();
        response.extensions_mut().insert(failure);
        response
    }
}

impl Failure {
    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// Its code, its words, and when to come again in seconds: for those who say it in another shape.
    pub(super) fn parts(&self) -> (&str, &str, Option<u64>) {
        (self.code.as_ref(), &self.message, self.retry_after_s)
    }

    /// As it can be kept and read again by [`Self::of_record`].
    pub(super) fn record(&self) -> Value {
        json!({
            "status": self.status.as_u16(),
            "code": self.code,
            "message": self.message,
            "retryAfter": self.retry_after_s,
            "more": self.more,
        })
    }

    /// The failure that was kept.
    pub(super) fn of_record(record: &Value) -> Option<Self> {
        Some(Self {
            status: StatusCode::from_u16(u16::try_from(record.get("status")?.as_u64()?).ok()?).ok()?,
            code: Cow::Owned(record.get("code")?.as_str()?.to_owned()),
            message: record.get("message")?.as_str()?.to_owned(),
            retry_after_s: record.get("retryAfter").and_then(Value::as_u64),
            more: record.get("more")?.as_object()?.clone(),
        })
    }

    /// What a layer below meant by a bare status.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let known = match status {
            StatusCode::NOT_FOUND => HttpError::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => HttpError::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => HttpError::TooLarge,
            StatusCode::SERVICE_UNAVAILABLE => HttpError::TooSlow,
            status if status.is_client_error() => HttpError::Malformed,
            _ => HttpError::Panicked,
        };
        Self { status, ..known.failure() }
    }

    /// The answer that the caller reads.
    pub(super) fn answer(&self, audience: Audience, request_id: &str, words: &Words) -> Response {
        let mut response = match audience {
            Audience::Program => self.json(request_id, words),
            Audience::Person => self.page(request_id, words).unwrap_or_else(|_| self.json(request_id, words)),
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn json(&self, request_id: &str, words: &Words) -> Response {
        let mut error = self.more.clone();
        for complaint in error.get_mut("fields").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            if let Value::String(text) = complaint {
                *text = in_words(text, words.language).into_owned();
            }
        }
        error.insert("code".to_owned(), self.code.as_ref().into());
        error.insert("message".to_owned(), in_words(&self.message, words.language).into());
        error.insert("requestId".to_owned(), request_id.into());
        if let Some(seconds) = self.retry_after_s {
            error.insert("retryAfter".to_owned(), seconds.into());
        }
        (self.status, Json(json!({"success": false, "error": error}))).into_response()
    }

    /// The same bytes for everything that is not there: only a fault of ours names its request.
    fn page(&self, request_id: &str, words: &Words) -> Result<Response, minijinja::Error> {
        let status = self.status;
        let (title, text) = match (status, self.code.as_ref()) {
            (StatusCode::NOT_FOUND, _) => ("notice_absent", words.text("notice_absent_text").to_owned()),
            (_, "INTERNAL_ERROR") => ("notice_fault", words.text("notice_fault_text").to_owned()),
            (status, _) if status.is_server_error() => ("notice_fault", words.text("notice_away_text").to_owned()),
            (_, "RATE_LIMIT") => {
                let seconds = self.retry_after_s.unwrap_or(1).to_string();
                ("notice_refused", words.fill("e_fast", &[("count", &seconds)]))
            }
            _ => ("notice_refused", words.text("notice_refused_text").to_owned()),
        };
        let reference = status.is_server_error().then_some(request_id);
        // Whoever has lost their way finds the front of the house, and organizers their door.
        let ways = if status == StatusCode::NOT_FOUND {
            let way = |(path, key)| Way { path, text: words.text(key) };
            Vec::from([("/", "notice_start"), ("/login", "notice_sign_in")].map(way))
        } else {
            Vec::new()
        };
        let notice = Notice { title: words.text(title), text: &text, reference, ways, ..Notice::default() };
        let html = templates::notice(words, &notice)?;
        Ok((status, [(CONTENT_SECURITY_POLICY, templates::POLICY.clone())], Html(html)).into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_of_the_store_has_its_status_and_shows_nothing_inside() {
        let rejected = |code: &str| StoreError::Rejected {
            code: code.to_owned(),
            message: "Please name it.".to_owned(),
            detail: None,
        };
        let secret = "password authentication failed for 10.0.0.7".to_owned();
        let cases = [
            (StoreError::Unavailable(secret.clone()), 503, "SERVICE_UNAVAILABLE"),
            (StoreError::Conflict, 409, "CONFLICT"),
            (StoreError::Stale(secret.clone()), 409, "CONFLICT"),
            (StoreError::Taken(secret.clone()), 409, "CONFLICT"),
            (StoreError::Refused(secret.clone()), 403, "FORBIDDEN"),
            (rejected("PT400"), 400, "INVALID_INPUT"),
            (rejected("PT404"), 404, "NOT_FOUND"),
            (rejected("PT999"), 500, "INTERNAL_ERROR"),
            (StoreError::Fault(secret.clone()), 500, "INTERNAL_ERROR"),
        ];
        for (error, status, code) in cases {
            let failure = HttpError::Store(error).failure();
            assert_eq!((failure.status.as_u16(), failure.code.as_ref()), (status, code));
            assert!(!failure.message.contains("10.0.0.7"));
            assert_eq!(failure.retry_after_s.is_some(), status == 503);
        }
    }

    #[test]
    fn a_bare_status_keeps_its_number() {
        let failure = Failure::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!((failure.status.as_u16(), failure.code.as_ref()), (415, "INVALID_INPUT"));
        assert_eq!(Failure::of_status(StatusCode::BAD_GATEWAY).code, "INTERNAL_ERROR");
    }
}
