//! The caller of a request, for handlers.
//!
//! Promises: whoever is not known to be somebody is anybody. The layer that verifies tokens puts a [`Caller`] into the
//! request's extensions; handlers take it as an argument.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::accounts::caller::Caller;

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}
