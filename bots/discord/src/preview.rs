//! An answer shown while it is made, paced; and what of it stands there when the whole answer is delivered.
//!
//! A preview never runs ahead: it is shown only when everything that was asked in its chat before is answered. What is delivered in
//! the end takes its place, so that nobody reads a half or a double answer.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use port::Reply;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use crate::api::Fault;
use crate::heard::{Heard, Way};
use crate::markup::escape;
use crate::message::Message;
use crate::place::Spot;
use crate::render::{View, render};
use crate::talk::Talk;
use crate::words::Words;

/// Whoever waits longer sees that we are writing; the platform shows it for ten seconds.
const QUIET: Duration = Duration::from_millis(1500);
const TYPING: Duration = Duration::from_secs(8);
/// After so many faults in a row only the whole answer is shown.
const FAULTS: u32 = 5;
/// Questions of a chat whose answers are waited for; more than that and the oldest are forgotten.
const LONGEST_QUEUE: usize = 200;

/// The answers that are being made.
#[derive(Debug, Default)]
pub(crate) struct Previews {
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    /// By the message that is answered.
    previews: HashMap<String, Arc<Preview>>,
    /// By the chat: what was asked and is not answered yet, in order.
    asked: HashMap<String, VecDeque<String>>,
}

/// One answer that is being made.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    screen: tokio::sync::Mutex<Screen>,
}

/// What stands there.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// Where each message is, and what it says.
    pub(crate) messages: Vec<(Spot, Message)>,
    /// The whole answer has taken over.
    over: bool,
}

impl Previews {
    fn begin(&self, chat: &str, answers: &str) -> Arc<Preview> {
        let mut books = self.books();
        let queue = books.asked.entry(chat.to_owned()).or_default();
        queue.push_back(answers.to_owned());
        let forgotten = if queue.len() > LONGEST_QUEUE { queue.pop_front() } else { None };
        forgotten.and_then(|answers| books.previews.remove(&answers));
        Arc::clone(books.previews.entry(answers.to_owned()).or_default())
    }

    fn is_next(&self, chat: &str, answers: &str) -> bool {
        self.books().asked.get(chat).and_then(VecDeque::front).is_none_or(|next| next == answers)
    }

    /// The whole answer is delivered, or there will be none.
    pub(crate) fn end(&self, chat: &str, answers: &str) {
        let mut books = self.books();
        books.previews.remove(answers);
        if let Some(queue) = books.asked.get_mut(chat) {
            // Answers of a chat are delivered in their order: what was asked before has none.
            let place = queue.iter().position(|asked| asked == answers);
            let passed: Vec<String> = queue.drain(..place.map_or(0, |place| place + 1)).collect();
            if queue.is_empty() {
                books.asked.remove(chat);
            }
            for answers in passed {
                books.previews.remove(&answers);
            }
        }
    }

    /// Ends the preview and hands over what stands there.
    pub(crate) async fn take_over(&self, answers: &str) -> Vec<(Spot, Message)> {
        let preview = self.books().previews.get(answers).cloned();
        let Some(preview) = preview else { return Vec::new() };
        // An edit that is on its way is waited for: two at the same time would race.
        let mut screen = preview.screen.lock().await;
        screen.over = true;
        screen.messages.clone()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Talk {
    /// Shows the answer while it is made.
    pub(crate) fn begin_preview(
        self: &Arc<Self>,
        heard: &Heard,
        session: &str,
        live: UnboundedReceiver<Reply>,
        words: Words,
    ) {
        let chat = heard.way.chat();
        let preview = self.previews.begin(&chat, &heard.id);
        let making = Making {
            talk: Arc::clone(self),
            preview,
            chat,
            answers: heard.id.clone(),
            session: session.to_owned(),
            way: heard.way.clone(),
            words,
            said: Vec::new(),
            unfinished: String::new(),
            faults: 0,
        };
        tokio::spawn(making.run(live));
    }
}

struct Making {
    talk: Arc<Talk>,
    preview: Arc<Preview>,
    chat: String,
    answers: String,
    session: String,
    way: Way,
    words: Words,
    said: Vec<Reply>,
    unfinished: String,
    faults: u32,
}

impl Making {
    async fn run(mut self, mut live: UnboundedReceiver<Reply>) {
        let mut kept = false;
        let mut frame: Option<Instant> = None;
        let mut typing = Instant::now() + QUIET;
        let deferred = self.way.interaction.as_ref().is_some_and(|interaction| interaction.deferred);
        loop {
            let due = async {
                match frame {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = self.talk.stop.cancelled() => return,
                reply = live.recv() => match reply {
                    Some(Reply::Delta(piece)) => {
                        self.unfinished.push_str(&piece);
                        frame = frame.or_else(|| Some(Instant::now() + self.talk.timing.first_glimpse));
                    }
                    Some(Reply::Said(text)) => {
                        kept = true;
                        self.unfinished.clear();
                        self.said.push(Reply::Said(text));
                    }
                    Some(Reply::Done) => {
                        if !kept {
                            self.talk.previews.end(&self.chat, &self.answers);
                        }
                        return;
                    }
                    Some(reply) if reply.is_passing() => {
                        // The store is away: this is not written down, and the answer comes later.
                        self.said.push(reply);
                        self.show().await;
                        self.talk.previews.end(&self.chat, &self.answers);
                        return;
                    }
                    Some(reply) => kept |= reply.is_kept(),
                    None => {
                        // The turn fell over. Somebody else may still finish it; until then it is said.
                        self.said.push(Reply::Said(self.unfinished.clone()));
                        self.unfinished = self.words.say("broken_off");
                        self.show().await;
                        self.talk.previews.end(&self.chat, &self.answers);
                        return;
                    }
                },
                () = due => {
                    let wait = self.show().await;
                    frame = None;
                    if self.faults >= FAULTS || self.preview.screen.lock().await.over {
                        return;
                    }
                    if let Some(wait) = wait {
                        frame = Some(Instant::now() + wait);
                    }
                }
                () = sleep_until(typing) => {
                    typing = Instant::now() + TYPING;
                    if !deferred && self.preview.screen.lock().await.messages.is_empty() {
                        // Only a sign of life: one that does not arrive is no loss.
                        drop(self.talk.api.typing(self.way.channel).await);
                    }
                }
            }
        }
    }

    /// Shows what there is; when to show again.
    async fn show(&mut self) -> Option<Duration> {
        let pace = self.talk.timing.pace;
        if !self.talk.previews.is_next(&self.chat, &self.answers) {
            return Some(pace);
        }
        let preview = Arc::clone(&self.preview);
        let mut screen = preview.screen.lock().await;
        if screen.over {
            return None;
        }
        let view = View {
            words: self.words,
            owner: self.way.owner,
            session: Some(&self.session),
            replies: &self.said,
            meanwhile: &[],
            unfinished: &self.unfinished,
            form: false,
        };
        for (index, message) in render(view).into_iter().enumerate() {
            match self.sync(&mut screen, index, message).await {
                Ok(()) => self.faults = 0,
                Err(Fault::Limited { seconds }) => return Some(Duration::from_secs(seconds.into())),
                Err(fault) => {
                    self.faults += 1;
                    tracing::debug!(action = "discord_preview", reason = fault.words());
                    return Some(pace);
                }
            }
        }
        Some(pace)
    }

    async fn sync(&self, screen: &mut Screen, index: usize, message: Message) -> Result<(), Fault> {
        match screen.messages.get_mut(index) {
            Some((_, shown)) if *shown == message => Ok(()),
            Some((spot, shown)) => {
                self.talk.change(&self.way, spot, &message).await?;
                *shown = message;
                Ok(())
            }
            None => {
                let spot = self.talk.put(&self.way, index, &message, Some(&self.answers)).await?;
                screen.messages.push((spot, message));
                Ok(())
            }
        }
    }
}

/// Words of our own as a message.
pub(crate) fn note(words: Words, key: &str) -> Message {
    Message::text(escape(&words.say(key)))
}
