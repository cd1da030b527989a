//! People as sign-in knows them (`auth.users`).

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::person::Person;
use crate::store::error::StoreError;
use crate::store::people;

/// A row of `auth.users`.
#[derive(Clone)]
pub struct User {
    /// Their id, which is also their profile's.
    pub id: Uuid,
    /// Their address in lower case; guests have none.
    pub email: Option<String>,
    /// Their phone number, as E.164.
    pub phone: Option<String>,
    /// The hash of their password (PHC), if they have one.
    pub password: Option<String>,
    /// When their address was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// When the last mail to confirm it was asked for.
    pub confirmation_sent_at: Option<Timestamp>,
    /// When they signed in last.
    pub last_sign_in_at: Option<Timestamp>,
    /// They may not sign in before this moment.
    pub banned_until: Option<Timestamp>,
    /// What administration says about them.
    pub app_meta: Value,
    /// What they say about themselves.
    pub user_meta: Value,
    /// A guest.
    pub is_anonymous: bool,
    /// When they signed up.
    pub created_at: Timestamp,
    /// When the row changed last.
    pub updated_at: Timestamp,
}

/// Somebody new.
pub struct NewUser<'a> {
    /// Their id.
    pub id: Uuid,
    /// Their address in lower case.
    pub email: Option<&'a str>,
    /// Their phone number, as E.164.
    pub phone: Option<&'a str>,
    /// The hash of their password (PHC).
    pub password: Option<&'a str>,
    /// Their address counts from the start.
    pub confirmed: bool,
    /// What administration says about them.
    pub app_meta: &'a Value,
    /// What they say about themselves.
    pub user_meta: &'a Value,
    /// A guest.
    pub is_anonymous: bool,
}

/// What is to change; `None` stays as it is.
#[derive(Default)]
pub struct Change<'a> {
    /// The address in lower case; whoever gets one is no guest any longer.
    pub email: Option<&'a str>,
    /// The phone number, as E.164.
    pub phone: Option<&'a str>,
    /// The hash of the password (PHC).
    pub password: Option<&'a str>,
    /// The address is confirmed now, unless it was before.
    pub confirmed: bool,
    /// A mail to confirm it was asked for now.
    pub confirmation_sent: bool,
    /// All that administration says about them.
    pub app_meta: Option<&'a Value>,
    /// All that they say about themselves.
    pub user_meta: Option<&'a Value>,
    /// Whether they may sign in.
    pub ban: Option<Ban>,
}

/// Whether somebody may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ban {
    /// They may.
    Lifted,
    /// Not before this moment.
    Until(Timestamp),
}

/// The person with this id.
pub async fn get(conn: &mut PgConnection, id: Uuid) -> Result<Option<User>, StoreError> {
    Ok(load(conn, &[id]).await?.pop())
}

/// Holds the row of somebody until the transaction ends: whoever else is to change them, or to lock them, waits.
pub async fn lock(conn: &mut PgConnection, id: Uuid) -> Result<(), StoreError> {
    sqlx::query!("select id from auth.users where id = $1 for no key update", id).fetch_optional(conn).await?;
    Ok(())
}

/// The person with this address, whatever its case.
pub async fn by_email(conn: &mut PgConnection, email: &str) -> Result<Option<User>, StoreError> {
    let found = sqlx::query!("select id from auth.users where lower(email) = lower($1)", email)
        .fetch_optional(&mut *conn)
        .await?;
    match found {
        Some(row) => get(conn, row.id).await,
        None => Ok(None),
    }
}

/// Everybody, the oldest first, and how many there are in all.
pub async fn list(conn: &mut PgConnection, offset: i64, limit: i64) -> Result<(Vec<User>, i64), StoreError> {
    let total = sqlx::query!(r#"select count(*) as "count!" from auth.users"#).fetch_one(&mut *conn).await?.count;
    let ids = sqlx::query!("select id from auth.users order by created_at, id offset $1 limit $2", offset, limit)
        .fetch_all(&mut *conn)
        .await?;
    let ids: Vec<Uuid> = ids.into_iter().map(|row| row.id).collect();
    Ok((load(conn, &ids).await?, total))
}

async fn load(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<User>, StoreError> {
    let rows = sqlx::query!(
        r#"select id, email, phone, encrypted_password, raw_app_meta_data, raw_user_meta_data, is_anonymous,
               email_confirmed_at as "confirmed_at: jiff_sqlx::Timestamp",
               confirmation_sent_at as "confirmation_sent_at: jiff_sqlx::Timestamp",
               last_sign_in_at as "last_sign_in_at: jiff_sqlx::Timestamp",
               banned_until as "banned_until: jiff_sqlx::Timestamp",
               created_at as "created_at: jiff_sqlx::Timestamp", updated_at as "updated_at: jiff_sqlx::Timestamp"
           from auth.users where id = any($1) order by created_at, id"#,
        ids
    )
    .fetch_all(conn)
    .await?;
    let time = |at: Option<jiff_sqlx::Timestamp>| at.map(jiff_sqlx::Timestamp::to_jiff);
    let users = rows.into_iter().map(|row| User {
        id: row.id,
        email: row.email,
        phone: row.phone,
        password: row.encrypted_password,
        confirmed_at: time(row.confirmed_at),
        confirmation_sent_at: time(row.confirmation_sent_at),
        last_sign_in_at: time(row.last_sign_in_at),
        banned_until: time(row.banned_until),
        app_meta: row.raw_app_meta_data,
        user_meta: row.raw_user_meta_data,
        is_anonymous: row.is_anonymous,
        created_at: row.created_at.to_jiff(),
        updated_at: row.updated_at.to_jiff(),
    });
    Ok(users.collect())
}

/// Adds somebody; a taken address is [`StoreError::Taken`].
pub async fn insert(conn: &mut PgConnection, user: &NewUser<'_>, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into auth.users (id, email, phone, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
             is_anonymous, created_at, updated_at)
         values ($1, $2, $3, $4, case when $5 then $6::timestamptz end, $7, $8, $9, $6, $6)",
        user.id,
        user.email,
        user.phone,
        user.password,
        user.confirmed,
        now.to_sqlx() as _,
        user.app_meta,
        user.user_meta,
        user.is_anonymous
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("update profiles set phone = $2 where id = $1 and $2::text is not null", user.id, user.phone)
        .execute(conn)
        .await?;
    Ok(())
}

/// Changes somebody; a taken address is [`StoreError::Taken`].
pub async fn update(conn: &mut PgConnection, id: Uuid, change: &Change<'_>, now: Timestamp) -> Result<(), StoreError> {
    let banned_until = match change.ban {
        Some(Ban::Until(at)) => Some(at.to_sqlx()),
        Some(Ban::Lifted) | None => None,
    };
    sqlx::query!(
        "update auth.users set email = coalesce($2, email), phone = coalesce($3, phone),
             encrypted_password = coalesce($4, encrypted_password),
             email_confirmed_at = case when $5 then coalesce(case when $2::text is null then email_confirmed_at end, $6) else email_confirmed_at end,
             confirmation_sent_at = case when $7 then $6 else confirmation_sent_at end,
             raw_app_meta_data = coalesce($8, raw_app_meta_data), raw_user_meta_data = coalesce($9, raw_user_meta_data),
             banned_until = case when $10 then $11 else banned_until end,
             is_anonymous = is_anonymous and $2::text is null, updated_at = $6
         where id = $1",
        id,
        change.email,
        change.phone,
        change.password,
        change.confirmed,
        now.to_sqlx() as _,
        change.confirmation_sent,
        change.app_meta,
        change.user_meta,
        change.ban.is_some(),
        banned_until as _
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("update profiles set phone = $2 where id = $1 and $2::text is not null", id, change.phone)
        .execute(conn)
        .await?;
    Ok(())
}

/// Somebody signs up once more whose address is not confirmed yet: the new password and words take the place of the old ones. False when
/// the address was confirmed meanwhile, and nothing changed.
pub async fn sign_up_again(
    conn: &mut PgConnection,
    id: Uuid,
    new: &NewUser<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = sqlx::query!(
        "update auth.users set encrypted_password = $2, raw_user_meta_data = $3, updated_at = $4
         where id = $1 and email_confirmed_at is null",
        id,
        new.password,
        new.user_meta,
        now.to_sqlx() as _
    )
    .execute(&mut *conn)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "update profiles set full_name = left(nullif(coalesce($2::jsonb ->> 'full_name', $2::jsonb ->> 'name'), ''), 200) where id = $1",
        id,
        new.user_meta
    )
    .execute(conn)
    .await?;
    Ok(true)
}

/// Lays these over what administration says about somebody.
pub async fn merge_app_meta(conn: &mut PgConnection, id: Uuid, meta: &Value, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query!(
        "update auth.users set raw_app_meta_data = raw_app_meta_data || $2, updated_at = $3 where id = $1",
        id,
        meta,
        now.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// They signed in now.
pub async fn signed_in(conn: &mut PgConnection, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query!("update auth.users set last_sign_in_at = $2, updated_at = $2 where id = $1", id, now.to_sqlx() as _)
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes somebody with all that is theirs. False when there is nobody.
pub async fn delete(conn: &mut PgConnection, id: Uuid) -> Result<bool, StoreError> {
    Ok(sqlx::query!("delete from auth.users where id = $1", id).execute(conn).await?.rows_affected() == 1)
}

/// The person with this id, unless they are banned.
pub async fn active_person(conn: &mut PgConnection, id: Uuid, now: Timestamp) -> Result<Option<Person>, StoreError> {
    let free = sqlx::query!(
        r#"select coalesce(banned_until <= $2, true) as "free!" from auth.users where id = $1"#,
        id,
        now.to_sqlx() as _
    )
    .fetch_optional(&mut *conn)
    .await?;
    if free.is_some_and(|row| row.free) { people::get(conn, id).await } else { Ok(None) }
}

/// A guest's drafts become those of somebody who signed in; the guest is gone afterwards. How many sessions moved.
pub async fn move_drafts(conn: &mut PgConnection, guest: Uuid, user: Uuid) -> Result<i32, StoreError> {
    sqlx::query!("select app.move_mail($1, $2)", guest, user).fetch_one(&mut *conn).await?;
    Ok(sqlx::query!(r#"select app.move_drafts($1, $2) as "moved!""#, guest, user).fetch_one(conn).await?.moved)
}
