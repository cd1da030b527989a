//! Money on its way back: a refund of Stripe's, taken from the organizer whom the money had gone to, with the operator's fee.
//!
//! Promises: each refund is made once, whatever died on the way; one that Stripe says is impossible, because the money went
//! back in another way, is a dead letter that says so.

use serde::Deserialize;
use uuid::Uuid;

use super::shapes::{List, Named};
use super::{Form, Stripe, checkout, money};
use crate::domain::money::{Currency, local_price};
use crate::publisher::error::Trouble;
use crate::publisher::work::{before_call, held, held_with_event};
use crate::publisher::{Desk, fault};
use crate::store::checkouts::{self, Refund};
use crate::store::error::StoreError;
use crate::store::queue::Item;
use crate::store::sales;

/// Its name in the queue.
pub const KIND: &str = "stripe_refund";
/// Stripe forgets a key a day after it was used; a little earlier we look first.
const KEY_LIFE_S: i64 = 23 * 3600;

/// `refund`
#[derive(Debug, Deserialize)]
struct Made {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    metadata: std::collections::BTreeMap<String, String>,
}

impl Made {
    /// The money did not go: this refund is none.
    fn came_to_nothing(&self) -> bool {
        matches!(self.status.as_str(), "failed" | "canceled")
    }
}

impl Named for Made {
    fn id(&self) -> &str {
        &self.id
    }
}

/// Sends the money of an item back.
pub(crate) async fn send(desk: &Desk, item: &Item) -> Result<(), Trouble> {
    let id = item.payload.get("refund_id").and_then(|id| id.as_str()?.parse::<Uuid>().ok());
    let id = id.ok_or_else(|| Trouble::fail("the payload names no refund"))?;
    let Some(stripe) = &desk.stripe else {
        return Err(Trouble::no_key());
    };
    let mut tx = held(desk, item).await?;
    let refund = checkouts::refund(&mut tx, id).await?.filter(|refund| !refund.done);
    tx.commit().await.map_err(StoreError::from)?;
    let Some(refund) = refund else { return Ok(()) };
    let intent = refund.intent.clone().ok_or_else(|| Trouble::fail("the order has no payment"))?;
    before_call(desk, item).await?;
    let mut found = None;
    if item.key_round > 0 || item.age_s > KEY_LIFE_S {
        found = earlier(stripe, &intent, id).await?;
    }
    let made = if let Some(made) = found {
        made
    } else {
        let key = checkout::digest(&format!("eventos refund {id} {}", item.key_round));
        stripe.post("/v1/refunds", &form(&refund, &intent, id), &key).await?
    };
    if made.came_to_nothing() {
        return Err(Trouble::fail(format!("the refund {} is {}", made.id, made.status)));
    }
    fault::point("publisher.after_call");
    let mut tx = held_with_event(desk, item).await?;
    if checkouts::refunded(&mut tx, id, &made.id).await? {
        tell(&mut tx, id, &refund).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    fault::point("publisher.kept");
    Ok(())
}

async fn tell(tx: &mut crate::store::database::Tx, id: Uuid, refund: &Refund) -> Result<(), StoreError> {
    let Some(order) = sales::get(tx, refund.order).await? else { return Ok(()) };
    let amount =
        local_price(refund.amount_cents, Currency::parse(&refund.currency), order.language.as_deref().unwrap_or("en"));
    let about = sales::About { amount: Some(&amount), ..order.about() };
    sales::mail(tx, "mail_order_refunded", &about, &id.to_string()).await
}

fn form(refund: &Refund, intent: &str, id: Uuid) -> Form {
    let amount = money::as_stripe_counts(refund.amount_cents, &refund.currency);
    let mut form: Form = vec![
        ("payment_intent".to_owned(), intent.to_owned()),
        ("amount".to_owned(), amount.to_string()),
        ("metadata[refund_id]".to_owned(), id.to_string()),
    ];
    if refund.passed_on {
        form.push(("reverse_transfer".to_owned(), "true".to_owned()));
    }
    // Stripe refuses to give back a fee that was never taken.
    if refund.with_fee {
        form.push(("refund_application_fee".to_owned(), "true".to_owned()));
    }
    form
}

/// The refund that an earlier attempt made and did not hear of.
async fn earlier(stripe: &Stripe, intent: &str, id: Uuid) -> Result<Option<Made>, Trouble> {
    let query = vec![("payment_intent".to_owned(), intent.to_owned()), ("limit".to_owned(), "100".to_owned())];
    let list: List<Made> = stripe.get("/v1/refunds", &query).await?;
    let is_ours = |made: &Made| {
        !made.came_to_nothing() && made.metadata.get("refund_id").is_some_and(|known| *known == id.to_string())
    };
    Ok(list.data.into_iter().find(is_ours))
}
