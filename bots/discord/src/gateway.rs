//! The connection over which the platform tells what happens, kept alive and begun anew.
//!
//! Why our own and not serenity's client (docs/decisions/0025): that one hands events to tasks that overtake each other, gives a
//! session up at the first reconnect that fails, so that what was sent meanwhile is lost, goes to the real platform when the
//! lookup of the gateway fails, and does not tell whether heartbeats are answered. Here events come in their order, a lost
//! connection is resumed as long as the platform allows it, a lookup that fails leads nowhere, and silence ends in a new
//! connection within a minute (PAINS P16). Frames are serenity's own types.

mod frame;
mod pulse;

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use serenity::model::application::Interaction;
use serenity::model::channel::Message;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;

use crate::api::{Api, Fault};
use frame::{Close, Told};
pub(crate) use pulse::Pulse;

/// Servers, messages in them, private messages. What is said to us needs no privileged intent.
const INTENTS: u64 = 1 | 1 << 9 | 1 << 12;
/// The shortest time between two beginnings, as the platform asks.
const BETWEEN_BEGINNINGS: Duration = Duration::from_secs(5);
/// The longest pause between two tries to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The first pause; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// How long connecting may take, and the first word of the platform.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// So many tries at the address for resuming, then the common one is asked for.
const TRIES_AT_OWN: u32 = 3;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What the platform tells.
#[derive(Debug)]
pub(crate) enum News {
    /// A session began: what was sent since the last one ended has to be read.
    Began,
    /// Somebody wrote.
    Message(Box<Message>),
    /// Somebody gave a command, pressed, chose or typed into a form.
    Interaction(Box<Interaction>),
}

/// The connection.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) api: Arc<Api>,
    pub(crate) token: SecretString,
    pub(crate) news: mpsc::UnboundedSender<News>,
    pub(crate) pulse: Arc<Pulse>,
    /// A heartbeat must be answered within this time.
    pub(crate) patience: Duration,
    /// Addresses without TLS are followed: the platform is a stand-in on this machine.
    pub(crate) stand_in: bool,
}

/// A session that can be gone on with.
#[derive(Debug)]
struct Session {
    id: String,
    url: String,
    seq: u64,
}

/// Why a connection ended.
#[derive(Debug)]
enum End {
    /// It can be begun anew, with the session that there is.
    Lost(String),
    /// As [`Self::Lost`], and the session is over.
    Forgotten(String),
    /// The platform will never take us like this.
    Refused(String),
}

impl Gateway {
    /// Stays connected until `stop` is cancelled.
    ///
    /// # Errors
    /// One line about why the platform will never take us.
    pub(crate) async fn run(self, stop: CancellationToken) -> Result<(), String> {
        let mut session = None;
        let mut pause = FIRST_PAUSE;
        let mut tries = 0;
        let mut begun: Option<Instant> = None;
        loop {
            let beats = self.pulse.beats();
            let connection = self.connect(&mut session, tries, &mut begun);
            let end = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                end = connection => end,
            };
            let lived = self.pulse.beats() > beats;
            let reason = match end {
                End::Refused(reason) => return Err(reason),
                End::Forgotten(reason) => {
                    session = None;
                    reason
                }
                End::Lost(reason) => reason,
            };
            (pause, tries) = if lived { (FIRST_PAUSE, 0) } else { ((pause * 2).min(LONGEST_PAUSE), tries + 1) };
            self.pulse.lost(&reason);
            metrics::counter!("eventos_chat_connections_lost_total", "channel" => crate::NAME).increment(1);
            tracing::warn!(
                action = "discord_gateway",
                error.code = "DISCORD_GATEWAY_LOST",
                reason,
                resumes = session.is_some()
            );
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = sleep(pause) => {}
            }
        }
    }

    /// One connection, from its address to its end.
    async fn connect(&self, session: &mut Option<Session>, tries: u32, begun: &mut Option<Instant>) -> End {
        let own = session
            .as_ref()
            .filter(|session| tries < TRIES_AT_OWN && self.may_follow(&session.url))
            .map(|session| session.url.clone());
        let url = match own {
            Some(url) => url,
            None => match self.lookup(session.is_none()).await {
                Ok(url) => url,
                Err(end) => return end,
            },
        };
        let url = format!("{}/?v=10&encoding=json", url.trim_end_matches('/'));
        let mut socket = match timeout(HANDSHAKE, connect_async(url)).await {
            Ok(Ok((socket, _))) => socket,
            Ok(Err(error)) => return End::Lost(format!("cannot connect: {error}")),
            Err(_) => return End::Lost("cannot connect in time".to_owned()),
        };
        let every = match timeout(HANDSHAKE, hello(&mut socket)).await {
            Ok(Ok(every)) => every,
            Ok(Err(end)) => return end,
            Err(_) => return End::Lost("no greeting in time".to_owned()),
        };
        if session.is_none() {
            if let Some(at) = begun.replace(Instant::now()) {
                tokio::time::sleep_until(at + BETWEEN_BEGINNINGS).await;
            }
            *begun = Some(Instant::now());
        }
        if let Err(end) = send(&mut socket, &self.opening(session.as_ref())).await {
            return end;
        }
        let end = self.listen(&mut socket, session, every).await;
        // Whoever hung up does not hear this.
        drop(timeout(Duration::from_secs(1), socket.close(None)).await);
        end
    }

    /// Where the gateway is. A lookup that fails leads nowhere.
    async fn lookup(&self, beginning: bool) -> Result<String, End> {
        let found = self.api.gateway().await.map_err(|fault| match fault {
            Fault::Unauthorized => End::Refused("the token is refused; see DISCORD_TOKEN".to_owned()),
            fault => End::Lost(format!("cannot look the gateway up: {}", fault.words())),
        })?;
        let limit = &found.session_start_limit;
        if beginning && limit.remaining == 0 {
            let wait = Duration::from_millis(limit.reset_after);
            tracing::warn!(
                action = "discord_gateway",
                error.code = "DISCORD_SESSIONS_USED_UP",
                wait_s = wait.as_secs()
            );
            sleep(wait).await;
        }
        if self.may_follow(&found.url) {
            Ok(found.url)
        } else {
            Err(End::Lost("the address of the gateway is not safe".to_owned()))
        }
    }

    fn may_follow(&self, url: &str) -> bool {
        url.starts_with("wss://") || self.stand_in && url.starts_with("ws://127.0.0.1:")
    }

    fn opening(&self, session: Option<&Session>) -> Value {
        let token = self.token.expose_secret().trim().trim_start_matches("Bot ");
        match session {
            Some(session) => json!({"op": 6, "d": {"token": token, "session_id": session.id, "seq": session.seq}}),
            None => json!({"op": 2, "d": {
                "token": token,
                "intents": INTENTS,
                "properties": {"os": std::env::consts::OS, "browser": "eventos", "device": "eventos"},
            }}),
        }
    }

    async fn listen(&self, socket: &mut Socket, session: &mut Option<Session>, every: Duration) -> End {
        // Not all bots of the world at the same moment after an outage: the first heartbeat is early by a part of its time.
        let mut beat = interval_at(Instant::now() + every / 3, every);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut unanswered: Option<Instant> = None;
        loop {
            let silence = async {
                match unanswered {
                    Some(at) => tokio::time::sleep_until(at + self.patience).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                frame = socket.next() => match self.frame(frame, session) {
                    Ok(Told::Nothing) => {}
                    Ok(Told::Answered) => {
                        unanswered = None;
                        self.pulse.beat();
                    }
                    Ok(Told::Asked) => {
                        if let Err(end) = send(socket, &heartbeat(session.as_ref())).await {
                            return end;
                        }
                    }
                    Err(end) => return end,
                },
                _ = beat.tick() => {
                    if let Err(end) = send(socket, &heartbeat(session.as_ref())).await {
                        return end;
                    }
                    unanswered = unanswered.or_else(|| Some(Instant::now()));
                }
                () = silence => return End::Lost("a heartbeat is not answered".to_owned()),
            }
        }
    }

    fn frame(
        &self,
        frame: Option<Result<Frame, tokio_tungstenite::tungstenite::Error>>,
        session: &mut Option<Session>,
    ) -> Result<Told, End> {
        let text = match frame {
            None => return Err(End::Lost("hung up".to_owned())),
            Some(Err(error)) => return Err(End::Lost(format!("broken connection: {error}"))),
            Some(Ok(Frame::Close(close))) => return Err(Close::read(close.map(|close| u16::from(close.code))).end()),
            Some(Ok(Frame::Text(text))) => text,
            Some(Ok(_)) => return Ok(Told::Nothing),
        };
        frame::read(&text, session, |news| {
            self.pulse.beat();
            // Nobody takes news any more: the channel is about to stop.
            drop(self.news.send(news));
        })
    }
}

/// Waits for the first word of the platform: how often it wants to hear from us.
async fn hello(socket: &mut Socket) -> Result<Duration, End> {
    match socket.next().await {
        Some(Ok(Frame::Text(text))) => {
            let every = serde_json::from_str::<Value>(&text)
                .ok()
                .and_then(|told| told.pointer("/d/heartbeat_interval")?.as_u64());
            let every = every.ok_or_else(|| End::Lost("a greeting that is none".to_owned()))?;
            Ok(Duration::from_millis(every.max(10)))
        }
        Some(Ok(Frame::Close(close))) => Err(Close::read(close.map(|close| u16::from(close.code))).end()),
        _ => Err(End::Lost("no greeting".to_owned())),
    }
}

fn heartbeat(session: Option<&Session>) -> Value {
    json!({"op": 1, "d": session.map(|session| session.seq)})
}

async fn send(socket: &mut Socket, value: &Value) -> Result<(), End> {
    let sent = socket.send(Frame::text(value.to_string())).await;
    sent.map_err(|error| End::Lost(format!("broken connection: {error}")))
}
