//! Who has tickets of an event, what was earned with it, and who is in: read in the organizer's own name.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};
use super::questions::Answer;

/// What is asked for of the guests.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// In a name, an address or a code.
    pub words: String,
    /// A ticket's state; empty: all.
    pub status: String,
    /// So many are passed over.
    pub skip: i64,
    /// So many at most.
    pub most: i64,
}

/// A ticket with its order, for its organizer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Guest {
    /// The ticket.
    pub ticket_id: Uuid,
    /// Its order.
    pub order_id: Option<Uuid>,
    /// Whose it is.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// What its kind is called; `None`: the event's one kind.
    pub kind: Option<String>,
    /// What it is known by at the door.
    pub code: Option<String>,
    /// `held`, `valid`, `used` or `cancelled`.
    pub status: String,
    /// Minor units.
    pub price_cents: i64,
    /// What the order cost, with tax.
    pub order_cents: i64,
    /// What went back of the order.
    pub refunded_cents: i64,
    /// The order's state.
    pub order_status: Option<String>,
    /// A bank is asked to take the payment back.
    pub disputed: bool,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// When its guest came.
    pub checked_in_at: Option<Timestamp>,
    /// What the order's buyer answered.
    pub answers: Vec<Answer>,
}

/// Whether an event is the caller's own: its name and currency.
pub async fn own_event(conn: &mut PgConnection, event: Uuid) -> Result<Option<(String, Option<String>)>, StoreError> {
    let row = sqlx::query!(
        "select coalesce(name, '') as \"name!\", currency from events where id = $1 and organizer_id = auth.uid()",
        event
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.name, row.currency)))
}

/// Whether an order is one of this event, which must be the caller's own.
pub async fn own_order(conn: &mut PgConnection, event: Uuid, order: Uuid) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"select exists (select from orders o join events e on e.id = o.event_id
             where o.id = $2 and e.id = $1 and e.organizer_id = auth.uid()) as "own!""#,
        event,
        order
    );
    Ok(row.fetch_one(conn).await?.own)
}

/// The guests that are looked for, those who ordered last first, and how many there are in all. Who did not pay in time is none.
pub async fn search(conn: &mut PgConnection, event: Uuid, search: &Search) -> Result<(Vec<Guest>, i64), StoreError> {
    let rows = sqlx::query!(
        r#"select t.id, t.order_id, t.attendee_name, t.attendee_email, t.tier_name, t.code, t.status, t.price_cents,
               coalesce(o.amount_cents, 0) as "order_cents!", coalesce(o.refunded_cents, 0) as "refunded_cents!",
               o.status as "order_status?", coalesce(o.disputed_at is not null, false) as "disputed!",
               t.created_at as "ordered_at: jiff_sqlx::Timestamp", t.checked_in_at as "checked_in_at: jiff_sqlx::Timestamp",
               coalesce(o.answers, '[]') as "answers!", count(*) over () as "total!"
           from tickets t left join orders o on o.id = t.order_id
           where t.event_id = $1 and ($2 = '' or t.status = $2) and o.status is distinct from 'expired'
             and ($3 = '' or strpos(lower(concat_ws(' ', t.attendee_name, t.attendee_email, t.code)), lower($3)) > 0)
           order by t.created_at desc, t.id offset $4 limit $5"#,
        event,
        search.status,
        search.words,
        search.skip,
        search.most
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let mut guests = Vec::with_capacity(rows.len());
    for row in rows {
        guests.push(Guest {
            answers: serde_json::from_value(row.answers).map_err(|error| odd("answers", error))?,
            ticket_id: row.id,
            order_id: row.order_id,
            name: row.attendee_name,
            email: row.attendee_email,
            kind: row.tier_name,
            code: row.code,
            status: row.status,
            price_cents: row.price_cents,
            order_cents: row.order_cents,
            refunded_cents: row.refunded_cents,
            order_status: row.order_status,
            disputed: row.disputed,
            ordered_at: row.ordered_at.to_jiff(),
            checked_in_at: row.checked_in_at.map(jiff_sqlx::Timestamp::to_jiff),
        });
    }
    Ok((guests, total))
}

/// What was sold and earned: figures, kinds, days, and how far people come, as one JSON object in the API's names.
pub async fn summary(conn: &mut PgConnection, event: Uuid) -> Result<Option<Value>, StoreError> {
    let row = sqlx::query!(
        r#"with o as (select * from orders where event_id = $1), t as (select * from tickets where event_id = $1),
             took as (select * from o where status in ('paid', 'cancelled', 'refunded') and paid_at is not null)
           select jsonb_build_object(
             'currency', e.currency, 'capacity', e.capacity,
             'sold', s.ticket_count, 'checkedIn', s.checked_in_count,
             'held', (select count(*) from t where status = 'held'),
             'grossCents', coalesce((select sum(amount_cents) from took), 0),
             'taxCents', coalesce((select sum(tax_cents) from took), 0),
             'refundedCents', coalesce((select sum(refunded_cents) from took), 0),
             'feeCents', coalesce((select sum(round(fee_cents * (1 - refunded_cents::numeric / nullif(amount_cents, 0)))) from took), 0),
             'disputed', (select count(*) from o where disputed_at is not null),
             'funnel', jsonb_build_object('begun', (select count(*) from o), 'paid', (select count(*) from took),
               'kept', (select count(*) from o where status = 'paid'),
               'came', (select count(distinct order_id) from t where status = 'used')),
             'kinds', (select coalesce(jsonb_agg(jsonb_build_object('name', k.name, 'quantity', k.quantity, 'sold', k.sold, 'cents', k.cents) order by k.place), '[]')
               from (select r.name, r.quantity, r.position as place,
                       (select count(*) from t where t.tier_id = r.id and t.status in ('valid', 'used')) as sold,
                       (select coalesce(sum(price_cents), 0) from t where t.tier_id = r.id and t.status in ('valid', 'used')) as cents
                     from ticket_tiers r where r.event_id = $1) k),
             'days', (select coalesce(jsonb_agg(jsonb_build_object('day', d.day, 'tickets', d.tickets, 'cents', d.cents) order by d.day), '[]')
               from (select (created_at at time zone coalesce(e.timezone, 'UTC'))::date as day, count(*) as tickets, sum(price_cents) as cents
                     from t where status in ('valid', 'used') group by 1) d)) as "summary!"
           from events e join event_stats s on s.event_id = e.id where e.id = $1 and e.organizer_id = auth.uid()"#,
        event
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.summary))
}

/// What a door knows of an event's tickets.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AtDoor {
    /// What it is known by.
    pub code: String,
    /// Whose it is.
    pub name: Option<String>,
    /// What its kind is called.
    pub kind: Option<String>,
    /// `held`, `valid`, `used` or `cancelled`.
    pub status: String,
    /// When its guest came.
    pub checked_in_at: Option<Timestamp>,
    /// Where.
    pub door: Option<String>,
}

/// All tickets of an event that are or were somebody's, for a door that may lose its network.
pub async fn at_door(conn: &mut PgConnection, event: Uuid) -> Result<Vec<AtDoor>, StoreError> {
    let rows = sqlx::query!(
        r#"select t.code as "code!", t.attendee_name, t.tier_name, t.status, t.checked_in_at as "checked_in_at: jiff_sqlx::Timestamp",
               t.door
           from tickets t left join orders o on o.id = t.order_id
           where t.event_id = $1 and t.code is not null and o.status is distinct from 'expired'
           order by t.attendee_name, t.code limit 100000"#,
        event
    )
    .fetch_all(conn)
    .await?;
    let ticket = rows.into_iter().map(|row| AtDoor {
        code: row.code,
        name: row.attendee_name,
        kind: row.tier_name,
        status: row.status,
        checked_in_at: row.checked_in_at.map(jiff_sqlx::Timestamp::to_jiff),
        door: row.door,
    });
    Ok(ticket.collect())
}

/// One scan at a door.
#[derive(Debug, Clone)]
pub struct Scan {
    /// By which the same scan is known again.
    pub id: Uuid,
    /// What was scanned, in its one written form.
    pub code: String,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub door: String,
}

/// What a door is told.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// The scan.
    pub id: Uuid,
    /// `admitted`, `already`, `cancelled`, `unpaid` or `unknown`.
    pub result: String,
    /// Whose ticket it is.
    pub name: Option<String>,
    /// What its kind is called.
    pub kind: Option<String>,
    /// When it was used first.
    pub first_at: Option<Timestamp>,
    /// Where it was used first.
    pub first_door: Option<String>,
}

/// Checks a ticket in, each once. Runs as the server.
pub async fn check_in(conn: &mut PgConnection, event: Uuid, scan: &Scan) -> Result<Told, StoreError> {
    let row = sqlx::query!(
        r#"select result as "result!", guest, kind, first_at as "first_at: jiff_sqlx::Timestamp", first_door
           from app.check_in($1, $2, $3, $4, $5)"#,
        event,
        scan.id,
        scan.code,
        scan.at.to_sqlx() as _,
        scan.door
    )
    .fetch_one(conn)
    .await?;
    Ok(Told {
        id: scan.id,
        result: row.result,
        name: row.guest,
        kind: row.kind,
        first_at: row.first_at.map(jiff_sqlx::Timestamp::to_jiff),
        first_door: row.first_door,
    })
}

/// Takes a check-in back. Runs as the server.
pub async fn undo(conn: &mut PgConnection, event: Uuid, scan: &Scan) -> Result<bool, StoreError> {
    let row =
        sqlx::query!(r#"select app.undo_check_in($1, $2, $3, $4) as "done!""#, event, scan.id, scan.code, scan.door);
    Ok(row.fetch_one(conn).await?.done)
}

/// How many letters but this one went to an event's guests within a day; one that asks waits for one that is being left. Runs as the
/// server.
pub async fn letters_today(conn: &mut PgConnection, event: Uuid, but: Uuid) -> Result<i64, StoreError> {
    sqlx::query!("select id from events where id = $1 for no key update", event).fetch_optional(&mut *conn).await?;
    let row = sqlx::query!(
        r#"select count(distinct split_part(dedupe_key, ':', 2)) as "count!" from payment_setup_queue
           where event_id = $1 and kind = 'mail_guests' and created_at > now() - interval '1 day'
             and split_part(dedupe_key, ':', 2) <> $2"#,
        event,
        but.to_string()
    );
    Ok(row.fetch_one(conn).await?.count)
}

/// Leaves a mail of the organizer's for everybody who has a ticket, one for each order. Returns for how many. Runs as the server.
pub async fn write_to_all(
    conn: &mut PgConnection,
    event: Uuid,
    letter: Uuid,
    title: &str,
    text: &str,
) -> Result<i64, StoreError> {
    let row = sqlx::query!(
        r#"select count(*) filter (where app.enqueue('mail_guests', o.event_id, jsonb_build_object('order_id', o.id, 'email', o.buyer_email,
                 'name', o.buyer_name, 'language', o.buyer_language, 'title', $3::text, 'text', $4::text),
               'mail_guests:' || $2::text || ':' || o.id)) as "fresh!"
           from orders o where o.event_id = $1 and o.status = 'paid'"#,
        event,
        letter.to_string(),
        title,
        text
    )
    .fetch_one(conn)
    .await?;
    Ok(row.fresh)
}
