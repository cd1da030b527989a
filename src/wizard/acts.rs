//! What a turn does: facts into the draft, places found or made, changes taken back, publishing on the organizer's own word.

use serde_json::Value;

use super::fault;
use super::plan;
use super::work::Work;
use crate::advice;
use crate::domain::draft::Draft;
use crate::domain::error::{FieldError, Problem};
use crate::domain::fact::{Fact, Field, Patch};
use crate::domain::publishing::{self, CONFIRMATION_LIFE_S};
use crate::domain::session::Confirming;
use crate::domain::stage::Stage;
use crate::domain::values::{PlaceKind, Provenance, SessionStatus};
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::revisions::{self, Change};
use crate::store::{confirmations, events, venues};
use crate::understanding::Intent;
use crate::understanding::answers::Reverted;

/// How many people are assumed when the organizer leaves it to us and the place says nothing.
const ASSUMED_PEOPLE: u32 = 50;

impl Work<'_> {
    /// Does what is meant. Nothing is written of an event that is published already.
    pub(super) async fn act(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        if self.is_over() {
            self.patch.clear();
            self.session.state.asked.clear();
            return Ok(());
        }
        if let Some((revision, seal)) = self.given.take() {
            return self.publish(tx, revision, &seal).await;
        }
        match self.intent {
            Intent::Undo => self.undo(tx).await?,
            Intent::Redo => self.redo(tx).await?,
            Intent::Skip => self.skip(),
            _ => {}
        }
        let patch = std::mem::take(&mut self.patch);
        self.apply(&patch);
        self.patch = patch;
        self.settle_place(tx).await?;
        fault::point("turn.place");
        self.move_on();
        self.complete();
        self.write_event(tx).await?;
        self.offer_confirmation(tx).await
    }

    /// A place that was named is a venue that we know, or becomes the organizer's own (ruling C-64).
    async fn settle_place(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let draft = &self.session.state.draft;
        let stale = [Field::Place, Field::Address, Field::City].iter().any(|field| self.changed.contains(field));
        if draft.place_kind == Some(PlaceKind::Online) || !(stale || draft.venue_id.is_some()) {
            return Ok(());
        }
        let name = draft.place.clone().or_else(|| draft.address.clone());
        if let Some(name) = name.filter(|_| stale && !self.states(|fact| matches!(fact, Fact::Venue(_)))) {
            let known = advice::resolve_place(tx, &name, draft.city.as_deref()).await?;
            let patch: Patch = if let Some(hit) = known {
                advice::venues::facts_of(&hit).into_iter().map(|fact| (fact, Provenance::Inferred)).collect()
            } else {
                // Their own place is where they said; only its row is new.
                let source = draft.provenance.get(&Field::Place).copied().unwrap_or(Provenance::Said);
                vec![(Fact::Venue(venues::put_own(tx, self.session.owner, draft).await?), source)]
            };
            self.session.state.draft.apply(&patch);
        }
        if let Some(id) = self.session.state.draft.venue_id {
            // What an own place holds is what was said of this event; it warns of nothing.
            self.venue = venues::get(tx, id).await?.map(|venue| (venue.name, venue.capacity.filter(|_| !venue.own)));
        }
        Ok(())
    }

    /// "You choose", "later": what has a sensible default gets it and is told; the rest is put off.
    fn skip(&mut self) {
        let asked = self.before.state.asked.clone();
        let people = self.venue.as_ref().and_then(|(_, seats)| *seats).unwrap_or(ASSUMED_PEOPLE);
        for field in asked {
            let assumed = match field {
                Field::Capacity => Some(Fact::Capacity(people)),
                Field::PriceCents => Some(Fact::Price(0)),
                _ => None,
            };
            match assumed {
                Some(fact) => self.assume(&vec![(fact, Provenance::Default)]),
                None if !self.session.state.skipped.contains(&field) => self.session.state.skipped.push(field),
                None => {}
            }
        }
    }

    /// Applies defaults, which the answer tells.
    fn assume(&mut self, patch: &Patch) {
        let changed = self.session.state.draft.apply(patch).changed;
        self.defaults.extend(changed);
    }

    fn move_on(&mut self) {
        let draft = &self.session.state.draft;
        let there = match self.intent {
            Intent::Back => Some(self.before.stage.previous()),
            Intent::GoTo(stage) => Some(stage),
            Intent::Next => {
                let asked = self.before.state.asked.clone();
                self.session.state.skipped.extend(asked);
                None
            }
            _ => None,
        };
        match there {
            Some(stage) if stage != Stage::Publish => {
                self.session.state.asked = plan::question_of(stage, draft);
                self.session.stage = stage;
            }
            _ => self.ask_next(),
        }
    }

    /// Once everything that must be said was said, the rest is assumed and told.
    fn complete(&mut self) {
        if !self.session.state.asked.is_empty() {
            return;
        }
        let patch = publishing::defaults(self.session.draft(), &self.job.person);
        self.assume(&patch);
        if self.session.draft().description.is_none() {
            let text = advice::describe(
                self.session.draft(),
                self.venue.as_ref().map(|(name, _)| name.as_str()),
                &self.session.language,
            );
            self.assume(&vec![(Fact::Description(text), Provenance::Default)]);
        }
    }

    /// Asks for the organizer's word, bound to exactly this revision, when everything is there.
    async fn offer_confirmation(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.session.state.confirming = None;
        let draft = self.session.draft();
        let complete = self.session.state.asked.is_empty() && publishing::missing(draft).is_empty();
        let seats = self.venue.as_ref().and_then(|(_, seats)| *seats);
        if complete {
            self.warnings = publishing::warnings(draft, self.now, seats);
        }
        if !complete || self.intent == Intent::Decline || !self.job.person.role.may_publish() {
            return Ok(());
        }
        let (token, revision) = (self.desk.ids.token(), self.session.revision());
        let seal = confirmations::seal(&token);
        fault::point("settle.confirmation");
        let life_s = i32::try_from(CONFIRMATION_LIFE_S).unwrap_or(i32::MAX);
        confirmations::offer(tx, self.session.id, revision, &seal, life_s).await?;
        self.session.state.confirming = Some(Confirming { revision, seal });
        self.offered_token = Some(token);
        Ok(())
    }

    /// Publishes exactly what was confirmed; whatever does not fit shows the draft again and asks anew.
    async fn publish(&mut self, tx: &mut Tx, revision: i64, seal: &Vec<u8>) -> Result<(), StoreError> {
        let Some(event) = self.before.event.clone() else { return self.ask_again(tx).await };
        let fits = revision == event.revision && self.job.person.role.may_publish();
        if !fits || !confirmations::redeem(tx, self.session.id, revision, seal).await? {
            return self.ask_again(tx).await;
        }
        fault::point("settle.publish");
        match events::publish(tx, event.id, self.session.id, revision).await {
            Ok((head, slug)) => {
                let seo = advice::seo(self.session.draft(), self.now);
                events::describe(tx, head.id, &seo).await?;
                self.session.state.draft.slug = Some(slug.clone());
                self.session.event = Some(head);
                self.session.status = SessionStatus::Completed;
                self.session.stage = Stage::Publish;
                self.session.state.confirming = None;
                self.session.state.asked.clear();
                self.published = Some(slug);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn ask_again(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.intent = Intent::Publish;
        self.errors.push(FieldError::new(Field::Name, Problem::Stale));
        self.settle_place(tx).await?;
        self.ask_next();
        self.complete();
        self.write_event(tx).await?;
        self.offer_confirmation(tx).await
    }

    async fn undo(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let newest = revisions::newest(tx, self.session.id, &self.session.state.taken_back).await?;
        self.reverted = Some(match newest {
            Some(change) => {
                self.restore(&change.before);
                self.session.state.taken_back.push(change.version);
                Reverted::Undone
            }
            None => Reverted::NothingToUndo,
        });
        Ok(())
    }

    async fn redo(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let change: Option<Change> = match self.session.state.taken_back.pop() {
            Some(version) => revisions::get(tx, self.session.id, version).await?,
            None => None,
        };
        self.reverted = Some(match change {
            Some(change) => {
                self.restore(&change.after);
                Reverted::Redone
            }
            None => Reverted::NothingToRedo,
        });
        Ok(())
    }

    /// Puts these values of the draft back.
    fn restore(&mut self, values: &serde_json::Map<String, Value>) {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(self.session.draft()) else { return };
        fields.extend(values.clone());
        match serde_json::from_value::<Draft>(Value::Object(fields)) {
            Ok(draft) => {
                self.changed =
                    Field::ALL.iter().copied().filter(|field| changed(*field, &draft, self.session.draft())).collect();
                self.session.state.draft = draft;
            }
            Err(error) => {
                tracing::error!(session.id = %self.session.id, %error, "an old change does not fit the draft any more");
            }
        }
    }
}

fn changed(field: Field, after: &Draft, before: &Draft) -> bool {
    after.has(field) != before.has(field) || after.value(field) != before.value(field)
}
