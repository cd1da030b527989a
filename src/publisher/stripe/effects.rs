//! What follows from an event of Stripe's about an order's money, in the transaction that takes the event in.
//!
//! Promises: in whatever order they come, and however often, a payment ends in tickets or in its refund; an order is paid by its own
//! amount and by nothing else; what is not about one of our orders is left alone, and what is and cannot be read stands in the log.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::money;
use crate::publisher::work;
use crate::store::checkouts::{self, Paid};
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::sales;

/// Why a refund that was made is none.
const SENT_BACK: &str = "a bank sent the money back";

/// Metadata of ours on Stripe's objects.
#[derive(Debug, Default, Deserialize)]
struct Ours {
    #[serde(default)]
    order_id: Option<Uuid>,
    #[serde(default)]
    refund_id: Option<Uuid>,
}

/// `checkout.session`
#[derive(Debug, Deserialize)]
struct Session {
    id: String,
    #[serde(default)]
    payment_status: String,
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    amount_total: i64,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    metadata: Ours,
}

/// `charge`
#[derive(Debug, Deserialize)]
struct Charge {
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    amount: i64,
    #[serde(default)]
    amount_refunded: i64,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    metadata: Ours,
}

/// `dispute`
#[derive(Debug, Deserialize)]
struct Dispute {
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    status: String,
}

/// `refund`
#[derive(Debug, Deserialize)]
struct Refund {
    id: String,
    #[serde(default)]
    metadata: Ours,
}

/// A payment, as Stripe tells of it.
struct Payment<'a> {
    intent: Option<&'a str>,
    session: Option<&'a str>,
    /// As Stripe counts.
    amount: i64,
    currency: &'a str,
}

/// An event's object; one that names an order of ours and cannot be read is worth a line in the log.
fn read<T: DeserializeOwned>(kind: &str, object: &Value) -> Option<T> {
    let read = serde_json::from_value(object.clone());
    if let Err(error) = &read
        && let Some(order) = object.pointer("/metadata/order_id").and_then(Value::as_str)
    {
        tracing::error!(action = "stripe_event", kind, order.id = order, %error, error.code = "STRIPE_API_ERROR", "unreadable");
    }
    read.ok()
}

/// Does what follows. `operator`: who is told when a bank sends a refund back.
pub(super) async fn follow(
    tx: &mut Tx,
    kind: &str,
    object: &Value,
    happened_at: Timestamp,
    operator: Option<&str>,
) -> Result<(), StoreError> {
    match kind {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            let Some(session) = read::<Session>(kind, object) else { return Ok(()) };
            // A payment that takes days is told of again when the money is there.
            let has_come = session.payment_status != "unpaid";
            if let Some(order) = session.metadata.order_id.filter(|_| has_come) {
                let payment = Payment {
                    intent: session.payment_intent.as_deref(),
                    session: Some(&session.id),
                    amount: session.amount_total,
                    currency: &session.currency,
                };
                pay(tx, order, &payment).await?;
            }
        }
        "checkout.session.expired" | "checkout.session.async_payment_failed" => {
            let Some(session) = read::<Session>(kind, object) else { return Ok(()) };
            if let Some(order) = session.metadata.order_id {
                checkouts::close(tx, order, &session.id).await?;
            }
        }
        "charge.refunded" => {
            let Some(charge) = read::<Charge>(kind, object) else { return Ok(()) };
            if let Some(order) = order_of(tx, &charge).await? {
                // It may be told before the payment itself.
                let payment = Payment {
                    intent: charge.payment_intent.as_deref(),
                    session: None,
                    amount: charge.amount,
                    currency: &charge.currency,
                };
                if pay(tx, order, &payment).await? {
                    let total = money::from_stripe(charge.amount_refunded, &charge.currency);
                    checkouts::gone_back(tx, order, total).await?;
                }
            }
        }
        "charge.dispute.created" | "charge.dispute.closed" => {
            let Some(dispute) = read::<Dispute>(kind, object) else { return Ok(()) };
            let is_open = kind.ends_with("created") || dispute.status == "lost";
            if let Some(intent) = dispute.payment_intent {
                checkouts::dispute(tx, &intent, is_open, happened_at).await?;
            }
        }
        "refund.failed" => {
            let Some(refund) = read::<Refund>(kind, object) else { return Ok(()) };
            if let Some(failed) = checkouts::refund_failed(tx, &refund.id, refund.metadata.refund_id, SENT_BACK).await?
            {
                tracing::error!(action = "refund", order.id = %failed.order, error.code = "REFUND_FAILED", "{SENT_BACK}");
                if let Some(item) = failed.item {
                    work::dead_letter(tx, operator, &item, SENT_BACK).await?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

async fn order_of(tx: &mut Tx, charge: &Charge) -> Result<Option<Uuid>, StoreError> {
    match (&charge.payment_intent, charge.metadata.order_id) {
        (_, Some(order)) => Ok(Some(order)),
        (Some(intent), None) => checkouts::of_intent(tx, intent).await,
        (None, None) => Ok(None),
    }
}

/// Pays an order and tells its buyer; the second time nothing happens. `false`: it is not this order's payment.
async fn pay(tx: &mut Tx, order: Uuid, payment: &Payment<'_>) -> Result<bool, StoreError> {
    let Some((amount_cents, currency)) = checkouts::price(tx, order).await? else { return Ok(false) };
    let is_it = payment.currency.eq_ignore_ascii_case(&currency)
        && payment.amount == money::as_stripe_counts(amount_cents, &currency);
    if !is_it {
        tracing::error!(
            action = "stripe_event", order.id = %order, amount = payment.amount, currency = payment.currency,
            error.code = "WRONG_AMOUNT", "a payment is not what its order costs: nothing follows from it"
        );
        return Ok(false);
    }
    let kind = match checkouts::pay(tx, order, payment.intent, payment.session).await? {
        Paid::Now => "mail_order",
        Paid::TooLate => "mail_order_late",
        Paid::Known | Paid::Absent => return Ok(true),
    };
    if let Some(order) = sales::get(tx, order).await? {
        sales::mail(tx, kind, &order.about(), "1").await?;
    }
    Ok(true)
}
