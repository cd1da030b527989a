//! SETTLE: the second commit of a turn writes the answer, the session, what changed, what was suggested, and closes the
//! message, all or nothing.

use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};
use super::outbox;
use super::revisions::Change;
use crate::domain::session::Session;
use crate::domain::suggestion::Suggestion;

/// What a turn writes beside the event's row.
#[derive(Debug)]
pub struct Settlement<'a> {
    /// The session after the turn; its `version` is still the one before.
    pub session: &'a Session,
    /// The channel that the turn came through.
    pub channel: &'a str,
    /// The message that is answered.
    pub inbox: Uuid,
    /// The user's message that the answer belongs to.
    pub reply_to: Uuid,
    /// The answer.
    pub words: &'a str,
    /// About the answer: rung, latency (R73).
    pub metadata: &'a Value,
    /// What the draft's fields were and are, when something changed.
    pub change: Option<&'a Change>,
    /// What is suggested now.
    pub suggestions: &'a [Suggestion],
    /// What is delivered, a list of [`port::Reply`], when the message has an address.
    pub outgoing: Option<&'a Value>,
}

/// How a settlement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Written; the session's version after it.
    Version(i64),
    /// Another process answered this message meanwhile: nothing may be written.
    AlreadyAnswered,
}

/// Writes a turn. Runs as the session's owner, in a turn's transaction.
///
/// # Errors
/// [`StoreError::Conflict`] when the session was settled by somebody else since it was read.
pub async fn write(conn: &mut PgConnection, turn: &Settlement<'_>) -> Result<Settled, StoreError> {
    let session = turn.session;
    let state = serde_json::to_value(&session.state).map_err(|error| odd("state", error))?;
    let patch = turn.change.map(|change| json!({"before": change.before, "after": change.after}));
    let provenance = json!(session.state.draft.provenance);
    let finished = i32::from(session.stage.number()).saturating_sub(1);
    let row = sqlx::query!(
        r#"with s as (
               update wizard_sessions set version = version + 1, stage = $3, state = $4, event_id = $5, channel = $6, language = $7,
                   status = $8, last_saved_at = now(), time_spent_seconds = extract(epoch from now() - started_at)::int,
                   stages_completed = greatest(stages_completed, $9), ai_interactions_count = ai_interactions_count + 1
               where id = $1 and version = $2
               returning id, version
           ), said as (
               select m.id from s, app.append_message(s.id, 'assistant', $10, $11, $6, $12) m
           ), closed as (
               select app.settle_inbox($13, 'answered', null) as open from s
           ), kept as (
               insert into draft_revisions (session_id, revision, patch, provenance)
               select s.id, s.version, $14, $15 from s where $14::jsonb is not null
           ), offered as (
               insert into suggestions (id, session_id, revision, type, data, rank)
               select (o.suggestion ->> 'id')::uuid, s.id, $16, o.suggestion ->> 'kind', o.suggestion, o.place::int
               from s, jsonb_array_elements($17::jsonb) with ordinality as o(suggestion, place)
               on conflict (id) do nothing
           )
           select (select version from s) as version, (select open from closed) as open, (select id from said) as said"#,
        session.id,
        session.version,
        i32::from(session.stage.number()),
        state,
        session.event.as_ref().map(|event| event.id),
        turn.channel,
        session.language,
        session.status.as_str(),
        finished,
        turn.words,
        turn.metadata,
        turn.reply_to,
        turn.inbox,
        patch,
        provenance,
        session.revision(),
        json!(turn.suggestions),
    )
    .fetch_one(&mut *conn)
    .await?;
    let version = match (row.version, row.open) {
        (None, _) => return Err(StoreError::Conflict),
        (Some(_), Some(false)) => return Ok(Settled::AlreadyAnswered),
        (Some(version), _) => version,
    };
    if let Some(replies) = turn.outgoing {
        outbox::answer(conn, turn.inbox, replies, &session.language, row.said).await?;
    }
    Ok(Settled::Version(version))
}
