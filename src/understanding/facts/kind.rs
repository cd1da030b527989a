//! What kind of event it is.

use std::ops::Range;

use language::Match;

use super::gathering::Gathering;
use crate::domain::fact::{Fact, Field};
use crate::domain::values::{EventKind, PlaceKind};
use crate::understanding::words::{Cue, Want};

/// The kind that is made, or the first that is named.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let wishes = scene.words.intents.find(scene.tokens());
    let heard: Vec<_> = scene
        .kinds
        .iter()
        .filter(|(range, _)| g.hears(range.start) && !denied(g, range.start) && !is_other(g, range, &wishes))
        .collect();
    // A kind that the wizard knows says more than "other": "a charity gala with a concert" is told as a concert only when
    // nothing else was named first.
    let open = || heard.iter().filter(|(range, _)| g.all_open(range));
    let Some((range, kind)) = open().next().or_else(|| heard.first()) else {
        return;
    };
    let settled = scene.context.draft.kind.is_some() && !scene.context.asks(Field::Type);
    // All of its words belong to a name or a place: the kind is worked out.
    let in_name = range.clone().all(|at| g.is_used(at));
    // "Talk" in the middle of a running conversation is no change of kind; "make it a workshop" is.
    if settled && !scene.has(Cue::Change, &scene.sentence(range.start)) {
        let range = range.clone();
        g.take(&range);
        return;
    }
    let (kind, range) = (*kind, range.clone());
    if kind == EventKind::Other || in_name {
        g.inferred(Fact::Type(kind));
    } else {
        g.said(Fact::Type(kind));
        g.take(&range);
    }
    if kind == EventKind::Webinar {
        g.inferred(Fact::PlaceKind(PlaceKind::Online));
    }
}

/// "Metro Convention Centre" is a place, and "let's talk about tickets" a wish.
fn is_other(g: &Gathering<'_, '_>, range: &Range<usize>, wishes: &[Match<Want>]) -> bool {
    let scene = g.scene;
    let words = scene.slice(range);
    let placed = g.facts().any(|fact| matches!(fact, Fact::Place(place) if place.contains(words)));
    let around = wishes.get(wishes.partition_point(|wish| wish.tokens.end <= range.start));
    let is_wish = around.is_some_and(|wish| {
        wish.tag != Want::Filler && wish.tokens.start <= range.start && wish.tokens.end >= range.end
    });
    placed && g.is_used(range.start) || is_wish
}

fn denied(g: &Gathering<'_, '_>, at: usize) -> bool {
    let before = if g.scene.on(Cue::Article, at.wrapping_sub(1)) { at - 1 } else { at };
    g.scene.ending(Cue::Not, before).is_some()
}
