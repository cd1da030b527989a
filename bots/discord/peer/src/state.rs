//! What the platform knows: accounts, channels, messages, interactions, sessions of the gateway, and every request.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

/// The token of the bot.
pub const TOKEN: &str = "MTIz.fake.token";
/// The application, and the account of its bot.
pub const APPLICATION: u64 = 1_100_000_000_000_000_001;
/// The server that everybody is in.
pub(super) const GUILD: u64 = 1_100_000_000_000_000_002;
/// The channel in it.
pub(super) const GENERAL: u64 = 1_100_000_000_000_000_003;
/// How long the first answer to an interaction is waited for.
const FIRST_ANSWER: Duration = Duration::from_secs(3);

/// Requests that go wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The method; empty: any.
    pub method: &'static str,
    /// A part of the path.
    pub path: &'static str,
    /// So many of them.
    pub times: usize,
    /// Their status.
    pub status: u16,
    /// Seconds to wait, for 429.
    pub retry_after: f64,
    /// The platform's own code.
    pub code: u64,
    /// The request works all the same.
    pub works: bool,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) gateway_url: String,
    pub(super) now: u64,
    /// The languages of their programs, where it is not English.
    pub(super) locales: HashMap<u64, String>,
    pub(super) names: HashMap<u64, String>,
    /// Private channels: channel -> account.
    pub(super) private: BTreeMap<u64, u64>,
    pub(super) messages: BTreeMap<u64, BTreeMap<u64, Value>>,
    /// What people sent, by the path in the platform's store of files.
    pub(super) files: HashMap<String, Vec<u8>>,
    pub(super) nonces: HashMap<(u64, String), u64>,
    pub(super) interactions: HashMap<String, Interaction>,
    pub(super) commands: Vec<Value>,
    /// Accounts that take no messages from the bot.
    pub(super) closed: Vec<u64>,
    pub(super) faults: Vec<Fault>,
    pub(super) log: Vec<Request>,
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) line: Line,
}

/// How the gateway behaves.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Nobody gets through before.
    pub(super) held_until: Option<Instant>,
    /// Heartbeats are not answered.
    pub(super) mute: bool,
    pub(super) heartbeat_ms: u64,
    /// Operations that came in: 2 for a beginning, 6 for going on.
    pub(super) heard: Vec<u64>,
    /// When sessions were begun.
    pub(super) begun: Vec<Instant>,
}

impl Line {
    /// Nobody gets through now.
    pub(super) fn is_closed(&self) -> bool {
        self.mute || self.held_until.is_some_and(|until| Instant::now() < until)
    }
}

#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) events: Vec<Value>,
    pub(super) connection: Option<UnboundedSender<Out>>,
}

/// What goes down a connection.
#[derive(Debug, Clone)]
pub(super) enum Out {
    Say(Value),
    Close(u16),
    Cut,
}

#[derive(Debug)]
pub(super) struct Interaction {
    pub(super) told: Value,
    pub(super) channel: u64,
    pub(super) born: Instant,
    /// The first answer's type.
    pub(super) answered: Option<u64>,
    /// The message that is the answer.
    pub(super) original: Option<u64>,
    pub(super) hidden: bool,
    pub(super) modal: Option<Value>,
}

/// A request that came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its method.
    pub method: String,
    /// Its path, without the version.
    pub path: String,
    /// What it said.
    pub body: Value,
    /// What was answered.
    pub status: u16,
    /// When.
    pub at: Instant,
}

impl State {
    pub(super) fn new(gateway_url: String) -> Self {
        Self {
            gateway_url,
            now: 1_400_000_000_000_000_000,
            locales: HashMap::new(),
            names: HashMap::new(),
            private: BTreeMap::new(),
            messages: BTreeMap::from([(GENERAL, BTreeMap::new())]),
            files: HashMap::new(),
            nonces: HashMap::new(),
            interactions: HashMap::new(),
            commands: Vec::new(),
            closed: Vec::new(),
            faults: Vec::new(),
            log: Vec::new(),
            sessions: BTreeMap::new(),
            line: Line { heartbeat_ms: 500, ..Line::default() },
        }
    }

    /// The next id; ids grow.
    pub(super) fn id(&mut self) -> u64 {
        self.now += 4_194_304;
        self.now
    }

    pub(super) fn account(&self, id: u64) -> Value {
        let bot = id == APPLICATION;
        let name = if bot { "eventos" } else { self.names.get(&id).map_or("nobody", String::as_str) };
        json!({"id": id.to_string(), "username": name, "discriminator": "0", "global_name": name, "avatar": null, "bot": bot})
    }

    /// Tells every session; those without a connection keep it for later.
    pub(super) fn dispatch(&mut self, event: &str, data: &Value) {
        for session in self.sessions.values_mut() {
            let number = session.events.len() + 1;
            let told = json!({"op": 0, "s": number, "t": event, "d": data});
            session.events.push(told.clone());
            if let Some(connection) = &session.connection {
                drop(connection.send(Out::Say(told)));
            }
        }
    }

    /// Puts a message into a channel.
    pub(super) fn put(&mut self, channel: u64, author: u64, body: &Value) -> Value {
        let id = self.id();
        let guild = (channel == GENERAL).then(|| GUILD.to_string());
        let content = body["content"].as_str().unwrap_or_default();
        let mentions =
            if content.contains(&format!("<@{APPLICATION}>")) { json!([self.account(APPLICATION)]) } else { json!([]) };
        let list = |name: &str| if body[name].is_array() { body[name].clone() } else { json!([]) };
        let mut message = json!({
            "id": id.to_string(), "channel_id": channel.to_string(), "author": self.account(author), "content": content,
            "timestamp": "2026-11-28T08:00:00.000000+00:00", "edited_timestamp": null, "tts": false, "mention_everyone": false,
            "mentions": mentions, "mention_roles": [], "attachments": list("attachments"), "embeds": list("embeds"),
            "components": list("components"), "pinned": false, "type": 0, "flags": body["flags"].as_u64().unwrap_or_default(),
        });
        if let Some(guild) = guild {
            message["guild_id"] = json!(guild);
        }
        if body["message_reference"].is_object() {
            message["type"] = json!(19);
            message["message_reference"] = body["message_reference"].clone();
            message["message_reference"]["channel_id"] = json!(channel.to_string());
        }
        self.messages.entry(channel).or_default().insert(id, message.clone());
        message
    }

    /// Changes a message: what the body names, the rest stays.
    pub(super) fn change(&mut self, channel: u64, id: u64, body: &Value) -> Option<Value> {
        let message = self.messages.get_mut(&channel)?.get_mut(&id)?;
        for name in ["content", "embeds", "components"] {
            if let Some(value) = body.get(name) {
                message[name] = value.clone();
            }
        }
        Some(message.clone())
    }

    /// The private channel with this account.
    pub(super) fn private_with(&mut self, user: u64) -> u64 {
        if let Some((channel, _)) = self.private.iter().find(|(_, with)| **with == user) {
            return *channel;
        }
        let channel = self.id();
        self.private.insert(channel, user);
        self.messages.insert(channel, BTreeMap::new());
        channel
    }

    /// The first answer: what Discord takes, once and in time.
    pub(super) fn first_answer(&mut self, token: &str, body: &Value) -> Result<(), (u16, u64, &'static str)> {
        let interaction = self.interactions.get_mut(token).ok_or((404, 10_062, "Unknown interaction"))?;
        if interaction.answered.is_some() {
            return Err((400, 40_060, "Interaction has already been acknowledged."));
        }
        if interaction.born.elapsed() > FIRST_ANSWER {
            return Err((404, 10_062, "Unknown interaction"));
        }
        let kind = body["type"].as_u64().unwrap_or_default();
        interaction.answered = Some(kind);
        interaction.hidden = body["data"]["flags"].as_u64().unwrap_or_default() & 64 != 0;
        let (channel, source) =
            (interaction.channel, interaction.told["message"]["id"].as_str().and_then(|id| id.parse().ok()));
        match kind {
            4 | 5 => {
                let mut data = body["data"].clone();
                if kind == 5 {
                    data = json!({"content": "", "flags": 128 | data["flags"].as_u64().unwrap_or_default()});
                }
                let message = self.put(channel, APPLICATION, &data);
                if let Some(interaction) = self.interactions.get_mut(token) {
                    interaction.original = message["id"].as_str().and_then(|id| id.parse().ok());
                }
            }
            6 | 7 => {
                let source: u64 = source.ok_or((400, 50_035, "Invalid Form Body"))?;
                self.change(channel, source, &body["data"]);
                if let Some(interaction) = self.interactions.get_mut(token) {
                    interaction.original = Some(source);
                }
            }
            9 => interaction.modal = Some(body["data"].clone()),
            _ => return Err((400, 50_035, "Invalid Form Body")),
        }
        Ok(())
    }
}
