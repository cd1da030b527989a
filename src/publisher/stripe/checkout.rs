//! Where an order is paid: a Checkout Session of Stripe's, whose money goes to the organizer (destination charge).
//!
//! Promises: an order has one place to pay, whatever died on the way; its seats are held until after that place has closed;
//! the amounts are those of the order, whatever the event costs by now. Source: Stripe, "Checkout Sessions", "Destination charges".

use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Form, money};
use crate::domain::order_link::Signer;
use crate::publisher::error::Trouble;
use crate::publisher::work::held;
use crate::publisher::{Desk, fault};
use crate::store::checkouts::{self, Checkout};
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::queue::Item;
use crate::store::sales;

/// Its name in the queue.
pub const KIND: &str = "stripe_checkout";
/// Stripe keeps a session open for half an hour at least, counted from when it makes it.
const LEAST_S: u32 = 1805;
/// The longest name of a line, in characters.
const NAME_CHARS: usize = 200;

/// `checkout.session`
#[derive(Debug, Deserialize)]
struct Session {
    id: String,
    #[serde(default)]
    url: Option<String>,
}

/// Opens the place to pay of an order.
pub(crate) async fn open(desk: &Desk, item: &Item) -> Result<(), Trouble> {
    let order = item.payload.get("order_id").and_then(|id| id.as_str()?.parse::<Uuid>().ok());
    let order = order.ok_or_else(|| Trouble::fail("the payload names no order"))?;
    let Some(stripe) = &desk.stripe else {
        return Err(Trouble::no_key());
    };
    let mut tx = held(desk, item).await?;
    let open_s = desk.options.hold_s.max(LEAST_S + 30);
    let checkout = checkouts::promise(&mut tx, order, open_s, LEAST_S).await?;
    let key = sales::key(&mut tx).await?;
    tx.commit().await.map_err(StoreError::from)?;
    // Given up, paid, or open already.
    let Some(checkout) = checkout else { return Ok(()) };
    let page = format!("{}/o/{}", desk.public_url.trim_end_matches('/'), Signer::new(key).order(order));
    fault::point("publisher.before_call");
    let form = form(&checkout, order, &page);
    let words = format!("eventos checkout {order} {} {}", checkout.ends_s, item.key_round);
    let session: Session = stripe.post("/v1/checkout/sessions", &form, &digest(&words)).await?;
    fault::point("publisher.after_call");
    let url = session.url.ok_or_else(|| Trouble::fail("Stripe gave no place to pay"))?;
    let mut tx = held(desk, item).await?;
    checkouts::keep(&mut tx, order, &session.id, &url).await?;
    tx.commit().await.map_err(StoreError::from)?;
    fault::point("publisher.kept");
    Ok(())
}

/// Nothing will open it any more: its seats go back. `true`: it was still to be paid.
pub(crate) async fn give_up(tx: &mut Tx, item: &Item) -> Result<bool, StoreError> {
    match item.payload.get("order_id").and_then(|id| id.as_str()?.parse::<Uuid>().ok()) {
        Some(order) => sales::end_hold(tx, order).await,
        None => Ok(false),
    }
}

fn form(checkout: &Checkout, order: Uuid, page: &str) -> Form {
    let currency = checkout.currency.to_lowercase();
    let mut form: Form = Vec::new();
    let mut put = |name: String, value: String| form.push((name, value));
    put("mode".to_owned(), "payment".to_owned());
    put("success_url".to_owned(), page.to_owned());
    put("cancel_url".to_owned(), page.to_owned());
    put("client_reference_id".to_owned(), order.to_string());
    put("customer_email".to_owned(), checkout.email.clone());
    put("expires_at".to_owned(), checkout.ends_s.to_string());
    put("locale".to_owned(), checkout.language.clone().unwrap_or_else(|| "auto".to_owned()));
    put("metadata[order_id]".to_owned(), order.to_string());
    put("payment_intent_data[metadata][order_id]".to_owned(), order.to_string());
    if let Some(account) = &checkout.account {
        put("payment_intent_data[transfer_data][destination]".to_owned(), account.clone());
        // Without it an account in another region than ours cannot be paid (Stripe, "Destination charges", settlement merchant).
        put("payment_intent_data[on_behalf_of]".to_owned(), account.clone());
        if checkout.fee_cents > 0 {
            let fee = money::as_stripe_counts(checkout.fee_cents, &currency);
            put("payment_intent_data[application_fee_amount]".to_owned(), fee.to_string());
        }
    }
    let lines = checkout.lines.iter().filter(|line| line.price_cents > 0);
    let lines = lines.map(|line| (line.name.clone(), line.price_cents, line.count, line.name.is_none()));
    let tax = (checkout.tax_cents > 0).then(|| (Some("Tax".to_owned()), checkout.tax_cents, 1, false));
    for (at, (name, cents, count, whole)) in lines.chain(tax).enumerate() {
        let prefix = format!("line_items[{at}]");
        put(format!("{prefix}[quantity]"), count.to_string());
        put(format!("{prefix}[price_data][currency]"), currency.clone());
        put(format!("{prefix}[price_data][unit_amount]"), money::as_stripe_counts(cents, &currency).to_string());
        if let Some(product) = checkout.product.as_ref().filter(|_| whole) {
            put(format!("{prefix}[price_data][product]"), product.clone());
        } else {
            let name = name.map_or_else(|| checkout.event_name.clone(), |name| named(&checkout.event_name, &name));
            let name = name.chars().take(NAME_CHARS).collect();
            put(format!("{prefix}[price_data][product_data][name]"), name);
        }
    }
    form
}

fn named(event: &str, kind: &str) -> String {
    if kind == "Tax" { kind.to_owned() } else { format!("{event}: {kind}") }
}

/// An idempotency key.
pub(super) fn digest(words: &str) -> String {
    let digest = Sha256::digest(words.as_bytes());
    digest.iter().fold(String::from("eventos-"), |text, byte| text + &format!("{byte:02x}"))
}
