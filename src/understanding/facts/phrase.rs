//! Where a name or a place in free words ends, and how it is written.

use std::ops::Range;

use language::{Grain, TokenKind};

use super::gathering::Gathering;
use crate::domain::fact::Field;
pub(super) use crate::understanding::prose::capitalised;
use crate::understanding::scene::Scene;
use crate::understanding::words::Cue;

/// The longest name or place, in words.
const LONGEST: usize = 14;

/// What a phrase is; a place stops at more words than a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phrase {
    /// The name of an event, as it was said: "Taste of Toronto".
    Title,
    /// What a name is made of.
    Name,
    /// The name of a place.
    Place,
}

/// The words of a name or place that begins here, without what follows it.
pub(super) fn phrase(g: &Gathering<'_, '_>, start: usize, what: Phrase) -> Range<usize> {
    let scene = g.scene;
    if let Some(quoted) = quoted(scene, start) {
        return quoted;
    }
    let last = scene.clause(start).end.min(start + LONGEST);
    let end = (start..last).find(|at| *at > start && ends_before(g, start, *at, what)).unwrap_or(last);
    trim(scene, start..end)
}

/// The name of an event that begins here, with what stands behind its colon: "Red & White: A Night of Wine".
pub(super) fn title(g: &Gathering<'_, '_>, start: usize) -> Range<usize> {
    let scene = g.scene;
    let head = phrase(g, start, Phrase::Title);
    // "Called Jazz place: The Rex": in small letters behind a capital, the place is no part of the name.
    let heads = scene.lower(head.end) == ":" && scene.token(head.start).is_some_and(|token| token.capital);
    match heading(scene, &head).filter(|at| heads && *at > head.start) {
        Some(at) => trim(scene, head.start..at),
        None => head.start..subtitle(g, &head).map_or(head.end, |subtitle| subtitle.end),
    }
}

/// The second half of a name, behind a colon; none where the word before the colon is the heading of something else, where a
/// day, an amount or a city follows, or a sentence: "call it Jazz Night: it starts at 7".
pub(super) fn subtitle(g: &Gathering<'_, '_>, head: &Range<usize>) -> Option<Range<usize>> {
    let scene = g.scene;
    let first = head.end + 1;
    let letters = scene.token(first).is_some_and(|token| token.kind != TokenKind::Symbol);
    if head.is_empty() || scene.lower(head.end) != ":" || !letters || !g.open(first) || heading(scene, head).is_some() {
        return None;
    }
    let words = phrase(g, first, Phrase::Title);
    // "It" of "It starts at 7": a capital there says only that something begins.
    let little = scene.on(Cue::Stop, first) && !scene.on(Cue::Article, first);
    let capital = |at: &usize| !(little && *at == first) && scene.token(*at).is_some_and(|token| token.capital);
    let proper = words.clone().filter(capital).count() * 2 >= words.len();
    let sentence = [Cue::Speech, Cue::Put, Cue::Change, Cue::Create, Cue::Order, Cue::Asking, Cue::Start, Cue::Doors];
    let speaks = little || sentence.into_iter().any(|cue| scene.starting(cue, first).is_some());
    (!words.is_empty() && (proper || !speaks) && !tells_else(g, &words)).then_some(words)
}

/// Where "where" stands in "called Harvest Gala where: Vancouver"; a capital makes such a word a part of the name: "Market
/// Place: ...", unless it opens the sentence.
fn heading(scene: &Scene<'_>, head: &Range<usize>) -> Option<usize> {
    let tokens = scene.tokens().get(head.clone()).unwrap_or(&[]);
    let last = scene.words.stages.find(tokens).pop().filter(|found| found.tokens.end == tokens.len());
    let staged = last.map(|found| head.start + found.tokens.start);
    let cued = [Cue::VenueIs, Cue::AddressIs, Cue::Describe, Cue::Doors, Cue::Ticket, Cue::PriceWord, Cue::Holds]
        .into_iter()
        .find_map(|cue| scene.ending(cue, head.end).or_else(|| scene.ending(cue, head.end + 1)));
    [staged, cued].into_iter().flatten().find(|&at| {
        let capital = scene.token(at).is_some_and(|token| token.capital);
        !capital || at <= scene.sentence(head.start).start
    })
}

/// The words are a day, an amount, a number or a city, or begin with one that is no part of a name.
fn tells_else(g: &Gathering<'_, '_>, words: &Range<usize>) -> bool {
    let scene = g.scene;
    let reading = &scene.reading;
    let small = scene.token(words.start).is_some_and(|token| !token.capital);
    let timed = scene.beginning(&reading.times, words.start).is_some_and(|(time, range)| {
        let digits = range.clone().any(|at| scene.token(at).is_some_and(|token| token.kind == TokenKind::Number));
        // "Una noche de vinos": a part of the day that something is said of.
        let said_of =
            matches!(scene.lower(range.end), "of" | "with" | "de" | "d" | "du" | "des" | "del" | "con" | "avec");
        digits || range.end >= words.end || small && (time.value.has_date || !said_of)
    });
    let city = scene.beginning(&reading.places, words.start).is_some_and(|(_, range)| range.end >= words.end);
    let number = scene.beginning(&reading.numbers, words.start).is_some_and(|(_, range)| range.end >= words.end);
    timed || city || number || begins_value(scene, words.start)
}

/// What stands between quotation marks that open at this word.
pub(super) fn quoted(scene: &Scene<'_>, start: usize) -> Option<Range<usize>> {
    let closes: &[&str] = match scene.lower(start) {
        "\"" => &["\""],
        "“" | "”" | "„" => &["”", "“", "\""],
        "«" => &["»"],
        "»" => &["«"],
        "‘" | "'" => &["’", "'"],
        "「" => &["」"],
        "『" => &["』"],
        "《" => &["》"],
        _ => return None,
    };
    let inside = start + 1;
    // An apostrophe inside a word closes nothing.
    let closing = |at: &usize| {
        let glued_after = scene.token(at + 1).is_some_and(|next| next.glued() && next.kind == TokenKind::Word);
        closes.contains(&scene.lower(*at)) && !(glued_after && matches!(scene.lower(*at), "'" | "’"))
    };
    let close = (inside..(inside + 40).min(scene.tokens().len())).find(closing)?;
    (close > inside).then_some(inside..close)
}

fn ends_before(g: &Gathering<'_, '_>, start: usize, at: usize, what: Phrase) -> bool {
    let scene = g.scene;
    if g.is_used(at) || scene.starting(Cue::NameWord, at).is_some() || begins_value(scene, at) {
        return true;
    }
    if begins_time(scene, start, at) {
        return true;
    }
    let Some(end) = scene.starting(Cue::Stop, at) else {
        return false;
    };
    let word = scene.lower(at);
    let next_capital = scene.token(end).is_some_and(|next| next.capital);
    let joins_names = scene.on(Cue::Joint, at)
        || matches!(word, "of" | "de" | "du" | "des" | "del" | "d" | "l" | "the" | "la" | "'" | "’" | "s");
    // "Taste of Toronto", "Nuit d'Avignon": the city is a part of the name.
    let of = what == Phrase::Title && matches!(word, "of" | "de" | "du" | "des" | "del" | "d" | "'" | "’");
    let value_follows = begins_value(scene, end)
        || begins_any_time(scene, end)
        || (begins_city(scene, end) && !of && !(what == Phrase::Place && joins_names))
        || scene.starting(Cue::Stop, end).is_some_and(|_| !joins_names);
    // "... and make it 3pm", "... and the time is 3pm".
    let next = if scene.on(Cue::Article, end) { end + 1 } else { end };
    let clauses = [Cue::Put, Cue::Change, Cue::Create, Cue::Start, Cue::VenueIs, Cue::AddressIs];
    let goes_on = scene.on(Cue::Joint, at)
        && (clauses.into_iter().any(|cue| scene.starting(cue, end).is_some())
            || matches!(scene.lower(next), "time" | "timing" | "event" | "location"));
    match what {
        _ if value_follows || goes_on => true,
        // Where a name was asked for, "Movie at Century" is one.
        Phrase::Title | Phrase::Name
            if scene.on(Cue::At, at)
                && scene.context.asks(Field::Name)
                && next_capital
                && !is_described(scene, start) =>
        {
            false
        }
        Phrase::Title | Phrase::Name => {
            let loose =
                scene.on(Cue::For, at) || scene.on(Cue::In, at) || scene.on(Cue::Article, at) || joins_names || of;
            let at_place = scene.on(Cue::At, at);
            at_place || !(loose || next_capital || matches!(word, "on" | "by" | "sur" | "en" | "con" | "avec"))
        }
        Phrase::Place => !(joins_names && (next_capital || !scene.on(Cue::Joint, at))),
    }
}

/// "A picnic called ...": the event is described, and its place follows its name.
fn is_described(scene: &Scene<'_>, start: usize) -> bool {
    let sentence = scene.sentence(start);
    (sentence.start..start).any(|at| matches!(scene.lower(at), "a" | "an" | "un" | "une" | "una" | "one" | "个" | "场"))
}

/// An amount, a length, or a number of people.
fn begins_value(scene: &Scene<'_>, at: usize) -> bool {
    let reading = &scene.reading;
    scene.beginning(&reading.money, at).is_some()
        || scene.beginning(&reading.durations, at).is_some()
        || scene
            .beginning(&reading.numbers, at)
            .is_some_and(|(_, range)| (range.end..range.end + 2).any(|end| scene.counts_people(end)))
}

fn begins_any_time(scene: &Scene<'_>, at: usize) -> bool {
    let times = &scene.reading.times;
    scene.beginning(times, at).is_some()
        || at
            .checked_sub(1)
            .is_some_and(|before| scene.beginning(times, before).is_some_and(|(_, range)| range.end > at))
}

/// A day or hour ends a phrase, unless it is written like a part of a name ("Jazz Friday", "Summit 2026").
fn begins_time(scene: &Scene<'_>, start: usize, at: usize) -> bool {
    let capital = |at: usize| scene.token(at).is_some_and(|token| token.capital);
    scene.beginning(&scene.reading.times, at).is_some_and(|(time, mut range)| {
        let digits = range.any(|at| scene.token(at).is_some_and(|token| token.kind == TokenKind::Number));
        time.value.grain != Grain::Year && (!(capital(at) && capital(start)) || digits)
    })
}

fn begins_city(scene: &Scene<'_>, at: usize) -> bool {
    scene.beginning(&scene.reading.places, at).is_some()
}

/// Without the little words and signs at both ends.
pub(super) fn trim(scene: &Scene<'_>, mut range: Range<usize>) -> Range<usize> {
    let loose = |at: usize| {
        let symbol = scene.token(at).is_none_or(|token| {
            token.kind == TokenKind::Symbol && !matches!(token.lower.as_str(), "+" | "#" | "%" | ")")
        });
        symbol || (scene.on(Cue::Stop, at) && scene.token(at).is_some_and(|token| !token.capital))
    };
    while range.start < range.end && loose(range.end - 1) {
        range.end -= 1;
    }
    let sign = |at: usize| scene.token(at).is_none_or(|token| token.kind == TokenKind::Symbol && token.lower != "#");
    while range.start < range.end && sign(range.start) {
        range.start += 1;
    }
    range
}

/// The organizer's words on one line.
pub(super) fn clean(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
