//! Builds and wires every room; the only file that knows them all.

mod chats;
mod database;
mod greeting;
mod models;
mod prompt;
mod told;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use port::Door;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;
use crate::domain::clock::{Clock, Ids, RandomIds, SystemClock};
use crate::door::identity::Identity;
use crate::door::rate;
use crate::door::router::Router;
use crate::http::listen::{self, Bounds};
use crate::http::probes::{ChatProbe, ClusterProbe, StoreProbe};
use crate::http::reads::Reads;
use crate::http::router::{HttpState, Probe};
use crate::node::Node;
use crate::pictures::{self, Pictures};
use crate::publisher::{self, Publisher};
use crate::sales::Sales;
use crate::settings::{self, Settings};
use crate::store::cluster::Cluster;
use crate::store::database::Store;
use crate::telemetry;
use crate::wizard::directory::Directory;
use crate::wizard::recovery;
use crate::wizard::system::ActorSystem;
use crate::wizard::turn::{Desk, Limits};

pub use database::{as_server, find_postgres, migrate, open_cluster, with_accounts, with_private_cluster};
pub use greeting::greeted;
pub use models::{models, unknown_models};
pub use prompt::prompt;
pub use told::url;

/// How often measurements are summed up.
const UPKEEP: Duration = Duration::from_secs(5);
/// How often it is looked whether those who wait for seats can have some.
const LINES: Duration = Duration::from_secs(20);

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
    publisher: Publisher,
    sales: Arc<Sales>,
    cluster: Option<Cluster>,
    recovery: JoinHandle<()>,
    drain: Duration,
    public_url: String,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    webhooks_private: bool,
    limits: Arc<rate::Limits>,
    pictures: Arc<Pictures>,
    server: settings::Server,
    stripe_webhook_secrets: Vec<SecretString>,
    chats: chats::Chats,
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
        let (cluster, login) = database::database(settings).await?;
        let store = database::connected(&login, settings.database.connections).await?;
        if cluster.is_some() && settings.database.demo_data {
            database::load_demo(&store).await.context("cannot load the demo data")?;
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
        let accounts =
            Accounts::new(store.clone(), clock.clone(), ids.clone(), public_url.clone(), told::options(settings)?)
                .context("cannot sign anybody in")?;
        let accounts = Arc::new(accounts);
        let node = Node::take(&settings.data_dir)?;
        let desk = Arc::new(Desk {
            store: store.clone(),
            node: node.name.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            runtime: Handle::current(),
            limits: Limits {
                turn_deadline_s: settings.wizard.turn_deadline_s,
                lease_s: i32::try_from(settings.wizard.lease_s).unwrap_or(i32::MAX).max(1),
            },
            public_url: public_url.clone(),
            post: Arc::default(),
            models: models(settings).context("cannot ask the language models")?,
        });
        let system = ActorSystem::start(told::arbiters(settings))?;
        let directory = Directory::new(desk, system.arbiters());
        chats::take_back(&store, &node.name).await;
        let identity = Identity::new(store.clone(), private, local_zone, accounts.clone());
        let limits = Arc::new(rate::Limits::new(&told::rules(&settings.limits), clock.clone()));
        let pictures = Arc::new(Pictures::new(store.clone(), told::room(&settings.limits)));
        let door = Arc::new(Router::new(
            store.clone(),
            directory.clone(),
            identity,
            limits.clone(),
            pictures.clone(),
            node.name.clone(),
        ));
        let (stop, kept) = (CancellationToken::new(), upkeep::kept(settings));
        telemetry::metrics::install();
        tokio::spawn(keep_up(stop.clone()));
        tokio::spawn(upkeep::run(store.clone(), clock.clone(), accounts.clone(), kept, stop.clone()));
        let sales = Arc::new(Sales::new(store.clone(), clock.clone(), ids.clone(), told::selling(settings)?));
        if settings.publisher.parallel > 0 {
            tokio::spawn(serve_lines(sales.clone(), stop.clone()));
        }
        let idle = Duration::from_secs(settings.wizard.idle_s);
        // Before any door opens: what an earlier run left is older than whatever comes now.
        recovery::begin(&directory, &node.name).await;
        let recovery = tokio::spawn(recovery::run(directory.clone(), node.name.clone(), idle, stop.clone()));
        let ground = publisher::Ground {
            store: store.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            node: node.name.clone(),
            public_url: public_url.clone(),
            sessions: Arc::new(directory.clone()),
        };
        let arbiter = system.arbiters().into_iter().next().context("there is no thread for the publisher")?;
        let publisher = Publisher::start(ground, told::publishing(settings)?, &arbiter).await?;
        Ok(Self {
            door,
            stop,
            store,
            accounts,
            directory,
            system,
            publisher,
            sales,
            cluster,
            recovery,
            drain: Duration::from_secs(settings.wizard.drain_s),
            chats: chats::Chats::of(settings, &public_url)?,
            public_url,
            clock,
            ids,
            webhooks_private: settings.publisher.webhooks_private,
            limits,
            pictures,
            server: settings.server.clone(),
            stripe_webhook_secrets: settings.stripe_webhook_secrets.clone(),
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
        probes.extend(
            self.chats.list().iter().map(|chat| -> Arc<dyn Probe> { Arc::new(ChatProbe(chat.channel.clone())) }),
        );
        let mut channels = web::router(web::WebState { door: self.door.clone() });
        channels = channels.merge(web::panel(self.accounts.project(), crate::http::page_style(), self.panel()));
        for chat in self.chats.list() {
            channels = channels.merge(chat.routes.clone());
        }
        crate::http::router::router(HttpState {
            store: self.store.clone(),
            door: self.door.clone(),
            directory: self.directory.clone(),
            accounts: self.accounts.clone(),
            sales: self.sales.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            webhooks_private: self.webhooks_private,
            public_url: self.public_url.clone(),
            limits: self.limits.clone(),
            reads: Reads::new(self.store.most_connections()),
            exporting: Arc::new(Semaphore::new(1)),
            pictures: self.pictures.clone(),
            proxies: self.server.trusted_proxies.clone().into(),
            body_patience: Duration::from_secs(self.server.body_timeout_s),
            standing: self.standing(),
            stripe_webhook_secrets: self.stripe_webhook_secrets.clone(),
            chats: self.chats.list().iter().map(|chat| chat.channel.clone()).collect(),
            connect: Arc::new(self.publisher.connect()),
            probes,
            channels,
        })
    }

    /// Serves the chats of other platforms, each for itself, until [`Self::stop`] is cancelled.
    pub fn serve_chats(&self) {
        self.chats.begin(&self.store, &self.door, &self.stop);
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
                let options = accounts.options();
                Some(web::PanelConfig {
                    supabase_url: accounts.project().map(str::to_owned),
                    supabase_anon_key: key,
                    public_url,
                    copilotkit_url: web::BASE.to_owned(),
                    max_upload_bytes: u64::try_from(pictures::MOST_BYTES).ok(),
                    sign_in: web::SignIn {
                        anonymous: options.guests,
                        password_min_length: options.supabase.is_none().then_some(options.password_min_length),
                    },
                    ..web::PanelConfig::default()
                })
            })
        })
    }

    /// Answers what was accepted, then lets go of everything.
    pub async fn shutdown(self) {
        self.stop.cancel();
        tokio::join!(self.directory.drain(self.drain), self.publisher.drain(self.drain));
        self.recovery.abort();
        self.chats.end(&self.store, self.drain).await;
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

/// Offers seats that have become free to those who wait for them, until the program stops.
async fn serve_lines(sales: Arc<Sales>, stop: CancellationToken) {
    loop {
        match sales.serve_line().await {
            Ok(0) => {}
            Ok(offers) => tracing::info!(action = "waiting_offers", offers),
            Err(error) => tracing::warn!(action = "waiting_offers", %error, error.code = "WAITING"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LINES) => {}
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
