//! People: who they are and what they may do.

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};
use crate::domain::person::{Person, Role};

/// The person with this id; `None` when there is none. Runs as the server.
pub async fn get(conn: &mut PgConnection, id: Uuid) -> Result<Option<Person>, StoreError> {
    let row = sqlx::query!(
        r#"select p.id, p.email, p.full_name, p.timezone, p.country, p.currency,
               coalesce(u.raw_app_meta_data ->> 'user_role', case when p.is_anonymous then 'guest' else 'organizer' end) as "role!"
           from profiles p join auth.users u on u.id = p.id where p.id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let role = Role::parse(&row.role).ok_or_else(|| odd("role", &row.role))?;
    Ok(Some(Person {
        id: row.id,
        role,
        email: row.email,
        name: row.full_name,
        timezone: row.timezone,
        country: row.country,
        currency: row.currency,
    }))
}

/// The language that a person reads, if known. Runs as the server.
pub async fn language(conn: &mut PgConnection, id: Uuid) -> Result<Option<String>, StoreError> {
    let row = sqlx::query!(
        r#"select coalesce(p.language, (select s.language from wizard_sessions s where s.user_id = p.id order by s.last_saved_at desc limit 1)) as language
           from profiles p where p.id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| row.language))
}

/// The organizer with this address, made when absent. Runs as the server.
pub async fn ensure_organizer(conn: &mut PgConnection, email: &str) -> Result<Person, StoreError> {
    ensure(conn, Some(email), Role::Organizer).await
}

/// A new guest. Runs as the server.
pub async fn new_guest(conn: &mut PgConnection) -> Result<Person, StoreError> {
    ensure(conn, None, Role::Guest).await
}

/// The person with this id where sign-in belongs to somebody else, who also says their role. Runs as the server.
pub async fn profile(conn: &mut PgConnection, id: Uuid, role: Role) -> Result<Option<Person>, StoreError> {
    let row = sqlx::query!("select id, email, full_name, timezone, country, currency from profiles where id = $1", id)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| Person {
        id: row.id,
        role,
        email: row.email,
        name: row.full_name,
        timezone: row.timezone,
        country: row.country,
        currency: row.currency,
    }))
}

/// The person with this address, made with this role when absent; a guest without one. Runs as the server.
pub async fn ensure(conn: &mut PgConnection, email: Option<&str>, role: Role) -> Result<Person, StoreError> {
    let row =
        sqlx::query!(r#"select app.ensure_user($1, $2, $3, null) as "id!""#, email, role.as_str(), role == Role::Guest)
            .fetch_one(&mut *conn)
            .await?;
    get(conn, row.id).await?.ok_or_else(|| odd("person", row.id))
}
