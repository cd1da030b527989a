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

/// What clients may ask for that is no part of sign-in here, and what helps instead.
const NOT_BUILT: &[(&str, &str)] = &[
    (
        "/invite",
        "Inviting by mail is not part of this API: make the account with POST /admin/users, then send a recovery mail",
    ),
    ("/reauthenticate", "Codes to reauthenticate are not part of this API: sign in again to change a password"),
    ("/factors", "Second factors are not part of this API"),
    ("/sso", "Single sign-on is not part of this API: people sign in with an address and a password here"),
    (
        "/user/identities",
        "Linking identities is not part of this API: people sign in with an address and a password here",
    ),
    ("/oauth", "Signing in to other programs is not part of this API"),
    ("/admin/audit", "The audit log is not part of this API: the database keeps it in security_audit_log"),
    ("/admin/sso", "Single sign-on is not part of this API"),
    ("/admin/oauth", "Signing in to other programs is not part of this API"),
];

/// A client asks for something that it could have elsewhere, or for nothing that there is.
pub(super) async fn nothing(uri: Uri) -> Response {
    let path = uri.path();
    let asked = |known: &str| path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if let Some((_, words)) = NOT_BUILT.iter().find(|(known, _)| asked(known)) {
        return refuse(StatusCode::NOT_IMPLEMENTED, "not_built", words);
    }
    let words = if path.ends_with("/authorize") {
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
