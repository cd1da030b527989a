//! The word that there is work in the publisher's queue, on a connection of its own.

use sqlx::postgres::{PgListener, PgPoolOptions};

use super::database::Store;
use super::error::StoreError;

/// The channel on which new work is announced.
const CHANNEL: &str = "eventos_queue";

/// Rings when somebody left work.
#[derive(Debug)]
pub struct Bell(PgListener);

impl Bell {
    /// Begins to listen.
    pub async fn hang(store: &Store) -> Result<Self, StoreError> {
        let options = store.pool().connect_options();
        // Not one of the pool's: a listener keeps its connection for ever.
        let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(options.as_ref().clone());
        let mut listener = PgListener::connect_with(&own).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits for the next ring. After a lost connection it rings, too: something may have been missed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] while the database is away.
    pub async fn ring(&mut self) -> Result<(), StoreError> {
        self.0.try_recv().await?;
        Ok(())
    }
}
