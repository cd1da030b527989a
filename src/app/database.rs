//! The database that the settings name, opened for serving or for one piece of work.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use sqlx::postgres::PgConnectOptions;

use super::told;
use crate::accounts::Accounts;
use crate::accounts::options::Options;
use crate::domain::clock::{RandomIds, SystemClock};
use crate::settings::Settings;
use crate::store::cluster::{self, Cluster, ClusterOptions, DATABASE, Role};
use crate::store::database::{Actor, Store, Tx};
use crate::store::error::StoreError;
use crate::store::{demo, migrate};

/// A database that has much to do is asked so often for the first connection.
const TRIES: usize = 6;

/// The store of a program that starts. Nobody waits for an answer yet, and after a restart of the whole machine everything has much to
/// do at once: a database that is too busy for a connection is asked again, for half a minute.
///
/// # Errors
/// When the database cannot be used.
pub(super) async fn connected(login: &PgConnectOptions, connections: u32) -> anyhow::Result<Store> {
    for _ in 1..TRIES {
        match Store::connect(login.clone(), connections).await {
            Err(StoreError::Unavailable(reason)) => tracing::warn!(%reason, "the database does not answer yet"),
            done => return done.context("cannot use the database"),
        }
    }
    Store::connect(login.clone(), connections).await.context("cannot use the database")
}

/// Does something with the private cluster as its superuser, without bringing it up to date first.
///
/// # Errors
/// When the cluster cannot be opened, or those of the work.
pub async fn with_private_cluster<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(PgConnectOptions) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let cluster = open_cluster(settings).await?;
    let result = work(cluster.connect_options(Role::Bootstrap, DATABASE)).await;
    cluster.close().await;
    result
}

/// Opens the private cluster as it is, without bringing it up to date.
///
/// # Errors
/// One clear line about what stands in the way.
pub async fn open_cluster(settings: &Settings) -> anyhow::Result<Cluster> {
    Ok(Cluster::open(cluster_options(settings)).await?)
}

/// The major version of the PostgreSQL that would run the private cluster.
///
/// # Errors
/// One clear line about what is missing.
pub fn find_postgres(settings: &Settings) -> anyhow::Result<u32> {
    Ok(cluster::find(&cluster_options(settings))?)
}

fn cluster_options(settings: &Settings) -> ClusterOptions {
    let bin_dir = Some(settings.database.bin_dir.as_str()).filter(|dir| !dir.is_empty()).map(PathBuf::from);
    ClusterOptions { bin_dir, ..ClusterOptions::new(&settings.data_dir) }
}

/// Does something with the accounts of this database, beside a program that may serve from it.
///
/// # Errors
/// When the database cannot be opened, or those of the work.
pub async fn with_accounts<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Accounts) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let (cluster, login) = database(settings).await?;
    let store = connected(&login, 2).await?;
    let public_url = told::url(settings);
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    // The program that serves may sign in another way than these settings say: its key is the one to show.
    let options = Options { any_alg: true, ..told::options(settings)? };
    let accounts = Accounts::new(store.clone(), clock, ids, public_url, options)?;
    let result = work(&accounts).await;
    store.close().await;
    if let Some(cluster) = cluster {
        cluster.close().await;
    }
    result
}

/// Does something with the program's database as the server itself, in one transaction.
///
/// # Errors
/// When the database cannot be used, or those of the work; nothing is written then.
pub async fn as_server<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&mut Tx) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let (cluster, login) = database(settings).await?;
    let store = connected(&login, 1).await?;
    let result = async {
        let mut tx = store.begin(Actor::Server).await?;
        let result = work(&mut tx).await?;
        tx.commit().await?;
        Ok(result)
    };
    let result = result.await;
    store.close().await;
    if let Some(cluster) = cluster {
        cluster.close().await;
    }
    result
}

/// Brings the schema up to date. Returns the newest migration.
///
/// # Errors
/// One clear line about what is missing.
pub async fn migrate(settings: &Settings) -> anyhow::Result<i64> {
    let (cluster, _) = database(settings).await?;
    if let (Some(url), None) = (&settings.database_url, &settings.migration_database_url) {
        migrate::run(parse("DATABASE_URL", url.expose_secret())?).await.context(
            "cannot change the schema with the login of DATABASE_URL; set MIGRATION_DATABASE_URL to one that may",
        )?;
    }
    if let Some(cluster) = cluster {
        cluster.close().await;
    }
    Ok(migrate::newest())
}

/// The private cluster, started and up to date, or the server that the settings name. Returns the login that serves.
pub(super) async fn database(settings: &Settings) -> anyhow::Result<(Option<Cluster>, PgConnectOptions)> {
    if let Some(url) = &settings.migration_database_url {
        let login = parse("MIGRATION_DATABASE_URL", url.expose_secret())?;
        migrate::run(login).await.context("cannot change the schema with the login of MIGRATION_DATABASE_URL")?;
    }
    if let Some(url) = &settings.database_url {
        return Ok((None, parse("DATABASE_URL", url.expose_secret())?));
    }
    let cluster = open_up_to_date(settings).await?;
    let login = cluster.connect_options(Role::Authenticator, DATABASE);
    Ok((Some(cluster), login))
}

/// The private cluster, up to date. A program whose server we share may end just then, as a backup or a doctor does, and takes the
/// connection with it: then it is opened once more, and is ours or the next one's.
async fn open_up_to_date(settings: &Settings) -> anyhow::Result<Cluster> {
    let cluster = open_cluster(settings).await?;
    let is_shared = !cluster.started_by_us();
    match bring_up_to_date(&cluster).await {
        Err(error) if is_shared => {
            tracing::warn!(error = %format!("{error:#}"), "the program that ran the private database ended; it is opened once more");
            cluster.close().await;
            let cluster = open_cluster(settings).await?;
            bring_up_to_date(&cluster).await?;
            Ok(cluster)
        }
        brought => brought.map(|()| cluster),
    }
}

async fn bring_up_to_date(cluster: &Cluster) -> anyhow::Result<()> {
    let brought = migrate::run(cluster.connect_options(Role::Bootstrap, DATABASE)).await;
    brought.context("cannot bring the private database up to date")
}

/// Invented venues and past events; what is there already stays as it is.
pub(super) async fn load_demo(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.begin(Actor::Server).await?;
    demo::load(&mut tx).await?;
    Ok(tx.commit().await?)
}

fn parse(name: &str, url: &str) -> anyhow::Result<PgConnectOptions> {
    // The address may carry a password: the reason alone is shown.
    url.parse().map_err(|error: sqlx::Error| anyhow::anyhow!("{name} is no database address: {error}"))
}
