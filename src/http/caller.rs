//! The caller of a request, for handlers.
//!
//! Promises: whoever is not known to be somebody is anybody. The layer that verifies tokens puts a [`Caller`] into the
//! request's extensions; handlers take it as an argument.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use super::error::HttpError;
use crate::accounts::caller::Caller;
use crate::domain::person::Person;

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// The id in an address: what is no id at all is as absent as a foreign one.
pub(super) fn named(id: &str) -> Result<Uuid, HttpError> {
    id.parse().map_err(|_| HttpError::NotFound)
}

/// Somebody who is signed in, and what they name in the address.
pub(super) fn asking<'a>(caller: &'a Caller, id: &str) -> Result<(&'a Person, Uuid), HttpError> {
    Ok((caller.person().ok_or(HttpError::Unauthorized)?, named(id)?))
}
