//! One line of `eventos understand`: JSON in, JSON out.
//!
//! Promises: never fails and never panics; a malformed line is answered with its `error`; facts are only what the text states,
//! by the names of the API.

use jiff::civil::DateTime;
use language::{Direction, Language, Reading, Reference, TimeValue};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, understand};
use crate::domain::draft::Draft;
use crate::domain::event_draft;
use crate::domain::fact::{Fact, Field};
use crate::domain::values::Provenance;

/// A line as it comes in.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    text: String,
    reference: String,
    lang: Option<String>,
}

/// The answer to one line.
pub fn report(line: &str) -> String {
    let answer = match serde_json::from_str::<Line>(line) {
        Ok(line) => told(&line).unwrap_or_else(|error| json!({ "id": line.id, "error": error })),
        Err(error) => json!({ "error": format!("not a line of the form {{\"id\",\"text\",\"reference\"}}: {error}") }),
    };
    answer.to_string()
}

fn told(line: &Line) -> Result<Value, String> {
    let now =
        local(&line.reference).ok_or_else(|| format!("the reference is no local ISO time: {}", line.reference))?;
    let draft = Draft::default();
    let context = Context { language: line.lang.as_deref(), ..Context::opening(now, &draft) };
    let understood = understand(&line.text, &context);
    let named =
        line.lang.as_deref().and_then(Language::from_code).or_else(|| Language::from_code(&understood.language));
    let reading = language::read(&line.text, &Reference { language: named, ..Reference::from(now) });
    let mut answer = Map::new();
    answer.insert("id".to_owned(), line.id.clone());
    answer.insert("language".to_owned(), json!(reading.language.code()));
    answer.insert("intent".to_owned(), json!(understood.intent.as_str()));
    spans(&line.text, &reading, &mut answer);
    answer.insert("facts".to_owned(), Value::Object(facts(&understood.patch)));
    Ok(Value::Object(answer))
}

/// Local time; an offset is ignored.
fn local(reference: &str) -> Option<DateTime> {
    let trimmed = reference.trim();
    let bare = trimmed.get(..19).filter(|head| head.is_ascii()).unwrap_or(trimmed);
    bare.trim_end_matches('Z').parse().ok().or_else(|| trimmed.parse().ok())
}

fn spans(text: &str, reading: &Reading, answer: &mut Map<String, Value>) {
    let times = reading.times.iter().map(|time| {
        let mut shown = time_value(&time.value);
        shown.insert("text".to_owned(), json!(time.span.text(text)));
        if !time.alternatives.is_empty() {
            let others: Vec<Value> = time.alternatives.iter().map(|value| Value::Object(time_value(value))).collect();
            shown.insert("alternatives".to_owned(), Value::Array(others));
        }
        Value::Object(shown)
    });
    let times: Vec<Value> = times.collect();
    let money = reading.money.iter();
    let money: Vec<Value> =
        money.map(|money| json!({ "text": money.span.text(text), "amount": money.amount.to_string(), "currency": money.currency })).collect();
    let numbers: Vec<Value> = reading
        .numbers
        .iter()
        .map(|number| json!({ "text": number.span.text(text), "value": plain(number.value) }))
        .collect();
    let durations: Vec<Value> = reading
        .durations
        .iter()
        .map(|length| json!({ "text": length.span.text(text), "seconds": length.seconds }))
        .collect();
    for (name, list) in [("times", times), ("money", money), ("numbers", numbers), ("durations", durations)] {
        answer.insert(name.to_owned(), Value::Array(list));
    }
}

fn time_value(value: &TimeValue) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("start".to_owned(), json!(seconds(value.start)));
    if let Some(end) = value.end {
        shown.insert("end".to_owned(), json!(seconds(end)));
    }
    shown.insert("grain".to_owned(), json!(value.grain));
    if let Some(direction) = value.direction {
        shown.insert(
            "direction".to_owned(),
            json!(match direction {
                Direction::After => "after",
                Direction::Before => "before",
            }),
        );
    }
    if let Some(rule) = &value.rrule {
        shown.insert("rrule".to_owned(), json!(rule));
    }
    shown
}

fn seconds(time: DateTime) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A whole number without its point.
fn plain(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole and small enough to be exact")]
    let whole = (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64);
    whole.map_or_else(|| json!(value), |whole| json!(whole))
}

/// What the text states, by the names of the API. A place makes the draft say "venue", and a city its country; only what the
/// words say is reported.
fn facts(patch: &[(Fact, Provenance)]) -> Map<String, Value> {
    let said: Vec<_> = patch.iter().filter(|(_, source)| *source == Provenance::Said).cloned().collect();
    let mut draft = Draft::default();
    draft.apply(&said);
    let mut facts = Map::new();
    for (fact, _) in &said {
        if let (Ok(Value::String(name)), Some(value)) =
            (serde_json::to_value(fact.field()), value(fact.field(), &draft))
        {
            facts.insert(name, value);
        }
    }
    facts
}

/// The end as it was said: the last day; an hour makes it a length.
fn value(field: Field, draft: &Draft) -> Option<Value> {
    match field {
        Field::EndDateTime => draft.end_date.map(|date| json!(date.to_string())),
        other => event_draft::value(other, draft),
    }
}
