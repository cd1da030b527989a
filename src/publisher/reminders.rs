//! Reminders: every hour each guest whose event begins in 24 hours is reminded once (R135, ruling C-33).
//!
//! Promises: the windows are half open and follow one another without a gap, whenever within its hour a look comes; one
//! reminder per ticket ever, which the queue's unique key holds, however many processes look.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Desk;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::letters;

/// A guest is reminded so long before.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
const WINDOW_S: i64 = 3600;
/// How often the clock is looked at.
const LOOK: Duration = Duration::from_mins(1);

/// Looks at every full hour, and once at the start, until the program stops.
pub(super) async fn run(desk: Arc<Desk>) {
    let mut last_hour = None;
    loop {
        let hour = desk.clock.now().as_second().div_euclid(WINDOW_S);
        if last_hour != Some(hour) {
            match look(&desk, hour).await {
                Ok(fresh) => {
                    last_hour = Some(hour);
                    tracing::info!(action = "event_reminders", fresh);
                }
                Err(error) => tracing::warn!(action = "event_reminders", %error, error.code = "REMINDERS"),
            }
        }
        tokio::select! {
            () = desk.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Leaves the reminders of this hour since the epoch. Returns how many are new.
async fn look(desk: &Desk, hour: i64) -> Result<i64, StoreError> {
    let at = |hour: i64| Timestamp::from_second(hour.saturating_mul(WINDOW_S)).unwrap_or(Timestamp::MAX);
    let mut tx = desk.store.begin(Actor::Server).await?;
    let fresh = letters::remind(&mut tx, at(hour) + AHEAD, at(hour + 1) + AHEAD).await?;
    tx.commit().await?;
    Ok(fresh)
}
