//! The sales room: what buyers may do with an event's tickets, and what its organizer may do with orders.
//!
//! Promises: an order is made or refused in one transaction, while nobody else sells of its event; the same form sent again is
//! the same order; a buyer has no account and acts on what a signed link names, nothing else; whatever is to be sent or paid
//! is left in the publisher's queue by the transaction that it follows from (decision 0026).

pub mod buyer;
mod buying;
mod doors;
pub mod organizer;
mod waiting;

use std::sync::Arc;

use tokio::sync::{OnceCell, Semaphore};
use uuid::Uuid;

use crate::domain::clock::{Clock, Ids};
use crate::domain::fees::Fees;
use crate::domain::order_link::Signer;
use crate::domain::sale::Refusal;
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::sales;

pub use buying::{Bought, Shown, Wish};
pub use waiting::Patience;

/// Sales that are at the database at once: the rest wait here and leave connections to everybody else.
const TILLS: usize = 6;
/// And those who look at once whether the place to pay is there yet.
const LOOKERS: usize = 2;

/// How tickets are sold.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Paid tickets can be sold: Stripe is set up.
    pub payments: bool,
    /// Seats are held for so many seconds while they are paid for.
    pub hold_s: u32,
    /// What is taken of each payment.
    pub fees: Fees,
}

/// The room.
pub struct Sales {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    options: Options,
    signer: OnceCell<Signer>,
    tills: Semaphore,
    lookers: Semaphore,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum SaleError {
    /// It is not there, or not for this caller.
    #[error("nothing is there")]
    NotFound,
    /// It cannot be had.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// What was typed is wrong.
    #[error("{0:?} is wrong")]
    Wrong(Field),
    /// The order is in no state for that.
    #[error("the order is in no state for that")]
    NotNow,
    /// It was done often enough for now.
    #[error("it was done often enough for now")]
    Enough,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The form itself: not ours, or too old.
    Form,
    /// The address.
    Email,
    /// The name.
    Name,
    /// The code that makes tickets cheaper.
    Promo,
    /// The answer to this question.
    Answer(Uuid),
}

impl Sales {
    /// The room on this database.
    pub fn new(store: Store, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, options: Options) -> Self {
        Self {
            store,
            clock,
            ids,
            options,
            signer: OnceCell::new(),
            tills: Semaphore::new(TILLS),
            lookers: Semaphore::new(LOOKERS),
        }
    }

    /// What links are signed with; read once.
    async fn signer(&self) -> Result<&Signer, StoreError> {
        let read = async {
            let mut tx = self.store.begin(Actor::Server).await?;
            let key = sales::key(&mut tx).await?;
            tx.commit().await?;
            Ok(Signer::new(key))
        };
        self.signer.get_or_try_init(|| read).await
    }

    /// What stands in the address of an order's page.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn token(&self, order: Uuid) -> Result<String, StoreError> {
        Ok(self.signer().await?.order(order))
    }

    async fn order_of(&self, token: &str) -> Result<Uuid, SaleError> {
        self.signer().await?.read_order(token).ok_or(SaleError::NotFound)
    }
}

impl std::fmt::Debug for Sales {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sales").field("options", &self.options).finish_non_exhaustive()
    }
}
