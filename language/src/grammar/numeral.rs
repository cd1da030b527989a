//! Numbers: in figures, in words, in Han characters.

use crate::token::{Token, TokenKind};

/// A row of more groups of three figures than this is no number that anybody means.
const MOST_GROUPS: usize = 6;

/// A number and the token after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Numeral {
    pub(crate) end: usize,
    pub(crate) value: f64,
    /// How many figures it has, when it is figures only.
    pub(crate) digits: usize,
}

/// How a language writes numbers in figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// The sign between thousands.
    pub(crate) group: char,
    /// The sign before the fraction.
    pub(crate) point: char,
    /// Whether a blank may stand between thousands.
    pub(crate) blank: bool,
}

/// What a word does in a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    /// Stands for a value below a hundred, or for hundreds in one word.
    Value(f64),
    /// Multiplies what was said before.
    Scale(f64),
    /// Joins two parts.
    And,
}

/// One figure token as it stands.
pub(crate) fn plain(token: &Token) -> Option<(f64, usize)> {
    let digits = token.lower.len();
    if token.kind != TokenKind::Number || digits > 12 {
        return None;
    }
    token.lower.parse().ok().map(|value| (value, digits))
}

/// The longest number in figures that begins here.
pub(crate) fn in_figures(tokens: &[Token], at: usize, figures: Figures) -> Option<Numeral> {
    let (mut value, head) = tokens.get(at).and_then(plain)?;
    let mut end = at + 1;
    if head <= 3
        && let Some((grouped, after)) = groups(tokens, end, value, figures)
    {
        (value, end) = (grouped, after);
    }
    let whole = end == at + 1;
    let sign = |sign: char| glued_sign(tokens, end, sign);
    let part = tokens.get(end + 1).filter(|part| part.glued()).and_then(plain);
    if let Some((part, count)) = part.filter(|_| is_free(tokens, end + 2)) {
        // A comma before two figures is a decimal sign whatever the language: nobody groups by two.
        let other = if figures.point == '.' { ',' } else { '.' };
        if sign(figures.point) || sign(other) && count != 3 && count < 3 {
            let scale = 10f64.powi(i32::try_from(count).ok()?);
            return Some(Numeral { end: end + 2, value: value + part / scale, digits: 0 });
        }
    }
    Some(Numeral { end, value, digits: if whole { head } else { 0 } })
}

/// Groups of three figures after the first.
fn groups(tokens: &[Token], from: usize, head: f64, figures: Figures) -> Option<(f64, usize)> {
    let (mut value, mut at) = (head, from);
    let mut sign = None;
    while let Some(token) = tokens.get(at) {
        crate::work::step();
        if at > from + 2 * MOST_GROUPS {
            return None;
        }
        let by_sign = [figures.group, '\'', '’'].into_iter().find(|sign| glued_sign(tokens, at, *sign));
        let (group, next) = if let Some(found) = by_sign.filter(|found| sign.is_none_or(|sign| sign == *found)) {
            sign = Some(found);
            (tokens.get(at + 1).filter(|group| group.glued()), at + 2)
        } else if figures.blank && sign.is_none_or(|sign| sign == ' ') && !token.glued() {
            sign = Some(' ');
            (Some(token), at + 1)
        } else {
            break;
        };
        let Some((figure, 3)) = group.and_then(plain) else { break };
        value = value * 1000.0 + figure;
        at = next;
    }
    (at > from && (is_free(tokens, at) || glued_sign(tokens, at, figures.point))).then_some((value, at))
}

fn glued_sign(tokens: &[Token], at: usize, sign: char) -> bool {
    // A full-width comma is a pause, not a part of a number.
    tokens.get(at).is_some_and(|token| {
        let narrow = token.span.end - token.span.start == sign.len_utf8();
        token.glued() && token.lower.chars().eq([sign]) && (narrow || sign == '.')
    })
}

/// Whether no further figures are tied to what ends here, as in "1.2.3".
fn is_free(tokens: &[Token], at: usize) -> bool {
    let tied = ['.', ',', '/', ':'].into_iter().any(|sign| glued_sign(tokens, at, sign));
    !(tied && tokens.get(at + 1).is_some_and(|next| next.glued() && next.kind == TokenKind::Number))
}

/// The longest number that begins here and needs words; `role` gives what the lexicon knows of a token and where the
/// word ends, `first` a number in figures that stands before a scale ("5 thousand").
pub(crate) fn in_words(
    at: usize,
    first: Option<Numeral>,
    role: impl Fn(usize) -> Option<(usize, Role)>,
) -> Option<Numeral> {
    let (mut total, mut current, mut end) = (0.0, 0.0, None);
    let mut place = at;
    let mut figures = false;
    if let Some(first) = first {
        (current, place, figures) = (first.value, first.end, true);
    }
    while let Some((next, said)) = role(place) {
        crate::work::step();
        let after_and = said == Role::And;
        let (next, said) = match said {
            Role::And if current + total > 0.0 => match role(next) {
                Some(found) => found,
                None => break,
            },
            Role::And => return None,
            other => (next, other),
        };
        match said {
            Role::Value(value) if !figures && takes(current, value, after_and) => current += value,
            Role::Scale(scale) if !after_and && (current == 0.0 || scale >= 1000.0 || current < 100.0) => {
                if scale >= 1000.0 && total > 0.0 && total < scale * 1000.0 && total % (scale * 1000.0) != 0.0 {
                    break;
                }
                current = current.max(if current == 0.0 { 1.0 } else { 0.0 }) * scale;
                if scale >= 1000.0 {
                    (total, current) = (total + current, 0.0);
                }
                figures = false;
            }
            _ => break,
        }
        (place, end) = (next, Some(next));
    }
    end.map(|end| Numeral { end, value: total + current, digits: 0 })
}

/// Whether a value may follow what was said: units after tens, tens after hundreds.
fn takes(current: f64, value: f64, after_and: bool) -> bool {
    if current == 0.0 {
        return !after_and || value < 1000.0;
    }
    let rest = current % 100.0;
    if rest == 0.0 {
        return value < 100.0;
    }
    rest % 10.0 == 0.0 && rest >= 20.0 && (1.0..10.0).contains(&value)
}

/// The longest number in Han characters that begins here, figures before a scale included ("3万").
pub(crate) fn in_han(tokens: &[Token], at: usize, figures: Option<Numeral>) -> Option<Numeral> {
    let (mut total, mut section, mut digit): (f64, f64, Option<f64>) = (0.0, 0.0, None);
    let mut place = at;
    if let Some(figures) = figures {
        (digit, place) = (Some(figures.value), figures.end);
    }
    let (mut spelled, mut count, mut scale_before) = (String::new(), 0, 10.0);
    let begun = place;
    while let Some(token) =
        tokens.get(place).filter(|token| token.kind == TokenKind::Cjk && count < 24 && (place == at || token.glued()))
    {
        crate::work::step();
        let Some(letter) = token.lower.chars().next() else { break };
        match (han_digit(letter), han_scale(letter)) {
            (Some(value), _) => {
                if figures.is_some() && place == begun {
                    break;
                }
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 9")]
                spelled.push(char::from(b'0' + value as u8));
                digit = Some(value);
            }
            (None, Some(scale)) if scale >= 10_000.0 => {
                if digit.is_none() && section == 0.0 && total == 0.0 {
                    break;
                }
                section += digit.take().unwrap_or(0.0);
                total = (total + section) * scale;
                (section, scale_before) = (0.0, scale);
            }
            (None, Some(scale)) => {
                section += digit.take().unwrap_or(1.0) * scale;
                scale_before = scale;
            }
            _ => break,
        }
        count += 1;
        place += 1;
    }
    if place == begun || (figures.is_some() && total == 0.0 && section == 0.0) {
        return None;
    }
    let scaled = total > 0.0 || section > 0.0;
    let value = match digit {
        Some(_) if !scaled => spelled.parse().ok()?,
        // 三百五 is 350, 三百零五 is 305.
        Some(last) if scale_before >= 100.0 && !spelled.ends_with('0') && !zero_before(tokens, place) => {
            total + section + last * scale_before / 10.0
        }
        Some(last) => total + section + last,
        None => total + section,
    };
    Some(Numeral { end: place, value, digits: 0 })
}

fn zero_before(tokens: &[Token], end: usize) -> bool {
    end.checked_sub(2)
        .and_then(|at| tokens.get(at))
        .is_some_and(|token| matches!(token.lower.as_str(), "零" | "〇" | "十"))
}

fn han_digit(letter: char) -> Option<f64> {
    let digits = ["零〇", "一壹", "二两兩贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"];
    digits.iter().position(|same| same.contains(letter)).map(|digit| digit as f64)
}

fn han_scale(letter: char) -> Option<f64> {
    Some(match letter {
        '十' | '拾' => 10.0,
        '百' | '佰' => 100.0,
        '千' | '仟' => 1000.0,
        '万' | '萬' => 10_000.0,
        '亿' | '億' => 100_000_000.0,
        _ => return None,
    })
}
