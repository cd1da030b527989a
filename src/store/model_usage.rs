//! What models cost: tokens are set aside before a call and settled after it. Runs as the server.
//!
//! Promises: one call for each message, whatever crashes or begins again (PAINS P7); a budget is never passed by calls that come
//! at once; what nobody settled counts as it was set aside.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{StoreError, odd};

/// A call that is about to be made.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// The message that it is for.
    pub inbox: Uuid,
    /// Its session.
    pub session: Uuid,
    /// Whose session that is.
    pub user: Uuid,
    /// The day that it counts for.
    pub day: Date,
    /// The most that it may cost, in tokens.
    pub tokens: i64,
}

/// How much may be used, in tokens; 0: as much as one likes.
#[derive(Debug, Clone, Copy)]
pub struct Budgets {
    /// By a session.
    pub session: i64,
    /// By a person on a day.
    pub user_day: i64,
    /// By everybody on a day.
    pub day: i64,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// It may be made, once the transaction is committed.
    Yes,
    /// This message was asked about before: roll back.
    Asked,
    /// This budget is used up: roll back.
    UsedUp(&'static str),
}

/// Sets tokens aside.
pub async fn reserve(conn: &mut PgConnection, call: &Call, budgets: &Budgets) -> Result<Reserved, StoreError> {
    let outcome = sqlx::query_scalar!(
        r#"select app.reserve_model_tokens($1, $2, $3, $4, $5, $6, $7, $8) as "outcome!""#,
        call.inbox,
        call.session,
        call.user,
        call.day.to_sqlx() as _,
        call.tokens,
        budgets.session,
        budgets.user_day,
        budgets.day
    )
    .fetch_one(conn)
    .await?;
    match outcome.as_str() {
        "reserved" => Ok(Reserved::Yes),
        "asked" => Ok(Reserved::Asked),
        "session" => Ok(Reserved::UsedUp("session")),
        "user" => Ok(Reserved::UsedUp("user")),
        "day" => Ok(Reserved::UsedUp("day")),
        other => Err(odd("reservation", other)),
    }
}

/// Gives back what a call did not use.
pub async fn settle(
    conn: &mut PgConnection,
    inbox: Uuid,
    day: Date,
    used: i64,
    model: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!("select app.settle_model_tokens($1, $2, $3, $4)", inbox, day.to_sqlx() as _, used, model)
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// Forgets budgets of days that are over.
pub async fn forget(conn: &mut PgConnection, today: Date) -> Result<(), StoreError> {
    sqlx::query!("select app.forget_model_budgets($1)", today.to_sqlx() as _).fetch_one(conn).await?;
    Ok(())
}
