//! Finds the phrases of a vocabulary among the tokens of a text.
//!
//! Promises: a phrase and a text are cut and folded alike, so accents, capitals and the hyphen between two words do
//! not matter; a phrase matches whole tokens only; the longest phrase wins; the time taken grows with the text alone.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::span::Span;
use crate::token::{Token, TokenKind, tokenize};

/// The words of a phrase may be no more than this many bytes in all.
const PHRASE_BYTES: usize = 200;
/// Shorter words must be written exactly: one edit makes "may" of "way".
const TYPO_LETTERS: usize = 5;

/// A vocabulary: phrases, each with what it stands for.
#[derive(Clone, Debug)]
pub struct Lexicon<T> {
    words: FxHashMap<Box<str>, u32>,
    edges: FxHashMap<(u32, u32), u32>,
    tags: FxHashMap<u32, Vec<T>>,
    nodes: u32,
    typos: Option<FxHashMap<Box<str>, Near>>,
}

/// The word that a slip stands for, and its first letter.
type Near = (u32, Option<char>);

/// A phrase that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<T> {
    /// Where it stands.
    pub span: Span,
    /// What it stands for.
    pub tag: T,
    /// Which tokens it is made of.
    pub tokens: Range<usize>,
}

impl<T> Default for Lexicon<T> {
    fn default() -> Self {
        Self {
            words: FxHashMap::default(),
            edges: FxHashMap::default(),
            tags: FxHashMap::default(),
            nodes: 0,
            typos: None,
        }
    }
}

impl<T: Clone> Lexicon<T> {
    /// A vocabulary of these phrases; of two alike the first wins.
    pub fn new<P: AsRef<str>>(phrases: impl IntoIterator<Item = (P, T)>) -> Self {
        let mut lexicon = Self::default();
        for (phrase, tag) in phrases {
            lexicon.add(phrase.as_ref(), tag);
        }
        lexicon
    }

    /// The same vocabulary, where a word of five letters or more may hold one wrong, missing or extra letter, or two
    /// neighbours exchanged.
    #[must_use]
    pub fn with_typos(mut self) -> Self {
        let mut near: FxHashMap<Box<str>, Near> = FxHashMap::default();
        for (word, id) in self.words.iter().filter(|(word, _)| is_long(word)) {
            near.insert(word.clone(), (*id, word.chars().next()));
            for shorter in without_one(word) {
                near.entry(shorter.into()).or_insert((*id, word.chars().next()));
            }
        }
        self.typos = Some(near);
        self
    }

    /// Adds one phrase.
    pub fn add(&mut self, phrase: &str, tag: T) {
        let tokens = tokenize(phrase, PHRASE_BYTES);
        let mut node = 0;
        for (at, token) in tokens.iter().enumerate() {
            if is_joint(&tokens, at) {
                continue;
            }
            let fresh = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
            let word = *self.words.entry(token.lower.as_str().into()).or_insert(fresh);
            let next = self.nodes + 1;
            let child = *self.edges.entry((node, word)).or_insert(next);
            self.nodes = self.nodes.max(child);
            node = child;
        }
        if node != 0 {
            self.tags.entry(node).or_default().push(tag);
        }
    }

    /// The longest phrases, from left to right, none overlapping.
    pub fn find(&self, tokens: &[Token]) -> Vec<Match<T>> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let mut longest = None;
            self.each_at(tokens, at, |end, tags| longest = tags.first().map(|tag| (end, tag)));
            let Some((end, tag)) = longest else {
                at += 1;
                continue;
            };
            if let (Some(first), Some(last)) = (tokens.get(at), tokens.get(end - 1)) {
                found.push(Match { span: first.span.to(last.span), tag: tag.clone(), tokens: at..end });
            }
            at = end;
        }
        found
    }

    /// Every word of every phrase, folded.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(AsRef::as_ref)
    }

    /// Shows every phrase that begins at this token: the token after its end, and what it stands for; shortest first.
    pub(crate) fn each_at<'a>(&'a self, tokens: &[Token], start: usize, mut see: impl FnMut(usize, &'a [T])) {
        let mut node = 0;
        let mut at = start;
        while let Some(token) = tokens.get(at) {
            crate::work::step();
            if at > start && is_joint(tokens, at) {
                at += 1;
                continue;
            }
            let Some(child) = self.word(&token.lower).and_then(|word| self.edges.get(&(node, word))) else {
                return;
            };
            node = *child;
            at += 1;
            if let Some(tags) = self.tags.get(&node) {
                see(at, tags);
            }
        }
    }

    fn word(&self, lower: &str) -> Option<u32> {
        if let Some(word) = self.words.get(lower) {
            return Some(*word);
        }
        let near = self.typos.as_ref()?;
        if !is_long(lower) {
            return None;
        }
        let initial = lower.chars().next();
        // A long word keeps its initial in nearly every slip of the hand, and asking for it keeps "sunday" from "monday".
        near.get(lower)
            .or_else(|| without_one(lower).iter().find_map(|shorter| near.get(shorter.as_str())))
            .filter(|(_, first)| *first == initial)
            .map(|(word, _)| *word)
    }
}

fn is_long(word: &str) -> bool {
    word.len() <= 40 && word.chars().all(char::is_alphabetic) && word.chars().count() >= TYPO_LETTERS
}

/// The word with one letter left out, in every way: two words that share one of these are about one edit apart.
fn without_one(word: &str) -> Vec<String> {
    word.char_indices()
        .map(|(at, letter)| {
            let (head, tail) = word.split_at(at);
            format!("{head}{}", tail.get(letter.len_utf8()..).unwrap_or(""))
        })
        .collect()
}

/// A hyphen that joins two words into one, as in "twenty-five".
pub(crate) fn is_joint(tokens: &[Token], at: usize) -> bool {
    let (Some(token), Some(next)) = (tokens.get(at), tokens.get(at + 1)) else {
        return false;
    };
    let after_word =
        at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|before| before.kind == TokenKind::Word);
    after_word
        && token.glued()
        && next.glued()
        && next.kind == TokenKind::Word
        && matches!(token.lower.as_str(), "-" | "‐" | "‑")
}
