//! Shapes that many routes share, in the words of `OpenAPI`.
#![expect(dead_code, reason = "types that describe: nobody makes one")]

use serde_json::{Map, Value};
use utoipa::{IntoResponses, ToSchema};

/// What every error looks like.
#[derive(ToSchema)]
pub(crate) struct Refusal {
    success: bool,
    error: RefusalDetail,
}

/// Why, in a code for programs and in words for people.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct RefusalDetail {
    /// `INVALID_INPUT`, `UNAUTHORIZED`, `FORBIDDEN`, `NOT_FOUND`, `METHOD_NOT_ALLOWED`, `CONFLICT`, `IDEMPOTENCY_MISMATCH`,
    /// `TOO_LARGE`, `RATE_LIMIT`, `AI_SERVICE_ERROR`, `INTERNAL_ERROR`, `NOT_BUILT`, `BUSY` or `SERVICE_UNAVAILABLE`.
    code: String,
    message: String,
    request_id: String,
    /// What is wrong, in words, by field.
    #[schema(nullable = false)]
    fields: Option<Map<String, Value>>,
    /// Seconds; also in the header `Retry-After`.
    #[schema(nullable = false)]
    retry_after: Option<i64>,
    /// With `CONFLICT`: what was sent.
    yours: Option<Value>,
    /// With `CONFLICT`: what is stored.
    current: Option<Value>,
}

/// Every refusal that a call of the API can meet.
#[derive(IntoResponses)]
pub(crate) enum Refusals {
    /// The request does not fit.
    #[response(status = 400)]
    Invalid(#[to_schema] Refusal),
    /// Nobody is signed in.
    #[response(status = 401)]
    Unauthorized(#[to_schema] Refusal),
    /// The caller may not do this.
    #[response(status = 403)]
    Forbidden(#[to_schema] Refusal),
    /// It is not there, or not the caller's.
    #[response(status = 404)]
    NotFound(#[to_schema] Refusal),
    /// Somebody changed it meanwhile, or the same request is being answered.
    #[response(status = 409)]
    Conflict(#[to_schema] Refusal),
    /// More than a megabyte.
    #[response(status = 413)]
    TooLarge(#[to_schema] Refusal),
    /// The body is of another kind than this address takes.
    #[response(status = 415)]
    OtherKind(#[to_schema] Refusal),
    /// The Idempotency-Key came with another request.
    #[response(status = 422)]
    Mismatch(#[to_schema] Refusal),
    /// Too many requests; `Retry-After` says when to go on.
    #[response(status = 429)]
    TooFast(#[to_schema] Refusal),
    /// A fault.
    #[response(status = 500)]
    Fault(#[to_schema] Refusal),
    /// Busy, or the database is away; `Retry-After` says when to try again.
    #[response(status = 503)]
    Unavailable(#[to_schema] Refusal),
}
