//! The wizard in Telegram.
//!
//! `poll` and `webhook` bring updates, `lanes` keeps those of a chat in order, `inbound` takes them in, `commands` and `keys` say what
//! they ask for, `desk` answers what needs no wizard; `live` shows a turn as it is made, `deliver` brings what was written down, `page`
//! makes messages of it. `api` is the only file that talks to Telegram.
//!
//! Promises: nothing is acknowledged before it is durable; nothing is answered twice, but at one edge that nobody can see across, and then
//! it says so; the bot's memory is the store.

mod api;
mod commands;
mod deliver;
mod desk;
mod health;
mod inbound;
mod keys;
mod lanes;
mod live;
mod page;
mod patience;
mod place;
mod poll;
mod webhook;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use port::{Capabilities, Channel, ChannelError, Door};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use teloxide::payloads::SetMyCommands;
use teloxide::types::Me;
use tokio_util::sync::CancellationToken;

use api::{Api, Fault};
use deliver::Postman;
use health::Health;
use inbound::Inbound;
use lanes::Lanes;
use live::Lives;
use webhook::Gate;

/// The channel's name, as in [`port::Chat::channel`].
pub const NAME: &str = "telegram";

/// How updates come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// We ask for them.
    Poll,
    /// Telegram calls us; needs an address that it reaches over HTTPS.
    Webhook,
}

/// How the bot is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// From `BotFather`.
    pub token: SecretString,
    /// Where the Bot API is; empty: Telegram's own.
    pub api_url: String,
    /// How updates come.
    pub mode: Mode,
    /// What Telegram shows when it calls: 1 to 256 letters, digits, `_` and `-`; absent: one that follows from the token.
    pub webhook_secret: Option<SecretString>,
    /// Where people, and Telegram, find us.
    pub public_url: String,
}

/// The bot as a channel.
pub struct Telegram {
    api: Api,
    options: Options,
    health: Health,
    gate: Gate,
    /// Remembers what it took in when the bot is run again.
    inbound: OnceLock<Arc<Inbound>>,
    lives: Arc<Lives>,
    me: OnceLock<Me>,
}

impl std::fmt::Debug for Telegram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telegram").field("mode", &self.options.mode).finish_non_exhaustive()
    }
}

impl Telegram {
    /// A bot that is not running yet.
    ///
    /// # Errors
    /// What is wrong with the options, in one line.
    pub fn new(options: Options) -> Result<Self, String> {
        let api = Api::new(&options.token, &options.api_url)?;
        let chosen = options.webhook_secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        let lawful = |secret: &str| {
            (1..=256).contains(&secret.len())
                && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        if chosen.as_deref().is_some_and(|secret| !lawful(secret)) {
            return Err("TELEGRAM_WEBHOOK_SECRET: 1 to 256 letters, digits, _ and -".to_owned());
        }
        let secret = chosen.unwrap_or_else(|| webhook::secret_of(options.token.expose_secret()));
        let open = options.mode == Mode::Webhook;
        let (gate, inbound) = (Gate::new(secret.into(), open), OnceLock::new());
        Ok(Self { api, options, health: Health::default(), gate, inbound, lives: Arc::default(), me: OnceLock::new() })
    }

    /// What the bot answers over HTTP.
    pub fn routes(&self) -> axum::Router {
        webhook::routes(self.gate.clone())
    }

    fn ended(&self, fault: &Fault) -> ChannelError {
        let reason = match fault {
            Fault::BadToken => {
                "TELEGRAM_BOT_TOKEN is not the token of a bot; ask BotFather for it (docs/runbook.md)".to_owned()
            }
            fault => fault.words(),
        };
        self.health.hopeless(&reason);
        ChannelError { channel: NAME, reason }
    }

    /// Who the bot is, asked for until Telegram answers.
    async fn who(&self, stop: &CancellationToken) -> Result<Option<Me>, Fault> {
        let mut pause = Duration::from_millis(500);
        loop {
            match self.api.me().await {
                Ok(me) => return Ok(Some(me)),
                Err(Fault::BadToken) => return Err(Fault::BadToken),
                Err(fault) => self.health.ill(&fault.words()),
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(Duration::from_secs(15)),
            }
        }
    }

    /// The list of commands, in every language. The bot works without it.
    async fn list_commands(&self) {
        for language in ["en", "fr", "es", "zh"] {
            let mut list = SetMyCommands::new(commands::listed(language));
            list.language_code = Some(language.to_owned()).filter(|language| language != "en");
            if let Err(fault) = self.api.call::<bool>("setMyCommands", &list).await {
                tracing::warn!(language, error = fault.words(), "the commands are not listed");
            }
        }
    }

    async fn updates(&self, inbound: &Arc<Inbound>, stop: &CancellationToken) -> Result<(), Fault> {
        match self.options.mode {
            Mode::Poll => {
                // Whoever polls must not be called; what waits is kept.
                let keep = json!({"drop_pending_updates": false});
                if let Err(fault) = self.api.call::<Value>("deleteWebhook", &keep).await {
                    self.health.ill(&fault.words());
                }
                poll::run(&self.api, inbound, &self.health, stop).await
            }
            Mode::Webhook => {
                let lanes = Lanes::new(inbound.clone(), stop.clone());
                webhook::run(&self.api, &self.options.public_url, &self.gate, lanes, &self.health, stop).await
            }
        }
    }
}

#[async_trait]
impl Channel for Telegram {
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { max_text: Some(page::LONGEST), streams: true, buttons: true, redelivers: true }
    }

    async fn greet(&self) -> Result<String, String> {
        self.api.me().await.map(|me| format!("@{}", me.username())).map_err(|fault| fault.words())
    }

    fn link_url(&self, code: &str) -> Option<String> {
        self.me.get().map(|me| format!("https://t.me/{}?start={code}", me.username()))
    }

    fn health(&self) -> Result<(), String> {
        self.health.look()
    }

    async fn run(&self, door: Arc<dyn Door>, stop: CancellationToken) -> Result<(), ChannelError> {
        let me = self.who(&stop).await.map_err(|fault| self.ended(&fault))?;
        let Some(me) = me else { return Ok(()) };
        tracing::info!(bot = me.username(), mode = ?self.options.mode, "the Telegram bot is up");
        self.health.well();
        let me = self.me.get_or_init(|| me).clone();
        self.list_commands().await;
        let lives = self.lives.clone();
        let postman = Postman { api: self.api.clone(), door: door.clone(), lives: lives.clone() };
        let inbound = self.inbound.get_or_init(|| Arc::new(Inbound::new(self.api.clone(), door, lives, me)));
        let halt = stop.child_token();
        let delivering = tokio::spawn(postman.run(halt.clone()));
        let ended = self.updates(inbound, &halt).await;
        halt.cancel();
        if delivering.await.is_err() {
            tracing::error!("the delivery of answers panicked");
        }
        ended.map_err(|fault| self.ended(&fault))
    }
}
