//! Mails about signing in, left for the publisher.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::error::StoreError;

/// Leaves a mail for the publisher. The same dedupe key a second time leaves the first as it is.
pub async fn enqueue(
    conn: &mut PgConnection,
    user: Option<Uuid>,
    kind: &str,
    payload: &Value,
    dedupe_key: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into payment_setup_queue (user_id, kind, payload, dedupe_key)
         values ($1, $2, $3, $4) on conflict (dedupe_key) do nothing",
        user,
        kind,
        payload,
        dedupe_key
    )
    .execute(conn)
    .await?;
    Ok(())
}
