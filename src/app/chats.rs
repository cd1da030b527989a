//! The chats of other platforms: made of the settings, kept running beside everything else.
//!
//! Promises: a chat that cannot be served (a wrong token, a platform that is away) is one clear line, is tried again, and holds up nothing
//! else; what waits to be delivered is measured.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use port::{Channel, Door};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::clock::{Clock as _, SystemClock};
use crate::settings::{DiscordPlace, Settings};
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::outbox;
use crate::telemetry::metrics;

/// The first pause before a chat is tried again, and the longest.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// A chat that ran so long begins with the first pause again.
const WELL: Duration = Duration::from_mins(5);
/// How long a settled answer is remembered, in hours.
const KEPT_H: i64 = 7 * 24;
/// How long the last answers are waited for, and then the chats themselves, which wait for what they began.
const LAST: Duration = Duration::from_secs(5);
const STOP: Duration = Duration::from_secs(15);
/// How often the outbox is measured.
const LOOK: Duration = Duration::from_secs(15);

/// A chat, and what it answers over HTTP.
pub(super) struct Chat {
    pub(super) channel: Arc<dyn Channel>,
    pub(super) routes: axum::Router,
}

/// Every chat. They stop after the answers of the last turns are on their way; whatever is said meanwhile comes again.
pub(super) struct Chats {
    list: Vec<Chat>,
    stop: CancellationToken,
    running: TaskTracker,
}

impl Chats {
    /// The chats that the settings name.
    ///
    /// # Errors
    /// One clear line about a setting that cannot be used.
    pub(super) fn of(settings: &Settings, public_url: &str) -> anyhow::Result<Self> {
        let mut list = Vec::new();
        list.extend(telegram_bot(settings, public_url)?);
        list.extend(discord_bot(settings)?);
        Ok(Self { list, stop: CancellationToken::new(), running: TaskTracker::new() })
    }

    pub(super) fn list(&self) -> &[Chat] {
        &self.list
    }

    fn names(&self) -> Vec<&'static str> {
        self.list.iter().map(|chat| chat.channel.name()).collect()
    }

    /// Serves each for itself. `stop`: the program is stopping, and nobody measures any more.
    pub(super) fn begin(&self, store: &Store, door: &Arc<dyn Door>, stop: &CancellationToken) {
        for chat in &self.list {
            self.running.spawn(keep(chat.channel.clone(), door.clone(), self.stop.clone()));
        }
        tokio::spawn(measure(store.clone(), self.names(), stop.clone()));
    }

    /// Waits for the last answers, no longer than `drain`, and for the chats to note down how far they came.
    pub(super) async fn end(&self, store: &Store, drain: Duration) {
        if !self.list.is_empty() {
            delivered(store, self.names(), drain.min(LAST)).await;
        }
        self.stop.cancel();
        self.running.close();
        if tokio::time::timeout(STOP, self.running.wait()).await.is_err() {
            tracing::warn!("stopped while a chat was still at work; what it did not note down comes again");
        }
    }
}

#[cfg(feature = "telegram")]
fn telegram_bot(settings: &Settings, public_url: &str) -> anyhow::Result<Option<Chat>> {
    use telegram::{Mode, Options, Telegram};

    let Some(token) = settings.telegram_bot_token.clone() else { return Ok(None) };
    let mode = match settings.telegram.mode.as_str() {
        "poll" => Mode::Poll,
        "webhook" => Mode::Webhook,
        other => anyhow::bail!("TELEGRAM_MODE is {other:?}; say poll or webhook"),
    };
    let options = Options {
        token,
        api_url: settings.telegram.api_url.clone(),
        mode,
        webhook_secret: settings.telegram_webhook_secret.clone(),
        public_url: public_url.to_owned(),
    };
    let bot = Arc::new(Telegram::new(options).map_err(anyhow::Error::msg)?);
    Ok(Some(Chat { routes: bot.routes(), channel: bot }))
}

#[cfg(not(feature = "telegram"))]
fn telegram_bot(settings: &Settings, _: &str) -> anyhow::Result<Option<Chat>> {
    if settings.telegram_bot_token.is_some() {
        tracing::warn!("TELEGRAM_BOT_TOKEN is set, but this program was built without Telegram");
    }
    Ok(None)
}

/// The Discord bot, when its token is set.
#[cfg(feature = "discord")]
fn discord_bot(settings: &Settings) -> anyhow::Result<Option<Chat>> {
    use discord::{Discord, Endpoint, Mode, Options, Timing};

    let told = &settings.discord;
    let Some(token) = told.token.clone() else { return Ok(None) };
    let endpoint = match &told.place {
        DiscordPlace::Real => Endpoint::Real,
        DiscordPlace::Instead(url) => Endpoint::Instead(url.clone()),
        DiscordPlace::Resolved(to, authority) => {
            let authority =
                std::fs::read(authority).with_context(|| format!("DISCORD_CA: cannot read {}", authority.display()))?;
            Endpoint::Resolved { to: *to, authority }
        }
    };
    let mode = told.public_key.clone().map_or(Mode::Gateway, |public_key| Mode::Http { public_key });
    let channel = Arc::new(
        Discord::new(Options { token, mode, endpoint, timing: Timing::default() }).map_err(anyhow::Error::msg)?,
    );
    Ok(Some(Chat { routes: channel.router(), channel }))
}

/// This program was built without it.
#[cfg(not(feature = "discord"))]
fn discord_bot(settings: &Settings) -> anyhow::Result<Option<Chat>> {
    if settings.discord.token.is_some() {
        tracing::warn!("DISCORD_TOKEN is set, but this program was built without Discord");
    }
    Ok(None)
}

/// Asks each platform once who we are there, by the setting that names its token. Nothing is registered, nobody is told.
pub(super) async fn greeted(settings: &Settings, within: Duration) -> Vec<(&'static str, Result<String, String>)> {
    let bots = [("TELEGRAM_BOT_TOKEN", telegram_bot(settings, "")), ("DISCORD_TOKEN", discord_bot(settings))];
    let mut greeted = Vec::new();
    for (name, bot) in bots {
        let answer = match bot {
            Ok(None) => continue,
            Ok(Some(chat)) => {
                let answer = tokio::time::timeout(within, chat.channel.greet()).await;
                answer.unwrap_or_else(|_| Err("the platform took too long".to_owned()))
            }
            Err(error) => Err(format!("{error:#}")),
        };
        greeted.push((name, answer.map(|us| format!("the platform knows us as {us}"))));
    }
    greeted
}

/// What an earlier run of this process held is free again. Without the database it waits until its hold has run out.
pub(super) async fn take_back(store: &Store, node: &str) {
    let released = async {
        let mut tx = store.begin(Actor::Server).await?;
        outbox::release(&mut tx, node).await?;
        Ok::<_, StoreError>(tx.commit().await?)
    };
    if let Err(error) = released.await {
        tracing::warn!(%error, "answers that an earlier run held are not free yet");
    }
}

/// Runs a chat, and again when it ends, until the program stops.
async fn keep(chat: Arc<dyn Channel>, door: Arc<dyn Door>, stop: CancellationToken) {
    let mut pause = PAUSE;
    let mut told = String::new();
    while !stop.is_cancelled() {
        let begun = tokio::time::Instant::now();
        // A task of its own, so that a panic ends only itself.
        let running = tokio::spawn({
            let (chat, door, stop) = (chat.clone(), door.clone(), stop.clone());
            async move { chat.run(door, stop).await }
        });
        let reason = match running.await {
            Ok(Ok(())) => "it ended by itself".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(error) => format!("it panicked: {error}"),
        };
        if stop.is_cancelled() {
            return;
        }
        if begun.elapsed() > WELL {
            pause = PAUSE;
        }
        // The same reason again and again is one line.
        if reason != told {
            tracing::error!(channel = chat.name(), error.code = "CHANNEL_DOWN", "{reason}");
            told = reason;
        }
        metrics::chat_restarted(chat.name());
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Waits until every answer that may go now has arrived, no longer than this.
async fn delivered(store: &Store, chats: Vec<&'static str>, within: Duration) {
    let gone = async {
        loop {
            let waiting: Result<i64, StoreError> = async {
                let mut tx = store.begin(Actor::Server).await?;
                outbox::may_go(&mut tx, &chats).await
            }
            .await;
            match waiting {
                Ok(0) | Err(_) => return,
                Ok(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    if tokio::time::timeout(within, gone).await.is_err() {
        tracing::warn!("stopped with answers undelivered; the next start delivers them");
    }
}

/// Measures what waits to be delivered.
async fn measure(store: Store, chats: Vec<&'static str>, stop: CancellationToken) {
    loop {
        forget(&store).await;
        for chat in &chats {
            let found: Result<_, StoreError> = async {
                let mut tx = store.begin(Actor::Server).await?;
                outbox::depth(&mut tx, chat).await
            }
            .await;
            match found {
                Ok((waiting, oldest_s)) => metrics::outbox(chat, waiting, oldest_s),
                Err(error) => tracing::debug!(%error, "the outbox could not be measured"),
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Answers that arrived, or never will, are forgotten after a while.
async fn forget(store: &Store) {
    let old = SystemClock.now() - jiff::SignedDuration::from_hours(KEPT_H);
    let forgotten = async {
        let mut tx = store.begin(Actor::Server).await?;
        outbox::forget(&mut tx, old).await?;
        Ok::<_, StoreError>(tx.commit().await?)
    };
    if let Err(error) = forgotten.await {
        tracing::debug!(%error, "old answers could not be forgotten");
    }
}
