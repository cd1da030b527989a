//! Writes that change a draft take their turn in the mailbox of its session (P25): whose they are, and the wait.
//!
//! Promises: while such a write runs no turn of these sessions runs here, and the next one begins from what it left; an event
//! without a session has only its own lock (rulings C-14, C-76). What the database would refuse is left to it to refuse.

use serde_json::Value;
use uuid::Uuid;

use super::Call;
use crate::http::reads::Crowded;
use crate::http::router::HttpState;
use crate::store::error::StoreError;
use crate::store::rest::catalogue::Column;
use crate::store::rest::query::{Act, Back, Level, Output, Path};
use crate::store::rest::{self, Trouble};
use crate::store::sessions;
use crate::wizard::again;
use crate::wizard::directory::Closed;
use crate::wizard::visit::Visit;

/// Why a write has to wait for another time.
#[derive(Debug)]
pub(super) enum NotNow {
    /// A session's mailbox is full, or the program is stopping.
    Busy,
    /// Too many read at once.
    Crowded(Crowded),
    /// The database.
    Store(StoreError),
}

/// The mailboxes of every session whose draft this write changes, held until they are dropped.
///
/// # Errors
/// [`NotNow`].
pub(super) async fn of_write(state: &HttpState, call: &Call, act: &Act, level: &Level) -> Result<Vec<Visit>, NotNow> {
    // A visitor has no session, and writes no draft: the write itself says so.
    if call.is_anonymous() {
        return Ok(Vec::new());
    }
    let key = match (level.table.name, act) {
        ("wizard_sessions", Act::Update(..)) | ("events", Act::Update(..) | Act::Delete) => "id",
        ("ticket_tiers", Act::Update(..) | Act::Delete | Act::Insert(..)) => "event_id",
        _ => return Ok(Vec::new()),
    };
    let rows = if let Act::Insert(_, rows) = act {
        named(rows, key)
    } else {
        let Some(column) = level.table.column(key) else { return Ok(Vec::new()) };
        meant(state, call, level, column).await?
    };
    if level.table.name == "wizard_sessions" { in_line(state, rows).await } else { of_events(state, call, &rows).await }
}

/// The mailboxes of these sessions. Always in the same order, so that nobody waits in a circle.
async fn in_line(state: &HttpState, mut sessions: Vec<Uuid>) -> Result<Vec<Visit>, NotNow> {
    sessions.sort_unstable();
    let mut visits = Vec::with_capacity(sessions.len());
    for session in sessions {
        visits.push(state.directory.visit(session).await.map_err(|_: Closed| NotNow::Busy)?);
    }
    Ok(visits)
}

/// The mailboxes of every session that makes one of these events.
///
/// # Errors
/// [`NotNow`].
pub(super) async fn of_events(state: &HttpState, call: &Call, events: &[Uuid]) -> Result<Vec<Visit>, NotNow> {
    // As above.
    if events.is_empty() || call.is_anonymous() {
        return Ok(Vec::new());
    }
    let mut tx = state.store.begin(call.caller.actor()).await.map_err(NotNow::Store)?;
    let sessions = sessions::of_events(&mut tx, events).await.map_err(NotNow::Store)?;
    drop(tx);
    in_line(state, sessions).await
}

/// What of an event's row a text of ours tells.
const TOLD: &[&str] = &[
    "name",
    "type",
    "starts_local",
    "starts_date_only",
    "date_time",
    "ends_local",
    "duration",
    "timezone",
    "place_kind",
    "place",
    "address",
    "city",
    "venue_id",
    "capacity",
    "price_cents",
];
/// So many events at most are told anew after one write.
const MOST_TOLD: usize = 100;

/// After a write that changed what a text of ours tells about these events, it tells what is so now. The write stands, whatever becomes
/// of this; a text that the write itself brings is its own.
pub(super) async fn tell_anew(state: &HttpState, call: &Call, level: &Level, columns: &[&'static Column]) {
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.name));
    if call.is_anonymous() || level.table.name != "events" || !has(TOLD) || has(&["description"]) {
        return;
    }
    let Some(key) = level.table.column("id") else { return };
    let work = async {
        for event in meant(state, call, level, key).await?.into_iter().take(MOST_TOLD) {
            let mut tx = state.store.begin(call.caller.actor()).await.map_err(NotNow::Store)?;
            if again::tell_anew(&mut tx, event).await.map_err(NotNow::Store)? {
                tx.commit().await.map_err(|error| NotNow::Store(error.into()))?;
            }
        }
        Ok::<(), NotNow>(())
    };
    if let Err(error) = work.await {
        tracing::warn!(?error, "what we made up about an event may tell what was so before");
    }
}

/// The events of the rows that the conditions fit.
async fn meant(state: &HttpState, call: &Call, level: &Level, key: &'static Column) -> Result<Vec<Uuid>, NotNow> {
    let mut level = level.clone();
    let path = Path { column: key, steps: Vec::new(), text: false };
    level.outputs = vec![Output::Value { path, cast: None, name: key.name.to_owned() }];
    for embed in &mut level.embeds {
        embed.level.outputs.clear();
    }
    let _place = state.reads.begin(&call.caller).await.map_err(NotNow::Crowded)?;
    let mut tx = state.store.begin(call.caller.actor()).await.map_err(NotNow::Store)?;
    match rest::run(&mut tx, &Act::Read, &level, Back::Rows, false, !call.is_anonymous()).await {
        Ok(found) => Ok(named(&found.body, key.name)),
        // The write itself says it, in the words of a write.
        Err(Trouble::Refused(_) | Trouble::TooLarge) => Ok(Vec::new()),
        Err(Trouble::Store(error)) => Err(NotNow::Store(error)),
    }
}

/// The ids under this name in a JSON list of objects.
fn named(rows: &str, key: &str) -> Vec<Uuid> {
    let rows: Vec<Value> = serde_json::from_str(rows).unwrap_or_default();
    rows.iter().filter_map(|row| row.get(key)?.as_str()?.parse().ok()).collect()
}
