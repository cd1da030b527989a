//! Hours in bare figures, where an hour was asked for: "7", "10 to 4".

use language::{Language, Reference, TokenKind};

use crate::domain::fact::{Fact, Field};
use crate::understanding::facts::gathering::Gathering;
use crate::understanding::words::Cue;

/// A bare answer is no longer than this.
const BARE_WORDS: usize = 8;

/// Reads the message again with the little word that was left out.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let asked = scene.context.asks(Field::DateTime);
    let told = g.facts().any(|fact| matches!(fact, Fact::Time(_)));
    if !asked || told || !is_bare(g) {
        return;
    }
    let (between, at) = match scene.language() {
        Language::English => ("from", "at"),
        Language::French => ("de", "à"),
        Language::Spanish => ("de", "a las"),
        Language::Mandarin => ("从", "在"),
    };
    let reference = Reference::from(scene.context.now).in_language(scene.language());
    let numbers = scene.reading.numbers.iter().filter(|number| g.open(scene.range(number.span).start)).count();
    let ranged = numbers > 1 || scene.reading.numbers.iter().any(|number| number.upper.is_some());
    let text = scene.reading.numbers.iter().map(|number| scene.range(number.span)).filter(|range| g.all_open(range));
    let Some(words) = text.reduce(|first, last| first.start..last.end) else {
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

/// Small figures and little words, and nothing else that is open.
fn is_bare(g: &Gathering<'_, '_>) -> bool {
    let scene = g.scene;
    let open: Vec<usize> = (0..scene.tokens().len()).filter(|at| g.open(*at)).collect();
    let numbers = || scene.reading.numbers.iter().map(|number| scene.range(number.span));
    let hours = scene.reading.numbers.iter().all(|number| (0.0..=24.0).contains(&number.value));
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
