//! What a started cluster still needs before the program may use it: its database, and once a proof that it can search.
//!
//! Promises: both steps may be interrupted anywhere and are simply done again.

use super::error::ClusterError;
use super::folder::Folder;
use super::options::{DATABASE, Role};
use sqlx::{Connection as _, PgConnection};
use std::path::Path;
use std::time::Duration;

/// How long a database that is up may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Creates the database when absent, and tests the locale once in a cluster's life.
pub(super) async fn complete(folder: &Folder, socket_folder: &Path) -> Result<(), ClusterError> {
    let mut connection = PgConnection::connect_with(&Role::Bootstrap.connect_options(socket_folder, "postgres"))
        .await
        .map_err(|source| ClusterError::Statement { doing: "let the program in", source })?;
    create_database(&mut connection)
        .await
        .map_err(|source| ClusterError::Statement { doing: "create its database", source })?;
    let tested = folder.tested();
    if !tested.exists() {
        test_search(&mut connection).await?;
        folder.write(&tested, "")?;
    }
    connection.close().await.map_err(|source| ClusterError::Statement { doing: "close a connection", source })
}

/// Whether the database answers in the role that every program may use.
pub(super) async fn answers(socket_folder: &Path) -> bool {
    let options = Role::Bootstrap.connect_options(socket_folder, DATABASE);
    let asking = async { PgConnection::connect_with(&options).await?.close().await };
    tokio::time::timeout(ANSWER, asking).await.is_ok_and(|answered| answered.is_ok())
}

async fn create_database(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(DATABASE)
        .fetch_one(&mut *connection)
        .await?;
    if !there {
        let statement = format!("create database {DATABASE}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(connection).await?;
    }
    Ok(())
}

/// Trigrams of Chinese and folding of accented capitals: both come out silently empty or unchanged in a wrong locale.
async fn test_search(connection: &mut PgConnection) -> Result<(), ClusterError> {
    let failed = |error: sqlx::Error| ClusterError::SelfTest { reason: error.to_string() };
    let mut transaction = connection.begin().await.map_err(failed)?;
    let extensions = "create extension if not exists pg_trgm; create extension if not exists unaccent";
    sqlx::raw_sql(extensions).execute(&mut *transaction).await.map_err(failed)?;
    let (trigrams, folded): (bool, String) =
        sqlx::query_as("select coalesce(cardinality(show_trgm('东京会议')), 0) > 0, unaccent(lower('ÉCOLE'))")
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
    transaction.rollback().await.map_err(failed)?;
    if !trigrams {
        return Err(ClusterError::SelfTest { reason: "Chinese has no trigrams".to_owned() });
    }
    if folded != "ecole" {
        return Err(ClusterError::SelfTest { reason: format!("ÉCOLE becomes {folded}") });
    }
    Ok(())
}
