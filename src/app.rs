//! Builds and wires every room; the only file that knows them all.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use port::Door;
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::domain::clock::{Clock, Ids, RandomIds, SystemClock};
use crate::door::identity::Identity;
use crate::door::router::Router;
use crate::http::probes::{ClusterProbe, StoreProbe};
use crate::http::router::{HttpState, Probe};
use crate::node::Node;
use crate::publisher::{self, Publisher};
use crate::settings::Settings;
use crate::store::cluster::{Cluster, ClusterOptions, DATABASE, Role};
use crate::store::database::{Actor, Store, Tx};
use crate::store::error::StoreError;
use crate::store::{demo, migrate};
use crate::wizard::directory::Directory;
use crate::wizard::recovery;
use crate::wizard::system::ActorSystem;
use crate::wizard::turn::{Desk, Limits};

/// The running program.
pub struct App {
    /// The way in for channels.
    pub door: Arc<dyn Door>,
    /// Cancelled when the program is to stop.
    pub stop: CancellationToken,
    store: Store,
    directory: Arc<Directory>,
    system: ActorSystem,
    publisher: Publisher,
    cluster: Option<Cluster>,
    recovery: JoinHandle<()>,
    drain: Duration,
    public_url: String,
    clock: Arc<dyn Clock>,
    stripe_webhook_secret: Option<SecretString>,
    _node: Node,
}

/// What a program is made of: the real parts, or those of a test.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The database is the program's own: whoever opens it is its organizer.
    pub private: bool,
    /// The private cluster, when there is one.
    pub cluster: Option<Cluster>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and tokens.
    pub ids: Arc<dyn Ids>,
    /// Where people find us.
    pub public_url: String,
    /// IANA name of this machine's time zone, if it has one.
    pub local_zone: Option<String>,
}

impl App {
    /// Starts everything but the channels. `public_url`: where people find us.
    ///
    /// # Errors
    /// One clear line about what is missing.
    pub async fn start(settings: &Settings, public_url: String) -> anyhow::Result<Self> {
        let (cluster, login) = database(settings).await?;
        let store = Store::connect(login, settings.database.connections).await.context("cannot use the database")?;
        if cluster.is_some() && settings.database.demo_data {
            load_demo(&store).await.context("cannot load the demo data")?;
        }
        let parts = Parts {
            store,
            private: settings.is_private(),
            cluster,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            public_url,
            local_zone: jiff::tz::TimeZone::system().iana_name().map(str::to_owned),
        };
        Self::assemble(parts, settings).await
    }

    /// Wires the rooms on these parts.
    ///
    /// # Errors
    /// When threads or locks cannot be had.
    pub async fn assemble(parts: Parts, settings: &Settings) -> anyhow::Result<Self> {
        let Parts { store, private, cluster, clock, ids, public_url, local_zone } = parts;
        let desk = Arc::new(Desk {
            store: store.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            runtime: Handle::current(),
            limits: Limits { turn_deadline_s: settings.wizard.turn_deadline_s },
            public_url: public_url.clone(),
        });
        let system = ActorSystem::start(arbiters(settings))?;
        let directory = Directory::new(desk, system.arbiters());
        let node = Node::take(&settings.data_dir)?;
        let identity = Identity::new(store.clone(), private, local_zone);
        let door = Arc::new(Router::new(store.clone(), directory.clone(), identity, node.name.clone()));
        let stop = CancellationToken::new();
        let idle = Duration::from_secs(settings.wizard.idle_s);
        // Before any door opens: what an earlier run left is older than whatever comes now.
        recovery::begin(&directory, &node.name).await;
        let recovery = tokio::spawn(recovery::run(directory.clone(), node.name.clone(), idle, stop.clone()));
        let drain = Duration::from_secs(settings.wizard.drain_s);
        let ground = publisher::Ground {
            store: store.clone(),
            clock: clock.clone(),
            ids,
            node: node.name.clone(),
            public_url: public_url.clone(),
        };
        let arbiter = system.arbiters().into_iter().next().context("there is no thread for the publisher")?;
        let publisher = Publisher::start(ground, publishing(settings), &arbiter).await?;
        let stripe_webhook_secret = settings.stripe_webhook_secret.clone();
        Ok(Self {
            door,
            stop,
            store,
            directory,
            system,
            publisher,
            cluster,
            recovery,
            drain,
            public_url,
            clock,
            stripe_webhook_secret,
            _node: node,
        })
    }

    /// The sessions that are awake.
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// The pages and the API.
    pub fn http(&self) -> axum::Router {
        let mut probes: Vec<Arc<dyn Probe>> = vec![Arc::new(StoreProbe(self.store.clone()))];
        if let Some(cluster) = &self.cluster {
            probes.push(Arc::new(ClusterProbe(cluster.clone())));
        }
        crate::http::router::router(HttpState {
            store: self.store.clone(),
            door: self.door.clone(),
            clock: self.clock.clone(),
            public_url: self.public_url.clone(),
            stripe_webhook_secret: self.stripe_webhook_secret.clone(),
            probes,
        })
    }

    /// Answers what was accepted, then lets go of everything.
    pub async fn shutdown(self) {
        self.stop.cancel();
        tokio::join!(self.directory.drain(self.drain), self.publisher.drain(self.drain));
        self.recovery.abort();
        let system = self.system;
        if tokio::task::spawn_blocking(move || system.stop()).await.is_err() {
            tracing::error!("the actors' threads did not stop");
        }
        self.store.close().await;
        if let Some(cluster) = self.cluster {
            cluster.close().await;
        }
    }
}

/// Does something with the private cluster as its superuser, without bringing it up to date first.
///
/// # Errors
/// When the cluster cannot be opened, or those of the work.
pub async fn with_private_cluster<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(PgConnectOptions) -> anyhow::Result<T>,
) -> anyhow::Result<()> {
    let cluster = open_cluster(settings).await?;
    let result = work(cluster.connect_options(Role::Bootstrap, DATABASE)).await;
    cluster.close().await;
    result.map(|_| ())
}

async fn open_cluster(settings: &Settings) -> anyhow::Result<Cluster> {
    let bin_dir = Some(settings.database.bin_dir.as_str()).filter(|dir| !dir.is_empty()).map(PathBuf::from);
    Ok(Cluster::open(ClusterOptions { bin_dir, ..ClusterOptions::new(&settings.data_dir) }).await?)
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
    let store = Store::connect(login, 1).await.context("cannot use the database")?;
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
async fn database(settings: &Settings) -> anyhow::Result<(Option<Cluster>, PgConnectOptions)> {
    if let Some(url) = &settings.migration_database_url {
        let login = parse("MIGRATION_DATABASE_URL", url.expose_secret())?;
        migrate::run(login).await.context("cannot change the schema with the login of MIGRATION_DATABASE_URL")?;
    }
    if let Some(url) = &settings.database_url {
        return Ok((None, parse("DATABASE_URL", url.expose_secret())?));
    }
    let cluster = open_cluster(settings).await?;
    migrate::run(cluster.connect_options(Role::Bootstrap, DATABASE))
        .await
        .context("cannot bring the private database up to date")?;
    let login = cluster.connect_options(Role::Authenticator, DATABASE);
    Ok((Some(cluster), login))
}

/// Invented venues and past events; what is there already stays as it is.
async fn load_demo(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.begin(Actor::Server).await?;
    demo::load(&mut tx).await?;
    Ok(tx.commit().await?)
}

fn parse(name: &str, url: &str) -> anyhow::Result<PgConnectOptions> {
    // The address may carry a password: the reason alone is shown.
    url.parse().map_err(|error: sqlx::Error| anyhow::anyhow!("{name} is no database address: {error}"))
}

/// What the publisher is told.
fn publishing(settings: &Settings) -> publisher::Options {
    let own = &settings.publisher;
    let stripe = settings.stripe_secret_key.clone().map(|key| publisher::stripe::Options {
        key,
        base: own.stripe_api_base.trim_end_matches('/').to_owned(),
        version: own.stripe_version.clone(),
        timeout_s: own.stripe_timeout_s,
    });
    publisher::Options {
        parallel: own.parallel,
        poll_s: own.poll_s,
        lease_s: own.lease_s,
        max_attempts: own.max_attempts,
        backoff_s: own.backoff_s,
        backoff_max_s: own.backoff_max_s,
        mail_timeout_s: own.mail_timeout_s,
        mail_from: own.mail_from.clone(),
        operator: Some(own.operator_email.clone()).filter(|address| !address.is_empty()),
        smtp_url: settings.smtp_url.clone(),
        data_dir: settings.data_dir.clone(),
        stripe,
    }
}

fn arbiters(settings: &Settings) -> usize {
    let cores = || std::thread::available_parallelism().map_or(2, usize::from);
    if settings.wizard.arbiters == 0 { cores() } else { settings.wizard.arbiters }
}
