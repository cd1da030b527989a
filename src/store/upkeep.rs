//! What time does to what was left behind. Runs as the server; any number of processes may do it at once.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::error::StoreError;

/// How long things are kept, in days.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// A session without a message for so long is abandoned; its next message resumes it (ruling C-41).
    pub idle_sessions: i32,
    /// A guest who did nothing for so long is forgotten with the drafts; what was published or bought keeps them.
    pub guests: i32,
    /// The ids of answered messages and delivered replies, by which one that comes again is known.
    pub messages: i32,
}

/// What was swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Sessions that are abandoned now.
    pub sessions: i64,
    /// Guests who are gone.
    pub guests: i64,
    /// Idempotency keys, confirmations and codes that are used up.
    pub keys: i64,
    /// Answered messages and delivered replies whose ids are forgotten.
    pub messages: i64,
}

/// Sweeps.
pub async fn sweep(conn: &mut PgConnection, kept: Kept) -> Result<Swept, StoreError> {
    let row = sqlx::query!(
        r#"select sessions_abandoned as "sessions!", guests_removed as "guests!", keys_removed as "keys!",
               messages_forgotten as "messages!"
           from app.sweep($1, $2, $3)"#,
        kept.idle_sessions,
        kept.guests,
        kept.messages
    )
    .fetch_one(conn)
    .await?;
    Ok(Swept { sessions: row.sessions, guests: row.guests, keys: row.keys, messages: row.messages })
}

/// Ends sign-ins that nobody used since this moment, and forgets links and codes of mails that ran out. Returns how many.
///
/// Only where people sign in here: a hosted project keeps its own.
pub async fn sweep_sign_ins(
    conn: &mut PgConnection,
    unused_since: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let ended = sqlx::query!(
        "delete from auth.sessions where greatest(updated_at, refreshed_at) < $1",
        unused_since.to_sqlx() as _
    )
    .execute(&mut *conn)
    .await?;
    let codes = sqlx::query!("delete from auth.one_time_tokens where expires_at < $1", now.to_sqlx() as _)
        .execute(conn)
        .await?;
    Ok(ended.rows_affected() + codes.rows_affected())
}
