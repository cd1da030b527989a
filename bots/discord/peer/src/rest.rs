//! The REST API: what bots use of it, with the platform's refusals.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::state::{APPLICATION, Request, State, TOKEN};
use super::{lawful, lock};

type Done = Result<Value, (u16, u64, String)>;

pub(super) fn routes(state: Arc<Mutex<State>>) -> Router {
    Router::new().fallback(call).with_state(state)
}

async fn call(
    Shared(state): Shared<Arc<Mutex<State>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if headers.get("host").is_some_and(|host| host == "cdn.discordapp.com") {
        let file = lock(&state).files.get(uri.path()).cloned();
        return file.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response);
    }
    let path = uri.path().trim_start_matches("/api/v10").to_owned();
    let authorized =
        headers.get("authorization").is_some_and(|token| token.as_bytes() == format!("Bot {TOKEN}").as_bytes());
    let read = if body.is_empty() { Some(Value::Null) } else { serde_json::from_slice::<Value>(&body).ok() };
    let mut state = lock(&state);
    let fault = state.faults.iter().position(|fault| {
        (fault.method.is_empty() || fault.method == method.as_str()) && path.contains(fault.path) && fault.times > 0
    });
    let fault = fault.map(|place| {
        state.faults[place].times -= 1;
        state.faults[place].clone()
    });
    let done = match (&fault, read) {
        (Some(fault), read) => {
            if fault.works {
                drop(dispatch(
                    &mut state,
                    &method,
                    &path,
                    uri.query().unwrap_or_default(),
                    &read.clone().unwrap_or_default(),
                ));
            }
            Err((fault.status, fault.code, "fault".to_owned()))
        }
        (None, None) => Err((400, 50_109, "The request body contains invalid JSON.".to_owned())),
        (None, Some(_)) if !authorized && !path.starts_with("/interactions/") && !path.starts_with("/webhooks/") => {
            Err((401, 0, "401: Unauthorized".to_owned()))
        }
        (None, Some(body)) => dispatch(&mut state, &method, &path, uri.query().unwrap_or_default(), &body),
    };
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let status = done.as_ref().map_or_else(|(status, _, _)| *status, |value| if value.is_null() { 204 } else { 200 });
    state.log.push(Request { method: method.to_string(), path, body, status, at: Instant::now() });
    answer(done, fault.map_or(0.0, |fault| fault.retry_after))
}

fn answer(done: Done, retry_after: f64) -> Response {
    let limits = [
        ("x-ratelimit-limit", "50"),
        ("x-ratelimit-remaining", "49"),
        ("x-ratelimit-reset-after", "1.0"),
        ("x-ratelimit-bucket", "fake"),
    ];
    match done {
        Ok(Value::Null) => (StatusCode::NO_CONTENT, limits, Body::empty()).into_response(),
        Ok(value) => (limits, axum::Json(value)).into_response(),
        Err((429, ..)) => {
            let wait = retry_after.to_string();
            let told = [
                ("retry-after", wait.as_str()),
                ("x-ratelimit-limit", "50"),
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset-after", &wait),
            ];
            let body = json!({"message": "You are being rate limited.", "retry_after": retry_after, "global": false});
            (StatusCode::TOO_MANY_REQUESTS, told, axum::Json(body)).into_response()
        }
        Err((status, code, message)) => {
            (StatusCode::from_u16(status).unwrap(), limits, axum::Json(json!({"code": code, "message": message})))
                .into_response()
        }
    }
}

fn dispatch(state: &mut State, method: &Method, path: &str, query: &str, body: &Value) -> Done {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["users", "@me"]) => Ok(state.account(APPLICATION)),
        ("GET", ["oauth2", "applications", "@me"]) => Ok(json!({"id": APPLICATION.to_string()})),
        ("GET", ["gateway", "bot"]) => Ok(json!({
            "url": state.gateway_url, "shards": 1,
            "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1},
        })),
        ("PUT", ["applications", _, "commands"]) => {
            refuse(lawful::commands(body))?;
            state.commands = body.as_array().cloned().unwrap_or_default();
            Ok(body.clone())
        }
        ("POST", ["users", "@me", "channels"]) => {
            let user = number(body["recipient_id"].as_str().unwrap_or_default())?;
            let channel = state.private_with(user);
            Ok(json!({"id": channel.to_string(), "type": 1, "recipients": [state.account(user)]}))
        }
        ("GET", ["channels", channel, "messages"]) => read_back(state, number(channel)?, query),
        ("POST", ["channels", channel, "typing"]) => {
            reach(state, number(channel)?)?;
            Ok(Value::Null)
        }
        ("POST", ["channels", channel, "messages"]) => send(state, number(channel)?, body),
        ("PATCH", ["channels", channel, "messages", message]) => {
            refuse(lawful::message(body, true))?;
            state.change(number(channel)?, number(message)?, body).ok_or((404, 10_008, "Unknown Message".to_owned()))
        }
        ("POST", ["interactions", _, token, "callback"]) => {
            refuse(lawful::answer(body))?;
            state.first_answer(token, body).map_err(|(status, code, message)| (status, code, message.to_owned()))?;
            Ok(Value::Null)
        }
        ("POST", ["webhooks", _, token]) => {
            refuse(lawful::message(body, false))?;
            let channel = answered(state, token)?.0;
            Ok(state.put(channel, APPLICATION, body))
        }
        ("PATCH", ["webhooks", _, token, "messages", message]) => {
            refuse(lawful::message(body, true))?;
            let (channel, original) = answered(state, token)?;
            let id = if *message == "@original" {
                original.ok_or((404, 10_008, "Unknown Message".to_owned()))?
            } else {
                number(message)?
            };
            let mut changed = state.change(channel, id, body).ok_or((404, 10_008, "Unknown Message".to_owned()))?;
            // It waits no longer.
            let flags = changed["flags"].as_u64().unwrap_or_default() & !128;
            changed["flags"] = json!(flags);
            if let Some(message) = state.messages.get_mut(&channel).and_then(|messages| messages.get_mut(&id)) {
                message["flags"] = json!(flags);
            }
            Ok(changed)
        }
        _ => Err((501, 0, format!("{method} {path} is not played"))),
    }
}

fn refuse(reason: Option<String>) -> Result<(), (u16, u64, String)> {
    reason.map_or(Ok(()), |reason| Err((400, 50_035, format!("Invalid Form Body: {reason}"))))
}

fn number(text: &str) -> Result<u64, (u16, u64, String)> {
    text.parse().map_err(|_| (400, 50_035, format!("{text} is not snowflake")))
}

/// The channel and the first answer of an interaction that was answered.
fn answered(state: &State, token: &str) -> Result<(u64, Option<u64>), (u16, u64, String)> {
    let interaction = state.interactions.get(token).filter(|interaction| interaction.answered.is_some());
    let interaction = interaction.ok_or((404, 10_015, "Unknown Webhook".to_owned()))?;
    Ok((interaction.channel, interaction.original))
}

fn reach(state: &State, channel: u64) -> Result<(), (u16, u64, String)> {
    if !state.messages.contains_key(&channel) {
        return Err((404, 10_003, "Unknown Channel".to_owned()));
    }
    let closed = state.private.get(&channel).is_some_and(|user| state.closed.contains(user));
    if closed { Err((403, 50_007, "Cannot send messages to this user".to_owned())) } else { Ok(()) }
}

fn send(state: &mut State, channel: u64, body: &Value) -> Done {
    refuse(lawful::message(body, false))?;
    reach(state, channel)?;
    let nonce =
        body["nonce"].as_str().filter(|_| body["enforce_nonce"] == true).map(|nonce| (channel, nonce.to_owned()));
    let known =
        nonce.as_ref().and_then(|nonce| state.nonces.get(nonce)).and_then(|id| state.messages[&channel].get(id));
    if let Some(known) = known {
        return Ok(known.clone());
    }
    let message = state.put(channel, APPLICATION, body);
    if let Some(nonce) = nonce {
        state.nonces.insert(nonce, number(message["id"].as_str().unwrap_or_default())?);
    }
    Ok(message)
}

fn read_back(state: &State, channel: u64, query: &str) -> Done {
    let value =
        |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse::<u64>().ok());
    let messages = state.messages.get(&channel).ok_or((404, 10_003, "Unknown Channel".to_owned()))?;
    let (after, limit) =
        (value("after").unwrap_or_default(), usize::try_from(value("limit").unwrap_or(50)).unwrap_or(50));
    if !(1..=100).contains(&limit) {
        return Err((400, 50_035, "limit: Must be between 1 and 100".to_owned()));
    }
    // The oldest after that one, newest first, as the platform answers.
    let mut found: Vec<Value> = messages.range(after + 1..).take(limit).map(|(_, message)| message.clone()).collect();
    found.reverse();
    Ok(Value::Array(found))
}
