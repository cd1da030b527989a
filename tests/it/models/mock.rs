//! The whole way against an `OpenAI` server that nobody here wrote: aimock, in the terminal and on the web wire.

use std::io::Write as _;
use std::process::{Command, Stdio};

use secrecy::SecretString;
use serde_json::json;

use super::{metadata, said, streamed};
use crate::harness::program::Program;
use crate::harness::{self, Folder};
use crate::peers::aimock::{self, Aimock};
use crate::peers::model::KEY;

async fn program(database: &harness::Database, mock: &Aimock) -> Program {
    let base = mock.base();
    Program::start_with(database, move |settings| {
        settings.openai_api_key = Some(SecretString::from(KEY));
        settings.models.base_url = base;
        settings.models.answer_within_ms = 60_000;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_in_the_terminal() {
    let fixtures = [
        json!({"match": {"userMessage": "book club"}, "response": {"content": "A cosy corner suits a book club."}, "chunkSize": 7}),
        json!({"match": {}, "response": {"content": "Glad to help."}}),
    ];
    let Some(mock) = aimock::start(&fixtures).await else { return };
    let database = harness::database().await;
    let folder = Folder::new("aimock-chat");
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.args(["chat", "--email", "ana@example.com", "--data-dir"]).arg(&folder);
    command.env("DATABASE_URL", database.url()).env("OPENAI_API_KEY", KEY).env("OPENAI_BASE_URL", mock.base());
    command.env("EVENTOS_MODELS__ANSWER_WITHIN_MS", "60000");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"we want to start a book club for 12 people\n").unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("A cosy corner suits a book club."), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    assert!(shown.contains("12 people"), "{shown}");
    assert_eq!(metadata(&database).await["rung"], "primary");
}

#[tokio::test(flavor = "multi_thread")]
async fn proposals_refusals_and_slowness() {
    let tool = json!({"name": "propose_changes", "arguments": "{\"people_text\":\"a dozen\"}"});
    let fixtures = [
        json!({"match": {"userMessage": "a dozen"}, "response": {"content": "So be it.", "toolCalls": [tool]}}),
        json!({"match": {"userMessage": "limited", "model": "gpt-4-turbo-preview"},
               "response": {"error": {"message": "slow down", "type": "rate_limit_error"}, "status": 429}}),
        json!({"match": {"userMessage": "limited", "model": "gpt-3.5-turbo"}, "response": {"content": "The second one speaks."}}),
        json!({"match": {"userMessage": "broken"}, "response": {"error": {"message": "no", "type": "server_error"}, "status": 500}}),
        json!({"match": {"userMessage": "cut off"}, "response": {"content": "One two three four five six seven eight nine."},
               "chunkSize": 4, "latency": 60, "disconnectAfterMs": 250}),
        json!({"match": {}, "response": {"content": "Glad to help."}}),
    ];
    let Some(mock) = aimock::start(&fixtures).await else { return };
    let database = harness::database().await;
    let program = program(&database, &mock).await;
    let mut ana = program.organizer("ana@example.com");
    let replies = ana.say("the usual crowd comes, that makes a dozen I guess").await.unwrap();
    assert_eq!(super::state(&replies)["draft"]["capacity"], 12, "{}", ana.transcript());
    let replies = ana.say("what about limited editions?").await.unwrap();
    assert!(said(&replies).contains("The second one speaks."), "{}", said(&replies));
    assert_eq!(metadata(&database).await["rung"], "secondary");
    let replies = ana.say("my chair is broken").await.unwrap();
    assert_eq!(super::state(&replies)["degraded"], true);
    assert_eq!(metadata(&database).await["rung"], "rules");
    let replies = ana.say("am I cut off?").await.unwrap();
    assert_eq!(streamed(&replies), said(&replies));
    assert!(!said(&replies).contains("nine"), "{}", said(&replies));
    assert!(!mock.journal().await.is_empty());
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_on_the_web_wire() {
    let fixtures = [
        json!({"match": {"userMessage": "gardeners"}, "response": {"content": "Gardeners like the morning light."}, "chunkSize": 6}),
        json!({"match": {}, "response": {"content": "Glad to help."}}),
    ];
    let Some(mock) = aimock::start(&fixtures).await else { return };
    let database = harness::database().await;
    let program = program(&database, &mock).await;
    let mut page = crate::web::Page::open(&program, "ana@example.com", "my talk");
    let events = page.say("m1", "a workshop for gardeners, for 12 people").await;
    let answer = crate::web::said(&events);
    assert!(answer.contains("12") && answer.contains("Gardeners like the morning light."), "{answer}");
    let messages = events.iter().filter(|event| event["type"] == "TEXT_MESSAGE_START").count();
    assert_eq!(messages, 1, "one message, streamed: {events:?}");
    assert_eq!(crate::web::state(&events)["draft"]["capacity"], 12);
    // What streamed is what a page finds that comes back.
    assert_eq!(page.transcript().await.last().unwrap().1, answer);
    program.stop().await;
}
