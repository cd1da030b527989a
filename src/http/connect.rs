//! Connect over HTTP: `GET` and `POST /api/connect/stripe`, and the way back in the browser, `GET /connect/stripe/return`.
//!
//! Promises: what brings somebody back is worth nothing in another browser (a cookie of these addresses alone holds the other half
//! of the proof) and nothing a second time; the page that it leads to shows what Stripe said, whatever the address says (ruling
//! C-46).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::{Declined, HttpError};
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::domain::money::Currency;
use crate::domain::person::Person;
use crate::publisher::stripe::connect::{Ended, Returned, WAY_LIFE_S};
use crate::store::database::Actor;
use crate::store::{events, queue_books, stripe_accounts};

/// The cookie with the browser's half of the proof.
const COOKIE_NAME: &str = "eventos_connect";

/// From which conversation somebody goes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Wish {
    session_id: Option<Uuid>,
}

/// What is asked about.
#[derive(Debug, Default, Deserialize)]
pub(super) struct About {
    /// What payments in this currency cost.
    #[serde(default)]
    currency: Option<String>,
    /// What the publisher does for this event.
    #[serde(default)]
    event: Option<Uuid>,
}

/// Where the caller's account stands, as we know it; what payments cost; and for an event of theirs what each
/// ticket brings and what the publisher does.
pub(super) async fn standing(
    State(state): State<HttpState>,
    caller: Caller,
    Query(about): Query<About>,
) -> Result<Response, HttpError> {
    let person = caller.person().ok_or(HttpError::Unauthorized)?;
    let mut tx = state.store.begin(Actor::Server).await?;
    let account = stripe_accounts::of_user(&mut tx, person.id).await?;
    let event = match about.event {
        Some(event) => Some(queue_books::of_event(&mut tx, event, person.id).await?.ok_or(HttpError::NotFound)?),
        None => None,
    };
    let currency =
        about.currency.as_deref().map(|code| Currency::parse(code).ok_or(HttpError::Malformed)).transpose()?;
    // The event was just seen to be theirs.
    let draft = match about.event {
        Some(id) => events::get(&mut tx, id).await?.map(|stored| stored.draft),
        None => None,
    };
    let own = draft.as_ref().and_then(|draft| draft.currency);
    let fee = state.connect.fee(currency.or(own).unwrap_or(Currency::USD));
    let takings = draft
        .map(|draft| json!({"currency": draft.currency, "taxRate": draft.tax_rate, "tickets": fee.takings(&draft)}));
    let configured = state.connect.is_set_up();
    let known = json!({"configured": configured, "account": account, "fee": fee, "event": event, "takings": takings});
    Ok(([(CACHE_CONTROL, "no-store")], Json(known)).into_response())
}

/// Begins a way to Stripe.
pub(super) async fn begin(State(state): State<HttpState>, caller: Caller, body: Bytes) -> Result<Response, HttpError> {
    let person = organizer(&caller)?;
    let wish: Wish = if body.is_empty() {
        Wish::default()
    } else {
        serde_json::from_slice(&body).map_err(|_| HttpError::Malformed)?
    };
    let begun = state.connect.begin(person, wish.session_id).await.map_err(|trouble| {
        tracing::warn!(action = "stripe_connect", error.code = "STRIPE_API_ERROR", error = %trouble);
        let words =
            "Stripe does not answer right now. Please try again in a moment; payments can be set up later, too.";
        let more = json!({"cause": trouble.cause()});
        HttpError::from(Declined::new(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", words, more))
    })?;
    let mut response = ([(CACHE_CONTROL, "no-store")], Json(json!({"url": begun.url}))).into_response();
    if let Some(browser) = begun.browser {
        keep(&mut response, &state, &browser, WAY_LIFE_S)?;
    }
    Ok(response)
}

/// Somebody comes back from Stripe.
pub(super) async fn come_back(
    State(state): State<HttpState>,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, HttpError> {
    let ended = state.connect.end(&returned, &browser(&headers)).await?;
    let flag = match ended {
        Ended::Connected => "true",
        Ended::Declined => "declined",
        Ended::Unanswered => "unanswered",
        Ended::Taken => "taken",
        Ended::Over => "over",
    };
    let mut response = lead_to(&format!("/wizard/new?stage=5&stripe_connected={flag}"))?;
    keep(&mut response, &state, "", 0)?;
    Ok(response)
}

/// Stripe's page was left or opened twice: there is another one.
pub(super) async fn again(
    State(state): State<HttpState>,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, HttpError> {
    match state.connect.again(&returned.state, &browser(&headers)).await {
        Ok(Some(url)) => lead_to(&url),
        Ok(None) => lead_to("/wizard/new?stage=5&stripe_connected=over"),
        Err(trouble) => {
            tracing::warn!(action = "stripe_connect", error.code = "STRIPE_API_ERROR", error = %trouble);
            lead_to("/wizard/new?stage=5&stripe_connected=unanswered")
        }
    }
}

/// Whoever is paid is somebody whom we can write to.
fn organizer(caller: &Caller) -> Result<&Person, HttpError> {
    let person = caller.person().ok_or(HttpError::Unauthorized)?;
    if person.role.may_publish() {
        return Ok(person);
    }
    let words = "Please sign in as an organizer to set up payments. Your draft is kept.";
    Err(Declined::new(StatusCode::FORBIDDEN, "FORBIDDEN", words, Value::Null).into())
}

fn lead_to(url: &str) -> Result<Response, HttpError> {
    let location = url.parse().map_err(|_| HttpError::Malformed)?;
    let mut response = (StatusCode::SEE_OTHER, [(CACHE_CONTROL, "no-store")]).into_response();
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// Gives the browser its half to keep, for these addresses alone; nothing for no time takes it away.
fn keep(response: &mut Response, state: &HttpState, half: &str, life_s: i32) -> Result<(), HttpError> {
    let secure = if state.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE_NAME}={half}; Path=/connect/stripe; Max-Age={life_s}; HttpOnly; SameSite=Lax{secure}");
    response.headers_mut().append(SET_COOKIE, cookie.parse().map_err(|_| HttpError::Malformed)?);
    Ok(())
}

/// The browser's half; nothing where it has none.
fn browser(headers: &HeaderMap) -> String {
    let cookies = headers.get_all(COOKIE).into_iter().filter_map(|cookies| cookies.to_str().ok());
    let mut halves = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| {
        let (name, half) = cookie.trim().split_once('=')?;
        (name == COOKIE_NAME).then(|| half.to_owned())
    });
    halves.next().unwrap_or_default()
}
