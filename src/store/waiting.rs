//! The line of those who wait for seats of a sold-out event, in the order in which they came. Runs as the server.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// Somebody who waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Their row.
    pub id: Uuid,
    /// The event.
    pub event: Uuid,
    /// The kind of ticket.
    pub kind: Option<Uuid>,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// The language that they read.
    pub language: Option<String>,
    /// How many seats.
    pub seats: u32,
}

/// Puts somebody at the end of the line. `false`: they stand there already.
pub async fn add(conn: &mut PgConnection, who: &Waiting) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        r#"insert into waiting (id, event_id, tier_id, email, name, language, seats) values ($1, $2, $3, $4, $5, $6, $7)
           on conflict do nothing"#,
        who.id,
        who.event,
        who.kind,
        who.email,
        who.name,
        who.language,
        i32::try_from(who.seats).unwrap_or(1)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Events that somebody waits for, as long as their till is open at this time ([`super::sales::look`]).
pub async fn events(conn: &mut PgConnection, now: Timestamp) -> Result<Vec<Uuid>, StoreError> {
    let rows = sqlx::query!(
        r#"select distinct w.event_id from waiting w join events e on e.id = w.event_id
           where w.offered_at is null and e.status = 'published'
             and (e.recurrence is not null or coalesce(e.date_time + make_interval(mins => coalesce(e.duration, 0)) > $1, true))"#,
        now.to_sqlx() as _
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| row.event_id).collect())
}

/// Who waits for an event, the first first; of each kind of ticket so many that no kind's line keeps another's from being served.
pub async fn line(conn: &mut PgConnection, event: Uuid) -> Result<Vec<Waiting>, StoreError> {
    let rows = sqlx::query!(
        r#"select id as "id!", event_id as "event_id!", tier_id, email as "email!", name as "name!", language, seats as "seats!"
           from (select w.*, row_number() over (partition by tier_id order by created_at, id) as place from waiting w
                 where event_id = $1 and offered_at is null) w
           where place <= 200 order by created_at, id"#,
        event
    )
    .fetch_all(conn)
    .await?;
    let waiting = rows.into_iter().map(|row| Waiting {
        id: row.id,
        event: row.event_id,
        kind: row.tier_id,
        email: row.email,
        name: row.name,
        language: row.language,
        seats: u32::try_from(row.seats).unwrap_or(1),
    });
    Ok(waiting.collect())
}

/// Notes that somebody's seats are held for them.
pub async fn offered(conn: &mut PgConnection, id: Uuid, order: Uuid) -> Result<(), StoreError> {
    sqlx::query!("update waiting set offered_at = now(), order_id = $2 where id = $1", id, order).execute(conn).await?;
    Ok(())
}
