//! One message with all that was found in it: its words, its clauses and sentences, and which of them speak of the event.
//!
//! Promises: a position outside the message is answered with nothing, never with a panic; all lookups are cheap, so that the
//! time for a message grows with its length alone.

use std::collections::BTreeMap;
use std::ops::Range;

use language::{Gap, Language, Number, Reading, Reference, Span, Token, TokenKind};

use super::Context;
use super::words::{Cue, Want, Words, words};
use crate::domain::fact::Field;
use crate::domain::values::EventKind;

/// A message shorter than this many words takes the conversation's language.
const TELLING_WORDS: usize = 5;

/// A message, its words and its context.
pub(super) struct Scene<'a> {
    /// What is read of the message.
    pub(super) text: &'a str,
    /// The conversation.
    pub(super) context: &'a Context<'a>,
    /// What the language room found.
    pub(super) reading: Reading,
    /// The vocabulary of the message's language.
    pub(super) words: &'static Words,
    /// Kinds of event that are named.
    pub(super) kinds: Vec<(Range<usize>, EventKind)>,
    cues: BTreeMap<Cue, Vec<Range<usize>>>,
    clauses: Parts,
    sentences: Parts,
}

/// A division of the words into stretches.
#[derive(Default)]
struct Parts {
    ranges: Vec<Range<usize>>,
    of: Vec<usize>,
}

impl<'a> Scene<'a> {
    /// Reads the text.
    pub(super) fn new(text: &'a str, context: &'a Context<'a>) -> Self {
        let mut reading = read(text, context);
        let words = words(reading.language);
        count_heads(&mut reading, text, words, context);
        count_people(&mut reading, words, context);
        anchor(&mut reading, text, context);
        if context.asks(Field::Name) {
            keep_names_whole(&mut reading, text, context);
        }
        let tokens = &reading.tokens;
        let cues = words
            .cues
            .iter()
            .map(|(cue, lexicon)| (*cue, lexicon.find(tokens).into_iter().map(|found| found.tokens).collect()))
            .collect();
        let kinds = words.kinds.find(tokens).into_iter().map(|found| (found.tokens, found.tag)).collect();
        let clauses = Parts::of(tokens, |at| is_break(tokens, at));
        let sentences = Parts::of(tokens, |at| is_end(tokens, at));
        Self { text, context, reading, words, kinds, cues, clauses, sentences }
    }

    /// The language of the message.
    pub(super) fn language(&self) -> Language {
        self.reading.language
    }

    /// The words.
    pub(super) fn tokens(&self) -> &[Token] {
        &self.reading.tokens
    }

    /// One word.
    pub(super) fn token(&self, at: usize) -> Option<&Token> {
        self.reading.tokens.get(at)
    }

    /// One word in plain letters; empty outside the message.
    pub(super) fn lower(&self, at: usize) -> &str {
        self.token(at).map_or("", |token| token.lower.as_str())
    }

    /// The organizer's own writing of these words.
    pub(super) fn slice(&self, range: &Range<usize>) -> &'a str {
        let first = self.token(range.start);
        let last = range.end.checked_sub(1).and_then(|last| self.token(last));
        match (first, last) {
            (Some(first), Some(last)) if range.start < range.end => first.span.to(last.span).text(self.text),
            _ => "",
        }
    }

    /// The words that a span covers.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let start = self.tokens().partition_point(|token| token.span.end <= span.start);
        let end = self.tokens().partition_point(|token| token.span.start < span.end);
        start..end.max(start)
    }

    /// The clause around a word, without its punctuation.
    pub(super) fn clause(&self, at: usize) -> Range<usize> {
        self.clauses.around(at)
    }

    /// The clause that begins after the one that ends here.
    pub(super) fn clause_after(&self, clause: &Range<usize>) -> Option<Range<usize>> {
        let next = self.clauses.around(clause.end + 1);
        (next.start > clause.start && !next.is_empty()).then_some(next)
    }

    /// All clauses that have words.
    pub(super) fn clauses(&self) -> impl Iterator<Item = &Range<usize>> {
        self.clauses.ranges.iter().filter(|clause| !clause.is_empty())
    }

    /// All sentences.
    pub(super) fn sentences(&self) -> &[Range<usize>] {
        &self.sentences.ranges
    }

    /// The sentence around a word, without its punctuation.
    pub(super) fn sentence(&self, at: usize) -> Range<usize> {
        self.sentences.around(at)
    }

    /// The first kind of event that is named inside these words.
    pub(super) fn kind_in(&self, words: &Range<usize>) -> Option<&(Range<usize>, EventKind)> {
        let first = self.kinds.partition_point(|(range, _)| range.start < words.start);
        self.kinds.get(first).filter(|(range, _)| range.start < words.end)
    }

    /// Whether this word belongs to the name of a kind of event.
    pub(super) fn on_kind(&self, at: usize) -> bool {
        let next = self.kinds.partition_point(|(range, _)| range.end <= at);
        self.kinds.get(next).is_some_and(|(range, _)| range.start <= at)
    }

    /// Every place where a signal stands.
    pub(super) fn all(&self, cue: Cue) -> &[Range<usize>] {
        self.cues.get(&cue).map_or(&[], Vec::as_slice)
    }

    /// The signals that lie inside these words.
    pub(super) fn within(&self, cue: Cue, range: &Range<usize>) -> impl Iterator<Item = &Range<usize>> {
        let all = self.all(cue);
        let first = all.partition_point(|spot| spot.start < range.start);
        let end = range.end;
        all.iter().skip(first).take_while(move |spot| spot.start < end).filter(move |spot| spot.end <= end)
    }

    /// Whether a signal lies inside these words.
    pub(super) fn has(&self, cue: Cue, range: &Range<usize>) -> bool {
        self.within(cue, range).next().is_some()
    }

    /// Where the signal that begins at this word ends.
    pub(super) fn starting(&self, cue: Cue, at: usize) -> Option<usize> {
        let all = self.all(cue);
        let found = all.get(all.partition_point(|spot| spot.start < at))?;
        (found.start == at).then_some(found.end)
    }

    /// Where the signal that ends before this word begins.
    pub(super) fn ending(&self, cue: Cue, at: usize) -> Option<usize> {
        let all = self.all(cue);
        let found = all.get(all.partition_point(|spot| spot.end < at))?;
        (found.end == at).then_some(found.start)
    }

    /// Whether this word belongs to the signal.
    pub(super) fn on(&self, cue: Cue, at: usize) -> bool {
        let all = self.all(cue);
        all.get(all.partition_point(|spot| spot.end <= at)).is_some_and(|spot| spot.start <= at)
    }

    /// Whether a word for people begins here: "people", "guests", "runners".
    pub(super) fn counts_people(&self, at: usize) -> bool {
        self.starting(Cue::People, at).is_some() || self.starting(Cue::Audience, at).is_some()
    }

    /// Whether the conversation about the event is under way.
    pub(super) fn under_way(&self) -> bool {
        !self.context.asked.is_empty() || !self.context.draft.is_empty()
    }
}

impl Parts {
    fn of(tokens: &[Token], ends: impl Fn(usize) -> Option<bool>) -> Self {
        let mut parts = Self::default();
        let mut start = 0;
        for at in 0..tokens.len() {
            // `Some(true)`: the sign itself is left out; `Some(false)`: a new part begins with this word.
            match ends(at) {
                Some(true) => {
                    parts.of.push(parts.ranges.len());
                    parts.ranges.push(start..at);
                    start = at + 1;
                    continue;
                }
                Some(false) if at > start => {
                    parts.ranges.push(start..at);
                    start = at;
                }
                _ => {}
            }
            parts.of.push(parts.ranges.len());
        }
        parts.ranges.push(start..tokens.len());
        parts
    }

    fn around(&self, at: usize) -> Range<usize> {
        self.of.get(at).and_then(|part| self.ranges.get(*part)).cloned().unwrap_or(at..at)
    }
}

/// "About 20 kids", and "about 20" to a question about people: a number with a word before it that could lead an hour, too.
fn count_heads(reading: &mut Reading, text: &str, words: &Words, context: &Context<'_>) {
    let Reading { times, numbers, tokens, language, .. } = reading;
    let reference = Reference::from(context.now).in_language(*language);
    let counts = |at: usize| {
        let next = tokens.get(at..(at + 2).min(tokens.len())).unwrap_or(&[]);
        [Cue::People, Cue::Audience]
            .iter()
            .filter_map(|cue| words.cues.get(cue))
            .any(|cue| cue.find(next).first().is_some_and(|found| found.tokens.start == 0))
    };
    let asked = context.asks(Field::Capacity) && !context.asks(Field::DateTime);
    times.retain(|time| {
        let value = &time.value;
        if value.has_date || value.end.is_some() || value.grain != language::Grain::Hour {
            return true;
        }
        let end = tokens.partition_point(|token| token.span.start < time.span.end);
        let first = tokens.partition_point(|token| token.span.end <= time.span.start);
        let about = words.cues.get(&Cue::Limit).is_some_and(|limit| {
            tokens
                .get(first..end)
                .is_some_and(|inside| limit.find(inside).first().is_some_and(|found| found.tokens.start == 0))
        });
        if !(counts(end) || asked && about) {
            return true;
        }
        // The number without the word before it.
        let bare = (first..end).find_map(|at| {
            let start = tokens.get(at)?.span.start;
            let rest = text.get(start..time.span.end)?;
            let found = language::read(rest, &reference).numbers.into_iter().next()?;
            (found.span.start == 0 && found.span.end == rest.len()).then_some((start, found))
        });
        if let Some((start, mut found)) = bare {
            found.span = Span { start, end: time.span.end };
            numbers.push(found);
            return false;
        }
        true
    });
    numbers.sort_by_key(|number| number.span);
}

/// "For 24" is for 24 people and no hour, unless an hour was asked for and no number of people.
fn count_people(reading: &mut Reading, words: &Words, context: &Context<'_>) {
    if context.asks(Field::DateTime) && context.draft.time.is_none() && !context.asks(Field::Capacity) {
        return;
    }
    let Reading { times, numbers, tokens, .. } = reading;
    let prefixes = words.cues.get(&Cue::For);
    times.retain(|time| {
        let first = tokens.partition_point(|token| token.span.end <= time.span.start);
        let inside = tokens.get(first..).unwrap_or(&[]).iter().take_while(|token| token.span.end <= time.span.end);
        let inside: Vec<&Token> = inside.collect();
        let [prefix, number] = inside.as_slice() else { return true };
        let is_for = prefixes.is_some_and(|prefixes| !prefixes.find(std::slice::from_ref(*prefix)).is_empty());
        let value = number
            .lower
            .parse::<u32>()
            .ok()
            .filter(|_| is_for && !time.value.has_date && prefix.kind == TokenKind::Word);
        if let Some(value) = value {
            numbers.push(Number { span: number.span, value: f64::from(value), upper: None, ordinal: false });
        }
        value.is_none()
    });
    numbers.sort_by_key(|number| number.span);
}

/// "Sometime in February", and then "the 18th": the day is one of that month, until a day is known.
fn anchor(reading: &mut Reading, text: &str, context: &Context<'_>) {
    let Some(wish) = context.wish.filter(|wish| context.draft.date.is_none() && wish.from > context.now.date()) else {
        return;
    };
    let reference = Reference::from(wish.from.to_datetime(jiff::civil::Time::midnight())).in_language(reading.language);
    let there = language::read(text, &reference);
    let offset =
        |start: jiff::civil::DateTime, now: jiff::civil::Date| now.until(start.date()).map(|span| span.get_days());
    for time in &mut reading.times {
        let Some(other) = there.times.iter().find(|other| other.span == time.span) else { continue };
        let (here, then) = (&time.value, &other.value);
        // What is counted from today moves with it; a day of the month and a weekday stay what they are.
        let counted = offset(here.start, context.now.date()).ok() == offset(then.start, wish.from).ok();
        let same_day = here.start.day() == then.start.day() || here.start.weekday() == then.start.weekday();
        let inside = then.start.date() >= wish.from && then.start.date() <= wish.until;
        if here.has_date && here.rrule.is_none() && !counted && same_day && inside {
            *time = other.clone();
        }
    }
}

/// In "Lantern Night, 7pm" the night belongs to the name and the hour stands alone.
fn keep_names_whole(reading: &mut Reading, text: &str, context: &Context<'_>) {
    let Reading { times, tokens, language, .. } = reading;
    let reference = Reference::from(context.now).in_language(*language);
    for time in times.iter_mut() {
        let first = tokens.partition_point(|token| token.span.end <= time.span.start);
        let before = first.checked_sub(1).and_then(|before| tokens.get(before));
        let (Some(before), Some([word, comma, next, ..])) = (before, tokens.get(first..)) else { continue };
        let named = before.capital && word.capital && word.kind == TokenKind::Word && comma.lower == ",";
        if !named || next.span.start >= time.span.end {
            continue;
        }
        let start = next.span.start;
        let rest = text.get(start..time.span.end).unwrap_or_default();
        if let Some(mut alone) = language::read(rest, &reference).times.into_iter().next() {
            alone.span = Span { start: alone.span.start + start, end: alone.span.end + start };
            *time = alone;
        }
    }
}

/// The language of a short message is the conversation's, unless it asks for something in words of another language; a longer
/// one tells its own.
fn read(text: &str, context: &Context<'_>) -> Reading {
    let reference = Reference::from(context.now);
    let known = context.language.and_then(Language::from_code);
    let own = language::read(text, &reference);
    match known {
        Some(known) if known != own.language && is_short(&own.tokens) && !turns(&own, known) => {
            language::read(text, &reference.in_language(known))
        }
        _ => own,
    }
}

fn is_short(tokens: &[Token]) -> bool {
    let latin = tokens.iter().filter(|token| token.kind == TokenKind::Word).count();
    latin < TELLING_WORDS && !tokens.iter().any(|token| token.kind == TokenKind::Cjk)
}

/// "Muéstrame lugares en Toronto" in an English conversation: two words or more that are a wish in their own language and none
/// in the conversation's. A yes, a greeting or a name in another language turns nothing.
fn turns(own: &Reading, known: Language) -> bool {
    let tokens = &own.tokens;
    let wishes = |language: Language| {
        let words = words(language);
        let signs = |cue: Cue| words.cues.get(&cue).map(|signs| signs.find(tokens)).unwrap_or_default();
        let (found, looks, venues) = (words.intents.find(tokens), signs(Cue::Look), signs(Cue::Venues));
        let asks = found.iter().any(|wish| asks_for(wish.tag)) || !looks.is_empty() && !venues.is_empty();
        let told = |at: usize, token: &Token| {
            token.kind != TokenKind::Word
                || found.iter().any(|wish| wish.tokens.contains(&at))
                || looks.iter().chain(&venues).any(|sign| sign.tokens.contains(&at))
                || own
                    .places
                    .iter()
                    .any(|place| place.span.start <= token.span.start && token.span.end <= place.span.end)
        };
        asks && tokens.iter().enumerate().all(|(at, token)| told(at, token))
    };
    let several = tokens.iter().filter(|token| token.kind == TokenKind::Word).count() > 1;
    several && wishes(own.language) && !wishes(known)
}

/// A wish that is said in words of one's own, not in a "yes" or a "hello" that everybody knows.
fn asks_for(want: Want) -> bool {
    !matches!(want, Want::Affirm | Want::Decline | Want::Greet | Want::Thanks | Want::Bye | Want::Filler | Want::GoTo)
}

fn is_break(tokens: &[Token], at: usize) -> Option<bool> {
    let token = tokens.get(at)?;
    let next = tokens.get(at + 1);
    let between_digits = || {
        let digit = |token: Option<&Token>| token.is_some_and(|token| token.kind == TokenKind::Number);
        digit(at.checked_sub(1).and_then(|before| tokens.get(before)))
            && digit(next)
            && token.glued()
            && next.is_some_and(Token::glued)
            // "20:00，120人": a full-width comma is a pause.
            && !(token.lower == "," && token.is_wide())
    };
    match token.lower.as_str() {
        "," | ":" if between_digits() => is_end(tokens, at),
        "," | ";" | ":" | "(" | ")" | "、" | "|" | "•" | "[" | "]" => Some(true),
        "-" | "–" | "—" if !token.glued() && next.is_none_or(|next| !next.glued()) => Some(true),
        _ => is_end(tokens, at),
    }
}

fn is_end(tokens: &[Token], at: usize) -> Option<bool> {
    let token = tokens.get(at)?;
    let next = tokens.get(at + 1);
    match token.lower.as_str() {
        "!" | "?" | "。" | "…" | "؟" => Some(true),
        "." if next.is_none_or(|next| !next.glued()) && !is_abbreviation(tokens, at) => Some(true),
        _ if at > 0 && token.gap == Gap::Line => Some(false),
        _ => None,
    }
}

/// "St." and "p.m." do not end a sentence when a small letter follows.
fn is_abbreviation(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let short = before.is_some_and(|before| {
        before.kind == TokenKind::Word
            && (before.lower.chars().count() <= 2 || matches!(before.lower.as_str(), "ave" | "blvd"))
    });
    let goes_on = tokens.get(at + 1).is_some_and(|next| !next.capital);
    let titled = before.is_some_and(|before| matches!(before.lower.as_str(), "dr" | "mr" | "mrs" | "ms" | "prof"));
    titled || short && goes_on
}
