//! One lane for each chat: what is heard there is handed to the wizard one after the other, in the order it was said.
//!
//! A lane remembers the last message that it handed on, so that a session that begins anew, in this process or the next, reads
//! what was sent in between: first what was missed, then what comes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use serenity::model::application::Interaction;
use serenity::model::id::UserId;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;

use crate::api::{Api, Fault};
use crate::heard::{Deed, Heard};
use crate::inbound::{self, Ack};
use crate::talk::Talk;
use crate::{NAME, limits};

/// A lane without anything to do writes down how far it came after so long, and ends after the other.
const IDLE: Duration = Duration::from_secs(5);
const LONG_IDLE: Duration = Duration::from_mins(10);
/// How long handing on waits for the first answer of an interaction.
const ACKNOWLEDGING: Duration = Duration::from_secs(3);
/// Chats that are read at the same time after an interruption.
const READERS: usize = 4;
/// Chats that are read after an interruption, those heard of last first: at fifty requests a second, less than a minute.
const MOST_CHATS: usize = 2_000;

/// Every lane.
#[derive(Debug)]
pub(crate) struct Lanes {
    talk: Arc<Talk>,
    open: Arc<Mutex<HashMap<String, mpsc::UnboundedSender<Item>>>>,
    readers: Arc<Semaphore>,
    tasks: TaskTracker,
}

#[derive(Debug)]
enum Item {
    Heard(Box<Heard>, Option<JoinHandle<()>>),
    /// Reads what was sent in this private channel since that message.
    CatchUp(u64, u64),
}

impl Lanes {
    pub(crate) fn new(talk: Arc<Talk>) -> Self {
        Self { talk, open: Arc::default(), readers: Arc::new(Semaphore::new(READERS)), tasks: TaskTracker::new() }
    }

    /// Something was heard. `acknowledged`: its first answer, which is on its way.
    pub(crate) fn hear(&self, heard: Heard, acknowledged: Option<JoinHandle<()>>) {
        metrics::counter!("eventos_chat_heard_total", "channel" => NAME).increment(1);
        if heard.deed == Deed::Cancel {
            // Not behind what it is to stop.
            let talk = Arc::clone(&self.talk);
            self.tasks.spawn(async move {
                wait_for(acknowledged).await;
                talk.cancel(&heard).await;
            });
            return;
        }
        let chat = heard.way.chat();
        self.put(&chat, Item::Heard(Box::new(heard), acknowledged));
    }

    /// What the lanes work with.
    pub(crate) fn talk(&self) -> Arc<Talk> {
        Arc::clone(&self.talk)
    }

    /// Reads what was missed in these chats, before anything that comes from now on.
    pub(crate) fn catch_up(&self, chats: Chats) {
        for (seen, channel) in chats {
            self.put(&channel.to_string(), Item::CatchUp(channel, seen));
        }
    }

    /// Waits until every lane has written down how far it came.
    pub(crate) async fn close(&self) {
        self.lanes().clear();
        self.tasks.close();
        if timeout(Duration::from_secs(5), self.tasks.wait()).await.is_err() {
            tracing::warn!(action = "discord_stop", error.code = "DISCORD_SLOW_STOP");
        }
    }

    fn put(&self, chat: &str, item: Item) {
        let mut lanes = self.lanes();
        let item = match lanes.get(chat) {
            Some(lane) => match lane.send(item) {
                Ok(()) => return,
                Err(returned) => returned.0,
            },
            None => item,
        };
        let (sender, items) = mpsc::unbounded_channel();
        // Its reading end is right here.
        drop(sender.send(item));
        lanes.insert(chat.to_owned(), sender);
        let lane = Lane {
            chat: chat.to_owned(),
            talk: Arc::clone(&self.talk),
            readers: Arc::clone(&self.readers),
            seen: 0,
            noted: 0,
        };
        self.tasks.spawn(lane.run(items, Arc::clone(&self.open)));
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<String, mpsc::UnboundedSender<Item>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Private chats: the last message that was handed on, and the channel.
pub(crate) type Chats = Vec<(u64, u64)>;

/// Every private chat that is known, those heard of last first. Asks for them until the store tells.
pub(crate) async fn chats(talk: Arc<Talk>) -> Chats {
    let mut pause = talk.timing.retry;
    let chats = loop {
        match talk.door.chats(NAME).await {
            Ok(chats) => break chats,
            Err(refusal) => {
                tracing::warn!(action = "discord_catch_up", error.code = "DISCORD_CATCH_UP", %refusal);
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(10));
            }
        }
    };
    let mut known: Chats = chats
        .iter()
        .filter_map(|(chat, memory)| Some((memory.note.get("seen")?.as_str()?.parse().ok()?, chat.parse().ok()?)))
        .collect();
    known.sort_unstable_by(|one, other| other.cmp(one));
    if known.len() > MOST_CHATS {
        tracing::warn!(action = "discord_catch_up", error.code = "DISCORD_TOO_MANY_CHATS", chats = known.len());
    }
    known.truncate(MOST_CHATS);
    known
}

struct Lane {
    chat: String,
    talk: Arc<Talk>,
    readers: Arc<Semaphore>,
    /// The last message that was handed on, and the one that is written down.
    seen: u64,
    noted: u64,
}

impl Lane {
    async fn run(
        mut self,
        mut items: mpsc::UnboundedReceiver<Item>,
        lanes: Arc<Mutex<HashMap<String, mpsc::UnboundedSender<Item>>>>,
    ) {
        let mut used = Instant::now();
        loop {
            match timeout(IDLE, items.recv()).await {
                Ok(Some(item)) => {
                    self.item(item).await;
                    used = Instant::now();
                    if self.noted == 0 {
                        // From now on this chat is known.
                        self.note().await;
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    self.note().await;
                    if used.elapsed() > LONG_IDLE {
                        let mut lanes = lanes.lock().unwrap_or_else(PoisonError::into_inner);
                        if items.is_empty() {
                            lanes.remove(&self.chat);
                            return;
                        }
                    }
                }
            }
        }
        self.note().await;
    }

    async fn item(&mut self, item: Item) {
        match item {
            Item::Heard(heard, acknowledged) => {
                wait_for(acknowledged).await;
                self.hand_on(*heard).await;
            }
            Item::CatchUp(channel, seen) => self.catch_up(channel, seen).await,
        }
    }

    async fn hand_on(&mut self, heard: Heard) {
        // Ids of messages and of interactions grow with the time, together.
        let id = heard.id.trim_start_matches(char::is_alphabetic).parse().ok().filter(|_| heard.way.private);
        if self.talk.take(&heard).await {
            self.seen = self.seen.max(id.unwrap_or_default());
        }
    }

    async fn note(&mut self) {
        if self.seen <= self.noted {
            return;
        }
        let note: Map<String, Value> = Map::from_iter([("seen".to_owned(), json!(self.seen.to_string()))]);
        match self.talk.door.remember(NAME, &self.chat, note).await {
            Ok(()) => self.noted = self.seen,
            Err(refusal) => tracing::warn!(action = "discord_note", error.code = "DISCORD_NOTE", %refusal),
        }
    }

    /// Reads on from the last message that was handed on, here or by an earlier process.
    async fn catch_up(&mut self, channel: u64, seen: u64) {
        self.seen = self.seen.max(seen);
        let Ok(_reader) = Arc::clone(&self.readers).acquire_owned().await else { return };
        let mut pause = self.talk.timing.retry;
        while !self.talk.stop.is_cancelled() {
            let messages = match self.talk.api.messages_after(channel, self.seen).await {
                Ok(messages) => messages,
                Err(Fault::Gone(_) | Fault::Refused(_) | Fault::Unauthorized) => return,
                Err(fault) => {
                    tracing::warn!(
                        action = "discord_catch_up",
                        error.code = "DISCORD_CATCH_UP",
                        reason = fault.words()
                    );
                    let wait = if let Fault::Limited { seconds } = fault {
                        Duration::from_secs(seconds.into())
                    } else {
                        pause
                    };
                    pause = (pause * 2).min(Duration::from_secs(30));
                    tokio::select! {
                        () = self.talk.stop.cancelled() => return,
                        () = sleep(wait) => continue,
                    }
                }
            };
            let Some(last) = messages.last().map(|message| message.id.get()) else { return };
            let whole = messages.len() >= limits::PAGE;
            let me = UserId::new(self.talk.me.max(1));
            for message in &messages {
                if let Some(heard) = inbound::message(message, me) {
                    tracing::info!(action = "discord_catch_up", "a message that was missed");
                    self.hand_on(heard).await;
                    if self.talk.stop.is_cancelled() {
                        return;
                    }
                }
            }
            self.seen = self.seen.max(last);
            if !whole {
                return;
            }
        }
    }
}

/// Tells an interaction its first answer, at once and whatever else is going on.
pub(crate) fn acknowledge(api: &Arc<Api>, told: &Interaction, ack: Ack) -> JoinHandle<()> {
    let api = Arc::clone(api);
    let (id, token) = (told.id().get(), told.token().to_owned());
    let since = Instant::now();
    tokio::spawn(async move {
        let body = ack.body();
        for attempt in 1..=3 {
            match api.answer(id, &token, &body).await {
                // Delivered twice: it was answered the first time.
                Ok(()) | Err(Fault::Answered) => {
                    let elapsed_s = since.elapsed().as_secs_f64();
                    metrics::histogram!("eventos_chat_acknowledge_duration_seconds", "channel" => NAME)
                        .record(elapsed_s);
                    return;
                }
                Err(fault @ Fault::Away { .. }) if attempt < 3 => {
                    tracing::warn!(
                        action = "discord_acknowledge",
                        error.code = "DISCORD_AWAY",
                        attempt,
                        reason = fault.words()
                    );
                    sleep(Duration::from_millis(200)).await;
                }
                Err(fault) => {
                    tracing::warn!(
                        action = "discord_acknowledge",
                        error.code = "DISCORD_NOT_ACKNOWLEDGED",
                        reason = fault.words()
                    );
                    return;
                }
            }
        }
    })
}

async fn wait_for(acknowledged: Option<JoinHandle<()>>) {
    if let Some(acknowledged) = acknowledged
        && timeout(ACKNOWLEDGING, acknowledged).await.is_err()
    {
        tracing::warn!(action = "discord_acknowledge", error.code = "DISCORD_NOT_ACKNOWLEDGED", "no answer in time");
    }
}
