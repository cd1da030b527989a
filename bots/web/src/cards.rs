//! The calls of the page's cards: venues to pick from, and the question before publishing; and what comes back from them.
//!
//! Promises: a call's id carries all that its answer needs, so that a card on the screen outlives this process; the token in
//! it is worth nothing to anybody but its owner, for nothing but its session and revision.

use port::{Body, Card, Confirmation, visible};
use serde_json::{Map, Value, json};

use crate::event::ToolCall;
use crate::threads::is_uuid;

/// The tool that shows venues.
pub(crate) const VENUES: &str = "show_venues";
/// The tool that asks before publishing.
pub(crate) const CONFIRM: &str = "confirm_publish";

const VENUES_ID: &str = "venues-";
const CONFIRM_ID: &str = "confirm-";

/// The headings of the card's lines that a confirmation names, in every language that the wizard speaks.
const WHEN: [&str; 4] = ["When", "Quand", "Cuándo", "时间"];
const WHERE: [&str; 4] = ["Where", "Où", "Dónde", "地点"];
const PRICE: [&str; 4] = ["Tickets", "Billets", "Entradas", "票"];
const CAPACITY: [&str; 4] = ["How many", "Personnes", "Personas", "人数"];

/// Asks before publishing.
pub(crate) fn confirm(asked: &Confirmation) -> ToolCall {
    let card = &asked.card;
    let capacity = line(card, &CAPACITY).chars().filter(char::is_ascii_digit).collect::<String>();
    let lines: Vec<Value> = card
        .lines
        .iter()
        .map(|line| json!({"label": visible(&line.label), "value": visible(&line.value), "source": line.source}))
        .collect();
    let mut arguments = Map::new();
    let mut put = |key: &str, value: Value| arguments.insert(key.to_owned(), value);
    put("title", visible(&card.title).into());
    put("purpose", json!(asked.purpose));
    put("revision", asked.revision.into());
    put("when", line(card, &WHEN).into());
    put("where", line(card, &WHERE).into());
    put("price", line(card, &PRICE).into());
    // Left out, not null, while nobody knows it.
    capacity.parse::<u32>().ok().map(|capacity| put("capacity", capacity.into()));
    put("url", visible(&asked.url).into());
    put("warnings", asked.warnings.iter().map(|warning| visible(warning)).collect());
    put("lines", lines.into());
    let arguments = Value::Object(arguments);
    ToolCall { id: format!("{CONFIRM_ID}{}-{}", asked.revision, asked.token), name: CONFIRM, arguments }
}

fn line(card: &Card, headings: &[&str]) -> String {
    let found = card.lines.iter().find(|line| headings.contains(&line.label.as_str()));
    found.map(|line| visible(&line.value).into_owned()).unwrap_or_default()
}

/// Shows the venues among a state's suggestions, if there are any; `unique` is this call's own.
pub(crate) fn venues(state: &Value, unique: &str) -> Option<ToolCall> {
    let suggestions = state.get("suggestions").and_then(Value::as_array)?;
    let venues: Vec<Value> = suggestions.iter().filter_map(venue).collect();
    let arguments = json!({"venues": venues});
    (!venues.is_empty()).then(|| ToolCall { id: format!("{VENUES_ID}{unique}"), name: VENUES, arguments })
}

/// A venue as its card shows it; its id is that of the suggestion, which picking applies.
fn venue(suggestion: &Value) -> Option<Value> {
    let is_venue = suggestion.get("type").and_then(Value::as_str) == Some("venue");
    let id = suggestion.get("id").and_then(Value::as_str).filter(|_| is_venue)?;
    let data = suggestion.get("data").unwrap_or(&Value::Null);
    let name = data.get("name").or_else(|| suggestion.get("label")).and_then(Value::as_str)?;
    let mut venue = Map::from_iter([("id".to_owned(), id.into()), ("name".to_owned(), visible(name).into())]);
    let prices = ["priceEstimate", "priceMinCents", "priceMaxCents", "currency"].map(|key| (key, data.get(key)));
    let known = ["capacity", "amenities", "confidence"].map(|key| (key, data.get(key)));
    let more = [("venueId", data.get("id")), ("reason", suggestion.get("detail"))];
    let facts =
        known.into_iter().chain(prices).chain(more).filter_map(|(key, value)| Some((key.to_owned(), value?.clone())));
    venue.extend(facts.filter(|(_, value)| !value.is_null()));
    Some(Value::Object(venue))
}

/// What somebody answered on a card; `None` for an answer that says nothing, and for cards that are not ours.
pub(crate) fn answer(call: &str, content: &str) -> Option<Body> {
    if let Some(rest) = call.strip_prefix(CONFIRM_ID) {
        // A revision is never negative, so the first hyphen ends it.
        let (revision, token) = rest.split_once('-')?;
        let shown: i64 = revision.parse().ok()?;
        let answer: Value = serde_json::from_str(content).ok()?;
        if !answer.get("approved").and_then(Value::as_bool)? {
            return Some(Body::Decline);
        }
        let revision = answer.get("revision").map_or(Some(shown), Value::as_i64)?;
        return Some(Body::Confirm { revision, token: token.to_owned() });
    }
    call.strip_prefix(VENUES_ID)?;
    picked(content).map(Body::Pick)
}

/// The id in an answer such as `{"id":"..."}`, or the bare id. Other words, as a page's own handler may answer, pick nothing: a client
/// that runs on after each answer would talk with itself.
fn picked(content: &str) -> Option<String> {
    let answer = serde_json::from_str::<Value>(content).unwrap_or_else(|_| Value::from(content));
    let named = || ["id", "suggestionId", "chosen", "picked"].iter().find_map(|key| answer.get(*key));
    let id = if answer.is_string() { Some(&answer) } else { named() }?.as_str()?.trim();
    is_uuid(id).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use port::{Line, Source};

    use super::*;

    #[test]
    fn every_language_of_the_wizard_has_its_headings_here() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/understanding/data");
        let mut languages = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.file_name().unwrap().to_string_lossy().starts_with("answers.") {
                continue;
            }
            languages += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            for (key, headings) in [("when", WHEN), ("place", WHERE), ("tickets", PRICE), ("capacity", CAPACITY)] {
                let line = text.lines().find_map(|line| line.strip_prefix(&format!("label_{key} = ")));
                let heading = line.unwrap().trim().trim_matches('"');
                assert!(headings.contains(&heading), "{heading:?} of {} is not known here", path.display());
            }
        }
        assert_eq!(languages, WHEN.len());
    }

    #[test]
    fn a_question_and_its_answers() {
        let line =
            |label: &str, value: &str| Line { label: label.to_owned(), value: value.to_owned(), source: Source::Said };
        let asked = Confirmation {
            revision: 12,
            purpose: port::Purpose::Publish,
            token: "a-b_c".to_owned(),
            card: Card {
                title: "Gala".to_owned(),
                lines: vec![line("Quand", "vendredi à 18:00"), line("Personnes", "1 200")],
                missing: Vec::new(),
                language: "fr".to_owned(),
            },
            url: "https://events.example/e/gala".to_owned(),
            warnings: vec!["Free.".to_owned()],
        };
        let call = confirm(&asked);
        assert_eq!(
            (call.arguments["when"].as_str(), call.arguments["where"].as_str()),
            (Some("vendredi à 18:00"), Some(""))
        );
        assert_eq!((&call.arguments["capacity"], &call.arguments["revision"]), (&json!(1200), &json!(12)));
        let confirmed = |revision| Some(Body::Confirm { revision, token: "a-b_c".to_owned() });
        assert_eq!(answer(&call.id, r#"{"approved":true,"revision":12}"#), confirmed(12));
        assert_eq!(answer(&call.id, r#"{"approved":true}"#), confirmed(12));
        // The wizard refuses it: the token is for revision 12.
        assert_eq!(answer(&call.id, r#"{"approved":true,"revision":13}"#), confirmed(13));
        assert_eq!(answer(&call.id, r#"{"approved":false}"#), Some(Body::Decline));
        for odd in ["", "true", "Error: stopped", "{}", r#"{"approved":"yes"}"#, r#"{"approved":true,"revision":"x"}"#]
        {
            assert_eq!(answer(&call.id, odd), None, "{odd}");
        }
        assert_eq!(answer("other-12-a", r#"{"approved":true}"#), None);
        assert_eq!(answer("confirm-x-a", r#"{"approved":true}"#), None);
    }

    #[test]
    fn venues_and_a_pick() {
        let state = json!({"suggestions": [
            {"id": "s1", "type": "venue", "label": "Carlu", "detail": "near you",
             "data": {"id": "v1", "name": "The Carlu", "capacity": 200, "amenities": ["stage"], "priceEstimate": "$45-90",
                      "priceMinCents": 4_500, "priceMaxCents": null, "currency": "CAD", "confidence": 0.8}},
            {"id": "s2", "type": "price", "label": "$20", "data": {}},
        ]});
        let call = venues(&state, "m1").unwrap();
        let shown = json!({"id": "s1", "name": "The Carlu", "capacity": 200, "amenities": ["stage"], "confidence": 0.8,
            "priceEstimate": "$45-90", "priceMinCents": 4_500, "currency": "CAD", "venueId": "v1", "reason": "near you"});
        assert_eq!(call.arguments, json!({"venues": [shown]}));
        let picked = "7b1f3a3e-8a54-4c8e-9a6e-0d1c2b3a4f5e";
        for content in [
            json!({"id": picked}).to_string(),
            json!({"id": picked, "venueId": "v1", "name": "x"}).to_string(),
            json!({"suggestionId": picked}).to_string(),
            json!({"chosen": picked}).to_string(),
            json!(picked).to_string(),
            picked.to_owned(),
        ] {
            assert_eq!(answer(&call.id, &content), Some(Body::Pick(picked.to_owned())), "{content}");
        }
        for odd in ["", "shown", "ok", "Error: the page went away", "{}", "null", "[]", r#"{"id":7}"#, r#"{"id":"s1"}"#]
        {
            assert_eq!(answer(&call.id, odd), None, "{odd}");
        }
        assert!(venues(&json!({"suggestions": []}), "m").is_none());
        assert!(venues(&json!({}), "m").is_none());
    }
}
