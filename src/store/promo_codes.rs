//! Codes that make tickets cheaper. What a buyer typed is looked up as the server; organizers keep their codes over REST.

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;
use crate::domain::sale::Discount;

/// The longest code, in characters.
const CODE_CHARS: usize = 40;

/// A code of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Promo {
    /// Its row.
    pub id: Uuid,
    /// What it takes off.
    pub discount: Discount,
    /// It can be used now.
    pub holds: bool,
}

/// A code as it is stored, from what somebody typed; `None` when nothing was.
pub fn written(typed: &str) -> Option<String> {
    // What no code holds finds none, and does not trouble the database.
    let letter = |c: char| if c.is_control() { '?' } else { c };
    let code: String = typed.trim().to_uppercase().chars().map(letter).take(CODE_CHARS + 1).collect();
    (!code.is_empty()).then_some(code)
}

/// The code of an event. The till must be open, so that its uses are counted exactly.
pub async fn find(conn: &mut PgConnection, event: Uuid, code: &str) -> Result<Option<Promo>, StoreError> {
    let row = sqlx::query!(
        r#"select p.id, p.percent::float8 as percent, coalesce(p.amount_cents, 0) as "amount!",
               coalesce(p.valid_from <= now(), true) and coalesce(now() < p.valid_until, true) and coalesce(p.most_orders >
                 (select count(*) from orders o where o.promo_code_id = p.id and o.status in ('pending', 'paid')), true) as "holds!"
           from promo_codes p where p.event_id = $1 and p.code = $2"#,
        event,
        code
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Promo {
        id: row.id,
        discount: row.percent.map_or(Discount::Amount(row.amount), Discount::Percent),
        holds: row.holds,
    }))
}

/// Notes that an order was made with it.
pub async fn use_for(conn: &mut PgConnection, order: Uuid, promo: Uuid) -> Result<(), StoreError> {
    sqlx::query!("update orders set promo_code_id = $2 where id = $1", order, promo).execute(conn).await?;
    Ok(())
}
