//! What a client posts: AG-UI's `RunAgentInput`, as far as we read it.
//!
//! Promises: unknown fields are passed over; what is missing, too long or of another shape is told in words; nothing that a
//! client says of the assistant is believed.

use serde::Deserialize;
use serde_json::Value;

use crate::failure::Failure;

/// The longest id that a client may choose, in characters (the store's bound for threads).
const ID_CHARS: usize = 200;

/// A run as a client asks for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunInput {
    pub(crate) thread_id: String,
    pub(crate) run_id: String,
    pub(crate) messages: Vec<Posted>,
    #[serde(default)]
    pub(crate) state: Value,
    #[serde(default)]
    tools: Option<Vec<Tool>>,
    #[serde(default)]
    forwarded_props: Value,
}

#[derive(Debug, Clone, Deserialize)]
struct Tool {
    name: String,
}

/// A message of the list; only what organizers send is looked at.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Posted {
    pub(crate) id: String,
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) content: Value,
    #[serde(default)]
    pub(crate) tool_call_id: Option<String>,
}

/// What the page shows by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Screen {
    /// It has a card for venues.
    pub(crate) venues: bool,
    /// It has a card for the question before publishing.
    pub(crate) confirm: bool,
}

impl Screen {
    /// It is a panel, which shows the shared state too.
    pub(crate) fn shows_state(self) -> bool {
        self.venues || self.confirm
    }
}

impl RunInput {
    /// Reads a body.
    pub(crate) fn read(body: Value) -> Result<Self, Failure> {
        let input: Self = serde_json::from_value(body)
            .map_err(|error| Failure::malformed(format!("This is no RunAgentInput: {error}.")))?;
        check_id("threadId", &input.thread_id)?;
        check_id("runId", &input.run_id)?;
        for message in &input.messages {
            check_id("a message's id", &message.id)?;
        }
        Ok(input)
    }

    /// Which cards the page has.
    pub(crate) fn screen(&self) -> Screen {
        let has = |name: &str| self.tools.iter().flatten().any(|tool| tool.name == name);
        Screen { venues: has(crate::cards::VENUES), confirm: has(crate::cards::CONFIRM) }
    }

    /// Whether only suggestions are asked for, whatever the address.
    pub(crate) fn asks_for_suggestions(&self) -> bool {
        let choice = self.forwarded_props.pointer("/toolChoice/function/name");
        choice.and_then(Value::as_str) == Some(crate::suggest::TOOL)
    }
}

impl Posted {
    /// The words of a message: its text, or the text parts of it.
    pub(crate) fn words(&self) -> Option<String> {
        match &self.content {
            Value::String(text) => Some(text.clone()),
            Value::Array(parts) => {
                let texts = parts.iter().filter(|part| part.get("type").and_then(Value::as_str) == Some("text"));
                let texts: Vec<&str> = texts.filter_map(|part| part.get("text").and_then(Value::as_str)).collect();
                (!texts.is_empty()).then(|| texts.join("\n"))
            }
            _ => None,
        }
    }
}

/// An id that a client chose.
pub(crate) fn check_id(what: &str, id: &str) -> Result<(), Failure> {
    let lawful = !id.trim().is_empty() && id.chars().count() <= ID_CHARS && !id.chars().any(char::is_control);
    let words = || format!("{what} has to be a text of 1 to {ID_CHARS} characters, without control characters.");
    lawful.then_some(()).ok_or_else(|| Failure::malformed(words()))
}
