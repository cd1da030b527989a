//! What a buyer may do with an order whose link they have: look at it, have its mail again, give it back.

use std::time::Duration;

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{SaleError, Sales};
use crate::domain::draft::Draft;
use crate::domain::money::Currency;
use crate::domain::refund_policy::{self, Start};
use crate::domain::sale::OrderStatus;
use crate::store::checkouts::{self, PlaceToPay};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::pages::{self, Page};
use crate::store::sales::{self, Order};

/// Mails about one order that may be asked for.
const MAILS: i32 = 5;

/// How soon it is looked again whether the place to pay is there; the pause doubles to its longest.
const LOOK: Duration = Duration::from_millis(150);
const LOOK_MOST: Duration = Duration::from_secs(1);

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
        if checkouts::place(&mut tx, id).await? == PlaceToPay::Preparing {
            let order = sales::get(&mut tx, id).await?.ok_or(SaleError::NotFound)?;
            sales::prepare_to_pay(&mut tx, order.event, id).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        let looking = async {
            let mut pause = LOOK;
            loop {
                match self.place_to_pay(id).await? {
                    PlaceToPay::Preparing => tokio::time::sleep(pause).await,
                    PlaceToPay::Open(url) => return Ok(Some(url)),
                    PlaceToPay::None => return Ok(None),
                }
                pause = (pause * 2).min(LOOK_MOST);
            }
        };
        tokio::time::timeout(patience, looking).await.unwrap_or(Ok(None))
    }

    /// Where an order is paid now. Those who wait for it share a few connections, however many they are.
    async fn place_to_pay(&self, order: Uuid) -> Result<PlaceToPay, SaleError> {
        let closed = |_| StoreError::Unavailable("the tills are closed".to_owned());
        let _looker = self.lookers.acquire().await.map_err(closed)?;
        let mut tx = self.store.begin(Actor::Server).await?;
        Ok(checkouts::place(&mut tx, order).await?)
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
        let Some(page) = page else { return Terms::default() };
        let draft = &page.draft;
        let start = start(draft);
        let read =
            || start.as_ref().and_then(|start| start.at.to_zoned(start.zone.clone()).ok()).map(|at| at.timestamp());
        let begins = page.begins.or_else(read);
        let policy = draft.refund_policy.as_deref().and_then(|text| refund_policy::read(text, start.as_ref()));
        let back_cents = policy.map_or(0, |policy| refund_policy::back_cents(policy, left, begins, self.clock.now()));
        // As it can be charged, so it can be given back.
        let back_cents =
            back_cents - back_cents % Currency::parse(&order.currency).map_or(1, |currency| currency.step());
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
        sales::mail(&mut tx, "mail_order", &order.about(), &format!("again-{number}")).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Gives an order back: a held one frees its seats, one with tickets is cancelled, and what its event's policy says goes back.
    ///
    /// # Errors
    /// [`SaleError::NotNow`] for one that is over, used, or must be given back by its organizer.
    pub async fn cancel(&self, token: &str) -> Result<(), SaleError> {
        let id = self.order_of(token).await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        // Held: what is reckoned here is what goes back.
        let order = sales::get_held(&mut tx, id).await?.ok_or(SaleError::NotFound)?;
        let page = self.page(&mut tx, order.event).await?;
        let terms = self.terms(&order, page.as_ref());
        if !terms.can_cancel {
            return Err(SaleError::NotNow);
        }
        if order.status == OrderStatus::Pending {
            sales::end_hold(&mut tx, id).await?;
        } else {
            let back = match sales::give_back(&mut tx, id, None, Some(terms.back_cents), "buyer", None).await {
                // Somebody was let in with it in this moment.
                Err(StoreError::Stale(_)) => return Err(SaleError::NotNow),
                back => back?,
            };
            if back == 0 {
                sales::mail(&mut tx, "mail_order_cancelled", &order.about(), "1").await?;
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
