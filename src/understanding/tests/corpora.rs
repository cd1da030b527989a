//! The shared cases, where they are present; and texts that nobody would write.

use std::io::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answer, opening};
use crate::domain::fact::{Fact, Field};
use crate::understanding::Intent;
use crate::understanding::report::report;

/// The lines of a file of cases; none, said aloud, where there are no cases.
#[expect(clippy::disallowed_methods, reason = "a test may be told where the cases are")]
pub(in crate::understanding) fn cases(name: &str) -> Vec<Value> {
    let root = std::env::var("EVENTOS_SHARED")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join("cases").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        note_skip(name);
        return Vec::new();
    };
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A passing test's output is not shown: what was skipped is gathered where `tools/test.sh` looks. What lies outside the project
/// may be absent everywhere, also where `REQUIRE_ALL` forbids other skips.
fn note_skip(name: &str) {
    let folder = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().join("tmp");
    std::fs::create_dir_all(&folder).unwrap();
    let mut file = std::fs::File::options().create(true).append(true).open(folder.join("skipped.txt")).unwrap();
    writeln!(file, "skipped: {name}, which lies outside the project, is not at hand").unwrap();
}

fn facts(text: &str, reference: &str, language: &str) -> Value {
    let line = json!({ "id": 0, "text": text, "reference": reference, "lang": language });
    let answer: Value = serde_json::from_str(&report(&line.to_string())).unwrap();
    answer["facts"].clone()
}

/// Whether a fact of the cases is among ours; some are named more loosely there.
fn holds(facts: &Value, name: &str, expected: &Value) -> bool {
    let prices = |tiers: &Value| {
        tiers.as_array().map(|tiers| tiers.iter().map(|tier| tier["priceCents"].clone()).collect::<Vec<_>>())
    };
    match name {
        "online" => facts["placeKind"] == "online",
        "tiers" => prices(&facts["ticketTiers"]) == prices(expected),
        "endDate" => facts["endDateTime"] == *expected,
        // Other readings and a mere month are no facts.
        "ambiguous" | "month" => true,
        _ => facts[name] == *expected,
    }
}

#[test]
fn openings_are_understood_and_nothing_is_added() {
    let rows = cases("openings.dev.jsonl");
    let mut wrong = Vec::new();
    for row in &rows {
        let text = row["text"].as_str().unwrap();
        let found = facts(text, row["reference"].as_str().unwrap(), row["lang"].as_str().unwrap());
        let expected = row["expected"].as_object().unwrap();
        wrong.extend(
            expected
                .iter()
                .filter(|(name, value)| !holds(&found, name, value))
                .map(|(name, _)| format!("{}: {name}", row["id"])),
        );
        let loose = |name: &str| match name {
            "placeKind" => expected.contains_key("online"),
            "ticketTiers" => expected.contains_key("tiers"),
            "endDateTime" => expected.contains_key("endDate"),
            // Stated, though the cases do not list them: "88 Queen St", "noon eastern".
            "address" | "timezone" => true,
            _ => false,
        };
        let added = found.as_object().unwrap().keys().filter(|name| !expected.contains_key(*name) && !loose(name));
        wrong.extend(added.map(|name| format!("{}: {name} was not stated", row["id"])));
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn text_about_other_things_fills_nothing() {
    let rows = cases("slurp_out_of_domain.dev.jsonl");
    let filled: Vec<&str> = rows
        .iter()
        .map(|row| row["text"].as_str().unwrap())
        .filter(|text| facts(text, "2026-11-23T09:00:00", "en").as_object().is_some_and(|facts| !facts.is_empty()))
        .collect();
    assert!(filled.len() * 100 <= rows.len(), "{} of {}: {filled:?}", filled.len(), rows.len());
}

#[test]
fn text_about_other_things_is_hardly_a_name_or_a_place() {
    let rows = cases("slurp_out_of_domain.dev.jsonl");
    // Bare nouns ("music", "social media") cannot be told from an answer.
    for (asked, most_percent) in [(Field::Name, 4), (Field::Place, 4)] {
        let taken: Vec<&str> = rows
            .iter()
            .map(|row| row["text"].as_str().unwrap())
            .filter(|text| answer(&[asked], text).patch.iter().any(|(fact, _)| fact.field() == asked))
            .collect();
        let percent = taken.len() * 100 / rows.len().max(1);
        assert!(percent < most_percent, "{asked:?}: {} of {}: {taken:?}", taken.len(), rows.len());
    }
}

#[test]
fn injections_set_nothing_but_inert_text() {
    let rows = cases("injection.dev.jsonl");
    let texts: Vec<&str> = rows.iter().map(|row| row["text"].as_str().unwrap()).collect();
    let inert =
        |fact: &Fact| matches!(fact, Fact::Name(_) | Fact::Description(_) | Fact::Place(_) | Fact::RefundPolicy(_));
    let filled: Vec<_> = texts.iter().filter(|text| opening(text).patch.iter().any(|(fact, _)| !inert(fact))).collect();
    assert!(filled.len() * 100 <= rows.len(), "{filled:?}");
    for text in &texts {
        for asked in [Field::Name, Field::Description, Field::Place, Field::PriceCents] {
            let understood = answer(&[asked], text);
            assert!(!matches!(understood.intent, Intent::Affirm | Intent::Publish), "{text}");
        }
    }
}

#[test]
fn naughty_strings_are_survived() {
    for row in cases("naughty_strings.dev.jsonl") {
        let text = row["text"].as_str().unwrap();
        opening(text);
        answer(&[Field::Name, Field::Place, Field::DateTime], text);
    }
}

#[test]
fn a_very_long_message_is_cut() {
    let sentences = [
        "a concert called X at the hall, 7pm, $20 for kids, until Friday for 30 people \"or so\" ",
        "a concert. ",
        "1 ",
    ];
    for sentence in sentences {
        let text = sentence.repeat(1_000_000 / sentence.len());
        assert!(opening(&text).cut, "{sentence}");
    }
    assert!(!opening("a short message").cut);
    assert!(!opening(&"会".repeat(super::super::READ_LIMIT)).cut);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_strange(text in "(?s).{0,80}") {
        opening(&text);
        answer(&[Field::Name, Field::Place, Field::Capacity], &text);
        answer(&[Field::DateTime, Field::PriceCents, Field::Description], &text);
    }

    #[test]
    fn no_order_of_known_words_is_too_strange(words in proptest::collection::vec(prop::sample::select(WORDS), 0..14)) {
        let text = words.join(" ");
        opening(&text);
        answer(&[Field::Place, Field::DateTime, Field::Duration], &text);
    }
}

const WORDS: &[&str] = &[
    "concert",
    "at",
    "the",
    "Carlu",
    ",",
    "7pm",
    "$20",
    "kids",
    "and",
    "free",
    "until",
    "Friday",
    "not",
    "\"",
    "called",
    "X",
    "30",
    "people",
    "early",
    "bird",
    "for",
    "under",
    "5",
    "refund",
    "%",
    "13",
    "tax",
    "https://zoom.us/j/1",
    "remove",
    "VIP",
    "in",
    "Toronto",
    "description:",
    "12",
    "Main",
    "St",
    "each",
    "no",
    "limit",
    "online",
    "starts",
    "2 hours",
    "?",
    ".",
    "rue",
    "made",
    "3 days",
    "from",
    "to",
    "9",
];
