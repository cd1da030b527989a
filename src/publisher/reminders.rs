//! Reminders: every hour each guest whose event begins in 24 hours is reminded once (R135, ruling C-33): by mail, and in the chat
//! that they linked.
//!
//! Promises: the windows are half open and follow one another without a gap, whenever within its hour a look comes, and hours in
//! which no process ran are made up for, a day's at most; one reminder per ticket ever, which the queue's unique key holds, however
//! many processes look.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::error::Trouble;
use super::work::held;
use super::{Desk, email, fault};
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::queue::Item;
use crate::store::{letters, outbox};

/// A guest is reminded so long before.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
const WINDOW_S: i64 = 3600;
/// What reminding in a chat is called in the queue.
pub(super) const KIND: &str = "chat_reminder";

/// Who is reminded, and where.
#[derive(Debug, Deserialize)]
struct Recipient {
    ticket_id: Uuid,
    user_id: Uuid,
    channel: String,
    chat: String,
    note: String,
    language: Option<String>,
}
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

/// Leaves the reminders of this hour since the epoch, and of those before it that nobody looked at. Returns how many are new.
async fn look(desk: &Desk, hour: i64) -> Result<i64, StoreError> {
    let at = |hour: i64| Timestamp::from_second(hour.saturating_mul(WINDOW_S)).unwrap_or(Timestamp::MAX);
    let mut tx = desk.store.begin(Actor::Server).await?;
    let Some(from) = letters::remind_from(&mut tx, hour).await? else { return Ok(0) };
    // What has begun meanwhile is no news.
    let from = (at(from) + AHEAD).max(desk.clock.now());
    let until = at(hour + 1) + AHEAD;
    let fresh = letters::remind(&mut tx, from, until).await? + letters::remind_chats(&mut tx, from, until).await?;
    tx.commit().await?;
    Ok(fresh)
}

/// Reminds somebody in the chat that they linked: through the channel's outbox, which delivers it.
pub(super) async fn send(desk: &Desk, item: &Item) -> Result<(), Trouble> {
    let Some(to) = Recipient::deserialize(&item.payload).ok() else {
        return Err(Trouble::fail("the payload names no chat"));
    };
    let event = item.event.ok_or_else(|| Trouble::fail("there is no event to remind of"))?;
    let mut tx = held(desk, item).await?;
    let stands = letters::ticket_stands(&mut tx, to.ticket_id).await?;
    let Some(subject) = letters::subject(&mut tx, event).await?.filter(|_| stands) else {
        return Ok(tx.commit().await.map_err(StoreError::from)?);
    };
    let language = to.language.as_deref().or(subject.language.as_deref()).unwrap_or("en");
    let text = email::reminder(desk, &subject, &item.payload, language);
    let replies = json!([{"kind": "said", "value": text}]);
    let place = (to.channel.as_str(), to.chat.as_str(), to.note.as_str());
    // Under the item's own id: an attempt that was cut off before its end was written leaves one all the same.
    outbox::notice_once(&mut tx, item.id, place, Some(to.user_id), &replies, Some(language)).await?;
    tx.commit().await.map_err(StoreError::from)?;
    fault::point("publisher.kept");
    Ok(())
}
