//! What the organizer wants of the wizard.
//!
//! Promises: a yes counts only when the message says nothing else; a number picks an offer only when offers were made and no
//! number was asked for; an intent never acts by itself.

use std::collections::BTreeSet;

use language::{Match, Token, TokenKind};

use super::facts::Found;
use super::looking;
use super::scene::Scene;
use super::words::{Cue, Want, Words, all_words};
use crate::domain::fact::Field;
use crate::domain::stage::Stage;

/// What a message wants. Facts may come with any of them; [`Intent::Affirm`] and [`Intent::Decline`] stand alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// It states facts.
    Inform,
    /// "Yes", and nothing else.
    Affirm,
    /// "No", and nothing else.
    Decline,
    /// "Later", "not sure", and "you choose" where nothing is offered: what was asked and is not answered is left open.
    Skip,
    /// To the stage before.
    Back,
    /// To the stage after.
    Next,
    /// To this stage.
    GoTo(Stage),
    /// What is there so far.
    Summary,
    /// What is missing.
    WhatIsLeft,
    /// Takes the last change back.
    Undo,
    /// Takes the undoing back.
    Redo,
    /// How this works.
    Help,
    /// To publish: shows the last look; never publishes by itself.
    Publish,
    /// To call a published event off: asks; never does it by itself.
    CallOff,
    /// "Any ideas?"
    Suggest,
    /// The offer with this index, counted from 0.
    Pick(usize),
    /// A new event from nothing.
    StartOver,
    /// "Hello".
    Greet,
    /// "Thank you".
    Thanks,
    /// "See you".
    Bye,
    /// None of these.
    Unclear,
}

impl Intent {
    /// The written form of `eventos understand`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inform => "inform",
            Self::Affirm => "affirm",
            Self::Decline => "decline",
            Self::Skip => "skip",
            Self::Back => "back",
            Self::Next => "next",
            Self::GoTo(_) => "go_to",
            Self::Summary => "summary",
            Self::WhatIsLeft => "what_is_left",
            Self::Undo => "undo",
            Self::Redo => "redo",
            Self::Help => "help",
            Self::Publish => "publish",
            Self::CallOff => "call_off",
            Self::Suggest => "suggest",
            Self::Pick(_) => "pick",
            Self::StartOver => "start_over",
            Self::Greet => "greet",
            Self::Thanks => "thanks",
            Self::Bye => "bye",
            Self::Unclear => "unclear",
        }
    }
}

/// The intent of a message whose facts are known.
pub(super) fn of(scene: &Scene<'_>, found: &Found) -> Intent {
    let informs =
        !found.patch.is_empty() || !found.doubts.is_empty() || found.wish.is_some() || found.earlier.is_some();
    // "The second one" could be a day of the month, too: where it is all that is said, and offers stand, it picks.
    if let Some((pick, whole)) = pick(scene)
        && (whole || !informs)
    {
        return pick;
    }
    let mut wants = wants(scene, found);
    // "Whatever you suggest": the first offer, where there is one.
    if !informs && wants.contains(&Want::Choose) && !scene.context.offered.is_empty() {
        return Intent::Pick(0);
    }
    if !informs && found.used.contains(&true) {
        // "No parking" where none was planned, "doors at six": understood, but nothing changes, and no answer to a question.
        wants.retain(|want| !matches!(want, Want::Affirm | Want::Decline));
        if wants.is_empty() {
            return Intent::Inform;
        }
    }
    if scene.text.trim_end().ends_with(['?', '？']) {
        wants.remove(&Want::Affirm);
    }
    if informs {
        // Facts change what a yes would confirm, so the yes does not count.
        let beside = [Want::Publish, Want::Suggest, Want::Summary, Want::WhatIsLeft, Want::Skip, Want::Choose];
        return beside.into_iter().find(|want| wants.contains(want)).map_or(Intent::Inform, plain);
    }
    let goes = wants.contains(&Want::GoTo) || wants.contains(&Want::Back);
    if let Some(stage) = stage(scene).filter(|_| goes) {
        return Intent::GoTo(stage);
    }
    ORDER.iter().find(|want| wants.contains(want)).map_or(Intent::Unclear, |want| plain(*want))
}

/// Of which stage suggestions are asked for: "show me venues", "ideas for the price".
pub(super) fn about(scene: &Scene<'_>) -> Option<Stage> {
    if looking::for_venues(scene) { Some(Stage::Venue) } else { stage(scene) }
}

/// Whether the message is a wish to the wizard rather than an answer in free words.
pub(super) fn is_wish(scene: &Scene<'_>) -> bool {
    let nothing = Found { used: vec![false; scene.tokens().len()], ..Found::default() };
    !wants(scene, &nothing).is_empty() || pick(scene).is_some()
}

/// The more telling first: "no, start over" starts over, "thanks, publish it" publishes.
const ORDER: &[Want] = &[
    Want::CallOff,
    Want::StartOver,
    Want::Redo,
    Want::Undo,
    Want::Publish,
    Want::WhatIsLeft,
    Want::Summary,
    Want::Suggest,
    Want::Help,
    Want::Skip,
    Want::Choose,
    Want::Back,
    Want::Next,
    Want::Decline,
    Want::Affirm,
    Want::Bye,
    Want::Thanks,
    Want::Greet,
];

fn plain(want: Want) -> Intent {
    match want {
        Want::Affirm => Intent::Affirm,
        Want::Decline => Intent::Decline,
        Want::Skip | Want::Choose => Intent::Skip,
        Want::Back => Intent::Back,
        Want::Next => Intent::Next,
        Want::Summary => Intent::Summary,
        Want::WhatIsLeft => Intent::WhatIsLeft,
        Want::Undo => Intent::Undo,
        Want::Redo => Intent::Redo,
        Want::Help => Intent::Help,
        Want::Publish => Intent::Publish,
        Want::CallOff => Intent::CallOff,
        Want::Suggest => Intent::Suggest,
        Want::StartOver => Intent::StartOver,
        Want::Greet => Intent::Greet,
        Want::Thanks => Intent::Thanks,
        Want::Bye => Intent::Bye,
        Want::GoTo | Want::Filler => Intent::Unclear,
    }
}

/// A longer message is read in its own language only.
const SHORT_WORDS: usize = 10;

/// What the message wants, when nearly all of its words say so. The conversation's language is asked first, then the others:
/// a "oui" in an English talk is a yes.
fn wants(scene: &Scene<'_>, found: &Found) -> BTreeSet<Want> {
    let mut own = wants_in(scene, found, scene.words);
    if looking::for_venues(scene) {
        own.insert(Want::Suggest);
    }
    if !own.is_empty() || scene.tokens().len() > SHORT_WORDS {
        return own;
    }
    all_words().map(|words| wants_in(scene, found, words)).find(|wants| !wants.is_empty()).unwrap_or_default()
}

fn wants_in(scene: &Scene<'_>, found: &Found, words: &Words) -> BTreeSet<Want> {
    let tokens = scene.tokens();
    let mut matches = words.intents.find(tokens);
    // "Pass" in "day pass" is no wish.
    matches.retain(|wish| !wish.tokens.clone().all(|at| found.used.get(at).copied().unwrap_or(false)));
    let refused: BTreeSet<usize> = matches.windows(2).filter_map(|pair| negated(scene, pair)).collect();
    let mut told = found.used.clone();
    told.resize(tokens.len(), false);
    for wish in &matches {
        told.iter_mut().take(wish.tokens.end).skip(wish.tokens.start).for_each(|told| *told = true);
    }
    // "At" before a place that was taken is no word of its own.
    let little =
        |at: usize| !found.patch.is_empty() && [Cue::Stop, Cue::At, Cue::For].into_iter().any(|cue| scene.on(cue, at));
    let open = |(at, token): &(usize, &Token)| {
        token.kind != TokenKind::Symbol && !told.get(*at).copied().unwrap_or(false) && !little(*at)
    };
    let stage = |token: &Token| !words.stages.find(std::slice::from_ref(token)).is_empty();
    let left = tokens.iter().enumerate().filter(open).filter(|(_, token)| !stage(token)).count();
    let all: BTreeSet<Want> = matches
        .iter()
        .filter(|found| found.tag != Want::Filler && !refused.contains(&found.tokens.start))
        .map(|found| found.tag)
        .collect();
    let strict: BTreeSet<Want> =
        all.iter().copied().filter(|want| !matches!(want, Want::Affirm | Want::Decline)).collect();
    let solid = matches.iter().filter(|found| found.tag != Want::Filler).map(|found| found.tokens.len()).sum::<usize>();
    match left {
        0 if refused.is_empty() => all,
        // A yes or a no beside a word that is not understood is neither.
        _ if left <= 2.max(solid) && left <= 4 => {
            if refused.is_empty() {
                strict
            } else {
                [Want::Decline].into()
            }
        }
        _ => BTreeSet::new(),
    }
}

/// "Don't publish": the wish after a no is no wish.
fn negated(scene: &Scene<'_>, pair: &[Match<Want>]) -> Option<usize> {
    let [first, second] = pair else { return None };
    let before = scene.ending(Cue::Not, second.tokens.start).is_some();
    let refuses = first.tag == Want::Decline
        && first.tokens.end == second.tokens.start
        && matches!(scene.lower(first.tokens.start), "don" | "do" | "not" | "don't");
    (matches!(second.tag, Want::Publish | Want::CallOff) && (before || refuses)).then_some(second.tokens.start)
}

fn stage(scene: &Scene<'_>) -> Option<Stage> {
    let found = scene.words.stages.find(scene.tokens());
    found.last().and_then(|found| Stage::from_number(found.tag))
}

/// "The second one", "2", or the name of an offer; and whether that is all that is said.
fn pick(scene: &Scene<'_>) -> Option<(Intent, bool)> {
    let offered = scene.context.offered;
    if offered.is_empty() {
        return None;
    }
    let folded = |text: &str| deunicode::deunicode(text).to_lowercase().trim().trim_end_matches(['.', '!']).to_owned();
    let said = folded(scene.text);
    if let Some(at) = offered.iter().position(|offer| folded(&offer.label) == said) {
        return Some((Intent::Pick(at), true));
    }
    let found = scene.words.picks.find(scene.tokens());
    if let [only] = found.as_slice() {
        let rest = scene.tokens().iter().enumerate().filter(|(at, token)| {
            let filler = scene
                .words
                .intents
                .find(std::slice::from_ref(*token))
                .iter()
                .any(|found| matches!(found.tag, Want::Filler | Want::Affirm | Want::Choose));
            token.kind != TokenKind::Symbol && !only.tokens.contains(at) && !filler
        });
        let rest = rest.count();
        return (rest <= 1 && only.tag < offered.len()).then_some((Intent::Pick(only.tag), rest == 0));
    }
    let counted = [
        Field::Capacity,
        Field::PriceCents,
        Field::TicketTiers,
        Field::MaxPerOrder,
        Field::TaxRate,
        Field::Duration,
        Field::DateTime,
    ];
    if counted.iter().any(|field| scene.context.asks(*field)) {
        return None;
    }
    let number: usize = said.trim_start_matches('#').trim().parse().ok()?;
    number.checked_sub(1).filter(|at| *at < offered.len()).map(|at| (Intent::Pick(at), false))
}
