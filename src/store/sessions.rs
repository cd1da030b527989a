//! Wizard sessions: the row that an actor is woken from. Turns write it through [`super::settlement`].

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};
use super::events;
use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::session::{Session, State};
use crate::domain::stage::Stage;
use crate::domain::values::{Provenance, SessionStatus};

/// Makes the row of a session that begins. Runs as its owner.
pub async fn insert(conn: &mut PgConnection, session: &Session, channel: &str) -> Result<(), StoreError> {
    insert_thread(conn, session, channel, None).await
}

async fn insert_thread(
    conn: &mut PgConnection,
    session: &Session,
    channel: &str,
    thread: Option<&str>,
) -> Result<(), StoreError> {
    let state = serde_json::to_value(&session.state).map_err(|error| odd("state", error))?;
    sqlx::query!(
        "insert into wizard_sessions (id, user_id, stage, state, channel, language, thread_id) values ($1, $2, $3, $4, $5, $6, $7)",
        session.id,
        session.owner,
        i32::from(session.stage.number()),
        state,
        channel,
        session.language,
        thread
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The session of the caller's own with this id; a foreign one is absent.
pub async fn get(conn: &mut PgConnection, id: Uuid) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query!(
        r#"select id, user_id, event_id, stage, status, state, version, coalesce(language, 'en') as "language!",
               started_at as "started_at: jiff_sqlx::Timestamp", ai_interactions_count
           from wizard_sessions where id = $1"#,
        id
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let stage = u8::try_from(row.stage).ok().and_then(Stage::from_number).ok_or_else(|| odd("stage", row.stage))?;
    let remembered: State = serde_json::from_value(row.state).map_err(|error| odd("state", error))?;
    let mut session = Session {
        id: row.id,
        owner: row.user_id,
        event: None,
        stage,
        status: SessionStatus::parse(&row.status).ok_or_else(|| odd("status", &row.status))?,
        version: row.version,
        language: row.language,
        started_at: row.started_at.to_jiff(),
        state: remembered,
        interactions: row.ai_interactions_count,
    };
    if let Some(event) = row.event_id {
        adopt(conn, &mut session, event).await?;
    }
    Ok(Some(session))
}

/// Takes over what the event's row says where somebody else changed it since the session was written.
async fn adopt(conn: &mut PgConnection, session: &mut Session, event: Uuid) -> Result<(), StoreError> {
    let Some(stored) = events::get(conn, event).await? else { return Ok(()) };
    if stored.head.revision != session.state.revision {
        let merged = overlay(&session.state.draft, stored.draft);
        let before = std::mem::replace(&mut session.state.draft, merged);
        session.state.touch(&before, stored.head.revision);
        session.state.revision = stored.head.revision;
        session.state.confirming = None;
    }
    session.event = Some(stored.head);
    Ok(())
}

/// The row's values, with the provenance of those that did not change; the others were typed in elsewhere.
fn overlay(known: &Draft, row: Draft) -> Draft {
    let mut merged = row;
    if merged.date.is_none() {
        (merged.time, merged.end_time) = (known.time, known.end_time);
    }
    let sources = Field::ALL.iter().copied().filter(|field| merged.has(*field)).map(|field| {
        let source = known.provenance.get(&field).copied().filter(|_| known.value(field) == merged.value(field));
        (field, source.unwrap_or(Provenance::Edited))
    });
    merged.provenance = sources.collect();
    merged
}

/// Whether a session is still as we hold it, its event included.
pub async fn is_current(conn: &mut PgConnection, held: &Session) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"select s.version, s.user_id, e.revision as "revision?" from wizard_sessions s left join events e on e.id = s.event_id where s.id = $1"#,
        held.id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some_and(|row| {
        row.version == held.version && row.user_id == held.owner && row.revision.unwrap_or(0) == held.revision()
    }))
}

/// The session that the caller worked on last and did not finish.
async fn latest_open(conn: &mut PgConnection, owner: Uuid) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        r#"select id from wizard_sessions where user_id = $1 and status <> 'completed' order by last_saved_at desc, id limit 1"#,
        owner
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.id))
}

/// The session that the caller worked on last, a finished one only while that is less than this many hours ago; else this new one.
pub async fn latest_or_insert(
    conn: &mut PgConnection,
    fresh: &Session,
    channel: &str,
    finished_h: i32,
) -> Result<Uuid, StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('first session ' || $1::text, 0))",
        fresh.owner.to_string()
    )
    .execute(&mut *conn)
    .await?;
    let row = sqlx::query!(
        "select id from wizard_sessions where user_id = $1
           and (status <> 'completed' or last_saved_at > now() - make_interval(hours => $2))
         order by last_saved_at desc, id limit 1",
        fresh.owner,
        finished_h
    )
    .fetch_optional(&mut *conn)
    .await?;
    match row {
        Some(row) => Ok(row.id),
        None => insert(conn, fresh, channel).await.map(|()| fresh.id),
    }
}

/// A session that can be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Its id.
    pub id: Uuid,
    /// The event's name, once it has one.
    pub name: Option<String>,
    /// Where it is.
    pub stage: i32,
    /// The event is published.
    pub published: bool,
}

/// The caller's sessions that have anything in them, the one worked on last first.
pub async fn list(conn: &mut PgConnection, owner: Uuid, limit: i64) -> Result<Vec<Open>, StoreError> {
    let rows = sqlx::query_as!(
        Open,
        r#"select s.id, e.name as "name?", s.stage, coalesce(e.status = 'published', false) as "published!"
           from wizard_sessions s left join events e on e.id = s.event_id
           where s.user_id = $1 and s.status <> 'abandoned' and (s.event_id is not null or s.status = 'in_progress')
           order by s.last_saved_at desc, s.id limit $2"#,
        owner,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The caller's own session with this id exists.
pub async fn is_own(conn: &mut PgConnection, id: Uuid) -> Result<bool, StoreError> {
    let row = sqlx::query!(r#"select exists (select from wizard_sessions where id = $1) as "own!""#, id)
        .fetch_one(conn)
        .await?;
    Ok(row.own)
}

/// The caller's own session with this id has its event out in the world, or called off.
pub async fn is_finished(conn: &mut PgConnection, id: Uuid) -> Result<bool, StoreError> {
    Ok(get(conn, id).await?.is_some_and(|session| session.status == SessionStatus::Completed))
}

/// The sessions that make one of these events, as far as the caller may see them; in the order of their ids.
pub async fn of_events(conn: &mut PgConnection, events: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    Ok(sqlx::query_scalar!("select id from wizard_sessions where event_id = any($1) order by id", events)
        .fetch_all(conn)
        .await?)
}

/// Whose session this is. Runs as the server.
pub async fn owner(conn: &mut PgConnection, id: Uuid) -> Result<Option<Uuid>, StoreError> {
    Ok(sqlx::query_scalar!("select user_id from wizard_sessions where id = $1", id).fetch_optional(conn).await?)
}

/// The caller's own session that their channel calls by this name.
pub async fn by_thread(conn: &mut PgConnection, thread: &str) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        "select id from wizard_sessions where user_id = auth.uid() and thread_id = $1 order by started_at, id limit 1",
        thread
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.id))
}

/// The session that the caller's channel calls by this name, else this new one. Two first messages at once make one session.
pub async fn thread_or_insert(
    conn: &mut PgConnection,
    fresh: &Session,
    channel: &str,
    thread: &str,
) -> Result<Uuid, StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('thread ' || $1::text || $2::text, 0))",
        fresh.owner.to_string(),
        thread
    )
    .execute(&mut *conn)
    .await?;
    if let Some(known) = by_thread(conn, thread).await? {
        return Ok(known);
    }
    insert_thread(conn, fresh, channel, Some(thread)).await?;
    Ok(fresh.id)
}

/// The session that the caller worked on last, else this new one. First messages that come at once make one session.
pub async fn current_or_insert(conn: &mut PgConnection, fresh: &Session, channel: &str) -> Result<Uuid, StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('first session ' || $1::text, 0))",
        fresh.owner.to_string()
    )
    .execute(&mut *conn)
    .await?;
    if let Some(open) = latest_open(conn, fresh.owner).await? {
        return Ok(open);
    }
    insert(conn, fresh, channel).await?;
    Ok(fresh.id)
}
