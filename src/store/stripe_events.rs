//! What Stripe told us, each event once, with what it changes in the same transaction. All of it runs as the server.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::error::StoreError;

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
