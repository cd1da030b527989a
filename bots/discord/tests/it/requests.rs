//! Interactions as signed requests.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use discord::{Discord, Mode, Options};
use discord_peer::{Fake, Place};
use port::contract::{Answer, Script};
use port::{Channel as _, Command, Reply};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::scene::{options, until};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap()
}

fn channel(fake: &Fake) -> Arc<Discord> {
    let mode = Mode::Http { public_key: hex(key().public_key().as_ref()) };
    Arc::new(Discord::new(Options { mode, ..options(fake) }).unwrap())
}

async fn told(channel: &Discord, timestamp: u64, body: &str, signature: &str) -> (StatusCode, Value) {
    let request = Request::post("/discord/interactions")
        .header("x-signature-ed25519", signature)
        .header("x-signature-timestamp", timestamp.to_string())
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = channel.router().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn sign(timestamp: u64, body: &str) -> String {
    hex(key().sign(&[timestamp.to_string().as_bytes(), body.as_bytes()].concat()).as_ref())
}

fn ping() -> String {
    json!({"id": "1", "application_id": "2", "type": 1, "token": "t", "version": 1}).to_string()
}

#[tokio::test]
async fn only_what_is_signed_now_is_answered() {
    let fake = Fake::start().await;
    let channel = channel(&fake);
    let (at, body) = (now(), ping());
    assert_eq!(told(&channel, at, &body, &sign(at, &body)).await, (StatusCode::OK, json!({"type": 1})));
    let old = at - 600;
    for (timestamp, signature) in [
        (at, String::new()),
        (at, "zz".repeat(64)),
        (at, sign(at, "other")),
        (at, sign(at, &body)[2..].to_owned()),
        (at + 1, sign(at, &body)),
        (old, sign(old, &body)),
    ] {
        assert_eq!(
            told(&channel, timestamp, &body, &signature).await.0,
            StatusCode::UNAUTHORIZED,
            "{timestamp} {signature}"
        );
    }
    let broken = "{\"type\":";
    assert_eq!(told(&channel, at, broken, &sign(at, broken)).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_in_the_response_and_the_rest_follows() {
    let fake = Fake::start().await;
    let channel = channel(&fake);
    let (script, mut given) = Script::new();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (channel, script, stop) = (Arc::clone(&channel), script.clone(), stop.clone());
        async move { channel.run(Arc::new(script), stop).await }
    });
    until(&fake, "registered", |fake| fake.log().iter().any(|request| request.path.ends_with("/commands"))).await;
    let ana = fake.person("ana");
    for _ in 0..3 {
        script.push(Answer::Soon(vec![Reply::Said("summary-words".to_owned()), Reply::Done]));
    }
    let token = fake.slash(ana, Place::Private, "summary", None);
    let body = fake.told(&token).to_string();
    for _ in 0..3 {
        let at = now();
        let (status, first) = told(&channel, at, &body, &sign(at, &body)).await;
        assert_eq!((status, first["type"].as_u64()), (StatusCode::OK, Some(5)));
        assert!(fake.answered_directly(&token, &first).is_ok() || fake.answered_with(&token).is_some());
    }
    assert_eq!(given.recv().await.unwrap().body, port::Body::Command(Command::Summary));
    until(&fake, "answered", |fake| fake.text(ana, Place::Private).contains("summary-words")).await;
    assert!(!fake.connected(), "no gateway beside the requests");
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_key_that_is_none_is_one_clear_line() {
    let fake = Fake::start().await;
    let mode = Mode::Http { public_key: "abc".to_owned() };
    let error = Discord::new(Options { mode, ..options(&fake) }).unwrap_err();
    assert_eq!(error, "DISCORD_PUBLIC_KEY: 64 hexadecimal digits are needed, as on the application's page");
}
