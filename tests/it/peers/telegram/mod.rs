//! A stand-in for the Bot API that refuses what Telegram refuses: long and empty texts, entities beyond the text, long tokens of buttons,
//! edits that change nothing, unknown messages and presses, two programs that poll; and that can be told to be slow, full or away.

mod calls;
mod files;
mod hook;
mod rules;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The token of the one bot there is.
pub(crate) const TOKEN: &str = "123456:TEST";
pub(crate) const BOT: i64 = 123_456;
pub(crate) const BOT_NAME: &str = "test_wizard_bot";

/// What goes wrong with a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 429 with this many seconds.
    RetryAfter(u32),
    /// A gateway's page with this status; nothing is done.
    Status(u16),
    /// A gateway's page with this status, after it was done.
    DoneThenStatus(u16),
    /// "can't parse entities".
    Entities,
    /// The group is a supergroup of this id now.
    Supergroup(i64),
    /// 400: the file is larger than bots get.
    TooBig,
    /// Nothing: the call after it meets the next fault.
    None,
}

/// One call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) body: Value,
    pub(crate) status: u16,
}

/// One message that the bot sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) text: String,
    pub(crate) entities: Value,
    pub(crate) buttons: Vec<(String, String)>,
    pub(crate) edits: usize,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) updates: Vec<Value>,
    pub(crate) next_update: i64,
    pub(crate) next_message: i64,
    pub(crate) chats: BTreeMap<i64, Vec<Message>>,
    /// Chats where others read along.
    pub(crate) groups: HashSet<i64>,
    pub(crate) drafts: BTreeMap<i64, String>,
    /// What people sent, by its id.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Nobody gets one of them.
    pub(crate) files_held: bool,
    /// How many are on their way, and how many were at most.
    pub(crate) files_asked: usize,
    pub(crate) most_files_asked: usize,
    pub(crate) blocked: HashSet<i64>,
    pub(crate) presses: HashSet<String>,
    pub(crate) faults: Vec<(String, usize, Fault)>,
    pub(crate) calls: Vec<Call>,
    pub(crate) poll: u64,
    pub(crate) hook: Option<(String, String)>,
    /// How many calls may be open at once.
    pub(crate) most_calls: usize,
    /// Chats, and people who pressed, with a call that is open.
    pub(crate) calling: HashSet<(bool, i64)>,
    pub(crate) commands: BTreeMap<String, Value>,
    /// The server takes no previews.
    pub(crate) no_drafts: bool,
    /// Nobody answers.
    pub(crate) down: bool,
}

/// The stand-in. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Telegram {
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) news: Arc<Notify>,
    url: String,
}

impl Telegram {
    /// Begins to serve on a free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State { next_update: 1000, next_message: 1, ..State::default() };
        let telegram = Self { state: Arc::new(Mutex::new(state)), news: Arc::default(), url };
        let routes = Router::new()
            .route("/{token}/{method}", post(answer))
            .route("/file/{token}/{*path}", get(files::file))
            .with_state(telegram.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        telegram
    }

    /// One that somebody else serves, for its address.
    pub(crate) fn elsewhere(url: String) -> Self {
        Self { state: Arc::default(), news: Arc::default(), url }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Somebody writes in their private chat with the bot.
    pub(crate) fn say(&self, user: i64, text: &str) -> i64 {
        self.send(user, user, text, json!({}))
    }

    /// Somebody writes into a chat; `more` is laid over the message.
    pub(crate) fn send(&self, chat: i64, user: i64, text: &str, more: Value) -> i64 {
        let mut state = self.state();
        if chat != user {
            state.groups.insert(chat);
        }
        let mut message = state.message(chat, user);
        message["text"] = json!(text);
        if text.starts_with('/') {
            let length = text.split_whitespace().next().unwrap().encode_utf16().count();
            message["entities"] = json!([{"type": "bot_command", "offset": 0, "length": length}]);
        }
        merge(&mut message, more);
        let id = state.update(json!({"message": message}));
        drop(state);
        self.news.notify_waiters();
        id
    }

    /// Delivers an update again.
    pub(crate) fn again(&self, id: i64, text: &str, user: i64) {
        let mut state = self.state();
        let mut message = state.message(user, user);
        message["text"] = json!(text);
        state.updates.push(json!({"update_id": id, "message": message}));
        drop(state);
        self.news.notify_waiters();
    }

    /// Somebody presses the button with this label under the newest message that has it.
    pub(crate) fn press(&self, chat: i64, user: i64, label: &str) -> i64 {
        let found = self.state().chats.get(&chat).into_iter().flatten().rev().find_map(|message| {
            let button = message.buttons.iter().find(|(known, _)| known == label)?;
            Some((message.clone(), button.1.clone()))
        });
        let (message, data) = found.unwrap_or_else(|| panic!("no button {label:?}: {:#?}", self.messages(chat)));
        self.press_data(chat, user, &message, &data)
    }

    /// Presses a button as it once was.
    pub(crate) fn press_data(&self, chat: i64, user: i64, message: &Message, data: &str) -> i64 {
        let mut state = self.state();
        state.next_message += 1;
        let id = format!("press-{}", state.next_message);
        state.presses.insert(id.clone());
        let shown = state.shown(chat, message);
        let update = state.update(json!({"callback_query": {
            "id": id, "chat_instance": "7", "data": data, "message": shown, "from": person(user),
        }}));
        drop(state);
        self.news.notify_waiters();
        update
    }

    /// What the bot's messages in this chat say now, oldest first.
    pub(crate) fn messages(&self, chat: i64) -> Vec<Message> {
        self.state().chats.get(&chat).cloned().unwrap_or_default()
    }

    /// The texts alone.
    pub(crate) fn texts(&self, chat: i64) -> Vec<String> {
        self.messages(chat).into_iter().map(|message| message.text).collect()
    }

    /// The preview that stands in this chat.
    pub(crate) fn draft(&self, chat: i64) -> Option<String> {
        self.state().drafts.get(&chat).cloned()
    }

    /// Calls of this method so far.
    pub(crate) fn calls(&self, method: &str) -> Vec<Call> {
        self.state().calls.iter().filter(|call| call.method.eq_ignore_ascii_case(method)).cloned().collect()
    }

    /// The next calls of this method go wrong, so often.
    pub(crate) fn fault(&self, method: &str, times: usize, fault: Fault) {
        self.state().faults.push((method.to_lowercase(), times, fault));
    }

    /// This person blocks the bot, or lets it write again.
    pub(crate) fn block(&self, user: i64, blocked: bool) {
        let mut state = self.state();
        if blocked {
            state.blocked.insert(user)
        } else {
            state.blocked.remove(&user)
        };
    }

    /// The server takes no previews.
    pub(crate) fn without_drafts(&self) {
        self.state().no_drafts = true;
    }

    /// Nobody answers any more, or again.
    pub(crate) fn down(&self, down: bool) {
        self.state().down = down;
    }

    /// What somebody else with the same token does: its question ends that of the program.
    pub(crate) fn steal_poll(&self) {
        self.state().poll += 1;
        self.news.notify_waiters();
    }

    /// The commands that are listed in this language.
    pub(crate) fn commands(&self, language: &str) -> Value {
        self.state().commands.get(language).cloned().unwrap_or(Value::Null)
    }

    /// Waits until this holds.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + crate::harness::PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < end, "{what}: {}", self.describe());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn describe(&self) -> String {
        let state = self.state();
        let calls: Vec<String> = state
            .calls
            .iter()
            .rev()
            .take(12)
            .map(|call| format!("{} {} {}", call.method, call.status, call.body))
            .collect();
        format!("chats {:#?}\ncalls {calls:#?}", state.chats)
    }
}

impl State {
    fn message(&mut self, chat: i64, user: i64) -> Value {
        self.next_message += 1;
        self.chats.entry(chat).or_default();
        json!({"message_id": self.next_message, "date": 1_790_000_000, "chat": self.chat(chat), "from": person(user)})
    }

    pub(crate) fn chat(&self, chat: i64) -> Value {
        if self.groups.contains(&chat) {
            json!({"id": chat, "type": "group", "title": "G"})
        } else {
            json!({"id": chat, "type": "private", "first_name": "Ann"})
        }
    }

    pub(crate) fn update(&mut self, mut update: Value) -> i64 {
        self.next_update += 1;
        update["update_id"] = json!(self.next_update);
        self.updates.push(update);
        self.next_update
    }

    /// A message of the bot as Telegram shows it.
    pub(crate) fn shown(&self, chat: i64, message: &Message) -> Value {
        let mut shown = json!({
            "message_id": message.id, "date": 1_790_000_000, "chat": self.chat(chat), "text": message.text,
            "from": {"id": BOT, "is_bot": true, "first_name": "Wizard", "username": BOT_NAME},
        });
        if message.entities.as_array().is_some_and(|entities| !entities.is_empty()) {
            shown["entities"] = message.entities.clone();
        }
        if !message.buttons.is_empty() {
            let rows: Vec<Value> =
                message.buttons.iter().map(|(text, data)| json!([{"text": text, "callback_data": data}])).collect();
            shown["reply_markup"] = json!({"inline_keyboard": rows});
        }
        shown
    }
}

fn person(user: i64) -> Value {
    json!({"id": user, "is_bot": false, "first_name": "Ann", "username": format!("ann{user}"), "language_code": "en"})
}

fn merge(target: &mut Value, more: Value) {
    if let (Value::Object(target), Value::Object(more)) = (target, more) {
        target.extend(more);
        target.retain(|_, value| !value.is_null());
    }
}

async fn answer(
    Shared(telegram): Shared<Telegram>,
    Path((token, method)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    if telegram.state().down {
        return (StatusCode::BAD_GATEWAY, "<html>bad gateway</html>").into_response();
    }
    if token != format!("bot{TOKEN}") {
        return refuse(401, "Unauthorized", Value::Null);
    }
    let body: Value = if body.is_empty() { json!({}) } else { serde_json::from_slice(&body).unwrap() };
    let fault = telegram.state().take_fault(&method);
    let note = |status: u16| {
        let call = Call { method: method.clone(), body: body.clone(), status };
        telegram.state().calls.push(call);
    };
    match fault {
        Some(Fault::RetryAfter(seconds)) => {
            note(429);
            let words = format!("Too Many Requests: retry after {seconds}");
            return refuse(429, &words, json!({"retry_after": seconds}));
        }
        Some(Fault::Status(status)) => {
            note(status);
            return (StatusCode::from_u16(status).unwrap(), "<html>bad gateway</html>").into_response();
        }
        Some(Fault::Entities) => {
            note(400);
            return refuse(400, "Bad Request: can't parse entities: Unsupported start tag", Value::Null);
        }
        Some(Fault::Supergroup(chat)) => {
            note(400);
            let words = "Bad Request: group chat was upgraded to a supergroup chat";
            return refuse(400, words, json!({"migrate_to_chat_id": chat}));
        }
        Some(Fault::TooBig) => {
            note(400);
            return refuse(400, "Bad Request: file is too big", Value::Null);
        }
        Some(Fault::DoneThenStatus(_) | Fault::None) | None => {}
    }
    let done = calls::call(&telegram, &method, &body).await;
    note(done.as_ref().map_or_else(|refusal| refusal.0, |_| 200));
    match (fault, done) {
        (Some(Fault::DoneThenStatus(status)), _) => {
            (StatusCode::from_u16(status).unwrap(), "<html>bad gateway</html>").into_response()
        }
        (_, Ok(result)) => axum::Json(json!({"ok": true, "result": result})).into_response(),
        (_, Err((status, words))) => refuse(status, &words, Value::Null),
    }
}

impl State {
    fn take_fault(&mut self, method: &str) -> Option<Fault> {
        let wanted = method.to_lowercase();
        let place = self.faults.iter().position(|(known, ..)| *known == wanted)?;
        let (_, times, fault) = self.faults.get_mut(place)?;
        *times -= 1;
        let (left, fault) = (*times, *fault);
        if left == 0 {
            self.faults.remove(place);
        }
        Some(fault)
    }
}

fn refuse(status: u16, words: &str, parameters: Value) -> Response {
    let mut body = json!({"ok": false, "error_code": status, "description": words});
    if !parameters.is_null() {
        body["parameters"] = parameters;
    }
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}
