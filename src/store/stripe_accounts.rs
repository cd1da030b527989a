//! Organizers' own accounts at Stripe: whose each is, where it stands, and the ways there and back. All of it runs as the server.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StoreError;

/// An organizer's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// `acct_…`
    pub id: String,
    /// It can be paid.
    pub charges_enabled: bool,
    /// It gets its money.
    pub payouts_enabled: bool,
    /// Its owner has told Stripe everything that was asked at first.
    pub details_submitted: bool,
    /// What Stripe still wants to know, by its own names.
    pub requirements: Vec<String>,
    /// Why it cannot be paid, by Stripe's own name.
    pub disabled_reason: Option<String>,
}

/// Where an account stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// It can be paid.
    pub charges_enabled: bool,
    /// It gets its money.
    pub payouts_enabled: bool,
    /// Its owner has told Stripe everything that was asked at first.
    pub details_submitted: bool,
    /// What Stripe still wants to know.
    pub requirements: Vec<String>,
    /// Why it cannot be paid.
    pub disabled_reason: Option<String>,
}

/// The account that an organizer is paid on: the connected one that can be paid, else the newest.
pub async fn of_user(conn: &mut PgConnection, user: Uuid) -> Result<Option<Account>, StoreError> {
    let account = sqlx::query_as!(
        Account,
        r#"select id, charges_enabled, payouts_enabled, details_submitted, requirements, disabled_reason
           from stripe_accounts where user_id = $1 and disconnected_at is null
           order by charges_enabled desc, created_at desc, id limit 1"#,
        user
    )
    .fetch_optional(conn)
    .await?;
    Ok(account)
}

/// The account that an event's organizer is paid on.
pub async fn of_event(conn: &mut PgConnection, event: Uuid) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query!("select organizer_id from events where id = $1", event).fetch_optional(&mut *conn).await?;
    match row {
        Some(row) => of_user(conn, row.organizer_id).await,
        None => Ok(None),
    }
}

/// Whose account this is.
pub async fn owner(conn: &mut PgConnection, account: &str) -> Result<Option<Uuid>, StoreError> {
    Ok(sqlx::query_scalar!("select user_id from stripe_accounts where id = $1", account).fetch_optional(conn).await?)
}

/// Keeps an account as this person's own. `false`: it is somebody else's.
pub async fn keep(conn: &mut PgConnection, account: &str, user: Uuid) -> Result<bool, StoreError> {
    let kept = sqlx::query!(
        r#"insert into stripe_accounts as a (id, user_id) values ($1, $2)
           on conflict (id) do update set disconnected_at = null where a.user_id = excluded.user_id"#,
        account,
        user
    )
    .execute(conn)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Takes over where an account stands (`None`: its owner took the connection away), unless something newer is known. `None`: nothing
/// changed; else whether it could be paid
/// before.
pub async fn stand(
    conn: &mut PgConnection,
    account: &str,
    standing: Option<&Standing>,
    happened_at: Timestamp,
) -> Result<Option<bool>, StoreError> {
    let disconnected = standing.is_none();
    let standing = standing.cloned().unwrap_or_default();
    let row = sqlx::query!(
        r#"with before as (
               select id, charges_enabled from stripe_accounts where id = $1 and (told_at is null or told_at <= $2) for update
           )
           update stripe_accounts a
           set charges_enabled = $3, payouts_enabled = $4, details_submitted = $5, requirements = $6, disabled_reason = $7,
               disconnected_at = case when $8 then $2 else a.disconnected_at end, told_at = $2
           from before where a.id = before.id returning before.charges_enabled"#,
        account,
        happened_at.to_sqlx() as _,
        standing.charges_enabled,
        standing.payouts_enabled,
        standing.details_submitted,
        &standing.requirements,
        standing.disabled_reason,
        disconnected
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.charges_enabled))
}

/// A way to Stripe that somebody begins.
#[derive(Debug)]
pub struct NewWay<'a> {
    /// The hash of what comes back in the address.
    pub state: &'a [u8],
    /// The hash of what the browser keeps.
    pub browser: &'a [u8],
    /// Who goes.
    pub user: Uuid,
    /// From which conversation.
    pub session: Option<Uuid>,
    /// The account that is set up; `None` where its owner brings one along.
    pub account: Option<&'a str>,
    /// How long it may take, in seconds.
    pub life_s: i32,
}

/// A way that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Who went.
    pub user: Uuid,
    /// From which conversation.
    pub session: Option<Uuid>,
    /// The account that is set up.
    pub account: Option<String>,
}

/// Begins a way; what ran out long ago is forgotten. A conversation that is not this person's own is left out.
pub async fn begin(conn: &mut PgConnection, way: &NewWay<'_>) -> Result<(), StoreError> {
    sqlx::query!("delete from stripe_connects where expires_at < now() - interval '1 day'").execute(&mut *conn).await?;
    sqlx::query!(
        r#"insert into stripe_connects (state_hash, browser_hash, user_id, session_id, account_id, expires_at)
           values ($1, $2, $3, (select id from wizard_sessions where id = $4 and user_id = $3), $5, now() + make_interval(secs => $6))"#,
        way.state,
        way.browser,
        way.user,
        way.session,
        way.account,
        f64::from(way.life_s)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The way that is still open in this browser.
pub async fn open(conn: &mut PgConnection, state: &[u8], browser: &[u8]) -> Result<Option<Way>, StoreError> {
    let way = sqlx::query_as!(
        Way,
        r#"select user_id as "user", session_id as session, account_id as account from stripe_connects
           where state_hash = $1 and browser_hash = $2 and used_at is null and expires_at > now()"#,
        state,
        browser
    )
    .fetch_optional(conn)
    .await?;
    Ok(way)
}

/// Ends a way, once: `None` when it is over, too old, another browser's, or was never begun.
pub async fn end(conn: &mut PgConnection, state: &[u8], browser: &[u8]) -> Result<Option<Way>, StoreError> {
    let way = sqlx::query_as!(
        Way,
        r#"update stripe_connects set used_at = now()
           where state_hash = $1 and browser_hash = $2 and used_at is null and expires_at > now()
           returning user_id as "user", session_id as session, account_id as account"#,
        state,
        browser
    )
    .fetch_optional(conn)
    .await?;
    Ok(way)
}
