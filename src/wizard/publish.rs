//! Publishing: on the organizer's answer to a question, or on their own call from a form (ruling C-62). Both take one way.

use port::Reply;
use serde_json::{Value, json};

use super::work::Work;
use super::{fault, show};
use crate::advice;
use crate::domain::draft::Draft;
use crate::domain::error::{FieldError, Problem};
use crate::domain::event_draft;
use crate::domain::fact::Field;
use crate::domain::publishing::{self, CONFIRMATION_LIFE_S};
use crate::domain::session::{Act, Confirming};
use crate::domain::stage::Stage;
use crate::domain::values::SessionStatus;
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::{confirmations, events};
use crate::understanding::{Intent, notices};

impl Work<'_> {
    /// Asks for the organizer's word, bound to exactly this revision, when everything is there.
    pub(super) async fn offer_confirmation(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.session.state.confirming = None;
        let draft = self.session.draft();
        let complete = self.session.state.asked.is_empty() && publishing::missing(draft).is_empty();
        let seats = self.venue.as_ref().and_then(|venue| venue.seats);
        if complete {
            self.warnings = publishing::warnings(draft, self.now, seats);
            self.link = self.free_link(tx).await?;
        }
        if !complete || self.intent == Intent::Decline || !self.job.person.role.may_publish() {
            return Ok(());
        }
        self.ask_for_yes(tx, Act::Publish).await
    }

    /// Asks for a yes to exactly this, at this revision.
    pub(super) async fn ask_for_yes(&mut self, tx: &mut Tx, act: Act) -> Result<(), StoreError> {
        let (token, revision) = (self.desk.ids.token(), self.session.revision());
        let seal = confirmations::seal(&token);
        fault::point("settle.confirmation");
        let life_s = i32::try_from(CONFIRMATION_LIFE_S).unwrap_or(i32::MAX);
        confirmations::offer(tx, self.session.id, revision, &seal, life_s).await?;
        self.session.state.confirming = Some(Confirming { revision, seal, act, shown: None });
        self.offered_token = Some(token);
        Ok(())
    }

    /// Everything that is shown. A question is kept as it is: whoever comes back sees it again.
    pub(super) fn shown(&mut self, words: String) -> Vec<Reply> {
        let replies = show::replies(self, words);
        let asked = replies.iter().find_map(|reply| match reply {
            Reply::Confirm(asked) => serde_json::to_value(asked).ok(),
            _ => None,
        });
        if let (Some(confirming), Some(asked)) = (&mut self.session.state.confirming, asked) {
            confirming.shown = Some(asked);
        }
        replies
    }

    /// Publishes exactly what was confirmed; whatever does not fit shows the draft again and asks anew.
    pub(super) async fn publish_confirmed(
        &mut self,
        tx: &mut Tx,
        revision: i64,
        seal: &Vec<u8>,
    ) -> Result<(), StoreError> {
        let stored = self.before.event.as_ref().map(|event| event.revision);
        let fits = stored == Some(revision) && self.job.person.role.may_publish();
        if !fits || !confirmations::redeem(tx, self.session.id, revision, seal).await? {
            return self.ask_again(tx).await;
        }
        self.publish(tx).await
    }

    /// Publishes on a signed-in organizer's own call: what is stored, or exactly the revision that was on their screen.
    pub(super) async fn publish_on_call(&mut self, tx: &mut Tx, shown: Option<i64>) -> Result<(), StoreError> {
        self.view = Some(Stage::Publish);
        self.intent = Intent::Publish;
        let stored = self.before.revision();
        let refusal = if !self.job.person.role.may_publish() {
            Some(refusal("FORBIDDEN", "Please sign in as an organizer to publish. Your draft is kept."))
        } else if shown.is_some_and(|shown| shown != stored) {
            let words = "The draft was changed since you looked. Please check it once more.";
            Some(json!({"code": "CONFLICT", "message": words, "yours": shown, "current": stored}))
        } else {
            None
        };
        if refusal.is_none() {
            let assumed = publishing::defaults_at_publishing(self.session.draft(), &self.job.person);
            self.assume(&assumed);
        }
        let missing = publishing::missing(self.session.draft());
        self.refused = refusal.or_else(|| (!missing.is_empty()).then(|| incomplete(&missing, &self.session.language)));
        self.settle_place(tx).await?;
        self.write_event(tx).await?;
        if self.refused.is_none() {
            return self.publish(tx).await;
        }
        self.look_from(Stage::Publish);
        Ok(())
    }

    /// The common end of both ways.
    async fn publish(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let Some(event) = self.session.event.clone() else { return Err(StoreError::Conflict) };
        fault::point("settle.publish");
        let link = self.free_link(tx).await?;
        let (head, slug) = events::publish(tx, event.id, self.session.id, event.revision, link.as_deref()).await?;
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

    /// The link that publishing takes, where none was chosen: the plain one of the name, or the next that no other event has.
    async fn free_link(&self, tx: &mut Tx) -> Result<Option<String>, StoreError> {
        match self.session.draft() {
            Draft { slug: None, name: Some(name), .. } => {
                events::free_link(tx, &publishing::slug_for(name)).await.map(Some)
            }
            _ => Ok(None),
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
}

fn refusal(code: &str, message: &str) -> Value {
    json!({"code": code, "message": message})
}

fn incomplete(missing: &[Field], language: &str) -> Value {
    let demand = |field: &Field| (event_draft::name(*field).to_owned(), notices::demand(*field, language).into());
    let fields = missing.iter().map(demand);
    json!({
        "code": "INVALID_INPUT",
        "message": notices::incomplete(language),
        "fields": Value::Object(fields.collect()),
        "missing": missing.iter().map(|field| event_draft::name(*field)).collect::<Vec<_>>(),
    })
}
