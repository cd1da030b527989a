//! Hours in bare figures: "7" and "10 to 4" where an hour was asked for; "9 May, 10 to 4" and "next weekend, 10 to 4" where a
//! day was said or wished for.

use std::ops::Range;

use language::{Language, Reference, TokenKind};

use crate::domain::fact::{Fact, Field};
use crate::understanding::facts::gathering::Gathering;
use crate::understanding::words::Cue;

/// A bare answer is no longer than this.
const BARE_WORDS: usize = 8;

/// Reads the message again with the little word that was left out.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    if g.facts().any(|fact| matches!(fact, Fact::Time(_))) {
        return;
    }
    let all = 0..scene.tokens().len();
    if scene.context.asks(Field::DateTime) && is_bare(g, &all) {
        take(g, &all);
    } else if (g.has_wish() || g.facts().any(|fact| matches!(fact, Fact::Date(_))))
        && let Some(clause) = scene.clauses().find(|clause| is_span(g, clause)).cloned()
    {
        take(g, &clause);
    }
}

/// The hours in these words.
fn take(g: &mut Gathering<'_, '_>, part: &Range<usize>) {
    let scene = g.scene;
    let (between, at) = match scene.language() {
        Language::English => ("from", "at"),
        Language::French => ("de", "à"),
        Language::Spanish => ("de", "a las"),
        Language::Mandarin => ("从", "在"),
    };
    let reference = Reference::from(scene.context.now).in_language(scene.language());
    let numbers = numbers(g, part);
    let ranged = is_ranged(&numbers);
    let Some(words) = numbers.into_iter().map(|(range, _)| range).reduce(|first, last| first.start..last.end) else {
        return;
    };
    let again = format!("{} {}", if ranged { between } else { at }, scene.slice(&words));
    let found = language::read(&again, &reference).times.into_iter().find(|time| time.value.has_hour);
    if let Some(time) = found {
        g.take(&words);
        g.said(Fact::Time(time.value.start.time()));
        if let Some(end) = time.value.end {
            g.said(Fact::EndTime(end.time()));
        }
    }
}

/// The open numbers in these words, and whether each is a stretch by itself.
fn numbers(g: &Gathering<'_, '_>, part: &Range<usize>) -> Vec<(Range<usize>, bool)> {
    let all = g.scene.reading.numbers.iter().map(|number| (g.scene.range(number.span), number.upper.is_some()));
    all.filter(|(range, _)| part.start <= range.start && range.end <= part.end && g.all_open(range)).collect()
}

fn is_ranged(numbers: &[(Range<usize>, bool)]) -> bool {
    numbers.len() > 1 || numbers.iter().any(|(_, upper)| *upper)
}

/// "10 to 4" between two commas: two hours, and nothing else.
fn is_span(g: &Gathering<'_, '_>, clause: &Range<usize>) -> bool {
    is_ranged(&numbers(g, clause)) && clause.clone().all(|at| g.open(at)) && is_bare(g, clause)
}

/// Small figures and little words, and nothing else that is open.
fn is_bare(g: &Gathering<'_, '_>, part: &Range<usize>) -> bool {
    let scene = g.scene;
    let open: Vec<usize> = part.clone().filter(|at| g.open(*at)).collect();
    let inside = |range: &Range<usize>| part.start <= range.start && range.end <= part.end;
    let all = || scene.reading.numbers.iter().filter(|number| inside(&scene.range(number.span)));
    let numbers = || all().map(|number| scene.range(number.span));
    let hours = all().all(|number| (0.0..=24.0).contains(&number.value));
    let little = |at: usize| {
        let cues = [Cue::Stop, Cue::Put, Cue::Joint, Cue::Limit, Cue::At, Cue::Change];
        cues.into_iter().any(|cue| scene.on(cue, at))
            || scene.token(at).is_some_and(|token| token.kind == TokenKind::Symbol)
    };
    let counted = numbers().any(|range| scene.counts_people(range.end));
    !open.is_empty()
        && open.len() <= BARE_WORDS
        && hours
        && !counted
        && open.iter().all(|at| little(*at) || numbers().any(|range| range.contains(at)))
}
