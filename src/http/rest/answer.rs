//! The status and the headers of an answer.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, HeaderName, LOCATION, VARY};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::error::RestError;
use super::preferences::{Form, Preferences, Return};
use crate::store::rest::Outcome;

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const CONTENT_PROFILE: HeaderName = HeaderName::from_static("content-profile");

/// What an answer is made of.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) method: &'a Method,
    pub(super) table: &'a str,
    pub(super) outcome: Outcome,
    pub(super) offset: u64,
    pub(super) form: Form,
    pub(super) preferences: &'a Preferences,
    pub(super) has_profile: bool,
    /// Anybody may keep it.
    pub(super) is_public: bool,
}

impl Answer<'_> {
    /// Also a refusal: the first row that was asked for may be past the last.
    pub(super) fn response(self) -> Response {
        let is_read = matches!(*self.method, Method::GET | Method::HEAD);
        let shows_rows = is_read || self.preferences.given_back == Some(Return::Representation);
        let status = if is_read { self.read_status() } else { Ok(write_status(self.method, shows_rows)) };
        let range = self.range(is_read);
        let mut response = match status {
            Ok(status) => self.success(status, shows_rows),
            Err(refusal) => refusal.into_response(),
        };
        put(&mut response, CONTENT_RANGE, &range);
        if let Some(applied) = self.preferences.applied(!is_read) {
            put(&mut response, PREFERENCE_APPLIED, &applied);
        }
        response
    }

    fn success(&self, status: StatusCode, shows_rows: bool) -> Response {
        let body = match self.form {
            _ if !shows_rows || *self.method == Method::HEAD => Body::empty(),
            Form::List => Body::from(self.outcome.body.clone()),
            Form::Object => Body::from(only_row(&self.outcome.body)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        if shows_rows {
            put(&mut response, CONTENT_TYPE, self.form.media_type());
        }
        if self.has_profile && shows_rows {
            put(&mut response, CONTENT_PROFILE, "public");
        }
        if let Some(key) = &self.outcome.key {
            put(&mut response, LOCATION, &format!("/rest/v1/{}?id=eq.{key}", self.table));
        }
        let kept = if self.is_public { "public, max-age=300, s-maxage=3600" } else { "no-store" };
        put(&mut response, CACHE_CONTROL, kept);
        put(&mut response, VARY, "authorization, apikey, accept, accept-profile, prefer, range");
        response
    }

    fn read_status(&self) -> Result<StatusCode, RestError> {
        let Some(total) = self.outcome.total else { return Ok(StatusCode::OK) };
        let offset = i64::try_from(self.offset).unwrap_or(i64::MAX);
        if offset > 0 && offset >= total {
            let rows = format!("An offset of {offset} was requested, but there are only {total} rows.");
            return Err(RestError::range(&rows));
        }
        Ok(if self.outcome.rows < total { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK })
    }

    /// `0-1/3`: first and last row of how many; `*` for what is empty or was not counted.
    fn range(&self, is_read: bool) -> String {
        let counted = if is_read { self.outcome.total } else { self.preferences.count.map(|_| self.outcome.rows) };
        let total = counted.map_or_else(|| "*".to_owned(), |total| total.to_string());
        let rows = u64::try_from(self.outcome.rows).unwrap_or(0);
        if rows == 0 || *self.method == Method::POST || *self.method == Method::DELETE {
            return format!("*/{total}");
        }
        let last = self.offset.saturating_add(rows - 1);
        format!("{}-{last}/{total}", self.offset)
    }
}

fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn write_status(method: &Method, shows_rows: bool) -> StatusCode {
    match (method == Method::POST, shows_rows) {
        (true, _) => StatusCode::CREATED,
        (false, true) => StatusCode::OK,
        (false, false) => StatusCode::NO_CONTENT,
    }
}

/// The row of a list that has one.
fn only_row(list: &str) -> String {
    let inside = list.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inside.unwrap_or(list).to_owned()
}
