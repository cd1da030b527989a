//! `/auth/v1`: sign-in as clients of GoTrue know it.
//!
//! Promises: every refusal has GoTrue's code in its body and in `x-sb-error-code`, in the form that the client's version of the
//! API asks for; while people sign in at a hosted project, all of it answers 404 with a word about that.

mod about;
mod admin;
mod answer;
mod body;
pub(super) mod client;
mod guest;
mod links;
mod sign_up;
mod token;
mod user;

use axum::routing::{get, post, put};
use axum::{Router, middleware};

pub(super) use self::client::client_address;
pub(super) use self::guest::claim;
use super::router::HttpState;

/// Every address below `/auth/v1`.
pub(super) fn routes(is_elsewhere: bool) -> Router<HttpState> {
    let routes = if is_elsewhere { Router::new().fallback(about::elsewhere) } else { own() };
    routes.layer(middleware::from_fn(answer::shape))
}

fn own() -> Router<HttpState> {
    Router::new()
        .route("/signup", post(sign_up::sign_up))
        .route("/token", post(token::token))
        .route("/logout", post(token::log_out))
        .route("/user", get(user::show).put(user::change))
        .route("/recover", post(links::recover))
        .route("/resend", post(links::resend))
        .route("/otp", post(links::otp))
        .route("/magiclink", post(links::otp))
        .route("/verify", get(links::follow).post(links::verify))
        .route("/verify/link", post(links::press))
        .route("/settings", get(about::settings))
        .route("/health", get(about::health))
        .route("/.well-known/jwks.json", get(about::jwks))
        .route("/admin/users", get(admin::list).post(admin::create))
        .route("/admin/users/{id}", put(admin::update).get(admin::show).delete(admin::delete))
        .route("/admin/generate_link", post(admin::link))
        .fallback(about::nothing)
        .method_not_allowed_fallback(about::nothing)
}
