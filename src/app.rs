//! Builds and wires every room; the only file that knows them all.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use port::Door;
use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;
use crate::accounts::keys::Alg;
use crate::accounts::options::{Options, Project};
use crate::domain::clock::{Clock, Ids, RandomIds, SystemClock};
use crate::domain::person::Role as PersonRole;
use crate::door::identity::Identity;
use crate::door::rate;
use crate::door::router::Router;
use crate::http::listen::{self, Bounds};
use crate::http::probes::{ClusterProbe, StoreProbe};
use crate::http::router::{HttpState, Probe};
use crate::node::{self, Node};
use crate::settings::{self, Settings};
use crate::store::cluster::{self, Cluster, ClusterOptions, DATABASE, Role};
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::{demo, migrate};
use crate::telemetry;
use crate::wizard::directory::Directory;
use crate::wizard::recovery;
use crate::wizard::system::ActorSystem;
use crate::wizard::turn::{Desk, Limits};

/// How often measurements are summed up.
const UPKEEP: Duration = Duration::from_secs(5);

/// The running program.
pub struct App {
    /// The way in for channels.
    pub door: Arc<dyn Door>,
    /// Cancelled when the program is to stop.
    pub stop: CancellationToken,
    store: Store,
    accounts: Arc<Accounts>,
    directory: Arc<Directory>,
    system: ActorSystem,
    cluster: Option<Cluster>,
    recovery: JoinHandle<()>,
    drain: Duration,
    public_url: String,
    clock: Arc<dyn Clock>,
    limits: Arc<rate::Limits>,
    server: settings::Server,
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
        let accounts = Accounts::new(store.clone(), clock.clone(), ids.clone(), public_url.clone(), options(settings)?)
            .context("cannot sign anybody in")?;
        let accounts = Arc::new(accounts);
        let desk = Arc::new(Desk {
            store: store.clone(),
            clock: clock.clone(),
            ids,
            runtime: Handle::current(),
            limits: Limits {
                turn_deadline_s: settings.wizard.turn_deadline_s,
                lease_s: i32::try_from(settings.wizard.lease_s).unwrap_or(i32::MAX).max(1),
            },
            public_url: public_url.clone(),
        });
        let system = ActorSystem::start(arbiters(settings))?;
        let directory = Directory::new(desk, system.arbiters());
        let node = Node::take(&settings.data_dir)?;
        let identity = Identity::new(store.clone(), private, local_zone, accounts.clone());
        let limits = Arc::new(rate::Limits::new(&rules(&settings.limits), clock.clone()));
        let door = Arc::new(Router::new(store.clone(), directory.clone(), identity, limits.clone(), node.name.clone()));
        let stop = CancellationToken::new();
        telemetry::metrics::install();
        tokio::spawn(keep_up(stop.clone()));
        let idle = Duration::from_secs(settings.wizard.idle_s);
        // Before any door opens: what an earlier run left is older than whatever comes now.
        recovery::begin(&directory, &node.name).await;
        let recovery = tokio::spawn(recovery::run(directory.clone(), node.name.clone(), idle, stop.clone()));
        let drain = Duration::from_secs(settings.wizard.drain_s);
        Ok(Self {
            door,
            stop,
            store,
            accounts,
            directory,
            system,
            cluster,
            recovery,
            drain,
            public_url,
            clock,
            limits,
            server: settings.server.clone(),
            _node: node,
        })
    }

    /// The sessions that are awake.
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// Who may sign in, and who calls.
    pub fn accounts(&self) -> &Arc<Accounts> {
        &self.accounts
    }

    /// Makes the signing keys before anybody waits for them.
    pub fn make_keys(&self) {
        let accounts = self.accounts.clone();
        if accounts.is_elsewhere() {
            return;
        }
        tokio::spawn(async move {
            if let Err(error) = accounts.jwks().await {
                tracing::error!(action = "signing_keys", %error, error.code = "NO_SIGNING_KEY");
            }
        });
    }

    /// The pages and the API.
    pub fn http(&self) -> axum::Router {
        let mut probes: Vec<Arc<dyn Probe>> = vec![Arc::new(StoreProbe(self.store.clone()))];
        if let Some(cluster) = &self.cluster {
            probes.push(Arc::new(ClusterProbe(cluster.clone())));
        }
        let chat = web::router(web::WebState { door: self.door.clone() });
        crate::http::router::router(HttpState {
            store: self.store.clone(),
            door: self.door.clone(),
            accounts: self.accounts.clone(),
            clock: self.clock.clone(),
            public_url: self.public_url.clone(),
            limits: self.limits.clone(),
            proxies: self.server.trusted_proxies.clone().into(),
            body_patience: Duration::from_secs(self.server.body_timeout_s),
            standing: self.standing(),
            probes,
            channels: chat.merge(web::panel(self.accounts.project(), self.panel())),
        })
    }

    /// Serves the pages and the API until [`Self::stop`] is cancelled.
    pub async fn serve(&self, listener: TcpListener) {
        let bounds = Bounds {
            connections: self.server.connections,
            connections_per_address: self.server.connections_per_address,
            head_timeout: Duration::from_secs(self.server.head_timeout_s),
            drain: self.drain,
            proxies: self.server.trusted_proxies.clone().into(),
        };
        listen::serve(listener, self.http(), bounds, self.stop.clone()).await;
    }

    /// What is measured when somebody looks.
    fn standing(&self) -> Arc<dyn Fn() + Send + Sync> {
        let (directory, store) = (self.directory.clone(), self.store.clone());
        Arc::new(move || {
            let (connections, idle) = store.connections();
            telemetry::metrics::standing(directory.awake(), directory.waiting(), connections, idle);
        })
    }

    /// What the panel in the browser has to know. The public key may be a new one at any time.
    fn panel(&self) -> web::Configure {
        let (accounts, public_url) = (self.accounts.clone(), self.public_url.trim_end_matches('/').to_owned());
        Arc::new(move || {
            let (accounts, public_url) = (accounts.clone(), public_url.clone());
            Box::pin(async move {
                let key = accounts.public_key().await;
                let key = key.inspect_err(|error| tracing::error!(%error, "the panel gets no key")).ok()?;
                Some(web::PanelConfig {
                    supabase_url: accounts.project().map(str::to_owned),
                    supabase_anon_key: key,
                    public_url,
                    copilotkit_url: web::BASE.to_owned(),
                    sign_in: web::SignIn { anonymous: accounts.options().guests },
                    ..web::PanelConfig::default()
                })
            })
        })
    }

    /// Answers what was accepted, then lets go of everything.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.directory.drain(self.drain).await;
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

/// Keeps what is measured small until the program stops.
async fn keep_up(stop: CancellationToken) {
    while !stop.is_cancelled() {
        telemetry::metrics::keep_up();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(UPKEEP) => {}
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
    let store = Store::connect(login, 2).await.context("cannot use the database")?;
    let public_url = url(settings);
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let accounts = Accounts::new(store.clone(), clock, ids, public_url, options(settings)?)?;
    let result = work(&accounts).await;
    store.close().await;
    if let Some(cluster) = cluster {
        cluster.close().await;
    }
    result
}

/// Where people find the program that serves on this folder, or would find it.
pub fn url(settings: &Settings) -> String {
    let said = settings.public_url(settings.server.listen_addr);
    if settings.server.public_url.is_empty() { node::known_url(&settings.data_dir).unwrap_or(said) } else { said }
}

/// How accounts work, from the settings.
fn options(settings: &Settings) -> anyhow::Result<Options> {
    let set = &settings.accounts;
    let autoconfirm = match set.autoconfirm.as_str() {
        "on" => true,
        "off" => false,
        "auto" => !settings.mail_server,
        other => anyhow::bail!("accounts.autoconfirm is {other:?}; say on, off or auto"),
    };
    let role = PersonRole::parse(&set.sign_up_role).filter(|role| *role != PersonRole::Guest);
    Ok(Options {
        alg: Alg::of_own(&set.alg).with_context(|| format!("accounts.alg is {:?}; say RS256 or ES256", set.alg))?,
        access_token_s: set.access_token_s,
        refresh_reuse_s: set.refresh_reuse_s,
        password_min_length: set.password_min_length,
        sign_up_role: role.context("accounts.sign_up_role must be organizer or attendee")?,
        autoconfirm,
        guests: set.guests,
        password_tries: set.password_tries,
        key_encryption_key: set.key_encryption_key.clone(),
        supabase: settings.supabase.as_ref().map(|project| Project {
            url: project.url.clone(),
            anon_key: project.anon_key.clone(),
            service_role_key: project.service_role_key.clone(),
            jwt_secret: project.jwt_secret.clone(),
        }),
    })
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

fn rules(settings: &settings::Limits) -> rate::Rules {
    let rule = |requests, window_s, block_s| rate::Rule { requests, window_s, block_s };
    rate::Rules {
        ai_wizard: rule(settings.ai_wizard, settings.ai_wizard_window_s, settings.ai_wizard_block_s),
        event_creation: rule(settings.event_creation, settings.event_creation_window_s, 0),
        venue_search: rule(settings.venue_search, settings.venue_search_window_s, 0),
        max_keys: settings.max_keys,
        address_per_s: settings.address_per_s,
        address_burst: settings.address_burst,
    }
}

fn arbiters(settings: &Settings) -> usize {
    let cores = || std::thread::available_parallelism().map_or(2, usize::from);
    if settings.wizard.arbiters == 0 { cores() } else { settings.wizard.arbiters }
}
