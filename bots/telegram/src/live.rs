//! A turn as it is made: "typing", then the text so far, until the answer that was written down takes its place.
//!
//! Promises: what is shown here is a preview and plain text; nothing is shown of a turn that is quick; a platform that refuses previews
//! gets a message that is edited, at most one edit in 1.1 s in private and 3.1 s in groups, none while it asks to wait. Which message
//! that is stands in the store, so that a restart finds it again and edits the answer into it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use port::{Door, Reply, visible};
use serde_json::{Map, Value, json};
use teloxide::types::{MessageId, Recipient};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::NAME;
use crate::api::{Api, Fault, types_of};
use crate::page::LONGEST;
use crate::place::Place;

/// A turn that is done before is shown whole and once.
const QUICK: Duration = Duration::from_millis(700);
/// "Typing" lasts five seconds.
const TYPING: Duration = Duration::from_secs(4);
const FRAME: Duration = Duration::from_millis(1100);
const FRAME_IN_GROUP: Duration = Duration::from_millis(3100);
/// A preview is looked after for no longer than this.
const LONGEST_LIFE: Duration = Duration::from_mins(2);

/// The note under which a preview that is a message stands in the store.
pub(crate) const OPEN: &str = "open";

/// The turns that are being shown, by the message that they answer.
#[derive(Debug, Default)]
pub(crate) struct Lives {
    shown: Mutex<HashMap<String, Live>>,
    /// The server takes no previews.
    no_drafts: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Live {
    stop: CancellationToken,
    task: JoinHandle<Option<MessageId>>,
}

impl Lives {
    /// Shows the turn that answers this message.
    pub(crate) fn show(
        &self,
        api: &Api,
        door: &Arc<dyn Door>,
        id: &str,
        place: &Place,
        replies: UnboundedReceiver<Reply>,
    ) {
        let stop = CancellationToken::new();
        let view = View {
            api: api.clone(),
            door: door.clone(),
            place: place.clone(),
            answers: id.to_owned(),
            no_drafts: self.no_drafts.clone(),
            done: String::new(),
            flowing: String::new(),
            shown: String::new(),
            message: None,
            next: Instant::now() + QUICK,
        };
        let task = tokio::spawn(view.run(replies, stop.clone()));
        let mut lives = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        lives.retain(|_, live| !live.task.is_finished());
        lives.insert(id.to_owned(), Live { stop, task });
    }

    /// Ends the preview; the message that it left, into which the answer goes.
    pub(crate) async fn end(&self, id: &str) -> Option<MessageId> {
        let live = self.shown.lock().unwrap_or_else(PoisonError::into_inner).remove(id)?;
        live.stop.cancel();
        live.task.await.ok().flatten()
    }
}

/// One turn being shown.
struct View {
    api: Api,
    door: Arc<dyn Door>,
    place: Place,
    answers: String,
    no_drafts: Arc<AtomicBool>,
    /// Texts of this turn that are whole.
    done: String,
    /// The text that is on its way.
    flowing: String,
    shown: String,
    message: Option<MessageId>,
    /// The next frame comes not before.
    next: Instant,
}

impl View {
    async fn run(mut self, mut replies: UnboundedReceiver<Reply>, stop: CancellationToken) -> Option<MessageId> {
        let end = Instant::now() + LONGEST_LIFE;
        let mut typing = Instant::now() + QUICK / 2;
        loop {
            let frame = self.is_behind();
            tokio::select! {
                biased;
                () = stop.cancelled() => return self.message,
                () = sleep_until(end) => return self.message,
                reply = replies.recv() => match reply {
                    Some(Reply::Delta(piece)) => self.flowing.push_str(&piece),
                    Some(Reply::Said(text)) => {
                        self.flowing.clear();
                        if !self.done.is_empty() {
                            self.done.push_str("\n\n");
                        }
                        self.done.push_str(&text);
                    }
                    // The store is away: this is not written down, and the answer comes later.
                    Some(reply) if reply.is_passing() => self.say(&reply.plain().unwrap_or_default()).await,
                    Some(Reply::Done) => {
                        // The answer is written down and on its way.
                        tokio::select! {
                            () = stop.cancelled() => {}
                            () = sleep_until(end) => {}
                        }
                        return self.message;
                    }
                    Some(_) => {}
                    None => {
                        // Broken off: what was shown as a preview is kept as a message.
                        if !self.flowing.is_empty() {
                            self.say(&self.text()).await;
                        }
                        return self.message;
                    }
                },
                () = sleep_until(typing) => {
                    // Decoration: nothing is lost without it.
                    drop(self.api.typing(self.place.id(), self.place.thread).await);
                    typing = Instant::now() + TYPING;
                }
                () = sleep_until(self.next), if frame => self.frame().await,
            }
        }
    }

    fn text(&self) -> String {
        let gap = if self.done.is_empty() || self.flowing.is_empty() { "" } else { "\n\n" };
        shortened(&visible(&format!("{}{gap}{}", self.done, self.flowing)))
    }

    fn is_behind(&self) -> bool {
        !self.flowing.trim().is_empty() && self.text() != self.shown
    }

    /// Shows the text so far.
    async fn frame(&mut self) {
        let text = self.text();
        self.next = Instant::now() + if self.place.group { FRAME_IN_GROUP } else { FRAME };
        let shown = match self.message {
            Some(message) => {
                let edit = types_of::Edit::new(self.place.id(), message, &text);
                self.api.edit(&edit).await
            }
            None if !self.place.group && !self.no_drafts.load(Ordering::Relaxed) => self.draft(&text).await,
            None => self.open(&text).await,
        };
        match shown {
            Ok(()) => self.shown = text,
            Err(Fault::Wait(seconds)) => self.wait(seconds).await,
            Err(fault) => tracing::debug!(error = fault.words(), "a preview could not be shown"),
        }
    }

    async fn draft(&mut self, text: &str) -> Result<(), Fault> {
        // The same id for the same answer: it is animated.
        let id: u32 = self.answers.bytes().fold(17, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let draft = json!({"chat_id": self.place.chat, "draft_id": i64::from(id) + 1, "text": text});
        match self.api.call::<bool>("sendMessageDraft", &draft).await {
            Ok(_) => Ok(()),
            Err(fault @ (Fault::Wait(_) | Fault::Away { .. })) => Err(fault),
            Err(fault) => {
                tracing::info!(error = fault.words(), "this server takes no previews; messages are edited instead");
                self.no_drafts.store(true, Ordering::Relaxed);
                self.open(text).await
            }
        }
    }

    /// Sends the message that is edited from now on, and notes down which it is.
    async fn open(&mut self, text: &str) -> Result<(), Fault> {
        let message = self.api.send(&plain(&self.place, text)).await?;
        self.message = Some(message);
        let note = json!({"answers": self.answers, "message": message.0});
        let notes = Map::from_iter([(OPEN.to_owned(), note)]);
        if let Err(refusal) = self.door.remember(NAME, &self.place.name(), notes).await {
            tracing::debug!(%refusal, "a restart would not find the preview");
        }
        Ok(())
    }

    async fn say(&mut self, text: &str) {
        if let Err(fault) = self.api.send(&plain(&self.place, text)).await {
            tracing::warn!(error = fault.words(), "a notice could not be sent");
        }
    }

    async fn wait(&mut self, seconds: u32) {
        self.next = Instant::now() + Duration::from_secs(seconds.into());
        if let Err(refusal) = self.door.hold(NAME, &self.place.name(), seconds).await {
            tracing::debug!(%refusal, "a wait is not known to other processes");
        }
    }
}

/// Words without anything around them.
pub(crate) fn plain(place: &Place, text: &str) -> types_of::Send {
    let mut send = types_of::Send::new(Recipient::Id(place.id()), visible(text));
    send.message_thread_id = place.thread.map(|id| teloxide::types::ThreadId(MessageId(id)));
    send
}

/// As much as one message takes.
fn shortened(text: &str) -> String {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > LONGEST - 1
    });
    end.map_or_else(|| text.to_owned(), |(end, _)| format!("{}…", text.get(..end).unwrap_or_default()))
}

/// The preview of this answer that an earlier run left.
pub(crate) fn left(note: &Map<String, Value>, answers: Option<&str>) -> Option<MessageId> {
    let open = note.get(OPEN)?;
    let id = i32::try_from(open.get("message")?.as_i64()?).ok()?;
    (open.get("answers")?.as_str() == answers).then_some(MessageId(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_fits_into_a_message() {
        assert_eq!(shortened("abc"), "abc");
        let long = shortened(&"🎉".repeat(3000));
        assert!(long.encode_utf16().count() <= LONGEST && long.ends_with('…'), "{}", long.encode_utf16().count());
    }
}
