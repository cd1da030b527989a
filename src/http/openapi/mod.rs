//! The description of the API: `GET /openapi.json` for programs, `GET /docs` for people.
//!
//! Promises: what is served is what is checked in as `docs/openapi.json`; the page needs no script and asks no other host.
//!
//! # Adding a route
//! `#[utoipa::path]` on its handler, its name in `Routes`; a family of routes with many paths gives a document of its own,
//! which [`document`] takes in. Then renew the file as the test `the_description_is_the_one_that_is_checked_in` says.

mod family;
mod others;
mod page;
pub(super) mod shapes;
mod sign_in;
mod tables;

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::router::HttpState;
use super::{
    account, copies, doors, event_page, files, functions, health, imports, links, organizing, preview, series, webhooks,
};

/// The routes of this room's neighbours.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "EventOS Wizard",
        version = "1.0.0",
        description = "An organizer makes a publication-ready event by talking. Errors have one shape; see `Refusal`.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        functions::wizard,
        links::list,
        links::make,
        links::confirm,
        links::revoke,
        health::health,
        health::live,
        health::ready,
        event_page::show,
        preview::show,
        files::take,
        files::show,
        account::take_along,
        account::leave,
        copies::copy,
        copies::lay_out,
        copies::go_on,
        copies::templates,
        series::standing,
        series::publish,
        imports::preview,
        imports::take,
        organizing::summary,
        organizing::guests,
        organizing::file,
        organizing::refund,
        organizing::resend,
        organizing::message,
        doors::door,
        doors::check_in,
        doors::door_of_link,
        doors::check_in_by_link,
        doors::links,
        doors::make_link,
        doors::remove_link,
        webhooks::list,
        webhooks::add,
        webhooks::remove,
        webhooks::switch,
        webhooks::ping,
        webhooks::log,
        webhooks::replay,
        description,
        page::show,
    ),
    components(schemas(shapes::Refusal, shapes::RefusalDetail)),
    modifiers(&Bearer)
)]
struct Routes;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

static TEXT: LazyLock<String> = LazyLock::new(|| document().to_pretty_json().unwrap_or_default() + "\n");

/// The whole description. Families of routes with a document of their own are merged here.
pub fn document() -> Document {
    let mut document = Routes::openapi();
    for family in others::documents().into_iter().chain([tables::document(), sign_in::document()].into_iter().flatten())
    {
        document.merge(family);
    }
    document
}

/// The description as it is served and checked in.
pub fn text() -> &'static str {
    &TEXT
}

/// Both addresses.
pub(super) fn routes() -> Router<HttpState> {
    Router::new().route("/openapi.json", get(description)).route("/docs", get(page::show))
}

/// This description
#[utoipa::path(get, path = "/openapi.json", tag = "Description",
    responses((status = 200, description = "An OpenAPI document", content_type = "application/json")))]
async fn description() -> Response {
    let kind = (CONTENT_TYPE, "application/json");
    ([kind, (CACHE_CONTROL, "public, max-age=300")], text()).into_response()
}
