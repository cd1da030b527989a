//! What guests read about the event.

use std::ops::Range;

use language::TokenKind;

use super::gathering::{Found, Gathering};
use super::phrase::{capitalised, clean, quoted};
use crate::domain::fact::{Fact, Field};
use crate::understanding::intent;
use crate::understanding::scene::Scene;
use crate::understanding::words::Cue;

/// A bare answer shorter than this is no description.
const ENOUGH_WORDS: usize = 2;

/// "Description: ...", "it's about ...".
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let described = scene.all(Cue::Describe).iter().find(|spot| g.open(spot.start) && opens_text(g, spot)).cloned();
    if let Some(spot) = described {
        let mut start = spot.end;
        while matches!(scene.lower(start), ":" | "is" | "-" | "to" | "as") {
            start += 1;
        }
        let range = quoted(scene, start).unwrap_or(start..paragraph_end(g, start));
        keep(g, spot.start, range);
    } else if let Some(spot) = scene.all(Cue::About).iter().find(|spot| g.open(spot.start)).cloned() {
        let sentence = scene.sentence(spot.start);
        // "It's about" is said to the wizard, "people will learn" to the guests.
        let start = if scene.on(Cue::Topic, spot.end - 1) { spot.end } else { spot.start };
        keep(g, spot.start, start..sentence.end);
    }
}

/// The description was asked for, and the message is one: little of it says anything else about the event.
pub(super) fn answers(g: &Gathering<'_, '_>) -> bool {
    let scene = g.scene;
    let asked = scene.context.asks(Field::Description) && !scene.context.asks(Field::Name);
    let count = scene.tokens().len();
    let all_heard = (0..count).all(|at| g.hears(at));
    let told = [Cue::Describe, Cue::About, Cue::Name].into_iter().any(|cue| !scene.all(cue).is_empty());
    let stated = g.facts().filter(|fact| !matches!(fact, Fact::Type(_) | Fact::PlaceKind(_))).count();
    // "It is for 40 people" tells nothing else, however many small words it takes.
    let cues = [Cue::Stop, Cue::Article, Cue::For, Cue::Put, Cue::People, Cue::Limit];
    let sign = |at: usize| scene.token(at).is_some_and(|token| token.kind != TokenKind::Word);
    let small = |at: &usize| sign(*at) || cues.into_iter().any(|cue| scene.on(cue, *at));
    let tells_nothing_else = (0..count).filter(|at| g.open(*at)).all(|at| small(&at));
    let mostly = stated > 0 && (tells_nothing_else || g.open_words() * 2 <= count);
    let corrects = stated > 0 && !scene.all(Cue::Change).is_empty();
    asked && all_heard && count >= ENOUGH_WORDS && !told && !mostly && !corrects && !intent::is_wish(scene)
}

/// The whole message as the description: a number in it is no fact.
pub(super) fn only(scene: &Scene<'_>) -> Found {
    let mut gathering = Gathering::new(scene);
    keep(&mut gathering, 0, 0..scene.tokens().len());
    gathering.finish()
}

/// "Description" is a heading, or "the description is" comes before the text.
fn opens_text(g: &Gathering<'_, '_>, spot: &Range<usize>) -> bool {
    let scene = g.scene;
    let signed = matches!(scene.lower(spot.end), ":" | "is" | "-") || spot.len() > 1;
    signed && spot.end < scene.tokens().len()
}

/// To the end of the lines that belong together, without what commands the wizard.
fn paragraph_end(g: &Gathering<'_, '_>, start: usize) -> usize {
    let scene = g.scene;
    (start..scene.tokens().len()).find(|at| *at > start && !g.hears(*at)).unwrap_or(scene.tokens().len())
}

fn keep(g: &mut Gathering<'_, '_>, from: usize, words: Range<usize>) {
    let mut text = clean(g.scene.slice(&words));
    // The sentence keeps its closing sign.
    if let Some(sign) =
        g.scene.token(words.end).filter(|token| matches!(token.lower.as_str(), "!" | "." | "。") && token.glued())
    {
        text.push_str(&sign.lower);
    }
    if text.chars().any(char::is_alphabetic) {
        g.take(&(from..words.end));
        g.said(Fact::Description(capitalised(&text)));
    }
}
