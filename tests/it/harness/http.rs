//! What the routes work with, on a test's own database: nobody is limited, and the wizard is a scripted door.

use std::sync::Arc;
use std::time::Duration;

use eventos::domain::clock::{Clock, RandomIds};
use eventos::domain::fees::Fees;
use eventos::domain::outcome::{Notice, Sessions};
use eventos::door::rate::Limits;
use eventos::http::reads::Reads;
use eventos::http::router::HttpState;
use eventos::pictures::{Pictures, Room};
use eventos::publisher::Ground;
use eventos::publisher::stripe::connect::Connect;
use eventos::sales::{Options, Sales};
use eventos::store::database::Store;
use eventos::wizard::directory::Directory;
use eventos::wizard::system::ActorSystem;
use eventos::wizard::turn::{self, Desk};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Sessions' mailboxes whose threads live as long as the test's process.
fn directory(store: &Store, clock: Arc<dyn Clock>) -> Arc<Directory> {
    let desk = Desk {
        store: store.clone(),
        node: "test".to_owned(),
        clock,
        ids: Arc::new(RandomIds),
        runtime: Handle::current(),
        limits: turn::Limits { turn_deadline_s: 20, lease_s: 30 },
        models: None,
        post: Arc::default(),
        public_url: "https://events.example".to_owned(),
    };
    Directory::new(Arc::new(desk), ActorSystem::start(1).unwrap().arbiters())
}

/// No conversation is awake: what is told waits in the inbox.
struct Nobody;

impl Sessions for Nobody {
    fn hand_over(&self, _: Notice) {}
}

/// How the tests' shop sells.
pub(crate) fn selling() -> Options {
    Options { payments: true, hold_s: 1860, fees: Fees::parse("2.9 30", 5.0).unwrap() }
}

/// The routes' parts; a test replaces what it is about.
pub(crate) fn state(store: Store, clock: Arc<dyn Clock>) -> HttpState {
    let ground = Ground {
        store: store.clone(),
        clock: clock.clone(),
        ids: Arc::new(RandomIds),
        node: "test".to_owned(),
        public_url: "https://events.example".to_owned(),
        sessions: Arc::new(Nobody),
    };
    HttpState {
        connect: Arc::new(Connect::without_key(ground, Fees::parse("2.9 30", 0.0).unwrap())),
        accounts: super::accounts::accounts(&store, clock.clone()),
        directory: directory(&store, clock.clone()),
        pictures: Arc::new(Pictures::new(store.clone(), Room::default())),
        reads: Reads::new(store.most_connections()),
        exporting: Arc::new(Semaphore::new(1)),
        sales: Arc::new(Sales::new(store.clone(), clock.clone(), Arc::new(RandomIds), selling())),
        store,
        door: Arc::new(port::contract::Script::new().0),
        limits: Arc::new(Limits::none(clock.clone())),
        clock,
        ids: Arc::new(RandomIds),
        webhooks_private: false,
        public_url: "https://events.example".to_owned(),
        proxies: Arc::default(),
        body_patience: Duration::from_secs(5),
        standing: Arc::new(|| {}),
        stripe_webhook_secrets: Vec::new(),
        chats: Arc::default(),
        probes: Vec::new(),
        channels: axum::Router::new(),
    }
}
