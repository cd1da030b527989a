//! Reloads, broken connections and late comers: the same text once, and the turn goes on without anybody.

use axum::body::to_bytes;
use serde_json::{Value, json};

use crate::page::Page;
use crate::theatre::Theatre;
use crate::{request, routes, send};

fn body(thread: &str, run: &str, messages: &[Value]) -> Value {
    let tools =
        ["show_venues", "confirm_publish"].map(|name| json!({"name": name, "description": "", "parameters": {}}));
    json!({"threadId": thread, "runId": run, "messages": messages, "state": {}, "tools": tools})
}

fn user(id: &str, text: &str) -> Value {
    json!({"id": id, "role": "user", "content": text})
}

struct Site {
    theatre: Theatre,
    routes: axum::Router,
}

impl Site {
    fn new() -> Self {
        let theatre = Theatre::default();
        Self { routes: routes(std::sync::Arc::new(theatre.clone())), theatre }
    }

    async fn post(&self, what: &str, body: &Value) -> axum::http::Response<axum::body::Body> {
        send(&self.routes, request("POST", &format!("/api/copilotkit/agent/default/{what}"), "user-1", Some(body)))
            .await
    }

    async fn connected(&self, thread: &str) -> Page {
        let mut page = Page::default();
        page.read(self.post("connect", &body(thread, "again", &[])).await).await;
        page
    }
}

/// What was said, whoever told it: the turn's own cards are not part of the history.
async fn uninterrupted(text: &str) -> (Page, Vec<u8>) {
    let site = Site::new();
    let response = site.post("run", &body("t", "r", &[user("u", text)])).await;
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let mut page = Page::default();
    page.bytes(&bytes);
    (page, bytes.to_vec())
}

#[tokio::test]
async fn cut_at_any_byte_the_text_is_the_same() {
    let text = "fête 🎉 مرحبا, and on it goes";
    let (whole, bytes) = uninterrupted(text).await;
    let expected = format!("You said: {text}");
    assert_eq!(whole.said(), expected);
    // Inside an event every byte is as good as another; in this step each event is cut, and each seam met.
    for cut in (0..bytes.len()).step_by(5) {
        let site = Site::new();
        let response = site.post("run", &body("t", "r", &[user("u", text)])).await;
        let mut page = Page::default();
        let mut stream = response.into_body().into_data_stream();
        let mut left = cut;
        while let Some(Ok(piece)) = futures::StreamExt::next(&mut stream).await {
            page.bytes(piece.get(..left).unwrap_or(&piece));
            left = left.saturating_sub(piece.len());
            if left == 0 {
                break;
            }
        }
        drop(stream);
        page.cut();
        page.read(site.post("connect", &body("t", "again", &[])).await).await;
        assert_eq!(page.said(), expected, "cut at {cut}");
        let fresh = site.connected("t").await;
        assert_eq!(fresh.said(), expected, "reloaded after a cut at {cut}");
        let ids: Vec<&Value> = page.messages.iter().map(|message| &message["id"]).collect();
        assert_eq!(ids.len(), 2, "each message once: {ids:?}");
    }
}

#[tokio::test]
async fn whoever_comes_during_a_turn_hears_all_of_it_once() {
    let site = Site::new();
    let first = site.post("run", &body("t", "r1", &[user("u1", "before")])).await;
    Page::default().read(first).await;
    let mut there = Page::default();
    let running = site.post("run", &body("t", "r2", &[user("u1", "before"), user("u2", "wait")])).await;
    let mut late = Page::default();
    let coming = site.post("connect", &body("t", "c", &[])).await;
    drop(site.post("connect", &body("t", "aborted", &[])).await);
    site.theatre.go_on();
    there.read(running).await;
    late.read(coming).await;
    assert_eq!(there.said(), "waiting You said: wait");
    assert_eq!(late.said(), "You said: before\nwaiting You said: wait");
    assert_eq!(late.ends, ["finished", "finished"]);
    let users: Vec<&Value> = late.messages.iter().filter(|message| message["role"] == "user").collect();
    assert_eq!(users.len(), 2);
}

#[tokio::test]
async fn a_turn_ends_though_nobody_listens() {
    let site = Site::new();
    drop(site.post("run", &body("t", "r", &[user("u", "wait")])).await);
    site.theatre.go_on();
    let page = site.connected("t").await;
    assert!(page.said().ends_with("You said: wait"), "{}", page.said());
    let response = site.post("run", &body("t", "r2", &[user("u2", "next")])).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn the_same_message_again_is_no_second_turn() {
    let site = Site::new();
    let mut page = Page::default();
    page.messages.push(user("u", "once"));
    for run in ["r1", "r2", "r3"] {
        page.read(site.post("run", &body("t", run, &[user("u", "once")])).await).await;
        assert_eq!(page.said(), "You said: once");
    }
    assert_eq!(site.theatre.taken().len(), 1);
    // Also while its turn is on its way.
    let first = site.post("run", &body("t", "r4", &[user("w", "wait")])).await;
    let second = site.post("run", &body("t", "r5", &[user("w", "wait")])).await;
    site.theatre.go_on();
    let mut pages = [page.clone(), page];
    pages[0].read(first).await;
    pages[1].read(second).await;
    assert_eq!(pages[1].said(), "You said: once\nwaiting You said: wait");
    assert_eq!(site.theatre.taken().len(), 2);
}

#[tokio::test]
async fn the_question_comes_back_with_live_buttons_and_is_answered_once() {
    let site = Site::new();
    let mut page = Page::default();
    page.read(site.post("run", &body("t", "r", &[user("u", "ask")])).await).await;
    assert_eq!(page.calls().len(), 1);
    let mut back = site.connected("t").await;
    let (call, name, arguments) = back.calls().pop().unwrap();
    assert_eq!(
        (name.as_str(), &arguments["revision"], &arguments["when"]),
        ("confirm_publish", &json!(5), &json!("Friday, 18:00"))
    );
    assert_eq!(call, page.calls()[0].0);
    let content = json!({"approved": true, "revision": 5}).to_string();
    back.messages.push(json!({"id": "x", "role": "tool", "toolCallId": call, "content": content}));
    for run in ["r2", "r3"] {
        let response = site.post("run", &body("t", run, &back.messages.clone())).await;
        back.read(response).await;
    }
    let confirmed = port::Body::Confirm { revision: 5, token: "tok-en".to_owned() };
    assert_eq!(site.theatre.taken(), [port::Body::Text("ask".to_owned()), confirmed]);
    assert!(site.connected("t").await.calls().iter().all(|(_, name, _)| name != "confirm_publish"));
}

#[tokio::test]
async fn what_waits_for_an_answer_comes_back_though_the_program_began_anew() {
    let site = Site::new();
    let mut page = Page::default();
    page.read(site.post("run", &body("t", "r", &[user("u", "ask")])).await).await;
    let again = Site { routes: routes(std::sync::Arc::new(site.theatre.clone())), theatre: site.theatre };
    for _ in 0..2 {
        assert_eq!(again.connected("t").await.calls(), page.calls(), "the same card, once");
    }
    // Asked in words alone, the venues that are saved stand behind the last answer.
    page.read(again.post("run", &body("t", "r2", &[user("u2", "where?")])).await).await;
    let again = Site { routes: routes(std::sync::Arc::new(again.theatre.clone())), theatre: again.theatre };
    let back = again.connected("t").await;
    let shown = back.calls();
    let [(call, name, arguments)] = shown.as_slice() else { panic!("{shown:?}") };
    assert_eq!((name.as_str(), &arguments["venues"][0]["name"]), ("show_venues", &json!("Town hall")));
    assert_eq!(back.messages.last().unwrap()["toolCalls"][0]["id"], call.as_str());
    assert_eq!(again.connected("t").await.calls(), shown);
    let picked = json!({"id": "11111111-1111-4111-8111-111111111111"}).to_string();
    let answer = json!({"id": "x", "role": "tool", "toolCallId": call, "content": picked});
    for run in ["r3", "r4"] {
        let response = again.post("run", &body("t", run, std::slice::from_ref(&answer))).await;
        page.read(response).await;
    }
    let picks = again.theatre.taken().iter().filter(|body| matches!(body, port::Body::Pick(_))).count();
    assert_eq!(picks, 1, "{:?}", again.theatre.taken());
    // A page without cards is told nothing that it cannot show.
    let mut plain = Page::default();
    let bare = json!({"threadId": "t", "runId": "c", "messages": [], "state": {}, "tools": []});
    plain.read(again.post("connect", &bare).await).await;
    assert!(plain.calls().is_empty(), "{:?}", plain.calls());
}

#[tokio::test]
async fn the_question_is_answered_though_the_program_began_anew() {
    let site = Site::new();
    let mut page = Page::default();
    page.read(site.post("run", &body("t", "r", &[user("u", "ask")])).await).await;
    let (call, ..) = page.calls().pop().unwrap();
    let again = Site { routes: routes(std::sync::Arc::new(site.theatre.clone())), theatre: site.theatre };
    let content = json!({"approved": true, "revision": 5}).to_string();
    let answer = json!({"id": "x", "role": "tool", "toolCallId": call, "content": content});
    page.read(again.post("run", &body("t", "r2", &[answer])).await).await;
    assert!(
        matches!(again.theatre.taken().last(), Some(port::Body::Confirm { revision: 5, token }) if token == "tok-en")
    );
}
