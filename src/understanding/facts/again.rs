//! "Same as last time but in May", "clone the Spring Gala": which earlier event this one begins as.
//!
//! Promises: nothing of that event is stated here, only which one is meant; the words for it mean nothing to the other themes, so
//! that "last year" is no date; "clone" alone, or "the same as usual", names no event.

use std::ops::Range;

use super::gathering::Gathering;
use super::phrase::{Phrase, clean, phrase};
use crate::understanding::Earlier;
use crate::understanding::facts::gate;
use crate::understanding::words::Cue;

/// Words before a name that are no part of it, and those after which no event of one's own is named.
const SMALL: [&str; 9] = ["my", "our", "mon", "notre", "mi", "nuestro", "l", "'", "’"];
const NAMELESS: [&str; 10] =
    ["any", "every", "each", "all", "usual", "always", "toujours", "tout", "siempre", "cualquier"];

/// Which earlier event is meant.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    if let Some(cue) = scene.all(Cue::Again).iter().find(|cue| g.all_open(cue)).cloned() {
        g.take(&cue);
        g.earlier(Earlier { name: None });
        return;
    }
    let led = scene.all(Cue::AgainOf).iter().find_map(|cue| Some((cue.clone(), named(g, cue)?)));
    if let Some((cue, name)) = led {
        g.take(&(cue.start..name.end));
        g.earlier(Earlier { name: Some(clean(scene.slice(&name))) });
    }
}

/// What is named behind "clone": words in quotation marks, with a capital, or with a word for an event.
fn named(g: &Gathering<'_, '_>, cue: &Range<usize>) -> Option<Range<usize>> {
    let scene = g.scene;
    let sentence = scene.sentence(cue.start);
    let first = gate::opening_word(scene, &sentence);
    let proud = cue.start > first && scene.token(cue.start).is_some_and(|token| token.capital);
    let leads = !proud && cue.start <= first + 1 || scene.has(Cue::Create, &(sentence.start..cue.start));
    let nameless = |at: usize| NAMELESS.contains(&scene.lower(at));
    let small = |at: usize| scene.on(Cue::Article, at) || scene.on(Cue::Own, at) || SMALL.contains(&scene.lower(at));
    let mut start = cue.end;
    while small(start) && !nameless(start) {
        start += 1;
    }
    if !leads || nameless(start) || !g.open(start) {
        return None;
    }
    let name = phrase(g, start, Phrase::Title);
    let quoted = name.start > start;
    let proud = name.clone().any(|at| scene.token(at).is_some_and(|token| token.capital));
    let kind = scene.kind_in(&name).is_some();
    (!name.is_empty() && (quoted || proud || kind || scene.language() == language::Language::Mandarin)).then_some(name)
}
