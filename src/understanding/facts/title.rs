//! A first name for an event that was given none: its topic and its kind, in the organizer's own words.
//!
//! Promises: marked as inferred, so that it is told as a proposal and gives way to any name that is said.

use std::ops::Range;

use language::{Language, TokenKind};

use super::gathering::Gathering;
use super::name::title_case;
use super::phrase::{Phrase, capitalised, clean, phrase, trim};
use crate::domain::fact::{Fact, Field};
use crate::domain::values::Provenance;
use crate::understanding::scene::Scene;
use crate::understanding::words::Cue;

/// As many words as a topic may have.
const TOPIC_WORDS: usize = 6;

/// The characters that may stand before a kind in Mandarin as what it is about.
const ATTRIBUTE: usize = 8;

/// Proposes a name when there is none.
pub(super) fn infer(g: &mut Gathering<'_, '_>) {
    let draft = g.scene.context.draft;
    let proposed = draft.provenance.get(&Field::Name) == Some(&Provenance::Inferred);
    if g.has(Field::Name) || (draft.name.is_some() && !proposed) || !g.has(Field::Type) {
        return;
    }
    let Some(kind) = g.scene.kinds.iter().map(|(range, _)| range.clone()).find(|range| g.hears(range.start)) else {
        return;
    };
    let name = match g.scene.language() {
        Language::English => english(g, &kind),
        Language::Mandarin => mandarin(g, &kind),
        Language::French => romance(g, &kind, "à"),
        Language::Spanish => romance(g, &kind, "en"),
    };
    if let Some(name) = name {
        g.inferred(Fact::Name(name));
    }
}

fn english(g: &Gathering<'_, '_>, kind: &Range<usize>) -> Option<String> {
    let scene = g.scene;
    let words = title_case(&clean(scene.slice(kind)).to_lowercase());
    let topic = before(g, kind).map(|range| title_words(scene, &range));
    let about = after(g, kind, Cue::Topic).map(|range| title_words(scene, &range));
    let audience =
        after(g, kind, Cue::For).filter(|_| scene.lower(kind.end) == "for").map(|range| title_words(scene, &range));
    match (topic, about, audience) {
        (_, Some(about), _) => Some(format!("{about} {words}")),
        (Some(topic), None, _) => Some(format!("{topic} {words}")),
        (None, None, Some(audience)) => Some(format!("{words} for {audience}")),
        (None, None, None) => city(g).map(|city| format!("{city} {words}")),
    }
}

/// "Atelier de cuisine", "Conférence sur l'IA", else "Concert à Montréal".
fn romance(g: &Gathering<'_, '_>, kind: &Range<usize>, at: &str) -> Option<String> {
    let scene = g.scene;
    let topic = [Cue::Topic, Cue::For].into_iter().find_map(|cue| after(g, kind, cue));
    match topic {
        Some(topic) => Some(capitalised(&clean(scene.slice(&(kind.start..topic.end))))),
        None => city(g).map(|city| format!("{} {at} {city}", capitalised(&clean(scene.slice(kind))))),
    }
}

/// The words before the kind that say what it is about: "python" workshop, "spring" concert.
fn before(g: &Gathering<'_, '_>, kind: &Range<usize>) -> Option<Range<usize>> {
    let scene = g.scene;
    let clause = scene.clause(kind.start);
    let little = |at: usize| {
        let cues = [Cue::Stop, Cue::Article, Cue::Plain, Cue::Create, Cue::People, Cue::Asking];
        cues.into_iter().any(|cue| scene.on(cue, at))
            || scene.token(at).is_none_or(|token| token.kind != TokenKind::Word)
    };
    let valued = |at: usize| {
        scene.covering(&scene.reading.durations, at).is_some()
            || scene.covering(&scene.reading.numbers, at).is_some()
            || g.is_used(at)
    };
    let start = (clause.start.max(kind.start.saturating_sub(3))..kind.start)
        .rev()
        .take_while(|at| !little(*at) && !valued(*at))
        .last()?;
    Some(start..kind.start)
}

/// What follows "about" or "for" behind the kind.
fn after(g: &Gathering<'_, '_>, kind: &Range<usize>, cue: Cue) -> Option<Range<usize>> {
    let scene = g.scene;
    let start = scene.starting(cue, kind.end)?;
    let reading = &scene.reading;
    let valued = scene.beginning(&reading.numbers, start).is_some()
        || scene.covering(&reading.times, start).is_some()
        || scene.beginning(&reading.places, start).is_some();
    if valued || !g.open(start) {
        return None;
    }
    let range = phrase(g, start, Phrase::Name);
    let mut topic = trim(scene, range.start..range.end.min(range.start + TOPIC_WORDS));
    while topic.len() > 1
        && scene.on(Cue::Article, topic.start)
        && cue == Cue::For
        && scene.language() == Language::English
    {
        topic.start += 1;
    }
    (!topic.is_empty() && scene.slice(&topic).chars().any(char::is_alphabetic)).then_some(topic)
}

fn title_words(scene: &Scene<'_>, range: &Range<usize>) -> String {
    title_case(&clean(scene.slice(range)))
}

fn city(g: &Gathering<'_, '_>) -> Option<String> {
    g.facts()
        .find_map(|fact| if let Fact::City(city) = fact { Some(city.clone()) } else { None })
        .or_else(|| g.scene.context.draft.city.clone())
}

/// "关于人工智能的讲座" is "人工智能讲座", "一个陶艺工作坊" is "陶艺工作坊"; else the city and the kind.
fn mandarin(g: &Gathering<'_, '_>, kind: &Range<usize>) -> Option<String> {
    let scene = g.scene;
    let clause = scene.clause(kind.start);
    let about = scene.within(Cue::Topic, &(clause.start..kind.start)).last();
    let topic = about
        .map(|about| scene.slice(&(about.end..kind.start)).trim_end_matches('的'))
        .filter(|topic| !topic.is_empty() && topic.chars().count() <= 20)
        .or_else(|| attribute(g, clause.start, kind.start));
    let words = scene.slice(kind);
    topic.map(|topic| format!("{topic}{words}")).or_else(|| written_city(g).map(|city| format!("{city}{words}")))
}

/// The characters right before the kind, back to a little word or to something that is understood otherwise.
fn attribute<'a>(g: &Gathering<'_, 'a>, first: usize, end: usize) -> Option<&'a str> {
    let scene = g.scene;
    let little = |at: usize| {
        [Cue::Stop, Cue::Article, Cue::Plain, Cue::Create, Cue::At, Cue::In].into_iter().any(|cue| scene.on(cue, at))
    };
    let valued = |at: usize| {
        let reading = &scene.reading;
        scene.covering(&reading.times, at).is_some()
            || scene.covering(&reading.numbers, at).is_some()
            || scene.covering(&reading.durations, at).is_some()
            || scene.covering(&reading.places, at).is_some()
            || g.is_used(at)
    };
    let plain =
        |at: &usize| scene.token(*at).is_some_and(|token| token.kind == TokenKind::Cjk) && !little(*at) && !valued(*at);
    let start = (first.max(end.saturating_sub(ATTRIBUTE))..end).rev().take_while(plain).last()?;
    (end - start >= 2).then(|| scene.slice(&(start..end)))
}

/// The city in the characters of the message.
fn written_city(g: &Gathering<'_, '_>) -> Option<String> {
    let scene = g.scene;
    let said = scene.reading.places.first().map(|place| scene.slice(&scene.range(place.span)).to_owned());
    said.or_else(|| city(g))
}
