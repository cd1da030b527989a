//! A server that speaks Chat Completions as it is told to: every byte of an answer can be held back, cut or spoiled.
//!
//! It looks at every request that it gets and remembers what is wrong with it: no key, no instructions, a call without its
//! answer, a conversation that grows without bound, an address of a person, a secret. A test that ends asks for these faults.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The key that it wants to be asked with.
pub(crate) const KEY: &str = "sk-test-key-of-the-scripted-server";

/// What may never be in a request: canaries that tests place where a careless program would pick them up.
pub(crate) const CANARIES: &[&str] =
    &["sk-canary", "4242 4242", "canary@example.com", "postgres://", "whsec_canary", "+1 416 555", KEY];

/// A step of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// The head of a refusal and its body; nothing follows.
    Refuse(u16, &'static str, String),
    /// The head of a stream.
    Open,
    /// Bytes of the stream, as they are.
    Raw(String),
    /// Waits.
    Wait(u64),
    /// Waits until the client hangs up.
    Hang,
    /// Waits until somebody opens this gate, with `POST /open/` and its name, or the client hangs up.
    Gate(&'static str),
    /// The proper end of the body.
    End,
    /// Hangs up in the middle of the body.
    Cut,
}

/// An answer.
pub(crate) type Act = Vec<Step>;

/// The server.
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    inner: Arc<Inner>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Inner {
    script: Mutex<VecDeque<Act>>,
    on: Mutex<Vec<(&'static str, Act)>>,
    always: Mutex<Option<Act>>,
    opened: watch::Sender<BTreeSet<String>>,
    seen: Mutex<Vec<Value>>,
    faults: Mutex<Vec<String>>,
    hung_up: AtomicUsize,
}

impl Fake {
    /// Listens on any free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, inner) = (listener.local_addr().unwrap(), Arc::new(Inner::default()));
        let serving = inner.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        Self { address, inner, task }
    }

    /// Where it is, as `OPENAI_BASE_URL`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Answers the next request like this.
    pub(crate) fn next(&self, act: Act) {
        self.inner.script.lock().unwrap().push_back(act);
    }

    /// Answers like this whenever the organizer's last message has these words.
    pub(crate) fn on(&self, words: &'static str, act: Act) {
        self.inner.on.lock().unwrap().push((words, act));
    }

    /// Answers every request like this that has no answer of its own.
    pub(crate) fn always(&self, act: Act) {
        *self.inner.always.lock().unwrap() = Some(act);
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Value> {
        self.inner.seen.lock().unwrap().clone()
    }

    /// Clients that hung up in the middle of an answer.
    pub(crate) fn hung_up(&self) -> usize {
        self.inner.hung_up.load(Ordering::SeqCst)
    }

    /// What was wrong with the requests.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.inner.faults.lock().unwrap().clone()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Inner {
    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let Some((head, body)) = read(&mut stream).await else { return };
        if let Some(gate) = head.strip_prefix("POST /open/") {
            let name = gate.split_whitespace().next().unwrap_or_default().to_owned();
            self.opened.send_modify(|opened| {
                opened.insert(name);
            });
            stream.write_all(b"HTTP/1.1 204 X\r\nconnection: close\r\n\r\n").await.ok();
            return;
        }
        let faults = faults(&head, &body);
        self.faults.lock().unwrap().extend(faults);
        let last = body["messages"].as_array().and_then(|all| all.last()).map(|last| last["content"].to_string());
        self.seen.lock().unwrap().push(body);
        let next = self.script.lock().unwrap().pop_front();
        let is_meant = |words: &str| last.as_deref().is_some_and(|last| last.contains(words));
        let own = || self.on.lock().unwrap().iter().find(|(words, _)| is_meant(words)).map(|(_, act)| act.clone());
        let act = next.or_else(own).or_else(|| self.always.lock().unwrap().clone());
        let act = act.unwrap_or_else(|| vec![Step::Refuse(500, "", "nothing was scripted".to_owned())]);
        if answer(&mut stream, act, &self.opened).await.is_none() {
            self.hung_up.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Plays the act. `None`: the client hung up.
async fn answer(stream: &mut TcpStream, act: Act, opened: &watch::Sender<BTreeSet<String>>) -> Option<()> {
    for step in act {
        match step {
            Step::Refuse(status, headers, body) => {
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await.ok()?;
                return Some(());
            }
            Step::Open => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
                stream.write_all(head.as_bytes()).await.ok()?;
            }
            Step::Raw(text) => {
                stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
            }
            Step::Wait(millis) => quiet(stream, Some(Duration::from_millis(millis))).await?,
            Step::Hang => quiet(stream, None).await?,
            Step::Gate(name) => {
                let mut opened = opened.subscribe();
                while !opened.borrow_and_update().contains(name) {
                    tokio::select! {
                        changed = opened.changed() => changed.ok()?,
                        gone = quiet(stream, None) => return gone,
                    }
                }
            }
            Step::End => stream.write_all(b"0\r\n\r\n").await.ok()?,
            Step::Cut => return Some(()),
        }
    }
    Some(())
}

/// Waits; `None` when the client hangs up meanwhile.
async fn quiet(stream: &mut TcpStream, time: Option<Duration>) -> Option<()> {
    let mut byte = [0_u8; 1];
    let gone = async {
        // A client sends nothing more: an answer of the socket is its end.
        drop(stream.read(&mut byte).await);
    };
    match time {
        None => {
            gone.await;
            None
        }
        Some(time) => match tokio::time::timeout(time, gone).await {
            Ok(()) => None,
            Err(_) => Some(()),
        },
    }
}

async fn read(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut bytes = Vec::new();
    let mut part = [0_u8; 8192];
    let end = loop {
        let count = stream.read(&mut part).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        let count = stream.read(&mut part).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
    }
    Some((
        String::from_utf8_lossy(&bytes[..end]).into_owned(),
        serde_json::from_slice(&bytes[end..]).unwrap_or_default(),
    ))
}

/// What is wrong with a request.
fn faults(head: &str, body: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, words: &str| {
        if !holds {
            faults.push(words.to_owned());
        }
    };
    must(head.starts_with("POST /v1/chat/completions "), "it goes elsewhere");
    must(head.contains(&format!("Bearer {KEY}")), "it has no key");
    must(body["stream"] == true, "it asks for no stream");
    must(body["max_tokens"].is_u64() || body["max_completion_tokens"].is_u64(), "the answer has no bound");
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    must(messages.first().is_some_and(|first| first["role"] == "system"), "it does not begin with instructions");
    must(messages.iter().filter(|message| message["role"] == "system").count() == 1, "somebody else instructs");
    must(messages.last().is_some_and(|last| last["role"] == "user"), "the organizer does not have the last word");
    must(messages.len() <= 10, "the window has no bound");
    must(body.to_string().len() < 40_000, "it is too long");
    let empty = |message: &Value| message["content"].as_str().is_none_or(str::is_empty);
    must(!messages.iter().any(|message| empty(message) && message["tool_calls"].is_null()), "a message says nothing");
    for message in &messages {
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let answered = messages.iter().any(|other| other["role"] == "tool" && other["tool_call_id"] == call["id"]);
            must(answered, "a call has no answer");
        }
    }
    let tools = body["tools"].as_array().cloned().unwrap_or_default();
    let proposes = |tool: &Value| tool["function"]["name"] == "propose_changes";
    must(!tools.is_empty() && tools.iter().all(proposes), "it offers calls that act");
    let sent = body.to_string();
    for canary in CANARIES {
        must(!sent.contains(canary), &format!("it carries {canary}"));
    }
    faults
}

/// Words of an answer, as one event of the stream.
pub(crate) fn words(text: &str) -> Step {
    event(&json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
}

/// A part of a call.
pub(crate) fn call(index: u32, name: Option<&str>, arguments: &str) -> Step {
    let mut function = json!({"arguments": arguments});
    if let Some(name) = name {
        function["name"] = name.into();
    }
    let call = json!({"index": index, "id": format!("call_{index}"), "type": "function", "function": function});
    event(&json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": null}]}))
}

/// The reason to end.
pub(crate) fn finish(reason: &str) -> Step {
    event(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}

/// What it cost.
pub(crate) fn usage(prompt: u32, completion: u32) -> Step {
    event(&json!({"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}))
}

pub(crate) fn event(value: &Value) -> Step {
    Step::Raw(format!("data: {value}\n\n"))
}

pub(crate) fn done() -> Step {
    Step::Raw("data: [DONE]\n\n".to_owned())
}

/// A whole answer in words.
pub(crate) fn says(text: &str) -> Act {
    proposes(text, None)
}

/// A whole answer in words, with a proposal.
pub(crate) fn proposes(text: &str, arguments: Option<&Value>) -> Act {
    let mut act = vec![Step::Open];
    act.extend(text.split_inclusive(' ').map(words));
    if let Some(arguments) = arguments {
        act.push(call(0, Some("propose_changes"), &arguments.to_string()));
    }
    act.extend([finish(if arguments.is_some() { "tool_calls" } else { "stop" }), usage(700, 30), done(), Step::End]);
    act
}
