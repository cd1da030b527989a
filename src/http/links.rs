//! `/api/links`: a signed-in organizer links their chat accounts, sees them and ends the link.
//!
//! Promises: a code is shown to its maker alone and once; what is somebody else's answers as what is not there; a link stands only when
//! the chat and this page both said yes (THREATS 7.9).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use port::{Reply, words};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::auth::client_address;
use super::caller::named;
use super::error::{Declined, HttpError};
use super::openapi::shapes::Refusals;
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::accounts::links::{Linked, Step, platform_name};
use crate::accounts::sessions::Origin;
use crate::domain::person::{Person, Role};
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::outbox;

pub(super) fn routes() -> Router<HttpState> {
    Router::new()
        .route("/api/links", get(list).post(make))
        .route("/api/links/{id}", delete(revoke))
        .route("/api/links/{id}/confirm", post(confirm))
}

/// Which platform is to be linked.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LinkAsk {
    /// `telegram` or `discord`.
    platform: String,
}

/// A code, to be carried into the chat within ten minutes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "a type that describes: nobody makes one")]
pub(crate) struct LinkCode {
    success: bool,
    /// 22 letters, digits, `-` and `_`; worth nothing after its first use, and after a newer one.
    code: String,
    /// Opens the chat and carries the code over; null where the platform has no such link: then the code is given with `/link`.
    url: Option<String>,
    /// Until when, ISO 8601.
    expires_at: String,
}

/// A person's chat accounts.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "a type that describes: nobody makes one")]
pub(crate) struct ChatAccounts {
    success: bool,
    /// Linked accounts, the newest first.
    links: Vec<ChatLink>,
    /// Accounts that showed a code and wait for a yes.
    waiting: Vec<WaitingLink>,
    /// What can be linked here.
    platforms: Vec<String>,
}

/// A linked chat account.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "a type that describes: nobody makes one")]
pub(crate) struct ChatLink {
    id: String,
    platform: String,
    /// What the account calls itself.
    name: Option<String>,
    linked_at: String,
}

/// A chat account that showed a code.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "a type that describes: nobody makes one")]
pub(crate) struct WaitingLink {
    id: String,
    platform: String,
    name: Option<String>,
    /// The chat said yes.
    chat_agreed: bool,
    /// This page said yes.
    page_agreed: bool,
}

/// How a confirmation ended.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a type that describes: nobody makes one")]
pub(crate) struct LinkConfirmed {
    success: bool,
    /// Both sides said yes; otherwise the chat is still asked.
    linked: bool,
    /// Drafts that came along from the chat.
    drafts: i32,
}

/// Makes a code that links a chat account
#[utoipa::path(post, path = "/api/links", tag = "Links", security(("bearer" = [])), request_body = LinkAsk,
    responses((status = 200, description = "A code", body = LinkCode), Refusals))]
pub(super) async fn make(State(state): State<HttpState>, caller: Caller, body: Bytes) -> Result<Response, HttpError> {
    let person = organizer(&caller)?;
    let ask: LinkAsk = serde_json::from_slice(&body).map_err(|_| HttpError::Malformed)?;
    let Some(chat) = state.chats.iter().find(|chat| chat.name() == ask.platform) else {
        return Err(no_bot(&ask.platform));
    };
    let code = state.accounts.link_code(person.id, chat.name()).await?;
    let url = chat.link_url(&code.code);
    let answer = json!({"success": true, "code": code.code, "url": url, "expiresAt": code.expires_at.to_string()});
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// The caller's chat accounts, and those that wait for a yes
#[utoipa::path(get, path = "/api/links", tag = "Links", security(("bearer" = [])),
    responses((status = 200, description = "Linked and waiting accounts", body = ChatAccounts), Refusals))]
pub(super) async fn list(State(state): State<HttpState>, caller: Caller) -> Result<Response, HttpError> {
    let person = organizer(&caller)?;
    let (links, waiting) = state.accounts.links(person.id).await?;
    let links: Vec<Value> = links
        .into_iter()
        .map(|link| json!({"id": link.id, "platform": link.platform, "name": link.name, "linkedAt": link.linked_at.to_string()}))
        .collect();
    let waiting: Vec<Value> = waiting
        .into_iter()
        .map(|request| {
            json!({
                "id": request.id, "platform": request.platform, "name": request.name,
                "chatAgreed": request.chat_yes, "pageAgreed": request.page_yes,
            })
        })
        .collect();
    let platforms: Vec<&str> = state.chats.iter().map(|chat| chat.name()).collect();
    let answer = json!({"success": true, "links": links, "waiting": waiting, "platforms": platforms});
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// Says that a waiting chat account is the caller's own
#[utoipa::path(post, path = "/api/links/{id}/confirm", tag = "Links", security(("bearer" = [])),
    params(("id" = String, Path, description = "From `waiting`")),
    responses((status = 200, description = "Linked, or the chat is still asked", body = LinkConfirmed), Refusals))]
pub(super) async fn confirm(
    State(state): State<HttpState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, HttpError> {
    let person = organizer(&caller)?;
    match state.accounts.answer_on_page(person.id, named(&id)?, true).await? {
        Step::Linked(linked) => {
            let drafts = linked.drafts;
            if let Err(error) = tell(&state, person, linked).await {
                tracing::warn!(%error, "a chat was not told that it is linked");
            }
            Ok(Json(json!({"success": true, "linked": true, "drafts": drafts})))
        }
        Step::Waiting => Ok(Json(json!({"success": true, "linked": false, "drafts": 0}))),
        Step::Taken => {
            let words = "This chat account is linked to another account already. It must be unlinked there first.";
            Err(Declined::new(StatusCode::CONFLICT, "CONFLICT", words, Value::Null).into())
        }
        Step::Ask { .. } | Step::Declined | Step::Stale | Step::TooMany(_) => Err(HttpError::NotFound),
    }
}

/// Ends a link, or turns down a waiting account
#[utoipa::path(delete, path = "/api/links/{id}", tag = "Links", security(("bearer" = [])),
    params(("id" = String, Path, description = "From `links` or `waiting`")),
    responses((status = 200, description = "It is gone", body = Value), Refusals))]
pub(super) async fn revoke(
    State(state): State<HttpState>,
    caller: Caller,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Json<Value>, HttpError> {
    let person = organizer(&caller)?;
    let id = named(&id)?;
    let origin = Origin { ip: client_address(&parts), user_agent: None };
    let gone = state.accounts.revoke_link(person.id, id, &origin).await?
        || state.accounts.answer_on_page(person.id, id, false).await? == Step::Declined;
    if gone { Ok(Json(json!({"success": true}))) } else { Err(HttpError::NotFound) }
}

/// The chat hears that it is linked.
async fn tell(state: &HttpState, person: &Person, linked: Linked) -> Result<(), StoreError> {
    let (Some(chat), Some(note)) = (linked.request.chat, linked.request.note) else { return Ok(()) };
    let language = linked.language.unwrap_or_else(|| "en".to_owned());
    let mut said = words(&language, "linked", &[("account", &linked.account)]);
    if linked.drafts > 0 {
        said = format!("{said} {}", words(&language, "linked_drafts", &[("count", &linked.drafts.to_string())]));
    }
    let replies = json!([Reply::Said(said)]);
    let mut tx = state.store.begin(Actor::Server).await?;
    outbox::notice(&mut tx, (&linked.request.platform, &chat, &note), person.id, &replies, Some(&language)).await?;
    Ok(tx.commit().await?)
}

/// Somebody who is signed in and may publish.
fn organizer(caller: &Caller) -> Result<&Person, HttpError> {
    match caller.person() {
        Some(person) if person.role == Role::Organizer => Ok(person),
        Some(person) if person.role == Role::Attendee => {
            let words = "Only organizers can link a chat.";
            Err(Declined::new(StatusCode::FORBIDDEN, "FORBIDDEN", words, Value::Null).into())
        }
        _ => Err(HttpError::Unauthorized),
    }
}

fn no_bot(platform: &str) -> HttpError {
    let known = matches!(platform, "telegram" | "discord");
    let (status, code, words) = if known {
        (StatusCode::NOT_FOUND, "NOT_FOUND", format!("This site has no {} bot.", platform_name(platform)))
    } else {
        (StatusCode::BAD_REQUEST, "INVALID_INPUT", "The platform is telegram or discord.".to_owned())
    };
    Declined::new(status, code, words, Value::Null).into()
}
