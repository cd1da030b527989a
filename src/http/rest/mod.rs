//! `/rest/v1`: the tables over HTTP, as PostgREST serves them, and the specification's own plain calls.
//!
//! Promises: who says how they want the answer (`Prefer` or `Content-Profile`, which supabase-js always sends) is answered as by
//! PostgREST; a plain call gets the specification's answer (rulings C-10, C-11, C-12). Every request is one statement in the
//! caller's own transaction, so the database's policies decide, and a foreign row answers as one that does not exist. A write
//! with an `Idempotency-Key` is done once (ruling C-69); one that changes a draft takes its turn in the session's mailbox.
//! `docs/decisions/0005-rest-as-postgrest.md` says what is served and what is not.

mod answer;
mod drafts;
mod error;
mod grammar;
mod payload;
mod plain;
mod plan;
mod preferences;
mod repeated;
mod rpc;
mod tables;

use std::net::IpAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Path, Query, Request, State};
use axum::http::header::ALLOW;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::address::ClientAddress;
use super::admission::admit;
use super::error::HttpError;
use super::idempotency::Claim;
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::door::rate::Endpoint;
use crate::store::audit::Origin;
use error::RestError;

/// The routes below `/rest/v1`.
pub(super) fn routes() -> Router<HttpState> {
    Router::new()
        .route("/rest/v1/", any(description))
        .route("/rest/v1/rpc/{function}", any(function))
        .route("/rest/v1/{table}", any(table))
        .route("/rest/v1/{table}/{id}", any(row))
}

/// A request, taken from the wire.
#[derive(Debug)]
struct Call {
    caller: Caller,
    method: Method,
    headers: HeaderMap,
    /// The path with the query, as it came.
    address: String,
    pairs: Vec<(String, String)>,
    body: Bytes,
    origin: Origin,
    /// Its key, when it has one and is worked on now.
    claim: Option<Claim>,
    /// Where it comes from, unless that is this machine.
    place: Option<IpAddr>,
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(origin) = Origin::from_request_parts(&mut parts, state).await;
        let caller = parts.extensions.get().cloned().unwrap_or_default();
        let pairs = Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default();
        let address = parts.uri.to_string();
        let place =
            parts.extensions.get::<ClientAddress>().filter(|address| !address.is_here).and_then(|address| address.ip);
        let (method, headers) = (parts.method.clone(), parts.headers.clone());
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        Ok(Self {
            caller,
            method,
            headers,
            address,
            pairs,
            body: body.map_err(IntoResponse::into_response)?,
            origin,
            claim: None,
            place,
        })
    }
}

impl Call {
    /// Neither says how they want the answer, nor asks in PostgREST's grammar.
    fn is_plain(&self) -> bool {
        !self.headers.contains_key("prefer") && !self.headers.contains_key("content-profile") && self.pairs.is_empty()
    }

    fn is_anonymous(&self) -> bool {
        matches!(self.caller, Caller::Anybody)
    }
}

async fn table(State(state): State<HttpState>, Path(name): Path<String>, call: Call) -> Response {
    if call.method == Method::OPTIONS {
        return methods();
    }
    if call.is_anonymous()
        && is_read(&call.method)
        && let Err(retry) = state.limits.check_visitor_read(call.place)
    {
        return repeated::shaped(HttpError::TooFast { retry_after_s: retry.seconds }, false);
    }
    repeated::once(state, call, |state, call| async move {
        if let Some(endpoint) = counted(&call.method, &name)
            && let Err(refused) = admit(&state, endpoint, &call.caller, &call.origin).await
        {
            return repeated::shaped(refused, call.is_plain());
        }
        if name == "events" && call.method == Method::POST && call.is_plain() {
            return plain::create(&state, &call).await.into_response();
        }
        tables::answer(&state, &call, &name).await.into_response()
    })
    .await
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// What a person's calls are counted under (R109).
fn counted(method: &Method, table: &str) -> Option<Endpoint> {
    match (method, table) {
        (&Method::POST, "events") => Some(Endpoint::EventCreation),
        (&(Method::GET | Method::HEAD), "venues") => Some(Endpoint::VenueSearch),
        _ => None,
    }
}

/// `PATCH /rest/v1/events/{id}` is the specification's; PostgREST has no such addresses.
async fn row(State(state): State<HttpState>, Path((name, id)): Path<(String, String)>, call: Call) -> Response {
    match call.method {
        Method::OPTIONS => methods(),
        Method::PATCH if name == "events" => {
            repeated::once(
                state,
                call,
                |state, call| async move { plain::change(&state, &call, &id).await.into_response() },
            )
            .await
        }
        _ => RestError::path().into_response(),
    }
}

async fn function(State(state): State<HttpState>, Path(name): Path<String>, call: Call) -> Response {
    if call.method == Method::OPTIONS {
        return methods();
    }
    repeated::once(state, call, |state, call| async move {
        if call.method == Method::POST && name == "publish_event" && call.is_plain() {
            return plain::publish(&state, &call).await.into_response();
        }
        rpc::answer(&state, &call, &name).await.into_response()
    })
    .await
}

async fn description() -> RestError {
    RestError::not_served("The description of the API at this address")
}

fn methods() -> Response {
    (StatusCode::OK, [(ALLOW, "OPTIONS, GET, HEAD, POST, PATCH, DELETE")]).into_response()
}
