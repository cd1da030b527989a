//! How many of the pool's connections the REST API's reads may hold at once.
//!
//! Promises: whatever is asked of the tables, three quarters of the pool are left to turns, sales and everything else; whoever
//! shows no token holds two connections at most, and so cannot keep those who signed in from reading. A read waits for its place
//! for a moment, without a connection, and is then refused.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::accounts::caller::Caller;
use crate::telemetry::metrics;

/// One connection in so many.
const SHARE: u32 = 4;
/// Reads of those without a token at once.
const OF_VISITORS: usize = 2;
/// How long they wait for their place.
const VISITORS_WAIT: Duration = Duration::from_secs(1);
/// How long everybody else does; a connection is waited for as long.
const WAIT: Duration = Duration::from_secs(5);

/// The places.
#[derive(Debug, Clone)]
pub struct Reads {
    all: Arc<Semaphore>,
    visitors: Arc<Semaphore>,
}

/// A place, held until it is dropped.
#[derive(Debug)]
pub(super) struct Reading {
    _of_visitor: Option<OwnedSemaphorePermit>,
    _place: OwnedSemaphorePermit,
}

/// Too many read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crowded;

impl Reads {
    /// Places for a pool of so many connections.
    pub fn new(connections: u32) -> Self {
        let all = usize::try_from(connections / SHARE).unwrap_or(usize::MAX).clamp(1, Semaphore::MAX_PERMITS);
        Self { all: Arc::new(Semaphore::new(all)), visitors: Arc::new(Semaphore::new(OF_VISITORS.min(all))) }
    }

    /// A place for this caller's read.
    ///
    /// # Errors
    /// [`Crowded`] when there is none for too long.
    pub(super) async fn begin(&self, caller: &Caller) -> Result<Reading, Crowded> {
        let is_visitor = matches!(caller, Caller::Anybody);
        let wait = if is_visitor { VISITORS_WAIT } else { WAIT };
        let places = async {
            let of_visitor = if is_visitor { Some(self.visitors.clone().acquire_owned().await.ok()?) } else { None };
            Some(Reading { _of_visitor: of_visitor, _place: self.all.clone().acquire_owned().await.ok()? })
        };
        let place = tokio::time::timeout(wait, places).await.ok().flatten();
        place.ok_or(Crowded).inspect_err(|_| metrics::refused("rest_reads"))
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    /// A place without waiting.
    fn at_once(reads: &Reads, caller: &Caller) -> Option<Reading> {
        reads.begin(caller).now_or_never()?.ok()
    }

    #[tokio::test]
    async fn whoever_shows_no_token_leaves_room_for_the_others() {
        let reads = Reads::new(16);
        let first = at_once(&reads, &Caller::Anybody).unwrap();
        let _second = at_once(&reads, &Caller::Anybody).unwrap();
        assert!(at_once(&reads, &Caller::Anybody).is_none(), "two of them at most");
        let _others = [at_once(&reads, &Caller::Service).unwrap(), at_once(&reads, &Caller::Service).unwrap()];
        assert!(at_once(&reads, &Caller::Service).is_none(), "a quarter of sixteen is four");
        drop(first);
        assert!(at_once(&reads, &Caller::Anybody).is_some());
    }

    #[tokio::test]
    async fn the_smallest_pool_is_read_too() {
        let reads = Reads::new(1);
        drop(at_once(&reads, &Caller::Anybody).unwrap());
        assert!(at_once(&reads, &Caller::Service).is_some());
    }
}
