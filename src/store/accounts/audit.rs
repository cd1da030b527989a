//! Lines of the security log about signing in (R110).

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::error::StoreError;

/// Something that happened.
pub struct Entry<'a> {
    /// Whom it concerns, if that is a person who is still there.
    pub user: Option<Uuid>,
    /// What, such as `login`.
    pub event: &'a str,
    /// The address that it came from.
    pub ip: Option<&'a str>,
    /// The program that was used.
    pub user_agent: Option<&'a str>,
    /// More about it; never a secret.
    pub metadata: &'a Value,
}

/// Writes it down.
pub async fn add(conn: &mut PgConnection, entry: &Entry<'_>) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into security_audit_log (user_id, event_type, ip_address, user_agent, metadata)
         values ((select id from profiles where id = $1), $2, $3::text::inet, left($4, 500), $5)",
        entry.user,
        entry.event,
        entry.ip,
        entry.user_agent,
        entry.metadata
    )
    .execute(conn)
    .await?;
    Ok(())
}
