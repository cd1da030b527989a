//! What Stripe tells us by itself: signed, fresh, once, and in whatever order.
//!
//! Promises: nothing is looked at before the signature over the very bytes was right and no older than five minutes; an
//! event and its effect are one transaction, so that a second delivery finds either both or neither; an event that is older
//! than what is known changes nothing; a kind that we do not know is acknowledged.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use super::account::{self, Account};
use super::connect::Connect;
use super::effects;
use crate::domain::outcome::Notice;
use crate::publisher::{fault, notices};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::stripe_events;

/// How far a signature's time may be from ours, in seconds (Stripe's own tolerance).
const TOLERANCE_S: i64 = 300;
/// Signatures that are looked at in one header: Stripe sends two while a secret is being rolled.
const SIGNATURES: usize = 16;

/// Why an event is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The signature is missing, wrong or too old.
    #[error("the signature does not fit")]
    Signature,
    /// The signature is right, and yet it is no event.
    #[error("this is no event")]
    Unreadable,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    created: i64,
    #[serde(default)]
    account: Option<String>,
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    object: serde_json::Value,
}

/// Takes an event in and does what follows from it. `false`: it was taken in before. `secrets`: one for each endpoint at Stripe,
/// for events of the own account come by another than those of connected accounts.
///
/// # Errors
/// [`Refused`]; nothing was done then.
pub async fn take(connect: &Connect, secrets: &[SecretString], signature: &str, body: &[u8]) -> Result<bool, Refused> {
    let now_s = connect.clock.now().as_second();
    if !secrets.iter().any(|secret| is_signed(secret.expose_secret().as_bytes(), now_s, signature, body)) {
        return Err(Refused::Signature);
    }
    let event: Event = serde_json::from_slice(body).map_err(|_| Refused::Unreadable)?;
    let happened_at = Timestamp::from_second(event.created).map_err(|_| Refused::Unreadable)?;
    let mut tx = connect.store.begin(Actor::Server).await?;
    if !stripe_events::take(&mut tx, &event.id, &event.kind, happened_at).await? {
        return Ok(false);
    }
    let notice = effect(&mut tx, &event, happened_at, &connect.node).await?;
    // Payments here are the platform's own. What happens in a connected account comes signed alike, and its owner writes what
    // they like into its metadata: nothing of it pays for an order of ours.
    if event.account.is_none() {
        effects::follow(&mut tx, &event.kind, &event.data.object, happened_at, connect.operator.as_deref()).await?;
    }
    fault::point("webhook.before_commit");
    tx.commit().await.map_err(StoreError::from)?;
    fault::point("webhook.after_commit");
    tracing::info!(action = "stripe_event", stripe.event = event.id, kind = event.kind);
    notices::hand_over(connect.sessions.as_ref(), notice);
    Ok(true)
}

/// What follows from an event, in the transaction that takes it in. A kind that we do not know has no effect.
async fn effect(tx: &mut Tx, event: &Event, at: Timestamp, node: &str) -> Result<Option<Notice>, Refused> {
    match event.kind.as_str() {
        "account.updated" => {
            let account = Account::deserialize(&event.data.object).map_err(|_| Refused::Unreadable)?;
            Ok(account::stand(tx, account, None, at, node).await?)
        }
        "account.application.deauthorized" => match &event.account {
            Some(id) => Ok(account::part(tx, id, at, node).await?),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// Whether a header such as `t=1700000000,v1=5257a8…` signs these bytes, now.
fn is_signed(secret: &[u8], now_s: i64, header: &str, body: &[u8]) -> bool {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let Some(stamp) = parts().find(|(name, _)| *name == "t").map(|(_, value)| value) else { return false };
    let Ok(signed_s) = stamp.parse::<i64>() else { return false };
    if now_s.abs_diff(signed_s) > TOLERANCE_S.unsigned_abs() {
        return false;
    }
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
    mac.update(stamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    // `verify_slice` takes the same time whichever byte is wrong.
    let fits = |hex: &str| unhex(hex).is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok());
    parts().filter(|(name, _)| *name == "v1").take(SIGNATURES).any(|(_, hex)| fits(hex))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_test`
    const SIGNED: &str = "35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91";

    fn fits(header: &str, body: &[u8], now_s: i64) -> bool {
        is_signed(b"whsec_test", now_s, header, body)
    }

    #[test]
    fn a_signature_holds_for_its_bytes_its_secret_and_five_minutes() {
        let header = format!("t=1700000000,v1={SIGNED}");
        assert!(fits(&header, b"{}", 1_700_000_000));
        assert!(fits(&header, b"{}", 1_700_000_300) && !fits(&header, b"{}", 1_700_000_301));
        assert!(fits(&header, b"{}", 1_699_999_700) && !fits(&header, b"{}", 1_699_999_699));
        assert!(!fits(&header, b"{} ", 1_700_000_000));
        assert!(!is_signed(b"whsec_other", 1_700_000_000, &header, b"{}"));
        assert!(fits(&format!("t=1700000000,v1=00,v0=1,v1={SIGNED}"), b"{}", 1_700_000_000), "one of several fits");
        let odd = ["", "t=1700000000", "v1=00", "t=x,v1=00", "t=1700000000,v1=0", "t=1700000000,v1=zz"];
        for header in odd
            .iter()
            .map(ToString::to_string)
            .chain([format!("t=1700000001,v1={SIGNED}"), format!("t=1700000000,v0={SIGNED}")])
        {
            assert!(!fits(&header, b"{}", 1_700_000_000), "{header}");
        }
    }
}
