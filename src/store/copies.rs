//! An event once more: a draft made from one of the caller's own events, on another day, with its tickets.
//!
//! Promises: another's event is absent; a copy is a draft that was never published and has sold nothing; the windows of sale
//! move with the event; the same copy asked for again is the one that is there. Runs as the organizer, in a turn or outside.

use jiff::civil::{Date, DateTime};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};

/// When a copy begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// On this day, at the hour of the original.
    Day(Date),
    /// Then, on the event's own clock.
    Moment(DateTime),
}

impl Start {
    fn text(self) -> String {
        match self {
            Self::Day(day) => day.to_string(),
            Self::Moment(moment) => moment.to_string(),
        }
    }
}

/// What is to be copied.
#[derive(Debug, Clone, Copy)]
pub struct Copy {
    /// The caller's own event.
    pub source: Uuid,
    /// The copy's id.
    pub id: Uuid,
    /// When it begins; `None`: that is still to be said.
    pub start: Option<Start>,
    /// The series that it belongs to; without one the copy repeats as its original does.
    pub series: Option<Uuid>,
}

/// Makes the copy. `false`: the caller has no such event.
///
/// # Errors
/// [`StoreError::Taken`] when the id is somebody else's event.
pub async fn copy(conn: &mut PgConnection, copy: &Copy) -> Result<bool, StoreError> {
    let made = sqlx::query!(
        r#"insert into events (id, series_id, venue_id, image_id, name, type, description, visibility, place_kind, place, address, city,
             country, online_url, amenities, capacity, starts_local, starts_date_only, ends_local, timezone, duration, recurrence, currency,
             price_cents, max_per_order, tax_rate, refund_policy)
           select $2, $4, e.venue_id, e.image_id, e.name, e.type, e.description, e.visibility, e.place_kind, e.place, e.address, e.city,
             e.country, e.online_url, e.amenities, e.capacity, w.begins, w.begins is not null and w.day_only,
             case when w.day_only then e.ends_local + (w.begins - e.starts_local) end, e.timezone, e.duration,
             case when $4::uuid is null then e.recurrence end, e.currency, e.price_cents, e.max_per_order, e.tax_rate, e.refund_policy
           from events e cross join lateral (
             select case when char_length($3::text) = 10 then $3::text::date + coalesce(e.starts_local::time, time '00:00')
                         else $3::text::timestamp end as begins,
               char_length($3::text) = 10 and (e.starts_local is null or e.starts_date_only) as day_only) w
           where e.id = $1 and e.organizer_id = (select auth.uid())
           on conflict (id) do nothing"#,
        copy.source,
        copy.id,
        copy.start.map(Start::text),
        copy.series,
    )
    .execute(&mut *conn)
    .await?;
    if made.rows_affected() == 0 {
        return there(conn, copy).await;
    }
    sqlx::query!(
        r#"insert into ticket_tiers (event_id, position, name, price_cents, quantity, max_per_order, sales_from, sales_until)
           select n.id, t.position, t.name, t.price_cents, t.quantity, t.max_per_order,
             (t.sales_from at time zone z.name + (n.starts_local - e.starts_local)) at time zone z.name,
             (t.sales_until at time zone z.name + (n.starts_local - e.starts_local)) at time zone z.name
           from ticket_tiers t join events e on e.id = t.event_id join events n on n.id = $2
             cross join lateral (select coalesce(e.timezone, 'UTC') as name) z
           where t.event_id = $1"#,
        copy.source,
        copy.id
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into event_questions (event_id, position, question, required)
           select $2, position, question, required from event_questions where event_id = $1",
        copy.source,
        copy.id
    )
    .execute(conn)
    .await?;
    Ok(true)
}

/// Nothing was made: there is no such original, or the copy is there already.
async fn there(conn: &mut PgConnection, copy: &Copy) -> Result<bool, StoreError> {
    let own = sqlx::query!(
        r#"select exists (select from events where id = $1 and organizer_id = (select auth.uid())) as "source!",
             exists (select from events where id = $2 and organizer_id = (select auth.uid())) as "copy!""#,
        copy.source,
        copy.id
    )
    .fetch_one(conn)
    .await?;
    match (own.source, own.copy) {
        (false, _) => Ok(false),
        (true, true) => Ok(true),
        (true, false) => Err(StoreError::Taken("events_pkey".to_owned())),
    }
}

/// Gives a copy this text, and its conversation, as long as nothing was said there, this state.
pub async fn retell(
    conn: &mut PgConnection,
    copy: Uuid,
    session: Uuid,
    text: &str,
    state: &Value,
) -> Result<(), StoreError> {
    sqlx::query!("update events set description = $2 where id = $1", copy, text).execute(&mut *conn).await?;
    sqlx::query!("update wizard_sessions set state = $2 where id = $1 and version = 0", session, state)
        .execute(conn)
        .await?;
    Ok(())
}

/// Puts this text of ours in the place of the last one, in the event and in what its conversations remember of it.
pub async fn tell_anew(conn: &mut PgConnection, event: Uuid, text: &str) -> Result<(), StoreError> {
    sqlx::query!("update events set description = $2 where id = $1", event, text).execute(&mut *conn).await?;
    sqlx::query!(
        "update wizard_sessions set state = jsonb_set(state, '{draft,description}', to_jsonb($2::text))
         where event_id = $1 and state -> 'draft' -> 'provenance' ->> 'description' = 'default'",
        event,
        text
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What a series is laid out from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The series that the event is of already.
    pub series: Option<Uuid>,
    /// Its rule, RFC 5545.
    pub rule: Option<String>,
    /// When it begins, on its own clock.
    pub first: Option<DateTime>,
    /// IANA name.
    pub timezone: Option<String>,
    /// Starts that the series has already.
    pub known: Vec<DateTime>,
}

/// The pattern of an event of the caller's own, which nobody else lays out until the transaction's end.
pub async fn pattern(conn: &mut PgConnection, event: Uuid) -> Result<Option<Pattern>, StoreError> {
    let row = sqlx::query!(
        r#"select e.series_id, coalesce(e.recurrence, e.metadata -> 'series' ->> 'rule') as rule, e.timezone,
             to_char(e.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') as first,
             (select coalesce(array_agg(to_char(k.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS')), '{}') from events k
              where k.series_id = e.series_id and k.starts_local is not null) as "known!"
           from events e where e.id = $1 and e.organizer_id = (select auth.uid()) for no key update"#,
        event
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let local = |text: &str| text.parse::<DateTime>().map_err(|error| odd("time", error));
    Ok(Some(Pattern {
        series: row.series_id,
        rule: row.rule,
        first: row.first.as_deref().map(local).transpose()?,
        timezone: row.timezone,
        known: row.known.iter().map(|text| local(text)).collect::<Result<_, _>>()?,
    }))
}

/// Makes an event the first of a series: it keeps its own day, and the rule is kept beside it.
pub async fn lead(conn: &mut PgConnection, event: Uuid, rule: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "update events set series_id = coalesce(series_id, id), recurrence = null,
           metadata = metadata || jsonb_build_object('series', jsonb_build_object('rule', $2::text))
         where id = $1",
        event,
        rule
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An event that can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// The event.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// When it began, `YYYY-MM-DDTHH:MM:SS` on its own clock.
    pub starts: Option<String>,
    /// `draft`, `published` or `cancelled`.
    pub status: String,
    /// Tickets that people hold.
    pub sold: i64,
}

/// Events of the caller's own that have a name, those with these words in it alone; what was published first, the newest first.
pub async fn templates(conn: &mut PgConnection, words: &str, most: i64) -> Result<Vec<Template>, StoreError> {
    let rows = sqlx::query_as!(
        Template,
        r#"select e.id, e.name as "name!", to_char(e.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') as starts, e.status,
             (select count(*) from tickets t where t.event_id = e.id and t.status in ('valid', 'used')) as "sold!"
           from events e
           where e.organizer_id = (select auth.uid()) and e.name is not null
             and not exists (select from unnest(string_to_array(app.fold($1), ' ')) w where strpos(app.fold(e.name), w) = 0)
           order by (e.status = 'draft'), e.starts_local desc nulls last, e.created_at desc limit $2"#,
        words.trim(),
        most
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The conversation that goes on with a copy: the one that is there, or this new one, in the language of the original's.
pub async fn conversation(
    conn: &mut PgConnection,
    fresh: Uuid,
    copy: Uuid,
    source: Option<Uuid>,
) -> Result<Uuid, StoreError> {
    let row = sqlx::query!("select id from wizard_sessions where event_id = $1 order by started_at desc limit 1", copy);
    if let Some(row) = row.fetch_optional(&mut *conn).await? {
        return Ok(row.id);
    }
    sqlx::query!(
        "insert into wizard_sessions (id, event_id, channel, language)
         values ($1, $2, 'web', coalesce((select language from wizard_sessions where event_id = $3 order by started_at desc limit 1), 'en'))",
        fresh,
        copy,
        source
    )
    .execute(conn)
    .await?;
    Ok(fresh)
}
