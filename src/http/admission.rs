//! Limits for handlers: one line at their beginning.
//!
//! Promises: a call that does not pass answers 429 with the seconds to wait, and each block stands once in the audit log.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use serde_json::json;

use super::address::ClientAddress;
use super::error::HttpError;
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::door::rate::Endpoint;
use crate::store::audit::{self, Origin};
use crate::store::error::StoreError;

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let ip = parts.extensions.get::<ClientAddress>().and_then(|address| address.ip);
        let agent = parts.headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
        Ok(Self { ip, agent })
    }
}

/// Counts a call of this caller.
///
/// # Errors
/// [`HttpError::TooFast`] when it does not pass.
pub async fn admit(state: &HttpState, endpoint: Endpoint, caller: &Caller, origin: &Origin) -> Result<(), HttpError> {
    let Err(retry) = state.limits.check_caller(endpoint, caller) else { return Ok(()) };
    if let Some(person) = caller.person().filter(|_| retry.first) {
        let metadata = json!({"key": endpoint.key(person.id), "retry_after_s": retry.seconds});
        let written = async {
            let mut tx = state.store.begin(caller.actor()).await?;
            audit::write(&mut tx, "rate_limit", &metadata, origin).await?;
            Ok::<_, StoreError>(tx.commit().await?)
        };
        // The refusal stands without its line.
        if let Err(error) = written.await {
            tracing::error!(%error, user.id = %person.id, "a block is missing in the audit log");
        }
    }
    Err(HttpError::TooFast { retry_after_s: retry.seconds })
}
