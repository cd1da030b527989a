//! Updates by asking for them.
//!
//! Promises: the next question names the first update that is not done with, so that Telegram forgets none before it is durable here; an
//! update that cannot be taken in holds up those behind it in its chat, and others only when a hundred from it on came already, which is
//! all that Telegram brings at once; nothing that waited while the program was down is dropped, nor what is numbered below the last
//! because the numbers began anew.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use teloxide::types::Update;
use tokio_util::sync::CancellationToken;

use crate::api::{Api, Fault};
use crate::health::Health;
use crate::inbound::Inbound;
use crate::lanes::Lanes;

/// How long Telegram keeps a question open, in seconds.
const HELD_S: u64 = 25;
/// The first pause after a failure and the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// While updates are being taken in, the next question waits so long: it would bring them once more.
const TAKING_IN: Duration = Duration::from_millis(500);
/// The same while nothing new comes.
const LONGEST_TAKING_IN: Duration = Duration::from_secs(2);

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
    let lanes = Lanes::new(inbound.clone(), stop.clone());
    let ended = ask(api, &lanes, health, stop).await;
    lanes.close().await;
    ended?;
    // What was taken in is told, so that the next start does not get it again.
    let told = json!({"offset": lanes.first_open(), "timeout": 0, "limit": 1});
    drop(api.call_within::<Vec<Value>>("getUpdates", &told, Duration::from_secs(2)).await);
    Ok(())
}

async fn ask(api: &Api, lanes: &Lanes, health: &Health, stop: &CancellationToken) -> Result<(), Fault> {
    let (mut pause, mut rest) = (PAUSE, TAKING_IN);
    while !stop.is_cancelled() {
        let offset = lanes.first_open();
        let ask = json!({"offset": offset, "timeout": HELD_S, "allowed_updates": ["message", "callback_query"]});
        let patience = Duration::from_secs(HELD_S + 10);
        let found = tokio::select! {
            () = stop.cancelled() => break,
            found = api.call_within::<Vec<Value>>("getUpdates", &ask, patience) => found,
        };
        match found {
            Ok(updates) => {
                health.well();
                // Nothing below what was asked for comes, but where the numbers began anew.
                let first = updates.iter().filter_map(id_of).min().filter(|first| *first < offset);
                if let Some(first) = first {
                    tracing::info!(update.id = first, "Telegram numbers its updates anew");
                    lanes.begin_anew(first);
                }
                let new = updates.iter().filter(|update| take(lanes, update)).count();
                pause = PAUSE;
                rest = after(rest, new);
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = lanes.idle() => {}
                    () = tokio::time::sleep(rest) => {}
                }
            }
            Err(Fault::BadToken) => return Err(Fault::BadToken),
            Err(fault) => {
                health.ill(&fault.words());
                let wait = if let Fault::Wait(seconds) = fault { Duration::from_secs(seconds.into()) } else { pause };
                pause = (pause * 2).min(LONGEST_PAUSE);
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(wait) => {}
                }
            }
        }
    }
    Ok(())
}

fn id_of(update: &Value) -> Option<i64> {
    update.get("update_id").and_then(Value::as_i64)
}

/// How long the next question waits, having waited so long for this answer, which brought so many that are new.
fn after(rest: Duration, new: usize) -> Duration {
    if new > 0 { TAKING_IN } else { (rest * 2).min(LONGEST_TAKING_IN) }
}

/// Whether it is new.
fn take(lanes: &Lanes, update: &Value) -> bool {
    let Some(id) = id_of(update) else { return false };
    // The library borrows the names of the fields, which only a text can lend.
    match serde_json::from_str::<Update>(&update.to_string()) {
        Ok(update) => lanes.put(update),
        // A kind of update that the library cannot read carries nothing for us.
        Err(error) => {
            tracing::warn!(update.id = id, %error, "an update cannot be read; it is passed over");
            lanes.pass_over(id)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_already_is_asked_for_less_and_less_until_something_new_comes() {
        let rests = [0, 0, 0, 0, 1, 0].iter().scan(TAKING_IN, |rest, new| {
            *rest = after(*rest, *new);
            Some(rest.as_millis())
        });
        assert_eq!(rests.collect::<Vec<_>>(), [1000, 2000, 2000, 2000, 500, 1000]);
    }
}
