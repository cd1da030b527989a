//! What published events tell: prices, sizes, lengths and hours of comparable ones, and what an organizer's calendar holds.
//!
//! Promises: counts only published events that the caller may see; every figure comes with the number of events behind it and
//! says how many of them are demo data; at most the 2,000 latest of a kind are looked at.

use jiff::civil::{Date, DateTime};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;
use crate::domain::values::EventKind;

/// Which events are comparable.
#[derive(Debug, Clone, Copy)]
pub struct Comparable<'a> {
    /// Of this kind.
    pub kind: EventKind,
    /// In this city; case and accents are forgiven.
    pub city: Option<&'a str>,
    /// For at least and at most so many people.
    pub people: Option<(u32, u32)>,
    /// ISO 4217: only prices in it can be compared.
    pub currency: &'a str,
}

/// Three values of which a quarter, a half and three quarters of a sample are no greater.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quartiles {
    /// The lower quarter.
    pub low: i64,
    /// The median.
    pub median: i64,
    /// The upper quarter.
    pub high: i64,
    /// How many events are behind it.
    pub size: u32,
    /// How many of these are demo data.
    pub demo: u32,
}

/// Something that occurred so often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Often<T> {
    /// What.
    pub value: T,
    /// In so many events.
    pub count: u32,
    /// Of so many.
    pub of: u32,
    /// How many of all of these are demo data.
    pub demo: u32,
}

/// What the organizer has on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement {
    /// Their event.
    pub name: String,
    /// Its local start.
    pub starts: DateTime,
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn band(people: Option<(u32, u32)>) -> (Option<i32>, Option<i32>) {
    let bound = |people: u32| i32::try_from(people).unwrap_or(i32::MAX);
    (people.map(|(least, _)| bound(least)), people.map(|(_, most)| bound(most)))
}

/// Ticket prices, in the currency's minor unit, of comparable events that cost something.
pub async fn prices(conn: &mut PgConnection, like: &Comparable<'_>) -> Result<Option<Quartiles>, StoreError> {
    let (least, most) = band(like.people);
    let row = sqlx::query!(
        r#"
        with latest as (
          select price_cents as value, (metadata ->> 'demo' = 'true') is true as demo, city, capacity, currency
          from public.events where status = 'published' and type = $1 order by date_time desc nulls last limit 2000
        )
        select percentile_disc(0.25) within group (order by value) as low, percentile_disc(0.5) within group (order by value) as median,
          percentile_disc(0.75) within group (order by value) as high, count(*) as "size!", count(*) filter (where demo) as "demo!"
        from latest
        where value > 0 and currency = $5 and ($2::text is null or app.fold(city) = app.fold($2))
          and ($3::int is null or capacity between $3 and $4::int)
        "#,
        like.kind.as_str(),
        like.city,
        least,
        most,
        like.currency
    )
    .fetch_one(conn)
    .await?;
    let values = row.low.zip(row.median).zip(row.high);
    Ok(values.map(|((low, median), high)| Quartiles {
        low,
        median,
        high,
        size: count(row.size),
        demo: count(row.demo),
    }))
}

/// How many people comparable events were for; price and currency play no part.
pub async fn sizes(
    conn: &mut PgConnection,
    kind: EventKind,
    city: Option<&str>,
) -> Result<Option<Quartiles>, StoreError> {
    let row = sqlx::query!(
        r#"
        with latest as (
          select capacity as value, (metadata ->> 'demo' = 'true') is true as demo, city
          from public.events where status = 'published' and type = $1 order by date_time desc nulls last limit 2000
        )
        select percentile_disc(0.25) within group (order by value) as low, percentile_disc(0.5) within group (order by value) as median,
          percentile_disc(0.75) within group (order by value) as high, count(*) as "size!", count(*) filter (where demo) as "demo!"
        from latest where value > 0 and ($2::text is null or app.fold(city) = app.fold($2))
        "#,
        kind.as_str(),
        city
    )
    .fetch_one(conn)
    .await?;
    let values = row.low.zip(row.median).zip(row.high);
    let wide = i64::from;
    Ok(values.map(|((low, median), high)| Quartiles {
        low: wide(low),
        median: wide(median),
        high: wide(high),
        size: count(row.size),
        demo: count(row.demo),
    }))
}

/// Lengths in minutes, most frequent first.
pub async fn lengths(conn: &mut PgConnection, kind: EventKind) -> Result<Vec<Often<u32>>, StoreError> {
    let rows = sqlx::query!(
        r#"
        with latest as (
          select duration, (metadata ->> 'demo' = 'true') is true as demo
          from public.events where status = 'published' and type = $1 order by date_time desc nulls last limit 2000
        )
        select duration as "minutes!", count(*) as "count!", (sum(count(*)) over ())::bigint as "of!",
          (sum(count(*) filter (where demo)) over ())::bigint as "demo!"
        from latest where duration > 0 group by duration order by 2 desc, 1 limit 3
        "#,
        kind.as_str()
    )
    .fetch_all(conn)
    .await?;
    let often = rows.into_iter().map(|row| Often {
        value: u32::try_from(row.minutes).unwrap_or_default(),
        count: count(row.count),
        of: count(row.of),
        demo: count(row.demo),
    });
    Ok(often.collect())
}

/// Weekdays (1 Monday to 7 Sunday) with their local starting time (minutes after midnight), most frequent first.
pub async fn hours(
    conn: &mut PgConnection,
    kind: EventKind,
    city: Option<&str>,
) -> Result<Vec<Often<(i8, i16)>>, StoreError> {
    let rows = sqlx::query!(
        r#"
        with latest as (
          select starts_local, (metadata ->> 'demo' = 'true') is true as demo, city
          from public.events where status = 'published' and type = $1 and not starts_date_only
          order by date_time desc nulls last limit 2000
        )
        select extract(isodow from starts_local)::smallint as "weekday!",
          (extract(hour from starts_local) * 60 + extract(minute from starts_local))::smallint as "minute!",
          count(*) as "count!", (sum(count(*)) over ())::bigint as "of!",
          (sum(count(*) filter (where demo)) over ())::bigint as "demo!"
        from latest
        where starts_local is not null and ($2::text is null or app.fold(city) = app.fold($2))
        group by 1, 2 order by 3 desc, 1, 2 limit 12
        "#,
        kind.as_str(),
        city
    )
    .fetch_all(conn)
    .await?;
    let often = rows.into_iter().map(|row| Often {
        value: (i8::try_from(row.weekday).unwrap_or(1), row.minute),
        count: count(row.count),
        of: count(row.of),
        demo: count(row.demo),
    });
    Ok(often.collect())
}

/// The kinds of event that were published in a city (everywhere without one), most frequent first.
pub async fn kinds(conn: &mut PgConnection, city: Option<&str>) -> Result<Vec<Often<EventKind>>, StoreError> {
    let rows = sqlx::query!(
        r#"
        with latest as (
          select type, (metadata ->> 'demo' = 'true') is true as demo, city
          from public.events where status = 'published' order by date_time desc nulls last limit 2000
        )
        select type as "kind!", count(*) as "count!", (sum(count(*)) over ())::bigint as "of!",
          (sum(count(*) filter (where demo)) over ())::bigint as "demo!"
        from latest where type is not null and ($1::text is null or app.fold(city) = app.fold($1))
        group by type order by 2 desc, 1
        "#,
        city
    )
    .fetch_all(conn)
    .await?;
    let often = rows.into_iter().filter_map(|row| {
        let value = EventKind::parse(&row.kind)?;
        Some(Often { value, count: count(row.count), of: count(row.of), demo: count(row.demo) })
    });
    Ok(often.collect())
}

/// What an organizer has published on these local days, earliest first.
pub async fn engagements(conn: &mut PgConnection, owner: Uuid, days: &[Date]) -> Result<Vec<Engagement>, StoreError> {
    let days: Vec<String> = days.iter().map(Date::to_string).collect();
    let rows = sqlx::query!(
        r#"
        select name as "name!", starts_local as "starts!: jiff_sqlx::DateTime"
        from public.events
        where organizer_id = $1 and status = 'published' and starts_local is not null and starts_local::date = any($2::text[]::date[])
        order by starts_local, id
        "#,
        owner,
        &days
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| Engagement { name: row.name, starts: row.starts.to_jiff() }).collect())
}
