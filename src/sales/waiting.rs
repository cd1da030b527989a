//! The waiting list: whoever comes to a sold-out event stands in line, and is offered what becomes free, the first first.
//!
//! Promises: a seat that becomes free is held for the line before anybody else can buy it; a free one is theirs at once and
//! can be given back, a paid one is held for a day.

use uuid::Uuid;

use super::buying::Buyer;
use super::{Field, SaleError, Sales};
use crate::domain::order_link;
use crate::domain::sale::{self, Kind, Line, Offer, Till};
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::sales;
use crate::store::waiting::{self, Waiting};

/// A paid seat is held for so long for whoever waited for it, in seconds.
const HELD_S: u32 = 24 * 3600;

/// What somebody who waits says of themselves.
#[derive(Debug, Clone, Default)]
pub struct Patience {
    /// What the form carries.
    pub form: String,
    /// The address.
    pub email: String,
    /// The name.
    pub name: String,
    /// The language that they read.
    pub language: String,
    /// The kind of ticket.
    pub kind: Option<Uuid>,
}

impl Sales {
    /// Puts somebody at the end of the line for a kind of ticket that is sold out.
    ///
    /// # Errors
    /// [`SaleError::NotNow`] where there is nothing to wait for.
    pub async fn wait(&self, slug: &str, who: &Patience) -> Result<(), SaleError> {
        let name = who.name.trim();
        if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
            return Err(SaleError::Wrong(Field::Name));
        }
        let email = sale::email(&who.email).ok_or(SaleError::Wrong(Field::Email))?;
        let signer = self.signer().await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let event = sales::event_of_slug(&mut tx, slug).await?.ok_or(SaleError::NotFound)?;
        let now = self.clock.now();
        signer.read_form(event, &who.form, now).ok_or(SaleError::Wrong(Field::Form))?;
        let till = sales::open(&mut tx, event).await?.ok_or(SaleError::NotFound)?;
        let kind = till.kinds.iter().find(|kind| kind.id == who.kind).ok_or(SaleError::NotNow)?;
        if till.offer(kind, now) != Offer::SoldOut {
            return Err(SaleError::NotNow);
        }
        let one = Waiting {
            id: self.ids.id(),
            event,
            kind: who.kind,
            email,
            name: name.to_owned(),
            language: Some(who.language.clone()),
            seats: 1,
        };
        waiting::add(&mut tx, &one).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Offers what has become free to those who wait. Returns how many offers were made.
    ///
    /// # Errors
    /// [`StoreError`] when the lines cannot be read; an event whose line cannot be served is logged, and served the next time.
    pub async fn serve_line(&self) -> Result<usize, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let events = waiting::events(&mut tx, self.clock.now()).await?;
        drop(tx);
        let mut offers = 0;
        for event in events {
            match self.serve_line_of(event).await {
                Ok(count) => offers += count,
                // One event's trouble is no other event's.
                Err(error) => tracing::warn!(action = "waiting_list", event.id = %event, %error),
            }
        }
        Ok(offers)
    }

    async fn serve_line_of(&self, event: Uuid) -> Result<usize, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let Some(till) = sales::open(&mut tx, event).await? else { return Ok(0) };
        let mut till = self.payable(without_line(till));
        let now = self.clock.now();
        let mut offers = 0;
        for who in waiting::line(&mut tx, event).await? {
            let lines = [Line { kind: who.kind, count: who.seats }];
            let Ok(quote) = till.quote(&lines, now).and_then(|quote| quote.payable(&till)) else { continue };
            let buyer = Buyer {
                email: &who.email,
                name: &who.name,
                language: who.language.as_deref().unwrap_or("en"),
                // The place in the line is what this order is known by.
                form_key: order_link::key_of("waiting", who.id),
                hold_s: HELD_S,
            };
            let order = self.order(&till, &quote, &buyer);
            sales::place(&mut tx, event, &order).await?;
            waiting::offered(&mut tx, who.id, order.id).await?;
            let kind = if order.amount_cents > 0 { "mail_waiting_offer" } else { "mail_order" };
            sales::mail(&mut tx, kind, &order.about(event), "1").await?;
            take(&mut till, who.kind, who.seats);
            offers += 1;
        }
        tx.commit().await?;
        Ok(offers)
    }
}

/// The till as those in the line see it.
fn without_line(till: Till) -> Till {
    let kinds = till.kinds.into_iter().map(|kind| Kind { line: 0, ..kind }).collect();
    Till { kinds, ..till }
}

fn take(till: &mut Till, kind: Option<Uuid>, seats: u32) {
    till.taken = till.taken.saturating_add(seats);
    for known in till.kinds.iter_mut().filter(|known| known.id == kind) {
        known.taken = known.taken.saturating_add(seats);
    }
}
