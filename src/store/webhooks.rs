//! Webhooks: where other programs are told what happens at an organizer's events, and each word with what became of it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// Somebody may have so many.
pub const MOST: i64 = 20;

/// A webhook as its owner sees it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its id.
    pub id: Uuid,
    /// The one event that it tells of; `None`: all of its owner's.
    pub event_id: Option<Uuid>,
    /// Where to.
    pub url: String,
    /// What it tells of; empty: everything.
    pub kinds: Vec<String>,
    /// It tells.
    pub enabled: bool,
    /// Why it does not: `gone` (the other side answered 410) or `owner`.
    pub disabled_because: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}

/// One word and what became of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its id, the same at every attempt.
    pub id: Uuid,
    /// Such as `order.paid`.
    pub kind: String,
    /// What is sent.
    pub body: Value,
    /// `waiting`, `done` or `failed`.
    pub status: String,
    /// How often it was tried.
    pub attempts: i32,
    /// What the other side answered last.
    pub last_status: Option<i32>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// When it happened.
    pub created_at: Timestamp,
}

/// A word that is to be sent.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its webhook.
    pub webhook: Uuid,
    /// Where to.
    pub url: String,
    /// What it is signed with.
    pub secret: Vec<u8>,
    /// The webhook tells.
    pub enabled: bool,
    /// What is sent.
    pub body: Value,
    /// It was sent already, or given up.
    pub over: bool,
}

/// The caller's own, the newest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Webhook>, StoreError> {
    let rows = sqlx::query!(
        r#"select id, event_id, url, kinds, enabled, disabled_because, created_at as "created_at: jiff_sqlx::Timestamp"
           from webhooks where owner_id = (select auth.uid()) order by created_at desc, id"#
    )
    .fetch_all(conn)
    .await?;
    let webhook = rows.into_iter().map(|row| Webhook {
        id: row.id,
        event_id: row.event_id,
        url: row.url,
        kinds: row.kinds,
        enabled: row.enabled,
        disabled_because: row.disabled_because,
        created_at: row.created_at.to_jiff(),
    });
    Ok(webhook.collect())
}

/// Puts one there. `false`: they have as many as anybody may, or the event is not theirs. Runs as the server.
pub async fn add(
    conn: &mut PgConnection,
    id: Uuid,
    owner: Uuid,
    event: Option<Uuid>,
    url: &str,
    kinds: &[String],
    secret: &[u8],
) -> Result<bool, StoreError> {
    sqlx::query!("select id from profiles where id = $1 for no key update", owner).fetch_optional(&mut *conn).await?;
    let done = sqlx::query!(
        r#"insert into webhooks (id, owner_id, event_id, url, kinds, secret)
           select $1, $2, $3, $4, $5, $6
           where (select count(*) from webhooks where owner_id = $2) < $7
             and ($3::uuid is null or exists (select from events where id = $3 and organizer_id = $2))"#,
        id,
        owner,
        event,
        url,
        kinds,
        secret,
        MOST
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes one of the caller's own away, with its log. `false`: there is none.
pub async fn remove(conn: &mut PgConnection, id: Uuid) -> Result<bool, StoreError> {
    let done = sqlx::query!("delete from webhooks where id = $1", id).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Lets one tell, or not. `false`: it is not theirs. Runs as the server.
pub async fn switch(conn: &mut PgConnection, id: Uuid, owner: Uuid, enabled: bool) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update webhooks set enabled = $3, disabled_because = case when not $3 then 'owner' end, disabled_at = case when not $3 then now() end
         where id = $1 and owner_id = $2",
        id,
        owner,
        enabled
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What one of the caller's own told, the newest first. `None`: there is no such webhook.
pub async fn deliveries(
    conn: &mut PgConnection,
    webhook: Uuid,
    most: i64,
) -> Result<Option<Vec<Delivery>>, StoreError> {
    let own = sqlx::query!("select id from webhooks where id = $1", webhook).fetch_optional(&mut *conn).await?;
    if own.is_none() {
        return Ok(None);
    }
    let rows = sqlx::query!(
        r#"select id, kind, body, status, attempts, last_status, last_error, tried_at as "tried_at: jiff_sqlx::Timestamp",
             created_at as "created_at: jiff_sqlx::Timestamp"
           from webhook_deliveries where webhook_id = $1 order by created_at desc, id limit $2"#,
        webhook,
        most
    )
    .fetch_all(conn)
    .await?;
    let delivery = rows.into_iter().map(|row| Delivery {
        id: row.id,
        kind: row.kind,
        body: row.body,
        status: row.status,
        attempts: row.attempts,
        last_status: row.last_status,
        last_error: row.last_error,
        tried_at: row.tried_at.map(jiff_sqlx::Timestamp::to_jiff),
        created_at: row.created_at.to_jiff(),
    });
    Ok(Some(delivery.collect()))
}

/// Sends a word once more from the beginning. `false`: it is not theirs. Runs as the server.
pub async fn replay(conn: &mut PgConnection, webhook: Uuid, delivery: Uuid, owner: Uuid) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        r#"update webhook_deliveries d set status = 'waiting' from webhooks w
           where d.id = $2 and d.webhook_id = $1 and w.id = d.webhook_id and w.owner_id = $3
           returning (d.body -> 'data' ->> 'eventId')::uuid as event"#,
        webhook,
        delivery,
        owner
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = done else { return Ok(false) };
    enqueue(conn, row.event, owner, delivery).await?;
    Ok(true)
}

/// What became of the wish to try whether anybody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ping {
    /// A word is on its way, under this id.
    Left(Uuid),
    /// The last one is still on its way.
    Waits,
    /// The webhook is not theirs.
    Absent,
}

/// Leaves a word that tries whether anybody listens, one at a time. Runs as the server.
pub async fn ping(conn: &mut PgConnection, webhook: Uuid, owner: Uuid, id: Uuid) -> Result<Ping, StoreError> {
    let own = sqlx::query!(
        r#"select exists (select from webhook_deliveries d where d.webhook_id = w.id and d.kind = 'webhook.ping' and d.status = 'waiting')
             as "waits!"
           from webhooks w where w.id = $1 and w.owner_id = $2 for no key update of w"#,
        webhook,
        owner
    );
    match own.fetch_optional(&mut *conn).await? {
        None => return Ok(Ping::Absent),
        Some(row) if row.waits => return Ok(Ping::Waits),
        Some(_) => {}
    }
    sqlx::query!(
        r#"insert into webhook_deliveries (id, webhook_id, kind, body)
           select $3, w.id, 'webhook.ping', jsonb_build_object('type', 'webhook.ping',
             'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'data', '{}'::jsonb)
           from webhooks w where w.id = $1 and w.owner_id = $2"#,
        webhook,
        owner,
        id
    )
    .execute(&mut *conn)
    .await?;
    enqueue(conn, None, owner, id).await?;
    Ok(Ping::Left(id))
}

/// One item for each delivery: what is done begins anew.
async fn enqueue(conn: &mut PgConnection, event: Option<Uuid>, owner: Uuid, delivery: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        r#"insert into payment_setup_queue as q (event_id, user_id, kind, payload, dedupe_key)
           values ($1, $2, 'webhook', jsonb_build_object('delivery_id', $3::uuid), 'webhook:' || $3::uuid)
           on conflict (dedupe_key) do update set done_at = null, dead_at = null, attempts = 0, retry_count = 0, next_retry_at = now(),
             first_tried_at = null, again = coalesce(q.lease_until >= now(), false)"#,
        event,
        owner,
        delivery
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("select pg_notify('eventos_queue', '')").fetch_one(conn).await?;
    Ok(())
}

/// A word that is to be sent; `None` when its webhook was taken away. Runs as the server.
pub async fn due(conn: &mut PgConnection, delivery: Uuid) -> Result<Option<Due>, StoreError> {
    let row = sqlx::query!(
        r#"select w.id, w.url, w.secret, w.enabled, d.body, d.status <> 'waiting' as "over!"
           from webhook_deliveries d join webhooks w on w.id = d.webhook_id where d.id = $1"#,
        delivery
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Due {
        webhook: row.id,
        url: row.url,
        secret: row.secret,
        enabled: row.enabled,
        body: row.body,
        over: row.over,
    }))
}

/// Notes what became of an attempt: `done`, `waiting` or `failed`. Runs as the server.
pub async fn note(
    conn: &mut PgConnection,
    delivery: Uuid,
    state: &str,
    answered: Option<u16>,
    error: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update webhook_deliveries set status = $2, attempts = attempts + 1, last_status = $3, last_error = left($4, 500), tried_at = now()
         where id = $1",
        delivery,
        state,
        answered.map(i32::from),
        error
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The other side wants nothing any more. Runs as the server.
pub async fn gone(conn: &mut PgConnection, webhook: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "update webhooks set enabled = false, disabled_because = 'gone', disabled_at = now() where id = $1 and enabled",
        webhook
    )
    .execute(conn)
    .await?;
    Ok(())
}
