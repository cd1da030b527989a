//! What a turn does: facts into the draft, places found or made, changes taken back. Publishing has its own file.

use port::Body;
use serde_json::Value;

use super::fault;
use super::plan;
use super::state::DraftVenue;
use super::work::Work;
use crate::advice;
use crate::domain::draft::Draft;
use crate::domain::error::{FieldError, Problem};
use crate::domain::fact::{Fact, Field, Patch};
use crate::domain::publishing;
use crate::domain::stage::Stage;
use crate::domain::values::{PlaceKind, Provenance};
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::revisions::{self, Change};
use crate::store::{events, venues};
use crate::understanding::Intent;
use crate::understanding::answers::Reverted;

/// How many people are assumed when the organizer leaves it to us and the place says nothing.
const ASSUMED_PEOPLE: u32 = 50;

impl Work<'_> {
    /// Does what is meant. An event that is no draft any more has rules of its own.
    pub(super) async fn act(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        if self.act_on_series(tx).await? {
            return Ok(());
        }
        if self.is_over() {
            return self.live(tx).await;
        }
        if self.intent == Intent::CallOff {
            // A draft that nobody saw cannot be called off: "cancel" is a no.
            self.intent = Intent::Decline;
        }
        if let Some((revision, seal)) = self.given.take() {
            return self.publish_confirmed(tx, revision, &seal).await;
        }
        if let Body::Publish { revision } = *self.job.body() {
            return self.publish_on_call(tx, revision).await;
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
        self.note_proposals();
        self.settle_place(tx).await?;
        fault::point("turn.place");
        match self.view {
            Some(stage) => self.look_from(stage),
            None => self.move_on(),
        }
        self.complete();
        self.write_event(tx).await?;
        self.offer_confirmation(tx).await
    }

    /// Takes a model's proposals in. They are marked as worked out, so they yield to what was said; what is refused is dropped.
    fn note_proposals(&mut self) {
        let applied = self.session.state.draft.apply(&self.proposed);
        self.noted = applied.changed.into_iter().filter(|field| !self.changed.contains(field)).collect();
        let draft = &self.session.state.draft;
        self.noted_doubts.retain(|doubt| self.noted.contains(&doubt.field) || !draft.has(doubt.field));
    }

    /// A place that was named is a venue that we know, or becomes the organizer's own (ruling C-64).
    pub(super) async fn settle_place(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let draft = &self.session.state.draft;
        let is_new = |field: &Field| self.changed.contains(field) || self.noted.contains(field);
        let stale = [Field::Place, Field::Address, Field::City].iter().any(is_new);
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
            let found = venues::get(tx, id).await?;
            if let Some(people) =
                self.session.state.draft.capacity.filter(|_| found.as_ref().is_some_and(|hit| hit.own))
            {
                venues::plan_own(tx, id, people).await?;
            }
            self.venue = found.map(DraftVenue::from);
        }
        Ok(())
    }

    /// "You choose", "later": what has a sensible default gets it and is told; the rest is put off.
    fn skip(&mut self) {
        let asked = self.asked.clone();
        let people = self.venue.as_ref().and_then(|venue| venue.seats).unwrap_or(ASSUMED_PEOPLE);
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

    /// Leaves out a chosen link that another event has.
    pub(super) fn give_up_link(&mut self) {
        self.patch.retain(|(fact, _)| fact.field() != Field::Slug);
        if self.before.event.as_ref().is_none_or(|event| event.slug.is_none()) {
            self.session.state.draft.slug = None;
        }
        self.errors.push(FieldError::new(Field::Slug, Problem::LinkTaken));
    }

    /// Applies defaults, which the answer tells.
    pub(super) fn assume(&mut self, patch: &Patch) {
        let changed = self.session.state.draft.apply(patch).changed;
        self.defaults.extend(changed);
    }

    fn move_on(&mut self) {
        let draft = &self.session.state.draft;
        let there = match self.intent {
            Intent::Back => Some(self.before.stage.previous()),
            Intent::GoTo(stage) => Some(stage),
            // "Show me venues" while the name is asked for: the place is talked about.
            Intent::Suggest => {
                let next = plan::stage_of(&plan::question(draft, &self.session.state.skipped));
                self.about.filter(|stage| *stage != next)
            }
            Intent::Next => {
                let asked = self.asked.clone();
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
    pub(super) fn complete(&mut self) {
        if !self.session.state.asked.is_empty() {
            return;
        }
        let patch = publishing::defaults(self.session.draft(), &self.job.person);
        self.assume(&patch);
        if self.session.draft().description.is_none() {
            let patch = self.made_up();
            self.assume(&patch);
        } else {
            self.retell();
        }
    }

    /// A text that we made up follows the facts until the organizer says something of their own.
    pub(super) fn retell(&mut self) {
        let draft = self.session.draft();
        let is_ours =
            draft.description.is_some() && draft.provenance.get(&Field::Description) == Some(&Provenance::Default);
        if is_ours && !self.changed.is_empty() {
            let patch = self.made_up();
            self.session.state.draft.apply(&patch);
        }
    }

    fn made_up(&self) -> Patch {
        let venue = self.venue.as_ref().map(|venue| venue.name.as_str());
        let text = advice::describe(self.session.draft(), venue, &self.session.language);
        vec![(Fact::Description(text), Provenance::Default)]
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

    /// Makes or updates the event's row where the draft changed.
    pub(super) async fn write_event(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        fault::point("settle.event");
        if self.session.draft() == self.before.draft() {
            return Ok(());
        }
        let ids = self.desk.ids.clone();
        for tier in &mut self.session.state.draft.tiers {
            tier.id.get_or_insert_with(|| ids.id());
        }
        let draft = &self.session.state.draft;
        let mut head = match &self.before.event {
            Some(event) => events::update(tx, event.id, Some(event.revision), draft).await?,
            None => events::insert(tx, ids.id(), draft).await?,
        };
        fault::point("settle.tiers");
        if draft.tiers != self.before.draft().tiers {
            head.revision = events::replace_tiers(tx, head.id, draft).await?;
        }
        self.session.event = Some(head);
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
