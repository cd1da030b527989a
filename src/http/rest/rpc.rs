//! `POST /rest/v1/rpc/publish_event` and `cancel_event` as PostgREST serves them.

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

const PUBLISH: &str = "publish_event";
const CANCEL: &str = "cancel_event";

pub(super) async fn answer(state: &HttpState, call: &Call, name: &str) -> Result<Response, RestError> {
    preferences::check_profile(&call.method, &call.headers)?;
    match call.method {
        Method::POST => {}
        Method::GET | Method::HEAD if [PUBLISH, CANCEL].contains(&name) => {
            let message = "cannot execute SELECT FOR NO KEY UPDATE in a read-only transaction";
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
    let known: &[&str] = match name {
        PUBLISH => &["event_id"],
        CANCEL => &["event_id", "revision"],
        _ => &[],
    };
    let text = |name: &str| {
        let value = arguments.get(name).filter(|value| !value.is_null())?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let event = arguments.get("event_id").filter(|_| names.iter().all(|name| known.contains(&name.as_str())));
    let event = event.ok_or_else(|| RestError::no_function(name, &names))?;
    let event = event.as_str().map_or_else(|| event.to_string(), str::to_owned);
    let events: Vec<Uuid> = event.parse().into_iter().collect();
    let _visits = drafts::of_events(state, call, &events).await?;
    let mut tx = state.store.begin(call.caller.actor()).await.map_err(|error| RestError::of_store(&error))?;
    let done = if name == CANCEL {
        rest::cancel(&mut tx, &event, text("revision").as_deref()).await
    } else {
        rest::publish(&mut tx, &event, &state.public_url).await
    };
    let done = done.map_err(|trouble| RestError::of(trouble, call.is_anonymous()))?;
    tx.commit().await.map_err(|error| RestError::of_store(&error.into()))?;
    Ok(([(CONTENT_TYPE, form.media_type()), (CACHE_CONTROL, "no-store")], done).into_response())
}
