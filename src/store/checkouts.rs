//! Paying for an order: where it is paid, what Stripe says became of it, and money on its way back. All of it runs as the server.
//!
//! Promises: an order is paid once, however often and in whatever order it is told; what comes late finds its seats or goes
//! back; money that was sent back elsewhere is noted, never sent a second time.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};
use super::queue_books::{self, DeadLetter};

/// How long the last payment of an order may take to be told of, in seconds: so much longer its seats are held.
const GRACE_S: f64 = 180.0;
/// The longest that a place to pay is open, in seconds: Stripe takes a day at most, and clocks differ.
const MOST_OPEN_S: f64 = 86_400.0 - 600.0;

/// Where an order is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceToPay {
    /// It will be there in a moment.
    Preparing,
    /// There.
    Open(String),
    /// The order is not to be paid.
    None,
}

/// An order that is to be paid.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// Its event.
    pub event: Uuid,
    /// What the event is called.
    pub event_name: String,
    /// The event's product at Stripe, when it is known.
    pub product: Option<String>,
    /// Whose it is.
    pub email: String,
    /// The language that they read.
    pub language: Option<String>,
    /// ISO 4217 code.
    pub currency: String,
    /// What the law adds.
    pub tax_cents: i64,
    /// What the operator keeps.
    pub fee_cents: i64,
    /// Who gets the money.
    pub account: Option<String>,
    /// What is paid for.
    pub lines: Vec<CheckoutLine>,
    /// When the place to pay closes, in seconds since the epoch; the same for each attempt that may be one and the same.
    pub ends_s: i64,
}

/// Seats of one kind and one price.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct CheckoutLine {
    /// What the kind is called.
    pub name: Option<String>,
    /// Minor units.
    pub price_cents: i64,
    /// How many.
    pub count: i64,
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid {
    /// The tickets are valid.
    Now,
    /// It came too late, the seats are gone, the money goes back.
    TooLate,
    /// It was told before.
    Known,
    /// There is no such order.
    Absent,
}

/// Money that is to go back.
#[derive(Debug, Clone)]
pub struct Refund {
    /// The order.
    pub order: Uuid,
    /// The payment.
    pub intent: Option<String>,
    /// Minor units.
    pub amount_cents: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The money had been passed on to an organizer.
    pub passed_on: bool,
    /// The operator had kept a part of it.
    pub with_fee: bool,
    /// It is under way or there already.
    pub done: bool,
}

/// Where an order is paid now.
pub async fn place(conn: &mut PgConnection, order: Uuid) -> Result<PlaceToPay, StoreError> {
    let row = sqlx::query!(
        r#"select stripe_checkout_url as url, status = 'pending' and hold_until > now() as "waits!" from orders where id = $1"#,
        order
    )
    .fetch_optional(conn)
    .await?;
    Ok(match row {
        Some(row) if row.waits => row.url.map_or(PlaceToPay::Preparing, PlaceToPay::Open),
        _ => PlaceToPay::None,
    })
}

/// An order that still needs its place to pay; `None` when it has one or is not to be paid. Its seats are held until after the
/// place closes: `open_s` from now, or for as long as they were promised for (an offer of the waiting list: a day), unless an earlier
/// attempt named an end that is at least `least_s` away.
pub async fn promise(
    conn: &mut PgConnection,
    order: Uuid,
    open_s: u32,
    least_s: u32,
) -> Result<Option<Checkout>, StoreError> {
    let row = sqlx::query!(
        r#"update orders o set
               checkout_ends_at = w.ends, hold_until = w.ends + make_interval(secs => $4)
           from events e, (
               select id, case when checkout_ends_at >= now() + make_interval(secs => $3) then checkout_ends_at
                 else date_trunc('second', greatest(now() + make_interval(secs => $2),
                   least(hold_until - make_interval(secs => $4), now() + make_interval(secs => $5)))) end as ends
               from orders where id = $1) w
           where e.id = o.event_id and o.id = w.id and o.status = 'pending' and o.hold_until > now() and o.stripe_checkout_url is null
           returning o.event_id, e.name, e.metadata ->> 'stripe_product_id' as product, o.buyer_email, o.buyer_language, o.currency,
               o.tax_cents, o.fee_cents, o.stripe_account_id, extract(epoch from o.checkout_ends_at)::bigint as "ends_s!",
               (select coalesce(jsonb_agg(jsonb_build_object('name', s.tier_name, 'price_cents', s.price_cents, 'count', s.count)
                    order by s.tier_name, s.price_cents), '[]')
                from (select tier_name, price_cents, count(*) from tickets where order_id = o.id group by 1, 2) s) as "lines!""#,
        order,
        f64::from(open_s),
        f64::from(least_s),
        GRACE_S,
        MOST_OPEN_S
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Checkout {
        event: row.event_id,
        event_name: row.name.unwrap_or_default(),
        product: row.product,
        email: row.buyer_email,
        language: row.buyer_language,
        currency: row.currency,
        tax_cents: row.tax_cents,
        fee_cents: row.fee_cents,
        account: row.stripe_account_id,
        lines: serde_json::from_value(row.lines).map_err(|error| odd("lines", error))?,
        ends_s: row.ends_s,
    }))
}

/// Keeps the place to pay.
pub async fn keep(conn: &mut PgConnection, order: Uuid, session: &str, url: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "update orders set stripe_session_id = $2, stripe_checkout_url = $3 where id = $1 and stripe_checkout_url is null",
        order,
        session,
        url
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The money of an order has come.
pub async fn pay(
    conn: &mut PgConnection,
    order: Uuid,
    intent: Option<&str>,
    session: Option<&str>,
) -> Result<Paid, StoreError> {
    let row = sqlx::query!(r#"select app.pay_order($1, $2, $3) as "became!""#, order, intent, session);
    Ok(match row.fetch_one(conn).await?.became.as_str() {
        "paid" => Paid::Now,
        "refund" => Paid::TooLate,
        "absent" => Paid::Absent,
        _ => Paid::Known,
    })
}

/// The place to pay closed without a payment: its order's seats go back. One that was not the order's last changes nothing.
pub async fn close(conn: &mut PgConnection, order: Uuid, session: &str) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"select coalesce((select app.end_hold(id) from orders where id = $1 and stripe_session_id = $2), false) as "ended!""#,
        order,
        session
    );
    Ok(row.fetch_one(conn).await?.ended)
}

/// What an order costs, in minor units, and its currency.
pub async fn price(conn: &mut PgConnection, order: Uuid) -> Result<Option<(i64, String)>, StoreError> {
    let row = sqlx::query!("select amount_cents, currency from orders where id = $1", order);
    Ok(row.fetch_optional(conn).await?.map(|row| (row.amount_cents, row.currency)))
}

/// The order of a payment.
pub async fn of_intent(conn: &mut PgConnection, intent: &str) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!("select id from orders where stripe_payment_intent_id = $1", intent);
    Ok(row.fetch_optional(conn).await?.map(|row| row.id))
}

/// So much of an order has gone back in all, says Stripe. What we did not know of is noted as made outside; when it is all of
/// the money the tickets go, too. Less than we know of changes nothing: it is old.
pub async fn gone_back(conn: &mut PgConnection, order: Uuid, total_cents: i64) -> Result<(), StoreError> {
    let noted = sqlx::query!(
        r#"with o as (select id, event_id, least($2, amount_cents) - refunded_cents as more from orders where id = $1 for update),
             noted as (insert into refunds (order_id, event_id, amount_cents, reason, status, done_at)
               select id, event_id, more, 'outside', 'done', now() from o where more > 0 returning amount_cents)
           update orders set refunded_cents = refunded_cents + noted.amount_cents from noted where orders.id = $1
           returning orders.status = 'paid' and orders.refunded_cents >= orders.amount_cents as "ended!""#,
        order,
        total_cents
    )
    .fetch_optional(&mut *conn)
    .await?;
    if noted.is_some_and(|row| row.ended) {
        sqlx::query!(r#"select app.give_back($1, null, 0, 'outside', null) as "back!""#, order).fetch_one(conn).await?;
    }
    Ok(())
}

/// Somebody disputes a payment, or that has ended; what is older than what is known changes nothing.
pub async fn dispute(
    conn: &mut PgConnection,
    intent: &str,
    open: bool,
    happened_at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"update orders set disputed_at = case when $2 then $3::timestamptz end, dispute_told_at = $3
           where stripe_payment_intent_id = $1 and (dispute_told_at is null or dispute_told_at <= $3)"#,
        intent,
        open,
        happened_at.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Money that is to go back; `None` when that is not known.
pub async fn refund(conn: &mut PgConnection, id: Uuid) -> Result<Option<Refund>, StoreError> {
    let row = sqlx::query!(
        r#"select r.order_id, r.amount_cents, r.status, o.currency, o.stripe_payment_intent_id,
               o.stripe_account_id is not null as "passed_on!", o.stripe_account_id is not null and o.fee_cents > 0 as "with_fee!"
           from refunds r join orders o on o.id = r.order_id where r.id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Refund {
        order: row.order_id,
        intent: row.stripe_payment_intent_id,
        amount_cents: row.amount_cents,
        currency: row.currency,
        passed_on: row.passed_on,
        with_fee: row.with_fee,
        done: row.status == "done",
    }))
}

/// The money is on its way. `false`: that was known, or the bank has sent it back already.
pub async fn refunded(conn: &mut PgConnection, id: Uuid, stripe_id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        r#"update refunds set status = 'done', stripe_refund_id = $2, done_at = now()
           where id = $1 and (status = 'due' or status = 'failed' and stripe_refund_id is distinct from $2)"#,
        id,
        stripe_id
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A refund that came to nothing.
#[derive(Debug, Clone)]
pub struct Failed {
    /// The order.
    pub order: Uuid,
    /// Its work in the queue, which is a dead letter now: tried again it is sent anew.
    pub item: Option<DeadLetter>,
}

/// A bank sent the money back to us. It may be told before we have heard of the refund itself, so what we call it counts beside what
/// Stripe calls it; a word about a refund that another one has replaced changes nothing.
pub async fn refund_failed(
    conn: &mut PgConnection,
    stripe_id: &str,
    own_id: Option<Uuid>,
    why: &str,
) -> Result<Option<Failed>, StoreError> {
    let row = sqlx::query!(
        r#"update refunds set status = 'failed', stripe_refund_id = $1
           where (stripe_refund_id = $1 or id = $2 and stripe_refund_id is null) and status <> 'failed' returning id, order_id"#,
        stripe_id,
        own_id
    );
    let Some(row) = row.fetch_optional(&mut *conn).await? else { return Ok(None) };
    let key = format!("stripe_refund:{}", row.id);
    Ok(Some(Failed { order: row.order_id, item: queue_books::give_up(conn, &key, why).await? }))
}
