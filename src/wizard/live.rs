//! An event that is published: what its organizer changes or calls off by talking, each on a yes of its own.
//!
//! Promises: words alone change nothing: what would be different is shown first, the old beside the new, and a yes that is bound
//! to the person, the conversation and the exact revision, used once and expiring, does it (THREATS 7.13). A form without words is its own yes.
//! Nobody who holds a ticket is turned away by a smaller number. Guests are told by the queue, in the same transaction.

use jiff::civil::Date;
use port::Body;
use uuid::Uuid;

use super::work::Work;
use super::{again, fault};
use crate::domain::clock_turn::ClockTurn;
use crate::domain::draft::Draft;
use crate::domain::error::{FieldError, Problem};
use crate::domain::fact::{Fact, Field, Patch, Tier};
use crate::domain::publishing::{self, Warning};
use crate::domain::session::{Act, Confirming};
use crate::domain::values::EventStatus;
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::{confirmations, events};
use crate::understanding::Intent;
use crate::understanding::answers::live::{Difference, Live};
use crate::understanding::{card, selling};

/// What guests hear of.
const TOLD: &[Field] = &[
    Field::DateTime,
    Field::EndDateTime,
    Field::Duration,
    Field::Timezone,
    Field::PlaceKind,
    Field::Place,
    Field::Address,
    Field::City,
    Field::VenueId,
    Field::OnlineUrl,
];

impl Work<'_> {
    /// What is meant of an event that is not a draft any more.
    pub(super) async fn live(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.session.state.asked.clear();
        let Some(event) = self.before.event.clone() else { return Ok(()) };
        let asked = self.session.state.confirming.take();
        if again::is_asked(self.job.body()) {
            self.live = Some(Live::OnceMore);
            return Ok(());
        }
        let patch = self.lawful_patch();
        if event.status != EventStatus::Published {
            self.live = Some(Live::Over);
            return Ok(());
        }
        if let Some((revision, seal)) = self.given.take() {
            return self.live_confirmed(tx, event.id, revision, &seal, asked).await;
        }
        if let Some(asked) = self.job.body().words().and_then(selling::read) {
            return self.sales(tx, event.id, asked, patch).await;
        }
        if self.intent == Intent::CallOff {
            let guests = events::guests(tx, event.id).await?;
            self.live = Some(Live::AskedToCallOff { guests });
            return self.ask_for_yes(tx, Act::CallOff).await;
        }
        if patch.is_empty() {
            self.live = Some(if self.intent == Intent::Decline && asked.is_some() { Live::Kept } else { Live::Stands });
            return Ok(());
        }
        // What is typed into the boxes of a form is what the organizer sees; words beside it are talk like any other.
        if matches!(self.job.body(), Body::Form(_)) && self.job.body().words().is_none() {
            return self.alter(tx, event.id, &patch).await;
        }
        let before = self.session.draft().clone();
        let mut proposed = before.clone();
        let applied = proposed.apply(&patch);
        self.errors.extend(applied.errors);
        self.refuse_what_cannot_be(tx, event.id, &proposed).await?;
        let differences = differences(&before, &proposed, &self.session.language);
        if !self.errors.is_empty() || differences.is_empty() {
            self.live = Some(Live::Unchanged);
            return Ok(());
        }
        let guests = if tells(&before, &proposed) { events::guests(tx, event.id).await? } else { 0 };
        let turned = self.clocks_change(&before, &proposed);
        self.warnings.extend(turned);
        self.live = Some(Live::Asked { differences, guests });
        self.ask_for_yes(tx, Act::Change(patch)).await
    }

    /// "Write to all guests that we start at 8": where they are written to. What the letter is about changes nothing; another time of
    /// the event is asked about, for that would reach the guests by itself.
    pub(super) async fn letter(&mut self, tx: &mut Tx, event: Uuid, mut patch: Patch) -> Result<(), StoreError> {
        patch.retain(|(fact, _)| matches!(fact.field(), Field::DateTime | Field::EndDateTime));
        let before = self.session.draft();
        let mut proposed = before.clone();
        let is_lawful = proposed.apply(&patch).errors.is_empty();
        let differences = if is_lawful { differences(before, &proposed, &self.session.language) } else { Vec::new() };
        let asks = !differences.is_empty();
        let turned = self.clocks_change(before, &proposed).filter(|_| asks);
        self.warnings.extend(turned);
        let url = self.guests_url(event);
        self.live = Some(Live::Letter { url, differences });
        if asks { self.ask_for_yes(tx, Act::Change(patch)).await } else { Ok(()) }
    }

    /// That the clocks skip the hour at which the event would start, or show it twice, where that is new.
    fn clocks_change(&self, before: &Draft, proposed: &Draft) -> Option<Warning> {
        let turn = |draft: &Draft| ClockTurn::of(draft, self.job.person.timezone.as_deref());
        turn(proposed).filter(|_| turn(before) != turn(proposed)).map(Warning::ClocksChange)
    }

    /// Does exactly what was asked; whatever does not fit changes nothing and says so.
    async fn live_confirmed(
        &mut self,
        tx: &mut Tx,
        event: Uuid,
        revision: i64,
        seal: &Vec<u8>,
        asked: Option<Confirming>,
    ) -> Result<(), StoreError> {
        let fits = self.before.revision() == revision && self.job.person.role.may_publish();
        let asked = asked.filter(|asked| fits && asked.seal == *seal);
        if self.job.overheard && asked.as_ref().is_some_and(|asked| matches!(asked.act, Act::Refund { .. })) {
            self.session.state.confirming = asked;
            self.live = Some(Live::NotBeforeOthers);
            return Ok(());
        }
        let act = match asked {
            Some(asked) if confirmations::redeem(tx, self.session.id, revision, seal).await? => asked.act,
            _ => Act::Publish,
        };
        match act {
            Act::Change(patch) => self.alter(tx, event, &patch).await,
            Act::CallOff => self.call_off(tx, event, revision).await,
            Act::Refund { order, left_cents, tickets } => self.refund_confirmed(tx, order, left_cents, &tickets).await,
            // A yes to something else, or to what was shown too long ago.
            Act::Publish | Act::PublishAll(_) => {
                self.errors.push(FieldError::new(Field::Name, Problem::Stale));
                self.live = Some(Live::Unchanged);
                Ok(())
            }
        }
    }

    /// Changes the event, and leaves what its guests and Stripe must learn to the queue (the row's own triggers do).
    async fn alter(&mut self, tx: &mut Tx, event: Uuid, patch: &Patch) -> Result<(), StoreError> {
        let before = self.session.draft().clone();
        self.apply(patch);
        self.settle_place(tx).await?;
        let proposed = self.session.draft().clone();
        self.refuse_what_cannot_be(tx, event, &proposed).await?;
        if !self.errors.is_empty() {
            self.session.state.draft = before;
            self.changed.clear();
            self.live = Some(Live::Unchanged);
            return Ok(());
        }
        let differences = differences(&before, &proposed, &self.session.language);
        let guests = if tells(&before, &proposed) { events::guests(tx, event).await? } else { 0 };
        // What guests read of us must not tell the old day.
        self.retell();
        self.write_event(tx).await?;
        fault::point("live.changed");
        // Windows of sale may have moved along with the event: the row says how they are, and under which revision.
        let moved = match events::get(tx, event).await? {
            Some(stored) => {
                let tiers = std::mem::replace(&mut self.session.state.draft.tiers, stored.draft.tiers);
                self.session.event = Some(stored.head);
                windows(&tiers) != windows(&self.session.state.draft.tiers)
            }
            None => false,
        };
        self.live =
            Some(if differences.is_empty() { Live::Unchanged } else { Live::Changed { differences, guests, moved } });
        Ok(())
    }

    async fn call_off(&mut self, tx: &mut Tx, event: Uuid, revision: i64) -> Result<(), StoreError> {
        fault::point("live.call_off");
        let (head, guests) = events::cancel(tx, event, revision).await?;
        self.session.event = Some(head);
        self.live = Some(Live::CalledOff { guests });
        Ok(())
    }

    /// What was said about the event, without what a published one cannot change.
    fn lawful_patch(&mut self) -> Patch {
        let patch = std::mem::take(&mut self.patch);
        let (kept, refused): (Patch, Patch) =
            patch.into_iter().partition(|(fact, _)| !matches!(fact, Fact::Slug(_) | Fact::Clear(Field::Slug)));
        self.errors.extend(refused.iter().map(|(fact, _)| FieldError::new(fact.field(), Problem::AlreadyPublished)));
        kept
    }

    async fn refuse_what_cannot_be(&mut self, tx: &mut Tx, event: Uuid, proposed: &Draft) -> Result<(), StoreError> {
        let lacking = publishing::missing(proposed);
        self.errors.extend(lacking.into_iter().map(|field| FieldError::new(field, Problem::NeededOnline)));
        let sold = events::sold(tx, event).await?;
        if proposed.capacity.is_some_and(|people| people < sold.tickets) {
            self.errors.push(FieldError::new(Field::Capacity, Problem::BelowSold(sold.tickets)));
        }
        let fewer = sold.tiers.iter().filter(|(id, count)| {
            let tier = proposed.tiers.iter().find(|tier| tier.id == Some(*id));
            tier.is_none_or(|tier| tier.quantity.is_some_and(|quantity| quantity < *count))
        });
        let fewer: Vec<u32> = fewer.map(|(_, count)| *count).collect();
        self.errors
            .extend(fewer.into_iter().map(|count| FieldError::new(Field::TicketTiers, Problem::BelowSold(count))));
        Ok(())
    }
}

/// The days of sale of each ticket.
fn windows(tiers: &[Tier]) -> Vec<(Option<Date>, Option<Date>)> {
    tiers.iter().map(|tier| (tier.sales_from, tier.sales_until)).collect()
}

/// Whether guests hear of it.
fn tells(before: &Draft, after: &Draft) -> bool {
    TOLD.iter().any(|field| before.value(*field) != after.value(*field))
}

/// What would be another on the event's card.
fn differences(before: &Draft, after: &Draft, language: &str) -> Vec<Difference> {
    let (old, new) = (card::lines(before, None, language), card::lines(after, None, language));
    let value = |lines: &[card::CardLine], label: &str| {
        lines.iter().find(|line| line.label == label).map(|line| line.value.clone())
    };
    let mut labels: Vec<&String> = new.iter().map(|line| &line.label).collect();
    labels.extend(old.iter().map(|line| &line.label).filter(|label| new.iter().all(|line| line.label != **label)));
    let difference =
        |label: &&String| Difference { label: (*label).clone(), before: value(&old, label), after: value(&new, label) };
    labels.iter().map(difference).filter(|difference| difference.before != difference.after).collect()
}
