//! The channel as pages and other AG-UI clients see it: over HTTP, with a door that answers as the wizard's does.
#![cfg(test)]

mod clients;
mod coming_back;
mod contract;
mod page;
mod requests;
mod theatre;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use port::Door;
use serde_json::Value;
use tower::ServiceExt as _;
use web::WebState;

/// The routes on this door.
fn routes(door: Arc<dyn Door>) -> Router {
    web::router(WebState { door })
}

/// A request with the token of this user.
fn request(method: &str, path: &str, user: &str, body: Option<&Value>) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {user}"));
    let request = request.header("content-type", "application/json");
    request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()
}

async fn send(routes: &Router, request: Request<Body>) -> Response<Body> {
    routes.clone().oneshot(request).await.unwrap()
}
