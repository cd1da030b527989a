//! Mails that are asked for, and what somebody shows of them.
//!
//! Promises: asking for a mail takes as long for an unknown address as for a known one; a followed link leads to this site only.

use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::answer::Failed;
use super::body::Body;
use super::client::Client;
use super::sign_up::Landing;
use crate::accounts::landing::{with_fragment, with_query};
use crate::accounts::mailed::Pkce;
use crate::accounts::refusal::Refusal;
use crate::accounts::shown::{Followed, Shown};
use crate::http::router::HttpState;

/// Longer than leaving a mail for the publisher takes.
pub(super) const AS_LONG: Duration = Duration::from_millis(150);

#[derive(Deserialize)]
pub(super) struct Wish {
    email: Option<String>,
    phone: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

impl Wish {
    fn pkce(&self) -> Result<Option<Pkce>, Refusal> {
        Pkce::of(self.code_challenge.as_deref(), self.code_challenge_method.as_deref())
    }
}

pub(super) async fn recover(
    State(state): State<HttpState>,
    client: Client,
    Query(landing): Query<Landing>,
    Body(wish): Body<Wish>,
) -> Result<Json<Value>, Failed> {
    let end = Instant::now() + AS_LONG;
    let email = wish.email.as_deref().filter(|email| !email.is_empty());
    let email = email.ok_or_else(|| Refusal::Invalid("Password recovery requires an email".to_owned()))?;
    let redirect_to = landing.redirect_to.as_deref();
    let done = state.accounts.recover(email, redirect_to, wish.pkce()?, &client.origin).await;
    sleep_until(end).await;
    done?;
    Ok(Json(json!({})))
}

pub(super) async fn resend(
    State(state): State<HttpState>,
    client: Client,
    Query(landing): Query<Landing>,
    Body(wish): Body<Wish>,
) -> Result<Json<Value>, Failed> {
    let end = Instant::now() + AS_LONG;
    let kind = wish.kind.as_deref().unwrap_or_default();
    let email = wish.email.as_deref().unwrap_or_default();
    let redirect_to = landing.redirect_to.as_deref();
    let done = state.accounts.resend(kind, email, redirect_to, wish.pkce()?, &client.origin).await;
    sleep_until(end).await;
    done?;
    Ok(Json(json!({})))
}

/// Signing in by mail alone is not offered: one way in less to guard.
pub(super) async fn otp(Body(wish): Body<Wish>) -> Failed {
    let by_phone = wish.phone.is_some_and(|phone| !phone.is_empty());
    if by_phone { Refusal::NoPhone.into() } else { Refusal::NoOtp.into() }
}

#[derive(Deserialize)]
pub(super) struct Proof {
    #[serde(rename = "type")]
    kind: Option<String>,
    token_hash: Option<String>,
    token: Option<String>,
    email: Option<String>,
}

pub(super) async fn verify(
    State(state): State<HttpState>,
    client: Client,
    Body(proof): Body<Proof>,
) -> Result<Json<Value>, Failed> {
    let said = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
    let kind = proof.kind.as_deref().unwrap_or_default();
    let session = match (said(&proof.token_hash), said(&proof.token), said(&proof.email)) {
        (Some(_), _, Some(_)) => {
            return Err(Refusal::Invalid("Only the token_hash and type should be provided".to_owned()).into());
        }
        (Some(token), _, None) => state.accounts.verify(kind, Shown::Link(&token), &client.origin).await?,
        (None, Some(code), Some(email)) => {
            state.accounts.verify(kind, Shown::Code { email: &email, code: &code }, &client.origin).await?
        }
        _ => return Err(Refusal::Invalid("Verify requires either a token or a token hash".to_owned()).into()),
    };
    Ok(Json(session.json()))
}

#[derive(Deserialize)]
pub(super) struct Link {
    token: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    redirect_to: Option<String>,
}

pub(super) async fn follow(
    State(state): State<HttpState>,
    client: Client,
    Query(link): Query<Link>,
) -> Result<Response, Failed> {
    let (Some(token), Some(kind)) = (&link.token, &link.kind) else {
        return Err(Refusal::Invalid("Verify requires a token and a verification type".to_owned()).into());
    };
    let landing = state.accounts.landing(link.redirect_to.as_deref());
    let location = match state.accounts.follow(kind, token, &client.origin).await {
        Ok(Followed::Code(code)) => with_query(&landing, &[("code", &code)]),
        Ok(Followed::In(session)) => with_fragment(
            &landing,
            &[
                ("access_token", session.access_token.as_str()),
                ("expires_at", &session.expires_at.to_string()),
                ("expires_in", &session.expires_in.to_string()),
                ("refresh_token", &session.refresh_token),
                ("sb", ""),
                ("token_type", "bearer"),
                ("type", kind),
            ],
        ),
        Err(refusal) => failed(&landing, &refusal, token.starts_with("pkce_")),
    };
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}

/// The page learns why; a fault of ours is no page's business.
fn failed(landing: &str, refusal: &Refusal, is_flow: bool) -> String {
    let (status, code) = refusal.code();
    let error = match status {
        400 => "invalid_request",
        401 => "unauthorized_client",
        403 => "access_denied",
        404..=499 => "",
        _ => "server_error",
    };
    let words = if status >= 500 { "Something went wrong".to_owned() } else { refusal.to_string() };
    let mut pairs = vec![("error", error), ("error_code", code), ("error_description", &words), ("sb", "")];
    pairs.retain(|(name, value)| *name != "error" || !value.is_empty());
    let page = if is_flow { with_query(landing, &pairs) } else { landing.to_owned() };
    with_fragment(&page, &pairs)
}
