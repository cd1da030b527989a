//! A table as PostgREST serves it.

use axum::http::Method;
use axum::response::Response;
use serde_json::Value;
use uuid::Uuid;

use super::answer::Answer;
use super::error::RestError;
use super::payload::Payload;
use super::preferences::{self, Form, Preferences, Return};
use super::{Call, drafts, grammar, payload, plan};
use crate::accounts::caller::Caller;
use crate::http::idempotency::Claim;
use crate::http::router::HttpState;
use crate::store::audit;
use crate::store::rest::catalogue::{self, OwnWriter, Table};
use crate::store::rest::query::{Act, Back, Condition, Level, Path, Test};
use crate::store::rest::{self, Outcome};

/// No answer has more rows; whoever wants more asks for the next ones.
const MOST_ROWS: u64 = 1000;

/// Answers a request for a table.
pub(super) async fn answer(state: &HttpState, call: &Call, name: &str) -> Result<Response, RestError> {
    let has_profile = preferences::check_profile(&call.method, &call.headers)?;
    let asked = grammar::parse(&call.pairs)?;
    let preferences = Preferences::of(&call.headers)?;
    let form = Form::of(&call.headers)?;
    let table = catalogue::table(name).ok_or_else(|| RestError::no_table(name))?;
    let mut level = plan::level(table, &asked)?;
    let act = act(call, table, &mut level, asked.columns.as_deref())?;
    if act == Act::Read {
        bound(&mut level, preferences::range(&call.headers)?);
    }
    let back = match preferences.given_back {
        Some(Return::Representation) => Back::Rows,
        Some(Return::HeadersOnly) if matches!(act, Act::Insert(..)) => Back::Key,
        _ => Back::Nothing,
    };
    let outcome = run(state, call, &act, &level, back, preferences.count.is_some(), form).await?;
    let is_public = matches!(call.caller, Caller::Anybody) && act == Act::Read && name == "venues";
    let offset = level.offset;
    Ok(Answer {
        method: &call.method,
        table: name,
        outcome,
        offset,
        form,
        preferences: &preferences,
        has_profile,
        is_public,
    }
    .response())
}

fn act(call: &Call, table: &'static Table, level: &mut Level, columns: Option<&[String]>) -> Result<Act, RestError> {
    let is_write = !matches!(call.method, Method::GET | Method::HEAD);
    if let Some(own) = table.own_writer.as_ref().filter(|_| is_write && call.method != Method::PATCH) {
        return Err(RestError::own_writer(own.words));
    }
    if is_write && (level.limit.is_some() || level.offset > 0) {
        return Err(RestError::not_served("Writing only some of the rows that fit (limit, offset)"));
    }
    match call.method {
        Method::GET | Method::HEAD => Ok(Act::Read),
        Method::POST => {
            preferences::check_content_type(&call.headers)?;
            let rows = payload::read(table, &call.body, columns)?;
            if rows.columns.is_empty() && rows.count > 1 {
                return Err(RestError::body("Empty or invalid json"));
            }
            Ok(Act::Insert(rows.columns, if rows.count == 0 { String::new() } else { rows.rows }))
        }
        Method::PATCH => {
            preferences::check_content_type(&call.headers)?;
            let row = payload::read(table, &call.body, columns)?;
            if row.count > 1 {
                return Err(RestError::body("A change is one object"));
            }
            filtered(level, "UPDATE")?;
            if let Some(own) = &table.own_writer {
                level.conditions.push(turned(own, &row).ok_or_else(|| RestError::own_writer(own.words))?);
            }
            Ok(Act::Update(row.columns, row.rows))
        }
        Method::DELETE => {
            filtered(level, "DELETE")?;
            Ok(Act::Delete)
        }
        Method::PUT => Err(RestError::not_served("PUT")),
        ref other => Err(RestError::method(other.as_str())),
    }
}

/// What must hold of a row whose writer is another, so that its owner may turn it as this says; `None`: nobody may.
fn turned(own: &OwnWriter, row: &Payload) -> Option<Condition> {
    let (name, values) = own.turned;
    let [column] = row.columns.as_slice() else { return None };
    let rows: Vec<Value> = serde_json::from_str(&row.rows).ok()?;
    let to = rows.first()?.get(name)?.as_str()?;
    let between = Test::In(values.iter().map(|value| (*value).to_owned()).collect());
    let path = Path { column, steps: Vec::new(), text: false };
    values.contains(&to).then_some(Condition::Test { path, negated: false, test: between })
}

fn filtered(level: &Level, verb: &str) -> Result<(), RestError> {
    if level.conditions.is_empty() { Err(RestError::unfiltered(verb)) } else { Ok(()) }
}

/// Nobody reads more than the most rows; a `Range` narrows what the address asks for.
fn bound(level: &mut Level, range: Option<(u64, Option<u64>)>) {
    if let Some((first, rows)) = range {
        level.offset = level.offset.saturating_add(first);
        level.limit = level.limit.map(|limit| limit.saturating_sub(first)).into_iter().chain(rows).min();
    }
    level.offset = level.offset.min(i64::MAX as u64);
    shorten(level);
}

fn shorten(level: &mut Level) {
    level.limit = Some(level.limit.unwrap_or(MOST_ROWS).min(MOST_ROWS));
    for embed in &mut level.embeds {
        embed.level.offset = embed.level.offset.min(i64::MAX as u64);
        shorten(&mut embed.level);
    }
}

async fn run(
    state: &HttpState,
    call: &Call,
    act: &Act,
    level: &Level,
    back: Back,
    count: bool,
    form: Form,
) -> Result<Outcome, RestError> {
    let nothing = Outcome { body: "[]".to_owned(), ..Outcome::default() };
    // No rows to add, or nothing to change in them: nothing is written, as with PostgREST.
    let is_idle = match act {
        Act::Insert(_, rows) => rows.is_empty(),
        Act::Update(columns, _) => columns.is_empty(),
        Act::Read | Act::Delete => false,
    };
    if let Some(made) = call.claim.as_ref().filter(|_| matches!(act, Act::Insert(..))).and_then(Claim::made::<Outcome>)
    {
        return Ok(made);
    }
    let outcome = if is_idle {
        nothing
    } else {
        let store_error = |error| RestError::of_store(&error);
        let held = drafts::of_write(state, call, act, level).await?;
        // Neighbours of what is written are read as those of what is asked for.
        let is_read = *act == Act::Read || !level.embeds.is_empty();
        let _place = if is_read { Some(state.reads.begin(&call.caller).await?) } else { None };
        let mut tx = state.store.begin(call.caller.actor()).await.map_err(store_error)?;
        if matches!(act, Act::Insert(..)) {
            audit::come_from(&mut tx, &call.origin).await.map_err(store_error)?;
        }
        let outcome = rest::run(&mut tx, act, level, back, count, !call.is_anonymous()).await;
        let outcome = outcome.map_err(|trouble| RestError::of(trouble, call.is_anonymous()))?;
        refuse_many(form, outcome.rows)?;
        if let (Act::Insert(..), Some(claim)) = (act, &call.claim) {
            claim.keep_made(&mut tx, &outcome).await.map_err(store_error)?;
        }
        tx.commit().await.map_err(|error| RestError::of_store(&error.into()))?;
        if let Act::Update(columns, _) = act {
            let told = drafts::tell_anew(state, call, level, columns, &held.rows).await;
            if back == Back::Rows && !told.is_empty() {
                return Ok(read_again(state, call, level, &told, outcome).await);
            }
        }
        return Ok(outcome);
    };
    refuse_many(form, outcome.rows)?;
    Ok(outcome)
}

/// What was written, as it is after texts of ours were told anew in it: its revision and the moment of its change hold for the next
/// write. Where that was not so in all of the rows, or they cannot be read, the answer is that of the write.
async fn read_again(state: &HttpState, call: &Call, level: &Level, told: &[Uuid], written: Outcome) -> Outcome {
    let Some(column) = level.table.column("id") else { return written };
    let path = Path { column, steps: Vec::new(), text: false };
    let test = Test::In(told.iter().map(Uuid::to_string).collect());
    let now = Level { conditions: vec![Condition::Test { path, negated: false, test }], ..level.clone() };
    let read = async {
        let mut tx = state.store.begin(call.caller.actor()).await?;
        rest::run(&mut tx, &Act::Read, &now, Back::Rows, false, !call.is_anonymous()).await
    };
    match read.await {
        Ok(read) if read.rows == written.rows => Outcome { body: read.body, ..written },
        Ok(_) => written,
        Err(trouble) => {
            tracing::warn!(%trouble, "an answer tells a text as it was written, not as it was told anew");
            written
        }
    }
}

/// Whoever asks for one object changes nothing else.
fn refuse_many(form: Form, rows: i64) -> Result<(), RestError> {
    if form == Form::Object && rows != 1 { Err(RestError::not_one(rows)) } else { Ok(()) }
}
