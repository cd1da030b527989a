//! Where guests buy: the till of an event, `/e/{slug}/tickets`, and the page of an order, `/o/{token}`.
//!
//! Promises: everything works without scripts, in four languages; nothing here is kept by anybody between us and the guest;
//! an order is seen by whoever has its link and by nobody else; a form counts once, however often it is sent.

mod forms;
mod order;
mod qr;
mod till;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::error::HttpError;
use super::router::HttpState;
use super::templates;
use crate::sales::SaleError;

/// What may stand behind the address of a page.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// The language.
    #[serde(default)]
    lang: Option<String>,
    /// What was just done, to be told.
    #[serde(default)]
    done: Option<String>,
}

/// The shop's routes.
pub(super) fn routes() -> Router<HttpState> {
    Router::new()
        .route("/e/{name}/tickets", get(till::show).post(till::buy))
        .route("/o/{token}", get(order::show).post(order::act))
        .route("/o/{token}/pay", get(order::pay))
}

/// A page that nobody keeps, and that tells nobody where it was opened from.
fn page(status: StatusCode, html: String) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CONTENT_SECURITY_POLICY, templates::SHOP_POLICY.clone()),
    ];
    (status, headers, html).into_response()
}

impl From<SaleError> for HttpError {
    fn from(error: SaleError) -> Self {
        match error {
            SaleError::Store(error) => Self::Store(error),
            SaleError::NotFound => Self::NotFound,
            SaleError::Refused(_) | SaleError::Wrong(_) | SaleError::NotNow | SaleError::Enough => Self::Malformed,
        }
    }
}
