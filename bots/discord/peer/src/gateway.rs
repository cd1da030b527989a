//! The gateway, version 10: greeting, beginning, going on, heartbeats, and the ways in which it fails.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::lock;
use super::state::{APPLICATION, Out, Session, State, TOKEN};

/// Private messages, messages in servers, servers.
const NEEDED: u64 = 1 << 12 | 1 << 9 | 1;

pub(super) async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let closed = lock(&state).line.is_closed();
        if !closed {
            tokio::spawn(connection(stream, Arc::clone(&state)));
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<Mutex<State>>) {
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
    let every = lock(&state).line.heartbeat_ms;
    let hello = json!({"op": 10, "d": {"heartbeat_interval": every}, "s": null, "t": null});
    if socket.send(Message::text(hello.to_string())).await.is_err() {
        return;
    }
    let (out, mut told) = mpsc::unbounded_channel();
    let mut own = None;
    loop {
        tokio::select! {
            Some(out) = told.recv() => match out {
                Out::Say(value) => {
                    if socket.send(Message::text(value.to_string())).await.is_err() {
                        break;
                    }
                }
                Out::Close(code) => {
                    close(&mut socket, code).await;
                    break;
                }
                Out::Cut => break,
            },
            frame = socket.next() => {
                let Some(Ok(Message::Text(text))) = frame else { break };
                let Ok(value) = serde_json::from_str::<Value>(&text) else {
                    close(&mut socket, 4002).await;
                    break;
                };
                heard(&state, &value, &out, &mut own);
            }
        }
    }
    if let Some(session) =
        own.and_then(|own: String| lock(&state).sessions.get_mut(&own).map(|session| session.connection.take()))
    {
        drop(session);
    }
}

async fn close(socket: &mut WebSocketStream<TcpStream>, code: u16) {
    let frame = CloseFrame { code: CloseCode::from(code), reason: "".into() };
    // It may have hung up.
    drop(socket.close(Some(frame)).await);
}

fn heard(state: &Mutex<State>, value: &Value, out: &mpsc::UnboundedSender<Out>, own: &mut Option<String>) {
    let mut state = lock(state);
    let operation = value["op"].as_u64().unwrap_or(99);
    state.line.heard.push(operation);
    if operation == 2 {
        state.line.begun.push(Instant::now());
    }
    let data = &value["d"];
    let say = |value: Value| drop(out.send(Out::Say(value)));
    match operation {
        1 if state.line.mute => {}
        1 => say(json!({"op": 11})),
        2 if data["token"] != TOKEN => drop(out.send(Out::Close(4004))),
        2 if data["intents"].as_u64().unwrap_or_default() != NEEDED => drop(out.send(Out::Close(4014))),
        2 if !data["properties"]["os"].is_string() => drop(out.send(Out::Close(4002))),
        2 => {
            let id = format!("session-{}", state.sessions.len() + 1);
            let ready = json!({
                "v": 10, "user": state.account(APPLICATION), "guilds": [], "session_id": id,
                "resume_gateway_url": state.gateway_url, "application": {"id": APPLICATION.to_string(), "flags": 0},
            });
            let told = json!({"op": 0, "s": 1, "t": "READY", "d": ready});
            say(told.clone());
            state.sessions.insert(id.clone(), Session { events: vec![told], connection: Some(out.clone()) });
            *own = Some(id);
        }
        6 => {
            let id = data["session_id"].as_str().unwrap_or_default().to_owned();
            let seq = usize::try_from(data["seq"].as_u64().unwrap_or_default()).unwrap_or_default();
            let Some(session) = state.sessions.get_mut(&id).filter(|_| data["token"] == TOKEN) else {
                say(json!({"op": 9, "d": false}));
                return;
            };
            session.events.iter().skip(seq).for_each(|event| say(event.clone()));
            let number = session.events.len() + 1;
            let resumed = json!({"op": 0, "s": number, "t": "RESUMED", "d": {}});
            session.events.push(resumed.clone());
            session.connection = Some(out.clone());
            say(resumed);
            *own = Some(id);
        }
        _ => drop(out.send(Out::Close(4001))),
    }
}
