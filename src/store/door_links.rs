//! Links for whoever stands at a door: each opens one event's check-in, and nothing else, until it is taken back.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// A link as its organizer sees it; what stands in it is not known any more.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DoorLink {
    /// Its id.
    pub id: Uuid,
    /// Whose door it is.
    pub name: String,
    /// When it was used last.
    pub used_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An event may have so many.
pub const MOST: i64 = 100;

/// Makes one for an event, which must be the caller's own. `false`: it has as many as there can be.
pub async fn add(
    conn: &mut PgConnection,
    id: Uuid,
    event: Uuid,
    name: &str,
    token_hash: &[u8; 32],
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "insert into door_links (id, event_id, name, token_hash)
         select $1, $2, $3, $4 where (select count(*) from door_links where event_id = $2) < $5",
        id,
        event,
        name,
        &token_hash[..],
        MOST
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Those of the caller's own event, the newest first.
pub async fn list(conn: &mut PgConnection, event: Uuid) -> Result<Vec<DoorLink>, StoreError> {
    let rows = sqlx::query!(
        r#"select id, name, used_at as "used_at: jiff_sqlx::Timestamp", created_at as "created_at: jiff_sqlx::Timestamp"
           from door_links where event_id = $1 order by created_at desc, id limit 100"#,
        event
    )
    .fetch_all(conn)
    .await?;
    let link = rows.into_iter().map(|row| DoorLink {
        id: row.id,
        name: row.name,
        used_at: row.used_at.map(jiff_sqlx::Timestamp::to_jiff),
        created_at: row.created_at.to_jiff(),
    });
    Ok(link.collect())
}

/// Takes one of the caller's own back. `false`: there is none.
pub async fn remove(conn: &mut PgConnection, event: Uuid, id: Uuid) -> Result<bool, StoreError> {
    let done = sqlx::query!("delete from door_links where id = $2 and event_id = $1", event, id).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The event.
    pub event: Uuid,
    /// What the event is called.
    pub event_name: String,
    /// What the door is called.
    pub name: String,
}

/// What a link opens while it holds. Runs as the server.
pub async fn event_of(conn: &mut PgConnection, token_hash: &[u8; 32]) -> Result<Option<Door>, StoreError> {
    let door = sqlx::query_as!(
        Door,
        r#"select d.event_id as "event!", coalesce(e.name, '') as "event_name!", d.name as "name!"
           from app.door_of($1) d join events e on e.id = d.event_id"#,
        &token_hash[..]
    );
    Ok(door.fetch_optional(conn).await?)
}
