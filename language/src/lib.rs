//! language.

mod amount;
mod calendar;
mod detect;
mod finding;
mod fold;
mod grammar;
mod language;
mod lexicon;
mod place;
mod reading;
mod reference;
mod span;
mod token;
mod value;

pub use amount::Amount;
pub use finding::{Direction, Duration, Grain, Money, Number, Place, Reading, Time, TimeValue};
pub use language::Language;
pub use lexicon::{Lexicon, Match};
pub use reference::Reference;
pub use span::Span;
pub use token::{Gap, Token, TokenKind};

/// The longest part of a text that is looked at, in bytes.
pub const TEXT_LIMIT: usize = 1 << 20;

/// Finds everything in a text.
pub fn read(text: &str, reference: &Reference) -> Reading {
    let tokens = token::tokenize(text, TEXT_LIMIT);
    let language = reference.language.unwrap_or_else(|| detect::language(text, &tokens));
    let places = place::find(text, &tokens);
    let mut reading = Reading {
        language,
        tokens,
        times: Vec::new(),
        money: Vec::new(),
        numbers: Vec::new(),
        durations: Vec::new(),
        places,
    };
    reading::fill(&mut reading, reference);
    reading
}

/// Cuts a text into tokens, as [`read`] does; for a [`Lexicon`] on a text that is not read for times.
pub fn tokens(text: &str) -> Vec<Token> {
    token::tokenize(text, TEXT_LIMIT)
}

/// The language of a text; English when nothing tells.
pub fn language_of(text: &str) -> Language {
    detect::language(text, &token::tokenize(text, TEXT_LIMIT))
}
