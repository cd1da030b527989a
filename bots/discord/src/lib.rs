//! The wizard in Discord.
//!
//! What happens there comes in over the `gateway` or, as a switch, as signed requests (`http`); `inbound` reads it, and a
//! `lane` for each chat hands it to the wizard in its order. Answers are written down before they are sent; `deliver` takes them from
//! there, `render` makes messages of them, and `place` puts each where it belongs. A `preview` shows an answer while it is made.

mod api;
mod button;
mod commands;
mod deliver;
mod enclosure;
mod gate;
mod gateway;
mod heard;
mod http;
mod inbound;
mod lane;
mod limits;
mod markup;
mod message;
mod place;
mod preview;
#[cfg(test)]
mod reading;
mod render;
mod signature;
mod talk;
mod words;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use port::{Capabilities, Channel, ChannelError, Door};
use secrecy::SecretString;
use serenity::model::id::UserId;
use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub use api::Endpoint;
use api::{Api, Fault};
use gate::Gate;
use gateway::{Gateway, News, Pulse};
use inbound::First;
use lane::Lanes;
use signature::PublicKey;
use talk::Talk;

/// The channel's name, as in [`port::Chat::channel`].
pub const NAME: &str = "discord";

/// The longest pause between two tries to register.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long a response takes to be where it is changed.
const RESPONSE: Duration = Duration::from_millis(250);

/// How the channel is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// The token of the bot.
    pub token: SecretString,
    /// How interactions come in.
    pub mode: Mode,
    /// Where the platform is.
    pub endpoint: Endpoint,
    /// Paces and patience.
    pub timing: Timing,
}

/// How the channel hears what happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Over a connection that is kept open: commands, buttons and messages.
    Gateway,
    /// Commands, buttons and forms as signed requests to `/discord/interactions`; messages are not heard.
    Http {
        /// The key of the application, 64 hexadecimal digits.
        public_key: String,
    },
}

/// Paces and patience; the defaults are right for the real platform.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// An answer that is being made is shown so long after its first word, if it is not there by then.
    pub first_glimpse: Duration,
    /// Between two edits of a message.
    pub pace: Duration,
    /// A heartbeat must be answered within this time.
    pub heartbeat_patience: Duration,
    /// A longer silence of the platform is a fault (PAINS P16).
    pub longest_silence: Duration,
    /// Between two tries to hand a message in while the store is away, at first.
    pub retry: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            first_glimpse: Duration::from_millis(800),
            pace: Duration::from_millis(1100),
            heartbeat_patience: Duration::from_secs(12),
            longest_silence: Duration::from_secs(55),
            retry: Duration::from_millis(500),
        }
    }
}

/// The channel.
#[derive(Debug)]
pub struct Discord {
    options: Options,
    inner: Arc<Inner>,
    news: Mutex<mpsc::UnboundedReceiver<News>>,
    calls: Mutex<mpsc::UnboundedReceiver<First>>,
}

/// What the parts of the channel share.
#[derive(Debug)]
struct Inner {
    api: Arc<Api>,
    me: AtomicU64,
    pulse: Arc<Pulse>,
    public_key: Option<PublicKey>,
    /// Interactions that came as requests and were answered at once.
    calls: mpsc::UnboundedSender<First>,
    news: mpsc::UnboundedSender<News>,
}

impl Discord {
    /// A channel that has not begun.
    ///
    /// # Errors
    /// One line about a setting that cannot be used.
    pub fn new(options: Options) -> Result<Self, String> {
        let api = Arc::new(Api::new(&options.token, &options.endpoint)?);
        let public_key = match &options.mode {
            Mode::Gateway => None,
            Mode::Http { public_key } => {
                let key = PublicKey::read(public_key);
                Some(key.ok_or("DISCORD_PUBLIC_KEY: 64 hexadecimal digits are needed, as on the application's page")?)
            }
        };
        let (news, heard) = mpsc::unbounded_channel();
        let (calls, called) = mpsc::unbounded_channel();
        let pulse = Arc::new(Pulse::new(options.timing.longest_silence));
        let inner = Arc::new(Inner { api, me: AtomicU64::new(0), pulse, public_key, calls, news });
        Ok(Self { options, inner, news: Mutex::new(heard), calls: Mutex::new(called) })
    }

    /// The route for signed requests: `POST /discord/interactions`.
    pub fn router(&self) -> axum::Router {
        http::router(Arc::clone(&self.inner))
    }

    /// Learns who we are and registers the commands, however long the platform is away.
    async fn begin(&self, stop: &CancellationToken) -> Result<bool, ChannelError> {
        let mut pause = Duration::from_millis(500);
        loop {
            let tried = tokio::select! {
                () = stop.cancelled() => return Ok(false),
                tried = self.register() => tried,
            };
            let wait = match tried {
                Ok(()) => return Ok(true),
                Err(Fault::Unauthorized) => return Err(stopped("the token is refused; see DISCORD_TOKEN".to_owned())),
                Err(Fault::Limited { seconds }) => Duration::from_secs(seconds.into()),
                Err(fault @ Fault::Refused(_)) => return Err(stopped(fault.words())),
                Err(fault) => {
                    self.inner.pulse.lost(&fault.words());
                    tracing::warn!(action = "discord_start", error.code = "DISCORD_AWAY", reason = fault.words());
                    pause
                }
            };
            pause = (pause * 2).min(LONGEST_PAUSE);
            tokio::select! {
                () = stop.cancelled() => return Ok(false),
                () = sleep(wait) => {}
            }
        }
    }

    async fn register(&self) -> Result<(), Fault> {
        let me = self.inner.api.me().await?;
        self.inner.api.application().await?;
        self.inner.api.commands(&commands::list()).await?;
        self.inner.me.store(me.get(), Ordering::Relaxed);
        Ok(())
    }

    /// Takes what happens to the lanes until the channel stops. A connection that begins anew has missed something: what comes from then
    /// on waits until it is known which chats are read first. Interactions are told their first answer at once all the same.
    async fn hear(&self, lanes: &Lanes, stop: &CancellationToken) {
        let (mut news, mut calls) = (self.news.lock().await, self.calls.lock().await);
        let me = UserId::new(self.inner.me.load(Ordering::Relaxed).max(1));
        let mut gate = Gate::default();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                chats = gate.opens() => gate.open(chats, lanes),
                Some(call) = calls.recv() => {
                    if let Some(heard) = call.heard {
                        // The response has to be there before anything that changes it.
                        gate.hear(heard, Some(tokio::spawn(sleep(RESPONSE))), lanes);
                    }
                }
                Some(news) = news.recv() => match news {
                    News::Began => gate.close(lanes),
                    News::Message(message) => {
                        if let Some(heard) = inbound::message(&message, me) {
                            gate.hear(heard, None, lanes);
                        }
                    }
                    News::Interaction(told) => {
                        let first = inbound::interaction(&told, now_s());
                        let acknowledged = lane::acknowledge(&self.inner.api, &told, first.ack);
                        if let Some(heard) = first.heard {
                            gate.hear(heard, Some(acknowledged), lanes);
                        }
                    }
                }
            }
        }
    }
}

#[async_trait]
impl Channel for Discord {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn greet(&self) -> Result<String, String> {
        self.inner.api.me().await.map(|me| format!("account {me}")).map_err(|fault| fault.words())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { max_text: Some(limits::CONTENT), streams: true, buttons: true, redelivers: true }
    }

    fn link_url(&self, _code: &str) -> Option<String> {
        // The platform has no way to carry a code along: the page shows it, and the chat takes it with "/link".
        let me = self.inner.me.load(Ordering::Relaxed);
        (me != 0).then(|| format!("https://discord.com/users/{me}"))
    }

    fn health(&self) -> Result<(), String> {
        match self.options.mode {
            Mode::Gateway => self.inner.pulse.check(),
            Mode::Http { .. } => Ok(()),
        }
    }

    async fn run(&self, door: Arc<dyn Door>, stop: CancellationToken) -> Result<(), ChannelError> {
        if !self.begin(&stop).await? {
            return Ok(());
        }
        let me = self.inner.me.load(Ordering::Relaxed);
        // Its end is not that of the program.
        let stop = stop.child_token();
        let talk = Arc::new(Talk::new(door, Arc::clone(&self.inner.api), me, self.options.timing, stop.clone()));
        let lanes = Lanes::new(Arc::clone(&talk));
        let delivery = deliver::run(Arc::clone(&talk));
        let connection = async {
            match self.options.mode {
                Mode::Gateway => self.gateway().run(stop.clone()).await,
                Mode::Http { .. } => {
                    stop.cancelled().await;
                    Ok(())
                }
            }
        };
        let ended = tokio::select! {
            ended = connection => ended,
            () = self.hear(&lanes, &stop) => Ok(()),
            () = delivery => Ok(()),
        };
        stop.cancel();
        lanes.close().await;
        talk.close().await;
        ended.map_err(stopped)
    }
}

impl Discord {
    fn gateway(&self) -> Gateway {
        Gateway {
            api: Arc::clone(&self.inner.api),
            token: self.options.token.clone(),
            news: self.inner.news.clone(),
            pulse: Arc::clone(&self.inner.pulse),
            patience: self.options.timing.heartbeat_patience,
            stand_in: !matches!(self.options.endpoint, Endpoint::Real),
        }
    }
}

fn stopped(reason: String) -> ChannelError {
    ChannelError { channel: NAME, reason }
}

/// Seconds since 1970.
fn now_s() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
