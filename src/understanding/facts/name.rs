//! What the event is called, when the organizer says so.

use std::ops::Range;

use language::{Language, TokenKind};

use super::gathering::Gathering;
use super::phrase::{Phrase, capitalised, clean, phrase, quoted, trim};
use crate::domain::fact::{Fact, Field};
use crate::understanding::scene::Scene;
use crate::understanding::words::Cue;

/// A bare answer longer than this is no name.
const LONGEST_ANSWER: usize = 12;

/// "Called X", "use X for the title", “X”, "a gala, X, on Friday".
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let found = called(g).or_else(|| before_word(g)).or_else(|| in_quotes(g)).or_else(|| beside_kind(g));
    if let Some(range) = found {
        keep(g, &range);
    }
}

/// The message is the answer to "what is it called?": what no other theme has taken of its first words.
pub(super) fn answer(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let mut start = 0;
    while let Some(end) = scene.starting(Cue::Put, start).filter(|end| *end < scene.tokens().len()) {
        start = end + usize::from(matches!(scene.lower(end), "," | ":"));
    }
    let described = scene.on(Cue::Article, start) && !scene.token(start).is_some_and(|token| token.capital) && names_kind(scene, scene.clause(start));
    if described || !g.open(start) {
        return;
    }
    let range = phrase(g, start, Phrase::Name);
    let only_kind = scene.kinds.iter().any(|(kind, _)| *kind == range);
    if range.len() <= LONGEST_ANSWER && is_name(scene, &range) && !only_kind {
        keep(g, &range);
    }
}

fn keep(g: &mut Gathering<'_, '_>, range: &Range<usize>) {
    let name = written(g.scene, range);
    g.take(range);
    g.said(Fact::Name(name));
}

fn called(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    scene.all(Cue::Name).iter().find_map(|cue| {
        let mine = matches!(scene.lower(cue.start.wrapping_sub(1)), "my" | "his" | "her" | "their" | "venue" | "tier" | "ticket");
        let mut start = cue.end;
        while matches!(scene.lower(start), ":" | "is" | "as" | "to" | "-" | "=" | "it" | ",") {
            start += 1;
        }
        let told = scene.under_way() || names_kind(scene, scene.sentence(cue.start).start..cue.start) || scene.sentence(cue.start).start == cue.start;
        if mine || !told || !g.open(start) {
            return None;
        }
        let range = phrase(g, start, Phrase::Name);
        is_name(scene, &range).then_some(range)
    })
}

/// "Use X for the event title", "X is the title".
fn before_word(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    scene.all(Cue::NameWord).iter().find_map(|word| {
        let clause = scene.clause(word.start);
        let put = scene.within(Cue::Put, &(clause.start..word.start)).last().map_or(clause.start, |put| put.end);
        let range = trim(scene, put..word.start);
        (g.all_open(&range) && range.len() <= LONGEST_ANSWER && is_name(scene, &range)).then_some(range)
    })
}

/// “X”, unless the words before it speak of a place or a ticket.
fn in_quotes(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    (0..scene.tokens().len()).find_map(|at| {
        let range = quoted(scene, at)?;
        let placed = scene.ending(Cue::At, at).is_some() || scene.ending(Cue::VenueIs, at).is_some() || scene.ending(Cue::Describe, at).is_some();
        let told = scene.context.asks(Field::Name) || names_kind(scene, scene.sentence(at).start..at);
        let inside_word = scene.token(at).is_some_and(|token| token.glued() && at > 0) && matches!(scene.lower(at), "'" | "‘" | "’");
        (told && !placed && !inside_word && g.all_open(&range) && range.len() <= 15 && is_name(scene, &range)).then_some(range)
    })
}

/// "A charity gala, Hearts of Oak, on Friday": a clause of capital words beside the one that names the kind.
fn beside_kind(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    scene.kinds.iter().find_map(|(kind, _)| {
        let clause = scene.clause(kind.start);
        let range = trim(scene, scene.clause_after(&clause)?);
        let signed = matches!(scene.lower(clause.end), "," | ":" | "-" | "–" | "—");
        let proper = |at: usize| scene.token(at).is_some_and(|token| token.capital || token.kind == TokenKind::Number) || scene.on(Cue::Stop, at);
        let capital = scene.token(range.start).is_some_and(|token| token.capital);
        let is_own = signed && capital && (2..=8).contains(&range.len()) && range.clone().all(proper);
        let valued = holds_value(scene, &range) || scene.has(Cue::Room, &range) || scene.has(Cue::Tier, &range) || scene.has(Cue::StreetAfter, &range);
        (is_own && !valued && g.all_open(&range) && is_name(scene, &range)).then_some(range)
    })
}

fn names_kind(scene: &Scene<'_>, range: Range<usize>) -> bool {
    scene.kinds.iter().any(|(kind, _)| range.contains(&kind.start)) || scene.has(Cue::Event, &range)
}

fn holds_value(scene: &Scene<'_>, range: &Range<usize>) -> bool {
    let reading = &scene.reading;
    let mut spans = reading.times.iter().map(|time| time.span).chain(reading.money.iter().map(|money| money.span));
    let city = reading.places.iter().any(|place| scene.range(place.span).start == range.start);
    city || spans.any(|span| range.contains(&scene.range(span).start)) || reading.numbers.iter().any(|number| range.contains(&scene.range(number.span).start))
}

/// Words that can be a name: letters, and more than little words.
fn is_name(scene: &Scene<'_>, range: &Range<usize>) -> bool {
    let told = |at: usize| {
        let word = scene.token(at).is_some_and(|token| token.kind != TokenKind::Symbol);
        word && (!(scene.on(Cue::Stop, at) || scene.on(Cue::Article, at)) || scene.token(at).is_some_and(|token| token.capital))
    };
    let lettered = scene.slice(range).chars().any(char::is_alphabetic);
    lettered && range.clone().any(told)
}

/// The organizer's writing; a name in small letters only gets the capitals of a title.
fn written(scene: &Scene<'_>, range: &Range<usize>) -> String {
    let text = clean(scene.slice(range));
    let small = !text.chars().any(char::is_uppercase);
    if small && scene.language() == Language::English { title_case(&text) } else { capitalised(&text) }
}

/// "tax for freelancers" is "Tax for Freelancers".
pub(super) fn title_case(text: &str) -> String {
    const SMALL: &[&str] = &["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "vs", "with"];
    let word = |(at, word): (usize, &str)| {
        if at > 0 && SMALL.contains(&word) || word.starts_with("http") { word.to_owned() } else { capitalised(word) }
    };
    text.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ")
}
