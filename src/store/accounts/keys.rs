//! Signing keys: shared by every process of a database, made once, kept while tokens of theirs may still be shown.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::store::error::StoreError;

/// A signing key as it is stored.
#[derive(Clone)]
pub struct StoredKey {
    /// Its name in the header of tokens.
    pub kid: String,
    /// `RS256` or `ES256`.
    pub alg: String,
    /// PKCS#8, sealed when `encrypted`.
    pub private: Vec<u8>,
    /// Whether a key of the settings is needed to read it.
    pub encrypted: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nothing is signed with it.
    pub retired_at: Option<Timestamp>,
}

/// Every key, the newest first.
pub async fn all(conn: &mut PgConnection) -> Result<Vec<StoredKey>, StoreError> {
    let rows = sqlx::query!(
        r#"select kid, alg, private, encrypted, created_at as "created_at: jiff_sqlx::Timestamp",
               retired_at as "retired_at: jiff_sqlx::Timestamp"
           from auth.signing_keys order by created_at desc, kid"#
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredKey {
            kid: row.kid,
            alg: row.alg,
            private: row.private,
            encrypted: row.encrypted,
            created_at: row.created_at.to_jiff(),
            retired_at: row.retired_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// Waits until no other transaction makes or retires keys.
pub async fn lock(conn: &mut PgConnection) -> Result<(), StoreError> {
    // Any fixed number that nobody else locks.
    sqlx::query!("select pg_advisory_xact_lock(4950128) as locked").fetch_one(conn).await?;
    Ok(())
}

/// Keeps a new key.
pub async fn insert(conn: &mut PgConnection, key: &StoredKey) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into auth.signing_keys (kid, alg, private, encrypted, created_at) values ($1, $2, $3, $4, $5)",
        key.kid,
        key.alg,
        key.private,
        key.encrypted,
        key.created_at.to_sqlx() as _
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Nothing is signed any longer with what was made until now.
pub async fn retire(conn: &mut PgConnection, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query!("update auth.signing_keys set retired_at = $1 where retired_at is null", at.to_sqlx() as _)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets the keys that were retired before this moment: no token of theirs lives any longer.
pub async fn forget(conn: &mut PgConnection, retired_before: Timestamp) -> Result<(), StoreError> {
    sqlx::query!("delete from auth.signing_keys where retired_at < $1", retired_before.to_sqlx() as _)
        .execute(conn)
        .await?;
    Ok(())
}
