//! Cuts a text into words, numbers and signs, each with its place in the text.
//!
//! Promises: spans rise, never overlap, always stand between characters; digits and letters are separate tokens
//! ("10am" is two), every Han character is its own token, and white space is no token but is remembered as a gap.

use serde::Serialize;

use crate::fold::{fold_into, narrow};
use crate::span::Span;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Letters of an alphabet.
    Word,
    /// Digits only; grouping and decimal signs are tokens of their own.
    Number,
    /// One Han character.
    Cjk,
    /// Any other visible character.
    Symbol,
}

/// What stands before a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// Nothing: the token touches the one before.
    None,
    /// Blanks.
    Space,
    /// A line break, or the start of the text.
    Line,
}

/// One word, number or sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// The word in lower case without accents; digits and signs in their narrow form.
    pub lower: String,
    /// What it is made of.
    pub kind: TokenKind,
    /// What stands before it.
    pub gap: Gap,
    /// Whether it begins with a capital letter.
    pub capital: bool,
}

impl Token {
    /// Whether it touches the token before.
    pub fn glued(&self) -> bool {
        self.gap == Gap::None
    }

    /// Whether it is a sign in full width, as those of Mandarin are.
    pub fn is_wide(&self) -> bool {
        self.kind == TokenKind::Symbol && self.span.end - self.span.start > self.lower.len()
    }
}

/// Cuts the text; `limit` bounds the bytes that are looked at.
pub(crate) fn tokenize(text: &str, limit: usize) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len().min(limit) / 5 + 1);
    let mut gap = Gap::Line;
    let mut open = false;
    for (at, letter) in text.char_indices() {
        crate::work::step();
        if at >= limit {
            break;
        }
        let kind = match kind_of(letter) {
            Letter::Blank => {
                gap = if letter == '\n' || gap == Gap::Line { Gap::Line } else { Gap::Space };
                open = false;
                continue;
            }
            Letter::Mark => None,
            Letter::Of(kind) => Some(kind),
        };
        let end = at + letter.len_utf8();
        let joins = open && matches!(kind, Some(TokenKind::Word | TokenKind::Number) | None);
        match tokens.last_mut() {
            Some(last) if joins && kind.is_none_or(|kind| kind == last.kind) => {
                last.span.end = end;
                fold_into(letter, &mut last.lower);
            }
            _ => {
                let kind = kind.unwrap_or(TokenKind::Symbol);
                let mut lower = String::with_capacity(8);
                fold_into(letter, &mut lower);
                let capital = letter.is_uppercase();
                tokens.push(Token { span: Span { start: at, end }, lower, kind, gap, capital });
            }
        }
        open = true;
        gap = Gap::None;
    }
    tokens
}

/// What one character is to the cutting.
enum Letter {
    Blank,
    /// A mark that belongs to the letter before it.
    Mark,
    Of(TokenKind),
}

fn kind_of(letter: char) -> Letter {
    match narrow(letter) {
        '0'..='9' => Letter::Of(TokenKind::Number),
        'a'..='z' | 'A'..='Z' => Letter::Of(TokenKind::Word),
        '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{fe0f}' => Letter::Mark,
        '\u{200b}' | '\u{feff}' => Letter::Blank,
        '〇' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
            Letter::Of(TokenKind::Cjk)
        }
        other if other.is_whitespace() || other.is_control() => Letter::Blank,
        other if other.is_alphabetic() => Letter::Of(TokenKind::Word),
        _ => Letter::Of(TokenKind::Symbol),
    }
}
