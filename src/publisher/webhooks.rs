//! Words for other programs: what happened at an organizer's event, signed, to the address that they named.
//!
//! Promises: a word is sent under one id and one signature rule however often it is tried (Standard Webhooks, "Signature scheme");
//! it is tried for three days, then it stands in the log as failed and can be sent again; an address that answers 410 is not
//! written to any more; no word goes to an address inside our own network unless the operator allows it (THREATS: SSRF), also
//! not by a redirect or by a name that points there at the second look.

mod address;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use reqwest::StatusCode;
use sha2::Sha256;
use uuid::Uuid;

use super::error::Trouble;
use super::work::{before_call, held};
use super::{Desk, fault};
use crate::store::error::StoreError;
use crate::store::queue::Item;
use crate::store::webhooks::{self, Due};

pub use address::{Target, Unfit};

/// Its name in the queue.
pub const KIND: &str = "webhook";
/// A word is tried for so long, in seconds: three days.
pub(super) const LIFE_S: i64 = 3 * 24 * 3600;
/// How long the other side may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How an attempt ended.
enum Sent {
    Taken(u16),
    Gone,
    Not { status: Option<u16>, why: String },
}

/// Sends the word of an item.
pub(super) async fn send(desk: &Desk, item: &Item) -> Result<(), Trouble> {
    let id = item.payload.get("delivery_id").and_then(|id| id.as_str()?.parse::<Uuid>().ok());
    let id = id.ok_or_else(|| Trouble::fail("the payload names no delivery"))?;
    let mut tx = held(desk, item).await?;
    let due = webhooks::due(&mut tx, id).await?.filter(|due| !due.over);
    tx.commit().await.map_err(StoreError::from)?;
    let Some(due) = due else { return Ok(()) };
    let sent = if due.enabled {
        before_call(desk, item).await?;
        post(&due, id, desk.clock.now(), desk.options.webhooks_private).await
    } else {
        return settle(
            desk,
            item,
            id,
            &due,
            Sent::Not { status: None, why: "the webhook is switched off".to_owned() },
            true,
        )
        .await;
    };
    fault::point("publisher.after_call");
    settle(desk, item, id, &due, sent, item.age_s >= LIFE_S).await
}

/// Writes what became of it; a failure that is not the last is tried again.
async fn settle(desk: &Desk, item: &Item, id: Uuid, due: &Due, sent: Sent, last: bool) -> Result<(), Trouble> {
    let mut tx = held(desk, item).await?;
    let ended = match sent {
        Sent::Taken(status) => webhooks::note(&mut tx, id, "done", Some(status), None).await.map(|()| None)?,
        Sent::Gone => {
            webhooks::gone(&mut tx, due.webhook).await?;
            let why = "410: nothing more is wanted there; the webhook is switched off";
            webhooks::note(&mut tx, id, "failed", Some(410), Some(why)).await.map(|()| None)?
        }
        Sent::Not { status, why } => {
            let state = if last { "failed" } else { "waiting" };
            webhooks::note(&mut tx, id, state, status, Some(&why)).await?;
            (!last).then_some(why)
        }
    };
    tx.commit().await.map_err(StoreError::from)?;
    ended.map_or(Ok(()), |why| Err(Trouble::retry(why)))
}

async fn post(due: &Due, id: Uuid, now: Timestamp, private: bool) -> Sent {
    let not = |why: String| Sent::Not { status: None, why };
    let target = match Target::read(&due.url, private) {
        Ok(target) => target,
        Err(unfit) => return not(unfit.to_string()),
    };
    let addresses = match target.addresses().await {
        Ok(addresses) => addresses,
        Err(unfit) => return not(unfit.to_string()),
    };
    // Without payments nobody else has chosen the one TLS provider yet.
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .no_proxy()
        // Where an answer points to nobody has looked at.
        .redirect(reqwest::redirect::Policy::none())
        // What was looked at is what is connected to: a name that points elsewhere a moment later changes nothing.
        .resolve_to_addrs(target.host(), &addresses)
        .user_agent("EventOS-Webhooks/1")
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return not(format!("nothing can be sent: {error}")),
    };
    let (body, stamp) = (due.body.to_string(), now.as_second());
    let request = client
        .post(target.url().clone())
        .header("content-type", "application/json")
        .header("webhook-id", id.to_string())
        .header("webhook-timestamp", stamp.to_string())
        .header("webhook-signature", signature(&due.secret, id, stamp, &body))
        .body(body);
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Sent::Taken(answer.status().as_u16()),
        Ok(answer) if answer.status() == StatusCode::GONE => Sent::Gone,
        Ok(answer) => {
            let status = answer.status().as_u16();
            Sent::Not { status: Some(status), why: format!("the other side answered {status}") }
        }
        Err(error) if error.is_timeout() => not(format!("no answer within {} s", TIMEOUT.as_secs())),
        Err(_) => not("the other side cannot be reached, or hung up".to_owned()),
    }
}

/// `v1,<base64>` over id, time and body, as Standard Webhooks has it.
fn signature(secret: &[u8], id: Uuid, stamp: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{stamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// A secret as its owner is shown it, once.
pub fn written(secret: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_over_id_time_and_body() {
        // printf '00000000-0000-0000-0000-000000000007.1700000000.{}' | openssl dgst -sha256 -hmac secret -binary | base64
        let signed = signature(b"secret", Uuid::from_u128(7), 1_700_000_000, "{}");
        assert_eq!(signed, "v1,dzjaRsyGTdvBxbjY5nGcltFq3CCm1IS8JBc3n388gzE=");
        assert_ne!(signature(b"secret", Uuid::from_u128(7), 1_700_000_001, "{}"), signed);
        assert_eq!(written(b"secret"), "whsec_c2VjcmV0");
    }
}
