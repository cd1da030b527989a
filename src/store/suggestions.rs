//! What was suggested, and what became of it. Rows are written by [`super::settlement`].

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;
use crate::domain::suggestion::Suggestion;

/// A suggestion that this session was shown; `None` when there is none with this id.
pub async fn get(conn: &mut PgConnection, session: Uuid, id: Uuid) -> Result<Option<Suggestion>, StoreError> {
    let row = sqlx::query!("select data from suggestions where session_id = $1 and id = $2", session, id)
        .fetch_optional(conn)
        .await?;
    row.map(|row| serde_json::from_value(row.data).map_err(|error| StoreError::Fault(error.to_string()))).transpose()
}

/// Notes that these were seen and something else was chosen.
pub async fn rejected(conn: &mut PgConnection, session: Uuid, ids: &[Uuid]) -> Result<(), StoreError> {
    sqlx::query!(
        "update suggestions set rejected_at = now() where session_id = $1 and id = any($2) and accepted_at is null and rejected_at is null",
        session,
        ids
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The venues that were offered in this session and passed over.
pub async fn venues_passed_over(conn: &mut PgConnection, session: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let rows = sqlx::query_scalar!(
        r#"select distinct (fact ->> 'value')::uuid as "venue!" from suggestions s, jsonb_array_elements(s.data -> 'facts') fact
           where s.session_id = $1 and s.rejected_at is not null and fact ->> 'fact' = 'venue'"#,
        session
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Notes that a suggestion was taken.
pub async fn accepted(conn: &mut PgConnection, session: Uuid, id: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "update suggestions set accepted_at = now() where session_id = $1 and id = $2 and accepted_at is null",
        session,
        id
    )
    .execute(conn)
    .await?;
    Ok(())
}
