//! What could be said next, for clients that ask for it: the saved suggestions of the session, without a turn.
//!
//! Promises: nothing is stored, nothing is worked out anew; what is shown can be sent as it is, and is in the conversation's language;
//! who asks is counted, apart from their messages.

use axum::response::Response;
use port::Sender;
use serde_json::{Value, json};

use crate::WebState;
use crate::event::{Event, ToolCall};
use crate::failure::Failure;
use crate::input::RunInput;
use crate::threads;

/// The tool that a client forces for suggestions.
pub(crate) const TOOL: &str = "copilotkitSuggest";
/// How many suggestions of the wizard are shown.
const SHOWN: usize = 3;

/// Answers with what could be said next in the session of the posted state; its thread is made up by the client.
pub(crate) async fn answer(web: &WebState, from: &Sender, input: &RunInput) -> Result<Response, Failure> {
    web.door.may_look(from).await?;
    let session = input.state.get("sessionId").and_then(Value::as_str);
    let found = match session {
        Some(session) => threads::get(&*web.door, from, session).await?,
        // Whoever asks without a session has to be somebody all the same.
        None => threads::find(&*web.door, from, &input.thread_id).await?,
    };
    let chips = found.map(|found| chips(&found.state)).unwrap_or_default();
    let call =
        ToolCall { id: format!("suggest-{}", input.run_id), name: TOOL, arguments: json!({"suggestions": chips}) };
    let (thread_id, run_id) = (input.thread_id.clone(), input.run_id.clone());
    let (listener, response) = crate::sse::stream();
    listener.send([Event::RunStarted { thread_id: thread_id.clone(), run_id: run_id.clone() }]);
    listener.send(call.events(None));
    listener.send([Event::RunFinished { thread_id, run_id }]);
    Ok(response)
}

fn chips(state: &Value) -> Vec<Value> {
    let chip = |title: &str, message: &str| json!({"title": title, "message": message});
    let language = state.get("language").and_then(Value::as_str).unwrap_or_default();
    let words = |key: &str| port::words(language, key, &[]);
    let suggestions = state.get("suggestions").and_then(Value::as_array).into_iter().flatten();
    let labels = suggestions.filter_map(|suggestion| suggestion.get("label")?.as_str());
    let mut chips: Vec<Value> = labels.take(SHOWN).map(|label| chip(label, label)).collect();
    if state.pointer("/publish/ready").and_then(Value::as_bool) == Some(true) {
        chips.push(chip(&words("chip_publish"), "/publish"));
    }
    chips.push(chip(&words("chip_show"), &words("chip_show_words")));
    chips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chips_are_the_saved_suggestions() {
        let label = |label: &str| json!({"id": "x", "label": label});
        let state = json!({"suggestions": [label("A"), label("B"), {"id": "y"}, label("C"), label("D")], "publish": {"ready": true}});
        let titles: Vec<Value> = chips(&state).iter().map(|chip| chip["title"].clone()).collect();
        assert_eq!(titles, ["A", "B", "C", "Publish it", "Show the draft"]);
        assert_eq!(chips(&json!({})).len(), 1);
        let french = chips(&json!({"publish": {"ready": true}, "language": "fr"}));
        let chip = |title: &str, message: &str| json!({"title": title, "message": message});
        assert_eq!(french, [chip("Publier", "/publish"), chip("Voir le brouillon", "Montrez le brouillon")]);
    }
}
