//! Refusals of the REST API, in PostgREST's shape, and the one table from SQLSTATE to HTTP.
//!
//! Promises: `{"code","details","hint","message"}` with the codes that PostgREST 14 gives; a fault of ours says nothing about
//! the inside and is logged with its reason.

use axum::Json;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::drafts::NotNow;
use crate::http::error::WIZARD_BUSY;
use crate::http::reads::Crowded;
use crate::store::error::StoreError;
use crate::store::rest::{ANSWER_BYTES, Report, Trouble};

/// What somebody hears whose read has to wait for another time.
pub(super) const CROWDED: &str = "Many are reading at this moment. Please try again in a moment.";

/// Why a request of the REST API is not answered as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(super) struct RestError {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) details: Option<String>,
    pub(super) hint: Option<String>,
}

impl RestError {
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), details: None, hint: None }
    }

    fn details(self, details: impl Into<String>) -> Self {
        Self { details: Some(details.into()), ..self }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The query's grammar does not know this.
    pub(super) fn syntax(part: &str, text: &str, expected: &str) -> Self {
        let message = format!("\"failed to parse {part} ({text})\"");
        Self::new(StatusCode::BAD_REQUEST, "PGRST100", message).details(format!("expecting {expected}"))
    }

    /// PostgreSQL could answer it; nobody needs so much at once.
    pub(super) fn too_much(asked: &str, bound: usize) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "PGRST100", "The query asks for too much at once")
            .details(format!("It asks for {asked}; at most {bound} are answered."))
            .hint("Ask for less with 'select', or in several requests.")
    }

    /// PostgREST answers it; we do not.
    pub(super) fn not_served(what: &str) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "NOT_BUILT", format!("{what} is not part of this API."))
    }

    pub(super) fn body(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "PGRST102", message)
    }

    pub(super) fn range(details: &str) -> Self {
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "PGRST103", "Requested range not satisfiable").details(details)
    }

    pub(super) fn schema() -> Self {
        let message = "The schema must be one of the following: public";
        Self::new(StatusCode::NOT_ACCEPTABLE, "PGRST106", message)
    }

    pub(super) fn media_type(asked: &str) -> Self {
        let message = format!("None of these media types are available: {asked}");
        Self::new(StatusCode::NOT_ACCEPTABLE, "PGRST107", message)
    }

    pub(super) fn not_embedded(name: &str) -> Self {
        let message = format!("'{name}' is not an embedded resource in this request");
        Self::new(StatusCode::BAD_REQUEST, "PGRST108", message)
            .hint(format!("Verify that '{name}' is included in the 'select' query parameter."))
    }

    pub(super) fn not_one(rows: i64) -> Self {
        let message = "Cannot coerce the result to a single JSON object";
        Self::new(StatusCode::NOT_ACCEPTABLE, "PGRST116", message).details(format!("The result contains {rows} rows"))
    }

    pub(super) fn method(method: &str) -> Self {
        let message = format!("Unsupported HTTP method: {method}");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "PGRST117", message)
    }

    pub(super) fn rpc_method(method: &str) -> Self {
        let message = format!("Cannot use the {method} method on RPC");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "PGRST101", message)
    }

    pub(super) fn preferences(unknown: &[String]) -> Self {
        let message = "Invalid preferences given with handling=strict";
        Self::new(StatusCode::BAD_REQUEST, "PGRST122", message)
            .details(format!("Invalid preferences: {}", unknown.join(", ")))
    }

    pub(super) fn path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "PGRST125", "Invalid path specified in request URL")
    }

    pub(super) fn no_table(name: &str) -> Self {
        let message = format!("Could not find the table 'public.{name}' in the schema cache");
        Self::new(StatusCode::NOT_FOUND, "PGRST205", message)
    }

    pub(super) fn no_column(table: &str, name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "42703", format!("column {table}.{name} does not exist"))
    }

    pub(super) fn no_payload_column(table: &str, name: &str) -> Self {
        let message = format!("Could not find the '{name}' column of '{table}' in the schema cache");
        Self::new(StatusCode::BAD_REQUEST, "PGRST204", message)
    }

    pub(super) fn no_relation(table: &str, other: &str) -> Self {
        let message = format!("Could not find a relationship between '{table}' and '{other}' in the schema cache");
        Self::new(StatusCode::BAD_REQUEST, "PGRST200", message).details(format!(
            "Searched for a foreign key relationship between '{table}' and '{other}' in the schema 'public', but no matches were found."
        ))
    }

    pub(super) fn no_function(name: &str, arguments: &[String]) -> Self {
        let with =
            if arguments.is_empty() { " without parameters".to_owned() } else { format!("({})", arguments.join(", ")) };
        let message = format!("Could not find the function public.{name}{with} in the schema cache");
        Self::new(StatusCode::NOT_FOUND, "PGRST202", message)
    }

    /// A change without a filter would change every row.
    pub(super) fn unfiltered(verb: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "21000", format!("{verb} requires a WHERE clause"))
            .hint("Name the rows, for example with ?id=eq.<id>.")
    }

    /// Rows that one writer of ours keeps.
    pub(super) fn own_writer(words: &str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "PGRST117", words)
    }

    /// What PostgreSQL or the way to it says. `anonymous`: nobody has signed in, so that signing in may help.
    pub(super) fn of(trouble: Trouble, anonymous: bool) -> Self {
        match trouble {
            Trouble::Refused(report) => Self::refused(*report, anonymous),
            Trouble::TooLarge => Self::new(
                StatusCode::BAD_REQUEST,
                "PGRST100",
                format!("The answer would be larger than {} MB", ANSWER_BYTES / 1024 / 1024),
            )
            .hint("Ask for less with 'select' and 'limit', or in several requests."),
            Trouble::Store(error) => Self::of_store(&error),
        }
    }

    pub(super) fn of_store(error: &StoreError) -> Self {
        tracing::error!(action = "rest_failure", error = %error);
        match error {
            StoreError::Unavailable(_) => {
                let message = "We cannot reach our data right now. Please try again in a moment.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "PGRST000", message)
            }
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "PGRSTX00", "Something went wrong. Try again."),
        }
    }

    fn refused(report: Report, anonymous: bool) -> Self {
        let status = status(&report.code, anonymous);
        let Report { code, message, details, hint, .. } = report;
        if status.is_server_error() {
            tracing::error!(action = "rest_failure", error.code = %code, error = %message);
            return Self::new(status, &code, "Something went wrong. Try again.");
        }
        Self { status, code, message, details, hint }
    }
}

impl From<NotNow> for RestError {
    fn from(reason: NotNow) -> Self {
        match reason {
            NotNow::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", WIZARD_BUSY),
            NotNow::Crowded(crowded) => crowded.into(),
            NotNow::Store(error) => Self::of_store(&error),
        }
    }
}

/// With the code of a PostgREST whose pool has no connection left.
impl From<Crowded> for RestError {
    fn from(_: Crowded) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "PGRST003", CROWDED)
    }
}

/// HTTP for a SQLSTATE, as PostgREST's manual lists it.
pub(super) fn status(code: &str, anonymous: bool) -> StatusCode {
    if let Some(meant) = code.strip_prefix("PT") {
        let known = meant.parse().ok().and_then(|number: u16| StatusCode::from_u16(number).ok());
        return known.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let class = code.get(..2).unwrap_or_default();
    let number = match (code, class) {
        ("42501", _) if anonymous => 401,
        ("42501", _) | (_, "0L" | "0P" | "28") => 403,
        ("42883" | "42P01", _) => 404,
        ("25006", _) => 405,
        ("23503" | "23505", _) => 409,
        ("P0001", _) => 400,
        ("53400" | "42P17", _) => 500,
        (_, "08" | "53") | ("57P01", _) => 503,
        (_, "09" | "25" | "2D" | "38" | "39" | "3B" | "40" | "54" | "55" | "57" | "58" | "F0" | "HV" | "P0" | "XX") => {
            500
        }
        _ => 400,
    };
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let body = json!({"code": self.code, "details": self.details, "hint": self.hint, "message": self.message});
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.status {
            StatusCode::UNAUTHORIZED => headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(RETRY_AFTER, HeaderValue::from_static("5")),
            StatusCode::METHOD_NOT_ALLOWED => headers.insert(ALLOW, HeaderValue::from_static("OPTIONS, GET, HEAD")),
            _ => None,
        };
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlstates_have_the_status_of_postgrest() {
        for (code, expected) in [
            ("23505", 409),
            ("23503", 409),
            ("23502", 400),
            ("23514", 400),
            ("22P02", 400),
            ("22007", 400),
            ("42703", 400),
            ("42501", 403),
            ("42883", 404),
            ("25006", 405),
            ("40001", 500),
            ("57014", 500),
            ("08006", 503),
            ("53300", 503),
            ("P0001", 400),
            ("PT409", 409),
            ("PT422", 422),
            ("PTxyz", 500),
            ("PT", 500),
            ("", 400),
        ] {
            assert_eq!(status(code, false).as_u16(), expected, "{code}");
        }
        assert_eq!(status("42501", true).as_u16(), 401);
    }
}
