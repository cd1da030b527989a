//! `GET /api/events/{id}/page`: an event's page as guests will see it, for its organizer alone, published or not.
//!
//! Promises: it is the public page, made by the same template from the same values; whoever is not the organizer gets the
//! answer of an event that does not exist.

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{Html, IntoResponse, Response};

use super::caller::asking;
use super::error::HttpError;
use super::event_page::Asked;
use super::event_view::EventView;
use super::openapi::shapes::Refusals;
use super::router::HttpState;
use super::templates;
use super::words::Words;
use crate::accounts::caller::Caller;
use crate::domain::draft::Draft;
use crate::domain::money::Currency;
use crate::domain::person::Person;
use crate::domain::values::EventStatus;
use crate::store::pages;

/// The page of the caller's own event
///
/// As guests see it, or will: drafts and private events too.
#[utoipa::path(
    get,
    path = "/api/events/{id}/page",
    operation_id = "own_event_page",
    tag = "Events",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The event"),
        ("lang" = Option<String>, Query, description = "en, es, fr or zh; else the language of Accept-Language"),
    ),
    responses((status = 200, description = "The page", content_type = "text/html"), Refusals)
)]
pub(super) async fn show(
    State(state): State<HttpState>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let (person, id) = asking(&caller, &id)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    let mut page = pages::own(&mut tx, id).await?.ok_or(HttpError::NotFound)?;
    drop(tx);
    if page.status == EventStatus::Draft {
        by_own_settings(&mut page.draft, person);
    }
    let url = format!("{}/e/{}", state.public_url.trim_end_matches('/'), page.slug);
    let lang = asked.lang.as_deref();
    let words = Words::wanted(lang, None, &headers).unwrap_or_else(Words::english);
    let html = templates::event(words, &EventView::of(&page, &url, lang, words, state.clock.now()), false)?;
    let headers =
        [(CACHE_CONTROL, HeaderValue::from_static("no-store")), (CONTENT_SECURITY_POLICY, templates::POLICY.clone())];
    Ok((headers, Html(html)).into_response())
}

/// What nobody has said yet counts by the organizer's own settings, as it will when the event is published.
fn by_own_settings(draft: &mut Draft, person: &Person) {
    draft.timezone = draft.timezone.take().or_else(|| person.timezone.clone());
    draft.currency = draft.currency.or_else(|| person.currency.as_deref().and_then(Currency::parse));
}
