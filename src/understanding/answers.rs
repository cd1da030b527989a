//! What the wizard says, rendered from the draft.
//!
//! Promises: the organizer's own sentence is never said back, unless it was spoken and had to be made out; a day always comes with its weekday and full date; whatever was
//! assumed is told; there is at most one question, and it comes last.

pub(super) mod facts;
pub mod live;
mod meanwhile;
mod question;
mod telling;

use super::catalogue::{fill, phrase};
use super::notices::warning;
use super::prose::{choice, clauses, date_words, field_words, list, month_words};
use super::{Doubt, Intent, READ_LIMIT, Reason, Wish};
use crate::domain::fact::Field;
use crate::domain::publishing::Warning;
use crate::domain::suggestion::SuggestionKind;
use crate::domain::values::Provenance;

pub use question::question;
pub use telling::{Recalled, Reverted, Telling};

/// The whole answer.
pub fn answer(telling: &Telling<'_>) -> String {
    let Parts { facts, reaction, closing } = parts(telling);
    join([facts, reaction, closing].into_iter().flatten(), telling.language)
}

/// What an answer is put together from, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// What is another now, what was refused, what may be meant otherwise. Read from the draft alone.
    pub facts: Vec<String>,
    /// What is said to what was wanted besides; a model may say it better.
    pub reaction: Vec<String>,
    /// The next question, or the way to the confirmation.
    pub closing: Vec<String>,
}

/// The answer in its parts.
pub fn parts(telling: &Telling<'_>) -> Parts {
    let mut parts = Parts::default();
    if let Some((name, url)) = telling.published {
        parts.facts.push(fill(telling.language, "published", &[("name", name), ("url", url)]));
        return parts;
    }
    opening(telling, &mut parts.facts);
    changes(telling, &mut parts.facts);
    caveats(telling, &mut parts.facts);
    wanted(telling, &mut parts.reaction);
    suggestions(telling, &mut parts.reaction);
    closing(telling, &mut parts.closing);
    parts
}

/// What is known of these fields, as one sentence; empty when nothing is.
pub fn exactly(telling: &Telling<'_>) -> String {
    let known = facts::changed(telling);
    if known.is_empty() {
        return String::new();
    }
    fill(telling.language, "exactly", &[("facts", &known.join(&phrase(telling.language, "comma")))])
}

/// That everything is there, and what comes next.
pub fn ready(may_publish: bool, language: &str) -> String {
    phrase(language, if may_publish { "ready" } else { "ready_guest" })
}

/// Sentences on one line; what has lines of its own stands apart. The text of the first parts begins that of all.
pub fn join(parts: impl IntoIterator<Item = String>, language: &str) -> String {
    let blank = if language == "zh" { "" } else { " " };
    let mut text = String::new();
    let mut after_lines = false;
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        let lines = part.contains('\n');
        if !text.is_empty() {
            text.push_str(if lines || after_lines { "\n" } else { blank });
        }
        text.push_str(&part);
        after_lines = lines;
    }
    text
}

fn opening(telling: &Telling<'_>, parts: &mut Vec<String>) {
    let say = |key: &str| phrase(telling.language, key);
    if let Some(heard) = telling.heard {
        // A line of its own: whoever spoke sees what was made of it before what follows from it.
        let words = heard.split_whitespace().collect::<Vec<_>>().join(" ");
        parts.push(format!("{}\n", fill(telling.language, "heard", &[("words", &words)])));
    }
    if telling.first || telling.intent == Intent::Greet {
        parts.push(say("greeting"));
        if telling.draft.is_empty() && telling.changed.is_empty() && telling.intent != Intent::Help {
            parts.push(say("opener"));
        }
    }
    if telling.cut {
        parts.push(fill(telling.language, "cut", &[("limit", &READ_LIMIT.to_string())]));
    }
    parts.extend(telling.recalled.map(|recalled| recall(recalled, telling.language)));
    match telling.reverted {
        Some(Reverted::Undone) => parts.push(say("undone")),
        Some(Reverted::Redone) => parts.push(say("redone")),
        Some(Reverted::NothingToUndo) => parts.push(say("nothing_to_undo")),
        Some(Reverted::NothingToRedo) => parts.push(say("nothing_to_redo")),
        None => {}
    }
}

/// From which earlier event this one begins.
fn recall(recalled: &Recalled, language: &str) -> String {
    match recalled {
        Recalled::Found { name, date: Some(date) } => {
            fill(language, "again_from", &[("name", name), ("date", &date_words(*date, language))])
        }
        Recalled::Found { name, date: None } => fill(language, "again_undated", &[("name", name)]),
        Recalled::Unknown { name: Some(name) } => fill(language, "again_unknown", &[("name", name)]),
        Recalled::Unknown { name: None } => phrase(language, "again_none"),
    }
}

/// What is another now, and what was assumed on the way.
fn changes(telling: &Telling<'_>, parts: &mut Vec<String>) {
    let (language, draft) = (telling.language, telling.draft);
    let stated = facts::changed(telling);
    if !stated.is_empty() {
        let key =
            if matches!(telling.reverted, Some(Reverted::Undone | Reverted::Redone)) { "back_to" } else { "got_it" };
        parts.push(fill(language, key, &[("facts", &stated.join(&phrase(language, "comma")))]));
    }
    let inferred_name = draft.provenance.get(&Field::Name) == Some(&Provenance::Inferred);
    // The name of an earlier event is no proposal of ours.
    let proposed = inferred_name && !matches!(telling.recalled, Some(Recalled::Found { .. }));
    if let Some(name) = draft.name.as_deref().filter(|_| proposed && telling.changed.contains(&Field::Name)) {
        parts.push(fill(language, "called", &[("name", name)]));
    }
    let gone: Vec<String> = telling
        .changed
        .iter()
        .filter(|field| !draft.has(**field) && **field != Field::EndDateTime)
        .map(|field| field_words(*field, language))
        .collect();
    if !gone.is_empty() && telling.reverted.is_none() {
        parts.push(fill(language, "removed", &[("fields", &list(&gone, language))]));
    }
    let assumed = facts::defaults(telling);
    if !assumed.is_empty() {
        parts.push(fill(language, "assumed", &[("facts", &clauses(&assumed, language))]));
    }
}

/// As which hour it counts, what was refused, what may be meant otherwise, what is still too vague.
fn caveats(telling: &Telling<'_>, parts: &mut Vec<String>) {
    let language = telling.language;
    parts.extend(telling.clock.map(|turn| warning(Warning::ClocksChange(turn), language)));
    parts.extend(meanwhile::refusals(telling));
    parts.extend(telling.doubts.iter().map(|doubt| doubted(doubt, language)));
    if let Some(wish) = telling.wish {
        parts.push(wished(*wish, language));
    }
}

fn doubted(doubt: &Doubt, language: &str) -> String {
    let others: Vec<String> = doubt.others.iter().map(|other| other.words.clone()).collect();
    let chosen = doubt.chosen.as_deref().unwrap_or_default();
    match doubt.reason {
        Reason::Ambiguous => {
            fill(language, "doubt_ambiguous", &[("chosen", chosen), ("others", &choice(&others, language))])
        }
        Reason::Past => fill(language, "doubt_past", &[("chosen", chosen)]),
        Reason::NoLimit => phrase(language, "doubt_no_limit"),
        Reason::PartOfDay => fill(language, "doubt_part", &[("others", &choice(&others, language))]),
    }
}

fn wished(wish: Wish, language: &str) -> String {
    if wish.from.first_of_month() == wish.from && wish.from.last_of_month() == wish.until {
        return fill(language, "wish_month", &[("month", &month_words(wish.from, language))]);
    }
    fill(
        language,
        "wish_between",
        &[("from", &date_words(wish.from, language)), ("until", &date_words(wish.until, language))],
    )
}

/// What the message wanted besides facts.
fn wanted(telling: &Telling<'_>, parts: &mut Vec<String>) {
    let say = |key: &str| phrase(telling.language, key);
    let quiet =
        telling.changed.is_empty() && telling.doubts.is_empty() && telling.errors.is_empty() && telling.wish.is_none();
    match telling.intent {
        Intent::Help => parts.push(say("help")),
        Intent::WhatIsLeft => parts.extend(left(telling)),
        Intent::Summary => parts.push(summary(telling)),
        Intent::Thanks => parts.push(say("thanks")),
        Intent::Bye => parts.push(say("bye")),
        Intent::Skip => parts.push(say("skipped")),
        Intent::StartOver => parts.push(say("started_over")),
        Intent::Decline if telling.missing.is_empty() => parts.push(say("declined")),
        Intent::Decline | Intent::Affirm => parts.push(say("fine")),
        Intent::Publish if !telling.missing.is_empty() => {
            let fields: Vec<String> =
                telling.missing.iter().map(|field| field_words(*field, telling.language)).collect();
            parts.push(fill(telling.language, "still_needed", &[("fields", &list(&fields, telling.language))]));
        }
        Intent::Unclear if quiet && !telling.first && telling.reverted.is_none() => {
            parts.push(say("unclear"));
            parts.push(say("unclear_hint"));
        }
        _ => {}
    }
}

/// What is missing; that nothing is, unless the closing says so.
fn left(telling: &Telling<'_>) -> Option<String> {
    let language = telling.language;
    let fields: Vec<String> = telling.missing.iter().map(|field| field_words(*field, language)).collect();
    if !fields.is_empty() {
        return Some(fill(language, "left", &[("fields", &list(&fields, language))]));
    }
    let is_ready = telling.asked.is_empty() && !telling.draft.is_empty();
    (!is_ready).then(|| phrase(language, "left_nothing"))
}

fn summary(telling: &Telling<'_>) -> String {
    // The lines themselves are the card that the channel shows.
    phrase(telling.language, if telling.draft.is_empty() { "so_far_nothing" } else { "so_far" })
}

fn suggestions(telling: &Telling<'_>, parts: &mut Vec<String>) {
    let language = telling.language;
    let offered = telling.suggestions;
    let venues = offered.iter().any(|offer| offer.kind == SuggestionKind::Venue);
    if telling.intent == Intent::Suggest && !venues && telling.asked.first() == Some(&Field::Place) {
        parts.push(phrase(language, "no_venues"));
    } else if telling.intent == Intent::Suggest && offered.is_empty() {
        parts.push(phrase(language, "no_ideas"));
    }
    // What is offered is shown by the channel, numbered or as buttons; saying it too would say it twice.
    if telling.intent == Intent::Suggest && !offered.is_empty() {
        parts.push(phrase(language, "ideas"));
    }
}

/// The next question, or the way to the confirmation.
fn closing(telling: &Telling<'_>, parts: &mut Vec<String>) {
    let leaving = matches!(telling.intent, Intent::Bye | Intent::Decline) && telling.missing.is_empty();
    if !telling.asked.is_empty() {
        // The opener asks for everything already.
        let opened = (telling.first || telling.intent == Intent::Greet)
            && telling.draft.is_empty()
            && telling.changed.is_empty();
        if !opened && telling.intent != Intent::Bye {
            parts.push(question(telling.asked, telling.draft, telling.language));
        }
    } else if telling.missing.is_empty() && !telling.draft.is_empty() && !leaving {
        if !telling.warnings.is_empty() {
            let blank = if telling.language == "zh" { "" } else { " " };
            let words: Vec<String> = telling.warnings.iter().map(|kind| warning(*kind, telling.language)).collect();
            parts.push(fill(telling.language, "before_yes", &[("warnings", &words.join(blank))]));
        }
        parts.push(ready(!telling.guest, telling.language));
    }
}

#[cfg(test)]
mod tests;
