//! The sales of a published event by talking: what is sold, where guests are written to, and money back on a yes of its own.
//!
//! Promises: a name is looked up among the event's own orders; where it fits several, they are shown and nothing is done; money goes back
//! to exactly the order and by exactly the amount that was shown, once, as by the panel. Who bought and what was taken is told in private
//! alone.

use uuid::Uuid;

use super::work::Work;
use crate::domain::fact::Patch;
use crate::domain::money::{Currency, local_price};
use crate::domain::session::Act;
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::orders::{self, Bought};
use crate::understanding::answers::live::{Live, Sales};
use crate::understanding::selling::Asked;

/// Orders that are shown where a name fits several.
const SHOWN: usize = 5;

impl Work<'_> {
    /// Answers what is asked of the sales; `said` is what the same words would change of the event.
    pub(super) async fn sales(
        &mut self,
        tx: &mut Tx,
        event: Uuid,
        asked: Asked,
        said: Patch,
    ) -> Result<(), StoreError> {
        // "Refund" is also a word about policies: here it was none.
        self.patch.clear();
        self.doubts.clear();
        self.session.state.confirming = None;
        match asked {
            Asked::Letter => self.letter(tx, event, said).await,
            _ if self.job.overheard => {
                self.live = Some(Live::NotBeforeOthers);
                Ok(())
            }
            Asked::Sold => {
                self.live = Some(Live::Sold(self.figures(tx, event).await?));
                Ok(())
            }
            Asked::Refund { who, tickets } => self.propose_refund(tx, event, who, tickets).await,
        }
    }

    async fn figures(&self, tx: &mut Tx, event: Uuid) -> Result<Sales, StoreError> {
        let figures = orders::figures(tx, event).await?;
        let earned = figures.earned_cents;
        Ok(Sales {
            sold: figures.sold,
            capacity: self.session.draft().capacity,
            held: figures.held,
            waiting: figures.waiting,
            inside: figures.inside,
            earned: (earned > 0).then(|| local_price(earned, self.session.draft().currency, &self.session.language)),
        })
    }

    async fn propose_refund(
        &mut self,
        tx: &mut Tx,
        event: Uuid,
        who: String,
        count: Option<u32>,
    ) -> Result<(), StoreError> {
        let found = orders::named(tx, event, &who).await?;
        let [order] = found.as_slice() else {
            let shown = found.iter().take(SHOWN).map(Bought::words).collect();
            self.live =
                Some(if found.is_empty() { Live::NobodyBought { who } } else { Live::SeveralBought { who, shown } });
            return Ok(());
        };
        if !self.job.person.role.may_publish() {
            self.live = Some(Live::Unchanged);
            return Ok(());
        }
        // All that somebody has is the whole order.
        if let Some(count) = count.filter(|count| *count != order.tickets) {
            return self.propose_part(tx, event, order, count).await;
        }
        let amount = amount(order.left_cents, &order.currency, &self.session.language);
        let tickets = order.tickets;
        self.live = Some(Live::AskedToRefund { who: order.words(), tickets, is_part: false, amount });
        self.ask_for_yes(tx, Act::Refund { order: order.id, left_cents: order.left_cents, tickets: Vec::new() }).await
    }

    /// Some of an order's tickets: those that nobody came in with yet, where it does not matter which.
    async fn propose_part(&mut self, tx: &mut Tx, event: Uuid, order: &Bought, count: u32) -> Result<(), StoreError> {
        let who = order.words();
        let Some(part) = orders::part(tx, order.id, count).await? else { return Ok(()) };
        let there = u32::try_from(part.tickets.len()).unwrap_or(u32::MAX);
        if there < count {
            self.live = Some(Live::TooFewTickets { who, tickets: there });
            return Ok(());
        }
        if !part.is_alike {
            self.live = Some(Live::SeveralKinds { who, url: self.guests_url(event) });
            return Ok(());
        }
        let amount = amount(part.back_cents, &order.currency, &self.session.language);
        self.live = Some(Live::AskedToRefund { who, tickets: count, is_part: true, amount });
        self.ask_for_yes(tx, Act::Refund { order: order.id, left_cents: order.left_cents, tickets: part.tickets }).await
    }

    /// Gives back what was shown; an order that is another by now keeps everything.
    pub(super) async fn refund_confirmed(
        &mut self,
        tx: &mut Tx,
        order: Uuid,
        left_cents: i64,
        tickets: &[Uuid],
    ) -> Result<(), StoreError> {
        self.live = Some(if tickets.is_empty() {
            match orders::give_back(tx, order, left_cents).await? {
                Some(order) => Live::Refunded {
                    who: order.words(),
                    amount: amount(left_cents, &order.currency, &self.session.language),
                },
                None => Live::RefundStale,
            }
        } else {
            match orders::give_back_part(tx, order, left_cents, tickets).await? {
                Some(part) => {
                    let amount = amount(part.left_cents, &part.currency, &self.session.language);
                    Live::PartRefunded { who: part.words(), tickets: part.tickets, amount }
                }
                None => Live::RefundStale,
            }
        });
        Ok(())
    }

    /// Where the event's guests and orders are.
    pub(super) fn guests_url(&self, event: Uuid) -> String {
        format!("{}/dashboard/events/{event}/guests", self.desk.public_url)
    }
}

/// `None`: nothing was paid.
fn amount(cents: i64, currency: &str, language: &str) -> Option<String> {
    (cents > 0).then(|| local_price(cents, Currency::parse(currency), language))
}
