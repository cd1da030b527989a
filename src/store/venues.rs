//! Places: searching those that the caller may see, finding one by its name, and keeping an organizer's own.
//!
//! Promises: row level security decides what is seen; what is asked for ranks and never hides, except the city, which holds
//! wherever a venue stands in it; somebody else's own place, which a published event shows to all, is offered to nobody; an
//! organizer's place of one name in one city is one row, however often it is said.

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;
use crate::domain::draft::Draft;

/// What somebody looks for. What is `None` or empty counts for nothing.
#[derive(Debug, Default)]
pub struct VenueQuery<'a> {
    /// What was said; a venue's name, a quarter or an amenity in it raises the venue.
    pub text: Option<&'a str>,
    /// The city; spelling, case and accents are forgiven.
    pub city: Option<&'a str>,
    /// How many people.
    pub capacity: Option<u32>,
    /// What the place must have.
    pub amenities: &'a [String],
    /// What is usual for such an event: a slight preference.
    pub usual: &'a [String],
    /// How many people come to such an event usually: a slight preference while `capacity` is open.
    pub usual_people: Option<u32>,
    /// What the place may cost, in minor units of `currency`.
    pub budget_cents: Option<i64>,
    /// ISO 4217.
    pub currency: Option<&'a str>,
    /// IANA name; without a city, places where clocks show the same time come first.
    pub timezone: Option<&'a str>,
    /// Venues to leave out: the one that is taken already, those that were seen and passed over.
    pub except: &'a [Uuid],
    /// At most so many.
    pub limit: i64,
}

/// A venue as found.
#[derive(Debug, Clone, PartialEq)]
pub struct VenueHit {
    /// Its row.
    pub id: Uuid,
    /// Its public name in the API, where it has one (ruling C-24).
    pub reference: Option<String>,
    /// The caller's own place.
    pub own: bool,
    /// What it is called.
    pub name: String,
    /// Street, number, quarter.
    pub address: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// IANA name.
    pub timezone: Option<String>,
    /// How many people it holds.
    pub capacity: Option<u32>,
    /// What it has.
    pub amenities: Vec<String>,
    /// The least that a day costs, in minor units of `currency`.
    pub price_min_cents: Option<i64>,
    /// The most that a day costs, in minor units of `currency`.
    pub price_max_cents: Option<i64>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// How well it fits what was asked, 0 to 1.
    pub score: f64,
    /// How alike its name is to the one that was asked for, 0 to 1.
    pub similarity: f64,
}

/// Makes a [`VenueHit`] of a row; each query names the same columns.
macro_rules! hit {
    ($row:expr) => {{
        let row = $row;
        VenueHit {
            id: row.id,
            reference: row.reference,
            own: row.own,
            name: row.name,
            address: row.address,
            city: row.city,
            country: row.country,
            timezone: row.timezone,
            capacity: row.capacity.and_then(|people| u32::try_from(people).ok()),
            amenities: row.amenities,
            price_min_cents: row.price_min_cents,
            price_max_cents: row.price_max_cents,
            currency: row.currency,
            score: row.score,
            similarity: row.similarity,
        }
    }};
}

/// The venues that fit best, best first; the same question and data give the same order.
pub async fn search(conn: &mut PgConnection, query: &VenueQuery<'_>) -> Result<Vec<VenueHit>, StoreError> {
    let cities = cities_meant(&mut *conn, query.city, query.text).await?;
    if cities.is_empty() && query.city.is_some() {
        // A venue in another city is no answer.
        return Ok(Vec::new());
    }
    let capacity = query.capacity.map(f64::from);
    let usual_people = query.usual_people.filter(|_| capacity.is_none()).map_or(0.0, f64::from);
    // Weights: room 35, city and price 20 each, needs 15, words 15; usual needs, usual size and the clock 5 each; what was not
    // asked has none.
    // The last 15 stand for what nobody asked: half of it counts, so that a short question never looks certain.
    // What was planned at a place of one's own is no bound of it. A place that was named comes first; one that holds too few comes after all that hold enough, the largest before the others.
    let rows = sqlx::query!(
        r#"
        with asked as (
          select replace(plainto_tsquery('simple', app.fold($2))::text, '&', '|')::tsquery as words, app.fold($2) as text
        ), judged as materialized (
          select v.id, v.owner_id is not null and v.owner_id = (select auth.uid()) as own,
            case when $3::float8 is null then null when v.capacity is null then 0.3
              when v.capacity >= $3 then 0.4 + 0.6 * $3 / v.capacity when v.owner_id is not null then 0.3 else 0.3 * v.capacity / $3 end as room,
            case when $6::bigint is null then null when v.price_min_cents is null or v.currency <> $7 then 0.4
              when coalesce(v.price_max_cents, v.price_min_cents) <= $6 then 1.0 when v.price_min_cents <= $6 then 0.8
              else 0.5 * $6 / v.price_min_cents end as price,
            case when cardinality($4::text[]) > 0
              then (select count(*) from unnest($4) need where need = any(v.amenities)) / cardinality($4)::float8 end as needs,
            case when cardinality($5::text[]) > 0
              then (select count(*) from unnest($5) need where need = any(v.amenities)) / cardinality($5)::float8 end as usual,
            case when $11::float8 > 0 and v.capacity > 0 then least($11 / v.capacity, v.capacity / $11) end as size,
            case when numnode(asked.words) > 0 then ts_rank(v.search, asked.words) end as words,
            (v.timezone = $8)::int::float8 as near
          from public.venues v cross join asked
          where (cardinality($1::text[]) = 0 or v.city = any($1)) and v.id <> all($9)
            and (v.owner_id is null or v.owner_id = (select auth.uid()))
        ), scored as materialized (
          select id, own, words, coalesce(room, 1) >= 0.3 as holds, case when room < 0.3 then room end as short,
            (0.35 * coalesce(room, 0) + 0.2 * sign(cardinality($1)) + 0.2 * coalesce(price, 0) + 0.15 * coalesce(needs, 0)
                + 0.15 * coalesce(words > 0, false)::int + 0.05 * (coalesce(usual, 0) + coalesce(size, 0) + coalesce(near, 0)) + 0.075)
              / (0.35 * (room is not null)::int + 0.2 * sign(cardinality($1)) + 0.2 * (price is not null)::int + 0.15 * (needs is not null)::int
                + 0.15 * (words is not null)::int + 0.05 * ($5 <> '{}')::int + 0.05 * ($11 > 0)::int + 0.05 * (near is not null)::int + 0.15)
              as score
          from judged
        ), shortlist as (
          (select id from scored order by holds desc, short desc, score desc, own desc, id limit $10::bigint + 40)
          union (select id from scored where words > 0 order by words desc, score desc, id limit 40)
        )
        select v.id as "id!", v.ref as reference, s.own as "own!", v.name as "name!", v.address,
          v.city, v.country, v.timezone, v.capacity, v.amenities as "amenities!", v.price_min_cents, v.price_max_cents, v.currency,
          s.score as "score!", alike.named as "similarity!"
        from shortlist join scored s using (id) join public.venues v using (id) cross join asked
          cross join lateral (select coalesce(extensions.word_similarity(app.fold(v.name), asked.text), 0)::float8 as named) alike
        order by alike.named >= 0.8 and length(v.name) > 4 desc, s.holds desc, s.short desc, s.score desc, s.own desc,
          v.price_min_cents, v.name, v.id
        limit $10
        "#,
        &cities,
        query.text.unwrap_or_default(),
        capacity,
        query.amenities,
        query.usual,
        query.budget_cents,
        query.currency,
        query.timezone,
        query.except,
        query.limit,
        usual_people
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| hit!(row)).collect())
}

/// The cities with venues that are meant: the one asked for, else one that the text names.
async fn cities_meant(
    conn: &mut PgConnection,
    city: Option<&str>,
    text: Option<&str>,
) -> Result<Vec<String>, StoreError> {
    // One index probe for each city, however many venues stand in it.
    let rows = sqlx::query_scalar!(
        r#"
        with recursive known (city) as (
          (select v.city from public.venues v where v.city > '' order by v.city limit 1)
          union all
          select (select v.city from public.venues v where v.city > known.city order by v.city limit 1)
          from known where known.city is not null
        ), plain as (
          select city, regexp_replace(app.fold(city), '[^[:alnum:]]+', ' ', 'g') as name from known where city is not null
        )
        select city as "city!" from plain
        where case when $1::text is null
          then position(' ' || name || ' ' in ' ' || regexp_replace(app.fold($2), '[^[:alnum:]]+', ' ', 'g') || ' ') > 0
          else extensions.similarity(name, app.fold($1)) >= 0.6 or starts_with(name, app.fold($1) || ' ') end
        "#,
        city,
        text
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The venues whose name is most like this one, most alike first; in the city where one is given.
pub async fn find_named(
    conn: &mut PgConnection,
    name: &str,
    city: Option<&str>,
    limit: i64,
) -> Result<Vec<VenueHit>, StoreError> {
    let cities = if city.is_some() { cities_meant(&mut *conn, city, None).await? } else { Vec::new() };
    // An organizer's own place may have no city; articles say nothing about a name. The cheap tests come first, because
    // folding each name of a large table takes long.
    let rows = sqlx::query!(
        r#"
        with alike as (
          select v.*, coalesce(v.owner_id = (select auth.uid()), false) as own,
            extensions.similarity(
              regexp_replace(app.fold(v.name), '^(the|le|la|les|el|los|las|l'')\M', ''),
              regexp_replace(app.fold($1), '^(the|le|la|les|el|los|las|l'')\M', ''))::float8 as alike
          from public.venues v
            cross join (select replace(plainto_tsquery('simple', app.fold($1))::text, '&', '|')::tsquery as words) asked
          where (v.owner_id is null or v.owner_id = (select auth.uid()))
            and ($2::text is null or v.city = any($3::text[]) or v.city is null and v.owner_id = (select auth.uid()))
            and (v.search @@ asked.words or v.name operator(extensions.%) $1)
        )
        select id as "id!", ref as reference, own as "own!", name as "name!", address, city, country, timezone, capacity,
          amenities as "amenities!", price_min_cents, price_max_cents, currency, alike as "similarity!", alike as "score!"
        from alike where alike >= 0.3 order by alike desc, own desc, id limit $4
        "#,
        name,
        city,
        &cities,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| hit!(row)).collect())
}

/// The venue with this id, if it is shared or the caller's own.
pub async fn get(conn: &mut PgConnection, id: Uuid) -> Result<Option<VenueHit>, StoreError> {
    by_key(conn, Some(id), None).await
}

/// The venue with this id or reference, as the API and its pages name it (ruling C-24), if it is shared or the caller's own.
pub async fn get_by_key(conn: &mut PgConnection, key: &str) -> Result<Option<VenueHit>, StoreError> {
    by_key(conn, Uuid::try_parse(key).ok(), Some(key)).await
}

async fn by_key(
    conn: &mut PgConnection,
    id: Option<Uuid>,
    reference: Option<&str>,
) -> Result<Option<VenueHit>, StoreError> {
    let row = sqlx::query!(
        r#"
        select id as "id!", ref as reference, coalesce(owner_id = (select auth.uid()), false) as "own!", name as "name!", address,
          city, country, timezone, capacity, amenities as "amenities!", price_min_cents, price_max_cents, currency,
          1::float8 as "score!", 1::float8 as "similarity!"
        from public.venues
        -- A published event shows somebody else's own place to all; an event there would be refused.
        where (id = $1 or ref = $2) and (owner_id is null or owner_id = (select auth.uid()))
        limit 1
        "#,
        id,
        reference
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| hit!(row)))
}

/// Keeps the place of a draft as its organizer's own (ruling C-64) and gives its row. Runs as that organizer, in a transaction.
///
/// The same name in the same city is the same place: what was not known of it before is added, and as many people count as were
/// planned there last. A draft that names no place goes by its address.
///
/// # Errors
/// [`StoreError::Refused`] for somebody who may not draft; [`StoreError::Fault`] for a draft without place and address.
pub async fn put_own(conn: &mut PgConnection, owner: Uuid, draft: &Draft) -> Result<Uuid, StoreError> {
    let name = draft.place.as_deref().or(draft.address.as_deref()).unwrap_or_default();
    // Two sessions of one organizer may say the same place at once; the statement after the lock sees what the other wrote.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('own venue ' || $1::uuid, 0))", owner)
        .fetch_one(&mut *conn)
        .await?;
    let capacity = draft.capacity.and_then(|people| i32::try_from(people).ok());
    let id = sqlx::query_scalar!(
        r#"
        with same as (
          select v.id from public.venues v
          where v.owner_id = $1 and app.fold(v.name) = app.fold($2)
            and (v.city is null or $4::text is null or app.fold(v.city) = app.fold($4))
          order by v.city is null, v.created_at, v.id limit 1
        ), told as (
          update public.venues v
          set address = coalesce(v.address, $3), city = coalesce(v.city, $4), country = coalesce(v.country, $5),
            timezone = coalesce(v.timezone, $6), capacity = coalesce($7, v.capacity),
            amenities = array(select distinct unnest(v.amenities || $8::text[]) order by 1)
          from same where v.id = same.id
          returning v.id
        ), new as (
          insert into public.venues (owner_id, name, address, city, country, timezone, capacity, amenities)
          select $1, $2, $3, $4, $5, $6, $7, $8 where not exists (select from same)
          returning id
        )
        select id as "id!" from told union all select id from new
        "#,
        owner,
        name.trim(),
        draft.address,
        draft.city,
        draft.country,
        draft.timezone,
        capacity,
        &draft.amenities
    )
    .fetch_one(conn)
    .await?;
    Ok(id)
}

/// Notes for how many people the newest event at a place of the caller's own is: nobody measured the place, so what was said of an
/// earlier event is no bound of a later one, only what is proposed for it. A shared venue stays as it is. Runs as that organizer.
pub async fn plan_own(conn: &mut PgConnection, id: Uuid, people: u32) -> Result<(), StoreError> {
    let Ok(people) = i32::try_from(people) else { return Ok(()) };
    sqlx::query!(
        "update venues set capacity = $2 where id = $1 and owner_id = (select auth.uid()) and capacity is distinct from $2",
        id,
        people
    )
    .execute(conn)
    .await?;
    Ok(())
}
