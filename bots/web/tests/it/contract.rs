//! The conversations that every channel holds, by somebody at the panel and by somebody with a plain AG-UI client.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::to_bytes;
use futures::StreamExt as _;
use port::contract::{Person, check};
use port::{Capabilities, Channel, ChannelError, Choice, Command, Door};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::page::Page;
use crate::{request, routes, send};

/// The routes as a channel: they are there while it runs.
struct Host(watch::Sender<Option<Router>>);

#[async_trait]
impl Channel for Host {
    fn name(&self) -> &'static str {
        web::NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { max_text: None, streams: true, buttons: true, redelivers: false }
    }

    async fn run(&self, door: Arc<dyn Door>, stop: CancellationToken) -> Result<(), ChannelError> {
        self.0.send_replace(Some(routes(door)));
        stop.cancelled().await;
        Ok(())
    }
}

/// Somebody at a page.
struct Visitor {
    routes: watch::Receiver<Option<Router>>,
    /// It is the panel: it has cards, and shows the shared state.
    panel: bool,
    page: Arc<Mutex<Shown>>,
    sent: usize,
    running: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shown {
    page: Page,
    /// What stood on the page beside the conversation: stages, chips, alerts. The panel reads them out as they come.
    notices: Vec<String>,
}

impl Shown {
    fn notice(&mut self, words: String) {
        if !self.notices.contains(&words) {
            self.notices.push(words);
        }
    }

    /// Reads out what is new in the shared state.
    fn look(&mut self, panel: bool) {
        let state = self.page.state.clone();
        if let Some(title) = state.pointer("/progress/title").and_then(Value::as_str) {
            self.notice(title.to_owned());
        }
        if let (true, Some(chips)) = (panel, state.get("suggestions").and_then(Value::as_array)) {
            for chip in chips {
                self.notice(format!("[{}]", chip["label"].as_str().unwrap()));
            }
        }
        if let Some(error) = self.page.error.take() {
            self.notice(error);
        }
    }
}

fn visitor(panel: bool) -> (Arc<Host>, Visitor) {
    let (host, routes) = watch::channel(None);
    let page = Arc::default();
    (Arc::new(Host(host)), Visitor { routes, panel, page, sent: 0, running: None })
}

impl Visitor {
    /// Posts a run, as the official client does: everything that is on the page, once its own run is over.
    async fn post(&mut self, message: Option<Value>) {
        if let Some(running) = self.running.take() {
            tokio::time::timeout(Duration::from_mins(4), running).await.unwrap().unwrap();
        }
        let routes = self.routes.wait_for(Option::is_some).await.unwrap().clone().unwrap();
        self.sent += 1;
        let tools =
            ["show_venues", "confirm_publish"].map(|name| json!({"name": name, "description": "", "parameters": {}}));
        let body = {
            let mut shown = self.page.lock().unwrap();
            shown.page.messages.extend(message);
            let tools = if self.panel { Value::from(tools.to_vec()) } else { json!([]) };
            let state = if self.panel { shown.page.state.clone() } else { json!({}) };
            json!({"threadId": "the thread", "runId": format!("run {}", self.sent), "messages": shown.page.messages,
                "state": state, "tools": tools, "context": [], "forwardedProps": {}})
        };
        let response = send(&routes, request("POST", "/api/copilotkit/agent/default/run", "user-1", Some(&body))).await;
        if response.status() != 200 {
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            self.page.lock().unwrap().notice(body["message"].as_str().unwrap().to_owned());
            return;
        }
        let (page, panel) = (self.page.clone(), self.panel);
        self.running = Some(tokio::spawn(async move {
            let mut body = response.into_body().into_data_stream();
            while let Some(piece) = body.next().await {
                let mut shown = page.lock().unwrap();
                shown.page.bytes(&piece.unwrap());
                shown.look(panel);
            }
        }));
    }

    async fn answer(&mut self, content: Value) {
        let call = self.page.lock().unwrap().page.calls().pop();
        let (id, name, arguments) = call.unwrap();
        assert_eq!(name, "confirm_publish");
        let mut content = content;
        content["revision"] = arguments["revision"].clone();
        let answer = json!({"id": format!("tool {}", self.sent), "role": "tool", "toolCallId": id, "content": content.to_string()});
        self.post(Some(answer)).await;
    }
}

#[async_trait]
impl Person for Visitor {
    async fn open(&mut self) {
        self.post(None).await;
    }

    async fn say(&mut self, text: &str) {
        let message = json!({"id": format!("message {}", self.sent), "role": "user", "content": text});
        self.post(Some(message)).await;
    }

    async fn pick(&mut self, number: usize, choice: &Choice) {
        if self.panel { self.say(&choice.label).await } else { self.say(&number.to_string()).await }
    }

    async fn confirm(&mut self) {
        if self.panel { self.answer(json!({"approved": true})).await } else { self.say("yes").await }
    }

    async fn decline(&mut self) {
        if self.panel { self.answer(json!({"approved": false})).await } else { self.say("No.").await }
    }

    async fn command(&mut self, command: Command) {
        self.say(&format!("/{command:?}").to_lowercase()).await;
    }

    fn messages(&self) -> Vec<String> {
        let shown = self.page.lock().unwrap();
        let mut texts = vec![];
        for message in shown.page.messages.iter().filter(|message| message["role"] == "assistant") {
            texts.push(message["content"].as_str().unwrap().to_owned());
            for call in message.get("toolCalls").and_then(Value::as_array).into_iter().flatten() {
                texts.push(question(call["function"]["arguments"].as_str().unwrap()));
            }
        }
        texts.extend(shown.notices.iter().cloned());
        texts
    }
}

/// The question's card, as the panel draws it; nothing while its arguments are on their way.
fn question(arguments: &str) -> String {
    let Ok(card) = serde_json::from_str::<Value>(arguments) else { return String::new() };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = card["lines"].as_array().unwrap().iter().map(|line| text(&line["value"]));
    let warnings = card["warnings"].as_array().unwrap().iter().map(text);
    [text(&card["title"])]
        .into_iter()
        .chain(lines)
        .chain(warnings)
        .chain([text(&card["url"])])
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn the_contract_holds_at_the_panel() {
    let (host, mut visitor) = visitor(true);
    check(host, &mut visitor).await;
}

#[tokio::test]
async fn the_contract_holds_with_a_plain_client() {
    let (host, mut visitor) = visitor(false);
    check(host, &mut visitor).await;
}
