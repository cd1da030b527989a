//! In which place: its name as the organizer says it, and its street and number.

use std::ops::Range;

use language::{Language, TokenKind};

use super::bare::is_order;
use super::gate;
use super::gathering::Gathering;
use super::phrase::{Phrase, capitalised, clean, phrase, trim};
use crate::domain::fact::{Fact, Field};
use crate::understanding::scene::Scene;
use crate::understanding::words::Cue;

/// The place and the address.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let address = address(g);
    if let Some(range) = &address {
        let text = clean(g.scene.slice(range));
        g.take(range);
        g.said(Fact::Address(text));
    }
    let named = named(g).or_else(|| before_address(g, address.as_ref()?)).filter(|(_, range)| {
        address.as_ref().is_none_or(|address| address.start >= range.end || address.end <= range.start)
    });
    let own = own(g);
    match (named, own, address) {
        (Some((text, range)), _, _) => {
            g.take(&range);
            g.said(Fact::Place(text));
        }
        // "My office" tells guests nothing; the address does.
        (None, _, Some(range)) if !has_good_place(g) || is_told(g, &range) => {
            let text = clean(g.scene.slice(&range));
            g.said(Fact::Place(text));
        }
        (None, Some(range), None) => {
            let text = capitalised(&clean(g.scene.slice(&range)));
            g.take(&range);
            g.said(Fact::Place(text));
        }
        _ => {}
    }
}

/// "The location is 401 East Street": not the address of the place that was said before, but another place.
fn is_told(g: &Gathering<'_, '_>, address: &Range<usize>) -> bool {
    let before = address
        .start
        .checked_sub(1)
        .filter(|at| matches!(g.scene.lower(*at), "is" | ":" | "at" | "es" | "est"))
        .unwrap_or(address.start);
    g.scene.ending(Cue::VenueIs, address.start).is_some() || g.scene.ending(Cue::VenueIs, before).is_some()
}

/// A place was said before, and the address is its own.
fn has_good_place(g: &Gathering<'_, '_>) -> bool {
    let draft = g.scene.context.draft;
    draft.has(Field::Place) && draft.address.is_none() && draft.place != draft.address
}

/// "The venue is X", "at the X", "X Hall" in a clause of its own.
fn named(g: &Gathering<'_, '_>) -> Option<(String, Range<usize>)> {
    let scene = g.scene;
    let told =
        scene.all(Cue::VenueIs).iter().chain(scene.all(Cue::AddressIs)).filter_map(|cue| after_cue(g, cue.end, true));
    let at = scene.all(Cue::At).iter().filter_map(|cue| after_cue(g, cue.end, false));
    let inside = scene.all(Cue::In).iter().filter_map(|cue| room_after(g, cue.end));
    let alone = scene.all(Cue::Room).iter().filter_map(|room| room_alone(g, room));
    told.chain(at).chain(inside).chain(alone).next()
}

/// The place that begins after "at" or "the venue is".
fn after_cue(g: &Gathering<'_, '_>, start: usize, told: bool) -> Option<(String, Range<usize>)> {
    let scene = g.scene;
    let mut start = start;
    while told && matches!(scene.lower(start), ":" | "-" | "is" | "at" | "in" | "=" | "will" | "be" | "the" | "as") {
        start += 1;
    }
    let text = scene.tokens().get(start)?;
    // "Venue Old Mill" needs its capital; "the venue is old mill" does not.
    if told
        && !text.capital
        && scene.on(Cue::VenueIs, start - 1) | scene.on(Cue::AddressIs, start - 1)
        && !tells(scene, start - 1)
    {
        return None;
    }
    let excluded = scene.starting(Cue::NoPlace, start).is_some() || scene.starting(Cue::Own, start).is_some();
    if excluded || !g.open(start) || is_figure(g, start) || scene.starting(Cue::Online, start).is_some() {
        return None;
    }
    if scene.language() == Language::Mandarin && !told {
        return mandarin(g, start);
    }
    let article = scene.on(Cue::Article, start);
    let proper =
        text.capital || !text.lower.is_ascii() || scene.token(start + 1).is_some_and(|next| article && next.capital);
    let range = phrase(g, start, Phrase::Place);
    let roomy = scene.has(Cue::Room, &range);
    // "at the carlu" in small letters is a place; "at people" is not.
    if !(told || proper || roomy || article) || range.len() > 10 {
        return None;
    }
    finish(g, range)
}

/// The word joins a heading with its value.
fn tells(scene: &Scene<'_>, at: usize) -> bool {
    let word = scene.lower(at);
    matches!(word, "is" | ":" | "be" | "to" | "at" | "est" | "sera" | "es" | "será" | "a" | "as" | "by" | "of")
        || !word.is_ascii()
}

/// Without blanks between words, a place ends with the word that says what it is: "在城市图书馆".
fn mandarin(g: &Gathering<'_, '_>, start: usize) -> Option<(String, Range<usize>)> {
    let scene = g.scene;
    let clause = scene.clause(start);
    let room = scene.within(Cue::Room, &(start..clause.end.min(start + 14))).next()?;
    let verb = scene.within(Cue::Create, &(start..room.start)).next().is_some();
    (room.start > start && !verb).then(|| finish(g, start..room.end)).flatten()
}

/// "in the hall of the Town Museum", "in our backyard".
fn room_after(g: &Gathering<'_, '_>, start: usize) -> Option<(String, Range<usize>)> {
    let scene = g.scene;
    if !g.open(start) || scene.starting(Cue::Own, start).is_some() || is_city(g, start) {
        return None;
    }
    let range = phrase(g, start, Phrase::Place);
    let proper = range.clone().any(|at| scene.token(at).is_some_and(|token| token.capital));
    let answers = scene.context.asks(Field::Place) && !wants_else(g, start);
    (scene.has(Cue::Room, &range) && (proper || answers)).then(|| finish(g, range)).flatten()
}

/// A clause that is nothing but a proper name with a word like "hall" in it.
fn room_alone(g: &Gathering<'_, '_>, room: &Range<usize>) -> Option<(String, Range<usize>)> {
    let scene = g.scene;
    let clause = trim(scene, scene.clause(room.start));
    let proper = clause.len() >= 2
        && clause.len() <= 7
        && clause.clone().all(|at| {
            let word = scene.token(at);
            let little = scene.on(Cue::Stop, at) || scene.on(Cue::Article, at) || scene.on(Cue::Room, at);
            word.is_some_and(|token| token.capital || token.kind != TokenKind::Word) || little
        })
        && clause.clone().any(|at| scene.token(at).is_some_and(|token| token.capital));
    // "Metro Convention Centre" is a place, "Rust Workshop Room" no kind of event.
    let closes = room.end == clause.end;
    let kindless = closes && clause.len() > 2 || scene.kind_in(&clause).is_none();
    let own_clause = (clause.start > 0 || scene.context.asks(Field::Place)) && proper && kindless;
    own_clause.then(|| finish(g, clause)).flatten()
}

/// "The Cellar, 120 King Street": a clause in capitals before the address.
fn before_address(g: &Gathering<'_, '_>, address: &Range<usize>) -> Option<(String, Range<usize>)> {
    let scene = g.scene;
    let comma = scene
        .clause(address.start)
        .start
        .checked_sub(1)
        .filter(|_| scene.clause(address.start).start == address.start)?;
    let clause = trim(scene, scene.clause(comma.checked_sub(1)?));
    let proper = |at: usize| {
        scene.token(at).is_some_and(|token| token.capital) || scene.on(Cue::Stop, at) || scene.on(Cue::Article, at)
    };
    let timed = scene.among(&scene.reading.times, &clause).next().is_some();
    let kind = scene.kind_in(&clause).is_some();
    let is_name = !timed && !kind && clause.len() <= 7 && clause.clone().all(proper);
    is_name.then(|| finish(g, clause)).flatten()
}

/// Without a small article in front; nothing when no word is left or the words are taken.
fn finish(g: &Gathering<'_, '_>, range: Range<usize>) -> Option<(String, Range<usize>)> {
    let scene = g.scene;
    let words = without_small_article(scene, range.clone());
    let only_city = scene.beginning(&scene.reading.places, words.start).is_some_and(|(_, city)| city == words);
    let letters = scene.slice(&words).chars().any(char::is_alphabetic);
    if only_city || !letters || !g.all_open(&words) {
        return None;
    }
    Some((capitalised(&clean(scene.slice(&words))), range))
}

/// "the Carlu" is "Carlu", "The Carlu" stays; "在老磨坊" is "老磨坊".
pub(super) fn without_small_article(scene: &Scene<'_>, mut words: Range<usize>) -> Range<usize> {
    let led = |at: usize| scene.language() == Language::Mandarin && scene.on(Cue::At, at);
    let small = |at: usize| scene.on(Cue::Article, at) && scene.token(at).is_some_and(|token| !token.capital);
    while words.len() > 1 && (small(words.start) || led(words.start)) {
        words.start += 1;
    }
    words
}

/// "At my office".
fn own(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    let placed = |start: usize| {
        scene.ending(Cue::At, start).is_some()
            || scene.ending(Cue::In, start).is_some()
            || scene.ending(Cue::VenueIs, start).is_some()
    };
    let answer = scene.context.asks(Field::Place);
    let is_own = |spot: &&Range<usize>| {
        g.all_open(spot) && (placed(spot.start) || answer) && !(answer && wants_else(g, spot.start))
    };
    scene.all(Cue::Own).iter().find(is_own).cloned()
}

/// Where a place was asked for, "show me the way to my home" still tells none.
fn wants_else(g: &Gathering<'_, '_>, at: usize) -> bool {
    let sentence = g.scene.sentence(at);
    is_order(g, gate::opening_word(g.scene, &sentence)) || g.scene.has(Cue::Foreign, &sentence)
}

/// Number and street: "88 Queen St", "341 7th Street, Suite 5"; "12 rue Crescent"; "calle Mayor 5".
fn address(g: &Gathering<'_, '_>) -> Option<Range<usize>> {
    let scene = g.scene;
    let after = scene.all(Cue::StreetAfter).iter().filter_map(|street| {
        let clause = scene.clause(street.start);
        let earliest = street.start.saturating_sub(5).max(clause.start);
        let number = (earliest..street.start).rfind(|at| is_house_number(g, *at))?;
        let words = number + 1..street.start;
        // The "st" of "1st" is no street, and no little word stands between number and street.
        let glued =
            scene.token(street.start).is_some_and(language::Token::glued) && scene.language() != Language::Mandarin;
        let named = !words.is_empty()
            && !words.clone().any(|at| scene.on(Cue::Stop, at) && !scene.token(at).is_some_and(|token| token.capital));
        (named && !glued).then(|| number..with_unit(g, street.end))
    });
    let before = scene.all(Cue::StreetBefore).iter().filter_map(|street| {
        let clause = scene.clause(street.start);
        if let Some(number) = street.start.checked_sub(1).filter(|at| is_house_number(g, *at)) {
            let end = street_name_end(g, street.end, clause.end);
            return (end > street.end).then_some(number..end);
        }
        let number = (street.end + 1..clause.end.min(street.end + 5)).find(|at| is_house_number(g, *at))?;
        Some(street.start..number + 1)
    });
    after.chain(before).find(|range| range.clone().all(|at| g.hears(at) && !g.is_used(at)))
}

fn is_house_number(g: &Gathering<'_, '_>, at: usize) -> bool {
    let scene = g.scene;
    let digits = scene.token(at).is_some_and(|token| token.kind == TokenKind::Number && token.lower.len() <= 5);
    digits
        && !scene.token(at + 1).is_some_and(|next| next.glued() && next.kind == TokenKind::Word && next.lower.len() > 1)
        && !matches!(scene.lower(at.wrapping_sub(1)), "$" | "€" | "£" | "#")
}

/// "Suite 140", "# 205" behind the street.
fn with_unit(g: &Gathering<'_, '_>, end: usize) -> usize {
    let scene = g.scene;
    let quarter = matches!(
        scene.lower(end),
        "west" | "east" | "north" | "south" | "w" | "e" | "n" | "s" | "nw" | "ne" | "sw" | "se"
    );
    let end = if quarter { end + 1 } else { end };
    let mut at = end;
    if scene.lower(at) == "." && scene.token(at).is_some_and(language::Token::glued) {
        at += 1;
    }
    let comma = usize::from(scene.lower(at) == ",");
    let unit = at + comma;
    let named = matches!(
        scene.lower(unit),
        "suite" | "unit" | "apt" | "apartment" | "floor" | "room" | "#" | "ste" | "no" | "bureau"
    );
    let numbered = scene.token(unit + 1).is_some_and(|token| token.kind == TokenKind::Number || token.lower.len() == 1);
    // "Suite B1" is two tokens.
    let tied = usize::from(scene.token(unit + 2).is_some_and(|token| token.glued() && token.kind != TokenKind::Symbol));
    if named && numbered { unit + 2 + tied } else { end }
}

fn street_name_end(g: &Gathering<'_, '_>, start: usize, clause_end: usize) -> usize {
    let scene = g.scene;
    let part = |at: &usize| {
        let time = scene.beginning(&scene.reading.times, *at).is_some();
        let capital = scene.token(*at).is_some_and(|token| token.capital);
        let little = matches!(
            scene.lower(*at),
            "de" | "la" | "du" | "des" | "l" | "'" | "’" | "-" | "saint" | "sainte" | "le" | "les" | "d"
        );
        !time && (capital || little)
    };
    (start..clause_end.min(start + 6)).take_while(part).last().map_or(start, |last| last + 1)
}

/// A figure or an hour follows: "at 7", "at half past six".
fn is_figure(g: &Gathering<'_, '_>, at: usize) -> bool {
    let scene = g.scene;
    let reading = &scene.reading;
    let opens = |token: &language::Token| matches!(token.lower.as_str(), "\"" | "“" | "«" | "「");
    scene
        .token(at)
        .is_none_or(|token| token.kind == TokenKind::Number || token.kind == TokenKind::Symbol && !opens(token))
        || scene.covering(&reading.times, at).is_some()
        || scene.covering(&reading.money, at).is_some()
        || scene.covering(&reading.numbers, at).is_some_and(|(number, _)| !number.ordinal)
        || scene.covering(&reading.durations, at).is_some()
}

fn is_city(g: &Gathering<'_, '_>, at: usize) -> bool {
    g.scene.beginning(&g.scene.reading.places, at).is_some()
}
