//! Finds out who calls before a handler is asked, and turns away whoever shows a proof that does not hold.
//!
//! Promises: a refusal has the shape that callers of that address read; pages are shown to everybody, whatever a browser sends
//! along. Whoever is signed in and names no language is refused in that of their account. Sign-in itself (`/auth/v1`) looks at its
//! callers by its own rules.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderMap, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::error::HttpError;
use super::request;
use super::reserved::{Audience, area};
use super::words::Words;
use crate::accounts::caller::Caller;
use crate::accounts::token::BadToken;
use crate::accounts::{Accounts, Denied};

/// Addresses that ask nobody who they are.
const OPEN: &[&str] = &["/livez", "/readyz", "/api/health"];

/// The language of an account, for a refusal whose caller names none. Travels with the response to where it is worded.
#[derive(Clone, Copy)]
pub(super) struct OfAccount(pub(super) &'static Words);

/// Puts the caller into the request's extensions.
pub(super) async fn know(State(accounts): State<Arc<Accounts>>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let area = area(path);
    // Extensions never come from outside: whoever wrapped the routes knows the caller already.
    let known = request.extensions().get::<Caller>().is_some();
    if !known && area.prefix != "/auth" && !OPEN.contains(&path) {
        let (authorization, apikey) =
            (header(request.headers(), AUTHORIZATION.as_str()), header(request.headers(), "apikey"));
        match accounts.caller(authorization.as_deref(), apikey.as_deref()).await {
            Ok(caller) => {
                request.extensions_mut().insert(caller);
            }
            Err(denied) if area.audience == Audience::Program => return refuse(area.prefix, denied),
            // A page is the same for whoever cannot be told from anybody.
            Err(_) => {}
        }
    }
    let person = request.extensions().get::<Caller>().and_then(Caller::person).map(|person| person.id);
    let person = person.filter(|_| !request::names_language(&request));
    let mut response = next.run(request).await;
    if let Some(person) = person.filter(|_| request::is_refusal(&response)) {
        let language = accounts.language(person).await;
        // The refusal stands without it.
        let language = language.inspect_err(|error| tracing::warn!(%error, "the language of an account is not known"));
        if let Some(words) = language.ok().flatten().and_then(|language| Words::known(&language)) {
            response.extensions_mut().insert(OfAccount(words));
        }
    }
    response
}

/// A header's text; one that is no text can be nobody's proof.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default().to_owned())
}

/// Whether a form came from another site's page. Browsers say so; who says nothing is no browser, and acts for nobody.
pub(super) fn is_foreign(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

fn refuse(family: &str, denied: Denied) -> Response {
    match denied {
        Denied::Unknown(error) => HttpError::from(error).into_response(),
        denied if family == "/rest" => of_rest(&denied),
        _ => HttpError::Unauthorized.into_response(),
    }
}

/// As PostgREST says it.
fn of_rest(denied: &Denied) -> Response {
    let (code, message) = match denied {
        Denied::Bad(BadToken::Expired) => ("PGRST303", "JWT expired"),
        _ => ("PGRST301", "No suitable key or wrong key type"),
    };
    let body = json!({"code": code, "details": Value::Null, "hint": Value::Null, "message": message});
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{message}\"");
    let headers = [(WWW_AUTHENTICATE, challenge), (CACHE_CONTROL, "no-store".to_owned())];
    (StatusCode::UNAUTHORIZED, headers, Json(body)).into_response()
}
