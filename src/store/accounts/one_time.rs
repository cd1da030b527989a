//! What is sent out to be shown once: links and codes of mails, codes of a redirect (`auth.one_time_tokens`). Only hashes are
//! here; a new one of a kind replaces the old one.
//!
//! Promises: whoever sends or shows one holds its person's row first ([`users::lock`]), so that two of a person's come one after the
//! other and never wait for each other.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::users;
use crate::store::error::StoreError;

/// One that is sent out.
pub struct NewOneTime<'a> {
    /// Its id.
    pub id: Uuid,
    /// For whom.
    pub user: Uuid,
    /// What it allows.
    pub kind: &'a str,
    /// SHA-256 of what stands in the link.
    pub link_hash: &'a [u8],
    /// SHA-256 of the code that is typed, if there is one.
    pub code_hash: Option<&'a [u8]>,
    /// More about it.
    pub payload: &'a Value,
    /// When it was sent.
    pub at: Timestamp,
    /// Until when it may be shown.
    pub expires_at: Timestamp,
}

/// One that was found, and locked.
pub struct OneTime {
    /// Its id.
    pub id: Uuid,
    /// For whom.
    pub user: Uuid,
    /// What it allows.
    pub kind: String,
    /// SHA-256 of the code that is typed, if there is one.
    pub code_hash: Option<Vec<u8>>,
    /// How often a wrong code was typed.
    pub attempts: i32,
    /// More about it.
    pub payload: Value,
    /// When it was sent.
    pub created_at: Timestamp,
    /// Until when it may be shown.
    pub expires_at: Timestamp,
}

/// Keeps one; the person's earlier one of the kind is worth nothing any longer, nor is what has expired. Wrong codes of earlier ones
/// count on for an hour after the first of them: a new mail gives nobody new tries, and none takes them away for longer.
pub async fn put(conn: &mut PgConnection, new: &NewOneTime<'_>) -> Result<(), StoreError> {
    users::lock(&mut *conn, new.user).await?;
    sweep(&mut *conn, new.at).await?;
    sqlx::query!(
        "insert into auth.one_time_tokens as earlier (id, user_id, kind, link_hash, code_hash, payload, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (user_id, kind) do update set id = excluded.id, link_hash = excluded.link_hash,
             code_hash = excluded.code_hash, payload = excluded.payload, created_at = excluded.created_at,
             expires_at = excluded.expires_at,
             attempts = case when earlier.missed_at > excluded.created_at - interval '1 hour' then earlier.attempts else 0 end,
             missed_at = case when earlier.missed_at > excluded.created_at - interval '1 hour' then earlier.missed_at end",
        new.id,
        new.user,
        new.kind,
        new.link_hash,
        new.code_hash,
        new.payload,
        new.at.to_sqlx() as _,
        new.expires_at.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Those that have expired go, but for those that somebody is at work on. How many went.
pub async fn sweep(conn: &mut PgConnection, now: Timestamp) -> Result<u64, StoreError> {
    let gone = sqlx::query!(
        "delete from auth.one_time_tokens where id in (
           select id from auth.one_time_tokens where expires_at < $1 for update skip locked)",
        now.to_sqlx() as _
    );
    Ok(gone.execute(conn).await?.rows_affected())
}

/// The one whose link has this hash.
pub async fn by_link(conn: &mut PgConnection, hash: &[u8]) -> Result<Option<OneTime>, StoreError> {
    let found = sqlx::query!("select id, user_id from auth.one_time_tokens where link_hash = $1", hash)
        .fetch_optional(&mut *conn)
        .await?;
    match found {
        Some(row) => lock(conn, row.user_id, row.id).await,
        None => Ok(None),
    }
}

/// The person's own of this kind.
pub async fn of_user(conn: &mut PgConnection, user: Uuid, kind: &str) -> Result<Option<OneTime>, StoreError> {
    let found = sqlx::query!("select id from auth.one_time_tokens where user_id = $1 and kind = $2", user, kind)
        .fetch_optional(&mut *conn)
        .await?;
    match found {
        Some(row) => lock(conn, user, row.id).await,
        None => Ok(None),
    }
}

/// The one that is to change the address of its person to this.
pub async fn of_new_email(conn: &mut PgConnection, email: &str) -> Result<Option<OneTime>, StoreError> {
    let found = sqlx::query!(
        "select id, user_id from auth.one_time_tokens where kind = 'email_change' and payload ->> 'new_email' = $1
         order by created_at desc limit 1",
        email
    )
    .fetch_optional(&mut *conn)
    .await?;
    match found {
        Some(row) => lock(conn, row.user_id, row.id).await,
        None => Ok(None),
    }
}

async fn lock(conn: &mut PgConnection, user: Uuid, id: Uuid) -> Result<Option<OneTime>, StoreError> {
    users::lock(&mut *conn, user).await?;
    let row = sqlx::query!(
        r#"select id, user_id, kind, code_hash, attempts, payload, created_at as "created_at: jiff_sqlx::Timestamp",
               expires_at as "expires_at: jiff_sqlx::Timestamp"
           from auth.one_time_tokens where id = $1 for update"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| OneTime {
        id: row.id,
        user: row.user_id,
        kind: row.kind,
        code_hash: row.code_hash,
        attempts: row.attempts,
        payload: row.payload,
        created_at: row.created_at.to_jiff(),
        expires_at: row.expires_at.to_jiff(),
    }))
}

/// A wrong code was typed.
pub async fn missed(conn: &mut PgConnection, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query!(
        "update auth.one_time_tokens set attempts = attempts + 1, missed_at = coalesce(missed_at, $2) where id = $1",
        id,
        now.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// It was shown. It may not be shown again.
pub async fn used(conn: &mut PgConnection, id: Uuid) -> Result<(), StoreError> {
    sqlx::query!("delete from auth.one_time_tokens where id = $1", id).execute(conn).await?;
    Ok(())
}

/// Nothing that was sent to this person is worth anything any longer, but what is of the kind that is `kept`.
pub async fn forget(conn: &mut PgConnection, user: Uuid, kept: Option<&str>) -> Result<(), StoreError> {
    sqlx::query!("delete from auth.one_time_tokens where user_id = $1 and kind is distinct from $2", user, kept)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether somebody, other than `but`, may still take this address back that was theirs.
pub async fn is_held(
    conn: &mut PgConnection,
    email: &str,
    but: Option<Uuid>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let held = sqlx::query!(
        r#"select exists (select from auth.one_time_tokens
             where kind = 'email_back' and payload ->> 'new_email' = $1 and user_id is distinct from $2
               and expires_at > $3) as "held!""#,
        email,
        but,
        now.to_sqlx() as _
    );
    Ok(held.fetch_one(conn).await?.held)
}
