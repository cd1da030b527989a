//! Dialogues with another assistant that puts events down: which events came of them.
//!
//! Promises: only what is said is looked at; an event counts when it was said back whole and the user did not object, so a
//! correction is in it and a withdrawn one is not; never fails, and a malformed line is answered with its `error`.

mod restated;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::DateTime;
use language::{Lexicon, Token};
use serde::Deserialize;
use serde_json::{Value, json};

use restated::{Earlier, Restated};

/// A turn is read this far, in characters: what is said aloud is shorter.
const TURN_LIMIT: usize = 2_000;
/// An utterance that asks for one thing has no more words.
const QUESTION_WORDS: usize = 16;

/// What the words of `data/dialogue.toml` are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    Adding,
    Naming,
    Agree,
    Refuse,
    Asking,
    Placing,
    Linking,
    Standing,
    Ending,
    Nowhere,
    Street,
    Small,
    Loose,
    Abbreviated,
}

static WORDS: LazyLock<BTreeMap<Role, Lexicon<()>>> = LazyLock::new(|| {
    let lists: BTreeMap<Role, Vec<String>> = toml::from_str(include_str!("data/dialogue.toml")).unwrap_or_default();
    lists.into_iter().map(|(role, list)| (role, Lexicon::new(list.into_iter().map(|word| (word, ()))))).collect()
});

/// Whether one of the words stands among these tokens.
fn says(role: Role, tokens: &[Token]) -> bool {
    WORDS.get(&role).is_some_and(|words| !words.find(tokens).is_empty())
}

/// A line as it comes in; nothing else of it is looked at.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    user: Option<String>,
    system: Option<String>,
}

/// The answer to one line of `eventos understand --dialogues`.
pub fn report(line: &str) -> String {
    let answer = match serde_json::from_str::<Line>(line) {
        Ok(line) => {
            let mut talk = Talk::default();
            for turn in &line.turns {
                match (&turn.user, &turn.system) {
                    (Some(words), _) => talk.user(words),
                    (None, Some(words)) => talk.system(words),
                    (None, None) => {}
                }
            }
            json!({ "id": line.id, "events": talk.events.iter().map(Restated::shown).collect::<Vec<_>>() })
        }
        Err(error) => json!({ "error": format!("not a line of the form {{\"id\",\"turns\"}}: {error}") }),
    };
    answer.to_string()
}

/// A dialogue so far.
#[derive(Default)]
struct Talk {
    events: Vec<Restated>,
    /// Whether the talk has come to putting an event down.
    adding: bool,
    /// Whether the system asked last what the event is called.
    asked_name: bool,
    /// What the system said back last.
    pending: Option<Restated>,
    earlier: Earlier,
}

impl Talk {
    fn user(&mut self, words: &str) {
        let words = cut(words);
        let tokens = language::tokens(words);
        let agrees = says(Role::Agree, tokens.get(..2.min(tokens.len())).unwrap_or(&[]));
        if let Some(event) = self.pending.take()
            && (agrees || !says(Role::Refuse, &tokens))
        {
            self.events.push(event);
            self.adding = false;
        }
        self.adding |= says(Role::Adding, &tokens);
        let named = self.asked_name || says(Role::Naming, &tokens);
        self.earlier.user(words, &tokens, named);
    }

    fn system(&mut self, words: &str) {
        let words = cut(words);
        let reading =
            language::read(words, &language::Reference::from(reference()).in_language(language::Language::English));
        let asks = words.trim_end().ends_with('?') && reading.tokens.len() < QUESTION_WORDS;
        self.asked_name = asks && says(Role::Naming, &reading.tokens);
        self.adding |= says(Role::Adding, &reading.tokens);
        self.pending = self.adding.then(|| restated::read(words, &reading, &self.earlier)).flatten();
        self.earlier.system(words, &reading);
    }
}

/// The moment at which every dialogue is held (CONTRACT).
fn reference() -> DateTime {
    jiff::civil::date(2019, 3, 1).at(0, 0, 0, 0)
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(TURN_LIMIT).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(turns: &[(&str, &str)]) -> Value {
        let turns: Vec<Value> = turns.iter().map(|(who, words)| json!({ (*who): words })).collect();
        let answer: Value = serde_json::from_str(&report(&json!({ "id": 7, "turns": turns }).to_string())).unwrap();
        answer["events"].clone()
    }

    #[test]
    fn every_word_has_its_role() {
        let lists: BTreeMap<Role, Vec<String>> = toml::from_str(include_str!("data/dialogue.toml")).unwrap();
        assert_eq!(lists.len(), 14);
    }

    #[test]
    fn what_was_said_back_and_agreed_to_is_the_event() {
        let said = events(&[
            ("user", "Put the Spring Tasting on my calendar."),
            ("system", "When and where is it?"),
            ("user", "At 12 Mill Lane, March 9th at 6 pm."),
            ("system", "Please confirm: Spring Tasting at 12 Mill Lane on March 9th at 6 pm."),
            ("user", "No, make it 7 pm instead."),
            ("system", "Please confirm: Spring Tasting at 12 Mill Lane on March 9th at 7 pm."),
            ("user", "Yes, that's right."),
            ("system", "It has been added."),
        ]);
        let expected = json!([{ "event_name": "Spring Tasting", "event_date": "2019-03-09", "event_time": "19:00",
            "event_location": "12 Mill Lane" }]);
        assert_eq!(said, expected);
    }

    #[test]
    fn what_was_refused_is_none() {
        let said = events(&[
            ("user", "Add Spring Tasting at 12 Mill Lane to my calendar, March 9th at 6 pm."),
            ("system", "Add Spring Tasting on March 9th at 6 pm at 12 Mill Lane, correct?"),
            ("user", "No, forget it."),
        ]);
        assert_eq!(said, json!([]));
        assert!(report("{").contains("error"));
    }

    /// The dialogues that lie beside the project; the floors stand a little under what was reached.
    #[test]
    fn whole_dialogues() {
        let rows = crate::understanding::tests::corpora::cases("sgd_add_event_dialogues.dev.jsonl");
        let slots = ["event_name", "event_date", "event_time", "event_location"];
        let mut right = [0; 5];
        for row in &rows {
            let answer: Value = serde_json::from_str(&report(&row.to_string())).unwrap();
            let expected = &row["expected_calls"][0]["parameters"];
            let same = |slot: &str| {
                let text = |value: &Value| value[slot].as_str().unwrap_or_default().to_lowercase();
                answer["events"]
                    .as_array()
                    .is_some_and(|events| events.iter().any(|event| text(event) == text(expected)))
            };
            let found = slots.map(same);
            for (count, found) in right.iter_mut().zip(found.iter().copied().chain([found.iter().all(|found| *found)]))
            {
                *count += usize::from(found);
            }
        }
        let percent = right.map(|right| right * 1000 / rows.len().max(1));
        for (floor, reached) in [970, 990, 990, 965, 955].into_iter().zip(percent) {
            assert!(rows.is_empty() || reached >= floor, "name, date, time, place, all: {percent:?} in thousandths");
        }
    }
}
