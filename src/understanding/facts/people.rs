//! For how many people.

use std::ops::Range;

use language::Number;

use super::gathering::Gathering;
use crate::domain::fact::{Fact, Field};
use crate::understanding::words::Cue;
use crate::understanding::{Doubt, Reason};

/// The number of people that is bound most tightly by its words.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let mut best: Option<(u8, Range<usize>, u32)> = None;
    for number in &scene.reading.numbers {
        let range = scene.range(number.span);
        let Some(people) = whole(number).filter(|_| g.all_open(&range)) else {
            continue;
        };
        let strength = strength(g, &range);
        let better =
            best.as_ref().is_none_or(|(other, ..)| strength > *other || strength == *other && corrects(g, range.start));
        if strength > 0 && better {
            best = Some((strength, range, people));
        }
    }
    if let Some((_, range, people)) = best {
        g.take(&range);
        g.said(Fact::Capacity(people));
    } else if scene.all(Cue::Unlimited).iter().any(|spot| g.all_open(spot)) {
        if scene.context.draft.has(Field::Capacity) {
            g.said(Fact::Clear(Field::Capacity));
        }
        g.doubt(Doubt { field: Field::Capacity, reason: Reason::NoLimit, chosen: None, others: Vec::new() });
    }
}

/// A whole number of people; the upper end of "50 to 60".
pub(super) fn whole(number: &Number) -> Option<u32> {
    let value = number.upper.unwrap_or(number.value);
    let lawful = !number.ordinal && value.fract() == 0.0 && (1.0..=10_000_000.0).contains(&value);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and between 1 and ten millions")]
    lawful.then_some(value as u32)
}

/// 0: not a number of people; more: the surer.
fn strength(g: &Gathering<'_, '_>, range: &Range<usize>) -> u8 {
    let scene = g.scene;
    if is_denied(g, range) || in_the_past(g, range.start) || scene.lower(range.end) == "%" {
        return 0;
    }
    if unit_follows(g, range, |at| scene.starting(Cue::People, at).is_some()) {
        return 6;
    }
    if unit_follows(g, range, |at| scene.counts_people(at)) {
        return 5;
    }
    let aged = scene.ending(Cue::Age, range.start).is_some();
    let before = after_about(g, range.start);
    if scene.ending(Cue::Holds, before).is_some() && !measured(g, range) {
        return 4;
    }
    let clause = scene.clause(range.start);
    if scene.ending(Cue::Limit, before).is_some() && !aged && !measured(g, range) && !scene.has(Cue::PerOrder, &clause)
    {
        return 3;
    }
    if scene.starting(Cue::Ticket, range.end).is_some() && !scene.has(Cue::PerOrder, &clause) && scene.under_way() {
        return 2;
    }
    let closes = range.end >= clause.end || scene.starting(Cue::Stop, range.end).is_some();
    if scene.ending(Cue::For, before).is_some() && closes && !aged && !scene.has(Cue::PriceWord, &clause) {
        return 1;
    }
    0
}

/// "100 people", "100 lovely people".
fn unit_follows(g: &Gathering<'_, '_>, range: &Range<usize>, unit: impl Fn(usize) -> bool) -> bool {
    let scene = g.scene;
    let clause = scene.clause(range.start);
    let plain = |at: usize| !scene.on(Cue::Stop, at) || scene.lower(at) == "of";
    (range.end..(range.end + 3).min(clause.end + 1))
        .take_while(|at| *at == range.end || plain(at - 1))
        .any(|at| at < clause.end && unit(at))
}

/// Another unit than people follows: "max 4 tickets", "holds 3 sessions".
fn measured(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let clause = scene.clause(range.start);
    range.end < clause.end
        && scene.starting(Cue::Stop, range.end).is_none()
        && scene.starting(Cue::Ticket, range.end).is_none()
}

/// The word before "about", "around" and their like.
fn after_about(g: &Gathering<'_, '_>, at: usize) -> usize {
    let scene = g.scene;
    match scene.ending(Cue::Limit, at) {
        Some(start) if scene.ending(Cue::Holds, start).is_some() || scene.ending(Cue::For, start).is_some() => start,
        _ => at,
    }
}

fn is_denied(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    g.scene.ending(Cue::Not, range.start).is_some()
}

fn corrects(g: &Gathering<'_, '_>, at: usize) -> bool {
    g.scene.has(Cue::Change, &g.scene.sentence(at))
}

/// "Last year we had 300 people" is no plan.
fn in_the_past(g: &Gathering<'_, '_>, at: usize) -> bool {
    let scene = g.scene;
    let clause = scene.clause(at);
    // "Same as last year, for 200": that year is taken for which event is meant.
    scene
        .among(&scene.reading.times, &clause)
        .filter(|(_, range)| !range.clone().any(|at| scene.on(Cue::Again, at) || scene.on(Cue::AgainOf, at)))
        .any(|(time, _)| {
            time.value.has_date
                && time.value.end.unwrap_or(time.value.start) < scene.context.now
                && time.value.direction.is_none()
        })
}
