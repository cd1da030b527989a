//! Discord, as far as a bot meets it: the REST API behind TLS under its real name, the gateway, the people and what stands on their
//! screens. It refuses what Discord refuses, with Discord's codes; a test drives the people.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a stand-in that is used wrongly stops the test that does so"
)]

mod gateway;
mod lawful;
mod people;
mod rest;
mod screen;
mod state;
mod tls;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use people::{Drop, Place};
use state::State;
pub use state::{APPLICATION, Fault, Request, TOKEN};
pub use tls::Certificate;

/// The platform. Clones are the same.
#[derive(Clone, Debug)]
pub struct Fake {
    state: Arc<Mutex<State>>,
    /// Where the API listens, with TLS, as `discord.com`.
    pub api: SocketAddr,
    /// The authority that signed its certificate, PEM.
    pub authority: Vec<u8>,
}

impl Fake {
    /// A platform of the test's own.
    pub async fn start() -> Self {
        let gateway = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (api, place) = (listener.local_addr().unwrap(), gateway.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::new(format!("ws://{place}"))));
        let (tls, authority) = tls::Tls::new(listener);
        tokio::spawn(gateway::serve(gateway, Arc::clone(&state)));
        tokio::spawn({
            let routes = rest::routes(Arc::clone(&state));
            async move { axum::serve(tls, routes).await }
        });
        Self { state, api, authority }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
