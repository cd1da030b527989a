//! `POST /token`: signing in, and going on. `POST /logout`: the end of it.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::answer::Failed;
use super::body::Body;
use super::client::Client;
use crate::accounts::refusal::Refusal;
use crate::accounts::sessions::Scope;
use crate::http::router::HttpState;

#[derive(Deserialize)]
pub(super) struct Grant {
    grant_type: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Form {
    email: Option<String>,
    phone: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
    auth_code: Option<String>,
    code_verifier: Option<String>,
}

pub(super) async fn token(
    State(state): State<HttpState>,
    client: Client,
    Query(grant): Query<Grant>,
    Body(form): Body<Form>,
) -> Result<Json<Value>, Failed> {
    let said = |field: Option<String>| field.unwrap_or_default();
    let session = match grant.grant_type.as_deref() {
        Some("password") if form.email.is_none() && form.phone.is_some() => return Err(Refusal::NoPhone.into()),
        Some("password") => state.accounts.sign_in(&said(form.email), &said(form.password), &client.origin).await?,
        Some("refresh_token") => {
            let token = said(form.refresh_token);
            if token.is_empty() {
                return Err(Refusal::Invalid("Refresh token is not valid".to_owned()).into());
            }
            state.accounts.refresh(&token, &client.origin).await?
        }
        Some("pkce") => {
            state.accounts.exchange(&said(form.auth_code), &said(form.code_verifier), &client.origin).await?
        }
        _ => return Err(Refusal::Invalid("unsupported_grant_type".to_owned()).into()),
    };
    Ok(Json(session.json()))
}

#[derive(Deserialize)]
pub(super) struct Reach {
    scope: Option<String>,
}

pub(super) async fn log_out(
    State(state): State<HttpState>,
    client: Client,
    Query(reach): Query<Reach>,
) -> Result<StatusCode, Failed> {
    let scope = match reach.scope.as_deref().unwrap_or("global") {
        "global" | "" => Scope::Global,
        "local" => Scope::Local,
        "others" => Scope::Others,
        other => return Err(Refusal::Invalid(format!("Unsupported logout scope {other:?}")).into()),
    };
    state.accounts.sign_out(client.authorization.as_deref(), scope, &client.origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
