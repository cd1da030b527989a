//! Updates by being called: `POST /telegram/webhook`.
//!
//! Promises: without the secret nothing is read and nothing happens (THREATS 7.10); the answer is 200 only when the update is durable, 503
//! when it must come again. Updates of a chat are taken in one after the other, those of several side by side: Telegram holds back what
//! is behind a call that is not answered in its chat, and the lanes keep what it calls with all the same in the order in which it came.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
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
use crate::inbound::Outcome;
use crate::lanes::Lanes;

/// The route.
pub(crate) const PATH: &str = "/telegram/webhook";
const HEADER: &str = "x-telegram-bot-api-secret-token";
/// How often it is looked whether Telegram still calls us.
const LOOK: Duration = Duration::from_secs(20);
/// So many calls at once, as many as Telegram makes where nobody asks for fewer: while a picture is fetched its call is open.
const CALLS: u32 = 40;

/// The route's end: who answers, once the bot runs, and what the caller must know.
#[derive(Clone)]
pub(crate) struct Gate {
    lanes: Arc<Mutex<Option<Arc<Lanes>>>>,
    secret: Arc<str>,
    /// Only where Telegram is told to call.
    open: bool,
}

impl Gate {
    /// Nobody answers yet.
    pub(crate) fn new(secret: Arc<str>, open: bool) -> Self {
        Self { lanes: Arc::default(), secret, open }
    }

    /// From here on these lanes answer, or nobody.
    fn leads_to(&self, lanes: Option<Arc<Lanes>>) {
        *self.lanes.lock().unwrap_or_else(PoisonError::into_inner) = lanes;
    }

    fn lanes(&self) -> Option<Arc<Lanes>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
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
    let Some(lanes) = gate.lanes() else { return StatusCode::SERVICE_UNAVAILABLE };
    match serde_json::from_slice::<Update>(&body) {
        Ok(update) => match lanes.take(update).await {
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

/// Answers Telegram's calls until the program stops.
///
/// # Errors
/// What another try does not mend.
pub(crate) async fn run(
    api: &Api,
    url: &str,
    gate: &Gate,
    lanes: Lanes,
    health: &Health,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let lanes = Arc::new(lanes);
    gate.leads_to(Some(lanes.clone()));
    let ended = look_after(api, url, &gate.secret, health, stop).await;
    gate.leads_to(None);
    lanes.close().await;
    ended
}

/// Tells Telegram to call, and sees to it that it does.
async fn look_after(
    api: &Api,
    url: &str,
    secret: &str,
    health: &Health,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let hook = json!({
        "url": format!("{}{PATH}", url.trim_end_matches('/')), "secret_token": secret, "max_connections": CALLS,
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
