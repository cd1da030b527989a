//! `POST /rest/v1/rpc/publish_event` as PostgREST serves it.

use axum::http::Method;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::RestError;
use super::preferences::{self, Form};
use super::{Call, drafts};
use crate::http::router::HttpState;
use crate::store::rest;

const NAME: &str = "publish_event";

pub(super) async fn answer(state: &HttpState, call: &Call, name: &str) -> Result<Response, RestError> {
    preferences::check_profile(&call.method, &call.headers)?;
    match call.method {
        Method::POST => {}
        Method::GET | Method::HEAD if name == NAME => {
            let message = "cannot execute SELECT FOR UPDATE in a read-only transaction";
            return Err(RestError::new(super::error::status("25006", false), "25006", message));
        }
        Method::GET | Method::HEAD => return Err(RestError::no_function(name, &[])),
        ref other => return Err(RestError::rpc_method(other.as_str())),
    }
    preferences::check_content_type(&call.headers)?;
    let form = Form::of(&call.headers)?;
    let unread = || RestError::body("Empty or invalid json");
    let arguments: Map<String, Value> =
        if call.body.is_empty() { Map::new() } else { serde_json::from_slice(&call.body).map_err(|_| unread())? };
    let names: Vec<String> = arguments.keys().cloned().collect();
    let (NAME, [argument]) = (name, &names[..]) else { return Err(RestError::no_function(name, &names)) };
    let event =
        arguments.get("event_id").ok_or_else(|| RestError::no_function(name, std::slice::from_ref(argument)))?;
    let event = event.as_str().map_or_else(|| event.to_string(), str::to_owned);
    let events: Vec<Uuid> = event.parse().into_iter().collect();
    let _visits = drafts::of_events(state, call, &events).await?;
    let mut tx = state.store.begin(call.caller.actor()).await.map_err(|error| RestError::of_store(&error))?;
    let published = rest::publish(&mut tx, &event, &state.public_url).await;
    let published = published.map_err(|trouble| RestError::of(trouble, call.is_anonymous()))?;
    tx.commit().await.map_err(|error| RestError::of_store(&error.into()))?;
    Ok(([(CONTENT_TYPE, form.media_type()), (CACHE_CONTROL, "no-store")], published).into_response())
}
