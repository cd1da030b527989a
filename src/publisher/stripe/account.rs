//! An organizer's account: what Stripe says of it, and who is told.
//!
//! Promises: only what is newer than what is known is taken over; its owner is told when it begins or ceases to be payable, once.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{Form, Stripe};
use crate::domain::clock::Clock;
use crate::domain::outcome::{Notice, Outcome};
use crate::publisher::Desk;
use crate::publisher::error::Trouble;
use crate::publisher::notices;
use crate::publisher::work::{before_call, held};
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::queue::{self, Item};
use crate::store::stripe_accounts::{self, Standing};

/// What this work is called in the queue: looking where an account stands.
pub(crate) const KIND: &str = "stripe_account";
/// An account that Stripe is looking at is looked up again after so many seconds, for so many in all.
const LOOKS_AFTER_S: f64 = 3600.0;
const LOOKS_FOR_S: i64 = 3 * 24 * 3600;
/// What is kept of what Stripe still wants to know.
const REQUIREMENTS: usize = 100;

/// `account`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    #[serde(default)]
    charges_enabled: bool,
    #[serde(default)]
    payouts_enabled: bool,
    #[serde(default)]
    details_submitted: bool,
    #[serde(default)]
    requirements: Option<Requirements>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Requirements {
    #[serde(default)]
    currently_due: Option<Vec<String>>,
    #[serde(default)]
    disabled_reason: Option<String>,
}

impl Account {
    fn standing(self) -> (String, Standing) {
        let requirements = self.requirements.unwrap_or_default();
        let mut due = requirements.currently_due.unwrap_or_default();
        due.truncate(REQUIREMENTS);
        let standing = Standing {
            charges_enabled: self.charges_enabled,
            payouts_enabled: self.payouts_enabled,
            details_submitted: self.details_submitted,
            requirements: due,
            disabled_reason: requirements.disabled_reason.map(|reason| reason.chars().take(200).collect()),
        };
        (self.id, standing)
    }
}

/// When a question is asked, as Stripe counts its events: what it tells of the same second is no older than its answer.
pub(crate) fn asked_at(clock: &dyn Clock) -> Timestamp {
    let now = clock.now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// What Stripe says of an account.
pub(crate) async fn get(stripe: &Stripe, id: &str) -> Result<Account, Trouble> {
    stripe.get(&format!("/v1/accounts/{id}"), &Form::new()).await
}

/// Takes over what Stripe says of an account. What its owner is to be told goes into `session`, else into their newest one.
pub(crate) async fn stand(
    tx: &mut Tx,
    account: Account,
    session: Option<Uuid>,
    now: Timestamp,
    node: &str,
) -> Result<Option<Notice>, StoreError> {
    let (id, standing) = account.standing();
    take_over(tx, &id, Some(&standing), session, now, node).await
}

/// Takes over that an account's owner ended the connection.
pub(crate) async fn part(tx: &mut Tx, id: &str, at: Timestamp, node: &str) -> Result<Option<Notice>, StoreError> {
    take_over(tx, id, None, None, at, node).await
}

async fn take_over(
    tx: &mut Tx,
    id: &str,
    standing: Option<&Standing>,
    session: Option<Uuid>,
    at: Timestamp,
    node: &str,
) -> Result<Option<Notice>, StoreError> {
    let Some(before) = stripe_accounts::stand(tx, id, standing, at).await? else { return Ok(None) };
    let outcome = match (before, standing.map(|standing| standing.charges_enabled)) {
        (_, None) => Outcome::AccountGone,
        (false, Some(true)) => Outcome::AccountReady,
        (true, Some(false)) => Outcome::AccountNeedsMore,
        // Coming back from Stripe's page is always answered; what changes nothing else is not worth a word.
        (false, Some(false)) if session.is_some() => Outcome::AccountNeedsMore,
        _ => return Ok(None),
    };
    let Some(owner) = stripe_accounts::owner(tx, id).await? else { return Ok(None) };
    let name = format!("account {id} {}", at.as_microsecond());
    notices::to_person(tx, owner, session, outcome, &name, node).await
}

/// Leaves it to the queue to look where an account stands.
pub(crate) async fn look_later(tx: &mut Tx, id: &str, user: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let payload = json!({"account": id, "user": user, "since_s": now.as_second()});
    queue::enqueue_again(tx, KIND, None, &payload, &format!("{KIND}:{id}")).await
}

/// The work of the queue: looks until Stripe has answered, and while Stripe is looking at what the owner told it now and then again,
/// for nobody else says so where connected accounts have no endpoint of ours.
pub(in crate::publisher) async fn look(desk: &Desk, item: &Item) -> Result<(), Trouble> {
    let id = item.payload.get("account").and_then(serde_json::Value::as_str);
    let id = id.ok_or_else(|| Trouble::fail("there is no account to look at"))?;
    let Some(stripe) = &desk.stripe else {
        return Err(Trouble::no_key());
    };
    before_call(desk, item).await?;
    let asked_at = asked_at(desk.clock.as_ref());
    let account = get(stripe, id).await?;
    let undecided = account.details_submitted && !account.charges_enabled;
    let mut tx = held(desk, item).await?;
    let notice = stand(&mut tx, account, None, asked_at, &desk.node).await?;
    tx.commit().await.map_err(StoreError::from)?;
    notices::hand_over(desk.sessions.as_ref(), notice);
    let since_s = item.payload.get("since_s").and_then(serde_json::Value::as_i64);
    if undecided && since_s.is_some_and(|since_s| desk.clock.now().as_second() - since_s < LOOKS_FOR_S) {
        let why = "Stripe has not decided about this account yet".to_owned();
        return Err(Trouble::Wait { why, after_s: LOOKS_AFTER_S });
    }
    Ok(())
}
