//! Updates by being called: `POST /telegram/webhook`.
//!
//! Promises: without the secret nothing is read and nothing happens (THREATS 7.10); the answer is 200 only when the update is durable, 503
//! when it must come again. Telegram calls one at a time, so that the order stays.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use teloxide::types::Update;
use tokio_util::sync::CancellationToken;

use crate::api::{Api, Fault};
use crate::health::Health;
use crate::inbound::{Inbound, Outcome};

/// The route.
pub(crate) const PATH: &str = "/telegram/webhook";
const HEADER: &str = "x-telegram-bot-api-secret-token";
/// How often it is looked whether Telegram still calls us.
const LOOK: Duration = Duration::from_secs(20);

/// The route's end: who answers, once the bot runs, and what the caller must know.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) inbound: Arc<OnceLock<Arc<Inbound>>>,
    pub(crate) secret: Arc<str>,
    /// Only where Telegram is told to call.
    pub(crate) open: bool,
}

pub(crate) fn routes(gate: Gate) -> Router {
    Router::new().route(PATH, post(called)).with_state(gate)
}

/// What Telegram shows us when nobody chose a secret: it follows from the token, so that every process knows it.
pub(crate) fn secret_of(token: &str) -> String {
    let digest = Sha256::digest(format!("telegram webhook {token}"));
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn called(State(gate): State<Gate>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let shown = headers.get(HEADER).map(HeaderValue::as_bytes).unwrap_or_default();
    // Hashed first, so that not even the length is told by the time it takes.
    let (shown, known) = (Sha256::digest(shown), Sha256::digest(gate.secret.as_bytes()));
    if !gate.open || !bool::from(shown.as_slice().ct_eq(known.as_slice())) {
        return StatusCode::UNAUTHORIZED;
    }
    let Some(inbound) = gate.inbound.get() else { return StatusCode::SERVICE_UNAVAILABLE };
    match serde_json::from_slice::<Update>(&body) {
        Ok(update) => match inbound.take(&update).await {
            Outcome::Done => StatusCode::OK,
            Outcome::Again => StatusCode::SERVICE_UNAVAILABLE,
        },
        Err(error) => {
            // It would come again and again, and could be read no better.
            tracing::warn!(%error, "an update cannot be read; it is passed over");
            StatusCode::OK
        }
    }
}

/// Tells Telegram to call, and looks after it until the program stops.
///
/// # Errors
/// What another try does not mend.
pub(crate) async fn run(
    api: &Api,
    url: &str,
    secret: &str,
    health: &Health,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let hook = json!({
        "url": format!("{}{PATH}", url.trim_end_matches('/')), "secret_token": secret, "max_connections": 1,
        "allowed_updates": ["message", "callback_query"], "drop_pending_updates": false,
    });
    let mut told = false;
    while !stop.is_cancelled() {
        let looked = if told {
            api.call::<Value>("getWebhookInfo", &json!({})).await
        } else {
            api.call::<Value>("setWebhook", &hook).await
        };
        match looked {
            // Somebody else may have taken the bot over.
            Ok(info) if told && info.get("url") != hook.get("url") => {
                health.ill("Telegram calls another address");
                told = false;
            }
            Ok(_) => {
                told = true;
                health.well();
            }
            Err(Fault::BadToken) => return Err(Fault::BadToken),
            Err(fault @ Fault::Refused(_)) if !told => return Err(fault),
            Err(fault) => health.ill(&fault.words()),
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(if told { LOOK } else { Duration::from_secs(2) }) => {}
        }
    }
    Ok(())
}
