//! What can be known about sign-in here, and what is said where there is nothing.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::answer::{Failed, refuse};
use crate::http::router::HttpState;

pub(super) async fn settings(State(state): State<HttpState>) -> Json<Value> {
    let options = state.accounts.options();
    Json(json!({
        "external": {"anonymous_users": options.guests, "email": true, "phone": false},
        "disable_signup": false,
        "mailer_autoconfirm": options.autoconfirm,
        "phone_autoconfirm": false,
        "sms_provider": "",
        "saml_enabled": false,
    }))
}

pub(super) async fn health() -> Json<Value> {
    Json(json!({
        "name": "GoTrue",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Sign-in of EventOS, as clients of GoTrue know it",
    }))
}

pub(super) async fn jwks(State(state): State<HttpState>) -> Result<Response, Failed> {
    let jwks = state.accounts.jwks().await?;
    Ok(([(CACHE_CONTROL, "public, max-age=600")], Json(jwks)).into_response())
}

pub(super) async fn nothing(uri: Uri) -> Response {
    let is_page = uri.path().ends_with("/authorize");
    let words = if is_page {
        "Unsupported provider: people sign in with an address and a password here"
    } else {
        "There is nothing at this address"
    };
    refuse(StatusCode::NOT_FOUND, "not_found", words)
}

/// People sign in at a hosted project.
pub(super) async fn elsewhere(State(state): State<HttpState>) -> Response {
    let project = state.accounts.options().supabase.as_ref().map_or("the project", |project| &project.url);
    let words = format!("People sign in at {project}: point your client there for sign-in");
    refuse(StatusCode::NOT_FOUND, "sign_in_elsewhere", &words)
}
