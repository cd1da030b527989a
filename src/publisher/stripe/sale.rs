//! A paid event becomes a product with one price for each ticket that costs (R97, ruling C-32).
//!
//! Promises: exactly one product per event and one active price per ticket. Each step is kept before the next begins, so an
//! attempt goes on where the last one ended; each call has a key that follows from the event and the step alone. Where keys
//! do not help any more (a day later, or after Stripe failed under one), what is there is found by its metadata first.

use super::reconcile::Look;
use super::shapes::{Price, Product};
use super::{Form, Stripe, idempotency_key, money};
use crate::publisher::Desk;
use crate::publisher::error::Trouble;
use crate::publisher::fault;
use crate::publisher::work::{before_call, held, held_with_event};
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
    // Gone, or called off before anything was made: there is nothing to sell.
    let Some(offer) = offer.filter(|offer| offer.product.is_some() || !offer.wanted.is_empty()) else { return Ok(()) };
    let Some(stripe) = &desk.stripe else {
        return Err(Trouble::no_key());
    };
    let looks_first = item.key_round > 0 || item.age_s > KEY_LIFE_S;
    let mut sale = Sale { desk, item, stripe, offer, looks_first };
    let product = sale.product().await?;
    sale.rename(&product).await?;
    sale.prices(&product).await?;
    sale.archive().await?;
    sale.close(&product).await
}

impl Sale<'_> {
    /// The product's id: the kept one, the one found, or a new one.
    async fn product(&mut self) -> Result<String, Trouble> {
        if let Some(known) = &self.offer.product {
            return Ok(known.clone());
        }
        let event = self.offer.event.to_string();
        let mut found: Option<Product> = None;
        if self.looks_first {
            found = self.look().product(&event, self.item.first_tried_s - SLACK_S).await?;
        }
        let product = if let Some(found) = found {
            found
        } else {
            before_call(self.desk, self.item).await?;
            let form = form(&[("name", &self.name()), ("metadata[event_id]", &event)]);
            self.stripe.post("/v1/products", &form, &self.key("product")).await?
        };
        fault::point("publisher.after_call");
        let mut tx = held_with_event(self.desk, self.item).await?;
        let name = self.name();
        offers::keep_product(&mut tx, self.offer.event, &product.id, Some(&name)).await?;
        tx.commit().await.map_err(StoreError::from)?;
        fault::point("publisher.kept");
        (self.offer.product, self.offer.product_name) = (Some(product.id.clone()), Some(name));
        Ok(product.id)
    }

    /// The event's name as the product bears it.
    fn name(&self) -> String {
        self.offer.name.chars().take(NAME_CHARS).collect()
    }

    /// The product is called as the event is.
    async fn rename(&mut self, product: &str) -> Result<(), Trouble> {
        let name = self.name();
        if self.offer.over || self.offer.product_name.as_deref() == Some(&name) {
            return Ok(());
        }
        self.update(product, &form(&[("name", &name)]), &format!("name {name}"), Some(&name)).await
    }

    /// A product of which nothing is sold any more is put away.
    async fn close(&mut self, product: &str) -> Result<(), Trouble> {
        if !self.offer.over || self.offer.product_name.is_none() {
            return Ok(());
        }
        self.update(product, &form(&[("active", "false")]), "close", None).await
    }

    /// Changes the product. The same change twice is one.
    async fn update(&mut self, product: &str, form: &Form, step: &str, name: Option<&str>) -> Result<(), Trouble> {
        before_call(self.desk, self.item).await?;
        // Names come and go: the lease keeps "A, B, A" from meeting the first answer again.
        let step = format!("{step} {}", self.item.lease);
        self.stripe.post::<Product>(&format!("/v1/products/{product}"), form, &self.key(&step)).await?;
        fault::point("publisher.after_call");
        let mut tx = held_with_event(self.desk, self.item).await?;
        offers::keep_product(&mut tx, self.offer.event, product, name).await?;
        tx.commit().await.map_err(StoreError::from)?;
        fault::point("publisher.kept");
        self.offer.product_name = name.map(str::to_owned);
        Ok(())
    }

    /// One active price for each ticket that costs; what changed or went is put aside for [`Sale::archive`].
    async fn prices(&mut self, product: &str) -> Result<(), Trouble> {
        let wanted = self.offer.wanted.clone();
        let mut there =
            if self.looks_first && !wanted.is_empty() { self.look().prices(product).await? } else { Vec::new() };
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
        let mut tx = held_with_event(self.desk, self.item).await?;
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

    fn look(&self) -> Look<'_> {
        Look { desk: self.desk, item: self.item, stripe: self.stripe }
    }

    /// The same for the same step at every attempt, until Stripe failed under it.
    fn key(&self, step: &str) -> String {
        idempotency_key(&[&self.offer.event.to_string(), step, &self.item.key_round.to_string()])
    }
}

fn form(fields: &[(&str, &str)]) -> Form {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
