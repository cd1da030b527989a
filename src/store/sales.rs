//! Orders and the seats that they hold. All of it runs as the server, through the narrow functions of `migrations/0033_sales.sql`.
//!
//! Promises: what [`open`] reads of an event holds until the transaction's end, for nobody else can sell of it meanwhile; a
//! seat is given away once, whatever a caller counted; an order goes the lawful ways alone (`domain/sale.rs`).

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};
use super::queue;
use crate::domain::money::Currency;
use crate::domain::sale::{Kind, OrderStatus, Till};
use crate::domain::values::{EventStatus, Visibility};

/// A new order.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub email: String,
    /// Their name.
    pub name: Option<String>,
    /// The language that they read, ISO 639-1.
    pub language: String,
    /// What its form is known by.
    pub form_key: [u8; 32],
    /// Its currency.
    pub currency: String,
    /// The prices as they stand on the page.
    pub subtotal_cents: i64,
    /// What a code takes off.
    pub discount_cents: i64,
    /// What the law adds.
    pub tax_cents: i64,
    /// What is paid.
    pub amount_cents: i64,
    /// What the operator keeps of it.
    pub fee_cents: i64,
    /// Who gets the money.
    pub account: Option<String>,
    /// How long its seats are held, in seconds.
    pub hold_s: u32,
    /// Its seats.
    pub seats: Vec<NewSeat>,
}

impl NewOrder {
    /// For mails about it.
    pub fn about(&self, event: Uuid) -> About<'_> {
        let language = Some(self.language.as_str());
        About { order: self.id, event, email: &self.email, name: self.name.as_deref(), language, amount: None }
    }
}

/// What a mail about an order says, and to whom.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The order.
    pub order: Uuid,
    /// Its event.
    pub event: Uuid,
    /// Whose it is.
    pub email: &'a str,
    /// Their name.
    pub name: Option<&'a str>,
    /// The language that they read.
    pub language: Option<&'a str>,
    /// An amount that it speaks of, in words.
    pub amount: Option<&'a str>,
}

/// A seat of a new order.
#[derive(Debug, Clone)]
pub struct NewSeat {
    /// The kind of ticket.
    pub kind: Option<Uuid>,
    /// What it is called.
    pub name: Option<String>,
    /// Minor units.
    pub price_cents: i64,
    /// What the ticket is known by at the door.
    pub code: String,
}

/// An order as its buyer sees it.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its id.
    pub id: Uuid,
    /// Its event.
    pub event: Uuid,
    /// Where it stands.
    pub status: OrderStatus,
    /// Whose it is.
    pub email: String,
    /// Their name.
    pub name: Option<String>,
    /// The language that they read.
    pub language: Option<String>,
    /// Its currency.
    pub currency: String,
    /// What was or is to be paid.
    pub amount_cents: i64,
    /// The part of it that the law adds.
    pub tax_cents: i64,
    /// What went back of it.
    pub refunded_cents: i64,
    /// Until then its seats are held.
    pub hold_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its tickets.
    pub tickets: Vec<Ticket>,
    /// Stripe refused to open a place to pay for it.
    pub not_payable: bool,
}

impl Order {
    /// For mails about it.
    pub fn about(&self) -> About<'_> {
        let (name, language) = (self.name.as_deref(), self.language.as_deref());
        About { order: self.id, event: self.event, email: &self.email, name, language, amount: None }
    }
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: Uuid,
    /// What its kind is called; `None`: the event's one kind.
    pub name: Option<String>,
    /// Minor units.
    pub price_cents: i64,
    /// What it is known by at the door.
    pub code: String,
    /// `held`, `valid`, `used` or `cancelled`.
    pub status: String,
}

/// What the links of orders are signed with.
pub async fn key(conn: &mut PgConnection) -> Result<Vec<u8>, StoreError> {
    Ok(sqlx::query!(r#"select app.secret('orders') as "key!""#).fetch_one(conn).await?.key)
}

/// The published event of this link.
pub async fn event_of_slug(conn: &mut PgConnection, slug: &str) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        "select id from events where slug = $1 and visibility = 'public' and published_at is not null and status in ('published', 'cancelled')",
        slug
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.id))
}

/// The link of an event, when it has one.
pub async fn slug(conn: &mut PgConnection, event: Uuid) -> Result<Option<String>, StoreError> {
    let row = sqlx::query!("select slug from events where id = $1", event).fetch_optional(conn).await?;
    Ok(row.and_then(|row| row.slug))
}

/// The till of an event, for whoever waits for nobody: what is read holds until the transaction's end.
pub async fn open(conn: &mut PgConnection, event: Uuid) -> Result<Option<Till>, StoreError> {
    let found = sqlx::query!(r#"select app.open_till($1) as "found!""#, event).fetch_one(&mut *conn).await?.found;
    if found { look(conn, event).await } else { Ok(None) }
}

/// The till of an event as it is now; somebody may sell of it in the next moment.
pub async fn look(conn: &mut PgConnection, event: Uuid) -> Result<Option<Till>, StoreError> {
    let row = sqlx::query!(
        r#"with seats as (
               select t.tier_id, count(*) as count from tickets t left join orders o on o.id = t.order_id
               where t.event_id = $1 and app.is_somebodys(t.status, o.hold_until)
               group by t.tier_id)
           select exists (select from promo_codes p where p.event_id = e.id) as "has_codes!",
               coalesce((select sum(w.seats) from waiting w where w.event_id = e.id and w.tier_id is null and w.offered_at is null), 0)::bigint
                 as "line!",
               e.status, e.visibility, e.capacity, e.max_per_order, e.currency, e.price_cents, e.tax_rate::float8 as tax_rate,
               (case when e.recurrence is not null then null
                     when e.date_time is not null then e.date_time + make_interval(mins => coalesce(e.duration, 0))
                     else (coalesce(e.ends_local, e.starts_local)::date + 1)::timestamp at time zone coalesce(e.timezone, 'UTC')
                end) as "ends: jiff_sqlx::Timestamp",
               (select a.id from stripe_accounts a where a.user_id = e.organizer_id and a.charges_enabled and a.disconnected_at is null
                order by a.created_at desc, a.id limit 1) as account,
               coalesce((select sum(count) from seats), 0)::bigint as "taken!",
               coalesce((select sum(count) from seats where tier_id is null), 0)::bigint as "whole!",
               (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'price', t.price_cents, 'quantity', t.quantity,
                    'most', t.max_per_order, 'from', to_char(t.sales_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                    'until', to_char(t.sales_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                    'taken', coalesce((select count from seats where tier_id = t.id), 0),
                    'line', coalesce((select sum(w.seats) from waiting w where w.tier_id = t.id and w.offered_at is null), 0)) order by t.position), '[]')
                from ticket_tiers t where t.event_id = e.id) as "kinds!"
           from events e where e.id = $1"#,
        event
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let kinds: Vec<KindRow> = serde_json::from_value(row.kinds).map_err(|error| odd("tickets", error))?;
    let currency = row.currency.as_deref().and_then(Currency::parse);
    let step = currency.map_or(1, |currency| currency.step());
    let whole = || Kind {
        price_cents: row.price_cents.unwrap_or(0),
        taken: count(row.whole),
        line: count(row.line),
        ..Kind::default()
    };
    let mut kinds: Vec<Kind> = kinds.into_iter().map(KindRow::kind).collect();
    if kinds.is_empty() {
        kinds.push(whole());
    }
    for kind in &mut kinds {
        kind.price_cents -= kind.price_cents % step;
    }
    Ok(Some(Till {
        event,
        status: EventStatus::parse(&row.status).ok_or_else(|| odd("status", &row.status))?,
        visibility: Visibility::parse(&row.visibility).ok_or_else(|| odd("visibility", &row.visibility))?,
        ends: row.ends.map(jiff_sqlx::Timestamp::to_jiff),
        capacity: row.capacity.map(whole_number),
        taken: count(row.taken),
        max_per_order: row.max_per_order.map(whole_number),
        currency,
        tax_percent: row.tax_rate.unwrap_or(0.0),
        account: row.account,
        kinds,
        has_codes: row.has_codes,
    }))
}

#[derive(serde::Deserialize)]
struct KindRow {
    id: Uuid,
    name: String,
    price: i64,
    quantity: Option<u32>,
    most: Option<u32>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    taken: u32,
    line: u32,
}

impl KindRow {
    fn kind(self) -> Kind {
        Kind {
            id: Some(self.id),
            name: Some(self.name),
            price_cents: self.price,
            quantity: self.quantity,
            max_per_order: self.most,
            from: self.from,
            until: self.until,
            taken: self.taken,
            line: self.line,
        }
    }
}

/// The order that this form became, when it was sent before.
pub async fn of_form(conn: &mut PgConnection, form_key: &[u8; 32]) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!("select id from orders where form_key = $1", &form_key[..]).fetch_optional(conn).await?;
    Ok(row.map(|row| row.id))
}

/// Puts an order and its seats there. The till must be open.
///
/// # Errors
/// [`StoreError::Stale`] when there are not so many seats; [`StoreError::Taken`] when its form was sent before.
pub async fn place(conn: &mut PgConnection, event: Uuid, order: &NewOrder) -> Result<(), StoreError> {
    let hex = order.form_key.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let record = json!({
        "id": order.id, "buyer_email": order.email, "buyer_name": order.name, "buyer_language": order.language, "form_key": hex,
        "currency": order.currency, "subtotal_cents": order.subtotal_cents, "discount_cents": order.discount_cents,
        "tax_cents": order.tax_cents, "amount_cents": order.amount_cents, "fee_cents": order.fee_cents,
        "stripe_account_id": order.account, "hold_s": order.hold_s,
    });
    let seat = |seat: &NewSeat| json!({"tier_id": seat.kind, "tier_name": seat.name, "price_cents": seat.price_cents, "code": seat.code});
    let seats: Value = order.seats.iter().map(seat).collect();
    sqlx::query!(r#"select app.place_order($1, $2, $3) as "id!""#, event, record, seats).fetch_one(conn).await?;
    Ok(())
}

/// An order with its tickets.
pub async fn get(conn: &mut PgConnection, id: Uuid) -> Result<Option<Order>, StoreError> {
    let row = sqlx::query!(
        r#"select o.event_id, o.status, o.buyer_email, o.buyer_name, o.buyer_language, o.currency, o.amount_cents, o.tax_cents,
               o.refunded_cents, o.hold_until as "hold_until: jiff_sqlx::Timestamp", o.created_at as "created_at: jiff_sqlx::Timestamp",
               (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.tier_name, 'price_cents', t.price_cents,
                    'code', coalesce(t.code, ''), 'status', t.status) order by t.tier_name, t.id), '[]')
                from tickets t where t.order_id = o.id) as "tickets!",
               o.status = 'expired' and exists (select from payment_setup_queue q
                 where q.dedupe_key = 'stripe_checkout:' || o.id || ':1' and q.dead_at is not null) as "not_payable!"
           from orders o where o.id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Order {
        id,
        event: row.event_id,
        status: OrderStatus::parse(&row.status).ok_or_else(|| odd("status", &row.status))?,
        email: row.buyer_email,
        name: row.buyer_name,
        language: row.buyer_language,
        currency: row.currency,
        amount_cents: row.amount_cents,
        tax_cents: row.tax_cents,
        refunded_cents: row.refunded_cents,
        hold_until: row.hold_until.map(jiff_sqlx::Timestamp::to_jiff),
        created_at: row.created_at.to_jiff(),
        tickets: serde_json::from_value(row.tickets).map_err(|error| odd("tickets", error))?,
        not_payable: row.not_payable,
    }))
}

/// The same, held until the transaction's end: nobody pays it, gives it back or checks in with it meanwhile.
pub async fn get_held(conn: &mut PgConnection, id: Uuid) -> Result<Option<Order>, StoreError> {
    sqlx::query!("select id from orders where id = $1 for no key update", id).fetch_optional(&mut *conn).await?;
    get(conn, id).await
}

/// Leaves a mail about an order. `number`: what this one is known by among those of its kind, so that it is left once.
pub async fn mail(conn: &mut PgConnection, kind: &str, about: &About<'_>, number: &str) -> Result<(), StoreError> {
    let mut payload =
        json!({"order_id": about.order, "email": about.email, "name": about.name, "language": about.language});
    if let (Some(amount), Some(fields)) = (about.amount, payload.as_object_mut()) {
        fields.insert("amount".to_owned(), amount.into());
    }
    queue::enqueue(conn, kind, Some(about.event), &payload, &format!("{kind}:{}:{number}", about.order)).await?;
    Ok(())
}

/// Leaves it to the publisher to open the place where an order is paid, once.
pub async fn prepare_to_pay(conn: &mut PgConnection, event: Uuid, order: Uuid) -> Result<(), StoreError> {
    let key = format!("stripe_checkout:{order}:1");
    queue::enqueue(conn, "stripe_checkout", Some(event), &json!({"order_id": order}), &key).await?;
    Ok(())
}

/// Gives the seats of an unpaid order back. `false`: it is no longer unpaid.
pub async fn end_hold(conn: &mut PgConnection, order: Uuid) -> Result<bool, StoreError> {
    Ok(sqlx::query!(r#"select app.end_hold($1) as "ended!""#, order).fetch_one(conn).await?.ended)
}

/// Takes back tickets of an order (`None`: all of them) and gives the money for them back, or this much. Returns how much.
///
/// # Errors
/// [`StoreError::Stale`] when the order has no tickets, or was used and its buyer asks; [`StoreError::Rejected`] when it is more than was paid.
pub async fn give_back(
    conn: &mut PgConnection,
    order: Uuid,
    tickets: Option<&[Uuid]>,
    amount_cents: Option<i64>,
    reason: &str,
    by: Option<Uuid>,
) -> Result<i64, StoreError> {
    let row = sqlx::query!(
        r#"select app.give_back($1, $2, $3, $4, $5) as "back!""#,
        order,
        tickets,
        amount_cents,
        reason,
        by
    )
    .fetch_one(conn)
    .await?;
    Ok(row.back)
}

/// Counts one more mail about an order, and says the how-many-eth it is.
pub async fn count_mail(conn: &mut PgConnection, order: Uuid) -> Result<i32, StoreError> {
    let row = sqlx::query!("update orders set mails = mails + 1 where id = $1 returning mails", order);
    Ok(row.fetch_one(conn).await?.mails)
}

/// Ends the holds that have run out, of at most so many orders. Returns their events.
pub async fn sweep(conn: &mut PgConnection, most: i64) -> Result<Vec<Uuid>, StoreError> {
    let rows = sqlx::query!(
        r#"select o.event_id, app.end_hold(o.id) as "ended!" from (
             select id, event_id from orders where status = 'pending' and hold_until < now() order by hold_until limit $1
             for update skip locked) o"#,
        most
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter(|row| row.ended).map(|row| row.event_id).collect())
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn whole_number(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
