//! The way in: opens the private cluster, tells how to connect to it, and closes it.
//!
//! Promises: a handle is cheap to clone, and the last one dropped lets the server stop; `close` waits for that.

use super::error::ClusterError;
use super::options::{ClusterOptions, Role};
use super::watcher::{State, Watcher};
use sqlx::postgres::PgConnectOptions;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The private cluster in use by this program.
#[derive(Clone, Debug)]
pub struct Cluster {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: watch::Receiver<State>,
    stop: watch::Sender<bool>,
    watching: Mutex<Option<JoinHandle<()>>>,
}

impl Cluster {
    /// Starts the cluster in the data folder, making it when absent, or shares the one that another program runs there;
    /// then watches it. The database `eventos` exists afterwards.
    ///
    /// # Errors
    /// One clear line for everything that can stand in the way.
    pub async fn open(options: ClusterOptions) -> Result<Self, ClusterError> {
        let watcher = Watcher::begin(options).await?;
        let state = watcher.state();
        let (stop, told_to_stop) = watch::channel(false);
        let watching = Mutex::new(Some(tokio::spawn(watcher.run(told_to_stop))));
        Ok(Self { inner: Arc::new(Inner { state, stop, watching }) })
    }

    /// How to connect in `role` to `database`, through the Unix socket.
    pub fn connect_options(&self, role: Role, database: &str) -> PgConnectOptions {
        role.connect_options(&self.inner.state.borrow().socket_folder, database)
    }

    /// Whether this program runs the server; another one may have started it, and this may change.
    pub fn started_by_us(&self) -> bool {
        self.inner.state.borrow().ours
    }

    /// Whether the server takes requests; false while it is being started again or taken over.
    pub fn is_up(&self) -> bool {
        self.inner.state.borrow().up
    }

    /// Stops the server cleanly if this program runs it; a program that shares it then takes over. Every clone of the handle
    /// is closed with it.
    pub async fn close(self) {
        self.inner.stop.send_replace(true);
        let watching = self.inner.watching.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(watching) = watching
            && let Err(error) = watching.await
        {
            tracing::error!(%error, "the database's watcher ended badly");
        }
    }
}
