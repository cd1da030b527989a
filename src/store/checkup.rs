//! What the database says of itself, for `eventos doctor`.

use super::database::{Actor, Store};
use super::demo;
use super::error::StoreError;

/// What the database says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// The version of PostgreSQL.
    pub server: String,
    /// The newest migration that ran; `None` before there were any, or when they are older than this question.
    pub schema: Option<i64>,
    /// Keys that sign access tokens, retired ones left out; `None` where tokens are signed elsewhere.
    pub signing_keys: Option<i64>,
    /// Invented venues that organizers are offered.
    pub demo_venues: i64,
    /// Its clock, in seconds since 1970.
    pub clock_s: i64,
}

/// Asks it, changing nothing.
pub async fn look(store: &Store) -> Result<Checkup, StoreError> {
    let mut tx = store.begin(Actor::Server).await?;
    let server: String = sqlx::query_scalar("select current_setting('server_version')").fetch_one(&mut *tx).await?;
    let clock_s: i64 =
        sqlx::query_scalar("select extract(epoch from clock_timestamp())::bigint").fetch_one(&mut *tx).await?;
    let (knows_schema, keeps_keys, has_venues): (bool, bool, bool) = sqlx::query_as(
        "select to_regprocedure('app.schema_version()') is not null, to_regclass('auth.signing_keys') is not null,
           to_regclass('public.venues') is not null",
    )
    .fetch_one(&mut *tx)
    .await?;
    let mut checkup = Checkup { server, schema: None, signing_keys: None, demo_venues: 0, clock_s };
    if knows_schema {
        checkup.schema = sqlx::query_scalar("select app.schema_version()").fetch_one(&mut *tx).await?;
    }
    if keeps_keys {
        let count = sqlx::query_scalar("select count(*) from auth.signing_keys where retired_at is null");
        checkup.signing_keys = Some(count.fetch_one(&mut *tx).await?);
    }
    if has_venues {
        let count = sqlx::query_scalar("select count(*) from public.venues where owner_id is null and ref = any($1)");
        checkup.demo_venues = count.bind(demo::venue_refs()).fetch_one(&mut *tx).await?;
    }
    Ok(checkup)
}
