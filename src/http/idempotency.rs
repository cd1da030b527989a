//! `Idempotency-Key` (ruling C-69): a request that comes again gets the answer of the first one, for 24 hours.
//!
//! Promises: the work is done once, also when its caller goes away while waiting or both come at once; the same status, headers
//! and bytes come back (a new request id apart); 409 while the first is being answered, 422 for another request under the same
//! key. What a request makes is kept with its key in the transaction that makes it, so that a process that dies before it keeps the
//! answer leaves nothing to be made twice, and one that is so slow that it counted as lost makes nothing beside the next. What may turn
//! out otherwise next time (too many requests, a fault, a store that is away) is not kept.

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_LENGTH, DATE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::error::{Declined, Failure, HttpError};
use crate::domain::person::Person;
use crate::store::database::{Actor, Store, Tx};
use crate::store::error::StoreError;
use crate::store::idempotency::{self, Claimed, Known};
use crate::wizard::fault;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key, in characters.
const KEY_CHARS: usize = 255;
/// The largest answer that is kept, in bytes.
const ANSWER_BYTES: usize = 1024 * 1024;

/// A request that names itself.
#[derive(Debug, Clone)]
pub(super) struct Repeat {
    key: String,
    hash: Vec<u8>,
}

impl Repeat {
    /// The key of a request, if it has one.
    ///
    /// # Errors
    /// 400 for a key that is none.
    pub(super) fn of(headers: &HeaderMap, method: &str, path: &str, body: &[u8]) -> Result<Option<Self>, HttpError> {
        let Some(key) = headers.get(&KEY) else { return Ok(None) };
        let lawful = |key: &&str| (1..=KEY_CHARS).contains(&key.len()) && key.chars().all(|c| c.is_ascii_graphic());
        let Some(key) = key.to_str().ok().filter(lawful) else {
            let words = "An Idempotency-Key is 1 to 255 visible characters, such as a UUID.";
            return Err(declined(StatusCode::BAD_REQUEST, "INVALID_INPUT", words));
        };
        let mut hash = Sha256::new();
        for part in [method.as_bytes(), b" ", path.as_bytes(), b"\n", body] {
            hash.update(part);
        }
        Ok(Some(Self { key: key.to_owned(), hash: hash.finalize().to_vec() }))
    }

    /// An id for what the request causes, the same whenever it comes again.
    pub(super) fn message_id(&self) -> String {
        format!("key:{}", self.key)
    }
}

/// The key of a request that is worked on now.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    claimed: Claimed,
    /// The same request came before, and its process was lost: it may have done its work.
    pub(super) was_lost: bool,
    made: Option<Value>,
}

impl Claim {
    /// What the request made when it came before.
    pub(super) fn made<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_value(self.made.clone()?).ok()
    }

    /// Keeps what the request makes, in the transaction that makes it: what dies between its commit and the answer's is not made
    /// twice.
    pub(super) async fn keep_made<T: Serialize + Sync>(&self, tx: &mut Tx, made: &T) -> Result<(), StoreError> {
        let made = serde_json::to_value(made).map_err(|error| StoreError::Fault(error.to_string()))?;
        idempotency::keep_made(tx, &self.claimed, &made).await
    }
}

/// Does the work of a request once, or gives the answer that it had.
///
/// # Errors
/// 409 and 422 as promised; those of the work.
pub(super) async fn once<F>(
    store: Store,
    person: Person,
    repeat: Repeat,
    work: impl FnOnce(Claim) -> F + Send,
) -> Result<Response, HttpError>
where
    F: Future<Output = Result<Response, HttpError>> + Send + 'static,
{
    let mut tx = store.begin(Actor::Person(&person)).await?;
    let known = idempotency::claim(&mut tx, &repeat.key, &repeat.hash).await?;
    tx.commit().await.map_err(StoreError::from)?;
    let (claimed, was_lost, made) = match known {
        Known::Claimed(claimed) => (claimed, false, None),
        Known::Lost(claimed, made) => (claimed, true, made),
        Known::Answered(answer) => return replay(&answer),
        Known::Mismatch => {
            let words = "This Idempotency-Key came with another request. Please use a new one.";
            return Err(declined(StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_MISMATCH", words));
        }
        Known::InFlight => {
            let words = "This request is still being answered. Please ask again in a moment.";
            return Err(declined(StatusCode::CONFLICT, "CONFLICT", words));
        }
    };
    let work = work(Claim { claimed: claimed.clone(), was_lost, made });
    // In a task of its own: a caller that goes away does not stop it half way.
    let done = tokio::spawn(async move {
        let response = work.await.unwrap_or_else(IntoResponse::into_response);
        keep(&store, &person, &claimed, response).await
    });
    done.await.map_err(|_| HttpError::Panicked)?
}

/// Keeps the answer, or gives the key back where another try may end otherwise.
async fn keep(store: &Store, person: &Person, claimed: &Claimed, response: Response) -> Result<Response, HttpError> {
    let status = response.status();
    let passing = status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED | StatusCode::REQUEST_TIMEOUT);
    let (answer, response) = recorded(response).await?;
    let written = async {
        fault::store("answer.keep")?;
        let mut tx = store.begin(Actor::Person(person)).await?;
        match answer.filter(|_| !passing) {
            Some(answer) => idempotency::keep(&mut tx, claimed, status.as_u16(), &answer).await?,
            None => idempotency::release(&mut tx, claimed).await?,
        }
        Ok::<_, StoreError>(tx.commit().await?)
    };
    if let Err(error) = written.await {
        // The work stands; a repetition finds the key in flight, and free again once it counts as lost.
        tracing::error!(%error, "an answer could not be kept for its key");
    }
    Ok(response)
}

/// An answer as it can be kept, and the answer itself.
async fn recorded(response: Response) -> Result<(Option<Value>, Response), HttpError> {
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Ok((Some(json!({ "failure": failure.record() })), response));
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, ANSWER_BYTES).await.map_err(|_| HttpError::Panicked)?;
    let headers: Map<String, Value> = parts
        .headers
        .iter()
        .filter(|(name, _)| ![CONTENT_LENGTH, DATE].contains(name))
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .collect();
    let text = std::str::from_utf8(&bytes).ok().filter(|text| !text.contains('\0'));
    let answer = text.map(|text| json!({"status": parts.status.as_u16(), "headers": headers, "body": text}));
    Ok((answer, Response::from_parts(parts, Body::from(bytes))))
}

fn replay(answer: &Value) -> Result<Response, HttpError> {
    if let Some(failure) = answer.get("failure").and_then(Failure::of_record) {
        let mut response = failure.status().into_response();
        response.extensions_mut().insert(failure);
        return Ok(response);
    }
    let status = answer["status"].as_u64().and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
    let (Some(status), Some(body)) = (status, answer["body"].as_str()) else { return Err(HttpError::Panicked) };
    let mut response = (status, body.to_owned()).into_response();
    response.headers_mut().clear();
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = value.as_str().map(HeaderValue::from_str);
        if let (Ok(name), Some(Ok(value))) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}

fn declined(status: StatusCode, code: &'static str, words: &str) -> HttpError {
    Declined::new(status, code, words, Value::Null).into()
}
