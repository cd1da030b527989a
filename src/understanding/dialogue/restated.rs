//! An event that an assistant says back: its name, day, hour and place among the words of one utterance.
//!
//! The name is the longest stretch of it that the user had said before; the place is an address, or stands where a place
//! stands; what was said earlier decides between two that could be it.

use std::ops::Range;

use language::{Reading, Token, TokenKind};
use serde_json::{Value, json};

use super::{Role, WORDS, says};

/// What was said back.
pub(super) struct Restated {
    name: String,
    date: String,
    time: String,
    place: String,
}

impl Restated {
    /// By the names of the calendar's call.
    pub(super) fn shown(&self) -> Value {
        json!({ "event_name": self.name, "event_date": self.date, "event_time": self.time, "event_location": self.place })
    }
}

/// What was said before.
#[derive(Default)]
pub(super) struct Earlier {
    /// The user's words, and whether they were about the name.
    user: Vec<(Vec<Word>, bool)>,
    /// Everything, in small letters.
    all: String,
    date: Option<String>,
    time: Option<String>,
}

/// A word of an utterance with what stands between it and the one before.
struct Word {
    lower: String,
    text: Range<usize>,
    capital: bool,
    number: bool,
    between: String,
}

impl Earlier {
    pub(super) fn user(&mut self, text: &str, tokens: &[Token], named: bool) {
        self.user.push((words(tokens), named));
        self.all.push_str(&text.to_lowercase());
        self.all.push('\n');
    }

    pub(super) fn system(&mut self, text: &str, reading: &Reading) {
        let times = Times::of(text, reading);
        self.date = times.date.or(self.date.take());
        self.time = times.time.or(self.time.take());
        self.all.push_str(&text.to_lowercase());
        self.all.push('\n');
    }

    fn has(&self, phrase: &str) -> bool {
        self.all.contains(&phrase.to_lowercase())
    }
}

/// The event that an utterance says back, if it does.
pub(super) fn read(text: &str, reading: &Reading, earlier: &Earlier) -> Option<Restated> {
    let times = Times::of(text, reading);
    let asks = says(Role::Asking, &reading.tokens);
    let (date, time) = match (times.date, times.time) {
        (Some(date), Some(time)) => (date, time),
        // A correction may say back only what has changed.
        (Some(date), None) if asks => (date, earlier.time.clone()?),
        (None, Some(time)) if asks => (earlier.date.clone()?, time),
        _ => return None,
    };
    let said = Said { text, words: words(&reading.tokens), taken: times.spans };
    let place = said.place(earlier, None)?;
    let name = said.name(earlier, &place)?;
    let place = said.place(earlier, Some(&name)).unwrap_or(place);
    Some(Restated { name: said.written(&name), date, time, place: said.written(&place) })
}

/// The times of an utterance that are surely times.
struct Times {
    date: Option<String>,
    time: Option<String>,
    spans: Vec<Range<usize>>,
}

impl Times {
    fn of(text: &str, reading: &Reading) -> Self {
        let mut times = Self { date: None, time: None, spans: Vec::new() };
        let solid = || reading.times.iter().filter(|time| is_solid(time.span.text(text)));
        let written = |time: &&language::Time| time.span.text(text).contains(|letter: char| letter.is_ascii_digit());
        let day = |time: &language::Time| time.value.has_date.then(|| time.value.start.date());
        let exact = solid().filter(written).find_map(day);
        // Beside "March 13th" the Sunday of "Taking Back Sunday" is a name.
        let named =
            |time: &&language::Time| !written(time) && exact.zip(day(time)).is_some_and(|(exact, day)| exact != day);
        for time in solid().filter(|time| !named(time)) {
            if time.value.has_date && times.date.is_none() {
                times.date = Some(time.value.start.date().to_string());
            }
            if time.value.has_hour {
                times.time = Some(time.value.start.strftime("%H:%M").to_string());
            }
            times.spans.push(time.span.start..time.span.end);
        }
        times
    }
}

/// "For 3" may be three people and "1532 20th" a house in a street; "3 pm", "3:30" and "the 20th" are times.
fn is_solid(text: &str) -> bool {
    let tokens = language::tokens(text);
    let ordinal = says(Role::Loose, &tokens) && text.contains("the ");
    tokens.iter().any(|token| match token.kind {
        TokenKind::Symbol => matches!(token.lower.as_str(), ":" | "/"),
        TokenKind::Word if matches!(token.lower.as_str(), "st" | "nd" | "rd" | "th") => ordinal,
        TokenKind::Word if matches!(token.lower.as_str(), "am" | "pm" | "a" | "p") => true,
        TokenKind::Word => token.lower.len() > 2 && !says(Role::Loose, std::slice::from_ref(token)),
        _ => false,
    })
}

fn words(tokens: &[Token]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut between = String::new();
    for token in tokens {
        if token.kind == TokenKind::Symbol && !matches!(token.lower.as_str(), "#" | "&" | "+") {
            between.push_str(&token.lower);
            continue;
        }
        if !token.glued() {
            between.push(' ');
        }
        words.push(Word {
            lower: token.lower.clone(),
            text: token.span.start..token.span.end,
            capital: token.capital,
            number: token.kind == TokenKind::Number,
            between: std::mem::take(&mut between),
        });
    }
    words
}

/// One utterance.
struct Said<'a> {
    text: &'a str,
    words: Vec<Word>,
    taken: Vec<Range<usize>>,
}

impl Said<'_> {
    fn slice(&self, range: &Range<usize>) -> &str {
        let start = self.words.get(range.start).map_or(0, |word| word.text.start);
        let end = range.end.checked_sub(1).and_then(|last| self.words.get(last)).map_or(start, |word| word.text.end);
        self.text.get(start..end).unwrap_or_default()
    }

    /// As it was written, with the full stop of "M.D." that is no end of a sentence.
    fn written(&self, range: &Range<usize>) -> String {
        let slice = self.slice(range).trim();
        let mut letters = slice.chars().rev();
        let initials = letters.next().is_some_and(char::is_uppercase) && letters.next() == Some('.');
        let end = range.end.checked_sub(1).and_then(|last| self.words.get(last)).map_or(0, |word| word.text.end);
        let stopped = self.text.get(end..).is_some_and(|rest| rest.starts_with('.'));
        if initials && stopped { format!("{slice}.") } else { slice.to_owned() }
    }

    fn lower(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.lower.as_str())
    }

    /// Whether the word plays this part.
    fn plays(&self, role: Role, at: usize) -> bool {
        let word = self.lower(at);
        !word.is_empty() && WORDS.get(&role).is_some_and(|list| !list.find(&language::tokens(word)).is_empty())
    }

    fn is_taken(&self, at: usize) -> bool {
        let Some(word) = self.words.get(at) else { return true };
        self.taken.iter().any(|span| span.start < word.text.end && word.text.start < span.end)
    }

    /// Whether something ends before this word: a sentence, or a clause.
    fn breaks(&self, at: usize) -> bool {
        let between = self.words.get(at).map_or("", |word| word.between.as_str());
        let short = at
            .checked_sub(1)
            .is_some_and(|before| self.lower(before).len() == 1 || self.plays(Role::Abbreviated, before));
        let begins = self.plays(Role::Small, at);
        between.contains(['?', '!', ';', ':', ',']) || (begins || !short) && between.contains(". ")
    }

    /// A place that begins at this word.
    fn place_from(&self, start: usize, earlier: &Earlier, name: Option<&Range<usize>>) -> Option<Range<usize>> {
        let mut end = start;
        while end < self.words.len() && !self.is_taken(end) && !name.is_some_and(|name| name.contains(&end)) {
            if end > start && (self.breaks(end) || self.plays(Role::Ending, end)) {
                break;
            }
            end += 1;
        }
        // "261 Driggs Avenue, Brooklyn", when it was said so before.
        let longer = (end + 1..=end + 3).rev().find(|longer| {
            *longer <= self.words.len()
                && (end..*longer).all(|at| self.words.get(at).is_some_and(|word| word.capital) && !self.is_taken(at))
                && earlier.has(self.slice(&(start..*longer)))
        });
        (end > start).then_some(start..longer.unwrap_or(end))
    }

    fn place(&self, earlier: &Earlier, name: Option<&Range<usize>>) -> Option<Range<usize>> {
        let free = |at: usize| !self.is_taken(at) && !name.is_some_and(|name| name.contains(&at));
        let mut found: Vec<(u8, Range<usize>)> = Vec::new();
        for at in (0..self.words.len()).filter(|at| free(*at)) {
            let Some((rank, range)) = self.place_rank(at).zip(self.place_from(at, earlier, name)) else { continue };
            // "20th Street" is the end of "1532 20th Street"; a number alone is a place only where a word says so.
            let inside = found.iter().any(|(other, whole)| *other == 3 && rank == 3 && whole.contains(&at));
            if !inside && (rank < 3 || range.len() > 1) {
                found.push((rank, range));
            }
        }
        let surest = found.into_iter().max_by_key(|(rank, range)| {
            let known = earlier.has(self.slice(range));
            (*rank, known, if *rank == 2 { usize::MAX - range.start } else { range.start })
        });
        surest.map(|(_, range)| range)
    }

    /// How surely a place begins here: 3 an address, 2 behind a word for the place, 1 behind "at" with a capital, 0 behind "at".
    fn place_rank(&self, at: usize) -> Option<u8> {
        let word = self.words.get(at)?;
        let next = self.words.get(at + 1);
        let street = || (at + 1..at + 5).any(|at| self.plays(Role::Street, at));
        if word.number && word.text.len() <= 6 && next.is_some_and(|next| next.capital || next.number || street()) {
            return (!self.is_taken(at + 1)).then_some(3);
        }
        if self.plays(Role::Linking, at) || self.plays(Role::Nowhere, at) {
            return None;
        }
        let before = (at.saturating_sub(6)..at).rev().find(|before| !self.plays(Role::Linking, *before));
        if before.is_some_and(|before| self.plays(Role::Placing, before)) {
            return Some(2);
        }
        let stands = |at: usize| self.plays(Role::Standing, at);
        let led = at.checked_sub(1).is_some_and(|before| {
            stands(before) || self.lower(before) == "the" && before.checked_sub(1).is_some_and(stands)
        });
        led.then_some(u8::from(word.capital))
    }

    /// The longest stretch that the user had said; what was said about the name comes before what was said about anything.
    fn name(&self, earlier: &Earlier, place: &Range<usize>) -> Option<Range<usize>> {
        let mut best: Option<((usize, usize, usize), Range<usize>)> = None;
        for (said, named) in &earlier.user {
            for run in self.runs(said, place) {
                let Some(range) = self.without_small(run) else { continue };
                let led = (range.start.saturating_sub(3)..range.start).any(|at| self.plays(Role::Naming, at));
                let rank = (usize::from(*named) + usize::from(led), range.len(), usize::MAX - range.start);
                if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                    best = Some((rank, range));
                }
            }
        }
        best.map(|(_, range)| range)
    }

    /// Every longest stretch of words that stands in both, in the same order.
    fn runs(&self, said: &[Word], place: &Range<usize>) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut lengths = vec![0usize; said.len() + 1];
        for at in 0..self.words.len() {
            let mut next = vec![0usize; said.len() + 1];
            if !self.is_taken(at) && !place.contains(&at) {
                for (there, word) in said.iter().enumerate().filter(|(_, word)| word.lower == self.lower(at)) {
                    let joined =
                        !self.breaks(at) || self.words.get(at).is_some_and(|here| here.between == word.between);
                    let before = lengths.get(there).copied().unwrap_or(0);
                    if let Some(length) = next.get_mut(there + 1) {
                        *length = 1 + if joined { before } else { 0 };
                    }
                }
            }
            for (there, length) in next.iter().enumerate().filter(|(_, length)| **length > 0) {
                let longer = said.get(there).is_some_and(|word| {
                    word.lower == self.lower(at + 1)
                        && !self.breaks(at + 1)
                        && !self.is_taken(at + 1)
                        && !place.contains(&(at + 1))
                });
                if !longer {
                    runs.push(at + 1 - length..at + 1);
                }
            }
            lengths = next;
        }
        runs
    }

    fn without_small(&self, mut range: Range<usize>) -> Option<Range<usize>> {
        // A capital inside a sentence makes a name of any word: "event New house".
        let proud = |at: usize| {
            let word = self.words.get(at).filter(|word| word.capital && word.lower.len() > 1);
            at > 0 && word.is_some_and(|word| !word.between.contains(['.', '?', '!']))
        };
        while range.start < range.end && self.plays(Role::Small, range.start) && !proud(range.start) {
            range.start += 1;
        }
        // "McDonald's" ends with a letter that is small elsewhere.
        let tied = |at: usize| self.words.get(at).is_some_and(|word| matches!(word.between.as_str(), "'" | "’"));
        while range.end > range.start && self.plays(Role::Small, range.end - 1) && !tied(range.end - 1) {
            range.end -= 1;
        }
        (!range.is_empty()).then_some(range)
    }
}
