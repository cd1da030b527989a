//! What the publisher tells a conversation: kept in the session's inbox in the same transaction, then handed to the session.
//!
//! Promises: what was told once is not told again (the name of an outcome is unique); a process that dies between the two steps
//! leaves it to the sessions' own recovery; an event without a conversation has nobody to tell.

use uuid::Uuid;

use crate::domain::outcome::{Notice, Outcome, Sessions};
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::{inbox, people};

/// How long this process may take to hand it over, in seconds; renewed with the sessions' own leases.
const LEASE_S: i32 = 60;

/// To the newest conversation about this event.
pub(super) async fn to_event(
    tx: &mut Tx,
    event: Uuid,
    outcome: Outcome,
    name: &str,
    node: &str,
) -> Result<Option<Notice>, StoreError> {
    let session = inbox::session_about(tx, event).await?;
    keep(tx, session, outcome, name, node).await
}

/// To this conversation, else to the newest of this person.
pub(super) async fn to_person(
    tx: &mut Tx,
    person: Uuid,
    session: Option<Uuid>,
    outcome: Outcome,
    name: &str,
    node: &str,
) -> Result<Option<Notice>, StoreError> {
    let session = inbox::session_of(tx, person, session).await?;
    keep(tx, session, outcome, name, node).await
}

async fn keep(
    tx: &mut Tx,
    session: Option<inbox::Recipient>,
    outcome: Outcome,
    name: &str,
    node: &str,
) -> Result<Option<Notice>, StoreError> {
    let Some(session) = session else { return Ok(None) };
    let body = serde_json::to_value(outcome).map_err(|error| StoreError::Fault(error.to_string()))?;
    let Some(inbox) = inbox::leave(tx, &session, name, &body, node, LEASE_S).await? else { return Ok(None) };
    let Some(owner) = people::get(tx, session.owner).await? else { return Ok(None) };
    Ok(Some(Notice { inbox, session: session.session, owner, channel: session.channel, outcome }))
}

/// After the commit: on its way.
pub(super) fn hand_over(sessions: &dyn Sessions, notice: Option<Notice>) {
    if let Some(notice) = notice {
        sessions.hand_over(notice);
    }
}
