//! The AG-UI events that we send, and the messages of a snapshot.
//!
//! Promises: only what both generations of the client accept; what is absent is left out, never `null`.

use serde::Serialize;
use serde_json::Value;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub(crate) enum Event {
    RunStarted {
        thread_id: String,
        run_id: String,
    },
    RunFinished {
        thread_id: String,
        run_id: String,
    },
    RunError {
        message: String,
        code: String,
    },
    TextMessageStart {
        message_id: String,
        role: Role,
    },
    TextMessageContent {
        message_id: String,
        delta: String,
    },
    TextMessageEnd {
        message_id: String,
    },
    ToolCallStart {
        tool_call_id: String,
        tool_call_name: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        parent_message_id: Option<String>,
    },
    ToolCallArgs {
        tool_call_id: String,
        /// A piece of the text of a JSON object.
        delta: String,
    },
    ToolCallEnd {
        tool_call_id: String,
    },
    StateSnapshot {
        snapshot: Value,
    },
    StateDelta {
        delta: Vec<Change>,
    },
    MessagesSnapshot {
        messages: Vec<Message>,
    },
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    User,
    Assistant,
}

/// An operation of RFC 6902. Only `add`, which also replaces: it applies whatever the client holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub(crate) enum Change {
    Add { path: &'static str, value: Value },
}

/// A message of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) role: Role,
    pub(crate) content: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tool_calls: Vec<ToolCall>,
}

/// A call of one of the page's tools.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    /// A JSON object.
    pub(crate) arguments: Value,
}

impl Serialize for ToolCall {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let function = serde_json::json!({"name": self.name, "arguments": self.arguments.to_string()});
        serde_json::json!({"id": self.id, "type": "function", "function": function}).serialize(serializer)
    }
}

impl ToolCall {
    /// The call as events of a stream.
    pub(crate) fn events(self, parent: Option<String>) -> [Event; 3] {
        let Self { id, name, arguments } = self;
        [
            Event::ToolCallStart { tool_call_id: id.clone(), tool_call_name: name, parent_message_id: parent },
            Event::ToolCallArgs { tool_call_id: id.clone(), delta: arguments.to_string() },
            Event::ToolCallEnd { tool_call_id: id },
        ]
    }
}
