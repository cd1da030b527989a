//! What an event sells, as the payment service must know it, and what that service calls it.
//!
//! The ids live in `events.metadata` (`stripe_product_id`, `stripe_prices`, `stripe_archive`), merged key by key, and beside
//! each ticket. All of it runs as the server.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};

/// The key of the price of an event that sells one kind of ticket only.
pub const WHOLE: &str = "event";

/// What an event sells.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The event.
    pub event: Uuid,
    /// Its name.
    pub name: String,
    /// ISO 4217 code; `None` where nothing costs.
    pub currency: Option<String>,
    /// Tax is added to the price.
    pub taxed: bool,
    /// The product's id, when it is known.
    pub product: Option<String>,
    /// What the product is called there.
    pub product_name: Option<String>,
    /// The event is called off: nothing is sold any more.
    pub over: bool,
    /// The prices that the service should have.
    pub wanted: Vec<Wanted>,
    /// The prices that it has.
    pub kept: BTreeMap<String, Kept>,
    /// Prices that were replaced and may still be active.
    pub archive: Vec<String>,
}

/// A price that should be there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Wanted {
    /// The ticket's id, or [`WHOLE`].
    pub key: String,
    /// What it is called.
    pub name: Option<String>,
    /// Minor units.
    pub price_cents: i64,
}

/// A price that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The service's id.
    pub id: String,
    /// Minor units.
    pub price_cents: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// What a published event sells, nothing once it was called off; `None` when there is no such event, or it never was published.
pub async fn get(conn: &mut PgConnection, event: Uuid) -> Result<Option<Offer>, StoreError> {
    let row = sqlx::query!(
        r#"select e.name as "name!", e.status = 'cancelled' as "over!", e.currency, coalesce(e.tax_rate > 0, false) as "taxed!", e.metadata,
               (select coalesce(jsonb_agg(jsonb_build_object('key', w.key, 'name', w.name, 'price_cents', w.price) order by w.place), '[]')
                from (select t.id::text as key, t.name, t.price_cents as price, t.position as place from ticket_tiers t where t.event_id = e.id
                      union all
                      select $2, null, e.price_cents, 0
                      where not exists (select from ticket_tiers t where t.event_id = e.id)) w
                where w.price > 0 and e.status = 'published') as "wanted!"
           from events e where e.id = $1 and e.published_at is not null"#,
        event,
        WHOLE
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let known = |key: &str| row.metadata.get(key).cloned();
    let unreadable = |error| odd("metadata of payments", error);
    Ok(Some(Offer {
        event,
        name: row.name,
        currency: row.currency,
        taxed: row.taxed,
        product: known("stripe_product_id").and_then(|id| id.as_str().map(str::to_owned)),
        product_name: known("stripe_product_name").and_then(|name| name.as_str().map(str::to_owned)),
        over: row.over,
        wanted: serde_json::from_value(row.wanted).map_err(|error| odd("tickets", error))?,
        kept: known("stripe_prices").map(serde_json::from_value).transpose().map_err(unreadable)?.unwrap_or_default(),
        archive: known("stripe_archive")
            .map(serde_json::from_value)
            .transpose()
            .map_err(unreadable)?
            .unwrap_or_default(),
    }))
}

/// Keeps the product's id, and what it is called; `None`: it is not sold any more.
pub async fn keep_product(
    conn: &mut PgConnection,
    event: Uuid,
    product: &str,
    name: Option<&str>,
) -> Result<(), StoreError> {
    let merged = json!({"stripe_product_id": product, "stripe_product_name": name});
    sqlx::query!("update events set metadata = metadata || $2 where id = $1", event, merged).execute(conn).await?;
    Ok(())
}

/// Keeps the prices as they are now, and beside each ticket its own.
pub async fn keep_prices(conn: &mut PgConnection, offer: &Offer) -> Result<(), StoreError> {
    let whole = offer.kept.get(WHOLE).map(|price| price.id.clone());
    // JSON null removes a key from metadata.
    let archive = (!offer.archive.is_empty()).then_some(&offer.archive);
    let merged = json!({"stripe_prices": offer.kept, "stripe_price_id": whole, "stripe_archive": archive});
    sqlx::query!("update events set metadata = metadata || $2 where id = $1", offer.event, merged)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        r#"update ticket_tiers t set stripe_price_id = $2::jsonb -> t.id::text ->> 'id'
           where t.event_id = $1 and t.stripe_price_id is distinct from $2::jsonb -> t.id::text ->> 'id'"#,
        offer.event,
        json!(offer.kept)
    )
    .execute(conn)
    .await?;
    Ok(())
}
