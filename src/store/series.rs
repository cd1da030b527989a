//! The dates of a series: which events they are, which conversation each has, and what became of a call to publish it.

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// What the names of calls to publish begin with that were passed on to the dates of a series.
pub const PASSED_ON: &str = "series-";

/// An event of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The event.
    pub event: Uuid,
    /// The conversation that goes on with it, when it has one.
    pub session: Option<Uuid>,
}

/// The caller's own events of the series that this one is of, in the order of their days; an event without a series alone, none
/// where the caller has no such event.
pub async fn members(conn: &mut PgConnection, event: Uuid) -> Result<Vec<Member>, StoreError> {
    let rows = sqlx::query_as!(
        Member,
        r#"select k.id as "event!",
             (select s.id from wizard_sessions s where s.event_id = k.id order by s.started_at desc limit 1) as "session?"
           from events e join events k on k.organizer_id = e.organizer_id and (k.id = e.id or k.series_id = e.series_id)
           where e.id = $1 and e.organizer_id = (select auth.uid())
           order by k.starts_local nulls last, k.id"#,
        event
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// A conversation that a call to publish was passed on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOn {
    /// The conversation.
    pub session: Uuid,
    /// The last call waits for its turn, or is in it.
    pub is_open: bool,
    /// The last call came to nothing: its turn failed.
    pub has_failed: bool,
}

/// What became of the last call that was passed on to each of these conversations. Runs as the server.
pub async fn passed_on(conn: &mut PgConnection, sessions: &[Uuid]) -> Result<Vec<PassedOn>, StoreError> {
    let rows = sqlx::query_as!(
        PassedOn,
        r#"select distinct on (session_id) session_id as session, state in ('accepted', 'running') as "is_open!",
             state = 'dead' as "has_failed!"
           from inbox where session_id = any($1) and starts_with(external_id, $2)
           order by session_id, seq desc"#,
        sessions,
        PASSED_ON
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
