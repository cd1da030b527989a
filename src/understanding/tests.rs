//! What the room promises, theme by theme in small tables, and over the shared cases where they are present.

mod again;
mod bare_answers;
pub(in crate::understanding) mod corpora;
mod corrections;
mod intents;
mod naming;
mod people;
mod places;
mod prices;
mod reports;
mod rules;
mod times;

use jiff::civil::DateTime;

use super::{Context, Understood, understand};
use crate::domain::draft::Draft;
use crate::domain::fact::{Fact, Field, Patch};
use crate::domain::values::Provenance;

/// A Monday.
pub(super) fn now() -> DateTime {
    jiff::civil::date(2026, 11, 23).at(10, 0, 0, 0)
}

/// Reads a first message.
pub(super) fn opening(text: &str) -> Understood {
    let draft = Draft::default();
    understand(text, &Context::opening(now(), &draft))
}

/// Reads the answer to a question.
pub(super) fn answer(asked: &[Field], text: &str) -> Understood {
    answer_about(&Draft::default(), asked, text)
}

/// Reads a message about this draft, in an English conversation.
pub(super) fn answer_about(draft: &Draft, asked: &[Field], text: &str) -> Understood {
    let context = Context { asked, language: Some("en"), ..Context::opening(now(), draft) };
    understand(text, &context)
}

/// A draft in which these facts were said.
pub(super) fn drafted(facts: impl IntoIterator<Item = Fact>) -> Draft {
    let patch: Patch = facts.into_iter().map(|fact| (fact, Provenance::Said)).collect();
    let mut draft = Draft::default();
    let applied = draft.apply(&patch);
    assert!(applied.errors.is_empty(), "{:?}", applied.errors);
    draft
}

/// What is stated, without what is worked out.
pub(super) fn said(understood: &Understood) -> Vec<&Fact> {
    understood.patch.iter().filter(|(_, source)| *source == Provenance::Said).map(|(fact, _)| fact).collect()
}

/// The first fact that this picks.
pub(super) fn pick<T>(understood: &Understood, pick: impl Fn(&Fact) -> Option<T>) -> Option<T> {
    understood.patch.iter().find_map(|(fact, _)| pick(fact))
}
