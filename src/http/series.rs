//! `/api/events/{id}/series`: the dates of a series as they stand, and all of them published on one word.
//!
//! Promises: another's event answers as one that does not exist; a date is published at the revision that the caller saw, or not at
//! all; what is not ready stays a draft and says why. The calls are kept before the answer goes out, and each takes its turn in its
//! own conversation, so that asking twice, in two places, or across a crash publishes each date once.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::admission::admit;
use super::caller::asking;
use super::copies::unfit;
use super::error::{Declined, HttpError};
use super::openapi::shapes::Refusals;
use super::router::HttpState;
use super::words::Words;
use crate::accounts::caller::Caller;
use crate::domain::person::Person;
use crate::door::rate::Endpoint;
use crate::store::audit::Origin;
use crate::store::copies;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::series::{self as kept, PassedOn};
use crate::wizard::series::{self, Date};

/// The route of this file alone; the dates are read where the series is laid out.
pub(super) fn routes() -> Router<HttpState> {
    Router::new().route("/api/events/{id}/series/publish", post(publish))
}

/// The dates of a series.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SeriesStanding {
    success: bool,
    /// All that there are, in their order.
    dates: Vec<DateStanding>,
    /// Dates that were asked for at another revision than the one that is stored: they were not taken in.
    #[schema(value_type = Vec<String>)]
    changed: Vec<Uuid>,
}

/// A date of a series.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is told of a date by itself; none is a state")]
pub(super) struct DateStanding {
    #[schema(value_type = String)]
    event_id: Uuid,
    name: Option<String>,
    /// On the event's own clock; a day alone while no hour is known.
    starts: Option<String>,
    /// draft, published or cancelled.
    status: String,
    slug: Option<String>,
    revision: i64,
    /// It can be published now.
    ready: bool,
    /// What it lacks, by field, in words.
    missing: Map<String, Value>,
    /// It lies in the past, and is not published along.
    over: bool,
    /// It was asked for and is being published.
    under_way: bool,
    /// It was asked for, and its turn failed; asked again it is tried again.
    failed: bool,
}

/// Tells how the dates of a series stand
///
/// An event that is of no series stands alone.
#[utoipa::path(
    get,
    path = "/api/events/{id}/series",
    operation_id = "series_standing",
    tag = "Events",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "An event of the series")),
    responses((status = 200, description = "The dates", body = SeriesStanding), Refusals)
)]
pub(super) async fn standing(
    State(state): State<HttpState>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<SeriesStanding>, HttpError> {
    let (person, event) = asking(&caller, &id)?;
    let (dates, passed) = look(&state, &caller, person, event).await?;
    Ok(Json(told(&dates, &passed, Vec::new(), &headers)))
}

/// Which dates are to be published.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AllWish {
    dates: Vec<ShownDate>,
}

/// A date as it was shown.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ShownDate {
    #[schema(value_type = String)]
    event_id: Uuid,
    revision: i64,
}

/// Publishes these dates of a series
///
/// Each at the revision that was shown, in a turn of its own conversation. The answer comes when the calls are kept; how far they
/// are is told by `GET /api/events/{id}/series`. Dates that are published or under way already are passed over, and so are those
/// that are not ready.
#[utoipa::path(
    post,
    path = "/api/events/{id}/series/publish",
    operation_id = "publish_series",
    tag = "Events",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "An event of the series")),
    request_body = AllWish,
    responses((status = 202, description = "The dates", body = SeriesStanding), Refusals)
)]
pub(super) async fn publish(
    State(state): State<HttpState>,
    caller: Caller,
    origin: Origin,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(wish): Json<AllWish>,
) -> Result<(StatusCode, Json<SeriesStanding>), HttpError> {
    let (person, event) = asking(&caller, &id)?;
    if !person.role.may_publish() {
        let words = "Please sign in as an organizer to publish. Your drafts are kept.";
        return Err(Declined::new(StatusCode::FORBIDDEN, "FORBIDDEN", words, Value::Null).into());
    }
    admit(&state, Endpoint::AiWizard, &caller, &origin).await?;
    let (dates, passed) = look(&state, &caller, person, event).await?;
    let (mut wanted, mut changed) = (Vec::new(), Vec::new());
    for shown in &wish.dates {
        let date = dates.iter().find(|date| date.head.id == shown.event_id);
        let date = date.ok_or_else(|| unfit("dates", "This event is no date of this series."))?;
        if !date.is_ready() || is_open(date, &passed) || wanted.contains(&(shown.event_id, shown.revision)) {
            continue;
        }
        if date.head.revision == shown.revision {
            wanted.push((shown.event_id, shown.revision));
        } else {
            changed.push(shown.event_id);
        }
    }
    take_in(&state, &caller, person, event, &wanted).await?;
    let (dates, passed) = look(&state, &caller, person, event).await?;
    Ok((StatusCode::ACCEPTED, Json(told(&dates, &passed, changed, &headers))))
}

/// Keeps the calls, then hands them to their conversations.
async fn take_in(
    state: &HttpState,
    caller: &Caller,
    person: &Person,
    event: Uuid,
    wanted: &[(Uuid, i64)],
) -> Result<(), HttpError> {
    let mut tx = state.store.begin(caller.actor()).await?;
    let mut calls = Vec::with_capacity(wanted.len());
    for (date, revision) in wanted {
        let session = copies::conversation(&mut tx, state.ids.id(), *date, Some(event)).await?;
        calls.push((session, *revision));
    }
    let jobs = series::accept(&mut tx, state.directory.desk(), person, state.ids.id(), &calls).await?;
    tx.commit().await.map_err(StoreError::from)?;
    tracing::info!(action = "series_publish", event.id = %event, count = jobs.len());
    series::hand_on(&state.directory, jobs);
    Ok(())
}

async fn look(
    state: &HttpState,
    caller: &Caller,
    person: &Person,
    event: Uuid,
) -> Result<(Vec<Date>, Vec<PassedOn>), HttpError> {
    let mut tx = state.store.begin(caller.actor()).await?;
    let dates = series::dates(&mut tx, event, person, state.clock.now()).await?;
    drop(tx);
    if dates.is_empty() {
        return Err(HttpError::NotFound);
    }
    let sessions: Vec<Uuid> = dates.iter().filter_map(|date| date.session).collect();
    let mut tx = state.store.begin(Actor::Server).await?;
    let passed = kept::passed_on(&mut tx, &sessions).await?;
    Ok((dates, passed))
}

fn is_open(date: &Date, passed: &[PassedOn]) -> bool {
    passed.iter().any(|call| Some(call.session) == date.session && call.is_open)
}

fn told(dates: &[Date], passed: &[PassedOn], changed: Vec<Uuid>, headers: &HeaderMap) -> SeriesStanding {
    let language = Words::wanted(None, None, headers).map_or("en", |words| words.language);
    let dates = dates.iter().map(|date| told_of(date, passed, language)).collect();
    SeriesStanding { success: true, dates, changed }
}

fn told_of(date: &Date, passed: &[PassedOn], language: &str) -> DateStanding {
    let starts =
        date.draft.begins().map(|start| start.to_string()).or_else(|| date.draft.date.map(|day| day.to_string()));
    let failed = passed.iter().any(|call| Some(call.session) == date.session && call.has_failed);
    DateStanding {
        event_id: date.head.id,
        name: date.draft.name.clone(),
        starts,
        status: date.head.status.to_string(),
        slug: date.head.slug.clone().filter(|_| !date.is_draft()),
        revision: date.head.revision,
        ready: date.is_ready(),
        missing: date.lacking(language).into_iter().map(|(name, words)| (name.to_owned(), words.into())).collect(),
        over: date.is_over,
        under_way: date.is_draft() && is_open(date, passed),
        failed: date.is_draft() && failed,
    }
}
