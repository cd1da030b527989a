//! What follows from an event of Stripe's about an order's money, in the transaction that takes the event in.
//!
//! Promises: in whatever order they come, and however often, a payment ends in tickets or in its refund; what is not about
//! one of our orders is left alone.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::money;
use crate::store::checkouts::{self, Paid};
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::{queue, sales};

/// Metadata of ours on Stripe's objects.
#[derive(Debug, Default, Deserialize)]
struct Ours {
    #[serde(default)]
    order_id: Option<Uuid>,
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
    metadata: Ours,
}

/// `charge`
#[derive(Debug, Deserialize)]
struct Charge {
    #[serde(default)]
    payment_intent: Option<String>,
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
}

/// Does what follows. An object that cannot be read is none of ours.
pub(super) async fn follow(tx: &mut Tx, kind: &str, object: &Value, happened_at: Timestamp) -> Result<(), StoreError> {
    match kind {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            let Ok(session) = Session::deserialize(object) else { return Ok(()) };
            // A payment that takes days is told of again when the money is there.
            let has_come = session.payment_status != "unpaid";
            if let Some(order) = session.metadata.order_id.filter(|_| has_come) {
                pay(tx, order, session.payment_intent.as_deref(), Some(&session.id)).await?;
            }
        }
        "checkout.session.expired" | "checkout.session.async_payment_failed" => {
            let Ok(session) = Session::deserialize(object) else { return Ok(()) };
            if let Some(order) = session.metadata.order_id {
                checkouts::close(tx, order, &session.id).await?;
            }
        }
        "charge.refunded" => {
            let Ok(charge) = Charge::deserialize(object) else { return Ok(()) };
            if let Some(order) = order_of(tx, &charge).await? {
                // It may be told before the payment itself.
                pay(tx, order, charge.payment_intent.as_deref(), None).await?;
                let total = money::from_stripe(charge.amount_refunded, &charge.currency);
                checkouts::gone_back(tx, order, total).await?;
            }
        }
        "charge.dispute.created" | "charge.dispute.closed" => {
            let Ok(dispute) = Dispute::deserialize(object) else { return Ok(()) };
            let is_open = kind.ends_with("created") || dispute.status == "lost";
            if let Some(intent) = dispute.payment_intent {
                checkouts::dispute(tx, &intent, is_open, happened_at).await?;
            }
        }
        "refund.failed" => {
            let Ok(refund) = Refund::deserialize(object) else { return Ok(()) };
            if let Some(order) = checkouts::refund_failed(tx, &refund.id).await? {
                tracing::error!(action = "refund", order.id = %order, error.code = "REFUND_FAILED", "a bank sent the money back");
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

/// Pays an order and tells its buyer; the second time nothing happens.
async fn pay(tx: &mut Tx, order: Uuid, intent: Option<&str>, session: Option<&str>) -> Result<(), StoreError> {
    let kind = match checkouts::pay(tx, order, intent, session).await? {
        Paid::Now => "mail_order",
        Paid::TooLate => "mail_order_late",
        Paid::Known | Paid::Absent => return Ok(()),
    };
    let Some(order) = sales::get(tx, order).await? else { return Ok(()) };
    let payload = json!({"order_id": order.id, "email": order.email, "name": order.name, "language": order.language});
    queue::enqueue(tx, kind, Some(order.event), &payload, &format!("{kind}:{}:1", order.id)).await?;
    Ok(())
}
