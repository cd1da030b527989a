//! A model's words on their way to the organizer: what would mislead is held back before it is shown.
//!
//! Promises: a sentence goes on as it comes until it names a day, an hour, an amount, a number or a name; then it waits for its
//! end and is measured against the draft, the suggestions and the organizer's own words. What differs is held back, and the field
//! is remembered, so that the answer can state what counts in the same message. Links that are not the event's, claims to have
//! acted and the house's own instructions are held back, too. Nothing is shown beyond the length that was agreed (C-06).

mod known;

use std::collections::BTreeSet;

use crate::domain::fact::Field;
pub use known::{Known, Sources};

/// Watches one answer.
#[derive(Debug)]
pub struct Guard {
    known: Known,
    /// The sentence that is on its way.
    sentence: String,
    /// So much of it is shown.
    shown: usize,
    /// The words before it, as far as they may belong to the instructions.
    tail: String,
    /// Letters that were shown.
    length: usize,
    /// The longest answer, in characters.
    longest: usize,
    /// Nothing more is shown.
    closed: bool,
    wrong: BTreeSet<Field>,
    held_back: usize,
}

/// What is wrong with a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Fine,
    /// It differs from what is known in these fields.
    Wrong(Vec<Field>),
    /// It may not be said, whatever the draft is.
    Forbidden,
    /// It shows what nobody may see: nothing more of this answer is shown.
    Leak,
}

impl Guard {
    /// Watches an answer of at most so many characters.
    pub fn new(known: Known, longest: usize) -> Self {
        Self {
            known,
            sentence: String::new(),
            shown: 0,
            tail: String::new(),
            length: 0,
            longest,
            closed: false,
            wrong: BTreeSet::new(),
            held_back: 0,
        }
    }

    /// Takes the next piece; gives what may be shown now.
    pub fn take(&mut self, piece: &str) -> String {
        let mut out = String::new();
        for letter in piece.chars() {
            if self.closed {
                return out;
            }
            // Control characters have no business in an answer.
            if letter.is_control() && letter != '\n' {
                continue;
            }
            let ends = self.ends_with(letter);
            if !ends || letter == '\n' || is_wide_stop(letter) {
                self.sentence.push(letter);
            }
            if ends {
                out.push_str(&self.close());
                if letter != '\n' && !is_wide_stop(letter) {
                    self.sentence.push(letter);
                }
            }
        }
        out.push_str(&self.go_on());
        out
    }

    /// The rest, when the answer is over. `whole`: it was given to its end; of a sentence that broke off nothing more is shown.
    pub fn end(&mut self, whole: bool) -> String {
        if whole && !self.closed {
            return self.close();
        }
        let cut = self.shown > 0 && !self.closed;
        self.sentence.clear();
        self.closed = true;
        if cut { "…".to_owned() } else { String::new() }
    }

    /// Fields about which the model said something else than is known.
    pub fn wrong(&self) -> impl Iterator<Item = Field> + '_ {
        self.wrong.iter().copied()
    }

    /// Sentences that were held back.
    pub fn held_back(&self) -> usize {
        self.held_back
    }

    /// Nothing more is shown, so that nothing more need be asked for.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether this letter ends the sentence before it: a full stop ends one only when a blank follows it.
    fn ends_with(&self, letter: char) -> bool {
        let stopped = self.sentence.ends_with(['.', '!', '?', '…']);
        letter == '\n' || is_wide_stop(letter) || (stopped && letter.is_whitespace())
    }

    /// Shows more of the sentence that is on its way, while there is nothing in it to be measured.
    fn go_on(&mut self) -> String {
        if self.closed
            || self.sentence.len() == self.shown
            || self.known.must_wait(&self.tail, &self.sentence, self.shown)
        {
            return String::new();
        }
        let out = self.sentence.get(self.shown..).unwrap_or_default().to_owned();
        self.shown = self.sentence.len();
        self.say(out)
    }

    /// Measures the sentence that just ended, and shows the rest of it or holds it back.
    fn close(&mut self) -> String {
        let sentence = std::mem::take(&mut self.sentence);
        let shown = std::mem::take(&mut self.shown);
        let rest = sentence.get(shown..).unwrap_or_default();
        let cut = || if shown > 0 { "…".to_owned() } else { String::new() };
        let verdict = self.known.verdict(&self.tail, &sentence);
        self.tail = known::tail(&self.tail, &sentence);
        let out = match verdict {
            Verdict::Fine => rest.to_owned(),
            Verdict::Wrong(fields) => {
                self.wrong.extend(fields);
                self.held_back += 1;
                cut()
            }
            Verdict::Forbidden => {
                self.held_back += 1;
                cut()
            }
            Verdict::Leak => {
                self.held_back += 1;
                self.closed = true;
                cut()
            }
        };
        let out = self.say(out);
        // The agreed length ends with a sentence.
        self.closed |= self.length >= self.longest;
        out
    }

    fn say(&mut self, out: String) -> String {
        self.length += out.chars().count();
        // A sentence without an end has one nevertheless.
        if self.length > self.longest * 2 {
            self.closed = true;
        }
        out
    }
}

fn is_wide_stop(letter: char) -> bool {
    matches!(letter, '。' | '！' | '？')
}

#[cfg(test)]
mod tests;
