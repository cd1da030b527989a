//! The demo data: shared venues in eight cities, and past events of made-up organizers, so that a new installation has
//! something to suggest from.
//!
//! Promises: runs as often as one likes and beside another run, and adds only what is missing; every event is marked
//! `metadata.demo`, which advice tells when it counts them; its organizers cannot sign in. The rows are in `demo/*.tsv`.

use sqlx::PgConnection;

use super::error::StoreError;

const VENUES: &str = include_str!("demo/venues.tsv");
const ORGANIZERS: &str = include_str!("demo/organizers.tsv");
const EVENTS: &str = include_str!("demo/events.tsv");

/// What was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// Venues that were missing.
    pub venues: u64,
    /// Events that were missing.
    pub events: u64,
}

/// What invented venues are known by.
pub fn venue_refs() -> Vec<&'static str> {
    VENUES.lines().skip(1).filter_map(|line| line.split('\t').next()).filter(|name| !name.is_empty()).collect()
}

/// Adds what is missing. Runs as the server, inside one transaction of the caller's.
pub async fn load(conn: &mut PgConnection) -> Result<Loaded, StoreError> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('demo data', 0))").fetch_one(&mut *conn).await?;
    let venues = load_venues(&mut *conn).await?;
    load_organizers(&mut *conn).await?;
    let events = load_events(conn).await?;
    Ok(Loaded { venues, events })
}

async fn load_venues(conn: &mut PgConnection) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        r#"
        insert into public.venues
          (ref, owner_id, name, address, city, country, lat, lon, timezone, capacity, amenities, price_min_cents, price_max_cents, currency)
        select f[1], null, f[2], f[3], f[4], f[5], f[6]::float8, f[7]::float8, f[8], f[9]::int, string_to_array(f[10], ','),
          f[11]::bigint, f[12]::bigint, f[13]
        from string_to_table($1, E'\n') with ordinality as lines (line, number)
          cross join lateral string_to_array(rtrim(line, E'\r'), E'\t') as f
        where number > 1 and line <> ''
        on conflict (ref) do nothing
        "#,
        VENUES
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

async fn load_organizers(conn: &mut PgConnection) -> Result<(), StoreError> {
    // Without a password nobody signs in as one of them; their mail addresses lead nowhere (RFC 2606).
    sqlx::query!(
        r#"
        with organizers as (
          select f, app.ensure_user(f[3], 'organizer', false, f[2]) as id
          from string_to_table($1, E'\n') with ordinality as lines (line, number)
            cross join lateral string_to_array(rtrim(line, E'\r'), E'\t') as f
          where number > 1 and line <> ''
            and not exists (select from public.profiles p where p.email = f[3])
        )
        select count(id) from organizers
        "#,
        ORGANIZERS
    )
    .fetch_one(&mut *conn)
    .await?;
    sqlx::query!(
        r#"
        update public.profiles p set timezone = f[4], country = f[5], currency = f[6]
        from string_to_table($1, E'\n') with ordinality as lines (line, number)
          cross join lateral string_to_array(rtrim(line, E'\r'), E'\t') as f
        where number > 1 and line <> '' and p.email = f[3] and p.timezone is null
        "#,
        ORGANIZERS
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn load_events(conn: &mut PgConnection) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        r#"
        with organizers as (
          select f[1] as key, p.id, p.timezone, p.currency
          from string_to_table($2, E'\n') with ordinality as lines (line, number)
            cross join lateral string_to_array(rtrim(line, E'\r'), E'\t') as f
            join public.profiles p on p.email = f[3]
        )
        insert into public.events
          (organizer_id, venue_id, name, slug, type, description, status, visibility, place_kind, place, address, city, country,
           capacity, starts_local, duration, timezone, currency, price_cents, published_at, metadata)
        select o.id, v.id, f[2], f[1], f[3], 'A past event of the demo data.', 'published', 'public',
          case when v.id is null then 'online' else 'venue' end, v.name, v.address, v.city, v.country,
          f[6]::int, f[7]::timestamp, f[8]::int, coalesce(v.timezone, o.timezone), coalesce(v.currency, o.currency), f[9]::bigint,
          f[7]::timestamp - interval '30 days', '{"demo": true}'
        from string_to_table($1, E'\n') with ordinality as lines (line, number)
          cross join lateral string_to_array(rtrim(line, E'\r'), E'\t') as f
          join organizers o on o.key = f[4] left join public.venues v on v.ref = nullif(f[5], '')
        where number > 1 and line <> ''
        on conflict (slug) do nothing
        "#,
        EVENTS,
        ORGANIZERS
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
