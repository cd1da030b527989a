//! What the product answers over HTTP: pages and calendar entries for guests, the API for programs and the panel, health and metrics.
//!
//! Promises: a page works without scripts and asks no other host for anything; what a caller may not see answers exactly as
//! what is not there; every error has one shape and the id of its request.
//!
//! # Adding a route
//! A file with its handler, a line in [`router::router`], its description (`openapi/mod.rs`); an address that begins with a new word
//! needs a line in `reserved.rs`, which says whether programs or people read its errors. Handlers return [`error::HttpError`]; what
//! they read of it is written in one place.

mod account;
pub mod address;
pub mod admission;
#[cfg(test)]
mod agreement;
mod auth;
mod cached;
mod calendar;
mod caller;
mod connect;
mod copies;
mod cors;
mod doors;
pub mod error;
mod event_page;
mod event_view;
mod files;
mod functions;
mod gate;
mod health;
mod idempotency;
mod imports;
mod links;
pub mod listen;
mod metrics_page;
pub mod openapi;
mod organizing;
mod patience;
mod place;
mod preview;
pub mod probes;
mod queue;
pub mod reads;
mod request;
mod reserved;
mod rest;
mod rhythm;
pub mod router;
mod said;
mod schedule;
mod series;
mod shop;
mod stripe_webhook;
mod structured;
mod templates;
mod text;
mod vtimezone;
mod webhooks;
mod words;

/// The one inline style that the panel's page may show: that of the event pages, for their preview.
pub fn page_style() -> &'static str {
    templates::STYLE_SOURCE.as_str()
}
