//! What Stripe told us, each event once, with what it changes in the same transaction. All of it runs as the server.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::error::StoreError;

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is connected.
    Connected {
        /// It can be paid.
        charges_enabled: bool,
        /// It gets its money.
        payouts_enabled: bool,
        /// Its owner has told Stripe everything.
        details_submitted: bool,
    },
    /// Its owner took the connection away.
    Disconnected,
}

/// Takes an event in. `false`: it was taken in before, and has had its effect.
pub async fn take(conn: &mut PgConnection, id: &str, kind: &str, happened_at: Timestamp) -> Result<bool, StoreError> {
    // A second delivery at the same moment waits here until the first has had its effect, or has failed.
    let done = sqlx::query!(
        "insert into stripe_events (id, type, happened_at) values ($1, $2, $3) on conflict (id) do nothing",
        id,
        kind,
        happened_at.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes over where an account stands, unless something newer is known. `false`: nothing changed.
pub async fn stand(
    conn: &mut PgConnection,
    account: &str,
    standing: Standing,
    happened_at: Timestamp,
) -> Result<bool, StoreError> {
    let (charges, payouts, details) = match standing {
        Standing::Connected { charges_enabled, payouts_enabled, details_submitted } => {
            (charges_enabled, payouts_enabled, details_submitted)
        }
        Standing::Disconnected => (false, false, false),
    };
    let done = sqlx::query!(
        r#"update stripe_accounts set charges_enabled = $3, payouts_enabled = $4, details_submitted = $5, told_at = $2,
               disconnected_at = case when $6 then $2 end
           where id = $1 and (told_at is null or told_at <= $2)"#,
        account,
        happened_at.to_sqlx() as _,
        charges,
        payouts,
        details,
        standing == Standing::Disconnected
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
