//! Answers to requests that may come again, kept under the key that their sender chose (ruling C-69). Runs as that sender.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::PgConnection;

use super::error::StoreError;

/// How long an answer is kept, in seconds.
pub const KEPT_S: i32 = 24 * 60 * 60;

/// After so many seconds a request without an answer counts as lost with its process.
pub const LOST_S: i32 = 120;

/// A key that is the caller's to answer. Whoever claims it after it counted as lost claims it anew, and this claim is worth nothing any
/// longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    key: String,
    at: Timestamp,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Nothing: it is the caller's to answer now.
    Claimed(Claimed),
    /// The same request came before and its process was lost: it is the caller's to answer now, and this is what it made then.
    Lost(Claimed, Option<Value>),
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
        r#"insert into idempotency_keys (key, request_hash, made) values ($1, $2, $3) on conflict (user_id, key) do nothing
           returning created_at as "at: jiff_sqlx::Timestamp""#,
        key,
        hash,
        lost.clone().flatten()
    )
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(row) = claimed {
        let claimed = Claimed { key: key.to_owned(), at: row.at.to_jiff() };
        return Ok(match lost {
            None => Known::Claimed(claimed),
            Some(made) => Known::Lost(claimed, made),
        });
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
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else has the claim by now and makes it, too: the transaction must not commit.
pub async fn keep_made(conn: &mut PgConnection, claimed: &Claimed, made: &Value) -> Result<(), StoreError> {
    let kept = sqlx::query!(
        "update idempotency_keys set made = $3 where user_id = auth.uid() and key = $1 and created_at = $2",
        claimed.key,
        claimed.at.to_sqlx() as _,
        made
    )
    .execute(conn)
    .await?;
    if kept.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Keeps the answer to a claimed key; nothing where somebody else has the claim by now, whose answer it will be.
pub async fn keep(conn: &mut PgConnection, claimed: &Claimed, status: u16, answer: &Value) -> Result<(), StoreError> {
    sqlx::query!(
        "update idempotency_keys set status = $3, body = $4, made = null
         where user_id = auth.uid() and key = $1 and created_at = $2",
        claimed.key,
        claimed.at.to_sqlx() as _,
        i32::from(status),
        answer
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a claimed key back: its request may come again as if for the first time. One that made something keeps its key: whoever
/// was told of a fault all the same hears what it made, once it counts as lost.
pub async fn release(conn: &mut PgConnection, claimed: &Claimed) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from idempotency_keys
         where user_id = auth.uid() and key = $1 and created_at = $2 and status is null and made is null",
        claimed.key,
        claimed.at.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(())
}
