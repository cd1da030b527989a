//! Messages that were taken in and not yet answered: ACCEPT, leases, and what a restart finds.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// After so many starts a message is set aside, so that it cannot block its session for ever (PAINS P4).
pub const MAX_ATTEMPTS: i32 = 3;

/// A message to take in.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// The channel it came through.
    pub channel: &'a str,
    /// The account or place within the channel.
    pub account: &'a str,
    /// The platform's id of the message.
    pub external_id: &'a str,
    /// The session it is for.
    pub session: Uuid,
    /// What the conversation shows for it.
    pub content: &'a str,
    /// What it asks for, as the wizard keeps it.
    pub body: &'a Value,
    /// The process that takes it in.
    pub node: &'a str,
    /// How long it may work on it before another may take it over, in seconds; renewed while it works.
    pub lease_s: i32,
    /// Where the answer is delivered, when it must be: the chat and the channel's note.
    pub address: Option<(&'a str, &'a str)>,
}

/// A message as taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its row.
    pub inbox: Uuid,
    /// The user's message in the conversation.
    pub message: Uuid,
    /// `false`: this id was taken in before.
    pub fresh: bool,
}

/// A message that another run left unanswered.
#[derive(Debug, Clone)]
pub struct Leftover {
    /// Its row.
    pub inbox: Uuid,
    /// The user's message in the conversation; `None` for what is no message of a user's.
    pub message: Option<Uuid>,
    /// The session it is for.
    pub session: Uuid,
    /// Whose session that is.
    pub owner: Uuid,
    /// The channel it came through.
    pub channel: String,
    /// What it asks for.
    pub body: Value,
    /// Its answer has an address.
    pub addressed: bool,
    /// It was tried too often and is set aside now.
    pub dead: bool,
}

/// Takes a message in, once per platform id. Runs as the session's owner.
pub async fn accept(conn: &mut PgConnection, message: &NewMessage<'_>) -> Result<Received, StoreError> {
    let row = sqlx::query!(
        r#"select inbox_id as "inbox_id!", message_id as "message_id!", fresh as "fresh!"
           from app.accept_message($1, $2, $3, $4, $5, $6, '{}', $7, $8, true, $9, $10)"#,
        message.channel,
        message.account,
        message.external_id,
        message.session,
        message.content,
        message.body,
        message.node,
        message.lease_s,
        message.address.map(|(chat, _)| chat),
        message.address.map(|(_, note)| note)
    )
    .fetch_one(conn)
    .await?;
    Ok(Received { inbox: row.inbox_id, message: row.message_id, fresh: row.fresh })
}

/// The session of a message of this person that was taken in before. Runs as the server.
pub async fn session_that_took(
    conn: &mut PgConnection,
    channel: &str,
    account: &str,
    external_id: &str,
    user: Uuid,
) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        "select session_id from inbox where channel = $1 and account = $2 and external_id = $3 and user_id = $4",
        channel,
        account,
        external_id,
        user
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.session_id))
}

/// The session that a message of this person, newer than so many seconds, was taken into, whatever account it is told apart by. Runs
/// as the server.
pub async fn session_of_own(
    conn: &mut PgConnection,
    channel: &str,
    external_id: &str,
    user: Uuid,
    newer_s: i32,
) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        "select session_id from inbox where user_id = $3 and channel = $1 and external_id = $2
           and created_at > now() - make_interval(secs => $4)
         order by seq desc limit 1",
        channel,
        external_id,
        user,
        f64::from(newer_s)
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.session_id))
}

/// Whether a message of this name was taken in. Runs as the server.
pub async fn is_known(
    conn: &mut PgConnection,
    channel: &str,
    account: &str,
    external_id: &str,
) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"select exists (select from inbox where channel = $1 and account = $2 and external_id = $3) as "known!""#,
        channel,
        account,
        external_id
    )
    .fetch_one(conn)
    .await?;
    Ok(row.known)
}

/// A session that something is left for.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// The session.
    pub session: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// The channel that it was talked to through last.
    pub channel: String,
}

/// The newest conversation about an event. Runs as the server.
pub async fn session_about(conn: &mut PgConnection, event: Uuid) -> Result<Option<Recipient>, StoreError> {
    let found = sqlx::query_as!(
        Recipient,
        r#"select id as session, user_id as owner, coalesce(channel, 'web') as "channel!" from wizard_sessions
           where event_id = $1 order by last_saved_at desc, id limit 1"#,
        event
    )
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// This conversation of a person's own, else their newest. Runs as the server.
pub async fn session_of(
    conn: &mut PgConnection,
    person: Uuid,
    session: Option<Uuid>,
) -> Result<Option<Recipient>, StoreError> {
    let found = sqlx::query_as!(
        Recipient,
        r#"select id as session, user_id as owner, coalesce(channel, 'web') as "channel!" from wizard_sessions
           where user_id = $1 order by id is not distinct from $2 desc, last_saved_at desc, id limit 1"#,
        person,
        session
    )
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// Leaves something for a session that is no message of its owner's, once by its name; the chat that talks with the session hears it.
/// `None`: it was left before. Runs as the server.
pub async fn leave(
    conn: &mut PgConnection,
    to: &Recipient,
    name: &str,
    body: &Value,
    node: &str,
    lease_s: i32,
) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        r#"select inbox_id as "inbox_id!", fresh as "fresh!"
           from app.accept_message($1, $2, $3, $4, null, $5, '{}', $6, $7, true)"#,
        to.channel,
        to.session.to_string(),
        name,
        to.session,
        body,
        node,
        lease_s
    )
    .fetch_one(&mut *conn)
    .await?;
    if !row.fresh {
        return Ok(None);
    }
    sqlx::query!(
        "update inbox i set chat = c.chat, note = c.way from (
             select chat, way from chats
             where channel = $2 and session_id = $3 and closed_at is null and way is not null
             order by updated_at desc limit 1) c
         where i.id = $1",
        row.inbox_id,
        to.channel,
        to.session
    )
    .execute(conn)
    .await?;
    Ok(Some(row.inbox_id))
}

/// Puts what a voice message says in its place, or only takes its recording away. Runs as the server.
pub async fn heard(
    conn: &mut PgConnection,
    inbox: Uuid,
    message: Uuid,
    body: &Value,
    words: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "with kept as (update inbox set body = $2 where id = $1)
         update ai_conversations set content = coalesce($4, content) where id = $3",
        inbox,
        body,
        message,
        words
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets a message aside; its words stay in the conversation. `false`: it was answered, or set aside, before.
pub async fn set_aside(conn: &mut PgConnection, inbox: Uuid, why: &str) -> Result<bool, StoreError> {
    let row =
        sqlx::query!(r#"select app.settle_inbox($1, 'dead', $2) as "was_open!""#, inbox, why).fetch_one(conn).await?;
    Ok(row.was_open)
}

/// Takes over what other runs left: our own leases at once when `own`, else those that ran out. Runs as the server.
pub async fn claim(conn: &mut PgConnection, node: &str, lease_s: i32, own: bool) -> Result<Vec<Leftover>, StoreError> {
    let rows = sqlx::query!(
        r#"select id as "id!", message_id, session_id as "session_id!", user_id as "user_id!",
               channel as "channel!", body as "body!", state as "state!", chat is not null as "addressed!"
           from app.claim_inbox($1, $2, $3, $4)"#,
        node,
        lease_s,
        own,
        MAX_ATTEMPTS
    )
    .fetch_all(conn)
    .await?;
    let leftover = rows.into_iter().map(|row| Leftover {
        inbox: row.id,
        message: row.message_id,
        session: row.session_id,
        owner: row.user_id,
        channel: row.channel,
        body: row.body,
        addressed: row.addressed,
        dead: row.state == "dead",
    });
    Ok(leftover.collect())
}

/// Keeps the leases of these messages alive, which this process waits with or works on. What it took in and does not hold any more
/// (left for later, or its apology could not be written) runs out, and is found by [`claim`]. Runs as the server.
pub async fn renew(conn: &mut PgConnection, node: &str, lease_s: i32, held: &[Uuid]) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update inbox set lease_until = now() + make_interval(secs => $2)
         where id = any($3) and owner_node = $1 and state in ('accepted', 'running')",
        node,
        f64::from(lease_s),
        held
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Open messages that nobody holds: their process died, and their lease ran out (PAINS P26). Runs as the server.
pub async fn adrift(conn: &mut PgConnection) -> Result<i64, StoreError> {
    let row = sqlx::query!(
        r#"select count(*) as "count!" from public.inbox
           where state in ('accepted', 'running') and coalesce(lease_until, '-infinity') < now()"#
    )
    .fetch_one(conn)
    .await?;
    Ok(row.count)
}

/// Closes a message that needs no answer any more.
pub async fn close(conn: &mut PgConnection, inbox: Uuid) -> Result<(), StoreError> {
    sqlx::query!("select app.settle_inbox($1, 'answered', null)", inbox).fetch_one(conn).await?;
    Ok(())
}
