//! What is refused before a run, and what the routes answer beside runs.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use port::contract::{Answer, Script};
use port::{Body as Said, Chat, Door as _, Form, Incoming, Refusal, Replies, Reply, Sender, SessionChoice};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::page::Page;
use crate::theatre::Theatre;
use crate::{request, routes, send};

const BASE: &str = "/api/copilotkit";

fn body(thread: &str, run: &str, text: &str) -> Value {
    json!({"threadId": thread, "runId": run, "messages": [{"id": format!("m {text}"), "role": "user", "content": text}]})
}

fn site() -> (Theatre, Router) {
    let theatre = Theatre::default();
    (theatre.clone(), routes(Arc::new(theatre)))
}

async fn json(routes: &Router, request: Request<Body>) -> (u16, Value) {
    let response = send(routes, request).await;
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body).into_owned())))
}

async fn post(routes: &Router, path: &str, user: &str, body: &Value) -> (u16, Value) {
    json(routes, request("POST", &format!("{BASE}{path}"), user, Some(body))).await
}

async fn played(routes: &Router, path: &str, user: &str, body: &Value) -> Page {
    let mut page = Page::default();
    page.read(send(routes, request("POST", &format!("{BASE}{path}"), user, Some(body))).await).await;
    page
}

#[tokio::test]
async fn without_a_token_that_holds_nothing_is_answered() {
    let (theatre, routes) = site();
    let run = body("t", "r", "hello");
    for (method, path) in [
        ("GET", "/info"),
        ("POST", "/agent/default/run"),
        ("POST", "/agent/wizard/connect"),
        ("POST", "/agent/default/suggest"),
        ("POST", "/agent/default/stop/t"),
        ("POST", ""),
        ("POST", "/"),
    ] {
        let content = match path {
            "" | "/" => json!({"method": "info"}),
            "/agent/default/stop/t" => json!({}),
            _ => run.clone(),
        };
        for authorization in [None, Some("Bearer nobody"), Some("Bearer "), Some("Basic user-1"), Some("user-1")] {
            let mut asked = Request::builder().method(method).uri(format!("{BASE}{path}"));
            if let Some(authorization) = authorization {
                asked = asked.header("authorization", authorization);
            }
            let asked = asked.header("content-type", "application/json").body(Body::from(content.to_string())).unwrap();
            let response = send(&routes, asked).await;
            assert_eq!(response.status(), 401, "{method} {path} {authorization:?}");
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            let answer: Value =
                serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap();
            assert_eq!(answer, json!({"error": "UNAUTHORIZED", "message": "Please sign in again."}));
        }
    }
    assert!(theatre.taken().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_said_to_be_so() {
    let (theatre, routes) = site();
    let run = body("t", "r", "x");
    let without = |key: &str| {
        let mut body = run.clone();
        body.as_object_mut().unwrap().remove(key);
        body
    };
    let with = |key: &str, value: Value| {
        let mut body = run.clone();
        body[key] = value;
        body
    };
    let long = "x".repeat(201);
    for odd in [
        json!([]),
        json!("x"),
        without("threadId"),
        without("runId"),
        without("messages"),
        with("threadId", json!("")),
        with("threadId", json!("a\u{0}b")),
        with("threadId", json!(long)),
        with("threadId", json!(7)),
        with("messages", json!([{"role": "user", "content": "no id"}])),
        with("messages", json!([{"id": "u", "role": "user", "content": [{"type": "image"}]}])),
    ] {
        let (status, answer) = post(&routes, "/agent/default/run", "user-1", &odd).await;
        assert_eq!((status, answer["error"].as_str()), (400, Some("INVALID_INPUT")), "{odd}");
    }
    // The one address of everything tells apart what is no JSON at all, as CopilotKit's own runtime does.
    for (path, no_json) in [("/agent/default/run", 400), ("", 415), ("/", 415)] {
        for (kind, text, status) in [
            ("text/plain", r#"{"method": "info"}"#, no_json),
            ("application/x-www-form-urlencoded", "method=info", no_json),
            ("application/json", "{", 400),
            ("application/json; charset=utf-8", "", 400),
        ] {
            let asked = request("POST", &format!("{BASE}{path}"), "user-1", None);
            let (mut parts, _) = asked.into_parts();
            parts.headers.insert("content-type", kind.parse().unwrap());
            let (answered, answer) = json(&routes, Request::from_parts(parts, Body::from(text))).await;
            assert_eq!((answered, answer["error"].as_str()), (status, Some("INVALID_INPUT")), "{path} {kind} {text}");
        }
    }
    assert_eq!(post(&routes, "/agent/other/run", "user-1", &run).await.0, 404);
    assert_eq!(post(&routes, "/agent/default/stop/t", "user-1", &json!({"more": 1})).await.0, 400);
    assert_eq!(post(&routes, "", "user-1", &json!({"method": "dance"})).await.0, 400);
    let tolerated = with("tools", Value::Null);
    assert_eq!(post(&routes, "/agent/default/run", "user-1", &tolerated).await.0, 200);
    assert_eq!(theatre.taken().len(), 1);
}

#[tokio::test]
async fn a_history_that_is_too_large_is_told_what_helps() {
    let (theatre, routes) = site();
    let long = "x".repeat(1024 * 1024);
    for (path, language, words) in [
        ("/agent/default/run", "en", "Please send only your new messages"),
        ("/agent/wizard/run", "fr-CA, en;q=0.3", "Envoyez seulement vos nouveaux messages"),
        ("/agent/default/connect", "es", "Envía solo tus mensajes nuevos"),
        ("", "zh-CN", "请只发送新消息"),
    ] {
        let mut asked = request("POST", &format!("{BASE}{path}"), "user-1", Some(&body("t", "r", &long)));
        asked.headers_mut().insert("accept-language", language.parse().unwrap());
        let (status, answer) = json(&routes, asked).await;
        assert_eq!((status, &answer["error"]), (413, &json!("TOO_LARGE")), "{path}");
        assert!(answer["message"].as_str().unwrap().contains(words), "{answer}");
    }
    assert!(theatre.taken().is_empty());
    // What is new alone is taken, and the rest is there.
    let mut new = body("t", "r", "new");
    new["messages"][0]["content"] = json!("x".repeat(90_000));
    assert_eq!(post(&routes, "/agent/default/run", "user-1", &new).await.0, 200);
    assert_eq!(theatre.taken().len(), 1);
}

#[tokio::test]
async fn the_door_says_no_before_a_run_begins() {
    for (refusal, status, code, wait) in [
        (Refusal::Invalid("Too long.".to_owned()), 400, "INVALID_INPUT", None),
        (Refusal::Picture(port::BadPicture::Full), 400, "INVALID_INPUT", None),
        (Refusal::Forbidden("Only organizers.".to_owned()), 403, "FORBIDDEN", None),
        (Refusal::NotFound, 404, "NOT_FOUND", None),
        (Refusal::TooFast { retry_after_s: 7 }, 429, "RATE_LIMIT", Some("7")),
        (Refusal::Busy, 503, "BUSY", Some("5")),
        (Refusal::Quarantined { retry_after_s: 60 }, 503, "BUSY", Some("60")),
        (Refusal::Unavailable, 503, "SERVICE_UNAVAILABLE", Some("5")),
        (Refusal::Failed, 500, "INTERNAL_ERROR", None),
    ] {
        let (script, _taken) = Script::new();
        script.push(Answer::Refuse(refusal.clone()));
        let routes = routes(Arc::new(script));
        let asked = request("POST", &format!("{BASE}/agent/default/run"), "user-1", Some(&body("t", "r", "x")));
        let response = send(&routes, asked).await;
        assert_eq!(response.status(), status, "{refusal:?}");
        assert_eq!(response.headers().get("retry-after").map(|value| value.to_str().unwrap()), wait);
        let answer: Value = serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap();
        assert_eq!(
            (answer["error"].as_str(), answer["message"].as_str()),
            (Some(code), Some(refusal.to_string().as_str()))
        );
    }
}

#[tokio::test]
async fn a_stream_is_not_held_back_by_proxies() {
    let (_, routes) = site();
    let asked = request("POST", &format!("{BASE}/agent/default/run"), "user-1", Some(&body("t", "r", "x")));
    let response = send(&routes, asked).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap();
    assert_eq!((header("content-type"), header("cache-control")), ("text/event-stream", "no-cache"));
    assert_eq!(header("x-accel-buffering"), "no");
}

#[tokio::test(start_paused = true)]
async fn silence_is_filled() {
    let (theatre, routes) = site();
    let asked = request("POST", &format!("{BASE}/agent/default/run"), "user-1", Some(&body("t", "r", "wait")));
    let mut stream = send(&routes, asked).await.into_body().into_data_stream();
    let mut text = String::new();
    while !text.contains(": keep-alive\n\n") {
        let next = tokio::time::timeout(std::time::Duration::from_secs(15), futures::StreamExt::next(&mut stream));
        text.push_str(&String::from_utf8_lossy(&next.await.unwrap().unwrap().unwrap()));
    }
    theatre.go_on();
}

#[tokio::test]
async fn a_second_run_waits_for_nobody_and_a_stop_ends_the_first() {
    let (theatre, routes) = site();
    let path = format!("{BASE}/agent/default/run");
    let first = send(&routes, request("POST", &path, "user-1", Some(&body("t", "r1", "wait")))).await;
    let (status, answer) = post(&routes, "/agent/default/run", "user-1", &body("t", "r2", "more")).await;
    assert_eq!((status, answer["error"].as_str()), (409, Some("CONFLICT")));
    // Another's thread of the same name is another thread.
    assert_eq!(post(&routes, "/agent/default/run", "user-2", &body("t", "r2", "mine")).await.0, 200);
    assert_eq!(post(&routes, "/agent/default/stop/t", "user-2", &json!({})).await.1["stopped"], false);
    assert_eq!(post(&routes, "/agent/default/stop/t", "user-1", &json!({"runId": "old"})).await.1["stopped"], false);
    let (status, answer) = post(&routes, "/agent/default/stop/t", "user-1", &json!({"runId": "r1"})).await;
    assert_eq!((status, &answer["stopped"], &answer["interrupt"]["code"]), (200, &json!(true), &json!("STOPPED")));
    let mut page = Page::default();
    page.read(first).await;
    assert_eq!(
        (page.said().as_str(), page.ends.as_slice()),
        ("waiting \nStopped. Nothing was changed.", ["finished".to_owned()].as_slice())
    );
    assert_eq!(post(&routes, "/agent/default/run", "user-1", &body("t", "r3", "next")).await.0, 200);
    let nobody = request("POST", &format!("{BASE}/agent/default/stop/nothing"), "user-1", None);
    assert_eq!(json(&routes, nobody).await.1["stopped"], false);
    assert_eq!(theatre.taken().len(), 3);
}

#[tokio::test]
async fn a_stop_that_comes_late_ends_nothing_that_was_said_elsewhere_since() {
    let (theatre, routes) = site();
    let page = played(&routes, "/agent/default/run", "user-1", &body("t", "r1", "hello")).await;
    let session = page.state["sessionId"].as_str().unwrap();
    for (id, stop, stopped) in [("1", json!({"runId": "r1"}), false), ("2", json!({}), true)] {
        let (replies, mut heard) = Replies::channel();
        let session = SessionChoice::Id(session.to_owned());
        let said = Incoming {
            id: id.to_owned(),
            from: Sender::Bearer(SecretString::from("user-1")),
            chat: Chat { channel: "telegram", account: String::new(), session },
            body: Said::Text("wait".to_owned()),
            replies,
        };
        assert!(theatre.accept(said).await.unwrap().fresh);
        assert_eq!(post(&routes, "/agent/default/stop/t", "user-1", &stop).await.1["stopped"], stopped);
        if !stopped {
            theatre.go_on();
        }
        let mut troubles = 0;
        while let Some(reply) = heard.recv().await.filter(|reply| *reply != Reply::Done) {
            troubles += usize::from(matches!(reply, Reply::Trouble { .. }));
        }
        assert_eq!(troubles, usize::from(stopped));
    }
}

#[tokio::test]
async fn an_unknown_thread_is_empty_and_another_persons_is_unknown() {
    let (theatre, routes) = site();
    played(&routes, "/agent/default/run", "user-1", &body("t", "r", "secret words")).await;
    let mine = played(&routes, "/agent/default/connect", "user-1", &body("t", "c", "")).await;
    let session = mine.state["sessionId"].as_str().unwrap().to_owned();
    for thread in ["t", "nowhere", session.as_str()] {
        let page = played(&routes, "/agent/default/connect", "user-2", &body(thread, "c", "")).await;
        assert_eq!((page.messages.len(), page.ends.len()), (0, 0), "{thread}");
    }
    // By its id the session is the same thread, for its owner; for another it is a name like any other.
    let page = played(&routes, "/agent/default/connect", "user-1", &body(&session, "c", "")).await;
    assert_eq!(page.said(), "You said: secret words");
    played(&routes, "/agent/default/run", "user-1", &body(&session, "r2", "more")).await;
    let page = played(&routes, "/agent/default/run", "user-2", &body(&session, "r2", "mine")).await;
    assert_ne!(page.state["sessionId"], session.as_str());
    let page = played(&routes, "/agent/default/connect", "user-1", &body("t", "c", "")).await;
    assert_eq!(page.said(), "You said: secret words\nYou said: more");
    assert_eq!(theatre.taken().len(), 3);
}

#[tokio::test]
async fn edits_of_the_shared_state_come_in_as_a_form() {
    let (theatre, routes) = site();
    let page = played(&routes, "/agent/default/run", "user-1", &body("t", "r1", "hello")).await;
    let run = |run: &str, state: &Value| {
        let mut body = body("t", run, run);
        body["state"] = state.clone();
        body
    };
    let mut state = page.state.clone();
    played(&routes, "/agent/default/run", "user-1", &run("unchanged", &state)).await;
    assert!(matches!(theatre.taken().last(), Some(Said::Text(_))));
    // The draft changed in another channel meanwhile: what this page did not touch is not written back.
    theatre.changed_elsewhere();
    played(&routes, "/agent/default/run", "user-1", &run("stale", &state)).await;
    assert!(matches!(theatre.taken().last(), Some(Said::Text(_))));
    state["draft"]["capacity"] = json!(120);
    let edited = run("edited", &state);
    played(&routes, "/agent/default/run", "user-1", &edited).await;
    let fields = json!({"capacity": 120}).as_object().unwrap().clone();
    let form = Form { text: Some("edited".to_owned()), fields: fields.clone(), revision: Some(1), ..Form::default() };
    assert_eq!(theatre.taken().last(), Some(&Said::Form(form)));
    // Typed before there was a session; what belongs to another session is passed over.
    let first = |state: Value| json!({"threadId": "new", "runId": "r", "messages": [], "state": state});
    played(&routes, "/agent/default/run", "user-1", &first(state)).await;
    assert!(matches!(theatre.taken().last(), Some(Said::Command(_))));
    let mut typed = first(json!({"draft": {"capacity": 120, "name": null}}));
    typed["threadId"] = json!("newer");
    played(&routes, "/agent/default/run", "user-1", &typed).await;
    assert_eq!(theatre.taken().last(), Some(&Said::Form(Form { fields, ..Form::default() })));
}

#[tokio::test]
async fn suggestions_are_told_without_a_turn() {
    let (theatre, routes) = site();
    let page = played(&routes, "/agent/default/run", "user-1", &body("t", "r", "hello")).await;
    let mut asked = body("made-up", "s", "Suggest something.");
    asked["state"] = page.state.clone();
    asked["forwardedProps"] = json!({"toolChoice": {"type": "function", "function": {"name": "copilotkitSuggest"}}});
    for path in ["/agent/default/suggest", "/agent/default/run"] {
        let page = played(&routes, path, "user-1", &asked).await;
        let (_, name, arguments) = page.calls().pop().unwrap();
        assert_eq!(name, "copilotkitSuggest");
        assert_eq!(arguments["suggestions"][0], json!({"title": "Town hall", "message": "Town hall"}));
    }
    let foreign = played(&routes, "/agent/default/suggest", "user-2", &asked).await;
    assert_eq!(foreign.calls().pop().unwrap().2, json!({"suggestions": []}));
    assert_eq!(theatre.taken().len(), 1);
}

#[tokio::test]
async fn a_suggestion_shows_what_would_turn_its_words_wherever_it_is_shown() {
    let (_, routes) = site();
    let shown = "Town\\u{202e} hall";
    let run = played(&routes, "/agent/default/run", "user-1", &body("odd", "r", "hello")).await;
    let mut chips = body("made-up", "s", "Suggest something.");
    chips["state"] = json!({"sessionId": run.state["sessionId"]});
    chips["forwardedProps"] = json!({"toolChoice": {"type": "function", "function": {"name": "copilotkitSuggest"}}});
    let chips = played(&routes, "/agent/default/suggest", "user-1", &chips).await.calls().pop().unwrap().2;
    assert_eq!(chips["suggestions"][0], json!({"title": shown, "message": shown}));
    let mut back = body("odd", "c", "");
    back["tools"] = json!([{"name": "show_venues", "description": "", "parameters": {}}]);
    let back = played(&routes, "/agent/default/connect", "user-1", &back).await;
    assert_eq!(back.calls().pop().unwrap().2["venues"][0]["name"], shown);
    let quiet =
        json!({"threadId": "odd", "runId": "q", "messages": [{"id": "a", "role": "assistant", "content": "x"}]});
    let quiet = played(&routes, "/agent/default/run", "user-1", &quiet).await;
    for page in [run, back, quiet] {
        assert_eq!(page.state["suggestions"][0]["label"], shown);
    }
}

#[tokio::test]
async fn one_envelope_holds_everything() {
    let (theatre, routes) = site();
    let (status, info) = post(&routes, "", "user-1", &json!({"method": "info"})).await;
    assert_eq!((status, &info["mode"]), (200, &json!("sse")));
    assert!(info["agents"]["wizard"].is_object() && info["agents"]["default"].is_object());
    assert_eq!(info, json(&routes, request("GET", "/api/copilotkit/info", "user-1", None)).await.1);
    let enveloped = |method: &str, thread: &str| json!({"method": method, "params": {"agentId": "wizard", "threadId": thread}, "body": body(thread, method, "hello")});
    let page = played(&routes, "/", "user-1", &enveloped("agent/run", "t")).await;
    assert_eq!(page.said(), "You said: hello");
    let page = played(&routes, "", "user-1", &enveloped("agent/connect", "t")).await;
    assert_eq!(page.said(), "You said: hello");
    let stop = json!({"method": "agent/stop", "params": {"agentId": "wizard", "threadId": "t"}});
    assert_eq!(post(&routes, "", "user-1", &stop).await.1["stopped"], false);
    assert_eq!(theatre.taken().len(), 1);
}

#[tokio::test]
async fn a_page_that_opens_is_greeted_and_one_without_news_gets_the_state() {
    let (script, mut taken) = Script::new();
    script.push(Answer::Now(vec![Reply::Said("Hello!".to_owned()), Reply::Done]));
    let routes = routes(Arc::new(script));
    let opening = json!({"threadId": "t", "runId": "r", "messages": []});
    assert_eq!(played(&routes, "/agent/default/run", "user-1", &opening).await.said(), "Hello!");
    let first = taken.recv().await.unwrap();
    assert_eq!((first.body, first.asked), (Said::Command(port::Command::Start), SessionChoice::Thread("t".to_owned())));
    let quiet =
        json!({"threadId": "t", "runId": "r2", "messages": [{"id": "a", "role": "assistant", "content": "Hello!"}]});
    let page = played(&routes, "/agent/default/run", "user-1", &quiet).await;
    assert_eq!((page.state, page.messages.len()), (json!({"sessionId": "session-1"}), 0));
    assert!(taken.try_recv().is_err());
}
