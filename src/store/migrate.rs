//! The schema: what a superuser makes once (roles, schemas, extensions), then the migrations, as `app_owner`.

use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use super::error::StoreError;

/// Roles, schemas and extensions; may run again and again, and leaves alone what a hosted project brings.
const BOOTSTRAP: &str = include_str!("../../migrations/bootstrap.sql");

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// The migrations, with their books in the schema that no client sees.
fn migrator() -> Migrator {
    let mut migrator = Migrator::with_migrations(MIGRATIONS.iter().cloned().collect());
    migrator.dangerous_set_table_name("app._sqlx_migrations");
    migrator
}

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
    let digest = hash.finalize();
    format!("{:016x}", digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
}

/// Brings a database up to date. The login must be allowed to make roles: the private cluster's superuser, or a project's owner.
///
/// # Errors
/// [`StoreError`] with the first statement that failed; what ran before it stays.
pub async fn run(login: PgConnectOptions) -> Result<(), StoreError> {
    run_to(login, newest()).await
}

/// As [`run`], but only up to this migration.
pub(super) async fn run_to(login: PgConnectOptions, target: i64) -> Result<(), StoreError> {
    let mut conn = login.connect().await?;
    // Two programs that start at once take turns. The key is any fixed number that nobody else locks.
    sqlx::query("select pg_advisory_lock(4950127)").execute(&mut conn).await?;
    conn.execute(sqlx::raw_sql(BOOTSTRAP)).await?;
    // On a hosted project the owner cannot pass on the usage of schema auth, and runs the migrations itself.
    sqlx::query("select case when has_schema_privilege('app_owner', 'auth', 'usage') then set_config('role', 'app_owner', false) end")
        .execute(&mut conn)
        .await?;
    migrator().run_to(target, &mut conn).await.map_err(|error| StoreError::Fault(error.to_string()))?;
    conn.close().await?;
    Ok(())
}
