//! A page as the official client keeps it: messages, state, cards, made of events; it refuses what that client refuses.

use std::collections::{BTreeMap, HashSet};

use axum::body::Body;
use axum::http::Response;
use futures::StreamExt as _;
use serde_json::{Value, json};

/// What a page holds.
#[derive(Debug, Default, Clone)]
pub(crate) struct Page {
    /// Oldest first, as in a run's body.
    pub(crate) messages: Vec<Value>,
    pub(crate) state: Value,
    /// The message of the last `RUN_ERROR`.
    pub(crate) error: Option<String>,
    /// How each run ended.
    pub(crate) ends: Vec<String>,
    bytes: Vec<u8>,
    open: HashSet<String>,
    arguments: BTreeMap<String, String>,
    running: Option<String>,
}

impl Page {
    /// Reads a stream to its end.
    pub(crate) async fn read(&mut self, response: Response<Body>) {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut body = response.into_body().into_data_stream();
        while let Some(piece) = body.next().await {
            self.bytes(&piece.unwrap());
        }
    }

    /// Takes in a piece of a stream, cut anywhere.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        while let Some(end) = self.bytes.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = self.bytes.drain(..end + 2).collect();
            let text = String::from_utf8(event).unwrap();
            for line in text.lines() {
                if let Some(data) = line.strip_prefix("data: ") {
                    self.event(&serde_json::from_str(data).unwrap());
                }
            }
        }
    }

    /// The connection broke: what was on its way is gone.
    pub(crate) fn cut(&mut self) {
        self.bytes.clear();
        self.open.clear();
        self.running = None;
    }

    fn event(&mut self, event: &Value) {
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        let kind = text("type");
        assert_eq!(kind == "RUN_STARTED", self.running.is_none(), "{event} while {:?} runs", self.running);
        match kind.as_str() {
            "RUN_STARTED" => self.running = Some(text("runId")),
            "RUN_FINISHED" => {
                assert_eq!(self.running.take(), Some(text("runId")));
                self.ended("finished");
            }
            "RUN_ERROR" => {
                self.running = None;
                self.error = Some(text("message"));
                self.ended(&text("code"));
            }
            "TEXT_MESSAGE_START" => {
                let id = text("messageId");
                assert!(self.open.insert(id.clone()), "{id} is open");
                if !self.messages.iter().any(|message| message["id"] == id) {
                    self.messages.push(json!({"id": id, "role": "assistant", "content": ""}));
                }
            }
            "TEXT_MESSAGE_CONTENT" => {
                let (id, delta) = (text("messageId"), text("delta"));
                assert!(self.open.contains(&id) && !delta.is_empty(), "{event}");
                let message = self.messages.iter_mut().find(|message| message["id"] == id).unwrap();
                message["content"] = Value::from(format!("{}{delta}", message["content"].as_str().unwrap()));
            }
            "TEXT_MESSAGE_END" => assert!(self.open.remove(&text("messageId")), "{event}"),
            "TOOL_CALL_START" => {
                assert!(self.open.insert(text("toolCallId")), "{event}");
                self.arguments.insert(text("toolCallId"), String::new());
                self.call(event);
            }
            "TOOL_CALL_ARGS" => self.arguments.get_mut(&text("toolCallId")).unwrap().push_str(&text("delta")),
            "TOOL_CALL_END" => {
                assert!(self.open.remove(&text("toolCallId")), "{event}");
                self.called(&text("toolCallId"));
            }
            "STATE_SNAPSHOT" => self.state = event["snapshot"].clone(),
            "STATE_DELTA" => {
                for change in event["delta"].as_array().unwrap() {
                    assert_eq!(change["op"], "add");
                    let name = change["path"].as_str().unwrap().strip_prefix('/').unwrap();
                    self.state[name] = change["value"].clone();
                }
            }
            "MESSAGES_SNAPSHOT" => self.messages = event["messages"].as_array().unwrap().clone(),
            other => panic!("{other} is not expected"),
        }
    }

    fn ended(&mut self, how: &str) {
        assert!(self.open.is_empty(), "{:?} stay open", self.open);
        self.ends.push(how.to_owned());
    }

    fn call(&mut self, event: &Value) {
        let parent = event.get("parentMessageId").unwrap_or(&event["toolCallId"]).clone();
        let index = self.messages.iter().position(|message| message["id"] == parent).unwrap_or_else(|| {
            self.messages.push(json!({"id": parent, "role": "assistant", "content": ""}));
            self.messages.len() - 1
        });
        let function = json!({"name": event["toolCallName"], "arguments": ""});
        let call = json!({"id": event["toolCallId"], "type": "function", "function": function});
        let message = self.messages[index].as_object_mut().unwrap();
        message.entry("toolCalls").or_insert_with(|| json!([])).as_array_mut().unwrap().push(call);
    }

    fn called(&mut self, id: &str) {
        let arguments = self.arguments.remove(id).unwrap();
        let calls =
            self.messages.iter_mut().filter_map(|message| message.get_mut("toolCalls")?.as_array_mut()).flatten();
        let call = { calls }.find(|call| call["id"] == id).unwrap();
        call["function"]["arguments"] = Value::from(arguments);
    }

    /// The calls of the page's cards that nobody answered: id, name, arguments.
    pub(crate) fn calls(&self) -> Vec<(String, String, Value)> {
        let calls = self.messages.iter().filter_map(|message| message.get("toolCalls")?.as_array()).flatten();
        let answered = |id: &Value| self.messages.iter().any(|message| message.get("toolCallId") == Some(id));
        calls
            .filter(|call| !answered(&call["id"]))
            .map(|call| {
                let function = &call["function"];
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let arguments = serde_json::from_str(function["arguments"].as_str().unwrap()).unwrap();
                (text(&call["id"]), text(&function["name"]), arguments)
            })
            .collect()
    }

    /// What the assistant said, joined.
    pub(crate) fn said(&self) -> String {
        let said = self.messages.iter().filter(|message| message["role"] == "assistant");
        said.filter_map(|message| message["content"].as_str()).collect::<Vec<_>>().join("\n")
    }
}
