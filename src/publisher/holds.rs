//! Holds that ran out: seats that nobody paid for go back, whether or not Stripe says so.

use std::sync::Arc;
use std::time::Duration;

use super::Desk;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::sales;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(30);
/// Orders in one look.
const MOST: i64 = 200;

/// Looks now and then until the program stops.
pub(super) async fn run(desk: Arc<Desk>) {
    loop {
        match look(&desk).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(action = "holds_ended", count),
            Err(error) => tracing::warn!(action = "holds_ended", %error, error.code = "HOLDS"),
        }
        tokio::select! {
            () = desk.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(desk: &Desk) -> Result<usize, StoreError> {
    let mut tx = desk.store.begin(Actor::Server).await?;
    let events = sales::sweep(&mut tx, MOST).await?;
    tx.commit().await?;
    Ok(events.len())
}
