//! In which city; its country and time zone follow from it.

use std::ops::Range;

use language::Place;

use super::gathering::Gathering;
use super::phrase::clean;
use crate::domain::fact::{Fact, Field};
use crate::domain::values::PlaceKind;
use crate::understanding::words::Cue;

/// A city name that is also a word must be surer, unless "in" stands before it.
const SURE: f32 = 0.5;

/// The city that is meant, the last one in a correction.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let meant: Vec<(&Place, Range<usize>)> = scene
        .reading
        .places
        .iter()
        .map(|place| (place, scene.range(place.span)))
        .filter(|(place, range)| is_meant(g, place, range))
        .collect();
    if asks_zone_only(g) {
        if let Some((place, range)) = meant.first() {
            zone(g, &(*place).clone(), &range.clone());
        }
        return;
    }
    let corrects = |range: &Range<usize>| scene.has(Cue::Change, &scene.sentence(range.start));
    let chosen = match meant.last() {
        Some(last) if corrects(&last.1) => Some(last),
        _ => meant.iter().find(|(_, range)| stands_in(g, range)).or_else(|| meant.first()),
    };
    if let Some((place, range)) = chosen {
        let name = name_as_written(scene.slice(range), &place.city);
        let (country, zone, range) = (place.country.clone(), place.timezone.clone(), range.clone());
        let own = !g.is_used(range.start);
        g.take(&range);
        // A city inside the name of a venue or of the event is worked out, not stated.
        if own {
            g.said(Fact::City(name));
        } else {
            g.inferred(Fact::City(name));
        }
        g.inferred(Fact::Country(country));
        if !g.has(Field::Timezone) {
            g.inferred(Fact::Timezone(zone));
        }
    }
}

/// The time zone of this city; the city itself where the event may be there.
fn zone(g: &mut Gathering<'_, '_>, place: &Place, range: &Range<usize>) {
    let draft = g.scene.context.draft;
    g.take(range);
    g.said(Fact::Timezone(place.timezone.clone()));
    if draft.city.is_none() && draft.place_kind != Some(PlaceKind::Online) {
        g.inferred(Fact::City(place.city.clone()));
        g.inferred(Fact::Country(place.country.clone()));
    }
}

/// Only the time zone was asked for: "Toronto" is the answer.
fn asks_zone_only(g: &Gathering<'_, '_>) -> bool {
    let context = g.scene.context;
    let others = context.asks(Field::Place)
        || context.asks(Field::City)
        || !g.scene.all(Cue::Change).is_empty()
        || !g.scene.all(Cue::Not).is_empty();
    context.asks(Field::Timezone) && !others
}

fn is_meant(g: &Gathering<'_, '_>, place: &Place, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let denied = scene.ending(Cue::Not, range.start).is_some()
        || scene.ending(Cue::In, range.start).is_some_and(|start| scene.ending(Cue::Not, start).is_some());
    let sure = place.confidence >= SURE
        || stands_in(g, range)
        || scene.context.asks(Field::Place)
        || scene.context.asks(Field::City);
    g.hears(range.start) && !denied && sure && !comes_from(g, range) && (!g.is_used(range.start) || g.has(Field::Place))
}

/// "in Toronto".
fn stands_in(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    g.scene.ending(Cue::In, range.start).is_some() && !comes_from(g, range)
}

/// "speakers from Berlin", "flights to Rome": where somebody comes from or goes to, not where the event is.
fn comes_from(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let moved = scene.has(Cue::Change, &scene.sentence(range.start));
    range
        .start
        .checked_sub(1)
        .is_some_and(|before| matches!(scene.lower(before), "from" | "desde") || !moved && scene.lower(before) == "to")
}

/// With the organizer's accents where only they differ from the known name; as known where it was typed in small letters.
fn name_as_written(written: &str, known: &str) -> String {
    let written = clean(written);
    let plain = |text: &str| deunicode::deunicode(text).to_lowercase();
    let capital = written.chars().next().is_some_and(char::is_uppercase);
    if plain(&written) == plain(known) && capital { written } else { known.to_owned() }
}
