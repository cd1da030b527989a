//! Words: finds times, money, numbers, durations, places and the language of a text, as typed spans with alternatives.
//!
//! Promises: pure (no clock, no files, no network: the moment of speaking is a parameter), no panic on any text, time
//! that grows with the length of the text alone, spans that stand between characters. It knows nothing of events.
//!
//! # The tour
//! 1. [`read`] cuts the text into [`Token`]s (`token`), folded by `fold` so that accents and capitals do not matter.
//! 2. `detect` tells the [`Language`] unless [`Reference::language`] does: script, small words, endings.
//! 3. `place` looks for cities in its own list (`data/places`), `world` for those of the whole world.
//! 4. `grammar` puts the tokens together. The words of a language (`data/<code>/words.toml`) and its rules
//!    (`data/<code>/grammar.txt`) are data; what holds everywhere stands in `data/common`. One chart applies the rules,
//!    and what a rule says is a call of an act: `date: mon ordinal -> join($1, dom($2))`.
//! 5. A time so made is an expression ("the first Tuesday of December"); `calendar` finds when it comes true.
//! 6. `reading` chooses: the longest piece wins, the earlier rule of two as long; `value` turns it into a [`Time`].
//!
//! # How it decides
//! * A time is the next one: "March 15" the coming one, "Friday" the one after today, "the 14th" today or later.
//! * "next Friday" is the coming one, or the one after it when the coming one is at most two days ahead in this week;
//!   the other reading is always among the alternatives. "下周五" is the Friday of next week.
//! * An hour without its half of the day is from noon to 7 pm or from 8 to 11 am; the other half is an alternative.
//! * A range ends where it ends: "10am-4pm" at 16:00, "March 3 to 5" at the beginning of March 6.
//! * Days counted from now ("in three days") keep the hour of speaking in `start`, with `has_hour` false.
//! * The first [`TEXT_LIMIT`] bytes are read. Text that is dense with times is given a bounded amount of work (about
//!   half a megabyte of nothing but dates); what lies beyond has tokens and places, but no times or amounts.
//!
//! # Where do I add ...
//! a word: its category in `data/<code>/words.toml` · a construct: a line in `data/<code>/grammar.txt` · a named day:
//! `data/holidays.toml` and its words · a city: `data/places/cities.txt` · a new kind of meaning: `grammar::act` ·
//! a language: a folder, a line in `grammar`, its words in `data/detect.toml`.

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
mod work;
mod world;

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
    let places = place::find(text, &tokens);
    let language = reference.language.unwrap_or_else(|| detect::language(text, &tokens, &places));
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

/// What readers of a language call a city, by its English name; nothing where they call it as everybody does.
pub fn city_name(city: &str, language: Language) -> Option<&'static str> {
    place::name_in(city, language)
}

/// The language of a text; English when nothing tells.
pub fn language_of(text: &str) -> Language {
    let tokens = token::tokenize(text, TEXT_LIMIT);
    detect::language(text, &tokens, &place::find(text, &tokens))
}
