//! What goes and what stays when somebody deletes their account.
//!
//! Promises: events that sold something stay for those who bought, called off and without their organizer's name, and so do the orders,
//! the payment account that they were paid to, and the audit log; everything else of that person is gone when the transaction
//! commits, and before that nothing is. Runs as the server.

use sqlx::PgConnection;
use uuid::Uuid;

use super::accounts::{one_time, sign_ins, users};
use super::error::StoreError;

/// What stays behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Events that are kept, because somebody bought a ticket.
    pub events_kept: usize,
    /// Those of them that were called off now.
    pub called_off: Vec<Uuid>,
}

/// Removes somebody with all that is theirs, but what others have bought.
pub async fn leave(conn: &mut PgConnection, user: Uuid) -> Result<Left, StoreError> {
    // The events first, as everybody does who sells of one: who buys or pays holds an event and then needs its organizer's row
    // (decision 0039). Then the person before the profile, as everybody does who confirms what was mailed: a changed address is written
    // through to the profile. Behind that row nobody signs in or shows a mail meanwhile.
    sqlx::query!("select id from events where organizer_id = $1 order by id for no key update", user)
        .fetch_all(&mut *conn)
        .await?;
    users::lock(conn, user).await?;
    sign_ins::end_all(conn, user, None).await?;
    one_time::forget(conn, user, None).await?;
    sqlx::query!("select id from profiles where id = $1 for update", user).fetch_optional(&mut *conn).await?;
    let kept = sqlx::query_scalar!(
        "select id from events e where organizer_id = $1 and exists (select from orders o where o.event_id = e.id)",
        user
    )
    .fetch_all(&mut *conn)
    .await?;
    if kept.is_empty() {
        users::delete(conn, user).await?;
        return Ok(Left { events_kept: 0, called_off: Vec::new() });
    }
    let called_off = sqlx::query_scalar!(
        "update events set status = 'cancelled' where id = any($1) and status = 'published' returning id",
        &kept
    )
    .fetch_all(&mut *conn)
    .await?;
    forget(conn, user, &kept).await?;
    Ok(Left { events_kept: kept.len(), called_off })
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
    sqlx::query!("delete from chats where user_id = $1", user).execute(&mut *conn).await?;
    sqlx::query!("delete from outbox where user_id = $1", user).execute(&mut *conn).await?;
    sqlx::query!("delete from stripe_connects where user_id = $1", user).execute(&mut *conn).await?;
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
