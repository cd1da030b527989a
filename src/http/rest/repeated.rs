//! Writes that name themselves with an `Idempotency-Key` (ruling C-69).
//!
//! Promises: as on the wizard's function. What makes a request another one is its method, its address with the query, its body,
//! and how its sender wants the answer. Keys belong to people: the server's own key has none.

use axum::http::header::{ACCEPT, RETRY_AFTER};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::Call;
use super::error::RestError;
use crate::accounts::caller::Caller;
use crate::http::error::{Declined, HttpError};
use crate::http::idempotency::{self, Repeat};
use crate::http::router::HttpState;

/// Does the work of a request; once for each key, where a write has one.
pub(super) async fn once<F>(state: HttpState, call: Call, work: impl FnOnce(HttpState, Call) -> F + Send) -> Response
where
    F: Future<Output = Response> + Send + 'static,
{
    let is_plain = call.is_plain();
    let (store, caller) = (state.store.clone(), call.caller.clone());
    let repeat = match key(&call) {
        Ok(repeat) => repeat,
        Err(error) => return shaped(error, is_plain),
    };
    let Some(repeat) = repeat else { return Box::pin(work(state, call)).await };
    let person = match caller {
        Caller::Person(signed) => signed.person,
        // Who has not signed in writes nothing; the work says so.
        Caller::Anybody => return Box::pin(work(state, call)).await,
        Caller::Service => return shaped(no_person(), is_plain),
    };
    let done = idempotency::once(store, person, repeat, |claim| {
        let answer = Box::pin(work(state, Call { claim: Some(claim), ..call }));
        async move { Ok(answer.await) }
    });
    done.await.unwrap_or_else(|error| shaped(error, is_plain))
}

fn key(call: &Call) -> Result<Option<Repeat>, HttpError> {
    if matches!(call.method, Method::GET | Method::HEAD) {
        return Ok(None);
    }
    let address = format!("{} {}", call.address, wish(&call.headers));
    Repeat::of(&call.headers, call.method.as_str(), &address, &call.body)
}

/// How the answer is wanted.
fn wish(headers: &HeaderMap) -> String {
    let values = ["prefer", ACCEPT.as_str()].into_iter().flat_map(|name| headers.get_all(name));
    values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect::<Vec<_>>().join(" ")
}

fn no_person() -> HttpError {
    let words = "An Idempotency-Key belongs to a person. With the server's key, please send the request without one.";
    Declined::new(StatusCode::BAD_REQUEST, "INVALID_INPUT", words, Value::Null).into()
}

/// In the shape that the caller reads.
pub(super) fn shaped(error: HttpError, is_plain: bool) -> Response {
    match error {
        error if is_plain => error.into_response(),
        HttpError::Store(error) => RestError::of_store(&error).into_response(),
        error => {
            let failure = error.failure();
            let (code, message, retry_after_s) = failure.parts();
            let mut response = RestError::new(failure.status(), code, message).into_response();
            if let Some(seconds) = retry_after_s {
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
            }
            response
        }
    }
}
