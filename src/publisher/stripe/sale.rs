//! A paid event becomes a product with one price for each ticket that costs (R97, ruling C-32).
//!
//! Promises: exactly one product per event and one active price per ticket. Each step is kept before the next begins, so an
//! attempt goes on where the last one ended; each call has a key that follows from the event and the step alone. Where keys
//! do not help any more (a day later, or after Stripe failed under one), what is there is found by its metadata first.

use sha2::{Digest, Sha256};

use super::shapes::{Price, Product};
use super::{Form, Stripe, money, reconcile};
use crate::publisher::Desk;
use crate::publisher::error::Trouble;
use crate::publisher::fault;
use crate::publisher::work::{before_call, held};
use crate::store::error::StoreError;
use crate::store::offers::{self, Kept, Offer, Wanted};
use crate::store::queue::Item;

/// What this work is called in the queue.
pub const KIND: &str = "stripe_product";

/// Stripe forgets a key after 24 hours; an hour is left for what is under way.
const KEY_LIFE_S: i64 = 23 * 3600;
/// How far back a list begins before the first attempt, in seconds: clocks differ.
const SLACK_S: i64 = 3600;
/// Stripe's longest name of a product.
const NAME_CHARS: usize = 250;

/// One sale in the making.
struct Sale<'a> {
    desk: &'a Desk,
    item: &'a Item,
    stripe: &'a Stripe,
    offer: Offer,
    /// Look what is there before anything is made.
    looks_first: bool,
}

/// Makes Stripe know what the event sells.
pub(in crate::publisher) async fn sell(desk: &Desk, item: &Item) -> Result<(), Trouble> {
    let event = item.event.ok_or_else(|| Trouble::fail("there is no event to sell"))?;
    let mut tx = held(desk, item).await?;
    let offer = offers::get(&mut tx, event).await?;
    tx.commit().await.map_err(StoreError::from)?;
    // Cancelled or gone meanwhile: there is nothing to sell.
    let Some(offer) = offer.filter(|offer| offer.product.is_some() || !offer.wanted.is_empty()) else { return Ok(()) };
    let Some(stripe) = &desk.stripe else {
        return Err(Trouble::Wait { why: "payments are not set up (STRIPE_SECRET_KEY)".to_owned() });
    };
    let looks_first = item.key_round > 0 || item.age_s > KEY_LIFE_S;
    let mut sale = Sale { desk, item, stripe, offer, looks_first };
    let product = sale.product().await?;
    sale.prices(&product).await?;
    sale.archive().await
}

impl Sale<'_> {
    /// The product's id: the kept one, the one found, or a new one.
    async fn product(&mut self) -> Result<String, Trouble> {
        if let Some(known) = &self.offer.product {
            return Ok(known.clone());
        }
        let event = self.offer.event.to_string();
        before_call(self.desk, self.item).await?;
        let mut found: Option<Product> = None;
        if self.looks_first {
            found = reconcile::product(self.stripe, &event, self.item.first_tried_s - SLACK_S).await?;
        }
        let product = if let Some(found) = found {
            found
        } else {
            let name: String = self.offer.name.chars().take(NAME_CHARS).collect();
            let form = form(&[("name", &name), ("metadata[event_id]", &event)]);
            self.stripe.post("/v1/products", &form, &self.key("product")).await?
        };
        fault::point("publisher.after_call");
        let mut tx = held(self.desk, self.item).await?;
        offers::keep_product(&mut tx, self.offer.event, &product.id).await?;
        tx.commit().await.map_err(StoreError::from)?;
        fault::point("publisher.kept");
        self.offer.product = Some(product.id.clone());
        Ok(product.id)
    }

    /// One active price for each ticket that costs; what changed or went is put aside for [`Sale::archive`].
    async fn prices(&mut self, product: &str) -> Result<(), Trouble> {
        let wanted = self.offer.wanted.clone();
        let mut there = if self.looks_first && !wanted.is_empty() {
            before_call(self.desk, self.item).await?;
            reconcile::prices(self.stripe, product).await?
        } else {
            Vec::new()
        };
        for price in &wanted {
            self.price(product, price, &mut there).await?;
        }
        let gone: Vec<String> =
            self.offer.kept.keys().filter(|key| wanted.iter().all(|price| price.key != **key)).cloned().collect();
        if gone.is_empty() {
            return Ok(());
        }
        for key in gone {
            self.offer.archive.extend(self.offer.kept.remove(&key).map(|kept| kept.id));
        }
        self.keep_prices().await
    }

    async fn price(&mut self, product: &str, wanted: &Wanted, there: &mut Vec<Price>) -> Result<(), Trouble> {
        let currency = self.offer.currency.clone().ok_or_else(|| Trouble::fail("a price has no currency"))?;
        let before = self.offer.kept.get(&wanted.key).cloned();
        let target = Kept { id: String::new(), price_cents: wanted.price_cents, currency: currency.clone() };
        if before.as_ref().is_some_and(|kept| Kept { id: String::new(), ..kept.clone() } == target) {
            return Ok(());
        }
        let amount = money::as_stripe_counts(wanted.price_cents, &currency);
        let replaced = before.as_ref().map_or("", |kept| kept.id.as_str());
        let is_it = |price: &Price| {
            price.metadata.get("tier") == Some(&wanted.key)
                && price.unit_amount == Some(amount)
                && price.currency.eq_ignore_ascii_case(&currency)
                && price.id != replaced
                && !self.offer.archive.contains(&price.id)
        };
        let found = there.iter().position(is_it).map(|at| there.swap_remove(at));
        let made = if let Some(found) = found {
            found
        } else {
            before_call(self.desk, self.item).await?;
            let form = self.price_form(product, wanted, &currency, amount);
            let step = format!("price {} {amount} {currency} after {replaced}", wanted.key);
            self.stripe.post::<Price>("/v1/prices", &form, &self.key(&step)).await?
        };
        fault::point("publisher.after_call");
        self.offer.archive.extend(before.map(|kept| kept.id));
        self.offer.kept.insert(wanted.key.clone(), Kept { id: made.id, ..target });
        self.keep_prices().await
    }

    fn price_form(&self, product: &str, wanted: &Wanted, currency: &str, amount: i64) -> Form {
        let (event, amount, currency) = (self.offer.event.to_string(), amount.to_string(), currency.to_lowercase());
        let mut form = form(&[
            ("product", product),
            ("currency", &currency),
            ("unit_amount", &amount),
            ("tax_behavior", if self.offer.taxed { "exclusive" } else { "unspecified" }),
            ("metadata[event_id]", &event),
            ("metadata[tier]", &wanted.key),
        ]);
        form.extend(wanted.name.clone().map(|name| ("nickname".to_owned(), name)));
        form
    }

    async fn keep_prices(&self) -> Result<(), Trouble> {
        let mut tx = held(self.desk, self.item).await?;
        offers::keep_prices(&mut tx, &self.offer).await?;
        tx.commit().await.map_err(StoreError::from)?;
        fault::point("publisher.kept");
        Ok(())
    }

    /// Takes replaced prices off sale. Doing so twice is the same as once.
    async fn archive(&mut self) -> Result<(), Trouble> {
        while let Some(old) = self.offer.archive.first().cloned() {
            before_call(self.desk, self.item).await?;
            let form = form(&[("active", "false")]);
            self.stripe
                .post::<Price>(&format!("/v1/prices/{old}"), &form, &self.key(&format!("archive {old}")))
                .await?;
            fault::point("publisher.after_call");
            self.offer.archive.remove(0);
            self.keep_prices().await?;
        }
        Ok(())
    }

    /// The same for the same step at every attempt, until Stripe failed under it.
    fn key(&self, step: &str) -> String {
        let words = format!("eventos {} {step} {}", self.offer.event, self.item.key_round);
        let digest = Sha256::digest(words.as_bytes());
        digest.iter().fold(String::from("eventos-"), |text, byte| text + &format!("{byte:02x}"))
    }
}

fn form(fields: &[(&str, &str)]) -> Form {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
