//! The publisher's queue as its operator sees it: what waits, what is dead, and once more from the beginning.

use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// One item, for the operator. Its payload is left out: it may hold a link that signs somebody in.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its row.
    pub id: Uuid,
    /// What is to be done.
    pub kind: String,
    /// `waiting`, `working`, `done` or `dead`.
    pub state: String,
    /// The event it belongs to.
    pub event_id: Option<Uuid>,
    /// How often it was begun.
    pub attempts: i32,
    /// How often it was begun again.
    pub retry_count: i32,
    /// When it is due, RFC 3339 UTC.
    pub next_retry_at: String,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was left here, RFC 3339 UTC.
    pub created_at: String,
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Depth {
    /// Not done and not dead.
    pub open: i64,
    /// Given up.
    pub dead: i64,
    /// Age of the oldest open item, in seconds; 0 when there is none.
    pub oldest_s: i64,
}

/// Items in this state (`open`, `dead`, `done`, or `all`), newest first.
pub async fn list(conn: &mut PgConnection, state: &str, most: i64) -> Result<Vec<Entry>, StoreError> {
    entries(conn, state, None, most).await
}

async fn entries(conn: &mut PgConnection, state: &str, id: Option<Uuid>, most: i64) -> Result<Vec<Entry>, StoreError> {
    let rows = sqlx::query_as!(
        Entry,
        r#"select id, kind,
               case when done_at is not null then 'done' when dead_at is not null then 'dead'
                    when lease_until >= now() then 'working' else 'waiting' end as "state!",
               event_id, attempts, retry_count, last_error,
               to_char(next_retry_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "next_retry_at!",
               to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "created_at!"
           from payment_setup_queue
           where case $1 when 'open' then done_at is null and dead_at is null when 'dead' then dead_at is not null
                         when 'done' then done_at is not null else true end
             and ($3::uuid is null or id = $3)
           order by created_at desc, id limit $2"#,
        state,
        most,
        id
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// One item, with the names of what its payload holds.
pub async fn show(conn: &mut PgConnection, id: Uuid) -> Result<Option<(Entry, Vec<String>)>, StoreError> {
    let entry = entries(conn, "all", Some(id), 1).await?.pop();
    let Some(entry) = entry else { return Ok(None) };
    let row = sqlx::query!("select payload from payment_setup_queue where id = $1", id).fetch_one(conn).await?;
    let names = match row.payload {
        Value::Object(fields) => fields.keys().cloned().collect(),
        _ => Vec::new(),
    };
    Ok(Some((entry, names)))
}

/// An item that was given up, as its operator is told of it.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// Its row.
    pub id: Uuid,
    /// What was to be done.
    pub kind: String,
    /// How often it was begun.
    pub attempts: i32,
    /// What this end of it is known by.
    pub lease: Uuid,
}

/// Gives up the item with this key, whatever became of it: what it did has come to nothing. `None`: there is none.
pub async fn give_up(conn: &mut PgConnection, key: &str, why: &str) -> Result<Option<DeadLetter>, StoreError> {
    let row = sqlx::query!(
        r#"update payment_setup_queue set done_at = null, dead_at = now(), last_error = $2, lease_until = null, lease_id = gen_random_uuid()
           where dedupe_key = $1 returning id, kind, attempts, lease_id as "lease!""#,
        key,
        why
    );
    let row = row.fetch_optional(conn).await?;
    Ok(row.map(|row| DeadLetter { id: row.id, kind: row.kind, attempts: row.attempts, lease: row.lease }))
}

/// Lets a dead or waiting item be tried at once, with all its attempts ahead, and under new idempotency keys: whatever the other side
/// remembers under the old ones was a refusal. `false`: there is no such item, or it is done.
pub async fn replay(conn: &mut PgConnection, id: Uuid) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        r#"update payment_setup_queue
           set dead_at = null, attempts = 0, retry_count = 0, next_retry_at = now(), lease_until = null, lease_id = null,
             key_round = key_round + 1
           where id = $1 and done_at is null and (lease_until is null or lease_until < now())"#,
        id
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("select pg_notify('eventos_queue', '')").fetch_one(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// What the publisher does for one event, as its organizer may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventWork {
    /// Its payments: `none`, `ready`, `pending` or `refused`.
    pub payments: String,
    /// Why they wait: `no_answer`, `busy`, `not_set_up`, `refused` or `ours`.
    pub cause: Option<String>,
    /// Seconds until they are tried again.
    pub next_s: Option<i64>,
    /// Mails to its guests that are still to go.
    pub mails_waiting: i64,
    /// Mails to its guests that could not be delivered.
    pub mails_failed: i64,
}

/// What the publisher does for an event of this person's own; `None` when there is no such event. Runs as the server.
pub async fn of_event(conn: &mut PgConnection, event: Uuid, owner: Uuid) -> Result<Option<EventWork>, StoreError> {
    let row = sqlx::query!(
        r#"select
               case when q.id is null then case when e.metadata ? 'stripe_product_id' then 'ready' else 'none' end
                    when q.done_at is not null then 'ready' when q.dead_at is not null then 'refused' else 'pending' end as "payments!",
               q.cause, greatest(0, ceil(extract(epoch from q.next_retry_at - now())))::bigint as next_s, m.waiting as "waiting!", m.failed as "failed!"
           from events e
           left join payment_setup_queue q on q.event_id = e.id and q.kind = 'stripe_product'
           cross join lateral (
               select count(*) filter (where done_at is null and dead_at is null) as waiting, count(dead_at) as failed
               from payment_setup_queue where event_id = e.id and kind in ('mail_changed', 'mail_cancelled', 'mail_reminder')) m
           where e.id = $1 and e.organizer_id = $2 order by q.created_at desc limit 1"#,
        event,
        owner
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let waits = row.payments == "pending";
        EventWork {
            cause: row.cause.filter(|_| row.payments != "ready"),
            next_s: row.next_s.filter(|_| waits),
            payments: row.payments,
            mails_waiting: row.waiting,
            mails_failed: row.failed,
        }
    }))
}

/// How much waits.
pub async fn depth(conn: &mut PgConnection) -> Result<Depth, StoreError> {
    let row = sqlx::query!(
        r#"select count(*) filter (where dead_at is null) as "open!", count(dead_at) as "dead!",
               coalesce(extract(epoch from now() - min(created_at) filter (where dead_at is null)), 0)::bigint as "oldest_s!"
           from payment_setup_queue where done_at is null"#
    )
    .fetch_one(conn)
    .await?;
    Ok(Depth { open: row.open, dead: row.dead, oldest_s: row.oldest_s })
}
