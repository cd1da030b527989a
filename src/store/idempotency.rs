//! Answers to requests that may come again, kept under the key that their sender chose (ruling C-69). Runs as that sender.

use serde_json::Value;
use sqlx::PgConnection;

use super::error::StoreError;

/// How long an answer is kept, in seconds.
pub const KEPT_S: i32 = 24 * 60 * 60;

/// After so many seconds a request without an answer counts as lost with its process.
pub const LOST_S: i32 = 120;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Nothing: it is the caller's to answer now.
    Claimed,
    /// It came with another request.
    Mismatch,
    /// Its first request is still being answered.
    InFlight,
    /// This was answered.
    Answered(Value),
}

/// Claims a key for a request with this hash, or says what is known of it.
pub async fn claim(conn: &mut PgConnection, key: &str, hash: &[u8]) -> Result<Known, StoreError> {
    sqlx::query!(
        "delete from idempotency_keys where user_id = auth.uid() and key = $1
           and (created_at < now() - make_interval(secs => $2) or status is null and created_at < now() - make_interval(secs => $3))",
        key,
        f64::from(KEPT_S),
        f64::from(LOST_S)
    )
    .execute(&mut *conn)
    .await?;
    let made = sqlx::query!(
        "insert into idempotency_keys (key, request_hash) values ($1, $2) on conflict (user_id, key) do nothing",
        key,
        hash
    )
    .execute(&mut *conn)
    .await?;
    if made.rows_affected() == 1 {
        return Ok(Known::Claimed);
    }
    let row = sqlx::query!(
        "select request_hash, status, body from idempotency_keys where user_id = auth.uid() and key = $1",
        key
    )
    .fetch_optional(conn)
    .await?;
    Ok(match row {
        Some(row) if row.request_hash != hash => Known::Mismatch,
        Some(row) if row.status.is_some() => Known::Answered(row.body.unwrap_or_default()),
        Some(_) | None => Known::InFlight,
    })
}

/// Keeps the answer to a claimed key.
pub async fn keep(conn: &mut PgConnection, key: &str, status: u16, answer: &Value) -> Result<(), StoreError> {
    sqlx::query!(
        "update idempotency_keys set status = $2, body = $3 where user_id = auth.uid() and key = $1",
        key,
        i32::from(status),
        answer
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a claimed key back: its request may come again as if for the first time.
pub async fn release(conn: &mut PgConnection, key: &str) -> Result<(), StoreError> {
    sqlx::query!("delete from idempotency_keys where user_id = auth.uid() and key = $1 and status is null", key)
        .execute(conn)
        .await?;
    Ok(())
}
