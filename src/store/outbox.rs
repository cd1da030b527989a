//! Answers that are to be delivered: written down with their turn, held one at a time for each chat, settled when they arrived.
//!
//! Promises: an answer whose process died comes again when its hold has run out, or at once to the same process; a wait that the platform
//! asked for stands in the row of the chat, so that it survives restarts, and is no attempt (PAINS P6, P12, P13).

use jiff::Timestamp;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// An answer held by a process.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Its row.
    pub id: Uuid,
    /// The chat.
    pub chat: String,
    /// What the channel wants back.
    pub note: String,
    /// The platform's id of the message that is answered.
    pub external_id: Option<String>,
    /// The session that says it.
    pub session: Option<Uuid>,
    /// Its place in the conversation.
    pub said_seq: Option<i64>,
    /// Its language.
    pub language: Option<String>,
    /// A list of [`port::Reply`].
    pub replies: Value,
    /// How far an earlier attempt came.
    pub progress: Value,
    /// This attempt's number.
    pub attempts: i32,
    /// Nobody knows how the attempt before ended.
    pub again: bool,
}

/// What the conversation said beside this chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The message.
    pub id: Uuid,
    /// `user`, `assistant` or `system`.
    pub role: String,
    /// The words.
    pub content: String,
}

/// Writes down the answer to a message, when that has an address. Runs as the session's owner, in the turn's transaction.
pub async fn answer(
    conn: &mut PgConnection,
    inbox: Uuid,
    replies: &Value,
    language: &str,
    said: Option<Uuid>,
) -> Result<(), StoreError> {
    sqlx::query!("select app.enqueue_answer($1, $2, $3, $4) as made", inbox, replies, language, said)
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// Writes down what nobody asked for. Runs as the server.
pub async fn notice(
    conn: &mut PgConnection,
    (channel, chat, note): (&str, &str, &str),
    user: Uuid,
    replies: &Value,
    language: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into outbox (user_id, channel, address, note, reply, language) values ($1, $2, $3, $4, $5, $6)",
        user,
        channel,
        chat,
        note,
        replies,
        language
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The same under a name of its own: what is there already is not written down again. Runs as the server.
pub async fn notice_once(
    conn: &mut PgConnection,
    id: Uuid,
    (channel, chat, note): (&str, &str, &str),
    user: Option<Uuid>,
    replies: &Value,
    language: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into outbox (id, user_id, channel, address, note, reply, language) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do nothing",
        id,
        user,
        channel,
        chat,
        note,
        replies,
        language
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Holds the next answer of a channel for this process. Runs as the server.
pub async fn take(
    conn: &mut PgConnection,
    channel: &str,
    node: &str,
    hold_s: i32,
) -> Result<Option<Letter>, StoreError> {
    let row = sqlx::query!(
        r#"with first as (
               select o.id, o.trying from outbox o
               left join chats c on c.channel = o.channel and c.chat = o.address
               where o.channel = $1 and o.state = 'pending' and o.next_attempt_at <= now()
                 and coalesce(o.lease_until, '-infinity') < now() and coalesce(c.held_until, '-infinity') <= now()
                 and not exists (
                   select from outbox e where e.channel = o.channel and e.address = o.address and e.state = 'pending' and e.seq < o.seq)
               order by o.seq limit 1
               for update of o skip locked
           )
           update outbox o set lease_until = now() + make_interval(secs => $3), attempts = o.attempts + 1, trying = true, node = $2
           from first where o.id = first.id
           returning o.id, o.address, coalesce(o.note, '') as "note!", o.external_id, o.session_id, o.said_seq, o.language, o.reply,
             o.progress, o.attempts, first.trying as again"#,
        channel,
        node,
        f64::from(hold_s)
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Letter {
        id: row.id,
        chat: row.address,
        note: row.note,
        external_id: row.external_id,
        session: row.session_id,
        said_seq: row.said_seq,
        language: row.language,
        replies: row.reply,
        progress: row.progress,
        attempts: row.attempts,
        again: row.again,
    }))
}

/// When there is something to take again, if that is known. Runs as the server.
pub async fn next_due(conn: &mut PgConnection, channel: &str) -> Result<Option<f64>, StoreError> {
    let row = sqlx::query!(
        r#"select extract(epoch from min(greatest(o.next_attempt_at, o.lease_until, c.held_until)) - now())::float8 as due_s
           from outbox o left join chats c on c.channel = o.channel and c.chat = o.address
           where o.channel = $1 and o.state = 'pending'"#,
        channel
    )
    .fetch_one(conn)
    .await?;
    Ok(row.due_s)
}

/// What this process held when it ended is nobody's any longer. Runs as the server, when the process begins.
pub async fn release(conn: &mut PgConnection, node: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "update outbox set lease_until = null where node = $1 and state = 'pending' and lease_until is not null",
        node
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What was said in the session through other channels since the chat saw it last. Runs as the server.
pub async fn missed(conn: &mut PgConnection, channel: &str, letter: &Letter) -> Result<Vec<Missed>, StoreError> {
    let (Some(session), Some(said)) = (letter.session, letter.said_seq) else { return Ok(Vec::new()) };
    let rows = sqlx::query_as!(
        Missed,
        r#"select m.id, m.role, m.content from ai_conversations m join chats c on c.session_id = m.session_id
           where c.channel = $1 and c.chat = $2 and m.session_id = $3 and m.seq > c.seen_seq and m.seq < $4
             and m.source is distinct from $1
           order by m.seq desc limit 20"#,
        channel,
        letter.chat,
        session,
        said
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().rev().collect())
}

/// It arrived: its words are not needed any longer, and the chat has seen the conversation up to here. Runs as the server.
pub async fn sent(conn: &mut PgConnection, id: Uuid) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"with o as (
               update outbox set state = 'sent', reply = '[]', progress = 'null', note = null, trying = false, lease_until = null,
                 settled_at = now(), last_error = null
               where id = $1 and state = 'pending'
               returning channel, address, session_id, said_seq, user_id
           ), seen as (
               insert into chats as c (channel, chat, user_id, session_id, seen_seq)
               select channel, address, user_id, session_id, said_seq from o where session_id is not null and said_seq is not null
               on conflict (channel, chat) do update
                 set session_id = excluded.session_id, updated_at = now(),
                   seen_seq = case when c.session_id = excluded.session_id then greatest(c.seen_seq, excluded.seen_seq) else excluded.seen_seq end
           )
           select exists (select from o) as "was!""#,
        id
    )
    .fetch_one(conn)
    .await?;
    Ok(row.was)
}

/// It is on its way. Runs as the server.
pub async fn underway(conn: &mut PgConnection, id: Uuid, progress: &Value, hold_s: i32) -> Result<(), StoreError> {
    sqlx::query!(
        "update outbox set progress = $2, lease_until = now() + make_interval(secs => $3) where id = $1 and state = 'pending'",
        id,
        progress,
        f64::from(hold_s)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The platform asks to wait; the attempt does not count. Runs as the server.
pub async fn wait(conn: &mut PgConnection, id: Uuid, seconds: i32) -> Result<(), StoreError> {
    let row = sqlx::query!(
        "update outbox set attempts = greatest(attempts - 1, 0), trying = false, lease_until = null, last_error = 'asked to wait'
         where id = $1 and state = 'pending' returning channel, address",
        id
    )
    .fetch_optional(&mut *conn)
    .await?;
    match row {
        Some(row) => hold(conn, &row.channel, &row.address, seconds).await,
        None => Ok(()),
    }
}

/// Nothing is sent to this chat for so many seconds. Runs as the server.
pub async fn hold(conn: &mut PgConnection, channel: &str, chat: &str, seconds: i32) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into chats as c (channel, chat, held_until) values ($1, $2, now() + make_interval(secs => $3))
         on conflict (channel, chat) do update set held_until = greatest(c.held_until, excluded.held_until), updated_at = now()",
        channel,
        chat,
        f64::from(seconds)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The attempts of an answer so far. Runs as the server.
pub async fn attempts(conn: &mut PgConnection, id: Uuid) -> Result<i32, StoreError> {
    let row = sqlx::query!("select attempts from outbox where id = $1", id).fetch_optional(conn).await?;
    Ok(row.map_or(0, |row| row.attempts))
}

/// It did not work this time. `most`: after so many attempts it is set aside. Returns whether that happened. Runs as the server.
pub async fn failed(
    conn: &mut PgConnection,
    id: Uuid,
    why: &str,
    unclear: bool,
    (most, pause_s): (i32, f64),
) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"update outbox set state = case when attempts >= $4 then 'dead' else 'pending' end, last_error = left($2, 500), trying = $3,
             lease_until = null, next_attempt_at = now() + make_interval(secs => $5),
             settled_at = case when attempts >= $4 then now() end
           where id = $1 and state = 'pending' returning state"#,
        id,
        why,
        unclear,
        most,
        pause_s
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some_and(|row| row.state == "dead"))
}

/// The platform refuses it for good: it is set aside. Runs as the server.
pub async fn refused(conn: &mut PgConnection, id: Uuid, why: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "update outbox set state = 'dead', last_error = left($2, 500), trying = false, lease_until = null, settled_at = now()
         where id = $1 and state = 'pending'",
        id,
        why
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Nobody hears us there any more: what waits for the chat is set aside, and nothing is sent until somebody writes. Runs as the server.
pub async fn gone(conn: &mut PgConnection, id: Uuid, why: &str) -> Result<i64, StoreError> {
    let row = sqlx::query!(
        r#"with o as (select channel, address from outbox where id = $1),
           closed as (
               insert into chats as c (channel, chat, closed_at) select channel, address, now() from o
               on conflict (channel, chat) do update set closed_at = now(), updated_at = now()
           ), dead as (
               update outbox w set state = 'dead', last_error = left($2, 500), trying = false, lease_until = null, settled_at = now(), reply = '[]'
               from o where w.channel = o.channel and w.address = o.address and w.state = 'pending'
               returning w.id
           )
           select count(*) as "count!" from dead"#,
        id,
        why
    )
    .fetch_one(conn)
    .await?;
    Ok(row.count)
}

/// How many answers wait, and for how many seconds the oldest that may go. Runs as the server.
pub async fn depth(conn: &mut PgConnection, channel: &str) -> Result<(i64, f64), StoreError> {
    let row = sqlx::query!(
        r#"select count(*) as "waiting!", coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as "oldest_s!"
           from outbox where channel = $1 and state = 'pending'"#,
        channel
    )
    .fetch_one(conn)
    .await?;
    Ok((row.waiting, row.oldest_s))
}

/// How many answers of these channels may go now or are on their way. Runs as the server.
pub async fn may_go(conn: &mut PgConnection, channels: &[&str]) -> Result<i64, StoreError> {
    let channels: Vec<String> = channels.iter().map(|&channel| channel.to_owned()).collect();
    let row = sqlx::query!(
        r#"select count(*) as "count!" from outbox o left join chats c on c.channel = o.channel and c.chat = o.address
           where o.channel = any($1) and o.state = 'pending' and o.next_attempt_at <= now()
             and coalesce(c.held_until, '-infinity') <= now() and c.closed_at is null"#,
        &channels
    )
    .fetch_one(conn)
    .await?;
    Ok(row.count)
}

/// Forgets answers that were settled before this moment, a bounded number at once. Runs as the server.
pub async fn forget(conn: &mut PgConnection, before: Timestamp) -> Result<u64, StoreError> {
    use jiff_sqlx::ToSqlx as _;
    let done = sqlx::query!(
        "delete from outbox where id in (select id from outbox where state <> 'pending' and settled_at < $1 limit 1000)",
        before.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
