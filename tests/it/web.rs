//! The web channel over the real wizard: a conversation at the panel, from the first words to a published event, with a
//! restart in between.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use port::{Accepted, Door, History, Incoming, Refusal, Replies, Sender, State};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::harness::{self, program::Program};

/// The door, for people whose token is their address.
struct Signed(Arc<dyn Door>);

fn person(from: &Sender) -> Sender {
    let Sender::Bearer(token) = from else { panic!("the web brings tokens") };
    Sender::Local { email: Some(token.expose_secret().to_owned()) }
}

#[async_trait]
impl Door for Signed {
    async fn accept(&self, incoming: Incoming) -> Result<Accepted, Refusal> {
        let from = person(&incoming.from);
        self.0.accept(Incoming { from, ..incoming }).await
    }

    async fn observe(&self, from: &Sender, session: &str, replies: Replies) -> Result<bool, Refusal> {
        self.0.observe(&person(from), session, replies).await
    }

    async fn history(&self, from: &Sender, session: &str) -> Result<History, Refusal> {
        self.0.history(&person(from), session).await
    }

    async fn find(&self, from: &Sender, thread: &str) -> Result<Option<String>, Refusal> {
        self.0.find(&person(from), thread).await
    }

    async fn state(&self, from: &Sender, session: &str) -> Result<State, Refusal> {
        self.0.state(&person(from), session).await
    }

    async fn may_look(&self, from: &Sender) -> Result<(), Refusal> {
        self.0.may_look(&person(from)).await
    }

    async fn stop(&self, from: &Sender, session: &str, message: Option<&str>) -> Result<bool, Refusal> {
        self.0.stop(&person(from), session, message).await
    }
}

/// A page of this person, in one thread.
pub(crate) struct Page {
    routes: Router,
    email: &'static str,
    thread: &'static str,
    runs: usize,
}

impl Page {
    pub(crate) fn open(program: &Program, email: &'static str, thread: &'static str) -> Self {
        let routes = web::router(web::WebState { door: Arc::new(Signed(program.door())) });
        Self { routes, email, thread, runs: 0 }
    }

    async fn post(&mut self, what: &str, messages: Value) -> Vec<Value> {
        self.runs += 1;
        let tools = ["show_venues", "confirm_publish"].map(|name| json!({"name": name}));
        let body = json!({"threadId": self.thread, "runId": format!("run {}", self.runs), "messages": messages, "tools": tools});
        let response = self.send(what, &body, "en").await;
        assert_eq!(response.status(), 200);
        let text = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(text.to_vec()).unwrap();
        text.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()).collect()
    }

    /// As a page in this language.
    async fn send(&self, what: &str, body: &Value, language: &str) -> Response<Body> {
        let request = Request::builder().method("POST").uri(format!("/api/copilotkit/agent/default/{what}"));
        let request = request.header("authorization", format!("Bearer {}", self.email));
        let request = request.header("accept-language", language).header("content-type", "application/json");
        self.routes.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap()
    }

    pub(crate) async fn say(&mut self, id: &str, words: &str) -> Vec<Value> {
        self.post("run", json!([{"id": id, "role": "user", "content": words}])).await
    }

    /// Says yes to the question that these events ask.
    pub(crate) async fn approve(&mut self, asked: &[Value]) -> Vec<Value> {
        let find =
            |kind: &str| asked.iter().rev().find(|event| event["type"] == kind).unwrap_or_else(|| panic!("{asked:?}"));
        let (call, arguments) = (find("TOOL_CALL_START"), find("TOOL_CALL_ARGS"));
        assert_eq!(call["toolCallName"], "confirm_publish");
        let card: Value = serde_json::from_str(arguments["delta"].as_str().unwrap()).unwrap();
        let content = json!({"approved": true, "revision": card["revision"]}).to_string();
        self.post("run", json!([{"id": "yes", "role": "tool", "toolCallId": call["toolCallId"], "content": content}]))
            .await
    }

    /// Who said what, as a page sees it that comes back.
    pub(crate) async fn transcript(&mut self) -> Vec<(String, String)> {
        let events = self.post("connect", json!([])).await;
        let snapshot = events.iter().find(|event| event["type"] == "MESSAGES_SNAPSHOT");
        let messages = snapshot.map(|event| event["messages"].as_array().unwrap().clone()).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        messages.iter().map(|message| (text(&message["role"]), text(&message["content"]))).collect()
    }
}

/// The cards that wait in a thread, as a page sees them that comes back: id and tool.
async fn waiting(page: &mut Page) -> Vec<(Value, Value)> {
    let events = page.post("connect", json!([])).await;
    let snapshot = events.iter().find(|event| event["type"] == "MESSAGES_SNAPSHOT").unwrap();
    let calls = snapshot["messages"].as_array().unwrap().iter().filter_map(|message| message["toolCalls"].as_array());
    calls.flatten().map(|call| (call["id"].clone(), call["function"]["name"].clone())).collect()
}

pub(crate) fn said(events: &[Value]) -> String {
    events
        .iter()
        .filter(|event| event["type"] == "TEXT_MESSAGE_CONTENT")
        .filter_map(|event| event["delta"].as_str())
        .collect()
}

pub(crate) fn state(events: &[Value]) -> &Value {
    &events.iter().rev().find(|event| event["type"] == "STATE_SNAPSHOT").unwrap()["snapshot"]
}

const GALA: &str = "We're throwing a charity gala called Hearts of Oak on February 14 2027, 7 to 11pm at the Carlu in Toronto, \
                    220 seats, tickets are 250 dollars each";

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_made_at_the_panel_across_a_restart() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut page = Page::open(&program, "ana@example.com", "my gala");
    assert!(page.transcript().await.is_empty());
    assert!(said(&page.post("run", json!([])).await).contains("Hello"));
    let events = page.say("m1", GALA).await;
    assert_eq!(state(&events)["draft"]["name"], "Hearts of Oak", "{events:?}");
    let call = events.iter().find(|event| event["type"] == "TOOL_CALL_START").unwrap();
    assert_eq!(call["toolCallName"], "confirm_publish");
    let arguments = events.iter().find(|event| event["type"] == "TOOL_CALL_ARGS").unwrap()["delta"].as_str().unwrap();
    let card: Value = serde_json::from_str(arguments).unwrap();
    assert_eq!((&card["capacity"], &card["revision"]), (&json!(220), &state(&events)["revision"]));
    assert_eq!(card["price"], "$250 CAD");
    // Sent again, it is the same message.
    let again = page.say("m1", GALA).await;
    assert!(again.iter().any(|event| event["type"] == "MESSAGES_SNAPSHOT") && said(&again).is_empty());
    let before = page.transcript().await;
    assert_eq!(before.len(), 3, "{before:?}");
    program.stop().await;

    let program = Program::start(&database).await;
    let mut page = Page::open(&program, "ana@example.com", "my gala");
    assert_eq!(page.transcript().await, before);
    let question = (call["toolCallId"].clone(), json!("confirm_publish"));
    assert_eq!(waiting(&mut page).await, std::slice::from_ref(&question), "the question stands as it was shown");
    assert_eq!(waiting(&mut page).await, [question]);
    assert!(Page::open(&program, "eve@example.com", "my gala").transcript().await.is_empty());
    let content = json!({"approved": true, "revision": card["revision"]}).to_string();
    let answer = json!([{"id": "t1", "role": "tool", "toolCallId": call["toolCallId"], "content": content}]);
    let events = page.post("run", answer.clone()).await;
    assert!(said(&events).contains("is published: http://events.test/e/hearts-of-oak"), "{}", said(&events));
    assert_eq!(said(&events).matches("http://").count(), 1);
    let events = page.post("run", answer).await;
    assert!(said(&events).is_empty(), "a second press says nothing new: {events:?}");
    assert!(waiting(&mut page).await.is_empty(), "nothing is asked any more");
    assert_eq!(page.transcript().await.len(), 5);
    program.stop().await;
}

/// The call of the card with the venues, and their ids.
fn venues(events: &[Value]) -> (String, Vec<String>) {
    let call =
        events.iter().find(|event| event["toolCallName"] == "show_venues").unwrap_or_else(|| panic!("{events:#?}"));
    let suggested = state(events)["suggestions"].as_array().unwrap().iter();
    let ids = suggested.filter(|one| one["type"] == "venue").map(|one| one["id"].as_str().unwrap().to_owned());
    (call["toolCallId"].as_str().unwrap().to_owned(), ids.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_picks_nothing_of_what_was_offered_before_the_form_went_on() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut page = Page::open(&program, "ana@example.com", "a workshop");
    let shown = page.say("m1", "A workshop called Clay Days in Toronto for 40 people").await;
    let (_, offered) = venues(&shown);
    assert!(offered.len() > 1, "{shown:#?}");
    // She picks the first one in the form, which goes another way in.
    let session = state(&shown)["sessionId"].as_str().unwrap().to_owned();
    let mut form = program.organizer("ana@example.com").in_session(port::SessionChoice::Id(session));
    form.send(port::Body::Pick(offered[0].clone())).await.unwrap();
    let (door, ana) = (program.door(), Sender::Local { email: Some("ana@example.com".to_owned()) });
    let picked = door.state(&ana, form.session().unwrap()).await.unwrap().0["draft"]["placeKind"].clone();
    assert_eq!(picked, "online");
    let next = page.say("m2", "2").await;
    assert_eq!(state(&next)["draft"]["placeKind"], picked, "{}", said(&next));
    assert!(state(&next)["draft"]["dateTime"].is_string(), "it is the second day: {}", said(&next));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn venues_that_wait_come_back_after_a_restart_and_one_is_picked() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut page = Page::open(&program, "ana@example.com", "a workshop");
    let shown = page.say("m1", "A workshop called Clay Days in Toronto for 40 people").await;
    let (_, offered) = venues(&shown);
    program.stop().await;

    let program = Program::start(&database).await;
    let mut page = Page::open(&program, "ana@example.com", "a workshop");
    let cards = waiting(&mut page).await;
    let [(call, tool)] = cards.as_slice() else { panic!("{cards:?}") };
    assert_eq!(tool, "show_venues");
    assert_eq!(waiting(&mut page).await, cards, "the same card each time");
    let content = json!({"id": offered[1]}).to_string();
    let events = page.post("run", json!([{"id": "p", "role": "tool", "toolCallId": call, "content": content}])).await;
    assert_eq!(state(&events)["draft"]["placeKind"], "hybrid", "{events:#?}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_answered_elsewhere_waits_no_more() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut page = Page::open(&program, "ana@example.com", "my gala");
    let events = page.say("m1", GALA).await;
    // Another process knows nothing of what this one showed.
    let mut other = Page::open(&program, "ana@example.com", "my gala");
    assert_eq!(waiting(&mut other).await.len(), 1);
    let session = state(&events)["sessionId"].as_str().unwrap().to_owned();
    let mut chat = program.organizer("ana@example.com").in_session(port::SessionChoice::Id(session));
    chat.send(port::Body::Decline).await.unwrap();
    for page in [&mut page, &mut other] {
        let cards = waiting(page).await;
        assert!(cards.iter().all(|(_, tool)| tool != "confirm_publish"), "{cards:?}");
    }
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_pages_own_code_answers_on_a_card_is_no_message() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut page = Page::open(&program, "ana@example.com", "a workshop");
    let shown = page.say("m1", "A workshop called Clay Days in Toronto for 40 people").await;
    let (call, offered) = venues(&shown);
    let before = page.transcript().await;
    let answer = |content: &str| json!([{"id": "done", "role": "tool", "toolCallId": call, "content": content}]);
    for content in ["shown", "ok", "{\"status\":\"complete\"}"] {
        let events = page.post("run", answer(content)).await;
        assert!(
            said(&events).is_empty() && !events.iter().any(|event| event["type"] == "TOOL_CALL_START"),
            "{events:#?}"
        );
    }
    assert_eq!(page.transcript().await, before, "nobody said anything");
    let events = page.post("run", answer(&json!({"id": offered[1]}).to_string())).await;
    assert_eq!(state(&events)["draft"]["placeKind"], "hybrid", "{events:#?}");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_be_said_next_is_offered_in_the_conversations_language_and_so_often() {
    let database = harness::database().await;
    let program = Program::start_with(&database, |settings| settings.limits.suggestions = 2).await;
    let mut page = Page::open(&program, "ana@example.com", "un atelier");
    let french = page.say("m1", "Bonjour, un atelier de poterie à Lyon pour 12 personnes").await;
    assert_eq!(state(&french)["language"], "fr", "{french:#?}");
    let asked = json!({"threadId": "made up", "runId": "s", "state": state(&french), "messages": [],
        "tools": [{"name": "copilotkitSuggest"}],
        "forwardedProps": {"toolChoice": {"type": "function", "function": {"name": "copilotkitSuggest"}}}});
    let response = page.send("suggest", &asked, "en").await;
    assert_eq!(response.status(), 200);
    let text = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(String::from_utf8_lossy(&text).contains("Montrez le brouillon"), "{}", String::from_utf8_lossy(&text));
    // What is offered can be sent as it is.
    let shown = page.say("m2", "Montrez le brouillon").await;
    assert_eq!(state(&shown)["language"], "fr");
    assert!(said(&shown).contains("12"), "{}", said(&shown));

    // Over the address of runs it is the same question.
    assert_eq!(page.send("run", &asked, "en").await.status(), 200);
    for (what, language) in [("suggest", "fr-CA,en;q=0.5"), ("run", "fr")] {
        let refused = page.send(what, &asked, language).await;
        assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "60"));
        let body = to_bytes(refused.into_body(), usize::MAX).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let words = port::words("fr", "refused_too_fast", &[("seconds", "60")]);
        assert_eq!(body, json!({"error": "RATE_LIMIT", "message": words, "retryAfter": 60}));
    }
    program.stop().await;
}
