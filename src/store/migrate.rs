//! The schema: what a superuser makes once (roles, schemas, extensions), then the migrations, as `app_owner`.

use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use super::error::StoreError;

/// Roles, schemas and extensions; may run again and again, and leaves alone what a hosted project brings.
const BOOTSTRAP: &str = include_str!("../../migrations/bootstrap.sql");

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// The newest migration that this program knows.
pub fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Names this schema: another schema, another name.
pub fn fingerprint() -> String {
    let mut hash = Sha256::new_with_prefix(BOOTSTRAP);
    for migration in MIGRATIONS.iter() {
        hash.update(&migration.checksum);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Brings a database up to date. The login must be allowed to make roles: the private cluster's superuser, or a project's owner.
///
/// # Errors
/// [`StoreError`] with the first statement that failed; what ran before it stays.
pub async fn run(login: PgConnectOptions) -> Result<(), StoreError> {
    let mut conn = login.connect().await?;
    // Two programs that start at once take turns. The key is any fixed number that nobody else locks.
    sqlx::query("select pg_advisory_lock(4950127)").execute(&mut conn).await?;
    conn.execute(sqlx::raw_sql(BOOTSTRAP)).await?;
    sqlx::query("set role app_owner").execute(&mut conn).await?;
    MIGRATIONS.run(&mut conn).await.map_err(|error| StoreError::Fault(error.to_string()))?;
    conn.close().await?;
    Ok(())
}
