//! What the routes work with, on a test's own database: nobody is limited, and the wizard is a scripted door.

use std::sync::Arc;
use std::time::Duration;

use eventos::domain::clock::Clock;
use eventos::door::rate::Limits;
use eventos::http::router::HttpState;
use eventos::store::database::Store;

/// The routes' parts; a test replaces what it is about.
pub(crate) fn state(store: Store, clock: Arc<dyn Clock>) -> HttpState {
    HttpState {
        accounts: super::accounts::accounts(&store, clock.clone()),
        store,
        door: Arc::new(port::contract::Script::new().0),
        limits: Arc::new(Limits::none(clock.clone())),
        clock,
        public_url: "https://events.example".to_owned(),
        proxies: Arc::default(),
        body_patience: Duration::from_secs(5),
        standing: Arc::new(|| {}),
        stripe_webhook_secret: None,
        chats: Arc::default(),
        probes: Vec::new(),
        channels: axum::Router::new(),
    }
}
