//! Whether somebody asks to be shown venues: "show me venues in Toronto", "quelles salles à Lyon ?", "多伦多有哪些场地".
//!
//! Promises: only a short sentence counts of which no word is left over; "which places are missing?" asks for something else.

use std::ops::Range;

use language::TokenKind;

use super::scene::Scene;
use super::words::Cue;

/// A sentence that asks to be shown something has no more words.
const LONGEST: usize = 24;
/// Between "show me" and "venues" stand no more words, and no comma.
const APART: usize = 8;

/// Whether one of the sentences does.
pub(super) fn for_venues(scene: &Scene<'_>) -> bool {
    scene.sentences().iter().any(|sentence| asks(scene, sentence))
}

/// Whether this sentence does.
pub(super) fn asks(scene: &Scene<'_>, sentence: &Range<usize>) -> bool {
    if sentence.len() > LONGEST {
        return false;
    }
    let Some(look) = scene.within(Cue::Look, sentence).next() else { return false };
    let Some(venues) = scene.within(Cue::Venues, &(look.end..sentence.end)).next() else { return false };
    let told = told(scene, sentence);
    let all = |mut range: Range<usize>| range.all(|at| told.get(at - sentence.start).copied().unwrap_or(false));
    let near = venues.start <= look.end + APART && scene.clause(look.start).contains(&venues.start);
    near && all(sentence.start..look.start) && all(venues.end..sentence.end)
}

/// For each word of a sentence, whether it may stand beside such a wish: a small word, a place, a number, what a venue must have.
fn told(scene: &Scene<'_>, sentence: &Range<usize>) -> Vec<bool> {
    let tokens = scene.tokens().get(sentence.clone()).unwrap_or(&[]);
    let reading = &scene.reading;
    let cues = [
        Cue::Article,
        Cue::At,
        Cue::Audience,
        Cue::For,
        Cue::In,
        Cue::Joint,
        Cue::Limit,
        Cue::Need,
        Cue::People,
        Cue::Plain,
        Cue::Stop,
        Cue::Venues,
    ];
    let small = |at: usize| {
        scene.token(at).is_some_and(|token| token.kind == TokenKind::Symbol)
            || cues.into_iter().any(|cue| scene.on(cue, at))
            || scene.covering(&reading.places, at).is_some()
            || scene.covering(&reading.numbers, at).is_some()
            || scene.covering(&reading.times, at).is_some()
            || scene.covering(&reading.money, at).is_some()
            || scene.on_kind(at)
    };
    let mut told: Vec<bool> = sentence.clone().map(small).collect();
    let wishes = scene.words.intents.find(tokens).into_iter().map(|found| found.tokens);
    let amenities = scene.words.amenities.find(tokens).into_iter().map(|found| found.tokens);
    for range in wishes.chain(amenities) {
        told.iter_mut().take(range.end).skip(range.start).for_each(|told| *told = true);
    }
    told
}
