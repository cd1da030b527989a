//! `POST /files` and `GET /files/{id}`: pictures of events.
//!
//! Promises: what is sent is remade before it is kept; a picture is seen by whoever may see its event, and by whoever brought
//! it; to everybody else it is as absent as one that never was.

use std::fmt::Write as _;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tower_http::limit::RequestBodyLimitLayer;
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::ClientAddress;
use super::admission::admit;
use super::error::{Declined, HttpError};
use super::openapi::shapes::{Refusal, Refusals};
use super::router::HttpState;
use crate::accounts::caller::Caller;
use crate::door::rate::Endpoint;
use crate::pictures::remake::Unfit;
use crate::pictures::{MOST_BYTES, NotKept};
use crate::store::audit::Origin;
use crate::store::error::StoreError;
use crate::store::files;

/// Both addresses; an upload may be larger than other requests.
pub(super) fn routes() -> axum::Router<HttpState> {
    axum::Router::new()
        .route("/files", post(take))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(MOST_BYTES))
        .route("/files/{id}", get(show))
}

/// The file itself.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "a type that describes: nobody makes one")]
pub(super) struct Upload(Vec<u8>);

/// Where a picture is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a type that describes: nobody makes one")]
pub(super) struct Brought {
    success: bool,
    /// `/files/...`, for a draft's `imageUrl`.
    url: String,
}

/// Brings a picture
///
/// The body is the picture itself: JPEG, PNG or WebP. It is made anew (upright, at most 1920 pixels, without EXIF); the answer's
/// `url` goes into a draft's `imageUrl`.
#[utoipa::path(
    post,
    path = "/files",
    tag = "Pictures",
    security(("bearer" = [])),
    operation_id = "bring_picture",
    request_body(content((Upload = "image/jpeg"), (Upload = "image/png"), (Upload = "image/webp"))),
    responses(
        (status = 201, description = "Kept", body = Brought),
        (status = 415, description = "No picture that we can read", body = Refusal),
        Refusals
    )
)]
pub(super) async fn take(
    State(state): State<HttpState>,
    caller: Caller,
    origin: Origin,
    address: ClientAddress,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), HttpError> {
    let person = caller.person().ok_or(HttpError::Unauthorized)?;
    if !person.role.may_draft() {
        return Err(HttpError::Store(StoreError::Refused("pictures".to_owned())));
    }
    if let Err(retry) = state.limits.check_upload(address.ip.filter(|_| !address.is_here)) {
        return Err(HttpError::TooFast { retry_after_s: retry.seconds });
    }
    admit(&state, Endpoint::PictureUpload, &caller, &origin).await?;
    let url = state.pictures.keep(person, body.to_vec()).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(json!({"success": true, "url": url}))))
}

/// A picture
#[utoipa::path(
    get,
    path = "/files/{id}",
    operation_id = "picture",
    tag = "Pictures",
    params(("id" = String, Path, description = "The picture")),
    responses(
        (status = 200, description = "The picture; it never changes", content_type = "image/jpeg"),
        (status = 304, description = "The caller has it"),
        Refusals
    )
)]
pub(super) async fn show(
    State(state): State<HttpState>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let id: Uuid = id.parse().map_err(|_| HttpError::NotFound)?;
    let mut tx = state.store.begin(caller.actor()).await?;
    let file = files::get(&mut tx, id).await?.ok_or(HttpError::NotFound)?;
    drop(tx);
    let tag = file.sha256.iter().take(12).fold("\"".to_owned(), |mut tag, byte| {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
        tag
    }) + "\"";
    // The bytes behind an id never change; who may see them does.
    let cache =
        if file.is_public { "public, max-age=2592000, immutable" } else { "private, max-age=2592000, immutable" };
    let about = [
        (CACHE_CONTROL, cache.to_owned()),
        (ETAG, tag.clone()),
        (VARY, "authorization".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    if headers.get_all(IF_NONE_MATCH).iter().any(|known| known.to_str().is_ok_and(|known| known.contains(&tag))) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    Ok((about, [(CONTENT_TYPE, file.mime)], file.bytes).into_response())
}

fn refused(not_kept: NotKept) -> HttpError {
    let words = not_kept.to_string();
    let decline = |status, code| Declined::new(status, code, words, json!({})).into();
    match not_kept {
        NotKept::Unfit(Unfit::TooHeavy) => decline(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE"),
        NotKept::Unfit(Unfit::Unreadable) => decline(StatusCode::UNSUPPORTED_MEDIA_TYPE, "INVALID_PICTURE"),
        NotKept::Unfit(_) => decline(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_PICTURE"),
        NotKept::Full => decline(StatusCode::CONFLICT, "STORAGE_FULL"),
        NotKept::GuestsFull => decline(StatusCode::CONFLICT, "GUESTS_FULL"),
        NotKept::Store(error) => error.into(),
        NotKept::Lost => HttpError::Panicked,
    }
}
