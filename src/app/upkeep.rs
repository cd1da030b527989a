//! The hourly round: what time did to sessions, guests, keys and sign-ins.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;
use crate::domain::clock::Clock;
use crate::settings::Settings;
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::model_usage;
use crate::store::upkeep::{self, Kept};

/// How often it goes round.
const ROUND: Duration = Duration::from_hours(1);

/// Goes round at once and each hour, until the program stops. What could not be done is done an hour later.
pub(super) async fn run(
    store: Store,
    clock: Arc<dyn Clock>,
    accounts: Arc<Accounts>,
    kept: Kept,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        match sweep(&store, clock.as_ref(), kept).await {
            Ok(swept) => tracing::debug!(?swept, "swept what was left behind"),
            Err(error) => tracing::warn!(%error, "could not sweep what was left behind"),
        }
        match accounts.sweep().await {
            Ok(ended) => tracing::debug!(ended, "swept old sign-ins"),
            Err(error) => tracing::warn!(%error, "could not sweep old sign-ins"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

async fn sweep(store: &Store, clock: &dyn Clock, kept: Kept) -> Result<upkeep::Swept, StoreError> {
    let mut tx = store.begin(Actor::Server).await?;
    let swept = upkeep::sweep(&mut tx, kept).await?;
    let sales = upkeep::sweep_sales(&mut tx).await?;
    tracing::debug!(sales, "forgot what selling left behind");
    model_usage::forget(&mut tx, clock.now().to_zoned(TimeZone::UTC).date()).await?;
    tx.commit().await?;
    Ok(swept)
}

/// How long things are kept, from the settings.
pub(super) fn kept(settings: &Settings) -> Kept {
    let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX).max(1);
    Kept {
        idle_sessions: days(settings.wizard.abandoned_days),
        guests: days(settings.accounts.guest_days),
        messages: days(settings.wizard.kept_days),
    }
}
