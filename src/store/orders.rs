//! Orders of an event as its organizer speaks of them: by name, what is left of them, and money back. Runs in the organizer's own name.

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;
use super::sales::{self, About};

/// What is sold of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Tickets that people hold.
    pub sold: u32,
    /// Seats that are being paid for.
    pub held: u32,
    /// People who wait for seats.
    pub waiting: u32,
    /// Guests who came.
    pub inside: u32,
    /// What came and did not go back, in minor units.
    pub earned_cents: i64,
}

/// An order that somebody has tickets of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The order.
    pub id: Uuid,
    /// Whose it is.
    pub name: Option<String>,
    /// Their address.
    pub email: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What was paid and did not go back, in minor units.
    pub left_cents: i64,
    /// Its valid tickets.
    pub tickets: u32,
}

/// Some tickets of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Valid ones, as many as were asked for or all that there are.
    pub tickets: Vec<Uuid>,
    /// Whether all valid tickets of the order are of one kind and price, so that it does not matter which go back.
    pub is_alike: bool,
    /// What goes back for them, in minor units.
    pub back_cents: i64,
}

impl Bought {
    /// `Ana (ana@example.com)`
    pub fn words(&self) -> String {
        self.name.as_ref().map_or_else(|| self.email.clone(), |name| format!("{name} ({})", self.email))
    }
}

/// What is sold of an event.
pub async fn figures(conn: &mut PgConnection, event: Uuid) -> Result<Figures, StoreError> {
    let row = sqlx::query!(
        r#"select s.ticket_count as "sold!", s.checked_in_count as "inside!", s.revenue_cents as "earned!",
             (select count(*) from tickets t join orders o on o.id = t.order_id
              where t.event_id = $1 and t.status = 'held' and app.is_somebodys(t.status, o.hold_until)) as "held!",
             (select count(*) from waiting w where w.event_id = $1 and w.offered_at is null) as "waiting!"
           from event_stats s where s.event_id = $1"#,
        event
    )
    .fetch_one(conn)
    .await?;
    Ok(Figures {
        sold: count(row.sold),
        held: count(row.held),
        waiting: count(row.waiting),
        inside: count(row.inside),
        earned_cents: row.earned,
    })
}

/// Paid and free orders of an event whose buyer is called so, whose address it is or that has a ticket with this code; whoever is
/// called exactly so comes alone.
pub async fn named(conn: &mut PgConnection, event: Uuid, who: &str) -> Result<Vec<Bought>, StoreError> {
    let rows = sqlx::query!(
        r#"with found as (
             select o.id, o.buyer_name, o.buyer_email, o.currency, o.amount_cents - o.refunded_cents as left_cents,
               (select count(*) from tickets t where t.order_id = o.id and t.status in ('valid', 'used')) as tickets,
               app.fold(coalesce(o.buyer_name, '')) = app.fold($2) or lower(o.buyer_email) = lower($2)
                 or exists (select from tickets t where t.order_id = o.id and lower(t.code) = lower($2)) as exact
             from orders o
             where o.event_id = $1 and o.status = 'paid'
               and (exists (select from tickets t where t.order_id = o.id and lower(t.code) = lower($2))
                 or strpos(app.fold(coalesce(o.buyer_name, '')), app.fold($2)) > 0
                 or strpos(lower(o.buyer_email), lower($2)) > 0))
           select id, buyer_name, buyer_email, currency, left_cents as "left!", tickets as "tickets!"
           from found where exact or not exists (select from found where exact) order by buyer_name, buyer_email, id limit 50"#,
        event,
        who
    )
    .fetch_all(conn)
    .await?;
    let bought = rows.into_iter().map(|row| Bought {
        id: row.id,
        name: row.buyer_name,
        email: row.buyer_email,
        currency: row.currency,
        left_cents: row.left,
        tickets: count(row.tickets),
    });
    Ok(bought.collect())
}

/// So many valid tickets of an order, and what would go back for them: their share of what was paid, as far as it is left.
pub async fn part(conn: &mut PgConnection, order: Uuid, count: u32) -> Result<Option<Part>, StoreError> {
    let row = sqlx::query!(
        r#"with unused as (select id, tier_name, price_cents from tickets where order_id = $1 and status = 'valid'),
             picked as (select id, price_cents from unused order by id limit $2)
           select (select array_agg(id order by id) from picked) as tickets,
             (select count(distinct (tier_name, price_cents)) from unused) as "kinds!",
             least(o.amount_cents - o.refunded_cents, coalesce(round(o.amount_cents::numeric * (select sum(price_cents) from picked)
               / nullif((select sum(price_cents) from tickets where order_id = $1), 0)), 0))::bigint as "back!"
           from orders o where o.id = $1"#,
        order,
        i64::from(count)
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Part { tickets: row.tickets.unwrap_or_default(), is_alike: row.kinds <= 1, back_cents: row.back }))
}

/// Gives these tickets of an order of the caller's own event back, and what they cost. `None`: the order or one of them is not as it
/// was shown, and nothing was done. Else whose they were, with what goes back in place of what is left.
pub async fn give_back_part(
    conn: &mut PgConnection,
    order: Uuid,
    left_cents: i64,
    tickets: &[Uuid],
) -> Result<Option<Bought>, StoreError> {
    let row = sqlx::query!(
        r#"select o.buyer_name, o.buyer_email, o.currency, app.give_back_part_own(o.id, $2, $3) as "back"
           from orders o where o.id = $1"#,
        order,
        left_cents,
        tickets
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| {
        Some(Bought {
            id: order,
            name: row.buyer_name,
            email: row.buyer_email,
            currency: row.currency,
            left_cents: row.back?,
            tickets: u32::try_from(tickets.len()).unwrap_or(u32::MAX),
        })
    }))
}

/// Gives everything back that is left of an order of the caller's own event, and its tickets with it. `None`: it is not as it was
/// shown, and nothing was done.
pub async fn give_back(conn: &mut PgConnection, order: Uuid, left_cents: i64) -> Result<Option<Bought>, StoreError> {
    let row = sqlx::query!(
        r#"select o.event_id, o.buyer_name, o.buyer_email, o.buyer_language, o.currency, app.give_back_own(o.id, $2) as "back"
           from orders o where o.id = $1"#,
        order,
        left_cents
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(back) = row.back else { return Ok(None) };
    if back == 0 {
        let (name, language) = (row.buyer_name.as_deref(), row.buyer_language.as_deref());
        let about = About { order, event: row.event_id, email: &row.buyer_email, name, language, amount: None };
        sales::mail(conn, "mail_order_cancelled", &about, "1").await?;
    }
    Ok(Some(Bought {
        id: order,
        name: row.buyer_name,
        email: row.buyer_email,
        currency: row.currency,
        left_cents: 0,
        tickets: 0,
    }))
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
