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
    /// The same request came before and its process was lost: it is the caller's to answer now, and this is what it made then.
    Lost(Option<Value>),
    /// It came with another request.
    Mismatch,
    /// Its first request is still being answered.
    InFlight,
    /// This was answered.
    Answered(Value),
}

/// Claims a key for a request with this hash, or says what is known of it.
pub async fn claim(conn: &mut PgConnection, key: &str, hash: &[u8]) -> Result<Known, StoreError> {
    let gone = sqlx::query!(
        r#"delete from idempotency_keys where user_id = auth.uid() and key = $1
             and (created_at < now() - make_interval(secs => $2) or status is null and created_at < now() - make_interval(secs => $3))
           returning status is null and request_hash = $4 and created_at >= now() - make_interval(secs => $2) as "is_lost!", made"#,
        key,
        f64::from(KEPT_S),
        f64::from(LOST_S),
        hash
    )
    .fetch_optional(&mut *conn)
    .await?;
    let lost = gone.filter(|gone| gone.is_lost).map(|gone| gone.made);
    let claimed = sqlx::query!(
        "insert into idempotency_keys (key, request_hash, made) values ($1, $2, $3) on conflict (user_id, key) do nothing",
        key,
        hash,
        lost.clone().flatten()
    )
    .execute(&mut *conn)
    .await?;
    if claimed.rows_affected() == 1 {
        return Ok(lost.map_or(Known::Claimed, Known::Lost));
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

/// Keeps what the request of a claimed key makes, in the transaction that makes it, until the answer is kept.
pub async fn keep_made(conn: &mut PgConnection, key: &str, made: &Value) -> Result<(), StoreError> {
    sqlx::query!("update idempotency_keys set made = $2 where user_id = auth.uid() and key = $1", key, made)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps the answer to a claimed key.
pub async fn keep(conn: &mut PgConnection, key: &str, status: u16, answer: &Value) -> Result<(), StoreError> {
    sqlx::query!(
        "update idempotency_keys set status = $2, body = $3, made = null where user_id = auth.uid() and key = $1",
        key,
        i32::from(status),
        answer
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a claimed key back: its request may come again as if for the first time. One that made something keeps its key: whoever
/// was told of a fault all the same hears what it made, once it counts as lost.
pub async fn release(conn: &mut PgConnection, key: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from idempotency_keys where user_id = auth.uid() and key = $1 and status is null and made is null",
        key
    )
    .execute(conn)
    .await?;
    Ok(())
}
