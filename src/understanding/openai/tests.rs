//! How servers are asked; what they answer is tried with a scripted one in `tests/it/models`.

use std::time::Duration;

use async_openai::config::Config as _;
use secrecy::SecretString;

use super::{Endpoint, OpenAi, Options};
use crate::understanding::model::{Message, Request, Role};
use crate::understanding::proposal;

fn options(base_url: &str, key: &str) -> Options {
    Options {
        base_url: base_url.to_owned(),
        api_key: SecretString::from(key),
        max_tokens_field: "auto".to_owned(),
        connect: Duration::from_secs(1),
        silence: Duration::from_secs(1),
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
