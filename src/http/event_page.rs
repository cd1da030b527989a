//! `GET /e/{slug}` and `/e/{slug}.ics`: an event as guests see it, and as their calendars take it.
//!
//! Promises: an event that the caller may not see answers byte for byte as one that does not exist; a guest reads the page in
//! the language that they ask for, else in their browser's, else in the event's own.

use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, VARY};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::error::HttpError;
use super::event_view::EventView;
use super::router::HttpState;
use super::words::Words;
use super::{cached, calendar, templates};
use crate::accounts::caller::Caller;
use crate::store::database::{Actor, Store};
use crate::store::pages::{self, Page};

/// The longest link that the database holds.
const SLUG_CHARS: usize = 120;

/// What may stand behind the address of a page.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// The language.
    #[serde(default)]
    pub(super) lang: Option<String>,
}

/// An event for guests
///
/// A page, or with `.ics` at the end its calendar entry: both kinds share one segment of the path.
#[utoipa::path(
    get,
    path = "/e/{name}",
    tag = "Events",
    params(
        ("name" = String, Path, description = "The event's link, or the link and `.ics`"),
        ("lang" = Option<String>, Query, description = "en, es, fr or zh; else the language of Accept-Language, else the event's own"),
    ),
    responses(
        (status = 200, description = "The page", content((String = "text/html"), (String = "text/calendar"))),
        (status = 304, description = "The caller has it"),
        (status = 404, description = "Not there, or not for this caller", content_type = "text/html"),
        (status = 503, description = "The database is away", content_type = "text/html"),
    )
)]
pub(super) async fn show(
    State(state): State<HttpState>,
    caller: Caller,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let lang = asked.lang.as_deref();
    match name.strip_suffix(".ics") {
        Some(slug) => calendar_entry(&state, &caller, slug, lang, &headers).await,
        None => page(&state, &caller, &name, lang, &headers).await,
    }
}

async fn page(
    state: &HttpState,
    caller: &Caller,
    slug: &str,
    lang: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, HttpError> {
    let page = load(&state.store, caller, slug).await?;
    let words = tongue(state, slug, lang, headers).await?;
    let view = EventView::of(&page, &url(state, slug), lang, words, state.clock.now());
    let html = templates::event(words, &view, true)?;
    let mut response = cached::answer(&page, "text/html; charset=utf-8", html, headers);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, templates::POLICY.clone());
    Ok(spoken(response, words))
}

async fn calendar_entry(
    state: &HttpState,
    caller: &Caller,
    slug: &str,
    lang: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, HttpError> {
    let page = load(&state.store, caller, slug).await?;
    let words = tongue(state, slug, lang, headers).await?;
    let entry =
        calendar::entry(&page, &url(state, slug), &host(&state.public_url), words).ok_or(HttpError::NotFound)?;
    let mut response = cached::answer(&page, "text/calendar; charset=utf-8", entry, headers);
    // A slug has only letters, digits and hyphens.
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{slug}.ics\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(spoken(response, words))
}

/// Whoever keeps the answer for others keeps it by language.
fn spoken(mut response: Response, words: &Words) -> Response {
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("accept-language"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(words.language));
    response
}

/// The language for a guest of this event.
pub(super) async fn tongue(
    state: &HttpState,
    slug: &str,
    asked: Option<&str>,
    headers: &HeaderMap,
) -> Result<&'static Words, HttpError> {
    if !is_slug(slug) {
        return Err(HttpError::NotFound);
    }
    if let Some(words) = Words::wanted(asked, None, headers) {
        return Ok(words);
    }
    let mut tx = state.store.begin(Actor::Server).await?;
    let own = pages::language(&mut tx, slug).await?;
    Ok(own.as_deref().and_then(Words::known).unwrap_or_else(Words::english))
}

async fn load(store: &Store, caller: &Caller, slug: &str) -> Result<Page, HttpError> {
    if !is_slug(slug) {
        return Err(HttpError::NotFound);
    }
    let mut tx = store.begin(caller.actor()).await?;
    let found = pages::find(&mut tx, slug).await?.ok_or(HttpError::NotFound)?;
    if matches!(caller, Caller::Anybody) {
        drop(tx);
        tx = store.begin(Actor::Server).await?;
    }
    Ok(pages::get(&mut tx, slug, found).await?)
}

fn is_slug(name: &str) -> bool {
    let lawful = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=SLUG_CHARS).contains(&name.len()) && name.chars().all(lawful)
}

pub(super) fn url(state: &HttpState, slug: &str) -> String {
    format!("{}/e/{slug}", state.public_url.trim_end_matches('/'))
}

/// Our name in the identity of calendar entries.
pub(super) fn host(public_url: &str) -> String {
    let host = public_url.parse::<Uri>().ok().and_then(|url| url.host().map(str::to_owned));
    host.unwrap_or_else(|| "eventos".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_slug_is_looked_up() {
        assert!(is_slug("spring-concert-2027"));
        for name in ["", "Spring", "a b", "a.ics", "a/b", "ä", &"x".repeat(121)] {
            assert!(!is_slug(name), "{name}");
        }
        assert_eq!(host("https://events.example:8443/base"), "events.example");
        assert_eq!(host("/nowhere"), "eventos");
    }
}
