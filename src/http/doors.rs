//! `/api/checkin/{event}`, `/api/door/{token}` and the links of an event's doors.
//!
//! Promises: whoever has a door's link checks in for that one event, sees names and no addresses, and can do nothing else; a link that
//! was taken back answers as one that never was.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::HttpError;
use super::openapi::shapes::Refusals;
use super::organizing::{refusal, signed_in};
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::sales::organizer::Scanned;

/// The routes.
pub(super) fn routes() -> Router<HttpState> {
    Router::new()
        .route("/api/checkin/{event}", get(door).post(check_in))
        .route("/api/door/{token}", get(door_of_link).post(check_in_by_link))
        .route("/api/sales/{event}/doors", get(links).post(make_link))
        .route("/api/sales/{event}/doors/{id}", delete(remove_link))
}

/// Scans, also those made without a network.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Scans {
    scans: Vec<OneScan>,
}

/// One scan.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OneScan {
    /// Chosen by the device: sent again it is the same scan.
    #[schema(value_type = String)]
    id: Uuid,
    /// What was scanned or typed.
    code: String,
    /// When, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The door's name, at most 60 characters.
    #[serde(default)]
    door: String,
    /// Takes an earlier one back.
    #[serde(default)]
    undo: bool,
}

/// A new link.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewLink {
    /// Whose door it is, at most 60 characters.
    name: String,
}

/// What was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MadeLink {
    success: bool,
    #[schema(value_type = String)]
    id: Uuid,
    /// To be opened on the phone at the door; shown this once.
    url: String,
}

/// The tickets of an own event, for a door that may lose its network
#[utoipa::path(get, path = "/api/checkin/{event}", operation_id = "door", tag = "Doors", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event")),
    responses((status = 200, description = "Its name and tickets", content_type = "application/json"), Refusals))]
pub(super) async fn door(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    let (name, tickets) = state.sales.door(caller.actor(), event).await.map_err(refusal)?;
    Ok(Json(json!({"name": name, "tickets": tickets, "now": state.clock.now()})))
}

/// Checks guests in, each ticket once
///
/// Answers each scan with `admitted`, `already`, `cancelled`, `unpaid`, `unknown` or `undone`; at most 500 at once.
#[utoipa::path(post, path = "/api/checkin/{event}", operation_id = "check_in", tag = "Doors", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event")), request_body = Scans,
    responses((status = 200, description = "What became of each", content_type = "application/json"), Refusals))]
pub(super) async fn check_in(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
    Json(scans): Json<Scans>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    let results = state.sales.check_in(caller.actor(), event, &scanned(scans)).await.map_err(refusal)?;
    Ok(Json(json!({"results": results})))
}

/// The same for whoever has a door's link
#[utoipa::path(get, path = "/api/door/{token}", operation_id = "door_by_link", tag = "Doors",
    params(("token" = String, Path, description = "What stands in the link")),
    responses((status = 200, description = "The event's name, the door's, and the tickets", content_type = "application/json"), Refusals))]
pub(super) async fn door_of_link(
    State(state): State<HttpState>,
    Path(token): Path<String>,
) -> Result<Json<Value>, HttpError> {
    let (door, name, tickets) = state.sales.door_of_link(&token).await.map_err(refusal)?;
    Ok(Json(json!({"name": name, "door": door, "tickets": tickets, "now": state.clock.now()})))
}

/// Checks guests in by a door's link
#[utoipa::path(post, path = "/api/door/{token}", operation_id = "check_in_by_link", tag = "Doors",
    params(("token" = String, Path, description = "What stands in the link")), request_body = Scans,
    responses((status = 200, description = "What became of each", content_type = "application/json"), Refusals))]
pub(super) async fn check_in_by_link(
    State(state): State<HttpState>,
    Path(token): Path<String>,
    Json(scans): Json<Scans>,
) -> Result<Json<Value>, HttpError> {
    let results = state.sales.check_in_by_link(&token, &scanned(scans)).await.map_err(refusal)?;
    Ok(Json(json!({"results": results})))
}

/// The links of an own event's doors
#[utoipa::path(get, path = "/api/sales/{event}/doors", operation_id = "door_links", tag = "Doors", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event")),
    responses((status = 200, description = "The newest first; without what stands in them", content_type = "application/json"), Refusals))]
pub(super) async fn links(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    Ok(Json(json!({"links": state.sales.door_links(caller.actor(), event).await.map_err(refusal)?})))
}

/// Makes a link for a door
///
/// It holds until it is taken back, or a day after the event's end.
#[utoipa::path(post, path = "/api/sales/{event}/doors", operation_id = "make_door_link", tag = "Doors", security(("bearer" = [])),
    params(("event" = String, Path, description = "The event")), request_body = NewLink,
    responses((status = 201, description = "Made", body = MadeLink), Refusals))]
pub(super) async fn make_link(
    State(state): State<HttpState>,
    caller: Caller,
    Path(event): Path<Uuid>,
    Json(wish): Json<NewLink>,
) -> Result<(StatusCode, Json<MadeLink>), HttpError> {
    signed_in(&caller)?;
    let (id, token) = state.sales.make_door_link(caller.actor(), event, &wish.name).await.map_err(refusal)?;
    let url = format!("{}/door/{token}", state.public_url.trim_end_matches('/'));
    Ok((StatusCode::CREATED, Json(MadeLink { success: true, id, url })))
}

/// Takes a door's link back
#[utoipa::path(delete, path = "/api/sales/{event}/doors/{id}", operation_id = "remove_door_link", tag = "Doors",
    security(("bearer" = [])),
    params(("event" = String, Path, description = "The event"), ("id" = String, Path, description = "The link")),
    responses((status = 200, description = "It opens nothing any more", content_type = "application/json"), Refusals))]
pub(super) async fn remove_link(
    State(state): State<HttpState>,
    caller: Caller,
    Path((event, id)): Path<(Uuid, Uuid)>,
) -> Result<Json<Value>, HttpError> {
    signed_in(&caller)?;
    state.sales.remove_door_link(caller.actor(), event, id).await.map_err(refusal)?;
    Ok(Json(json!({"success": true})))
}

fn scanned(scans: Scans) -> Vec<Scanned> {
    let scan = |scan: OneScan| Scanned { id: scan.id, code: scan.code, at: scan.at, door: scan.door, undo: scan.undo };
    scans.scans.into_iter().map(scan).collect()
}
