//! What a buyer may do with an order whose link they have: look at it, have its mail again, give it back.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::json;
use uuid::Uuid;

use super::{SaleError, Sales};
use crate::domain::draft::Draft;
use crate::domain::refund_policy::{self, Start};
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
        let page = self.page(&mut tx, order.event).await?;
        let terms = self.terms(&order, page.as_ref());
        Ok(Seen { order, page, terms })
    }

    /// Where the order is paid; waits so long for it to be there. `None`: not yet, or the order is not to be paid.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for a link that is not ours.
    pub async fn checkout(&self, token: &str, patience: Duration) -> Result<Option<String>, SaleError> {
        let id = self.order_of(token).await?;
        // An offer from the waiting list has no place to pay before somebody wants to.
        let mut tx = self.store.begin(Actor::Server).await?;
        if checkouts::place(&mut tx, id).await? == checkouts::PlaceToPay::Preparing {
            let order = sales::get(&mut tx, id).await?.ok_or(SaleError::NotFound)?;
            let key = format!("stripe_checkout:{id}:1");
            queue::enqueue(&mut tx, "stripe_checkout", Some(order.event), &json!({"order_id": id}), &key).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
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

    async fn page(&self, tx: &mut Tx, event: Uuid) -> Result<Option<Page>, StoreError> {
        let Some(slug) = sales::slug(tx, event).await? else { return Ok(None) };
        match pages::find(tx, &slug).await? {
            Some(found) => Ok(Some(pages::get(tx, &slug, found).await?)),
            None => Ok(None),
        }
    }

    /// A held order frees its seats; one with tickets that nobody used is given back, a paid one as its event's policy says.
    fn terms(&self, order: &Order, page: Option<&Page>) -> Terms {
        if order.status == OrderStatus::Pending {
            return Terms { can_cancel: true, back_cents: 0 };
        }
        let used = order.tickets.iter().any(|ticket| ticket.status == "used");
        let left = order.amount_cents - order.refunded_cents;
        if order.status != OrderStatus::Paid || used {
            return Terms::default();
        }
        if order.amount_cents == 0 {
            return Terms { can_cancel: true, back_cents: 0 };
        }
        let Some(draft) = page.map(|page| &page.draft) else { return Terms::default() };
        let start = start(draft);
        let begins =
            start.as_ref().and_then(|start| start.at.to_zoned(start.zone.clone()).ok()).map(|at| at.timestamp());
        let policy = draft.refund_policy.as_deref().and_then(|text| refund_policy::read(text, start.as_ref()));
        let back_cents = policy.map_or(0, |policy| refund_policy::back_cents(policy, left, begins, self.clock.now()));
        Terms { can_cancel: back_cents > 0, back_cents }
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
        let page = self.page(&mut tx, order.event).await?;
        let terms = self.terms(&order, page.as_ref());
        if !terms.can_cancel {
            return Err(SaleError::NotNow);
        }
        if order.status == OrderStatus::Pending {
            sales::end_hold(&mut tx, id).await?;
        } else {
            let back = sales::give_back(&mut tx, id, None, Some(terms.back_cents), "buyer", None).await?;
            if back == 0 {
                mail(&mut tx, "mail_order_cancelled", &order, "1").await?;
            }
        }
        tx.commit().await.map_err(StoreError::from)?;
        tracing::info!(action = "order_cancel", order.id = %id);
        Ok(())
    }
}

fn start(draft: &Draft) -> Option<Start> {
    let zone = draft.timezone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    Some(Start { at: draft.date?.to_datetime(draft.time.unwrap_or_default()), zone })
}

/// Leaves a mail about an order for its buyer.
pub(super) async fn mail(tx: &mut Tx, kind: &str, order: &Order, number: &str) -> Result<(), StoreError> {
    let payload = json!({"order_id": order.id, "email": order.email, "name": order.name, "language": order.language});
    queue::enqueue(tx, kind, Some(order.event), &payload, &format!("{kind}:{}:{number}", order.id)).await?;
    Ok(())
}
