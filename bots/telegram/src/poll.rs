//! Updates by asking for them.
//!
//! Promises: the next question names the first update that is not done with, so that Telegram forgets none before it is durable here; an
//! update that cannot be taken in holds up those behind it and comes again; nothing that waited while the program was down is dropped.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use teloxide::types::Update;
use tokio_util::sync::CancellationToken;

use crate::api::{Api, Fault};
use crate::health::Health;
use crate::inbound::{Inbound, Outcome};

/// How long Telegram keeps a question open, in seconds.
const HELD_S: u64 = 25;
/// The first pause after a failure and the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Asks until the program stops.
///
/// # Errors
/// What another try does not mend: the token is none.
pub(crate) async fn run(
    api: &Api,
    inbound: &Arc<Inbound>,
    health: &Health,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let (mut offset, mut pause) = (0_i64, PAUSE);
    while !stop.is_cancelled() {
        let ask = json!({"offset": offset, "timeout": HELD_S, "allowed_updates": ["message", "callback_query"]});
        let patience = Duration::from_secs(HELD_S + 10);
        let found = tokio::select! {
            () = stop.cancelled() => break,
            found = api.call_within::<Vec<Value>>("getUpdates", &ask, patience) => found,
        };
        let again = match found {
            Ok(updates) => {
                health.well();
                take_all(inbound, updates, &mut offset, health).await
            }
            Err(Fault::BadToken) => return Err(Fault::BadToken),
            Err(fault) => {
                health.ill(&fault.words());
                if let Fault::Wait(seconds) = fault {
                    pause = Duration::from_secs(seconds.into());
                }
                true
            }
        };
        if !again {
            pause = PAUSE;
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    // What was taken in is told, so that the next start does not get it again.
    let told = json!({"offset": offset, "timeout": 0, "limit": 1});
    drop(api.call_within::<Vec<Value>>("getUpdates", &told, Duration::from_secs(2)).await);
    Ok(())
}

/// Takes the updates in, in their order. `true`: one must come again.
async fn take_all(inbound: &Arc<Inbound>, updates: Vec<Value>, offset: &mut i64, health: &Health) -> bool {
    for update in updates {
        let Some(id) = update.get("update_id").and_then(Value::as_i64) else { continue };
        // The library borrows the names of the fields, which only a text can lend.
        match serde_json::from_str::<Update>(&update.to_string()) {
            Ok(update) => {
                if inbound.take(update).await == Outcome::Again {
                    return true;
                }
            }
            // A kind of update that the library cannot read carries nothing for us.
            Err(error) => tracing::warn!(update.id = id, %error, "an update cannot be read; it is passed over"),
        }
        *offset = id + 1;
        // Updates with files take their time; Telegram is reached all the same.
        health.well();
    }
    false
}
