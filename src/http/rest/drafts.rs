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

/// The mailboxes of every session whose draft a write changes, held until they are dropped; and the rows that they were found by.
#[derive(Default)]
pub(super) struct Held {
    _visits: Vec<Visit>,
    /// The events or sessions that the write means, as they were before it: afterwards its conditions may fit them no more.
    pub(super) rows: Vec<Uuid>,
}

/// What this write waits for.
///
/// # Errors
/// [`NotNow`].
pub(super) async fn of_write(state: &HttpState, call: &Call, act: &Act, level: &Level) -> Result<Held, NotNow> {
    // A visitor has no session, and writes no draft: the write itself says so.
    if call.is_anonymous() {
        return Ok(Held::default());
    }
    let key = match (level.table.name, act) {
        ("wizard_sessions", Act::Update(..)) | ("events", Act::Update(..) | Act::Delete) => "id",
        ("ticket_tiers", Act::Update(..) | Act::Delete | Act::Insert(..)) => "event_id",
        _ => return Ok(Held::default()),
    };
    let rows = if let Act::Insert(_, rows) = act {
        named(rows, key)
    } else {
        let Some(column) = level.table.column(key) else { return Ok(Held::default()) };
        meant(state, call, level, column).await?
    };
    let is_of_sessions = level.table.name == "wizard_sessions";
    let visits =
        if is_of_sessions { in_line(state, rows.clone()).await? } else { of_events(state, call, &rows).await? };
    Ok(Held { _visits: visits, rows })
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
/// of this; a text that the write itself brings is its own. Those whose text is another now, and with it their revision.
pub(super) async fn tell_anew(
    state: &HttpState,
    call: &Call,
    level: &Level,
    columns: &[&'static Column],
    events: &[Uuid],
) -> Vec<Uuid> {
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.name));
    let mut told = Vec::new();
    if call.is_anonymous() || level.table.name != "events" || !has(TOLD) || has(&["description"]) {
        return told;
    }
    for event in events.iter().copied().take(MOST_TOLD) {
        match tell_one(state, call, event).await {
            Ok(true) => told.push(event),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "what we made up about an event may tell what was so before"),
        }
    }
    told
}

async fn tell_one(state: &HttpState, call: &Call, event: Uuid) -> Result<bool, StoreError> {
    let mut tx = state.store.begin(call.caller.actor()).await?;
    let is_told = again::tell_anew(&mut tx, event).await?;
    if is_told {
        tx.commit().await?;
    }
    Ok(is_told)
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
