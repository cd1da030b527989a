//! Chooses among the pieces of a text and places them on the calendar.
//!
//! The longest piece wins, of two as long the one whose rule stands first; what is chosen never overlaps.

use std::cmp::Reverse;
use std::ops::Range;

use crate::amount::Amount;
use crate::calendar::occurrence::Almanac;
use crate::finding::{Duration, Money, Number, Reading, Time};
use crate::grammar::meaning::{Meaning, part};
use crate::grammar::{Grammar, Piece, Pieces};
use crate::reference::Reference;
use crate::span::Span;
use crate::token::{Gap, Token, TokenKind};
use crate::value;

/// Fills the lists of a reading, places aside.
pub(crate) fn fill(reading: &mut Reading, reference: &Reference) {
    let grammar = Grammar::of(reading.language);
    let day_first = reference.day_first || reading.language != crate::Language::English;
    let almanac = Almanac::new(reference.now);
    let Reading { tokens, times, money, numbers, durations, .. } = &mut *reading;
    let mut taken = vec![false; tokens.len()];
    grammar.each_stretch(tokens, day_first, |offset, pieces| {
        for (range, piece) in ranked(pieces, offset, grammar, tokens) {
            crate::work::step();
            let free = taken.get_mut(range.clone()).filter(|places| places.iter().all(|taken| !taken));
            let (Some(free), Some(first), Some(last)) = (free, tokens.get(range.start), tokens.get(range.end - 1))
            else {
                continue;
            };
            let span = first.span.to(last.span);
            let told = put(&piece.meaning, span, &almanac, times, money, numbers, durations);
            if told || is_impossible(&piece.meaning) {
                free.fill(true);
            }
        }
    });
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

/// What is worth telling of a stretch that begins at the token `offset`, the best first, by its tokens in the text.
fn ranked<'a>(
    pieces: &'a Pieces,
    offset: usize,
    grammar: &Grammar,
    tokens: &[Token],
) -> Vec<(Range<usize>, &'a Piece)> {
    let mut ranked: Vec<(Range<usize>, &Piece)> = Vec::new();
    let answer = offset == 0 && is_answer(pieces.at(0), grammar, tokens.len());
    for (start, here) in pieces.by_token().enumerate() {
        for piece in here {
            crate::work::step();
            let range = offset + start..offset + piece.end;
            let whole = answer && range == (0..tokens.len());
            let cuts =
                cuts_length(piece, pieces, tokens, range.end) || cuts_count(piece, pieces, tokens, &range, offset);
            if tells(piece, grammar, tokens, &range, whole) && !cuts {
                ranked.push((range, piece));
            }
        }
    }
    ranked.sort_by_key(|(range, piece)| (Reverse(range.len()), kind(&piece.meaning), piece.order, range.start));
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

/// Whether the whole text is one shy word or phrase, as in the answer to a question: "May".
fn is_answer(first: &[Piece], grammar: &Grammar, end: usize) -> bool {
    let whole = || first.iter().filter(|piece| piece.end == end);
    let counts = |piece: &Piece| {
        let number = piece.symbol == grammar.symbols.number || piece.symbol == grammar.symbols.cardinal;
        number || matches!(piece.meaning, Meaning::Length(..) | Meaning::Money { .. })
    };
    whole().any(|piece| matches!(&piece.meaning, Meaning::Time(_))) && !whole().any(counts)
}

/// Whether a piece is something to tell, not a mere part; `whole` says that it is a shy text of its own.
fn tells(piece: &Piece, grammar: &Grammar, tokens: &[Token], range: &Range<usize>, whole: bool) -> bool {
    let (start, end) = (range.start, range.end);
    match &piece.meaning {
        Meaning::Name(_) => piece.symbol == grammar.symbols.decoy && range.len() < tokens.len(),
        Meaning::Number { ordinal, .. } => {
            *ordinal || piece.symbol == grammar.symbols.number && stands_free(tokens, start, end)
        }
        Meaning::Between(..) => stands_free(tokens, start, end),
        Meaning::Time(moment) => {
            let clock = moment.parts & part::CLOCK != 0;
            (!moment.latent || whole)
                && stands_alone(tokens, start, end)
                && !(clock && is_address(tokens, start, end))
                && !(moment.parts == part::MONTH && has_no_such_day(tokens, start, end))
        }
        _ => true,
    }
}

/// "Friday for two" of "Friday for two hours": the number counts hours and names none.
fn cuts_length(piece: &Piece, pieces: &Pieces, tokens: &[Token], end: usize) -> bool {
    let leads = |at: usize| {
        matches!(tokens.get(at).map(|token| token.lower.as_str()), Some("for" | "pour" | "durante" | "por"))
    };
    let longer = |other: &Piece| matches!(other.meaning, Meaning::Length(..)) && other.end > piece.end;
    matches!(piece.meaning, Meaning::Time(_))
        && end.checked_sub(2).is_some_and(leads)
        && piece.end.checked_sub(1).is_some_and(|last| pieces.at(last).iter().any(longer))
}

/// "晚上8点50" of "晚上8点50人", "8点50" of "8点50元": in Mandarin nothing parts an hour from the number behind it; what follows that
/// number tells that it counts people or money, and no minutes.
fn cuts_count(piece: &Piece, pieces: &Pieces, tokens: &[Token], range: &Range<usize>, offset: usize) -> bool {
    if !matches!(piece.meaning, Meaning::Time(_)) {
        return false;
    }
    let is = |at: usize, signs: &str| {
        tokens.get(at).is_some_and(|token| token.kind == TokenKind::Cjk && signs.contains(&*token.lower))
    };
    let counts = |other: &Piece| {
        let end = offset + other.end;
        match other.meaning {
            Meaning::Number { .. } | Meaning::Between(..) => end >= range.end && is(end, "人位名个张席座余"),
            Meaning::Money { .. } => end > range.end,
            _ => false,
        }
    };
    let hour = range.clone().rev().find(|at| is(*at, "点时钟"));
    let minutes = hour.map(|at| at + 1).filter(|at| *at < range.end);
    minutes.is_some_and(|at| pieces.at(at - offset).iter().any(counts))
}

/// Whether figures are a number and not part of a code, an address or a telephone number.
fn stands_free(tokens: &[Token], start: usize, end: usize) -> bool {
    let figures = |at: usize| tokens.get(at).is_some_and(|token| token.kind == TokenKind::Number);
    if !figures(start) {
        return true;
    }
    let glued = |at: usize| tokens.get(at).is_some_and(Token::glued);
    let sign_in = |at: usize, signs: &str| {
        tokens.get(at).is_some_and(|token| signs.contains(&*token.lower) && !is_pause(tokens, at))
    };
    let before = glued(start)
        && start.checked_sub(1).is_some_and(|before| {
            let word = tokens.get(before).is_some_and(|token| token.kind == TokenKind::Word);
            let run = sign_in(before, "-") && before.checked_sub(1).is_some_and(figures);
            word || run || sign_in(before, ".:/_@=")
        });
    let letter =
        tokens.get(end).is_some_and(|after| after.glued() && after.kind == TokenKind::Word && after.lower.len() == 1);
    let run = glued(end) && sign_in(end, "./:-_") && glued(end + 1) && figures(end + 1);
    !before && !letter && !run
}

/// Whether a time is not a stretch of a file name, an address or a formula.
fn stands_alone(tokens: &[Token], start: usize, end: usize) -> bool {
    let sign_in = |at: usize, signs: &str| {
        tokens
            .get(at)
            .is_some_and(|token| token.glued() && token.kind == TokenKind::Symbol && signs.contains(&*token.lower))
            && !is_pause(tokens, at)
    };
    let solid = |at: usize| {
        tokens.get(at).is_some_and(|token| token.glued() && matches!(token.kind, TokenKind::Word | TokenKind::Number))
    };
    let figures = tokens.get(start).is_some_and(|first| first.kind == TokenKind::Number && first.glued());
    let before = figures
        && start.checked_sub(1).is_some_and(|before| {
            sign_in(before, "-_./:=") || tokens.get(before).is_some_and(|token| token.kind == TokenKind::Word)
        });
    // "For 3h", "3Y": the letter makes it something else.
    let unit_next = tokens.get(end).is_some_and(|next| next.glued() && next.kind == TokenKind::Word)
        && end.checked_sub(1).and_then(|last| tokens.get(last)).is_some_and(|last| last.kind == TokenKind::Number);
    let number_next = tokens.get(end + 1).is_some_and(|token| token.kind == TokenKind::Number);
    let after = sign_in(end, "./:_,@") && solid(end + 1) || sign_in(end, "-") && number_next && solid(end + 1);
    !before && !after && !unit_next
}

/// Mandarin is written without blanks: in "晚上8点，120人" the comma is a pause although it touches what follows, and so is
/// the colon of "时间：20:00". Between figures a colon counts hours; a narrow comma behind bare figures groups them.
fn is_pause(tokens: &[Token], at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let is = |other: Option<&Token>, kind: TokenKind| other.is_some_and(|other| other.kind == kind);
    let figures = |other: Option<&Token>| is(other, TokenKind::Number);
    match token.lower.as_str() {
        "," => {
            let counted = at.checked_sub(2).and_then(|sign| tokens.get(sign)).is_some_and(|sign| sign.lower == ":");
            token.is_wide() || !figures(before) || counted
        }
        ":" => (token.is_wide() || is(before, TokenKind::Cjk)) && !(figures(before) && figures(tokens.get(at + 1))),
        _ => false,
    }
}

/// "32 August", "February 151998": a number that is no day and no year beside a month makes it none.
fn has_no_such_day(tokens: &[Token], start: usize, end: usize) -> bool {
    let apart = |at: usize| tokens.get(at).is_some_and(|token| token.gap == Gap::Space);
    let figures = |at: usize| tokens.get(at).filter(|token| token.kind == TokenKind::Number).map(|token| &token.lower);
    let before = start.checked_sub(1).filter(|_| apart(start)).and_then(figures);
    let after = Some(end).filter(|end| apart(*end)).and_then(figures);
    before.is_some_and(|number| number.len() <= 2 && number.parse().is_ok_and(|number: u8| number > 31))
        || after.is_some_and(|number| number.len() > 4)
}

/// "At 1510 Marina Vista", "at 1532 20th Street": a number in front of a name counts houses.
fn is_address(tokens: &[Token], start: usize, end: usize) -> bool {
    let named = tokens.get(end).is_some_and(|next| {
        next.capital && next.kind == TokenKind::Word && next.gap == Gap::Space && next.lower.len() > 3
    });
    let number = |at: Option<usize>| {
        at.filter(|at| *at >= start)
            .and_then(|at| tokens.get(at))
            .filter(|token| token.kind == TokenKind::Number && !token.glued())
    };
    let house = |at: Option<usize>| number(at).is_some_and(|token| token.lower.len() > 2);
    let ordinal = tokens
        .get(end - 1)
        .is_some_and(|last| last.glued() && matches!(last.lower.as_str(), "st" | "nd" | "rd" | "th"));
    named
        && if ordinal {
            number(end.checked_sub(2)).is_some() && house(end.checked_sub(3))
        } else {
            // "At 2317 Central Avenue": Central is a zone only where no street follows.
            let zone = tokens.get(end - 1).is_some_and(|last| last.capital && last.kind == TokenKind::Word);
            house(end.checked_sub(if zone { 2 } else { 1 }))
        }
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
