//! `/api/events/{id}/copy`, `/api/events/{id}/series`, `/api/events/{id}/conversation` and `/api/templates`: an event once more, on
//! other days, and going on with one.
//!
//! Promises: another's event answers as one that does not exist; asked twice there is one copy, and one event for each day of a
//! series; what is made is a draft with tickets of its own, and nothing of it is public before its organizer says so.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::admission::admit;
use super::caller::asking;
use super::error::{Declined, HttpError};
use super::openapi::shapes::Refusals;
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::domain::series;
use crate::door::rate::Endpoint;
use crate::store::audit::Origin;
use crate::store::copies::{self, Copy, Pattern, Start, Template};
use crate::store::error::StoreError;
use crate::store::sessions;
use crate::wizard::again;

/// Days of one series that can be made at once.
const MOST_DAYS: u32 = 100;
/// Templates in one answer.
const TEMPLATES: i64 = 50;

/// The routes.
pub(super) fn routes() -> Router<HttpState> {
    Router::new()
        .route("/api/events/{id}/copy", post(copy))
        .route("/api/events/{id}/series", post(lay_out).get(super::series::standing))
        .route("/api/events/{id}/conversation", post(go_on))
        .route("/api/templates", get(templates))
}

/// How a copy differs from its original.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CopyWish {
    /// The copy's id, chosen by the caller: sent again it is the same copy.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    id: Option<Uuid>,
    /// When it begins: `2027-05-03` keeps the original's hour, `2027-05-03T19:00` does not. Without it the day is still to be said.
    #[serde(default)]
    starts: Option<String>,
}

/// What was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Made {
    success: bool,
    /// The new draft.
    #[schema(value_type = String)]
    event_id: Uuid,
    /// The conversation that goes on with it.
    #[schema(value_type = String)]
    session_id: Uuid,
}

/// Makes the caller's own event once more
///
/// A draft with everything but its day, what was sold, and its link; the windows of its tickets move with it.
#[utoipa::path(
    post,
    path = "/api/events/{id}/copy",
    operation_id = "copy_event",
    tag = "Events",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The event to copy")),
    request_body = CopyWish,
    responses((status = 201, description = "The draft", body = Made), Refusals)
)]
pub(super) async fn copy(
    State(state): State<HttpState>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
    Json(wish): Json<CopyWish>,
) -> Result<(StatusCode, Json<Made>), HttpError> {
    let (_, source) = asking(&caller, &id)?;
    let start = wish.starts.as_deref().map(start).transpose()?;
    admit(&state, Endpoint::EventCreation, &caller, &origin).await?;
    let made = wish.id.unwrap_or_else(|| state.ids.id());
    let mut tx = state.store.begin(caller.actor()).await?;
    if !copies::copy(&mut tx, &Copy { source, id: made, start, series: None }).await? {
        return Err(HttpError::NotFound);
    }
    let session = copies::conversation(&mut tx, state.ids.id(), made, Some(source)).await?;
    if let Some(told) = again::made_up(&mut tx, source).await? {
        again::retell(&mut tx, &told, made, session).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    tracing::info!(action = "event_copy", event.id = %made);
    Ok((StatusCode::CREATED, Json(Made { success: true, event_id: made, session_id: session })))
}

/// Gives the conversation that goes on with the caller's own event
///
/// The one that made it; an event that came in over REST gets its first one here.
#[utoipa::path(
    post,
    path = "/api/events/{id}/conversation",
    operation_id = "open_conversation",
    tag = "Events",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The event to go on with")),
    responses((status = 200, description = "Its conversation", body = Made), Refusals)
)]
pub(super) async fn go_on(
    State(state): State<HttpState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Made>, HttpError> {
    let (_, event) = asking(&caller, &id)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    // Whoever asks twice at once gets the same conversation: the event's row is held until it stands.
    copies::pattern(&mut tx, event).await?.ok_or(HttpError::NotFound)?;
    let session = copies::conversation(&mut tx, state.ids.id(), event, None).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Json(Made { success: true, event_id: event, session_id: session }))
}

/// A series.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeriesWish {
    /// RFC 5545 RRULE; without it the event's own.
    #[serde(default)]
    rule: Option<String>,
    /// How many days in all, the event's own included; at most 100. A rule that ends earlier has fewer.
    count: u32,
}

/// A day of a series.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SeriesDay {
    #[schema(value_type = String)]
    event_id: Uuid,
    /// On the event's own clock.
    starts: String,
}

/// What was laid out.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Series {
    success: bool,
    #[schema(value_type = String)]
    #[serde(rename = "seriesId")]
    id: Uuid,
    /// The events that are new.
    events: Vec<SeriesDay>,
}

/// Lays the caller's own event out as a series
///
/// Each day becomes a draft of its own with its own tickets; the event itself is the first. Days that the series has already
/// are left alone, so that a longer count adds what lacks.
#[utoipa::path(
    post,
    path = "/api/events/{id}/series",
    operation_id = "lay_out_series",
    tag = "Events",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The first event")),
    request_body = SeriesWish,
    responses((status = 200, description = "The series", body = Series), Refusals)
)]
pub(super) async fn lay_out(
    State(state): State<HttpState>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
    Json(wish): Json<SeriesWish>,
) -> Result<Json<Series>, HttpError> {
    let (_, first) = asking(&caller, &id)?;
    if !(2..=MOST_DAYS).contains(&wish.count) {
        return Err(unfit("count", "A series has between 2 and 100 days."));
    }
    admit(&state, Endpoint::EventCreation, &caller, &origin).await?;
    // The first event may be in the middle of a conversation: this write takes its turn, too.
    let mut tx = state.store.begin(caller.actor()).await?;
    let sessions = sessions::of_events(&mut tx, &[first]).await?;
    drop(tx);
    let mut visits = Vec::new();
    for session in sessions {
        visits.push(state.directory.visit(session).await.map_err(|_| Declined::wizard_busy())?);
    }
    let mut tx = state.store.begin(caller.actor()).await?;
    let pattern = copies::pattern(&mut tx, first).await?.ok_or(HttpError::NotFound)?;
    let (rule, starts) = days(&pattern, &wish)?;
    copies::lead(&mut tx, first, &rule).await?;
    let series = pattern.series.unwrap_or(first);
    let told = again::made_up(&mut tx, first).await?;
    let mut events = Vec::new();
    for start in starts.into_iter().skip(1).filter(|start| !pattern.known.contains(start)) {
        let event = state.ids.id();
        let copy = Copy { source: first, id: event, start: Some(Start::Moment(start)), series: Some(series) };
        copies::copy(&mut tx, &copy).await?;
        let session = copies::conversation(&mut tx, state.ids.id(), event, Some(first)).await?;
        if let Some(told) = &told {
            again::retell(&mut tx, told, event, session).await?;
        }
        events.push(SeriesDay { event_id: event, starts: start.to_string() });
    }
    tx.commit().await.map_err(StoreError::from)?;
    drop(visits);
    tracing::info!(action = "event_series", event.id = %first, count = events.len());
    Ok(Json(Series { success: true, id: series, events }))
}

/// The rule of a series and its starts.
fn days(pattern: &Pattern, wish: &SeriesWish) -> Result<(String, Vec<DateTime>), HttpError> {
    let rule = wish.rule.clone().or_else(|| pattern.rule.clone());
    let rule = rule.ok_or_else(|| unfit("rule", "This event does not say how it repeats."))?;
    let first = pattern.first.ok_or_else(|| unfit("rule", "The event has no day yet. Please say first when it is."))?;
    let zone = pattern.timezone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let most = usize::try_from(wish.count).unwrap_or(usize::MAX);
    let starts = series::starts(&rule, first, &zone, most);
    let starts = starts.ok_or_else(|| unfit("rule", "This way of repeating cannot be laid out as single days."))?;
    Ok((rule, starts))
}

/// What templates are looked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct TemplateWish {
    #[serde(default)]
    search: String,
}

/// The caller's own events that can be made again
///
/// What was published comes first, the newest first; `POST /api/events/{id}/copy` makes one again.
#[utoipa::path(
    get,
    path = "/api/templates",
    operation_id = "own_templates",
    tag = "Events",
    security(("bearer" = [])),
    params(("search" = Option<String>, Query, description = "Words of the name")),
    responses((status = 200, description = "The events", content_type = "application/json"), Refusals)
)]
pub(super) async fn templates(
    State(state): State<HttpState>,
    caller: Caller,
    Query(wish): Query<TemplateWish>,
) -> Result<Json<Vec<Template>>, HttpError> {
    caller.person().ok_or(HttpError::Unauthorized)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    Ok(Json(copies::templates(&mut tx, &wish.search, TEMPLATES).await?))
}

fn start(text: &str) -> Result<Start, HttpError> {
    let day = || text.parse::<Date>().map(Start::Day);
    let found = if text.len() == 10 { day() } else { text.parse::<DateTime>().map(Start::Moment) };
    found.map_err(|_| unfit("starts", "Please give the day as 2027-05-03, or with its hour as 2027-05-03T19:00."))
}

pub(super) fn unfit(field: &str, words: &str) -> HttpError {
    Declined::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_INPUT", words, json!({"fields": {field: words}})).into()
}
