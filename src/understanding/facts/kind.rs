//! What kind of event it is.

use super::gathering::Gathering;
use crate::domain::fact::{Fact, Field};
use crate::domain::values::{EventKind, PlaceKind};
use crate::understanding::words::Cue;

/// The kind that is made, or the first that is named.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let heard: Vec<_> = scene.kinds.iter().filter(|(range, _)| g.hears(range.start) && !denied(g, range.start)).collect();
    // A kind that the wizard knows says more than "other": "a charity gala with a concert" is told as a concert only when
    // nothing else was named first.
    let open = || heard.iter().filter(|(range, _)| g.all_open(range));
    let Some((range, kind)) = open().next().or_else(|| heard.first()) else {
        return;
    };
    let settled = scene.context.draft.kind.is_some() && !scene.context.asks(Field::Type);
    let in_name = !g.all_open(range);
    // "Talk" in the middle of a running conversation is no change of kind; "make it a workshop" is.
    if settled && !scene.has(Cue::Change, &scene.sentence(range.start)) {
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

fn denied(g: &Gathering<'_, '_>, at: usize) -> bool {
    let before = if g.scene.on(Cue::Article, at.wrapping_sub(1)) { at - 1 } else { at };
    g.scene.ending(Cue::Not, before).is_some()
}
