//! What the wizard's web API answers (R39-R44, ruling C-19), made of the state that a turn left.

use serde_json::{Map, Value, json};

use super::request::Action;
use crate::domain::event_draft;
use crate::domain::fact::Field;
use crate::domain::stage::Stage;

/// What came back of a turn.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// The answer in words.
    pub(super) said: String,
    /// The state of the session after it.
    pub(super) state: Value,
    /// What the request entered, by name.
    pub(super) entered: Vec<String>,
}

/// The draft as this API shows it: moments carry their offset (R67).
pub(super) fn draft(state: &Value, zone: Option<&str>) -> Value {
    let mut draft = state["draft"].as_object().cloned().unwrap_or_default();
    event_draft::with_offsets(&mut draft, zone);
    Value::Object(draft)
}

/// The whole answer.
pub(super) fn body(told: &Told, action: Action, zone: Option<&str>) -> Value {
    let state = &told.state;
    let mut ai =
        json!({"message": told.said, "suggestions": state["suggestions"], "degraded": state["degraded"] == true});
    let mut answer = json!({
        "success": true,
        "sessionId": state["sessionId"],
        "stage": state["stage"],
        "eventDraft": draft(state, zone),
        "provenance": state["provenance"],
        "progress": state["progress"],
        "publish": state["publish"],
        "language": state["language"],
    });
    put(&mut ai, "nextPrompt", &state["nextPrompt"]);
    put(&mut answer, "aiResponse", &ai);
    put(&mut answer, "clock", &state["clock"]);
    let errors = errors(state, action);
    if !errors.is_empty() {
        put(&mut answer, "validationErrors", &Value::Object(errors));
    }
    if !state["publicUrl"].is_null() {
        put(&mut answer, "event", &event(state));
    }
    answer
}

/// What is published, and where everybody finds it.
fn event(state: &Value) -> Value {
    let draft = &state["draft"];
    json!({
        "id": draft["id"],
        "status": draft["status"],
        "slug": draft["slug"],
        "publishedAt": draft["publishedAt"],
        "publicUrl": state["publicUrl"],
    })
}

/// What was refused, and on a stage that is processed also what it still lacks (ruling C-22).
fn errors(state: &Value, action: Action) -> Map<String, Value> {
    let mut errors = state["errors"].as_object().cloned().unwrap_or_default();
    if action != Action::ProcessStage {
        return errors;
    }
    let here = state["stage"].as_u64().and_then(|number| u8::try_from(number).ok()).and_then(Stage::from_number);
    let missing =
        state.pointer("/publish/missing").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let known = |name: &str| Field::ALL.iter().copied().find(|field| event_draft::name(*field) == name);
    let demand = |name: &str| state.pointer("/publish/demands")?.get(name).cloned();
    for field in missing.filter_map(known).filter(|field| Some(Stage::of(*field)) == here) {
        let name = event_draft::name(field);
        errors.entry(name).or_insert_with(|| demand(name).unwrap_or_default());
    }
    errors
}

fn put(target: &mut Value, name: &str, value: &Value) {
    if let Some(target) = target.as_object_mut().filter(|_| !value.is_null()) {
        target.insert(name.to_owned(), value.clone());
    }
}
