//! The vocabulary of each language, from its data file.
//!
//! Promises: a key that this file does not know, or a missing key, fails the test that reads every file; at run time every
//! language has every list.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use language::{Language, Lexicon, Match, Token};
use serde::Deserialize;

use crate::domain::values::EventKind;

/// What a phrase signals; the lists stand in `data/<language>.toml` under `[cue]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cue {
    Again,
    AgainOf,
    Create,
    Event,
    Foreign,
    Hostile,
    Asking,
    Look,
    Venues,
    Order,
    Polite,
    Speech,
    Verb,
    Sentence,
    Name,
    NameWord,
    Put,
    Topic,
    Describe,
    About,
    At,
    In,
    VenueIs,
    AddressIs,
    Room,
    StreetBefore,
    StreetAfter,
    NoPlace,
    Own,
    Online,
    OnlineNot,
    InPerson,
    Hybrid,
    Need,
    People,
    Audience,
    Limit,
    Holds,
    Unlimited,
    Age,
    Ticket,
    PriceWord,
    NotPrice,
    FreeOther,
    PerOrder,
    Tax,
    NoTax,
    Refund,
    General,
    Then,
    Early,
    Tier,
    Until,
    Start,
    End,
    Doors,
    ForLength,
    NotLength,
    Hour,
    Not,
    Change,
    Remove,
    For,
    Article,
    Plain,
    Joint,
    Stop,
    Public,
    Private,
}

/// What a phrase wants; the lists stand under `[intent]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Want {
    Affirm,
    Decline,
    Choose,
    Skip,
    Back,
    Next,
    GoTo,
    Summary,
    WhatIsLeft,
    Undo,
    Redo,
    Help,
    Publish,
    CallOff,
    Suggest,
    StartOver,
    Greet,
    Thanks,
    Bye,
    Filler,
}

/// The phrases of one language.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// What the organizer wants.
    pub(super) intents: Vocabulary<Want>,
    /// The six stages by their number.
    pub(super) stages: Lexicon<u8>,
    /// "The second one", counted from 0.
    pub(super) picks: Lexicon<usize>,
    /// Kinds of event.
    pub(super) kinds: Vocabulary<EventKind>,
    /// What a place must have, by the name that venues give it.
    pub(super) amenities: Vocabulary<String>,
    /// Everything else.
    pub(super) cues: BTreeMap<Cue, Lexicon<()>>,
}

/// A data file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    intent: BTreeMap<Want, Vec<String>>,
    stage: BTreeMap<String, Vec<String>>,
    pick: Vec<Vec<String>>,
    kind: BTreeMap<EventKind, Vec<String>>,
    amenity: BTreeMap<String, Vec<String>>,
    cue: BTreeMap<Cue, Vec<String>>,
}

const SOURCES: [(Language, &str); 4] = [
    (Language::English, include_str!("data/en.toml")),
    (Language::French, include_str!("data/fr.toml")),
    (Language::Spanish, include_str!("data/es.toml")),
    (Language::Mandarin, include_str!("data/zh.toml")),
];

static WORDS: LazyLock<Vec<(Language, Words)>> =
    LazyLock::new(|| SOURCES.iter().map(|(language, source)| (*language, Words::of(source))).collect());

static NONE: LazyLock<Words> = LazyLock::new(Words::default);

/// The vocabulary of this language.
pub(super) fn words(language: Language) -> &'static Words {
    WORDS.iter().find(|(known, _)| *known == language).map_or(&NONE, |(_, words)| words)
}

/// The vocabularies of all languages.
pub(super) fn all_words() -> impl Iterator<Item = &'static Words> {
    WORDS.iter().map(|(_, words)| words)
}

impl Words {
    fn of(source: &str) -> Self {
        // A file that does not parse is caught by the test below, before anything ships.
        let file: File = toml::from_str(source).unwrap_or_default();
        let stages = file.stage.iter().filter_map(|(number, list)| Some((number.parse().ok()?, list)));
        Self {
            intents: Vocabulary::of(&file.intent),
            stages: lexicon(stages),
            picks: lexicon(file.pick.iter().enumerate()),
            kinds: Vocabulary::of(&file.kind),
            amenities: Vocabulary::of(&file.amenity),
            cues: file.cue.iter().map(|(cue, list)| (*cue, lexicon([((), list)]))).collect(),
        }
    }
}

fn lexicon<'a, T: Clone>(lists: impl IntoIterator<Item = (T, &'a Vec<String>)>) -> Lexicon<T> {
    Lexicon::new(lists.into_iter().flat_map(|(tag, list)| list.iter().map(move |phrase| (phrase, tag.clone()))))
}

/// Phrases as they are written; of those in one long word, also with a slip of the hand.
#[derive(Debug)]
pub(super) struct Vocabulary<T> {
    exact: Lexicon<T>,
    long: Lexicon<T>,
}

impl<T> Default for Vocabulary<T> {
    fn default() -> Self {
        Self { exact: Lexicon::default(), long: Lexicon::default() }
    }
}

/// Shorter words are too near to others: "class" to "clash", "summit" to "submit".
const LONG_LETTERS: usize = 7;

impl<T: Clone> Vocabulary<T> {
    fn of(lists: &BTreeMap<T, Vec<String>>) -> Self {
        let long = |word: &&String| word.chars().count() >= LONG_LETTERS && word.chars().all(char::is_alphabetic);
        let words = lists.iter().flat_map(|(tag, list)| list.iter().filter(long).map(move |word| (word, tag.clone())));
        Self {
            exact: lexicon(lists.iter().map(|(tag, list)| (tag.clone(), list))),
            long: Lexicon::new(words).with_typos(),
        }
    }

    /// The phrases, from left to right; a slip counts only where nothing is written rightly.
    pub(super) fn find(&self, tokens: &[Token]) -> Vec<Match<T>> {
        let mut found = self.exact.find(tokens);
        let exact = found.len();
        for slip in self.long.find(tokens) {
            let next = found
                .get(..exact)
                .map_or(0, |exact| exact.partition_point(|known| known.tokens.end <= slip.tokens.start));
            if found
                .get(..exact)
                .and_then(|exact| exact.get(next))
                .is_none_or(|known| known.tokens.start >= slip.tokens.end)
            {
                found.push(slip);
            }
        }
        found.sort_by_key(|known| known.tokens.start);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_every_list() {
        let files = SOURCES.map(|(language, source)| {
            let file: File = toml::from_str(source).unwrap_or_else(|error| panic!("{language:?}: {error}"));
            (language, file)
        });
        let (_, english) = &files[0];
        for (language, file) in &files {
            assert!(file.intent.keys().eq(english.intent.keys()), "{language:?}: the intents differ");
            assert!(file.kind.keys().eq(english.kind.keys()), "{language:?}: the kinds differ");
            assert!(file.amenity.keys().eq(english.amenity.keys()), "{language:?}: the amenities differ");
            let missing: Vec<_> = english.cue.keys().filter(|cue| !file.cue.contains_key(cue)).collect();
            assert!(missing.is_empty(), "{language:?}: no list for {missing:?}");
            assert!(file.stage.keys().map(String::as_str).eq(["1", "2", "3", "4", "5", "6"]), "{language:?}");
            assert!(file.pick.len() >= 4, "{language:?}");
        }
    }
}
