//! The event's row and its tickets: a draft written by its columns, and read back when somebody else wrote it.
//!
//! What follows from the columns (the instant, the length, the revision, metadata.city) is the database's work.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};
use crate::domain::draft::Draft;
use crate::domain::fact::Tier;
use crate::domain::money::Currency;
use crate::domain::session::EventHead;
use crate::domain::values::{EventKind, EventStatus, PlaceKind, Visibility};

/// An event as the session sees it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its identity.
    pub head: EventHead,
    /// What its columns say; without provenance.
    pub draft: Draft,
    /// The moment at which it starts, once day and hour are known: it tells which of two hours is meant.
    pub begins: Option<Timestamp>,
}

/// Makes the row of a draft. Runs as its organizer.
pub async fn insert(conn: &mut PgConnection, id: Uuid, draft: &Draft) -> Result<EventHead, StoreError> {
    sqlx::query!("insert into events (id) values ($1)", id).execute(&mut *conn).await?;
    update(conn, id, None, draft).await
}

/// Writes a draft over its row, if the row still has this revision (any, when `None`). Runs as its organizer.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else changed the row.
pub async fn update(
    conn: &mut PgConnection,
    id: Uuid,
    revision: Option<i64>,
    draft: &Draft,
) -> Result<EventHead, StoreError> {
    let schedule = schedule(draft);
    let row = sqlx::query!(
        r#"update events set
               name = $3, slug = $4, type = $5, description = $6, visibility = coalesce($7, visibility), place_kind = $8,
               place = $9, address = $10, city = $11, country = $12, venue_id = $13, online_url = $14, amenities = $15,
               capacity = $16, starts_local = $17::text::timestamp, starts_date_only = $18, ends_local = $19::text::timestamp,
               duration = $20, timezone = $21, recurrence = $22, currency = $23, price_cents = $24, max_per_order = $25,
               tax_rate = $26::float8::numeric, refund_policy = $27, image_id = $28
           where id = $1 and ($2::bigint is null or revision = $2)
           returning revision, status, slug, published_at as "published_at: jiff_sqlx::Timestamp""#,
        id,
        revision,
        draft.name,
        draft.slug,
        draft.kind.map(EventKind::as_str),
        draft.description,
        draft.visibility.map(Visibility::as_str),
        draft.place_kind.map(PlaceKind::as_str),
        draft.place,
        draft.address,
        draft.city,
        draft.country,
        draft.venue_id,
        draft.online_url,
        &draft.amenities,
        whole(draft.capacity),
        schedule.starts.map(|time| time.to_string()),
        schedule.date_only,
        schedule.ends.map(|time| time.to_string()),
        whole(draft.duration_min),
        draft.timezone,
        draft.recurrence,
        draft.currency.map(|currency| currency.code().to_owned()),
        draft.price_cents,
        whole(draft.max_per_order),
        draft.tax_rate,
        draft.refund_policy,
        draft.image_id,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(StoreError::Conflict)?;
    head(id, row.revision, &row.status, row.slug, row.published_at)
}

/// Puts these tickets in the place of the event's; one that stays keeps its row, for somebody may hold it. Returns the event's
/// revision after it.
pub async fn replace_tiers(conn: &mut PgConnection, event: Uuid, draft: &Draft) -> Result<i64, StoreError> {
    let kept: Vec<Uuid> = draft.tiers.iter().filter_map(|tier| tier.id).collect();
    sqlx::query!("delete from ticket_tiers where event_id = $1 and id <> all($2)", event, &kept)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        r#"insert into ticket_tiers (id, event_id, position, name, price_cents, quantity, max_per_order, sales_from, sales_until)
           select coalesce((t.tier ->> 'id')::uuid, gen_random_uuid()), $1, t.place::int, t.tier ->> 'name', (t.tier ->> 'priceCents')::bigint,
               (t.tier ->> 'quantity')::int, (t.tier ->> 'maxPerOrder')::int,
               (t.tier ->> 'salesFrom')::timestamp at time zone $3,
               -- the last day of sale is sold to its end
               ((t.tier ->> 'salesUntil')::date + 1)::timestamp at time zone $3
           from jsonb_array_elements($2::jsonb) with ordinality as t(tier, place)
           on conflict (id) do update set position = excluded.position, name = excluded.name, price_cents = excluded.price_cents,
               quantity = excluded.quantity, max_per_order = excluded.max_per_order, sales_from = excluded.sales_from,
                sales_until = excluded.sales_until
            where ticket_tiers.event_id = $1"#,
        event,
        json!(draft.tiers),
        draft.timezone.as_deref().unwrap_or("UTC"),
    )
    .execute(&mut *conn)
    .await?;
    let row = sqlx::query!("select revision from events where id = $1", event).fetch_one(conn).await?;
    Ok(row.revision)
}

/// An event of the caller's own, or one that everybody may see.
pub async fn get(conn: &mut PgConnection, id: Uuid) -> Result<Option<Stored>, StoreError> {
    let row = sqlx::query!(
        r#"select e.id, e.revision, e.status, e.slug, e.published_at as "published_at: jiff_sqlx::Timestamp", e.name, e.type as kind, e.description, e.visibility, e.place_kind, e.place, e.address,
               e.city, e.country, e.venue_id, e.online_url, e.amenities, e.capacity, e.starts_date_only,
               to_char(e.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') as starts, to_char(e.ends_local, 'YYYY-MM-DD"T"HH24:MI:SS') as ends,
               e.date_time as "begins: jiff_sqlx::Timestamp",
               e.duration, e.timezone, e.recurrence, e.currency, e.price_cents, e.max_per_order, e.tax_rate::float8 as tax_rate,
               e.refund_policy, e.image_id,
               (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', t.id, 'name', t.name, 'priceCents', t.price_cents,
                    'quantity', t.quantity, 'maxPerOrder', t.max_per_order,
                    'salesFrom', (t.sales_from at time zone coalesce(e.timezone, 'UTC'))::date,
                    'salesUntil', (t.sales_until at time zone coalesce(e.timezone, 'UTC'))::date - 1)) order by t.position), '[]')
                from ticket_tiers t where t.event_id = e.id) as "tiers!"
           from events e where e.id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let starts = local(row.starts.as_deref())?;
    let ends = local(row.ends.as_deref())?;
    let hour_known = !row.starts_date_only;
    let draft = Draft {
        name: row.name,
        slug: row.slug.clone(),
        kind: row.kind.map(|kind| EventKind::parse(&kind).ok_or_else(|| odd("kind", kind))).transpose()?,
        description: row.description,
        visibility: Visibility::parse(&row.visibility),
        place_kind: row.place_kind.as_deref().and_then(PlaceKind::parse),
        place: row.place,
        address: row.address,
        city: row.city,
        country: row.country,
        venue_id: row.venue_id,
        online_url: row.online_url,
        amenities: row.amenities,
        capacity: count(row.capacity),
        date: starts.map(DateTime::date),
        time: starts.filter(|_| hour_known).map(DateTime::time),
        end_date: ends.map(DateTime::date).filter(|end| Some(*end) != starts.map(DateTime::date)),
        end_time: None,
        duration_min: count(row.duration),
        timezone: row.timezone,
        recurrence: row.recurrence,
        currency: row.currency.as_deref().and_then(Currency::parse),
        price_cents: row.price_cents,
        tiers: serde_json::from_value::<Vec<Tier>>(row.tiers).map_err(|error| odd("tickets", error))?,
        max_per_order: count(row.max_per_order),
        tax_rate: row.tax_rate,
        refund_policy: row.refund_policy,
        image_id: row.image_id,
        provenance: std::collections::BTreeMap::new(),
    };
    let begins = row.begins.map(jiff_sqlx::Timestamp::to_jiff);
    Ok(Some(Stored { head: head(row.id, row.revision, &row.status, row.slug, row.published_at)?, draft, begins }))
}

/// Publishes a draft that was confirmed at this revision, and leaves the publisher's work in the same transaction.
/// `link` is what it is published under, unless one was chosen for it. Returns the link.
///
/// # Errors
/// [`StoreError::Taken`] when a chosen link is taken; [`StoreError::Stale`] when the draft is another by now;
/// [`StoreError::Rejected`] `PT400` with the missing fields.
pub async fn publish(
    conn: &mut PgConnection,
    event: Uuid,
    session: Uuid,
    revision: i64,
    link: Option<&str>,
) -> Result<(EventHead, String), StoreError> {
    let row = sqlx::query!(
        r#"select id as "id!", slug as "slug!", status as "status!", revision as "revision!",
               published_at as "published_at: jiff_sqlx::Timestamp"
           from app.publish($1, $2, $3, $4)"#,
        event,
        session,
        revision,
        link
    )
    .fetch_one(conn)
    .await?;
    Ok((head(row.id, row.revision, &row.status, Some(row.slug.clone()), row.published_at)?, row.slug))
}

/// The link that an event with this plain one gets, if it is published now: another event's is not given twice.
pub async fn free_link(conn: &mut PgConnection, plain: &str) -> Result<String, StoreError> {
    Ok(sqlx::query_scalar!(r#"select app.free_slug($1) as "link!""#, plain).fetch_one(conn).await?)
}

/// Calls an event off that was confirmed at this revision, and leaves what its guests and the payment service must learn in the same
/// transaction. Returns how many guests are told.
///
/// # Errors
/// [`StoreError::Stale`] when the event is another by now, or is called off already.
pub async fn cancel(conn: &mut PgConnection, event: Uuid, revision: i64) -> Result<(EventHead, u32), StoreError> {
    let row = sqlx::query!(
        r#"select c.id as "id!", c.slug, c.status as "status!", c.revision as "revision!", c.told as "told!",
               e.published_at as "published_at: jiff_sqlx::Timestamp"
           from app.cancel($1, $2) c join events e on e.id = c.id"#,
        event,
        revision
    )
    .fetch_one(conn)
    .await?;
    Ok((head(row.id, row.revision, &row.status, row.slug, row.published_at)?, row.told.unsigned_abs()))
}

/// How many people hold a ticket and have an address.
pub async fn guests(conn: &mut PgConnection, event: Uuid) -> Result<u32, StoreError> {
    let row = sqlx::query!(
        r#"select count(distinct lower(attendee_email)) as "count!" from tickets
           where event_id = $1 and status in ('valid', 'used') and btrim(coalesce(attendee_email, '')) <> ''"#,
        event
    )
    .fetch_one(conn)
    .await?;
    Ok(u32::try_from(row.count).unwrap_or(u32::MAX))
}

/// What people hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sold {
    /// Tickets of the event.
    pub tickets: u32,
    /// Tickets of each kind of which there are any.
    pub tiers: Vec<(Uuid, u32)>,
}

/// The tickets that people hold of an event, those included that are being paid for.
pub async fn sold(conn: &mut PgConnection, event: Uuid) -> Result<Sold, StoreError> {
    let rows = sqlx::query!(
        r#"select t.tier_id, count(*) as "count!" from tickets t left join orders o on o.id = t.order_id
           where t.event_id = $1 and app.is_somebodys(t.status, o.hold_until) group by t.tier_id"#,
        event
    )
    .fetch_all(conn)
    .await?;
    let counts: Vec<(Option<Uuid>, u32)> =
        rows.into_iter().map(|row| (row.tier_id, u32::try_from(row.count).unwrap_or(u32::MAX))).collect();
    Ok(Sold {
        tickets: counts.iter().map(|(_, count)| *count).sum(),
        tiers: counts.into_iter().filter_map(|(tier, count)| Some((tier?, count))).collect(),
    })
}

/// Keeps search words and a summary for machines beside the event (R78); what else is there stays.
pub async fn describe(conn: &mut PgConnection, event: Uuid, seo: &Value) -> Result<(), StoreError> {
    sqlx::query!(
        "update events set metadata = metadata || jsonb_build_object('seo', $2::jsonb) where id = $1",
        event,
        seo
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct Schedule {
    starts: Option<DateTime>,
    date_only: bool,
    ends: Option<DateTime>,
}

/// The columns of the schedule: a day without an hour stands at midnight and says so. The end of an event without a zone of its own is
/// left to the database, which knows whose clock it goes by.
fn schedule(draft: &Draft) -> Schedule {
    let date_only = draft.date.is_some() && draft.time.is_none();
    let starts = draft.date.map(|date| date.to_datetime(draft.time.unwrap_or(Time::midnight())));
    let last_day = draft.end_date.filter(|end| date_only && draft.date.is_some_and(|start| *end >= start));
    let end = draft.ends().filter(|_| draft.timezone.is_some());
    Schedule { starts, date_only, ends: end.or(last_day.map(Date::into)) }
}

fn head(
    id: Uuid,
    revision: i64,
    status: &str,
    slug: Option<String>,
    published_at: Option<jiff_sqlx::Timestamp>,
) -> Result<EventHead, StoreError> {
    let status = EventStatus::parse(status).ok_or_else(|| odd("status", status))?;
    Ok(EventHead { id, revision, status, slug, published_at: published_at.map(jiff_sqlx::Timestamp::to_jiff) })
}

fn local(text: Option<&str>) -> Result<Option<DateTime>, StoreError> {
    text.map(|text| text.parse::<DateTime>().map_err(|error| odd("time", error))).transpose()
}

fn whole(count: Option<u32>) -> Option<i32> {
    count.map(|count| i32::try_from(count).unwrap_or(i32::MAX))
}

fn count(whole: Option<i32>) -> Option<u32> {
    whole.and_then(|whole| u32::try_from(whole).ok())
}
