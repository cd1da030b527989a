//! One attempt at one item: what it does by its kind, and how its end is written.
//!
//! Promises: a panic is an attempt that failed; an end that cannot be written leaves the item to its lease; before each call
//! to the outside the lease is renewed, so that nobody else begins meanwhile.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use serde_json::json;

use super::Desk;
use super::error::Trouble;
use super::fault;
use super::{email, notices, reminders, retry, stripe, webhooks};
use crate::domain::outcome::{Cause, Notice, Outcome as Told};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::queue::{self, Item, Outcome};
use crate::store::queue_books::DeadLetter;
use crate::telemetry::metrics;

/// The kinds of work beside mails: the product and the prices of a paid event, where an account stands, where an order is paid,
/// money that goes back, words for other programs, reminders in chats.
pub const KINDS: &[&str] = &[
    stripe::sale::KIND,
    stripe::account::KIND,
    stripe::checkout::KIND,
    stripe::refund::KIND,
    webhooks::KIND,
    reminders::KIND,
];

/// Everything that this program can do.
pub(super) fn kinds() -> Vec<String> {
    KINDS.iter().chain(email::MAILS.iter().map(|mail| &mail.kind)).map(|kind| (*kind).to_owned()).collect()
}

/// Does the work of an item and writes how it ended.
pub(super) async fn attempt(desk: Arc<Desk>, item: Item) {
    fault::point("publisher.claimed");
    let begun = desk.clock.now();
    let ended = if item.attempts > most(&desk, &item) {
        Err(Trouble::fail(format!("it was begun {} times and never ended", item.attempts - 1)))
    } else {
        let work = AssertUnwindSafe(perform(&desk, &item)).catch_unwind().await;
        work.unwrap_or_else(|_| Err(Trouble::ours("the work panicked")))
    };
    let duration_ms = desk.clock.now().as_millisecond() - begun.as_millisecond();
    log(&item, &ended, duration_ms);
    fault::point("publisher.before_settle");
    match settle(&desk, &item, &ended).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(queue.id = %item.id, kind = item.kind, "another process has the item by now"),
        Err(error) => {
            tracing::warn!(queue.id = %item.id, %error, "an end could not be written; the item is taken again");
        }
    }
    fault::point("publisher.after_settle");
}

async fn perform(desk: &Desk, item: &Item) -> Result<(), Trouble> {
    match item.kind.as_str() {
        stripe::sale::KIND => stripe::sale::sell(desk, item).await,
        stripe::account::KIND => stripe::account::look(desk, item).await,
        stripe::checkout::KIND => stripe::checkout::open(desk, item).await,
        stripe::refund::KIND => stripe::refund::send(desk, item).await,
        webhooks::KIND => webhooks::send(desk, item).await,
        reminders::KIND => reminders::send(desk, item).await,
        _ => email::send(desk, item).await,
    }
}

/// An item that was begun so often is a dead letter; words for other programs have an end of their own ([`webhooks::LIFE_S`]), and
/// one that never came as far as that ends a day later.
fn most(desk: &Desk, item: &Item) -> i32 {
    match item.kind.as_str() {
        webhooks::KIND if item.age_s > webhooks::LIFE_S + 24 * 3600 => 0,
        webhooks::KIND => i32::MAX,
        _ => desk.options.max_attempts,
    }
}

/// Renews the lease and begins a transaction that fails when the item is somebody else's by now.
pub(super) async fn held(desk: &Desk, item: &Item) -> Result<Tx, Trouble> {
    let mut tx = desk.store.begin(Actor::Server).await?;
    if queue::hold(&mut tx, item, desk.options.lease_s).await? { Ok(tx) } else { Err(Trouble::Lost) }
}

/// As [`held`], for whoever also writes to the item's event: that is locked first, as everybody does who changes an event and
/// leaves work for it (decision 0039). The other way round each would wait for the other.
pub(super) async fn held_with_event(desk: &Desk, item: &Item) -> Result<Tx, Trouble> {
    let mut tx = desk.store.begin(Actor::Server).await?;
    queue::lock_event(&mut tx, item).await?;
    if queue::hold(&mut tx, item, desk.options.lease_s).await? { Ok(tx) } else { Err(Trouble::Lost) }
}

/// Renews the lease before a call to the outside.
pub(super) async fn before_call(desk: &Desk, item: &Item) -> Result<(), Trouble> {
    held(desk, item).await?.commit().await.map_err(StoreError::from)?;
    fault::point("publisher.before_call");
    Ok(())
}

async fn settle(desk: &Desk, item: &Item, ended: &Result<(), Trouble>) -> Result<bool, StoreError> {
    let outcome = match ended {
        Ok(()) => Outcome::Done { forget: email::is_secret(&item.kind) },
        Err(Trouble::Lost) => return Ok(false),
        Err(Trouble::Fail { why }) => Outcome::Dead { why },
        Err(Trouble::Wait { why, after_s }) => Outcome::Wait { after_s: *after_s, why },
        Err(Trouble::Retry { why, .. }) if item.attempts >= most(desk, item) => Outcome::Dead { why },
        Err(Trouble::Retry { why, after_s, new_key, .. }) => {
            let options = &desk.options;
            // The first 53 bits of a random id, as a number in 0..1.
            let chance = (desk.ids.id().as_u128() >> 75) as f64 / (1_u64 << 53) as f64;
            let pause = retry::delay(item.attempts, options.backoff_s, options.backoff_max_s, *after_s, chance);
            Outcome::Retry { after_s: pause.as_secs_f64(), why, new_key: *new_key }
        }
    };
    let mut tx = desk.store.begin(Actor::Server).await?;
    let ends_order = item.kind == stripe::checkout::KIND && matches!(outcome, Outcome::Dead { .. });
    if item.kind == stripe::sale::KIND || ends_order {
        // Its end may leave a mail and a word about the event, or give seats back.
        queue::lock_event(&mut tx, item).await?;
    }
    if !queue::settle(&mut tx, item, &outcome, ended.as_ref().err().map(Trouble::cause)).await? {
        return Ok(false);
    }
    let notice = tell_organizer(desk, &mut tx, item, ended, &outcome).await?;
    if ended.is_err() && item.kind == stripe::sale::KIND {
        email::ask_for_setup(&mut tx, item).await?;
    }
    if let Outcome::Dead { why } = outcome {
        if ends_order {
            // Nothing will open the place to pay any more: whoever waits for it is told so, and the seats are somebody else's.
            stripe::checkout::give_up(&mut tx, item).await?;
        }
        let letter = DeadLetter { id: item.id, kind: item.kind.clone(), attempts: item.attempts, lease: item.lease };
        dead_letter(&mut tx, desk.options.operator.as_deref(), &letter, why).await?;
    }
    tx.commit().await?;
    notices::hand_over(desk.sessions.as_ref(), notice);
    Ok(true)
}

/// What the event's conversation hears of its payments: the first delay, the end, and being given up; not every attempt.
async fn tell_organizer(
    desk: &Desk,
    tx: &mut Tx,
    item: &Item,
    ended: &Result<(), Trouble>,
    outcome: &Outcome<'_>,
) -> Result<Option<Notice>, StoreError> {
    let Some(event) = item.event.filter(|_| item.kind == stripe::sale::KIND) else { return Ok(None) };
    let cause = ended.as_ref().err().map(Trouble::cause);
    let late = |after_s: f64| Told::PaymentsLate {
        cause: cause.unwrap_or(Cause::NoAnswer),
        next_s: Duration::from_secs_f64(after_s).as_secs().try_into().unwrap_or(u32::MAX),
    };
    let (told, name) = match outcome {
        Outcome::Done { .. } => (Told::PaymentsReady, format!("payments {} {}", item.id, item.lease)),
        Outcome::Retry { after_s, .. } if item.attempts == 1 => {
            (late(*after_s), format!("payments late {} {}", item.id, item.first_tried_s))
        }
        // It is looked at again and again for the same reason: said once.
        Outcome::Wait { after_s, .. } => (late(*after_s), format!("payments wait {}", item.id)),
        Outcome::Dead { .. } => (Told::PaymentsRefused, format!("payments refused {} {}", item.id, item.lease)),
        Outcome::Retry { .. } => return Ok(None),
    };
    notices::to_event(tx, event, told, &name, &desk.node).await
}

/// A dead letter is told of once for each time that it dies; that of such a mail itself stands in the log alone.
pub(super) async fn dead_letter(
    tx: &mut Tx,
    operator: Option<&str>,
    letter: &DeadLetter,
    why: &str,
) -> Result<(), StoreError> {
    let Some(operator) = operator.filter(|_| letter.kind != email::DEAD_LETTER) else { return Ok(()) };
    let DeadLetter { id, kind, attempts, lease } = letter;
    let payload = json!({"email": operator, "item": id, "kind": kind, "why": why, "attempts": attempts});
    let key = format!("{}:{id}:{lease}", email::DEAD_LETTER);
    queue::enqueue(tx, email::DEAD_LETTER, None, &payload, &key).await?;
    Ok(())
}

fn log(item: &Item, ended: &Result<(), Trouble>, duration_ms: i64) {
    let (kind, id) = (item.kind.as_str(), item.id);
    let end = match ended {
        Ok(()) => "done",
        Err(Trouble::Retry { .. }) => "retry",
        Err(Trouble::Wait { .. }) => "wait",
        Err(Trouble::Fail { .. }) => "dead",
        Err(Trouble::Lost) => "lost",
    };
    metrics::queue_attempt(kind, end);
    let is_stripe = KINDS.contains(&kind);
    let action = match kind {
        stripe::sale::KIND => "stripe_product_create",
        stripe::account::KIND => "stripe_account_read",
        stripe::checkout::KIND => "stripe_checkout_open",
        stripe::refund::KIND => "stripe_refund",
        webhooks::KIND => "webhook_send",
        reminders::KIND => "chat_remind",
        _ => "mail_send",
    };
    let code = match kind {
        webhooks::KIND => "WEBHOOK_ERROR",
        reminders::KIND => "CHAT_ERROR",
        _ if is_stripe => "STRIPE_API_ERROR",
        _ => "MAIL_ERROR",
    };
    match ended {
        Ok(()) => tracing::info!(action, queue.id = %id, kind, attempts = item.attempts, duration_ms),
        Err(Trouble::Fail { why }) => {
            tracing::error!(action, queue.id = %id, kind, attempts = item.attempts, duration_ms, error.code = code, error = why, "dead letter");
        }
        Err(Trouble::Wait { why, .. }) => tracing::info!(action, queue.id = %id, kind, waits_for = why),
        Err(trouble) => {
            tracing::warn!(action, queue.id = %id, kind, attempts = item.attempts, duration_ms, error.code = code, error = %trouble);
        }
    }
}
