//! The audit log (R110): who did what, appended and never changed.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

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

/// Lines in one page of the log.
const PAGE: i64 = 1_000;

/// A place in the log, between two lines.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    at: Timestamp,
    id: Uuid,
}

impl Place {
    /// Before everything that happened at this moment.
    pub fn before(at: Timestamp) -> Self {
        Self { at, id: Uuid::nil() }
    }
}

/// The next lines after this place, the oldest first, and the place after them; `None` when there are no more. Runs as the server.
pub async fn page(conn: &mut PgConnection, after: &Place) -> Result<(Vec<Value>, Option<Place>), StoreError> {
    let rows = sqlx::query!(
        r#"select id, created_at as "at: jiff_sqlx::Timestamp", to_jsonb(l) as "line!" from security_audit_log l
           where (created_at, id) > ($1, $2) order by created_at, id limit $3"#,
        after.at.to_sqlx() as _,
        after.id,
        PAGE
    )
    .fetch_all(conn)
    .await?;
    let last = rows.last().map(|row| Place { at: row.at.to_jiff(), id: row.id });
    Ok((rows.into_iter().map(|row| row.line).collect(), last))
}
