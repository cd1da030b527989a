//! What a buyer may do with an order whose link they have: look at it, have its mail again, give it back.

use std::time::Duration;

use serde_json::json;

use super::{SaleError, Sales};
use crate::domain::sale::OrderStatus;
use crate::store::checkouts;
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::pages::{self, Page};
use crate::store::queue;
use crate::store::sales::{self, Order};

/// Mails about one order that may be asked for.
const MAILS: i32 = 5;

/// How often it is looked whether the place to pay is there.
const LOOK: Duration = Duration::from_millis(150);

/// What a buyer may still do by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// The order can be given back.
    pub can_cancel: bool,
    /// And then so much money goes back.
    pub back_cents: i64,
}

/// An order and its event.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The order.
    pub order: Order,
    /// Its event; `None` when that has no page any more.
    pub page: Option<Page>,
    /// What its buyer may do with it now.
    pub terms: Terms,
}

impl Sales {
    /// The order behind a link.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for a link that is not ours.
    pub async fn see(&self, token: &str) -> Result<Seen, SaleError> {
        let id = self.order_of(token).await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let order = sales::get(&mut tx, id).await?.ok_or(SaleError::NotFound)?;
        let slug = sales::slug(&mut tx, order.event).await?;
        let page = match slug {
            Some(slug) => match pages::find(&mut tx, &slug).await? {
                Some(found) => Some(pages::get(&mut tx, &slug, found).await?),
                None => None,
            },
            None => None,
        };
        let terms = terms(&order);
        Ok(Seen { order, page, terms })
    }

    /// Where the order is paid; waits so long for it to be there. `None`: not yet, or the order is not to be paid.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for a link that is not ours.
    pub async fn checkout(&self, token: &str, patience: Duration) -> Result<Option<String>, SaleError> {
        let id = self.order_of(token).await?;
        let looking = async {
            loop {
                let mut tx = self.store.begin(Actor::Server).await?;
                let found = checkouts::place(&mut tx, id).await?;
                drop(tx);
                match found {
                    checkouts::PlaceToPay::Preparing => tokio::time::sleep(LOOK).await,
                    checkouts::PlaceToPay::Open(url) => return Ok(Some(url)),
                    checkouts::PlaceToPay::None => return Ok(None),
                }
            }
        };
        tokio::time::timeout(patience, looking).await.unwrap_or(Ok(None))
    }

    /// Sends the mail with the tickets again, a few times at most.
    ///
    /// # Errors
    /// [`SaleError::NotNow`] for an order without valid tickets, or when it was sent often enough.
    pub async fn resend(&self, token: &str) -> Result<(), SaleError> {
        let id = self.order_of(token).await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let order = sales::get(&mut tx, id).await?.ok_or(SaleError::NotFound)?;
        if order.status != OrderStatus::Paid {
            return Err(SaleError::NotNow);
        }
        let number = sales::count_mail(&mut tx, id).await?;
        if number > MAILS {
            return Err(SaleError::NotNow);
        }
        mail(&mut tx, "mail_order", &order, &format!("again-{number}")).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Gives an order back: a held one frees its seats, a free one is cancelled.
    ///
    /// # Errors
    /// [`SaleError::NotNow`] for one that is over, used, or must be given back by its organizer.
    pub async fn cancel(&self, token: &str) -> Result<(), SaleError> {
        let id = self.order_of(token).await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let order = sales::get(&mut tx, id).await?.ok_or(SaleError::NotFound)?;
        if !terms(&order).can_cancel {
            return Err(SaleError::NotNow);
        }
        if order.status == OrderStatus::Pending {
            sales::end_hold(&mut tx, id).await?;
        } else {
            sales::give_back(&mut tx, id, None, None, "buyer", None).await?;
            mail(&mut tx, "mail_order_cancelled", &order, "1").await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        tracing::info!(action = "order_cancel", order.id = %id);
        Ok(())
    }
}

/// A held order frees its seats, a free one is given back while none of its tickets was used.
fn terms(order: &Order) -> Terms {
    let used = order.tickets.iter().any(|ticket| ticket.status == "used");
    let can_cancel = match order.status {
        OrderStatus::Pending => true,
        OrderStatus::Paid => order.amount_cents == 0 && !used,
        _ => false,
    };
    Terms { can_cancel, back_cents: 0 }
}

/// Leaves a mail about an order for its buyer.
pub(super) async fn mail(tx: &mut Tx, kind: &str, order: &Order, number: &str) -> Result<(), StoreError> {
    let payload = json!({"order_id": order.id, "email": order.email, "name": order.name, "language": order.language});
    queue::enqueue(tx, kind, Some(order.event), &payload, &format!("{kind}:{}:{number}", order.id)).await?;
    Ok(())
}
