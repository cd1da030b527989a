//! Sign-ins and the refresh tokens that keep them going (`auth.sessions`, `auth.refresh_tokens`). Of tokens only hashes are here.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::error::StoreError;

/// A sign-in that begins.
pub struct NewSignIn<'a> {
    /// Its id, which stands in access tokens.
    pub id: Uuid,
    /// Who signs in.
    pub user: Uuid,
    /// How, such as `password`.
    pub method: &'a str,
    /// The address that it came from.
    pub ip: Option<&'a str>,
    /// The program that they use.
    pub user_agent: Option<&'a str>,
    /// When.
    pub at: Timestamp,
}

impl<'a> NewSignIn<'a> {
    /// A sign-in of which no more is known.
    pub fn plain(id: Uuid, user: Uuid, method: &'a str, at: Timestamp) -> Self {
        Self { id, user, method, ip: None, user_agent: None, at }
    }
}

/// A refresh token that was shown, with its sign-in.
pub struct Shown {
    /// The sign-in.
    pub session: Uuid,
    /// Whose it is.
    pub user: Uuid,
    /// How they signed in.
    pub method: String,
    /// When they signed in.
    pub began_at: Timestamp,
    /// When it was used, if it was.
    pub used_at: Option<Timestamp>,
}

/// Begins a sign-in.
pub async fn begin(conn: &mut PgConnection, new: &NewSignIn<'_>) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into auth.sessions (id, user_id, method, ip, user_agent, created_at, updated_at)
         values ($1, $2, $3, $4::text::inet, left($5, 500), $6, $6)",
        new.id,
        new.user,
        new.method,
        new.ip,
        new.user_agent,
        new.at.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether this sign-in still holds.
pub async fn holds(conn: &mut PgConnection, session: Uuid, user: Uuid) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"select exists (select from auth.sessions where id = $1 and user_id = $2) as "holds!""#,
        session,
        user
    )
    .fetch_one(conn)
    .await?;
    Ok(row.holds)
}

/// Adds a refresh token by its hash.
pub async fn add_token(
    conn: &mut PgConnection,
    session: Uuid,
    hash: &str,
    parent: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into auth.refresh_tokens (session_id, user_id, token, parent, created_at, updated_at)
         select id, user_id, $2, $3, $4, $4 from auth.sessions where id = $1",
        session,
        hash,
        parent,
        now.to_sqlx() as _
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update auth.sessions set updated_at = $2, refreshed_at = case when $3::text is null then refreshed_at else $2 end where id = $1",
        session,
        now.to_sqlx() as _,
        parent
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The refresh token with this hash. Its sign-in is locked: two refreshes of one sign-in take turns.
pub async fn shown(conn: &mut PgConnection, hash: &str) -> Result<Option<Shown>, StoreError> {
    let session = sqlx::query!(
        "select s.id from auth.sessions s where s.id = (select session_id from auth.refresh_tokens where token = $1) for update",
        hash
    )
    .fetch_optional(&mut *conn)
    .await?;
    if session.is_none() {
        return Ok(None);
    }
    let row = sqlx::query!(
        r#"select t.session_id, t.user_id, s.method, s.created_at as "began_at: jiff_sqlx::Timestamp",
               case when t.revoked then t.updated_at end as "used_at: jiff_sqlx::Timestamp"
           from auth.refresh_tokens t join auth.sessions s on s.id = t.session_id where t.token = $1"#,
        hash
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Shown {
        session: row.session_id,
        user: row.user_id,
        method: row.method,
        began_at: row.began_at.to_jiff(),
        used_at: row.used_at.map(jiff_sqlx::Timestamp::to_jiff),
    }))
}

/// The token was used now. Those of the sign-in that were used before `forget` are of no use even to tell a theft.
pub async fn used(conn: &mut PgConnection, hash: &str, now: Timestamp, forget: Timestamp) -> Result<(), StoreError> {
    sqlx::query!(
        "update auth.refresh_tokens set revoked = true, updated_at = $2 where token = $1 and not revoked",
        hash,
        now.to_sqlx() as _
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from auth.refresh_tokens where revoked and updated_at < $2
           and session_id = (select session_id from auth.refresh_tokens where token = $1)",
        hash,
        forget.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends one sign-in.
pub async fn end(conn: &mut PgConnection, session: Uuid) -> Result<(), StoreError> {
    sqlx::query!("delete from auth.sessions where id = $1", session).execute(conn).await?;
    Ok(())
}

/// Ends every sign-in of somebody, but for the one to keep.
pub async fn end_all(conn: &mut PgConnection, user: Uuid, keep: Option<Uuid>) -> Result<(), StoreError> {
    sqlx::query!("delete from auth.sessions where user_id = $1 and id is distinct from $2", user, keep)
        .execute(conn)
        .await?;
    Ok(())
}
