//! Requests of the REST API as statements.
//!
//! Promises: one statement for each request, inside the caller's own transaction, so that row level security, column rights
//! and constraints decide; what PostgreSQL says about a refusal is handed on with its SQLSTATE. Here alone queries are not
//! checked when the program is built, because the statement is made of the request; `statement.rs` says what keeps it safe.

pub mod catalogue;
pub mod query;
mod statement;

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgDatabaseError;
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::StoreError;
use query::{Act, Back, Level};

/// How long a statement may run.
const PATIENCE: &str = "10s";
/// The same for somebody without a token, of whom nothing is known.
const PATIENCE_WITH_VISITORS: &str = "2s";

/// No answer is larger, in bytes.
pub const ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// What a request gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// All rows that fit, when they were counted.
    pub total: Option<i64>,
    /// The rows that are shown, or were written.
    pub rows: i64,
    /// The rows as a JSON list; empty when none were asked for.
    pub body: String,
    /// The key of the row that was written, when it was asked for.
    pub key: Option<String>,
}

/// A refusal in PostgreSQL's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// SQLSTATE.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// More about it.
    pub details: Option<String>,
    /// What may help.
    pub hint: Option<String>,
    /// The constraint that does not hold.
    pub constraint: Option<String>,
}

/// Why there is no outcome.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// PostgreSQL refuses.
    #[error("{}: {}", .0.code, .0.message)]
    Refused(Box<Report>),
    /// What was asked for is more than one answer holds.
    #[error("the answer would be larger than any may be")]
    TooLarge,
    /// The database is away, or the program is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        let report = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>()).map(of);
        report.map_or_else(|| Self::Store(error.into()), |report| Self::Refused(Box::new(report)))
    }
}

fn of(error: &PgDatabaseError) -> Report {
    Report {
        code: error.code().to_owned(),
        message: error.message().to_owned(),
        details: error.detail().map(str::to_owned),
        hint: error.hint().map(str::to_owned),
        constraint: error.constraint().map(str::to_owned),
    }
}

/// Does what is asked.
///
/// # Errors
/// [`Trouble::Refused`] with PostgreSQL's words, [`Trouble::TooLarge`] for what is to be read, also of what was written: the
/// transaction must not be kept then.
pub async fn run(
    conn: &mut PgConnection,
    act: &Act,
    level: &Level,
    back: Back,
    count: bool,
    signed_in: bool,
) -> Result<Outcome, Trouble> {
    let patience = if signed_in { PATIENCE } else { PATIENCE_WITH_VISITORS };
    sqlx::query("select set_config('statement_timeout', $1, true)").bind(patience).execute(&mut *conn).await?;
    let statement = statement::build(act, level, back, count, signed_in);
    let mut asked = sqlx::query_as(AssertSqlSafe(statement.text));
    for value in statement.values {
        asked = asked.bind(value);
    }
    let (total, rows, body, key): (Option<i64>, i64, Option<String>, Option<String>) = asked.fetch_one(conn).await?;
    let body = body.ok_or(Trouble::TooLarge)?;
    Ok(Outcome { total, rows, body, key })
}

/// The link that an event with this name may have now.
pub async fn free_slug(conn: &mut PgConnection, slug: &str) -> Result<String, Trouble> {
    Ok(sqlx::query_scalar("select app.free_slug($1)").bind(slug).fetch_one(conn).await?)
}

/// Calls the caller's event off, at this revision where one is given. Returns what `public.cancel_event` says, as JSON.
pub async fn cancel(conn: &mut PgConnection, event_id: &str, revision: Option<&str>) -> Result<String, Trouble> {
    let cancelled = sqlx::query_scalar("select public.cancel_event($1::text::uuid, $2::text::bigint)::text");
    Ok(cancelled.bind(event_id).bind(revision).fetch_one(conn).await?)
}

/// Publishes the caller's event. Returns what `public.publish_event` says, as JSON.
pub async fn publish(conn: &mut PgConnection, event_id: &str, public_url: &str) -> Result<String, Trouble> {
    let url = public_url.trim_end_matches('/');
    sqlx::query("select set_config('eventos.public_url', $1, true)").bind(url).execute(&mut *conn).await?;
    let published = sqlx::query_scalar("select public.publish_event($1::text::uuid)::text").bind(event_id);
    Ok(published.fetch_one(conn).await?)
}
