//! What was said in a session, in order.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// Its id.
    pub id: Uuid,
    /// `user`, `assistant` or `system`.
    pub role: String,
    /// The words.
    pub content: String,
}

/// Writes what the wizard said in answer to a message. Runs as the session's owner.
pub async fn say(
    conn: &mut PgConnection,
    session: Uuid,
    words: &str,
    metadata: &Value,
    channel: &str,
    reply_to: Uuid,
) -> Result<Uuid, StoreError> {
    let row = sqlx::query!(
        r#"select id as "id!" from app.append_message($1, 'assistant', $2, $3, $4, $5)"#,
        session,
        words,
        metadata,
        channel,
        reply_to
    )
    .fetch_one(conn)
    .await?;
    Ok(row.id)
}

/// Something said of the house's own accord.
#[derive(Debug)]
pub struct Said<'a> {
    /// The session.
    pub session: Uuid,
    /// The words.
    pub words: &'a str,
    /// About them.
    pub metadata: &'a Value,
    /// The channel that the session is talked to through.
    pub channel: &'a str,
}

/// Writes what nobody asked for and closes its row of the inbox. `None`: it was said before. Runs as the session's owner.
pub async fn say_unasked(conn: &mut PgConnection, said: &Said<'_>, inbox: Uuid) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        r#"with closed as (select app.settle_inbox($1, 'answered', null) as open)
           select (select m.id from closed, app.append_message($2, 'assistant', $3, $4, $5, null) m where closed.open) as said"#,
        inbox,
        said.session,
        said.words,
        said.metadata,
        said.channel
    )
    .fetch_one(conn)
    .await?;
    Ok(row.said)
}

/// The newest messages of a session, oldest first.
pub async fn recent(conn: &mut PgConnection, session: Uuid, limit: i64) -> Result<Vec<Spoken>, StoreError> {
    let mut spoken = sqlx::query_as!(
        Spoken,
        "select id, role, content from ai_conversations where session_id = $1 order by seq desc limit $2",
        session,
        limit
    )
    .fetch_all(conn)
    .await?;
    spoken.reverse();
    Ok(spoken)
}

/// What was said before a message (before now, when there is no such message): the newest of it, oldest first, and how much
/// there is in all.
pub async fn before(
    conn: &mut PgConnection,
    session: Uuid,
    message: Uuid,
    limit: i64,
) -> Result<(Vec<Spoken>, i64), StoreError> {
    let rows = sqlx::query!(
        r#"select id, role, content, count(*) over () as "all!" from ai_conversations
           where session_id = $1 and seq < coalesce((select seq from ai_conversations where id = $2), 9223372036854775807) order by seq desc limit $3"#,
        session,
        message,
        limit
    )
    .fetch_all(conn)
    .await?;
    let all = rows.first().map_or(0, |row| row.all);
    let spoken = rows.into_iter().rev().map(|row| Spoken { id: row.id, role: row.role, content: row.content });
    Ok((spoken.collect(), all))
}

/// The organizer's last message in a session. Runs as its owner.
pub async fn newest_words(conn: &mut PgConnection, session: Uuid) -> Result<Option<Spoken>, StoreError> {
    let spoken = sqlx::query_as!(
        Spoken,
        "select id, role, content from ai_conversations where session_id = $1 and role = 'user' order by seq desc limit 1",
        session
    )
    .fetch_optional(conn)
    .await?;
    Ok(spoken)
}

/// The words of the organizer that began a session.
pub async fn opening(conn: &mut PgConnection, session: Uuid) -> Result<Option<Spoken>, StoreError> {
    let spoken = sqlx::query_as!(
        Spoken,
        "select id, role, content from ai_conversations where session_id = $1 and role = 'user' and content not like '/%' order by seq limit 1",
        session
    )
    .fetch_optional(conn)
    .await?;
    Ok(spoken)
}

/// What the wizard answered to a message, once it did.
pub async fn answer_to(conn: &mut PgConnection, session: Uuid, message: Uuid) -> Result<Option<String>, StoreError> {
    let row = sqlx::query!(
        "select content from ai_conversations where session_id = $1 and reply_to = $2 order by seq desc limit 1",
        session,
        message
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.content))
}
