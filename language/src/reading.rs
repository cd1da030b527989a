//! Chooses among the pieces of a text and places them on the calendar.
//!
//! The longest piece wins, of two as long the one whose rule stands first; what is chosen never overlaps.

use std::cmp::Reverse;

use crate::amount::Amount;
use crate::calendar::occurrence::Almanac;
use crate::finding::{Duration, Money, Number, Reading, Time};
use crate::grammar::meaning::{Meaning, part};
use crate::grammar::{Grammar, Piece};
use crate::reference::Reference;
use crate::span::Span;
use crate::token::{Token, TokenKind};
use crate::value;

/// Fills the lists of a reading, places aside.
pub(crate) fn fill(reading: &mut Reading, reference: &Reference) {
    let grammar = Grammar::of(reading.language);
    let day_first = reference.day_first || reading.language != crate::Language::English;
    let pieces = grammar.pieces(&reading.tokens, day_first);
    let almanac = Almanac::new(reference.now);
    let mut taken = vec![false; reading.tokens.len()];
    for (start, piece) in ranked(&pieces, grammar, &reading.tokens) {
        let Some(free) = taken.get_mut(start..piece.end).filter(|places| places.iter().all(|taken| !taken)) else {
            continue;
        };
        let (Some(first), Some(last)) = (reading.tokens.get(start), reading.tokens.get(piece.end - 1)) else {
            continue;
        };
        let span = first.span.to(last.span);
        let told = put(
            &piece.meaning,
            span,
            &almanac,
            &mut reading.times,
            &mut reading.money,
            &mut reading.numbers,
            &mut reading.durations,
        );
        if told || is_impossible(&piece.meaning) {
            free.fill(true);
        }
    }
    reading.times.sort_by_key(|found| found.span);
    reading.money.sort_by_key(|found| found.span);
    reading.numbers.sort_by_key(|found| found.span);
    reading.durations.sort_by_key(|found| found.span);
}

/// A date that no calendar has, such as the 30th of February, is not to be read as a part of itself.
fn is_impossible(meaning: &Meaning) -> bool {
    let whole = part::DAY | part::MONTH | part::YEAR;
    matches!(meaning, Meaning::Time(moment) if moment.parts & whole == whole && moment.parts & part::WEEKDAY == 0)
}

fn ranked<'a>(pieces: &'a [Vec<Piece>], grammar: &Grammar, tokens: &[Token]) -> Vec<(usize, &'a Piece)> {
    let mut ranked: Vec<(usize, &Piece)> = Vec::new();
    for (start, here) in pieces.iter().enumerate() {
        ranked.extend(here.iter().filter(|piece| tells(piece, grammar, tokens, start)).map(|piece| (start, piece)));
    }
    ranked.sort_by_key(|(start, piece)| (Reverse(piece.end - start), kind(&piece.meaning), piece.order, *start));
    ranked
}

fn kind(meaning: &Meaning) -> u8 {
    match meaning {
        Meaning::Name(_) => 0,
        Meaning::Money { .. } => 1,
        Meaning::Time(_) => 2,
        Meaning::Length(..) => 3,
        Meaning::Number { .. } | Meaning::Between(..) => 4,
    }
}

/// Whether a piece is something to tell, not a mere part.
fn tells(piece: &Piece, grammar: &Grammar, tokens: &[Token], start: usize) -> bool {
    match &piece.meaning {
        Meaning::Name(_) => piece.symbol == grammar.symbols.decoy,
        Meaning::Number { ordinal, .. } => {
            *ordinal || piece.symbol == grammar.symbols.number && stands_free(tokens, start, piece.end)
        }
        // A shy word that is the whole text answers a question: "May".
        Meaning::Time(moment) => {
            (!moment.latent || start == 0 && piece.end == tokens.len() && !is_bare_number(tokens))
                && stands_alone(tokens, start, piece.end)
        }
        _ => true,
    }
}

/// Whether figures are a number and not part of a code such as "B2B", "mp3" or "1.2.3".
fn stands_free(tokens: &[Token], start: usize, end: usize) -> bool {
    let Some(first) = tokens.get(start) else { return false };
    if first.kind != TokenKind::Number {
        return true;
    }
    let before = start.checked_sub(1).and_then(|before| tokens.get(before)).filter(|_| first.glued());
    let tied = before.is_some_and(|before| {
        before.kind == TokenKind::Word
            || before.kind == TokenKind::Symbol && matches!(before.lower.as_str(), "." | ":" | "/" | "_" | "@" | "=")
    });
    let after = tokens.get(end).filter(|after| after.glued() && after.kind == TokenKind::Word);
    !tied && after.is_none_or(|after| after.lower.len() > 1)
}

fn is_bare_number(tokens: &[Token]) -> bool {
    matches!(tokens, [only] if only.kind == TokenKind::Number || only.lower.chars().count() > 4 || !only.capital && only.kind == TokenKind::Word)
}

/// Whether a time is not a stretch of a file name, an address or a formula.
fn stands_alone(tokens: &[Token], start: usize, end: usize) -> bool {
    let sign_in = |at: usize, signs: &str| {
        tokens
            .get(at)
            .is_some_and(|token| token.glued() && token.kind == TokenKind::Symbol && signs.contains(&*token.lower))
    };
    let solid = |at: usize| {
        tokens.get(at).is_some_and(|token| token.glued() && matches!(token.kind, TokenKind::Word | TokenKind::Number))
    };
    let figures = tokens.get(start).is_some_and(|first| first.kind == TokenKind::Number && first.glued());
    let before = figures
        && start.checked_sub(1).is_some_and(|before| {
            sign_in(before, "-_./:=") || tokens.get(before).is_some_and(|token| token.kind == TokenKind::Word)
        });
    let number_next = tokens.get(end + 1).is_some_and(|token| token.kind == TokenKind::Number);
    let after = sign_in(end, "./:_,@") && solid(end + 1) || sign_in(end, "-") && number_next && solid(end + 1);
    !before && !after
}

fn put(
    meaning: &Meaning,
    span: Span,
    almanac: &Almanac,
    times: &mut Vec<Time>,
    money: &mut Vec<Money>,
    numbers: &mut Vec<Number>,
    durations: &mut Vec<Duration>,
) -> bool {
    match meaning {
        Meaning::Name(_) => true,
        Meaning::Number { value, ordinal, .. } => {
            numbers.push(Number { span, value: *value, upper: None, ordinal: *ordinal });
            true
        }
        Meaning::Between(low, high) => {
            numbers.push(Number { span, value: *low, upper: Some(*high), ordinal: false });
            true
        }
        Meaning::Length(length, upper) => {
            durations.push(Duration {
                span,
                seconds: length.in_seconds(),
                upper_seconds: upper.map(crate::calendar::arithmetic::Length::in_seconds),
            });
            true
        }
        Meaning::Money { amount, upper, currency } => {
            let Some(amount) = Amount::from_major(*amount) else { return false };
            let upper = upper.and_then(Amount::from_major);
            let dollars = *currency == "dollar";
            let iso = Some(*currency).filter(|code| code.len() == 3);
            money.push(Money { span, amount, upper, currency: iso, dollars, free: *currency == "free" });
            true
        }
        Meaning::Time(moment) => value::of(moment, span, almanac).map(|time| times.push(time)).is_some(),
    }
}
