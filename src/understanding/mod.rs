//! From an organizer's words to facts and an intent, and from facts to words: by rules, and beside them by a language model.
//!
//! Promises: [`understand`] never fails and never acts; what it is not sure of it leaves open or names as a [`Doubt`]; what
//! [`answers`] and [`card`] say is read from the draft, never from the sentence of the organizer. Every phrase stands in a
//! data file, one per language: a new language is a new pair of files in `data` and a line in `words.rs`. A model joins in by
//! [`prompt`] (what it is shown), [`ladder`] (who is asked, how long), [`guard`] (what of its words is shown) and [`proposal`]
//! (what of its calls counts); it has no way to act, and where none answers the rules' answer is whole.

pub mod answers;
pub mod card;
mod catalogue;
pub mod dialogue;
mod facts;
pub mod guard;
mod intent;
pub mod ladder;
mod looking;
pub mod model;
pub mod notices;
pub mod openai;
pub mod prompt;
pub mod proposal;
mod prose;
pub mod report;
mod scene;
pub mod selling;
pub mod series;
mod spans;
mod words;

#[cfg(test)]
mod tests;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::domain::draft::Draft;
use crate::domain::fact::{Fact, Field, Patch};
use crate::domain::money::Currency;
use crate::domain::stage::Stage;
use crate::domain::suggestion::Suggestion;
use crate::domain::values::Provenance;

pub use intent::Intent;

/// The languages that the wizard speaks (ISO 639-1).
pub const LANGUAGES: [&str; 4] = ["en", "fr", "es", "zh"];

/// How much of a message is read, in characters.
pub const READ_LIMIT: usize = 20_000;

/// What is known when a message arrives.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The organizer's local time.
    pub now: DateTime,
    /// What is known of the event.
    pub draft: &'a Draft,
    /// What was asked last.
    pub asked: &'a [Field],
    /// What was offered last.
    pub offered: &'a [Suggestion],
    /// Whether the last look was shown, and a yes would publish.
    pub confirming: bool,
    /// The conversation's language so far (ISO 639-1).
    pub language: Option<&'a str>,
    /// The month, week or weekend that was wished for before any day was said.
    pub wish: Option<Wish>,
    /// The organizer's country (ISO 3166 alpha-2).
    pub country: Option<&'a str>,
    /// The organizer's currency.
    pub currency: Option<Currency>,
}

impl<'a> Context<'a> {
    /// The first message about this draft: nothing was asked, nothing is known of the organizer.
    pub fn opening(now: DateTime, draft: &'a Draft) -> Self {
        Self {
            now,
            draft,
            asked: &[],
            offered: &[],
            confirming: false,
            language: None,
            wish: None,
            country: None,
            currency: None,
        }
    }

    /// Whether this field was asked for.
    pub(crate) fn asks(&self, field: Field) -> bool {
        self.asked.contains(&field)
    }
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// The language of the message (ISO 639-1), or the conversation's where the message is too short to tell.
    pub language: String,
    /// What the organizer wants.
    pub intent: Intent,
    /// Of which stage suggestions are asked for, where that is said.
    pub about: Option<Stage>,
    /// What it states, in the order in which it applies.
    pub patch: Patch,
    /// What can be meant in another way.
    pub doubts: Vec<Doubt>,
    /// What was wished for without being exact enough to be a fact.
    pub wish: Option<Wish>,
    /// The earlier event that this one begins as.
    pub earlier: Option<Earlier>,
    /// The message was longer than what is read.
    pub cut: bool,
}

/// Something that can be meant in another way, or that a draft cannot hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubt {
    /// The field it is about.
    pub field: Field,
    /// Why it is in doubt.
    pub reason: Reason,
    /// What was taken, in words; absent when nothing was.
    pub chosen: Option<String>,
    /// What else it may mean.
    pub others: Vec<Other>,
}

/// Why something is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The words have two readings.
    Ambiguous,
    /// The day lies behind us.
    Past,
    /// "No limit": an event needs a number.
    NoLimit,
    /// "After work": an hour near it is asked for.
    PartOfDay,
}

/// Another reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    /// In words, with weekday and full date where it is a day.
    pub words: String,
    /// What becomes known when it is picked.
    pub facts: Vec<Fact>,
}

/// An event of the organizer's that was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// As they name it; without a name their last one.
    pub name: Option<String>,
}

/// A time that was wished for without a day: "maybe in February", "some evening".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// First day of the stretch.
    pub from: jiff::civil::Date,
    /// Last day of the stretch.
    pub until: jiff::civil::Date,
}

/// Reads one message.
pub fn understand(text: &str, context: &Context<'_>) -> Understood {
    let (text, cut) = head(text);
    let scene = scene::Scene::new(text, context);
    let mut found = facts::gather(&scene);
    let intent = intent::of(&scene, &found);
    if matches!(intent, Intent::Pick(_)) {
        found = facts::Found::default();
    }
    Understood {
        language: scene.language().code().to_owned(),
        about: if intent == Intent::Suggest { intent::about(&scene) } else { None },
        intent,
        patch: found.patch,
        doubts: found.doubts,
        wish: found.wish,
        earlier: found.earlier,
        cut,
    }
}

/// What the name of a city tells where no sentence stands around it: its country and its clock, worked out; of several cities the
/// largest one's. Nothing for words that are not the name of a city that we know, or say more than it.
pub fn city(name: &str) -> Patch {
    const BEFORE: &str = "in ";
    let said = format!("{BEFORE}{}", name.trim());
    let now = jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0);
    let places = language::read(&said, &language::Reference::from(now)).places;
    let whole = places.into_iter().find(|place| place.span.start == BEFORE.len() && place.span.end == said.len());
    let facts = whole.map(|place| [Fact::Country(place.country), Fact::Timezone(place.timezone)]);
    facts.into_iter().flatten().map(|fact| (fact, Provenance::Inferred)).collect()
}

/// What venues call this amenity: "wifi" for "Wi-Fi".
pub fn amenity(words: &str) -> Option<String> {
    let tokens = language::tokens(words);
    words::all_words().find_map(|known| {
        let found = known.amenities.find(&tokens);
        found.into_iter().find(|found| found.tokens == (0..tokens.len())).map(|found| found.tag)
    })
}

/// The part of a text that is read, and whether it is not all of it.
fn head(text: &str) -> (&str, bool) {
    match text.char_indices().nth(READ_LIMIT) {
        Some((end, _)) => (text.get(..end).unwrap_or(text), true),
        None => (text, false),
    }
}
