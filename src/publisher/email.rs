//! Mails: which there are, to whom each goes, and what becomes of one.
//!
//! A mail is data (an event, a ticket, or what the payload says), words in the reader's language, and two templates.
//!
//! Payloads: mails about an event need `event_id` only (its organizer reads them) or, for guests, `email` and `name` beside
//! it; mails about signing in bring `email`, `link`, perhaps `code` and `language`, and are forgotten once they are sent.

mod letter;
mod shape;

use serde_json::{Value, json};
use uuid::Uuid;

use super::error::Trouble;
use super::words::{Mail, Words};
use super::work::before_call;
use super::{Desk, fault};
use crate::domain::order_link::Signer;
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::queue::{self, Item};
use crate::store::{letters, letters::Subject, sales};
pub(super) use letter::Letter;

/// The mail about a dead letter.
pub(super) const DEAD_LETTER: &str = "mail_dead_letter";
const PAYMENT_SETUP: &str = "mail_payment_setup";
const REMINDER: &str = "mail_reminder";
const CHANGED: &str = "mail_changed";

/// One kind of mail.
#[derive(Debug)]
pub(super) struct MailKind {
    /// What it is called in the queue.
    pub(super) kind: &'static str,
    /// Its words.
    words: fn(&'static Words) -> &'static Mail,
    /// Where its button leads.
    button: Button,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Button {
    /// The event's page.
    Page,
    /// Where payments are set up.
    Payments,
    /// The payload's own link, which is a secret.
    Link,
    /// The page of the payload's order.
    Order,
    /// There is none.
    Nowhere,
}

/// Every mail there is.
pub(super) const MAILS: &[MailKind] = &[
    MailKind { kind: "mail_confirm", words: |words| &words.confirm, button: Button::Link },
    MailKind { kind: "mail_recovery", words: |words| &words.recovery, button: Button::Link },
    MailKind { kind: "mail_magic_link", words: |words| &words.magic_link, button: Button::Link },
    MailKind { kind: "mail_email_change", words: |words| &words.email_change, button: Button::Link },
    MailKind { kind: "mail_email_changed", words: |words| &words.email_changed, button: Button::Link },
    MailKind { kind: "mail_linked", words: |words| &words.linked, button: Button::Nowhere },
    MailKind { kind: "mail_published", words: |words| &words.published, button: Button::Page },
    MailKind { kind: PAYMENT_SETUP, words: |words| &words.payment_setup, button: Button::Payments },
    MailKind { kind: REMINDER, words: |words| &words.reminder, button: Button::Page },
    MailKind { kind: CHANGED, words: |words| &words.changed, button: Button::Page },
    MailKind { kind: "mail_cancelled", words: |words| &words.cancelled, button: Button::Page },
    MailKind { kind: "mail_order", words: |words| &words.order, button: Button::Order },
    MailKind { kind: "mail_order_cancelled", words: |words| &words.order_cancelled, button: Button::Page },
    MailKind { kind: "mail_order_refunded", words: |words| &words.order_refunded, button: Button::Order },
    MailKind { kind: "mail_order_late", words: |words| &words.order_late, button: Button::Order },
    MailKind { kind: "mail_waiting_offer", words: |words| &words.waiting_offer, button: Button::Order },
    MailKind { kind: "mail_guests", words: |words| &words.guests, button: Button::Order },
    MailKind { kind: DEAD_LETTER, words: |words| &words.dead_letter, button: Button::Nowhere },
];

/// Whether the payload holds what signs somebody in.
pub(super) fn is_secret(kind: &str) -> bool {
    MAILS.iter().any(|mail| mail.kind == kind && mail.button == Button::Link)
}

/// Asks the organizer to complete what payments need; once per event (R96).
pub(super) async fn ask_for_setup(tx: &mut Tx, item: &Item) -> Result<(), StoreError> {
    let Some(event) = item.event else { return Ok(()) };
    let key = format!("{PAYMENT_SETUP}:{event}");
    queue::enqueue(tx, PAYMENT_SETUP, Some(event), &json!({"event_id": event}), &key).await?;
    Ok(())
}

/// Writes and sends the mail of an item.
pub(super) async fn send(desk: &Desk, item: &Item) -> Result<(), Trouble> {
    let mail = MAILS.iter().find(|mail| mail.kind == item.kind);
    let mail = mail.ok_or_else(|| Trouble::fail(format!("there is no mail {}", item.kind)))?;
    let Some(letter) = write(desk, item, mail).await? else { return Ok(()) };
    before_call(desk, item).await?;
    desk.mailbox.post(&letter, desk.clock.now()).await?;
    fault::point("publisher.after_call");
    Ok(())
}

/// The mail; `None` when there is nothing to tell any more.
async fn write(desk: &Desk, item: &Item, mail: &MailKind) -> Result<Option<Letter>, Trouble> {
    let mut tx = desk.store.begin(Actor::Server).await?;
    let subject = match item.event {
        Some(event) => letters::subject(&mut tx, event).await?,
        None => None,
    };
    if item.event.is_some() && subject.is_none() {
        return Ok(None);
    }
    if let (REMINDER, Some(ticket)) = (mail.kind, id(&item.payload, "ticket_id"))
        && !letters::ticket_stands(&mut tx, ticket).await?
    {
        return Ok(None);
    }
    // Called off meanwhile, or as it was before: there is nothing to tell.
    let as_before = |subject: &Subject| item.payload.get("before") == Some(&subject.snapshot);
    if mail.kind == CHANGED && subject.as_ref().is_some_and(|subject| !subject.stands || as_before(subject)) {
        return Ok(None);
    }
    let order = match (mail.button, id(&item.payload, "order_id")) {
        (Button::Order, Some(order)) => Some(Signer::new(sales::key(&mut tx).await?).order(order)),
        _ => None,
    };
    tx.commit().await.map_err(StoreError::from)?;
    let said = |name: &str| item.payload.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let organizer = |subject: &Subject| subject.organizer.0.clone();
    let to = said("email").map(str::to_owned).or_else(|| subject.as_ref().and_then(organizer));
    let to = to.ok_or_else(|| Trouble::fail("nobody's address is known"))?;
    let link = match (mail.button, subject.as_ref().and_then(|subject| subject.slug.as_deref())) {
        (Button::Page, Some(slug)) => Some(format!("{}/e/{slug}", desk.public_url)),
        (Button::Payments, _) => Some(format!("{}/wizard/new?stage=5", desk.public_url)),
        (Button::Link, _) => Some(said("link").ok_or_else(|| Trouble::fail("the payload has no link"))?.to_owned()),
        (Button::Order, _) => order.map(|token| format!("{}/o/{token}", desk.public_url)),
        (Button::Page | Button::Nowhere, _) => None,
    };
    let language = said("language").or_else(|| subject.as_ref().and_then(|subject| subject.language.as_deref()));
    let words = Words::of(language.unwrap_or_default());
    let content =
        letter::Content { mail: (mail.words)(words), words, subject: subject.as_ref(), payload: &item.payload, link };
    Ok(Some(letter::write(&content, to, item, desk.mailbox.domain())?))
}

/// The reminder as a chat says it.
pub(super) fn reminder(desk: &Desk, subject: &Subject, payload: &Value, language: &str) -> String {
    let words = Words::of(language);
    let link = subject.slug.as_deref().map(|slug| format!("{}/e/{slug}", desk.public_url));
    letter::brief(&letter::Content { mail: &words.reminder, words, subject: Some(subject), payload, link })
}

fn id(payload: &Value, name: &str) -> Option<Uuid> {
    payload.get(name)?.as_str()?.parse().ok()
}
