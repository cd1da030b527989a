//! Requests to the platform, and what became of each, in words that an outbox understands.
//!
//! serenity's own limiter keeps within the platform's limits. It would sleep inside a request until a limit is over, whoever
//! else waits and however long; here a wait of more than a moment ends the request and is told instead, so that it is written
//! down and kept over a restart (PAINS P13).

mod fault;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serenity::http::{Http, HttpBuilder, LightMethod, Ratelimiter, Request, Route};
use serenity::model::channel::Message;
use serenity::model::gateway::BotGateway;
use serenity::model::id::{ApplicationId, ChannelId, InteractionId, MessageId, UserId};
use tokio::sync::mpsc;

pub(crate) use fault::Fault;

/// The longest wait that is waited out inside a request.
const MOMENT: Duration = Duration::from_secs(2);
/// How long a request may take, waiting for others included.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// The host of the platform's API.
const HOST: &str = "discord.com";
/// Where files that people send are kept.
const FILE_HOSTS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];

tokio::task_local! {
    /// Whom the limiter tells that this task's request has to wait.
    static WAITS: mpsc::UnboundedSender<Duration>;
}

/// Where the platform is. Everything but the real one is for tests, and on this machine.
#[derive(Debug, Clone, Default)]
pub enum Endpoint {
    /// Where it always is.
    #[default]
    Real,
    /// Another server speaks for it, without limits of its own.
    Instead(String),
    /// The real name, led to this address.
    Resolved {
        /// The address.
        to: SocketAddr,
        /// The authority that signed its certificate, PEM.
        authority: Vec<u8>,
    },
}

/// The way to the platform.
#[derive(Debug)]
pub(crate) struct Api {
    http: Http,
    application: AtomicU64,
    /// For files, which lie beside the API.
    files: reqwest::Client,
    /// Another server that speaks for the platform keeps its files, too.
    instead: Option<String>,
}

/// A message that was sent.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sent {
    /// Its id.
    pub(crate) id: MessageId,
    /// What it says.
    #[serde(default)]
    pub(crate) content: String,
}

impl Api {
    /// A way that nobody has gone yet.
    ///
    /// # Errors
    /// When the certificates cannot be used.
    pub(crate) fn new(token: &SecretString, endpoint: &Endpoint) -> Result<Self, String> {
        let instead = match endpoint {
            Endpoint::Instead(url) => Some(format!("{}/", url.trim_end_matches('/'))),
            Endpoint::Real | Endpoint::Resolved { .. } => None,
        };
        let client = || {
            let mut client = reqwest::Client::builder().use_rustls_tls().connect_timeout(CONNECT).timeout(PATIENCE);
            if let Endpoint::Resolved { to, authority } = endpoint {
                let authority =
                    reqwest::Certificate::from_pem(authority).map_err(|error| format!("its certificate: {error}"))?;
                client = client.add_root_certificate(authority);
                for host in FILE_HOSTS.into_iter().chain([HOST]) {
                    client = client.resolve(host, *to);
                }
            }
            Ok::<_, String>(client)
        };
        let build = |client: reqwest::ClientBuilder| client.build().map_err(|error| error.to_string());
        let files = build(client()?.redirect(reqwest::redirect::Policy::none()))?;
        let client = build(client()?)?;
        let token = format!("Bot {}", token.expose_secret().trim().trim_start_matches("Bot "));
        let mut limiter = Ratelimiter::new(client.clone(), token.clone());
        // Whoever does not listen any more has given the request up.
        limiter.set_ratelimit_callback(Box::new(|info| {
            let told = WAITS.try_with(|waits| waits.send(info.timeout).is_ok());
            tracing::debug!(
                action = "discord_limit",
                wait_ms = info.timeout.as_millis(),
                told = told.unwrap_or_default()
            );
        }));
        let builder = HttpBuilder::new(token).client(client).ratelimiter(limiter);
        let http = match endpoint {
            Endpoint::Instead(url) => builder.proxy(url).ratelimiter_disabled(true),
            Endpoint::Real | Endpoint::Resolved { .. } => builder,
        };
        Ok(Self { http: http.build(), application: AtomicU64::new(0), files, instead })
    }

    /// Who we are: the account of the bot.
    pub(crate) async fn me(&self) -> Result<UserId, Fault> {
        let named: Id = self.fetch(Route::UserMe).await?;
        Ok(UserId::new(named.0))
    }

    /// Learns which application we are.
    pub(crate) async fn application(&self) -> Result<(), Fault> {
        let named: Id = self.fetch(Route::Oauth2ApplicationCurrent).await?;
        self.application.store(named.0, Ordering::Relaxed);
        Ok(())
    }

    /// Where the gateway is, and how often we may begin there.
    pub(crate) async fn gateway(&self) -> Result<BotGateway, Fault> {
        self.fetch(Route::GatewayBot).await
    }

    /// Replaces the list of commands.
    pub(crate) async fn commands(&self, list: &Value) -> Result<(), Fault> {
        let route = Route::Commands { application_id: self.application_id()? };
        self.done(request(route, LightMethod::Put, list)).await
    }

    /// The first answer to an interaction.
    pub(crate) async fn answer(&self, interaction: u64, token: &str, body: &Value) -> Result<(), Fault> {
        let route = Route::InteractionResponse { interaction_id: InteractionId::new(interaction.max(1)), token };
        self.done(request(route, LightMethod::Post, body)).await
    }

    /// Fills in or changes the first answer.
    pub(crate) async fn edit_answer(&self, token: &str, body: &Value) -> Result<Sent, Fault> {
        let route = Route::WebhookOriginalInteractionResponse { application_id: self.application_id()?, token };
        self.sent(request(route, LightMethod::Patch, body)).await
    }

    /// Another answer.
    pub(crate) async fn follow_up(&self, token: &str, body: &Value) -> Result<Sent, Fault> {
        let route = Route::WebhookFollowupMessages { application_id: self.application_id()?, token };
        self.sent(request(route, LightMethod::Post, body)).await
    }

    /// Changes another answer.
    pub(crate) async fn edit_follow_up(&self, token: &str, message: u64, body: &Value) -> Result<Sent, Fault> {
        let message_id = MessageId::new(message.max(1));
        let route = Route::WebhookFollowupMessage { application_id: self.application_id()?, token, message_id };
        self.sent(request(route, LightMethod::Patch, body)).await
    }

    /// Sends a message.
    pub(crate) async fn send(&self, channel: u64, body: &Value) -> Result<Sent, Fault> {
        self.sent(request(
            Route::ChannelMessages { channel_id: ChannelId::new(channel.max(1)) },
            LightMethod::Post,
            body,
        ))
        .await
    }

    /// Changes a message of ours.
    pub(crate) async fn edit(&self, channel: u64, message: u64, body: &Value) -> Result<Sent, Fault> {
        let (channel_id, message_id) = (ChannelId::new(channel.max(1)), MessageId::new(message.max(1)));
        self.sent(request(Route::ChannelMessage { channel_id, message_id }, LightMethod::Patch, body)).await
    }

    /// Shows for some seconds that we are writing.
    pub(crate) async fn typing(&self, channel: u64) -> Result<(), Fault> {
        let route = Route::ChannelTyping { channel_id: ChannelId::new(channel.max(1)) };
        self.done(Request::new(route, LightMethod::Post)).await
    }

    /// Up to a hundred messages after this one, oldest first.
    pub(crate) async fn messages_after(&self, channel: u64, after: u64) -> Result<Vec<Message>, Fault> {
        let route = Route::ChannelMessages { channel_id: ChannelId::new(channel.max(1)) };
        let params = vec![("limit", "100".to_owned()), ("after", after.to_string())];
        let mut messages: Vec<Message> =
            self.call(self.http.fire(Request::new(route, LightMethod::Get).params(Some(params)))).await?;
        messages.sort_by_key(|message| message.id);
        Ok(messages)
    }

    /// The bytes of a file that somebody sent, when there are no more than `most`. Only the platform's own store is asked: an address
    /// in a message is nothing to be trusted with our network.
    pub(crate) async fn file(&self, url: &str, most: usize) -> Result<Vec<u8>, Fault> {
        let parsed = reqwest::Url::parse(url).map_err(|_| Fault::Refused("the file has no address".to_owned()))?;
        let known = match &self.instead {
            Some(base) => url.starts_with(base),
            None => parsed.scheme() == "https" && parsed.host_str().is_some_and(|host| FILE_HOSTS.contains(&host)),
        };
        if !known {
            return Err(Fault::Refused("the file is not kept by the platform".to_owned()));
        }
        let away = |reason: String| Fault::Away { reason, unclear: false };
        let answer = self.files.get(parsed).send().await;
        let mut answer = answer.map_err(|error| away(error.without_url().to_string()))?;
        if !answer.status().is_success() {
            return Err(away(format!("file: status {}", answer.status())));
        }
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| away(error.without_url().to_string()))? {
            if bytes.len() + piece.len() > most {
                return Err(Fault::Refused(format!("the file has more than {most} bytes")));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// The private channel with this account.
    pub(crate) async fn private_channel(&self, user: u64) -> Result<u64, Fault> {
        let body = json!({"recipient_id": user.to_string()});
        let named: Id = self.call(self.http.fire(request(Route::UserMeDmChannels, LightMethod::Post, &body))).await?;
        Ok(named.0)
    }

    fn application_id(&self) -> Result<ApplicationId, Fault> {
        let id = self.application.load(Ordering::Relaxed);
        if id == 0 {
            return Err(Fault::Away { reason: "not connected yet".to_owned(), unclear: false });
        }
        Ok(ApplicationId::new(id))
    }

    async fn fetch<T: DeserializeOwned>(&self, route: Route<'_>) -> Result<T, Fault> {
        self.call(self.http.fire(Request::new(route, LightMethod::Get))).await
    }

    async fn sent(&self, request: Request<'_>) -> Result<Sent, Fault> {
        self.call(self.http.fire(request)).await
    }

    async fn done(&self, request: Request<'_>) -> Result<(), Fault> {
        self.call(self.http.request(request)).await.map(|_| ())
    }

    /// Makes a request and counts how it ended.
    async fn call<T>(&self, call: impl Future<Output = serenity::Result<T>>) -> Result<T, Fault> {
        let done = self.bounded(call).await;
        let outcome = done.as_ref().map_or_else(Fault::kind, |_| "done");
        metrics::counter!("eventos_chat_requests_total", "channel" => crate::NAME, "outcome" => outcome).increment(1);
        done
    }

    /// Makes a request, no longer than it makes sense.
    async fn bounded<T>(&self, call: impl Future<Output = serenity::Result<T>>) -> Result<T, Fault> {
        let (told, mut waits) = mpsc::unbounded_channel();
        let call = WAITS.scope(told, call);
        tokio::pin!(call);
        let late = tokio::time::sleep(PATIENCE);
        tokio::pin!(late);
        loop {
            tokio::select! {
                biased;
                done = &mut call => return done.map_err(|error| Fault::from(&error)),
                Some(wait) = waits.recv() => {
                    if wait > MOMENT {
                        return Err(Fault::Limited { seconds: seconds(wait) });
                    }
                }
                () = &mut late => return Err(Fault::Away { reason: "no answer in time".to_owned(), unclear: true }),
            }
        }
    }
}

/// Whole seconds, never fewer than asked for.
fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

fn request<'a>(route: Route<'a>, method: LightMethod, body: &Value) -> Request<'a> {
    Request::new(route, method).body(Some(body.to_string().into_bytes()))
}

/// The id of something, written as text or as a number.
struct Id(u64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Thing {
            id: UserId,
        }
        Ok(Self(Thing::deserialize(from)?.id.get()))
    }
}
