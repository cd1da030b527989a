//! The publisher's queue: taking items, keeping them while at work, and how an attempt ended.
//!
//! Promises: an item is held by one process at a time, under a lease that a crash lets run out; an outcome that comes after
//! the lease was lost is refused. Every time is the database's, so that processes with different clocks agree. All of it runs
//! as the server.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;
use crate::domain::outcome::Cause;

/// An item that this process holds.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its row.
    pub id: Uuid,
    /// The event it belongs to.
    pub event: Option<Uuid>,
    /// The person it belongs to.
    pub user: Option<Uuid>,
    /// What is to be done.
    pub kind: String,
    /// What the kind needs to know.
    pub payload: Value,
    /// By which the same work is known again.
    pub dedupe_key: String,
    /// How often it was begun, this time included.
    pub attempts: i32,
    /// How often an idempotency key was given up.
    pub key_round: i32,
    /// Seconds since it was begun for the first time.
    pub age_s: i64,
    /// When it was begun for the first time, in seconds since the epoch.
    pub first_tried_s: i64,
    /// What this holder is known by.
    pub lease: Uuid,
}

/// How work is taken.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// This process.
    pub node: &'a str,
    /// The kinds that it can do; others are left to a newer program.
    pub kinds: &'a [String],
    /// How long it holds an item, in seconds.
    pub lease_s: i32,
    /// How many it takes at most.
    pub most: i64,
}

/// Takes what is due: first what somebody waits for with their money, then what one person waits for, then what goes to many, at
/// last words for other programs; the oldest first among equals. What others hold or look at is passed over.
pub async fn claim(conn: &mut PgConnection, claim: &Claim<'_>) -> Result<Vec<Item>, StoreError> {
    let rows = sqlx::query!(
        r#"with due as (
               select id from payment_setup_queue
               where done_at is null and dead_at is null and next_retry_at <= now()
                 and (lease_until is null or lease_until < now()) and kind = any($2)
               order by case when kind in ('stripe_checkout', 'stripe_refund') then 0
                   when kind in ('mail_guests', 'mail_reminder', 'chat_reminder', 'mail_changed', 'mail_cancelled') then 2 when kind = 'webhook' then 3
                   else 1 end, next_retry_at, created_at
               limit $4 for update skip locked
           )
           update payment_setup_queue q
           set lease_owner = $1, lease_id = gen_random_uuid(), lease_until = now() + make_interval(secs => $3),
               attempts = q.attempts + 1, retry_count = q.attempts, first_tried_at = coalesce(q.first_tried_at, now())
           from due where q.id = due.id
           returning q.id, q.event_id, q.user_id, q.kind, q.payload, q.dedupe_key, q.attempts, q.key_round, q.lease_id as "lease!",
               extract(epoch from now() - q.first_tried_at)::bigint as "age_s!",
               extract(epoch from q.first_tried_at)::bigint as "first_tried_s!""#,
        claim.node,
        claim.kinds,
        f64::from(claim.lease_s),
        claim.most
    )
    .fetch_all(conn)
    .await?;
    let item = rows.into_iter().map(|row| Item {
        id: row.id,
        event: row.event_id,
        user: row.user_id,
        kind: row.kind,
        payload: row.payload,
        dedupe_key: row.dedupe_key,
        attempts: row.attempts,
        key_round: row.key_round,
        age_s: row.age_s,
        first_tried_s: row.first_tried_s,
        lease: row.lease,
    });
    Ok(item.collect())
}

/// Gives back what an earlier run of this process held; it is due at once. Returns how many.
pub async fn take_back(conn: &mut PgConnection, node: &str) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update payment_setup_queue set lease_until = null where lease_owner = $1 and done_at is null and dead_at is null and lease_until is not null",
        node
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Holds an item for longer, until the transaction's end against everybody. `false`: somebody else has it by now.
pub async fn hold(conn: &mut PgConnection, item: &Item, lease_s: i32) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        r#"update payment_setup_queue set lease_until = now() + make_interval(secs => $3)
           where id = $1 and lease_id = $2 and done_at is null and dead_at is null"#,
        item.id,
        item.lease,
        f64::from(lease_s)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Locks the event of an item until the transaction's end; to be done before the item itself is held. Others may still point to it.
pub async fn lock_event(conn: &mut PgConnection, item: &Item) -> Result<(), StoreError> {
    if let Some(event) = item.event {
        sqlx::query!("select id from events where id = $1 for no key update", event).fetch_optional(conn).await?;
    }
    Ok(())
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<'a> {
    /// The work is done; a payload that held a secret is forgotten when `forget`.
    Done {
        /// Forget the payload.
        forget: bool,
    },
    /// Once more later.
    Retry {
        /// Seconds until then.
        after_s: f64,
        /// Why.
        why: &'a str,
        /// The idempotency keys used so far are of no use any more.
        new_key: bool,
    },
    /// Looked at again later, as if it had not been begun.
    Wait {
        /// Seconds until then.
        after_s: f64,
        /// For what.
        why: &'a str,
    },
    /// Never again by itself.
    Dead {
        /// Why.
        why: &'a str,
    },
}

/// Writes how an attempt ended, and for an organizer why it waits. `false`: the lease was lost, and nothing was written.
pub async fn settle(
    conn: &mut PgConnection,
    item: &Item,
    outcome: &Outcome<'_>,
    cause: Option<Cause>,
) -> Result<bool, StoreError> {
    let (done, dead) = (matches!(outcome, Outcome::Done { .. }), matches!(outcome, Outcome::Dead { .. }));
    let forget = matches!(outcome, Outcome::Done { forget: true });
    let (after_s, why, new_key) = match outcome {
        Outcome::Done { .. } => (0.0, None, false),
        Outcome::Retry { after_s, why, new_key } => (*after_s, Some(*why), *new_key),
        Outcome::Wait { after_s, why } => (*after_s, Some(*why), false),
        Outcome::Dead { why } => (0.0, Some(*why), false),
    };
    let unbegun = matches!(outcome, Outcome::Wait { .. });
    let written = sqlx::query!(
        r#"update payment_setup_queue
           set lease_until = null, last_error = $3, cause = $10, again = again and not $4 and not $5,
               done_at = case when $4 and not again then now() end, dead_at = case when $5 and not again then now() end,
               next_retry_at = now() + make_interval(secs => $6), key_round = key_round + case when $7 then 1 else 0 end,
               payload = case when $8 then '{}' else payload end,
               attempts = case when $9 or again and ($4 or $5) then 0 else attempts end,
               first_tried_at = case when $9 or again and ($4 or $5) then null else first_tried_at end
           where id = $1 and lease_id = $2 and done_at is null and dead_at is null"#,
        item.id,
        item.lease,
        why,
        done,
        dead,
        after_s,
        new_key,
        forget,
        unbegun,
        cause.map(Cause::as_str)
    )
    .execute(conn)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Leaves work; the same key a second time changes nothing. `false`: it was there before.
pub async fn enqueue(
    conn: &mut PgConnection,
    kind: &str,
    event: Option<Uuid>,
    payload: &Value,
    dedupe_key: &str,
) -> Result<bool, StoreError> {
    let row = sqlx::query!(r#"select app.enqueue($1, $2, $3, $4) as "fresh!""#, kind, event, payload, dedupe_key)
        .fetch_one(conn)
        .await?;
    Ok(row.fresh)
}

/// Leaves work of which there is one at a time by its key: what is done or dead begins anew, what is under way begins anew once
/// it has ended.
pub async fn enqueue_again(
    conn: &mut PgConnection,
    kind: &str,
    event: Option<Uuid>,
    payload: &Value,
    dedupe_key: &str,
) -> Result<(), StoreError> {
    sqlx::query!(r#"select app.enqueue_again($1, $2, $3, $4) is null as "left""#, kind, event, payload, dedupe_key)
        .fetch_one(conn)
        .await?;
    Ok(())
}
