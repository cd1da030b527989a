//! The addresses of the chat, over REST and in one envelope.
//!
//! Promises: whoever brings no token, or one that does not hold, gets 401 everywhere; a body that cannot be read gets 400, in the
//! envelope one that says itself to be no JSON 415, as `CopilotKit`'s own runtime has it; people read in their language why they are
//! refused.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use port::{Refusal, Sender};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::{self, Failure};
use crate::input::{RunInput, check_id};
use crate::memory::Memory;
use crate::{BASE, WebState, connect, run, suggest, threads};

/// What the agent is called; `default` is what a page asks for that names none.
const AGENTS: [&str; 2] = ["wizard", "default"];
/// A name that is looked for to learn whether a token holds.
const NOBODYS_THREAD: &str = "info";
/// The largest body of a request, in bytes.
const BODY_BYTES: usize = 1024 * 1024;

#[derive(Clone)]
struct Routes {
    web: WebState,
    memory: Memory,
}

/// The routes below [`BASE`].
pub fn router(web: WebState) -> Router {
    let at = |path: &str| format!("{BASE}{path}");
    Router::new()
        .route(&at("/info"), get(info))
        .route(&at("/agent/{agent}/run"), post(run))
        .route(&at("/agent/{agent}/connect"), post(connect))
        .route(&at("/agent/{agent}/suggest"), post(suggest))
        .route(&at("/agent/{agent}/stop/{thread}"), post(stop))
        .route(BASE, post(envelope))
        .route(&at("/"), post(envelope))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn(failure::shape))
        .with_state(Routes { web, memory: Memory::default() })
}

/// Whoever brings a token.
struct Caller(Sender);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
        let (scheme, token) = header.and_then(|header| header.split_once(' ')).unwrap_or_default();
        let token = token.trim();
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
            return Err(Refusal::Unauthorized.into());
        }
        Ok(Self(Sender::Bearer(SecretString::from(token))))
    }
}

/// What was sent, up to [`BODY_BYTES`].
struct Sent(Bytes);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(),
            _ => Failure::malformed("The request broke off."),
        })
    }
}

async fn info(State(routes): State<Routes>, Caller(from): Caller) -> Result<Response, Failure> {
    routes.info(&from).await
}

async fn run(
    State(routes): State<Routes>,
    Caller(from): Caller,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, Failure> {
    routes.run(from, &agent, read(&headers, &body)?).await
}

async fn connect(
    State(routes): State<Routes>,
    Caller(from): Caller,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, Failure> {
    routes.connect(from, &agent, read(&headers, &body)?).await
}

async fn suggest(
    State(routes): State<Routes>,
    Caller(from): Caller,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, Failure> {
    known(&agent)?;
    suggest::answer(&routes.web, &from, &RunInput::read(read(&headers, &body)?)?).await
}

async fn stop(
    State(routes): State<Routes>,
    Caller(from): Caller,
    Path((agent, thread)): Path<(String, String)>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, Failure> {
    let body = if body.is_empty() { Value::Null } else { read(&headers, &body)? };
    routes.stop(&from, &agent, &thread, body).await
}

/// All of the above in one address.
async fn envelope(
    State(routes): State<Routes>,
    Caller(from): Caller,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, Failure> {
    if !is_json(&headers) {
        return Err(Failure::no_json());
    }
    let Envelope { method, params, body } = shape(read(&headers, &body)?, "envelope")?;
    let agent = || params.agent_id.as_deref().unwrap_or("default");
    match method.as_str() {
        "info" => routes.info(&from).await,
        "agent/run" => routes.run(from, agent(), body).await,
        "agent/connect" => routes.connect(from, agent(), body).await,
        "agent/stop" => {
            let thread = params.thread_id.as_deref().unwrap_or_default();
            routes.stop(&from, agent(), thread, body).await
        }
        _ => Err(Failure::malformed("There is no such method.")),
    }
}

#[derive(Deserialize)]
struct Envelope {
    method: String,
    #[serde(default)]
    params: Params,
    #[serde(default)]
    body: Value,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Params {
    agent_id: Option<String>,
    thread_id: Option<String>,
}

/// What a page says when it stops its own run; after a reload it says nothing.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Stop {
    run_id: Option<String>,
}

impl Routes {
    async fn info(&self, from: &Sender) -> Result<Response, Failure> {
        self.web.door.find(from, NOBODYS_THREAD).await?;
        Ok(Json(about()).into_response())
    }

    async fn run(self, from: Sender, agent: &str, body: Value) -> Result<Response, Failure> {
        known(agent)?;
        let input = RunInput::read(body)?;
        run::answer(self.web, self.memory, from, input).await
    }

    async fn connect(self, from: Sender, agent: &str, body: Value) -> Result<Response, Failure> {
        known(agent)?;
        let input = RunInput::read(body)?;
        connect::answer(self.web, self.memory, from, input).await
    }

    async fn stop(&self, from: &Sender, agent: &str, thread: &str, body: Value) -> Result<Response, Failure> {
        known(agent)?;
        check_id("threadId", thread)?;
        let Stop { run_id } = if body.is_null() { Stop::default() } else { shape(body, "stop")? };
        let found = threads::find(&*self.web.door, from, thread).await?;
        let stopped = match found {
            Some(found) => {
                let running = self.memory.running(&found.session);
                // A stop that comes late must end neither the next run, nor the turn of another channel that came since.
                let is_over = run_id.is_some_and(|asked| match &running {
                    Some(running) => asked != running.run_id,
                    None => self.memory.has_ended(&found.session, &asked),
                });
                // Nor the turn of another channel that it waits behind.
                let message = running.as_ref().map(|running| running.message.as_str());
                !is_over && self.web.door.stop(from, &found.session, message).await?
            }
            None => false,
        };
        Ok(Json(if stopped {
            let interrupt = json!({"type": "RUN_ERROR", "message": "Run stopped by user", "code": "STOPPED"});
            json!({"stopped": true, "interrupt": interrupt})
        } else {
            json!({"stopped": false, "message": "Nothing is running in this thread."})
        })
        .into_response())
    }
}

fn known(agent: &str) -> Result<(), Failure> {
    AGENTS.contains(&agent).then_some(()).ok_or_else(Failure::no_agent)
}

/// Whether a body says itself to be JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// A JSON body.
fn read(headers: &HeaderMap, body: &Bytes) -> Result<Value, Failure> {
    if !is_json(headers) {
        return Err(Failure::malformed(failure::SEND_JSON));
    }
    serde_json::from_slice(body).map_err(|error| Failure::malformed(format!("This is no JSON: {error}.")))
}

fn shape<T: for<'de> Deserialize<'de>>(body: Value, what: &str) -> Result<T, Failure> {
    serde_json::from_value(body).map_err(|error| Failure::malformed(format!("This is no {what}: {error}.")))
}

/// What the runtime says of itself. Never a licence status: its absence shows no banner.
fn about() -> Value {
    let agent = |name: &str| {
        json!({
            "name": name,
            "className": "WizardAgent",
            "description": "Makes an event that is ready to publish, by talking.",
            "capabilities": {
                "transport": {"streaming": true, "resumable": true},
                "state": {"snapshots": true, "deltas": true, "persistentState": true},
                "tools": {"supported": true, "clientProvided": true},
                "humanInTheLoop": {"supported": true, "approvals": true},
            },
        })
    };
    let agents: serde_json::Map<String, Value> = AGENTS.iter().map(|name| ((*name).to_owned(), agent(name))).collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "agents": agents,
        "mode": "sse",
        "suggestions": true,
        "audioFileTranscriptionEnabled": false,
        "threadEndpoints": {"list": false, "inspect": false, "mutations": false, "realtimeMetadata": false},
        "a2uiEnabled": false,
        "openGenerativeUIEnabled": false,
        "telemetryDisabled": true,
    })
}
