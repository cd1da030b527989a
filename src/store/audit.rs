//! The audit log (R110): who did what, appended and never changed.

use std::net::IpAddr;

use serde_json::Value;
use sqlx::PgConnection;

use super::error::StoreError;

/// Where a request came from, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// What the client calls itself.
    pub agent: Option<String>,
}

/// Appends a line in the name of whoever the transaction acts for. `event_type`: `login`, `payment`, `rate_limit`, and so on.
pub async fn write(
    conn: &mut PgConnection,
    event_type: &str,
    metadata: &Value,
    origin: &Origin,
) -> Result<(), StoreError> {
    let ip = origin.ip.map(|ip| ip.to_string());
    sqlx::query!("select app.audit($1, $2, $3, $4)", event_type, metadata, ip, origin.agent).fetch_one(conn).await?;
    Ok(())
}

/// Says where this transaction's request came from, for the lines that the database appends by itself (`event_create`).
pub async fn come_from(conn: &mut PgConnection, origin: &Origin) -> Result<(), StoreError> {
    sqlx::query!(
        r#"select set_config('eventos.client_ip', $1, true) as ip, set_config('eventos.user_agent', $2, true) as agent"#,
        origin.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        // What a header may hold a setting may not: it ends at a NUL.
        origin.agent.as_deref().unwrap_or_default().replace('\0', "")
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}
