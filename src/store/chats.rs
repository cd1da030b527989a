//! What a channel knows of its chats. Everything runs as the server.

use serde_json::{Map, Value};
use sqlx::PgConnection;

use super::error::StoreError;

/// A chat as its channel left it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Its name.
    pub chat: String,
    /// What was noted down.
    pub note: Value,
    /// Nothing may be sent for so many seconds.
    pub held_s: i32,
    /// Nobody hears us there.
    pub closed: bool,
}

/// One chat; `None` when nothing is known of it.
pub async fn get(conn: &mut PgConnection, channel: &str, chat: &str) -> Result<Option<Known>, StoreError> {
    let row = sqlx::query_as!(
        Known,
        r#"select chat, note, coalesce(greatest(ceil(extract(epoch from held_until - now())), 0), 0)::integer as "held_s!",
             closed_at is not null as "closed!"
           from chats where channel = $1 and chat = $2"#,
        channel,
        chat
    )
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// The chats that were used last, the newest first.
pub async fn list(conn: &mut PgConnection, channel: &str, limit: i64) -> Result<Vec<Known>, StoreError> {
    let rows = sqlx::query_as!(
        Known,
        r#"select chat, note, coalesce(greatest(ceil(extract(epoch from held_until - now())), 0), 0)::integer as "held_s!",
             closed_at is not null as "closed!"
           from chats where channel = $1 order by updated_at desc limit $2"#,
        channel,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Lays notes over those that are there; null removes one.
pub async fn remember(
    conn: &mut PgConnection,
    channel: &str,
    chat: &str,
    notes: Map<String, Value>,
) -> Result<(), StoreError> {
    let notes = Value::Object(notes);
    sqlx::query!(
        "insert into chats as c (channel, chat, note) values ($1, $2, jsonb_strip_nulls($3))
         on conflict (channel, chat) do update set note = jsonb_strip_nulls(c.note || $3), updated_at = now()",
        channel,
        chat,
        notes
    )
    .execute(conn)
    .await?;
    Ok(())
}
