//! The answer to several questions at once, part by part: "Lights On, Carlu, 7pm" where name, place and hour were asked.
//!
//! Promises: only a message that is nothing but such parts is read in this way; a part that is left over is never pressed
//! into a field.

use std::ops::Range;

use language::TokenKind;

use super::bare::{self, counted, is_counted};
use super::gathering::Gathering;
use super::name;
use super::phrase::{Phrase, capitalised, clean, phrase, trim};
use super::place::without_small_article;
use crate::domain::fact::{Fact, Field};
use crate::understanding::words::Cue;

/// A part of an answer is no longer than this many words.
const LONGEST_PART: usize = 7;

/// Reads what the themes left of such an answer.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    if g.scene.context.asked.len() < 2 || g.scene.clauses().count() < 2 {
        return;
    }
    figures(g);
    let lacks = |field: Field| g.scene.context.asks(field) && !g.has(field);
    let placed = [Field::Place, Field::Address, Field::PlaceKind].into_iter().any(|field| g.has(field));
    let mut fields: Vec<Field> = Vec::new();
    fields.extend(lacks(Field::Name).then_some(Field::Name));
    fields.extend((lacks(Field::Place) && !placed).then_some(Field::Place));
    let Some(parts) = parts(g) else { return };
    if parts.is_empty() || parts.len() > fields.len() {
        return;
    }
    let roomy = parts.iter().position(|part| g.scene.has(Cue::Room, part) || article(g, part));
    // One part for two questions is the name, unless it sounds like a place; of two, the place may come first.
    if fields.len() == 2 && roomy == Some(0) {
        fields.swap(0, 1);
    }
    for (part, field) in parts.iter().zip(fields) {
        if field == Field::Name {
            name::keep(g, part);
        } else {
            let words = without_small_article(g.scene, part.clone());
            let text = capitalised(&clean(g.scene.slice(&words)));
            g.take(part);
            g.said(Fact::Place(text));
        }
    }
}

/// "The old mill": a small article and no word for an event.
fn article(g: &Gathering<'_, '_>, part: &Range<usize>) -> bool {
    let small = g.scene.token(part.start).is_some_and(|token| !token.capital);
    small && g.scene.on(Cue::Article, part.start) && g.scene.kind_in(part).is_none()
}

/// The free words of each clause; `None` when some clause is more than a short answer.
fn parts(g: &Gathering<'_, '_>) -> Option<Vec<Range<usize>>> {
    let scene = g.scene;
    let mut parts = Vec::new();
    for clause in scene.clauses() {
        let mut start = clause.start;
        while let Some(end) = scene.starting(Cue::Put, start).filter(|end| *end < clause.end) {
            start = end;
        }
        let part = if g.open(start) { trim(scene, phrase(g, start, Phrase::Place)) } else { start..start };
        let left = clause.clone().filter(|at| !part.contains(at) && *at >= start && is_left(g, *at)).count();
        if left > 1 || part.len() > LONGEST_PART {
            return None;
        }
        let letters = scene.slice(&part).chars().filter(|letter| letter.is_alphabetic()).count();
        let kind = scene.kind_in(&part).is_some_and(|(kind, _)| *kind == part);
        if letters > 1 && !kind && part.clone().any(|at| is_left(g, at)) {
            if !bare::is_plain(g, &part) {
                return None;
            }
            parts.push(part);
        }
    }
    Some(parts)
}

/// A word of its own that no theme has taken.
fn is_left(g: &Gathering<'_, '_>, at: usize) -> bool {
    let little = [Cue::Stop, Cue::At, Cue::In, Cue::Joint].into_iter().any(|cue| g.scene.on(cue, at));
    let token = g.scene.token(at);
    let capital = token.is_some_and(|token| token.capital);
    g.open(at) && (capital || !little) && token.is_some_and(|token| token.kind != TokenKind::Symbol)
}

/// As many bare numbers as numbers were asked for, in the order of asking.
fn figures(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let asked: Vec<Field> =
        scene.context.asked.iter().copied().filter(|field| is_counted(*field) && !g.has(*field)).collect();
    let alone = |range: &Range<usize>| {
        let clause = scene.clause(range.start);
        g.all_open(range) && clause.filter(|at| !range.contains(at) && is_left(g, *at)).count() == 0
    };
    let numbers: Vec<_> = scene
        .reading
        .numbers
        .iter()
        .filter(|number| !number.ordinal)
        .map(|number| (number, scene.range(number.span)))
        .filter(|(_, range)| alone(range))
        .collect();
    if numbers.is_empty() || numbers.len() > asked.len() {
        return;
    }
    for ((number, range), field) in numbers.into_iter().zip(asked) {
        if let Some(fact) = counted(g, field, number) {
            g.take(&range);
            bare::state(g, fact, number);
        }
    }
}
