//! What goes and what stays when somebody deletes their account.
//!
//! Promises: events that sold something stay for those who bought, called off and without their organizer's name; everything
//! else of that person is gone when the transaction commits. Runs as the server, but for [`call_off`].

use sqlx::PgConnection;
use uuid::Uuid;

use super::accounts::{one_time, sign_ins, users};
use super::error::StoreError;

/// What stays behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Events that are kept, because somebody bought a ticket.
    pub events_kept: usize,
}

/// Calls off the published events of the caller that sold something. Runs as the organizer.
pub async fn call_off(conn: &mut PgConnection) -> Result<(), StoreError> {
    let sold = sqlx::query!(
        "select id from events e where organizer_id = (select auth.uid()) and status = 'published'
           and exists (select from orders o where o.event_id = e.id)"
    )
    .fetch_all(&mut *conn)
    .await?;
    for event in sold {
        sqlx::query!("select from app.cancel($1)", event.id).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Removes somebody with all that is theirs, but what others have bought.
pub async fn leave(conn: &mut PgConnection, user: Uuid) -> Result<Left, StoreError> {
    sqlx::query!("select id from profiles where id = $1 for update", user).fetch_optional(&mut *conn).await?;
    let kept = sqlx::query!(
        "select id from events e where organizer_id = $1 and exists (select from orders o where o.event_id = e.id) for update",
        user
    )
    .fetch_all(&mut *conn)
    .await?;
    if kept.is_empty() {
        users::delete(conn, user).await?;
        return Ok(Left { events_kept: 0 });
    }
    let kept: Vec<Uuid> = kept.into_iter().map(|row| row.id).collect();
    // What sold its first ticket since the caller's own were called off.
    sqlx::query!("update events set status = 'cancelled' where id = any($1) and status = 'published'", &kept)
        .execute(&mut *conn)
        .await?;
    forget(conn, user, &kept).await?;
    sign_ins::end_all(conn, user, None).await?;
    one_time::forget(conn, user).await?;
    Ok(Left { events_kept: kept.len() })
}

/// Everything about this person but these events, and their name.
async fn forget(conn: &mut PgConnection, user: Uuid, kept: &[Uuid]) -> Result<(), StoreError> {
    sqlx::query!("delete from wizard_sessions where user_id = $1", user).execute(&mut *conn).await?;
    sqlx::query!("delete from events where organizer_id = $1 and id <> all($2)", user, kept)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "delete from files f where owner_id = $1 and not exists (select from events e where e.image_id = f.id)",
        user
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from venues v where owner_id = $1 and not exists (select from events e where e.venue_id = v.id)",
        user
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from chat_accounts where user_id = $1", user).execute(&mut *conn).await?;
    sqlx::query!("delete from link_codes where user_id = $1", user).execute(&mut *conn).await?;
    sqlx::query!("delete from idempotency_keys where user_id = $1", user).execute(&mut *conn).await?;
    sqlx::query!("delete from webhooks where owner_id = $1", user).execute(&mut *conn).await?;
    // Nobody signs in as this person again; the row is what the kept events hang on.
    sqlx::query!(
        "update auth.users set email = null, phone = null, encrypted_password = null, raw_user_meta_data = '{}',
             banned_until = '9999-01-01Z', updated_at = now()
         where id = $1",
        user
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update profiles set email = null, full_name = null, phone = null, company = null, country = null where id = $1",
        user
    )
    .execute(conn)
    .await?;
    Ok(())
}
