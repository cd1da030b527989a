//! Mails that are asked for, and what somebody shows of them.
//!
//! Promises: asking for a mail takes as long for an unknown address as for a known one; a followed link shows a page with a button
//! and does nothing before it is pressed (docs/decisions/0053); it leads to this site only.

use axum::Json;
use axum::extract::{Form, Query, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Failed;
use super::body::Body;
use super::client::Client;
use super::sign_up::Landing;
use crate::accounts::alike::in_steps;
use crate::accounts::landing::{with_fragment, with_query};
use crate::accounts::mailed::{Kind, Pkce};
use crate::accounts::refusal::Refusal;
use crate::accounts::shown::{Followed, Shown, Worth};
use crate::http::error::HttpError;
use crate::http::gate::is_foreign;
use crate::http::router::HttpState;
use crate::http::templates::{self, Notice, Press};
use crate::http::words::Words;

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
    let email = wish.email.as_deref().filter(|email| !email.is_empty());
    let email = email.ok_or_else(|| Refusal::Invalid("Password recovery requires an email".to_owned()))?;
    let redirect_to = landing.redirect_to.as_deref();
    in_steps(state.accounts.recover(email, redirect_to, wish.pkce()?, &client.origin)).await?;
    Ok(Json(json!({})))
}

pub(super) async fn resend(
    State(state): State<HttpState>,
    client: Client,
    Query(landing): Query<Landing>,
    Body(wish): Body<Wish>,
) -> Result<Json<Value>, Failed> {
    let kind = wish.kind.as_deref().unwrap_or_default();
    let email = wish.email.as_deref().unwrap_or_default();
    let redirect_to = landing.redirect_to.as_deref();
    in_steps(state.accounts.resend(kind, email, redirect_to, wish.pkce()?, &client.origin)).await?;
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

/// What stands in the link of a mail, and in the form of its page.
#[derive(Deserialize)]
pub(super) struct Link {
    token: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    redirect_to: Option<String>,
}

impl Link {
    fn proof(&self) -> Result<(&str, &str), Refusal> {
        let proof = self.token.as_deref().zip(self.kind.as_deref());
        proof.ok_or_else(|| Refusal::Invalid("Verify requires a token and a verification type".to_owned()))
    }
}

/// Shows what a link of a mail would do. Programs that look through mails follow links; none presses a button.
pub(super) async fn follow(
    State(state): State<HttpState>,
    headers: HeaderMap,
    Query(link): Query<Link>,
) -> Result<Response, Failed> {
    let (token, kind) = link.proof()?;
    let landing = state.accounts.landing(link.redirect_to.as_deref());
    match state.accounts.worth(kind, token).await {
        Ok(worth) => Ok(page(&worth, token, kind, &landing, &headers)),
        Err(refusal) => Ok(lead_to(failed(&landing, &refusal, token.starts_with("pkce_")))),
    }
}

/// The button of a link's page was pressed: what the mail allows is done.
pub(super) async fn press(
    State(state): State<HttpState>,
    client: Client,
    headers: HeaderMap,
    Form(link): Form<Link>,
) -> Result<Response, Failed> {
    if is_foreign(&headers) {
        return Err(Refusal::Invalid("This form is not from our page".to_owned()).into());
    }
    let (token, kind) = link.proof()?;
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
    Ok(lead_to(location))
}

fn lead_to(location: String) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// The page of a link: what it would do, and the button. It tells nobody its address, which holds the token.
fn page(worth: &Worth, token: &str, kind: &str, landing: &str, headers: &HeaderMap) -> Response {
    let words = Words::wanted(None, worth.language.as_deref(), headers).unwrap_or_else(Words::english);
    let (title, text, button) = match worth.kind {
        Kind::Confirmation => ("link_confirm_title", "link_confirm_text", "link_confirm_button"),
        Kind::Recovery => ("link_recover_title", "link_recover_text", "link_recover_button"),
        Kind::EmailChange => ("link_change_title", "link_change_text", "link_change_button"),
        Kind::EmailBack => ("link_back_title", "link_back_text", "link_back_button"),
    };
    let text = words.fill(text, &[("email", worth.email.as_deref().unwrap_or_default())]);
    let press = Press {
        // Beside this page's own address, whatever stands before it.
        action: "verify/link",
        fields: vec![("token", token), ("type", kind), ("redirect_to", landing)],
        button: words.text(button),
    };
    let notice = Notice { title: words.text(title), text: &text, press: Some(press), ..Notice::default() };
    let headers = [
        (CONTENT_SECURITY_POLICY, templates::SHOP_POLICY.clone()),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    templates::notice(words, &notice)
        .map_or_else(|error| HttpError::from(error).into_response(), |html| (headers, Html(html)).into_response())
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
