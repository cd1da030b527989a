//! How the plain calls refuse (R59, R62, R65, rulings C-11, C-12, C-13, C-74).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::http::error::{Declined, HttpError};
use crate::http::rest::drafts::NotNow;
use crate::http::rest::error::CROWDED;
use crate::store::rest::{Report, Trouble};

/// What was being done: a policy's refusal means another status in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Create,
    Change,
    Publish,
}

impl From<NotNow> for HttpError {
    fn from(reason: NotNow) -> Self {
        let soon = || Map::from_iter([("retryAfter".to_owned(), 1.into())]);
        match reason {
            NotNow::Busy => Declined::wizard_busy().into(),
            NotNow::Crowded(_) => declined(StatusCode::SERVICE_UNAVAILABLE, "BUSY", CROWDED, soon()),
            NotNow::Store(error) => error.into(),
        }
    }
}

fn declined(status: StatusCode, code: &'static str, message: impl Into<String>, more: Map<String, Value>) -> HttpError {
    HttpError::Declined(Box::new(Declined { status, code, message: message.into(), more }))
}

pub(super) fn unauthorized() -> HttpError {
    declined(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Please sign in first.", Map::new())
}

pub(super) fn forbidden(message: &str) -> HttpError {
    declined(StatusCode::FORBIDDEN, "FORBIDDEN", message, Map::new())
}

/// `fields`: the words for each field.
pub(super) fn invalid(message: &str, fields: Map<String, Value>) -> HttpError {
    let mut more = Map::new();
    if !fields.is_empty() {
        more.insert("fields".to_owned(), Value::Object(fields));
    }
    declined(StatusCode::BAD_REQUEST, "INVALID_INPUT", message, more)
}

pub(super) fn field(name: &str, words: &str) -> HttpError {
    invalid(words, Map::from_iter([(name.to_owned(), words.into())]))
}

/// Somebody else wrote first: both values, so that a person can choose (P40).
pub(super) fn conflict(yours: &Map<String, Value>, current: Value) -> HttpError {
    let more = Map::from_iter([("yours".to_owned(), Value::Object(yours.clone())), ("current".to_owned(), current)]);
    let words = "Somebody else changed this event meanwhile. Please look at both versions and choose.";
    declined(StatusCode::CONFLICT, "CONFLICT", words, more)
}

/// The lock did not fit.
pub(super) fn is_conflict(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Refused(report) if report.code == "PT409")
}

/// What PostgreSQL says, in our words. `fields` is what was sent.
pub(super) fn of(trouble: Trouble, doing: Doing, fields: &Map<String, Value>) -> HttpError {
    match trouble {
        Trouble::Store(error) => HttpError::Store(error),
        Trouble::TooLarge => HttpError::TooLarge,
        Trouble::Refused(report) => refused(&report, doing, fields),
    }
}

fn refused(report: &Report, doing: Doing, fields: &Map<String, Value>) -> HttpError {
    match (report.code.as_str(), doing) {
        ("42501", Doing::Create) => {
            let words = "This event cannot be made in your name: organizers make drafts of their own.";
            declined(StatusCode::UNPROCESSABLE_ENTITY, "FORBIDDEN", words, Map::new())
        }
        ("42501" | "PT403", _) => forbidden("Only its organizer can do this."),
        ("PT404", _) => HttpError::NotFound,
        ("PT400", Doing::Publish) => incomplete(report.details.as_deref().unwrap_or_default()),
        ("PT409", _) => status_conflict(report),
        ("PT422", _) => below_sold(report),
        ("23505", _) => taken(report, fields),
        ("23503", _) => missing_reference(report),
        ("23514", _) => field(checked(report), "This value is outside what an event may have. Please check it."),
        (code, _) if code.starts_with("22") => invalid("A value cannot be read. Please check it.", Map::new()),
        (code, _) => HttpError::Store(crate::store::error::StoreError::Fault(format!("{code}: {}", report.message))),
    }
}

fn incomplete(names: &str) -> HttpError {
    let fields: Map<String, Value> =
        names.split(',').map(|name| (name.to_owned(), "This is still missing.".into())).collect();
    invalid(&format!("Before publishing, please add: {}.", names.replace(',', ", ")), fields)
}

/// The event has a status in which this cannot be done.
fn status_conflict(report: &Report) -> HttpError {
    let current: Value = report.details.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let more = Map::from_iter([("yours".to_owned(), json!({"status": "published"})), ("current".to_owned(), current)]);
    declined(StatusCode::CONFLICT, "CONFLICT", format!("Nothing was done: {}.", report.message), more)
}

/// Fewer than what people hold already.
fn below_sold(report: &Report) -> HttpError {
    let detail: Value = report.details.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let name = detail.get("field").and_then(Value::as_str).unwrap_or("capacity").to_owned();
    let mut message = report.message.clone();
    message.push('.');
    let more = Map::from_iter([
        ("fields".to_owned(), json!({ name: message.as_str() })),
        ("sold".to_owned(), detail.get("sold").cloned().unwrap_or_default()),
    ]);
    declined(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_INPUT", message, more)
}

fn taken(report: &Report, fields: &Map<String, Value>) -> HttpError {
    let name = if report.constraint.as_deref() == Some("events_slug_key") { "slug" } else { "id" };
    let words = "This is taken already. Please choose another.";
    let yours = fields.get(name).cloned().unwrap_or_default();
    let more = Map::from_iter([
        ("fields".to_owned(), json!({ name: words })),
        ("yours".to_owned(), json!({ name: yours })),
        ("current".to_owned(), Value::Null),
    ]);
    declined(StatusCode::CONFLICT, "CONFLICT", words, more)
}

fn missing_reference(report: &Report) -> HttpError {
    let name = if report.message.contains("file") {
        "image_id"
    } else if report.message.contains("venue") {
        "venue_id"
    } else {
        "organizer_id"
    };
    field(name, "There is no such thing, or it is not yours. Please check the id.")
}

/// `events_capacity_check` is about `capacity`.
fn checked(report: &Report) -> &str {
    let name = report.constraint.as_deref().unwrap_or_default();
    name.strip_prefix("events_").and_then(|rest| rest.strip_suffix("_check")).unwrap_or("event")
}
