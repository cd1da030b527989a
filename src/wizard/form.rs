//! What a form means: the stage on its screen, fields, words and a choice, in any combination (rulings C-17, C-22, C-75).
//!
//! Promises: fields take the same way into the draft as words do; a field that was changed since the form was shown is refused
//! with both values and holds up nothing else (ruling C-62).

use std::borrow::Cow;

use port::Form;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::plan;
use super::work::Work;
use crate::advice;
use crate::domain::draft::Draft;
use crate::domain::entry::{self, ChosenVenue};
use crate::domain::error::{FieldError, Problem, Unreadable};
use crate::domain::event_draft;
use crate::domain::fact::{Fact, Field, Patch};
use crate::domain::stage::Stage;
use crate::domain::values::Provenance;
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::{files, suggestions, venues};
use crate::understanding::{self, Intent};

/// By which a choice goes in a form's fields (ruling C-75).
const PICK: &str = "suggestionId";

impl Work<'_> {
    /// Reads a form. The fields come last: what was typed into a box goes before what was said beside it.
    pub(super) async fn read_form(&mut self, tx: &mut Tx, form: &Form) -> Result<(), StoreError> {
        let words = form.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        // Without words a form stays where the session is; words alone are a turn of the conversation.
        let stays = || words.is_none().then_some(self.before.stage);
        self.view = form.stage.and_then(Stage::from_number).or_else(stays);
        if let Some(stage) = self.view {
            self.asked = if form.stage.is_some() { lacking(stage, self.before.draft()) } else { Vec::new() };
        }
        self.intent = Intent::Inform;
        let mut pick = form.pick.clone();
        match words.map(|text| (text, self.offered(text))) {
            Some((text, Some(_))) if pick.is_none() => pick = Some(text.to_owned()),
            Some((text, _)) => self.read_words(tx, text).await?,
            None => {}
        }
        if let Some(pick) = pick {
            self.read_choice(tx, &pick).await?;
        }
        self.read_fields(tx, form).await
    }

    /// The suggestion that these words are the id or the number of.
    fn offered(&self, words: &str) -> Option<Uuid> {
        let offered = &self.before.state.offered;
        if let Ok(number) = words.parse::<usize>() {
            return offered.get(number.checked_sub(1)?).map(|choice| choice.id);
        }
        let id = words.parse::<Uuid>().ok()?;
        offered.iter().any(|choice| choice.id == id).then_some(id)
    }

    async fn read_choice(&mut self, tx: &mut Tx, pick: &str) -> Result<(), StoreError> {
        let id = self.offered(pick.trim()).or_else(|| pick.trim().parse::<Uuid>().ok());
        let choice = match id {
            Some(id) => suggestions::get(tx, self.session.id, id).await?,
            None => None,
        };
        if let Some(choice) = choice {
            return self.take_choice(tx, &choice).await;
        }
        self.unread.push((PICK.to_owned(), Unreadable::NotOffered));
        Ok(())
    }

    async fn read_fields(&mut self, tx: &mut Tx, form: &Form) -> Result<(), StoreError> {
        if form.fields.is_empty() {
            return Ok(());
        }
        let venue = match entry::venue_key(&form.fields) {
            Some(key) => venues::get_by_key(tx, key).await?,
            None => None,
        };
        let venue = venue.map(|hit| ChosenVenue { id: hit.id, facts: advice::venues::facts_of(&hit) });
        let fields = self.with_own_picture(tx, &form.fields).await?;
        let draft = self.before.draft();
        let entry = entry::read(&fields, draft, venue.as_ref(), self.job.person.timezone.as_deref());
        self.unread.extend(entry.errors);
        for (field, facts) in entry.facts {
            let patch: Patch = facts.into_iter().map(|fact| (fact, Provenance::Edited)).collect();
            if form.revision.is_some_and(|shown| self.before.state.changed_since(field, shown)) {
                self.conflict(field, form.fields.get(event_draft::name(field)), &patch);
                continue;
            }
            self.patch.extend(patch);
        }
        self.follow_city();
        Ok(())
    }

    /// A city that was typed in tells its country and its clock, as one that was said does; what somebody told of them stays. Of what is
    /// published no hour moves by itself.
    fn follow_city(&mut self) {
        if self.is_over() {
            return;
        }
        let city = self.patch.iter().rev().find_map(|(fact, _)| match fact {
            Fact::City(city) => Some(understanding::city(city)),
            _ => None,
        });
        for (fact, source) in city.into_iter().flatten() {
            let field = fact.field();
            if self.patch.iter().all(|(told, _)| told.field() != field) {
                self.patch.push((fact, source));
            }
        }
    }

    /// The fields without a picture that is not the organizer's.
    async fn with_own_picture<'a>(
        &mut self,
        tx: &mut Tx,
        fields: &'a Map<String, Value>,
    ) -> Result<Cow<'a, Map<String, Value>>, StoreError> {
        match entry::picture(fields, self.before.draft()) {
            Some(id) if !files::is_own(tx, id).await? => {
                let name = event_draft::name(Field::Image);
                self.unread.push((name.to_owned(), Unreadable::NotYours));
                let mut rest = fields.clone();
                rest.remove(name);
                Ok(Cow::Owned(rest))
            }
            _ => Ok(Cow::Borrowed(fields)),
        }
    }

    fn conflict(&mut self, field: Field, yours: Option<&Value>, patch: &Patch) {
        let current = event_draft::value(field, self.before.draft());
        self.conflicts.insert(event_draft::name(field).to_owned(), json!({"yours": yours, "current": current}));
        self.errors.push(FieldError::new(field, Problem::ChangedMeanwhile));
        self.yours.get_or_insert_with(|| self.before.draft().clone()).apply(patch);
    }

    /// The session is looked at from this stage, whatever the draft has or lacks (ruling C-22).
    pub(super) fn look_from(&mut self, stage: Stage) {
        let draft = self.session.draft();
        let said = plan::question(draft, &[]).is_empty();
        // At the last look nothing is asked any more once everything that must be said was said.
        self.session.state.asked = if stage == Stage::Publish && said { Vec::new() } else { question(stage, draft) };
        self.session.stage = stage;
    }
}

/// What a bare answer on this stage is an answer to: two things that it lacks, a description only where it is alone.
pub(super) fn lacking(stage: Stage, draft: &Draft) -> Vec<Field> {
    let mut lacking = stage.missing(draft);
    if lacking.len() > 1 {
        lacking.retain(|field| *field != Field::Description);
    }
    lacking.truncate(2);
    lacking
}

/// What this stage asks for; on a stage that lacks nothing, what the event lacks next. What was just filled in is not asked again.
fn question(stage: Stage, draft: &Draft) -> Vec<Field> {
    let lacking = lacking(stage, draft);
    if !lacking.is_empty() {
        return lacking;
    }
    match stage {
        Stage::Payments if !draft.has(Field::RefundPolicy) => vec![Field::RefundPolicy],
        _ => plan::question(draft, &[]),
    }
}
