//! What each turn changed in a draft, for undo and redo. The newest fifty are kept.
//!
//! A change is keyed by the session's version after it, which counts every turn, also one whose fact has no column yet.

use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// What one turn changed: the draft's fields before and after, `null` for "not known".
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// The session's version after the turn.
    pub version: i64,
    /// Values before.
    pub before: Map<String, Value>,
    /// Values after.
    pub after: Map<String, Value>,
}

/// The newest change that was not taken back.
pub async fn newest(conn: &mut PgConnection, session: Uuid, taken_back: &[i64]) -> Result<Option<Change>, StoreError> {
    let row = sqlx::query!(
        "select revision, patch from draft_revisions where session_id = $1 and revision <> all($2) order by revision desc limit 1",
        session,
        taken_back
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| change(row.revision, &row.patch)))
}

/// The change of this version.
pub async fn get(conn: &mut PgConnection, session: Uuid, version: i64) -> Result<Option<Change>, StoreError> {
    let row = sqlx::query!(
        "select revision, patch from draft_revisions where session_id = $1 and revision = $2",
        session,
        version
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| change(row.revision, &row.patch)))
}

/// Forgets changes that were taken back, once something new was said.
pub async fn forget(conn: &mut PgConnection, session: Uuid, versions: &[i64]) -> Result<(), StoreError> {
    sqlx::query!("delete from draft_revisions where session_id = $1 and revision = any($2)", session, versions)
        .execute(conn)
        .await?;
    Ok(())
}

fn change(version: i64, patch: &Value) -> Change {
    let side = |name: &str| patch.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    Change { version, before: side("before"), after: side("after") }
}
