//! A wizard session: one organizer's conversation about one event, as it is remembered between turns.
//!
//! The session's actor is the only writer; `version` is its fence (table `wizard_sessions`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::draft::Draft;
use super::event_draft;
use super::fact::{Field, Patch};
use super::stage::Stage;
use super::suggestion::Suggestion;
use super::values::{EventStatus, Provenance, SessionStatus};

/// A session as the actor holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// The event's row, once the first fact was said.
    pub event: Option<EventHead>,
    /// Where the conversation is.
    pub stage: Stage,
    /// Whether it goes on.
    pub status: SessionStatus,
    /// How often it was settled; a write from another number is refused.
    pub version: i64,
    /// ISO 639-1 code of the conversation's language.
    pub language: String,
    /// When it began.
    pub started_at: Timestamp,
    /// What is known, and what was said last.
    pub state: State,
    /// Turns answered so far.
    pub interactions: i32,
}

/// What identifies the event's row.
#[derive(Debug, Clone, PartialEq)]
pub struct EventHead {
    /// Its id.
    pub id: Uuid,
    /// Counts the changes of its draft fields, by whatever way they came.
    pub revision: i64,
    /// Draft, published or cancelled.
    pub status: EventStatus,
    /// The link it was published under.
    pub slug: Option<String>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

/// What is remembered between turns beside the row's columns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    /// What is known of the event.
    pub draft: Draft,
    /// What the wizard asked for last, so that a bare answer is understood.
    pub asked: Vec<Field>,
    /// What the organizer left to the wizard or to later.
    pub skipped: Vec<Field>,
    /// First and last day of a stretch that was wished for before any day was said: "sometime in February".
    pub wish: Option<(jiff::civil::Date, jiff::civil::Date)>,
    /// What was offered last, so that "the second one" is understood.
    pub offered: Vec<Suggestion>,
    /// The confirmation that the organizer was shown last, while nothing else happened.
    pub confirming: Option<Confirming>,
    /// Changes that were taken back and may be done again, by version, oldest first.
    pub taken_back: Vec<i64>,
    /// The event's revision when this was written: another one means that somebody else changed the row.
    pub revision: i64,
    /// The revision at which each field changed last, so that a form shown before is noticed.
    pub touched: BTreeMap<Field, i64>,
    /// That the clocks skip the event's hour, or show it twice, as screens show it: for those that read the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<Value>,
}

impl State {
    /// Notes that the draft was another before, up to this revision of its event.
    pub fn touch(&mut self, before: &Draft, revision: i64) {
        let differs = |field: &Field| event_draft::value(*field, before) != event_draft::value(*field, &self.draft);
        let changed: Vec<Field> = Field::ALL.iter().copied().filter(differs).collect();
        self.touched.extend(changed.into_iter().map(|field| (field, revision)));
    }

    /// Whether somebody changed this field after that revision was shown. What we assumed or made up is nobody's word: it gives
    /// way.
    pub fn changed_since(&self, field: Field, revision: i64) -> bool {
        let ours = self.draft.provenance.get(&field) == Some(&Provenance::Default);
        !ours && self.touched.get(&field).is_some_and(|changed| *changed > revision)
    }
}

/// A confirmation that was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Confirming {
    /// The revision that was shown.
    pub revision: i64,
    /// The hash of its token, so that a plain "yes" is as good as the button.
    pub seal: Vec<u8>,
    /// What a yes does.
    #[serde(default)]
    pub act: Act,
    /// The question as channels showed it, to be shown again. Its token is worth nothing to anybody but the session's owner, whose
    /// plain "yes" does the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Value>,
}

/// What a yes does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Act {
    /// The draft goes public.
    #[default]
    Publish,
    /// The published event becomes another.
    Change(Patch),
    /// The published event is called off.
    CallOff,
    /// These dates of its series go public, each at the revision that was shown.
    PublishAll(Vec<(Uuid, i64)>),
    /// An order of the published event ends, and what is left of its money goes back; or some of its tickets do.
    Refund {
        /// The order.
        order: Uuid,
        /// What was left of its money when it was shown, in minor units.
        left_cents: i64,
        /// The tickets that go back; empty: all that there are.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tickets: Vec<Uuid>,
    },
}

impl Session {
    /// A session that begins now.
    pub fn begin(id: Uuid, owner: Uuid, language: &str, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            event: None,
            stage: Stage::Basics,
            status: SessionStatus::InProgress,
            version: 0,
            language: language.to_owned(),
            started_at: now,
            state: State::default(),
            interactions: 0,
        }
    }

    /// The draft as it stands.
    pub fn draft(&self) -> &Draft {
        &self.state.draft
    }

    /// The revision of the draft; 0 while there is no row.
    pub fn revision(&self) -> i64 {
        self.event.as_ref().map_or(0, |event| event.revision)
    }

    /// The event is published.
    pub fn is_published(&self) -> bool {
        self.event.as_ref().is_some_and(|event| event.status == EventStatus::Published)
    }
}
