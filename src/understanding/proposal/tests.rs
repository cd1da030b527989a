//! Calls of models, and what of them counts.

use jiff::civil::{date, time};
use serde_json::json;

use super::{NAME, Proposal, Resolved, tool};
use crate::domain::draft::Draft;
use crate::domain::fact::Fact;
use crate::domain::values::Provenance;
use crate::understanding::Context;
use crate::understanding::ladder::Call;

fn call(arguments: &serde_json::Value) -> Call {
    Call { name: NAME.to_owned(), arguments: arguments.to_string() }
}

fn resolve(message: &str, arguments: &serde_json::Value) -> Resolved {
    let draft = Draft::default();
    let context = Context::opening(date(2026, 11, 23).at(10, 0, 0, 0), &draft);
    Proposal::of(&[call(arguments)]).resolve(message, &context)
}

fn facts(message: &str, arguments: &serde_json::Value) -> Vec<Fact> {
    resolve(message, arguments).patch.into_iter().map(|(fact, _)| fact).collect()
}

#[test]
fn the_organizers_own_words_become_values_that_are_marked_as_worked_out() {
    let message = "the band plays March 5 2027 at 8pm I think, thirty heads at most";
    let resolved = resolve(message, &json!({"when_text": "March 5 2027 at 8pm", "people_text": "thirty"}));
    assert!(resolved.patch.iter().all(|(_, source)| *source == Provenance::Inferred), "{resolved:?}");
    let facts: Vec<Fact> = resolved.patch.into_iter().map(|(fact, _)| fact).collect();
    for fact in [Fact::Date(date(2027, 3, 5)), Fact::Time(time(20, 0, 0, 0)), Fact::Capacity(30)] {
        assert!(facts.contains(&fact), "{fact:?} is not in {facts:?}");
    }
}

#[test]
fn words_that_nobody_said_are_nothing() {
    for (message, arguments) in [
        ("what do you think?", json!({"when_text": "March 5 2027"})),
        ("the 2027 season", json!({"people_text": "20"})),
        ("for my friends", json!({"people_text": "30 people"})),
        ("at eight", json!({"people_text": "", "when_text": "   "})),
        ("ok", json!({"price_text": {"cents": 5}, "unknown": "ok", "status": "published"})),
    ] {
        assert_eq!(facts(message, &arguments), [], "{message}: {arguments}");
    }
}

#[test]
fn words_fill_only_the_fields_that_they_are_for() {
    let message = "at Pier 21 on March 5 2027 for 30 people";
    let found = facts(message, &json!({"people_text": message}));
    assert_eq!(found, [Fact::Capacity(30)]);
}

#[test]
fn other_calls_and_malformed_arguments_are_passed_over() {
    let calls = [
        Call { name: "publish".to_owned(), arguments: "{\"name_text\":\"x\"}".to_owned() },
        Call { name: NAME.to_owned(), arguments: "{\"people_te".to_owned() },
        Call { name: NAME.to_owned(), arguments: "[1]".to_owned() },
    ];
    assert!(Proposal::of(&calls).is_empty());
}

#[test]
fn the_tool_says_what_it_takes_and_nothing_that_acts() {
    let parameters = tool().parameters;
    let names: Vec<&String> = parameters["properties"].as_object().unwrap().keys().collect();
    assert!(names.iter().all(|name| name.ends_with("_text")), "{names:?}");
    assert_eq!(parameters["additionalProperties"], false);
}
