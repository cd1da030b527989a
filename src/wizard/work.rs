//! A turn in the making: what was understood, what it changes, what is said and shown.
//!
//! The steps run in order, in one transaction: [`Work::read`], [`Work::act`] (in `acts.rs`), [`Work::advise`],
//! [`Work::settle`]. Rules decide; words are made from the draft at the end. What a model said and proposed was gathered
//! before ([`Counsel`]); its proposals come last and yield to everything that was said.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use port::{Body, Command, Reply};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::counsel::Counsel;
use super::fault;
use super::job::Job;
use super::milestones::Milestones;
use super::state::DraftVenue;
use super::turn::Desk;
use super::{form, plan, show};
use crate::advice::{self, Question};
use crate::domain::clock_turn::ClockTurn;
use crate::domain::draft::Draft;
use crate::domain::error::{FieldError, Unreadable};
use crate::domain::fact::{Fact, Field, Patch};
use crate::domain::money::Currency;
use crate::domain::publishing::Warning;
use crate::domain::session::Session;
use crate::domain::stage::Stage;
use crate::domain::suggestion::Suggestion;
use crate::domain::values::{EventStatus, Provenance, SessionStatus};
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::revisions::Change;
use crate::store::settlement::{self, Settled, Settlement};
use crate::store::{revisions, suggestions};
use crate::understanding::answers::live::Live;
use crate::understanding::answers::{Recalled, Reverted};
use crate::understanding::{self, Context, Doubt, Intent, Wish};

/// A turn in the making.
pub(super) struct Work<'a> {
    pub(super) desk: &'a Arc<Desk>,
    pub(super) job: &'a Job,
    pub(super) now: Timestamp,
    /// The session before the turn.
    pub(super) before: Session,
    /// The session as it will be.
    pub(super) session: Session,
    pub(super) intent: Intent,
    /// Of which stage suggestions were asked for, where that was said.
    pub(super) about: Option<Stage>,
    pub(super) patch: Patch,
    pub(super) doubts: Vec<Doubt>,
    pub(super) wish: Option<Wish>,
    pub(super) cut: bool,
    pub(super) first: bool,
    pub(super) changed: Vec<Field>,
    pub(super) errors: Vec<FieldError>,
    pub(super) defaults: Vec<Field>,
    pub(super) warnings: Vec<Warning>,
    pub(super) reverted: Option<Reverted>,
    /// The earlier event that this one was to begin as.
    pub(super) recalled: Option<Recalled>,
    /// A confirmation that the organizer gave: the revision and the token's hash.
    pub(super) given: Option<(i64, Vec<u8>)>,
    /// The token of the confirmation that is offered with this answer.
    pub(super) offered_token: Option<String>,
    /// Where a published event stands after what was said.
    pub(super) live: Option<Live>,
    /// The link that publishing would take, where none was chosen and nothing is missing.
    pub(super) link: Option<String>,
    /// The link that the event was just published under.
    pub(super) published: Option<String>,
    /// The venue, when the draft has one that we know.
    pub(super) venue: Option<DraftVenue>,
    /// The stage that the session is looked at from, when a form says so.
    pub(super) view: Option<Stage>,
    /// What was asked when this was said.
    pub(super) asked: Vec<Field>,
    /// What a form entered that cannot be read, by its own names.
    pub(super) unread: Vec<(String, Unreadable)>,
    /// What a form entered about fields that somebody else changed meanwhile.
    pub(super) conflicts: Map<String, Value>,
    /// The draft as that form wanted it.
    pub(super) yours: Option<Draft>,
    /// Why a call to publish did nothing.
    pub(super) refused: Option<Value>,
    pub(super) suggestions: Vec<Suggestion>,
    pub(super) note: Option<String>,
    /// The suggestions that were taken.
    pub(super) taken: Vec<Uuid>,
    /// How many were seen and passed over.
    pub(super) rejected: usize,
    /// It was a voice message that nobody could make out.
    pub(super) unheard: bool,
    /// The model's part, when one was asked.
    pub(super) counsel: Option<&'a Counsel>,
    /// What it proposes, in values.
    pub(super) proposed: Patch,
    /// What its proposals changed.
    pub(super) noted: Vec<Field>,
    /// What of its proposals may be meant otherwise.
    pub(super) noted_doubts: Vec<Doubt>,
}

impl<'a> Work<'a> {
    pub(super) fn new(desk: &'a Arc<Desk>, job: &'a Job, before: Session, counsel: Option<&'a Counsel>) -> Self {
        let mut session = before.clone();
        if session.status == SessionStatus::Abandoned {
            // Whoever writes again goes on (ruling C-41).
            session.status = SessionStatus::InProgress;
        }
        Self {
            desk,
            job,
            now: desk.clock.now(),
            session,
            intent: Intent::Unclear,
            about: None,
            patch: Patch::new(),
            doubts: Vec::new(),
            wish: None,
            cut: false,
            first: false,
            changed: Vec::new(),
            errors: Vec::new(),
            defaults: Vec::new(),
            warnings: Vec::new(),
            reverted: None,
            recalled: None,
            given: None,
            offered_token: None,
            live: None,
            link: None,
            published: None,
            venue: None,
            view: None,
            asked: before.state.asked.clone(),
            unread: Vec::new(),
            conflicts: Map::new(),
            yours: None,
            refused: None,
            before,
            suggestions: Vec::new(),
            note: None,
            taken: Vec::new(),
            rejected: 0,
            unheard: false,
            counsel,
            proposed: Patch::new(),
            noted: Vec::new(),
            noted_doubts: Vec::new(),
        }
    }

    /// From what was sent to what is meant.
    pub(super) async fn read(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        match self.job.body() {
            Body::Text(text) => self.read_words(tx, text).await?,
            Body::Voice(_) => {
                self.intent = Intent::Unclear;
                self.unheard = true;
            }
            Body::Pick(id) => self.read_pick(tx, id).await?,
            Body::Confirm { revision, token } => {
                self.intent = Intent::Affirm;
                self.given = Some((*revision, crate::store::confirmations::seal(token)));
            }
            Body::Decline => self.intent = Intent::Decline,
            Body::Command(command) => self.read_command(*command),
            Body::Language(language) => self.speak(language),
            Body::Form(form) => self.read_form(tx, form).await?,
            Body::Publish { .. } => self.intent = Intent::Publish,
        }
        Ok(())
    }

    pub(super) async fn read_words(&mut self, tx: &mut Tx, text: &str) -> Result<(), StoreError> {
        let context = self.context();
        let understood = understanding::understand(text, &context);
        if let Some(counsel) = self.counsel {
            let resolved = counsel.proposal.resolve(text, &context);
            (self.proposed, self.noted_doubts) = (resolved.patch, resolved.doubts);
        }
        self.session.language = understood.language;
        (self.intent, self.about) = (understood.intent, understood.about);
        (self.patch, self.doubts, self.wish, self.cut) =
            (understood.patch, understood.doubts, understood.wish, understood.cut);
        if let Some(wish) = self.wish {
            self.session.state.wish = Some((wish.from, wish.until));
        }
        if let Some(earlier) = understood.earlier {
            self.recall(tx, earlier).await?;
        }
        let state = &self.before.state;
        match (self.intent, &state.confirming) {
            (Intent::Affirm, Some(confirming)) => self.given = Some((confirming.revision, confirming.seal.clone())),
            (Intent::Pick(index), _) => {
                if let Some(choice) = state.offered.get(index).cloned() {
                    self.take_choice(tx, &choice).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What is known when this message is read.
    fn context(&self) -> Context<'_> {
        let state = &self.before.state;
        let own = || self.job.person.currency.as_deref().and_then(Currency::parse);
        Context {
            now: self.local_now(),
            draft: &state.draft,
            asked: if state.draft.is_empty() && self.view.is_none() { plan::FIRST_QUESTION } else { &self.asked },
            offered: &state.offered,
            confirming: state.confirming.is_some(),
            language: (self.before.version > 0).then_some(self.before.language.as_str()),
            wish: state.wish.map(|(from, until)| Wish { from, until }),
            country: state.draft.country.as_deref().or(self.job.person.country.as_deref()),
            currency: state.draft.currency.or_else(own),
        }
    }

    /// Whether this is talk that a model may have something to say to, and nothing that the rules alone must do.
    pub(super) fn is_talk(&self) -> bool {
        let talk = matches!(self.intent, Intent::Inform | Intent::Unclear | Intent::Suggest);
        talk && self.given.is_none() && self.taken.is_empty() && !self.is_over() && !self.asks_for_all()
    }

    async fn read_pick(&mut self, tx: &mut Tx, id: &str) -> Result<(), StoreError> {
        let Ok(id) = id.parse::<Uuid>() else { return Ok(()) };
        if let Some(choice) = suggestions::get(tx, self.session.id, id).await? {
            self.take_choice(tx, &choice).await?;
        }
        Ok(())
    }

    pub(super) async fn take_choice(&mut self, tx: &mut Tx, choice: &Suggestion) -> Result<(), StoreError> {
        self.intent = Intent::Inform;
        self.taken.push(choice.id);
        self.patch.extend(choice.facts.iter().cloned().map(|fact| (fact, Provenance::Edited)));
        suggestions::accepted(tx, self.session.id, choice.id).await
    }

    fn read_command(&mut self, command: Command) {
        self.intent = match command {
            Command::Start => {
                self.first = self.before.draft().is_empty();
                if self.first { Intent::Greet } else { Intent::Summary }
            }
            Command::Summary => Intent::Summary,
            Command::Undo => Intent::Undo,
            Command::Redo => Intent::Redo,
            Command::Publish => Intent::Publish,
            Command::Help => Intent::Help,
        };
    }

    /// The conversation goes on in this language, where we speak it.
    fn speak(&mut self, language: &str) {
        if understanding::LANGUAGES.contains(&language) {
            language.clone_into(&mut self.session.language);
        }
        self.first = self.before.draft().is_empty();
        self.intent = if self.first { Intent::Greet } else { Intent::WhatIsLeft };
    }

    /// The organizer's own local time: the event's zone, else theirs, else UTC.
    pub(super) fn local_now(&self) -> jiff::civil::DateTime {
        let name = self.before.draft().timezone.as_deref().or(self.job.person.timezone.as_deref());
        let zone = name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        self.now.to_zoned(zone).datetime()
    }

    /// What the clocks make of the hour at which the event starts, by its own zone, else the organizer's.
    pub(super) fn clock(&self) -> Option<ClockTurn> {
        ClockTurn::of(self.session.draft(), self.job.person.timezone.as_deref())
    }

    /// Takes facts into the draft and remembers what changed.
    pub(super) fn apply(&mut self, patch: &Patch) -> Vec<Field> {
        let applied = self.session.state.draft.apply(patch);
        self.errors.extend(applied.errors);
        for field in &applied.changed {
            if !self.changed.contains(field) {
                self.changed.push(*field);
            }
        }
        applied.changed
    }

    /// Finds out what can be suggested for where the conversation is now.
    pub(super) async fn advise(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.note_feedback(tx).await?;
        if self.published.is_some() || self.live.is_some() {
            self.session.state.offered.clear();
            return Ok(());
        }
        let said = match self.job.body() {
            Body::Text(text) => Some(text.as_str()),
            Body::Form(form) => form.text.as_deref(),
            _ => None,
        };
        // A stage of the form that lacks nothing shows what else it could have, whatever is asked for next.
        let draft = &self.session.state.draft;
        let is_whole = self.view.is_some_and(|stage| form::lacking(stage, draft).is_empty());
        let question = Question {
            session: self.session.id,
            stage: self.session.stage,
            draft,
            asked: if is_whole { &[] } else { &self.session.state.asked },
            wish_text: said,
            wish: self.session.state.wish,
            person: &self.job.person,
            now: self.now,
            ids: self.desk.ids.as_ref(),
            language: &self.session.language,
        };
        let advice = advice::suggest(tx, &question).await?;
        (self.suggestions, self.note) = (advice.suggestions, advice.note);
        self.session.state.offered.clone_from(&self.suggestions);
        Ok(())
    }

    /// What this turn reaches, to be counted once it is settled.
    pub(super) fn milestones(&self) -> Milestones {
        let stage = self.session.stage;
        Milestones {
            stage: (stage > self.before.stage || self.before.version == 0).then(|| stage.number()),
            created: self.before.event.is_none() && self.session.event.is_some(),
            published: self.published.is_some(),
            shown: self.suggestions.len(),
            accepted: self.taken.len(),
            rejected: self.rejected,
        }
    }

    /// Writes everything. `None`: another process answered the message meanwhile.
    pub(super) async fn settle(mut self, tx: &mut Tx) -> Result<Option<(Session, Vec<Reply>)>, StoreError> {
        fault::point("settle.begin");
        let words = show::words(&self);
        fault::point("turn.worded");
        let change = self.change();
        if change.is_some() && !self.session.state.taken_back.is_empty() && self.reverted.is_none() {
            let stale = std::mem::take(&mut self.session.state.taken_back);
            revisions::forget(tx, self.session.id, &stale).await?;
        }
        self.session.state.clock = self.clock().map(ClockTurn::shown);
        self.session.state.revision = self.session.revision();
        self.session.state.touch(self.before.draft(), self.session.state.revision);
        let metadata = self.metadata();
        let replies = self.shown(words.clone());
        let outgoing = self.job.addressed.then(|| {
            let kept: Vec<&Reply> = replies.iter().filter(|reply| reply.is_kept()).collect();
            json!(kept)
        });
        let settled = settlement::write(
            tx,
            &Settlement {
                session: &self.session,
                channel: &self.job.channel,
                inbox: self.job.inbox,
                reply_to: self.job.message,
                words: &words,
                metadata: &metadata,
                change: change.as_ref().filter(|_| self.reverted.is_none()),
                suggestions: &self.suggestions,
                outgoing: outgoing.as_ref(),
            },
        )
        .await?;
        let Settled::Version(version) = settled else { return Ok(None) };
        self.session.version = version;
        self.session.interactions += 1;
        Ok(Some((self.session, replies)))
    }

    /// About the answer (R73).
    fn metadata(&self) -> Value {
        let own = self.desk.clock.now().as_millisecond() - self.now.as_millisecond();
        let Some(counsel) = self.counsel else { return json!({"rung": "rules", "latency_ms": own}) };
        let mut metadata = counsel.metadata.clone();
        let model = metadata.get("model_ms").and_then(Value::as_i64).unwrap_or(0);
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert("latency_ms".to_owned(), (own + model).into());
            if !self.noted.is_empty() {
                metadata.insert("noted".to_owned(), json!(self.noted));
            }
        }
        metadata
    }

    /// What is another in the draft than before the turn, field by field.
    fn change(&self) -> Option<Change> {
        let (before, after) = (fields(self.before.draft()), fields(self.session.draft()));
        let differs = |key: &&String| before.get(*key) != after.get(*key);
        let keys: Vec<&String> = before.keys().filter(differs).collect();
        let pick = |side: &Map<String, Value>| {
            keys.iter().filter_map(|key| Some(((*key).clone(), side.get(*key)?.clone()))).collect()
        };
        (!keys.is_empty()).then(|| Change {
            version: self.before.version + 1,
            before: pick(&before),
            after: pick(&after),
        })
    }

    /// Whether the draft is over: its event was published.
    pub(super) fn is_over(&self) -> bool {
        let is_draft = self.before.event.as_ref().is_none_or(|event| event.status == EventStatus::Draft);
        !is_draft || self.before.status == SessionStatus::Completed
    }

    /// Whether a fact of this kind was just stated.
    pub(super) fn states(&self, wanted: fn(&Fact) -> bool) -> bool {
        self.patch.iter().any(|(fact, _)| wanted(fact))
    }

    /// What to ask next, and the stage that belongs to it.
    pub(super) fn ask_next(&mut self) {
        let state = &self.session.state;
        let mut asked = plan::question(&state.draft, &state.skipped);
        if asked.is_empty() && self.job.person.timezone.is_none() {
            asked = plan::zone(&state.draft, &state.skipped);
        }
        self.session.stage = plan::stage_of(&asked);
        self.session.state.asked = asked;
    }
}

fn fields(draft: &Draft) -> Map<String, Value> {
    match serde_json::to_value(draft) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
