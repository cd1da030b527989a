//! How servers are asked; what they answer is tried with a scripted one in `tests/it/models`.

use std::time::Duration;

use async_openai::config::Config as _;
use futures::{StreamExt as _, stream};
use secrecy::SecretString;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::wire::Chunk;
use super::{Endpoint, OpenAi, OpenAiEar, Options, pieces};
use crate::understanding::model::{Message, Model as _, Piece, Request, Role, Transcriber as _, Trouble};
use crate::understanding::proposal;

fn options(base_url: &str, key: &str) -> Options {
    Options {
        base_url: base_url.to_owned(),
        api_key: SecretString::from(key),
        max_tokens_field: "auto".to_owned(),
        connect: Duration::from_secs(20),
        silence: Duration::from_secs(20),
    }
}

#[test]
fn each_kind_of_server_is_asked_in_its_way() {
    let plain = Endpoint::new(&options("http://127.0.0.1:11434/v1/", "ollama")).unwrap();
    assert_eq!(plain.url("/chat/completions"), "http://127.0.0.1:11434/v1/chat/completions");
    assert_eq!(plain.headers()["authorization"], "Bearer ollama");
    let azure = "https://me.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21";
    let azure = Endpoint::new(&options(azure, "k")).unwrap();
    assert_eq!(azure.url("/chat/completions"), "https://me.openai.azure.com/openai/deployments/gpt/chat/completions");
    assert_eq!(azure.query(), [("api-version", "2024-10-21")]);
    assert_eq!(azure.headers()["api-key"], "k");
    assert!(!azure.headers().contains_key("authorization"));
    assert!(!format!("{azure:?}").contains("\"k\""));
}

#[test]
fn what_cannot_be_used_is_one_line_that_names_the_setting() {
    for (url, key, setting) in [
        ("ftp://x", "k", "OPENAI_BASE_URL"),
        ("not an address", "k", "OPENAI_BASE_URL"),
        ("http://x", "two\nlines", "OPENAI_API_KEY"),
    ] {
        let error = OpenAi::new(&options(url, key), "m").unwrap_err().to_string();
        assert!(error.starts_with(setting) && !error.contains('\n') && !error.contains("two"), "{error}");
    }
}

#[test]
fn the_request_is_bounded_and_streams() {
    let request = Request {
        messages: vec![Message { role: Role::User, content: "hi".to_owned() }],
        tools: vec![proposal::tool()],
        max_tokens: 400,
    };
    let body = |model: &str| OpenAi::new(&options("http://x/v1", "k"), model).unwrap().body(&request);
    let old = body("gpt-4-turbo-preview");
    assert_eq!((&old["max_tokens"], &old["stream"]), (&400.into(), &true.into()));
    assert_eq!(old["messages"][0]["role"], "user");
    assert_eq!(old["tools"][0]["function"]["name"], "propose_changes");
    let new = body("gpt-5-mini");
    assert!(new["max_tokens"].is_null() && new["max_completion_tokens"] == 400, "{new}");
}

/// A server that answers one request with this body, in pieces and without telling its length. Its address.
async fn answers(kind: &'static str, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut request, mut part) = (Vec::new(), [0; 4096]);
        let wanted = loop {
            let text = String::from_utf8_lossy(&request).to_lowercase();
            if let Some((head, _)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap_or("0");
                break head.len() + 4 + length.trim().parse::<usize>().unwrap();
            }
            let read = stream.read(&mut part).await.unwrap();
            request.extend_from_slice(&part[..read]);
        };
        while request.len() < wanted {
            let read = stream.read(&mut part).await.unwrap();
            request.extend_from_slice(&part[..read]);
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        );
        // Whoever has enough hangs up.
        let _ = stream.write_all(head.as_bytes()).await;
        for piece in body.as_bytes().chunks(60_000) {
            let _ = stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await;
            let _ = stream.write_all(piece).await;
            let _ = stream.write_all(b"\r\n").await;
        }
        let _ = stream.write_all(b"0\r\n\r\n").await;
    });
    format!("http://{address}/v1")
}

#[tokio::test]
async fn an_answer_without_end_is_no_answer() {
    let said = |letters: usize| json!({"text": "hello", "noise": "x".repeat(letters)}).to_string();
    for (letters, is_heard) in [(100_000, true), (1_200_000, false)] {
        let url = answers("application/json", said(letters)).await;
        let ear = OpenAiEar::new(&options(&url, "k"), "whisper-1", Duration::from_secs(20)).unwrap();
        let heard = ear.words(b"sound", "audio/ogg").await;
        assert_eq!(heard.is_ok(), is_heard, "{heard:?}");
        assert!(is_heard || matches!(heard, Err(Trouble::Broken(_))), "{heard:?}");
    }
    let request = Request { messages: Vec::new(), tools: Vec::new(), max_tokens: 10 };
    let event = |letters: usize| {
        let words = json!({"choices": [{"delta": {"content": "x".repeat(letters)}}]});
        let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}});
        format!("data: {words}\n\ndata: {end}\n\ndata: [DONE]\n\n")
    };
    for (letters, is_whole) in [(100_000, true), (400_000, false)] {
        let url = answers("text/event-stream", event(letters)).await;
        let options = options(&url, "k");
        let model = OpenAi::new(&options, "m").unwrap();
        let last = model.answer(&request).await.unwrap().collect::<Vec<_>>().await.pop().unwrap();
        assert_eq!(matches!(last, Ok(Piece::End { .. })), is_whole, "{last:?}");
        assert!(is_whole || matches!(last, Err(Trouble::Broken(_))), "{last:?}");
    }
}

#[tokio::test]
async fn calls_without_a_number_are_told_apart() {
    let part = |calls: serde_json::Value| {
        let chunk = json!({"choices": [{"delta": {"tool_calls": calls}}]});
        Ok(serde_json::from_value::<Chunk>(chunk).unwrap())
    };
    let call =
        |id: &str, arguments: &str| json!({"id": id, "function": {"name": "propose_changes", "arguments": arguments}});
    let chunks = [
        part(json!([call("a", "{\"x\":")])),
        part(json!([{"function": {"arguments": "1}"}}])),
        part(json!([call("b", "{}"), call("c", "[]")])),
    ];
    let heard: Vec<_> = pieces(stream::iter(chunks)).collect().await;
    let calls: Vec<(u32, String)> = heard
        .into_iter()
        .filter_map(|piece| match piece {
            Ok(Piece::Call { index, arguments, .. }) => Some((index, arguments)),
            _ => None,
        })
        .collect();
    let expected = [(0, "{\"x\":"), (0, "1}"), (1, "{}"), (2, "[]")];
    assert_eq!(calls, expected.map(|(index, arguments)| (index, arguments.to_owned())));
}
