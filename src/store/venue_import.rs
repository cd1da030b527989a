//! Shared venues that an operator brings in. Runs as the server.

use sqlx::PgConnection;

use super::error::StoreError;

/// A shared venue as it is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Venue {
    /// By which it is known again.
    pub reference: String,
    /// What it is called.
    pub name: String,
    /// Street and number.
    pub address: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Country, by its code or name.
    pub country: Option<String>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
    /// IANA.
    pub timezone: Option<String>,
    /// How many people it holds.
    pub capacity: Option<i32>,
    /// What it has.
    pub amenities: Vec<String>,
    /// In minor units of the currency.
    pub price_min_cents: Option<i64>,
    /// In minor units of the currency.
    pub price_max_cents: Option<i64>,
    /// ISO 4217.
    pub currency: Option<String>,
}

/// What became of a venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It was not there before.
    Made,
    /// It was there, and is as the row says now.
    Renewed,
}

/// Where this venue was found to be before, north and east, if it still has the same address.
///
/// # Errors
/// Those of the store.
pub async fn spot(conn: &mut PgConnection, venue: &Venue) -> Result<Option<(f64, f64)>, StoreError> {
    let row = sqlx::query!(
        r#"select lat as "lat!", lon as "lon!" from public.venues
           where ref = $1 and owner_id is null and address = $2 and city is not distinct from $3 and lat is not null and lon is not null"#,
        venue.reference,
        venue.address,
        venue.city
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.lat, row.lon)))
}

/// Makes a shared venue, or renews the one with its reference; a refusal leaves the transaction as it was.
///
/// # Errors
/// What the table refuses, and those of the store.
pub async fn keep(conn: &mut PgConnection, venue: &Venue) -> Result<Kept, StoreError> {
    use sqlx::Connection as _;
    let mut savepoint = conn.begin().await?;
    let made = sqlx::query_scalar!(
        r#"
        insert into public.venues (ref, owner_id, name, address, city, country, lat, lon, timezone, capacity, amenities,
          price_min_cents, price_max_cents, currency)
        values ($1, null, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        on conflict (ref) do update set name = excluded.name, address = excluded.address, city = excluded.city,
          country = excluded.country, lat = excluded.lat, lon = excluded.lon, timezone = excluded.timezone,
          capacity = excluded.capacity, amenities = excluded.amenities, price_min_cents = excluded.price_min_cents,
          price_max_cents = excluded.price_max_cents, currency = excluded.currency
        where venues.owner_id is null
        returning (xmax = 0) as "made!"
        "#,
        venue.reference,
        venue.name,
        venue.address,
        venue.city,
        venue.country,
        venue.lat,
        venue.lon,
        venue.timezone,
        venue.capacity,
        &venue.amenities,
        venue.price_min_cents,
        venue.price_max_cents,
        venue.currency
    )
    .fetch_one(&mut *savepoint)
    .await?;
    savepoint.commit().await?;
    Ok(if made { Kept::Made } else { Kept::Renewed })
}
