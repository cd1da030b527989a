//! What earlier runs left unanswered is answered unasked: our own at start, that of dead processes when their leases end.

use std::sync::Arc;
use std::time::Duration;

use port::Body;
use tokio_util::sync::CancellationToken;

use super::apology;
use super::directory::Directory;
use super::job::Job;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::inbox::{self, Leftover};
use crate::store::people;
use crate::telemetry::metrics;

/// Takes back what this node left. `node` names this process across restarts, so nobody else holds what is ours.
pub async fn begin(directory: &Arc<Directory>, node: &str) {
    look(directory, node, true).await;
}

/// Renews our leases, takes over those that ran out, and puts idle sessions to sleep, until the program stops.
pub async fn run(directory: Arc<Directory>, node: String, idle: Duration, stop: CancellationToken) {
    // Leases are renewed, and those of the dead looked for, thrice while one runs.
    let round = Duration::from_secs(directory.desk().limits.lease_s.unsigned_abs().into()) / 3;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(round) => {}
        }
        look(&directory, &node, false).await;
        directory.sweep(idle);
    }
}

async fn look(directory: &Arc<Directory>, node: &str, own: bool) {
    match round(directory, node, own).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "took up messages that an earlier run left"),
        // Ours stay ours: their leases run out, and a later round finds them.
        Err(error) => tracing::warn!(%error, "could not look for unanswered messages"),
    }
}

/// One look. Returns how many messages were taken up.
async fn round(directory: &Arc<Directory>, node: &str, own: bool) -> Result<usize, StoreError> {
    let desk = directory.desk();
    let mut tx = desk.store.begin(Actor::Server).await?;
    let lease_s = desk.limits.lease_s;
    inbox::renew(&mut tx, node, lease_s).await?;
    metrics::adrift(u32::try_from(inbox::adrift(&mut tx).await?).unwrap_or(u32::MAX));
    let leftovers = inbox::claim(&mut tx, node, lease_s, own).await?;
    let mut jobs = Vec::new();
    for leftover in leftovers {
        let person = people::get(&mut tx, leftover.owner).await?;
        jobs.push((leftover, person));
    }
    tx.commit().await?;
    let count = jobs.len();
    for (leftover, person) in jobs {
        metrics::message(metrics::Message::TakenUp);
        let Some(person) = person else { continue };
        let body = serde_json::from_value::<Body>(leftover.body.clone());
        match body {
            Ok(body) if !leftover.dead => take_up(directory, &leftover, person, body),
            _ => {
                let job = Job::new((leftover.inbox, leftover.message), person, &leftover.channel, Body::Decline, None)
                    .addressed(leftover.addressed);
                apology::settle(desk.clone(), leftover.session, Arc::new(job)).await;
            }
        }
    }
    Ok(count)
}

fn take_up(directory: &Arc<Directory>, leftover: &Leftover, person: crate::domain::person::Person, body: Body) {
    let job = Job::new((leftover.inbox, leftover.message), person, &leftover.channel, body, None)
        .addressed(leftover.addressed);
    directory.resume(leftover.session, Arc::new(job));
}
