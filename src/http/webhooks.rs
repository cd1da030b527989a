//! `/api/webhooks`: where other programs are told what happens at the caller's events, what was told, and once more.
//!
//! Promises: a secret is shown once, when it is made; another's webhook answers as one that does not exist; an address inside
//! our own network is refused before anything is kept, and looked at again before anything is sent.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::caller::named;
use super::copies::unfit;
use super::error::{Declined, HttpError};
use super::openapi::shapes::Refusals;
use super::organizing::signed_in;
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::publisher::webhooks::{Target, written};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::webhooks::{self, Delivery, Ping, Webhook};

/// What there is to be told.
const KINDS: &[&str] = &[
    "event.published",
    "event.changed",
    "event.cancelled",
    "order.paid",
    "order.refunded",
    "order.cancelled",
    "ticket.checked_in",
];
/// Words of the log in one answer.
const LOG: i64 = 100;

/// The routes.
pub(super) fn routes() -> Router<HttpState> {
    Router::new()
        .route("/api/webhooks", get(list).post(add))
        .route("/api/webhooks/{id}", delete(remove).post(switch))
        .route("/api/webhooks/{id}/ping", post(ping))
        .route("/api/webhooks/{id}/deliveries", get(log))
        .route("/api/webhooks/{id}/deliveries/{delivery}/replay", post(replay))
}

/// A new webhook.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewWebhook {
    /// A whole https address.
    url: String,
    /// Such as `order.paid`; left out: everything.
    #[serde(default)]
    kinds: Vec<String>,
    /// One event alone; left out: all of the caller's.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    event_id: Option<Uuid>,
}

/// Whether it tells.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Switch {
    enabled: bool,
}

/// What was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MadeWebhook {
    success: bool,
    #[schema(value_type = String)]
    id: Uuid,
    /// What its words are signed with (Standard Webhooks); shown this once.
    secret: String,
}

/// The caller's webhooks
#[utoipa::path(get, path = "/api/webhooks", operation_id = "list_webhooks", tag = "Webhooks", security(("bearer" = [])),
    responses((status = 200, description = "The newest first; without their secrets", content_type = "application/json"), Refusals))]
pub(super) async fn list(State(state): State<HttpState>, caller: Caller) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    let webhooks: Vec<Webhook> = webhooks::list(&mut tx).await?;
    Ok(Json(json!({"webhooks": webhooks, "kinds": KINDS})))
}

/// Tells another program from now on
///
/// Words are `POST`ed as JSON with `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks), tried for three days,
/// and not any more once the other side answers 410.
#[utoipa::path(post, path = "/api/webhooks", operation_id = "add_webhook", tag = "Webhooks", security(("bearer" = [])),
    request_body = NewWebhook, responses((status = 201, description = "Made", body = MadeWebhook), Refusals))]
pub(super) async fn add(
    State(state): State<HttpState>,
    caller: Caller,
    Json(wish): Json<NewWebhook>,
) -> Result<(StatusCode, Json<MadeWebhook>), HttpError> {
    let owner = publisher(&caller)?;
    if let Some(odd) = wish.kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(unfit("kinds", &format!("Nothing is told of \"{odd}\". There are: {}.", KINDS.join(", "))));
    }
    let target = Target::read(&wish.url, state.webhooks_private).map_err(|error| unfit("url", &error.to_string()))?;
    // One answer for a name that nobody knows and for one that lies inside: which of them it is, is nobody's business outside.
    target.addresses().await.map_err(|_| unfit("url", "nothing can be sent to this address from here"))?;
    let secret = [state.ids.id().into_bytes(), state.ids.id().into_bytes()].concat();
    let id = state.ids.id();
    let mut tx = state.store.begin(Actor::Server).await?;
    let url = wish.url.trim();
    if !webhooks::add(&mut tx, id, owner, wish.event_id, url, &wish.kinds, &secret).await? {
        return Err(unfit("url", "This is not one of your events, or you have as many webhooks as there can be."));
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok((StatusCode::CREATED, Json(MadeWebhook { success: true, id, secret: written(&secret) })))
}

/// Takes a webhook away, with its log
#[utoipa::path(delete, path = "/api/webhooks/{id}", operation_id = "remove_webhook", tag = "Webhooks", security(("bearer" = [])),
    params(("id" = String, Path, description = "The webhook")),
    responses((status = 200, description = "Gone", content_type = "application/json"), Refusals))]
pub(super) async fn remove(
    State(state): State<HttpState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    let own = webhooks::remove(&mut tx, named(&id)?).await?;
    ended(tx, own).await
}

/// Switches a webhook on or off
#[utoipa::path(post, path = "/api/webhooks/{id}", operation_id = "switch_webhook", tag = "Webhooks", security(("bearer" = [])),
    params(("id" = String, Path, description = "The webhook")), request_body = Switch,
    responses((status = 200, description = "Done", content_type = "application/json"), Refusals))]
pub(super) async fn switch(
    State(state): State<HttpState>,
    caller: Caller,
    Path(id): Path<String>,
    Json(wish): Json<Switch>,
) -> Result<Json<Value>, HttpError> {
    let (owner, id) = (publisher(&caller)?, named(&id)?);
    let mut tx = state.store.begin(Actor::Server).await?;
    let own = webhooks::switch(&mut tx, id, owner, wish.enabled).await?;
    ended(tx, own).await
}

/// Sends a word that tries whether anybody listens
#[utoipa::path(post, path = "/api/webhooks/{id}/ping", operation_id = "ping_webhook", tag = "Webhooks", security(("bearer" = [])),
    params(("id" = String, Path, description = "The webhook")),
    responses((status = 200, description = "On its way; the log says what became of it", content_type = "application/json"), Refusals))]
pub(super) async fn ping(
    State(state): State<HttpState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, HttpError> {
    let owner = publisher(&caller)?;
    let mut tx = state.store.begin(Actor::Server).await?;
    let delivery = match webhooks::ping(&mut tx, named(&id)?, owner, state.ids.id()).await? {
        Ping::Left(delivery) => delivery,
        Ping::Waits => {
            let words = "The last one is still on its way. The log says what becomes of it.";
            return Err(Declined::new(StatusCode::CONFLICT, "CONFLICT", words, Value::Null).into());
        }
        Ping::Absent => return Err(HttpError::NotFound),
    };
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Json(json!({"success": true, "deliveryId": delivery})))
}

/// What a webhook told
#[utoipa::path(get, path = "/api/webhooks/{id}/deliveries", operation_id = "webhook_log", tag = "Webhooks", security(("bearer" = [])),
    params(("id" = String, Path, description = "The webhook")),
    responses((status = 200, description = "The newest hundred", content_type = "application/json"), Refusals))]
pub(super) async fn log(
    State(state): State<HttpState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    let told: Vec<Delivery> = webhooks::deliveries(&mut tx, named(&id)?, LOG).await?.ok_or(HttpError::NotFound)?;
    Ok(Json(json!({"deliveries": told})))
}

/// Sends a word once more
///
/// Under the same id, so that the other side knows it again.
#[utoipa::path(post, path = "/api/webhooks/{id}/deliveries/{delivery}/replay", operation_id = "replay_webhook", tag = "Webhooks",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The webhook"), ("delivery" = String, Path, description = "The word")),
    responses((status = 200, description = "On its way", content_type = "application/json"), Refusals))]
pub(super) async fn replay(
    State(state): State<HttpState>,
    caller: Caller,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<Json<Value>, HttpError> {
    let (owner, id, delivery) = (publisher(&caller)?, named(&id)?, named(&delivery)?);
    let mut tx = state.store.begin(Actor::Server).await?;
    let own = webhooks::replay(&mut tx, id, delivery, owner).await?;
    ended(tx, own).await
}

/// Whoever may publish: nobody else has anything that other programs could be told of.
fn publisher(caller: &Caller) -> Result<Uuid, HttpError> {
    let person = caller.person().ok_or(HttpError::Unauthorized)?;
    if person.role.may_publish() {
        return Ok(person.id);
    }
    let words = "Only organizers can have webhooks.";
    Err(Declined::new(StatusCode::FORBIDDEN, "FORBIDDEN", words, Value::Null).into())
}

/// Keeps what was done to the caller's own; what is not theirs is not there.
async fn ended(tx: Tx, own: bool) -> Result<Json<Value>, HttpError> {
    if !own {
        return Err(HttpError::NotFound);
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Json(json!({"success": true})))
}
