//! What the place must have.

use super::gathering::Gathering;
use crate::domain::fact::{Fact, Field};
use crate::understanding::words::Cue;

/// What is needed, added to what was needed before; "no parking" takes away.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let before = &scene.context.draft.amenities;
    let mut list = before.clone();
    for found in scene.words.amenities.find(scene.tokens()) {
        let at = found.tokens.start;
        if !g.all_open(&found.tokens) || !(is_needed(g, at) || scene.context.asks(Field::Amenities)) {
            continue;
        }
        let refused = scene.ending(Cue::Remove, at).is_some() || scene.ending(Cue::Not, at).is_some();
        list.retain(|known| !(refused && *known == found.tag));
        if !refused && !list.contains(&found.tag) {
            list.push(found.tag);
        }
        g.take(&found.tokens);
    }
    if list != *before {
        g.said(if list.is_empty() { Fact::Clear(Field::Amenities) } else { Fact::Amenities(list) });
    }
}

/// A word like "with" or "need" stands before it in the sentence.
fn is_needed(g: &Gathering<'_, '_>, at: usize) -> bool {
    let scene = g.scene;
    let sentence = scene.sentence(at);
    scene.has(Cue::Need, &(sentence.start..at)) || scene.ending(Cue::Remove, at).is_some()
}
