//! What time does to what was left behind. Runs as the server; any number of processes may do it at once.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::accounts::one_time;
use super::error::StoreError;

/// How long things are kept, in days.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// A session without a message for so long is abandoned; its next message resumes it (ruling C-41).
    pub idle_sessions: i32,
    /// A guest who did nothing for so long is forgotten with the drafts; what was published or bought keeps them.
    pub guests: i32,
    /// The ids of answered messages and delivered replies, by which one that comes again is known.
    pub messages: i32,
}

/// What was swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Sessions that are abandoned now.
    pub sessions: i64,
    /// Guests who are gone.
    pub guests: i64,
    /// Idempotency keys, confirmations and codes that are used up.
    pub keys: i64,
    /// Answered messages and delivered replies whose ids are forgotten.
    pub messages: i64,
}

/// Sweeps.
pub async fn sweep(conn: &mut PgConnection, kept: Kept) -> Result<Swept, StoreError> {
    let row = sqlx::query!(
        r#"select sessions_abandoned as "sessions!", guests_removed as "guests!", keys_removed as "keys!",
               messages_forgotten as "messages!"
           from app.sweep($1, $2, $3)"#,
        kept.idle_sessions,
        kept.guests,
        kept.messages
    )
    .fetch_one(conn)
    .await?;
    Ok(Swept { sessions: row.sessions, guests: row.guests, keys: row.keys, messages: row.messages })
}

/// After so many days nobody asks any more what was sold, told and sent.
const SALES_DAYS: i32 = 30;
/// Rows that one statement of a sweep takes at most.
const ROWS: i64 = 10_000;

/// Forgets what selling leaves behind: words for other programs that are over, what Stripe told us, whom finished work of the queue was
/// for and what it said (its keys stay, so that nothing is sent a second time ever), lines that were served or are over, and the seats
/// of orders that nobody paid. Returns how many rows.
pub async fn sweep_sales(conn: &mut PgConnection) -> Result<u64, StoreError> {
    let words = sqlx::query!(
        "delete from webhook_deliveries where id in (select id from webhook_deliveries
           where status <> 'waiting' and created_at < now() - make_interval(days => $1) limit $2)",
        SALES_DAYS,
        ROWS
    );
    let mut swept = words.execute(&mut *conn).await?.rows_affected();
    let told = sqlx::query!(
        "delete from stripe_events where id in (select id from stripe_events
           where received_at < now() - make_interval(days => $1) limit $2)",
        SALES_DAYS,
        ROWS
    );
    swept += told.execute(&mut *conn).await?.rows_affected();
    let hooks = sqlx::query!(
        "delete from payment_setup_queue where id in (select id from payment_setup_queue
           where kind = 'webhook' and coalesce(done_at, dead_at) < now() - make_interval(days => $1) limit $2)",
        SALES_DAYS,
        ROWS
    );
    swept += hooks.execute(&mut *conn).await?.rows_affected();
    let payloads = sqlx::query!(
        "update payment_setup_queue set payload = payload - array['email', 'name', 'text', 'title'] where id in (
           select id from payment_setup_queue where done_at < now() - make_interval(days => $1)
             and payload ?| array['email', 'name', 'text', 'title'] limit $2)",
        SALES_DAYS,
        ROWS
    );
    swept += payloads.execute(&mut *conn).await?.rows_affected();
    let lines = sqlx::query!(
        "delete from waiting where id in (select w.id from waiting w join events e on e.id = w.event_id
           where w.offered_at < now() - make_interval(days => $1)
             or e.recurrence is null and e.date_time < now() - make_interval(days => $1) limit $2)",
        SALES_DAYS,
        ROWS
    );
    swept += lines.execute(&mut *conn).await?.rows_affected();
    // A payment that takes days is told of within two weeks: after that these seats come back no more.
    let seats = sqlx::query!(
        "delete from tickets where id in (select t.id from tickets t join orders o on o.id = t.order_id
           where t.status = 'cancelled' and o.status = 'expired' and o.ended_at < now() - make_interval(days => $1) limit $2)",
        SALES_DAYS,
        ROWS
    );
    Ok(swept + seats.execute(&mut *conn).await?.rows_affected())
}

/// Ends sign-ins that nobody used since this moment, and forgets links and codes of mails that ran out. Returns how many.
///
/// Only where people sign in here: a hosted project keeps its own.
pub async fn sweep_sign_ins(
    conn: &mut PgConnection,
    unused_since: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let ended = sqlx::query!(
        "delete from auth.sessions where greatest(updated_at, refreshed_at) < $1",
        unused_since.to_sqlx() as _
    )
    .execute(&mut *conn)
    .await?;
    Ok(ended.rows_affected() + one_time::sweep(conn, now).await?)
}
