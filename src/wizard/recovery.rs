//! What earlier runs left unanswered is answered unasked: our own at start, that of dead processes when their leases end.

use std::sync::Arc;
use std::time::Duration;

use port::Body;
use tokio_util::sync::CancellationToken;

use super::apology;
use super::directory::Directory;
use super::job::{Job, Kept};
use crate::domain::outcome::Outcome;
use crate::domain::person::Person;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::inbox::{self, Leftover};
use crate::store::people;
use crate::telemetry::metrics;

/// Takes back what this node left. `node` names this process across restarts, so nobody else holds what is ours.
pub async fn begin(directory: &Arc<Directory>, node: &str) {
    look(directory, node, true).await;
}

/// Renews the leases of what we hold, takes over those that ran out (also our own, of what was left for later), and puts idle
/// sessions to sleep, until the program stops.
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
        // What nobody holds stays where it is: its lease has run out, and a later round finds it.
        Err(error) => tracing::warn!(%error, "could not look for unanswered messages"),
    }
}

/// One look. Returns how many messages were taken up.
async fn round(directory: &Arc<Directory>, node: &str, own: bool) -> Result<usize, StoreError> {
    let desk = directory.desk();
    let mut tx = desk.store.begin(Actor::Server).await?;
    let lease_s = desk.limits.lease_s;
    inbox::renew(&mut tx, node, lease_s, &directory.held_ids()).await?;
    metrics::adrift(u32::try_from(inbox::adrift(&mut tx).await?).unwrap_or(u32::MAX));
    let leftovers = inbox::claim(&mut tx, node, lease_s, own).await?;
    let mut jobs = Vec::new();
    for leftover in leftovers {
        match people::get(&mut tx, leftover.owner).await? {
            Some(person) => jobs.push((leftover, person)),
            None => {
                inbox::set_aside(&mut tx, leftover.inbox, "its person is gone").await?;
            }
        }
    }
    tx.commit().await?;
    let count = jobs.len();
    for (leftover, person) in jobs {
        metrics::message(metrics::Message::TakenUp);
        match job(&leftover, person.clone()) {
            Some(job) if !leftover.dead => directory.resume(leftover.session, Arc::new(job)),
            unread => {
                let said = (leftover.inbox, leftover.message.unwrap_or_default());
                let job = unread.unwrap_or_else(|| {
                    Job::new(said, person, &leftover.channel, Body::Decline, None).addressed(leftover.addressed)
                });
                apology::settle(desk.clone(), leftover.session, Arc::new(job)).await;
            }
        }
    }
    Ok(count)
}

/// What was left, if it can still be read: a person's message, or what the publisher tells.
fn job(leftover: &Leftover, owner: Person) -> Option<Job> {
    let body = leftover.body.clone();
    if let Some(message) = leftover.message {
        let kept = serde_json::from_value::<Kept>(body).ok()?;
        let job = Job::new((leftover.inbox, message), owner, &leftover.channel, kept.body, None);
        return Some(job.addressed(leftover.addressed).overheard(kept.overheard));
    }
    let outcome = serde_json::from_value::<Outcome>(body).ok()?;
    Some(Job::outcome(leftover.inbox, owner, &leftover.channel, outcome))
}
