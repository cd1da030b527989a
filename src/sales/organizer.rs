//! What an organizer may do with the orders of their own events. Who asks for another's is told that there is nothing.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{SaleError, Sales};
use crate::domain::sale::OrderStatus;
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::guests::{self, Guest, Search};
use crate::store::sales;

/// The longest title and text of a message, in characters.
const TITLE_CHARS: usize = 150;
const TEXT_CHARS: usize = 5_000;
/// Mails about one order, whoever asks for them: an address that somebody else typed is not to be flooded.
const MAILS: i32 = 20;
/// Letters to the guests of an event within a day.
const LETTERS: i64 = 10;

/// What a door sends.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// By which the same scan is known again.
    pub id: Uuid,
    /// What was scanned or typed.
    pub code: String,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub door: String,
    /// It takes an earlier one back.
    pub undo: bool,
}

impl Sales {
    /// A transaction in the organizer's name, once the event is known to be theirs.
    pub(super) async fn mine(&self, who: Actor<'_>, event: Uuid) -> Result<Tx, SaleError> {
        let mut tx = self.store.begin(who).await?;
        guests::own_event(&mut tx, event).await?.ok_or(SaleError::NotFound)?;
        Ok(tx)
    }

    /// What was sold and earned.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for another's event.
    pub async fn summary(&self, who: Actor<'_>, event: Uuid) -> Result<Value, SaleError> {
        let mut tx = self.mine(who, event).await?;
        guests::summary(&mut tx, event).await?.ok_or(SaleError::NotFound)
    }

    /// The guests that are looked for, and how many there are in all.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for another's event.
    pub async fn guests(&self, who: Actor<'_>, event: Uuid, search: &Search) -> Result<(Vec<Guest>, i64), SaleError> {
        let mut tx = self.mine(who, event).await?;
        Ok(guests::search(&mut tx, event, search).await?)
    }

    /// Gives money back, this much or all of it; all of it takes the tickets back, too. `left_cents`: so much was left when whoever
    /// asks looked at it; where less is left by now nothing is done, so that a part asked for twice goes back once. Returns how much.
    ///
    /// # Errors
    /// [`SaleError::NotNow`] for an order that has nothing to give back.
    pub async fn refund(
        &self,
        who: Actor<'_>,
        by: Uuid,
        event: Uuid,
        order: Uuid,
        amount_cents: Option<i64>,
        left_cents: Option<i64>,
    ) -> Result<i64, SaleError> {
        self.owns(who, event, order).await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let found = sales::get_held(&mut tx, order).await?.ok_or(SaleError::NotFound)?;
        let left = found.amount_cents - found.refunded_cents;
        if left_cents.is_some_and(|seen| seen != left) {
            return Err(SaleError::NotNow);
        }
        if found.status != OrderStatus::Paid || amount_cents.is_some_and(|amount| amount < 1 || amount > left) {
            return Err(SaleError::NotNow);
        }
        // A part is a kindness, and the tickets stay; all that is left ends the order.
        let part = amount_cents.filter(|amount| *amount < left);
        let none: &[Uuid] = &[];
        let back = sales::give_back(&mut tx, order, part.map(|_| none), part, "organizer", Some(by)).await?;
        if back == 0 {
            sales::mail(&mut tx, "mail_order_cancelled", &found.about(), "1").await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        tracing::info!(action = "refund", order.id = %order, amount_cents = back);
        Ok(back)
    }

    /// Sends the tickets of an order again.
    ///
    /// # Errors
    /// [`SaleError::NotNow`] for an order without valid tickets; [`SaleError::Enough`] when they were sent often enough.
    pub async fn send_again(&self, who: Actor<'_>, event: Uuid, order: Uuid) -> Result<(), SaleError> {
        self.owns(who, event, order).await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let found = sales::get(&mut tx, order).await?.ok_or(SaleError::NotFound)?;
        if found.status != OrderStatus::Paid {
            return Err(SaleError::NotNow);
        }
        let number = sales::count_mail(&mut tx, order).await?;
        if number > MAILS {
            return Err(SaleError::Enough);
        }
        sales::mail(&mut tx, "mail_order", &found.about(), &format!("again-{number}")).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Writes to everybody who has a ticket. The same letter again writes to nobody twice. Returns to how many.
    ///
    /// # Errors
    /// [`SaleError::NotNow`] for a letter without words or with too many; [`SaleError::Enough`] when guests had enough for a day.
    pub async fn write_to_all(
        &self,
        who: Actor<'_>,
        event: Uuid,
        letter: Uuid,
        title: &str,
        text: &str,
    ) -> Result<i64, SaleError> {
        drop(self.mine(who, event).await?);
        let lawful = |words: &str, most| (1..=most).contains(&words.trim().chars().count()) && !words.contains('\0');
        if !lawful(title, TITLE_CHARS) || !lawful(text, TEXT_CHARS) {
            return Err(SaleError::NotNow);
        }
        let mut tx = self.store.begin(Actor::Server).await?;
        if guests::letters_today(&mut tx, event, letter).await? >= LETTERS {
            return Err(SaleError::Enough);
        }
        let count = guests::write_to_all(&mut tx, event, letter, title.trim(), text.trim()).await?;
        tx.commit().await.map_err(StoreError::from)?;
        tracing::info!(action = "message_to_guests", event.id = %event, count);
        Ok(count)
    }

    async fn owns(&self, who: Actor<'_>, event: Uuid, order: Uuid) -> Result<(), SaleError> {
        let mut tx = self.store.begin(who).await?;
        if guests::own_order(&mut tx, event, order).await? { Ok(()) } else { Err(SaleError::NotFound) }
    }
}
