//! Reads the JSON of a request; fields that nobody knows are passed over, as GoTrue does.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;

use super::answer::refuse;
use crate::http::error::HttpError;

/// The body of a request.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let bytes = Bytes::from_request(request, state).await.map_err(|_| HttpError::TooLarge.into_response())?;
        // A body that is left out is an empty one.
        let text = if bytes.trim_ascii().is_empty() { b"{}".as_slice() } else { &bytes };
        serde_json::from_slice(text).map(Self).map_err(|_| {
            refuse(StatusCode::BAD_REQUEST, "bad_json", "Could not parse request body as JSON: please check its fields")
        })
    }
}
