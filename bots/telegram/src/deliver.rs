//! The answers that were written down, delivered: one chat after the other in its order, many chats at the same time.
//!
//! Promises: what arrived is noted down part by part; a wait that Telegram asks for is obeyed and costs no attempt; entities that are
//! refused are left out, once; a person who blocked the bot is left alone.

use std::sync::Arc;
use std::time::Duration;

use port::{Delivery, Door, Memory, Outgoing, Reply};
use serde_json::{Map, Value, json};
use teloxide::types::{LinkPreviewOptions, MessageId, Recipient, ReplyMarkup, ReplyParameters, ThreadId};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::NAME;
use crate::api::{Api, Fault, types_of};
use crate::live::{self, Lives};
use crate::page::{Part, pages, sheet};
use crate::place::Place;

/// Chats that are written to at the same time; Telegram takes about 30 messages a second.
const CHATS_AT_ONCE: usize = 24;
/// How long the outbox is left alone when the store is away.
const PAUSE: Duration = Duration::from_secs(1);
/// What is on its way when the program stops has so long.
const LAST: Duration = Duration::from_secs(5);
/// The note under which the message with the newest buttons stands.
pub(crate) const KEYBOARD: &str = "keyboard";
/// The note under which the message with the last summary stands, and whose draft that is.
const SHEET: &str = "sheet";

/// Delivers.
#[derive(Clone)]
pub(crate) struct Postman {
    pub(crate) api: Api,
    pub(crate) door: Arc<dyn Door>,
    pub(crate) lives: Arc<Lives>,
}

impl Postman {
    /// Delivers until the program stops.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let (room, tasks) = (Arc::new(Semaphore::new(CHATS_AT_ONCE)), TaskTracker::new());
        loop {
            let next = tokio::select! {
                () = stop.cancelled() => break,
                next = self.door.next_outgoing(NAME) => next,
            };
            let Ok(outgoing) = next else {
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(PAUSE) => continue,
                }
            };
            let Ok(place) = room.clone().acquire_owned().await else { break };
            let postman = self.clone();
            tasks.spawn(async move {
                postman.deliver(outgoing).await;
                drop(place);
            });
        }
        tasks.close();
        if tokio::time::timeout(LAST, tasks.wait()).await.is_err() {
            tracing::warn!("stopped with answers on their way; the next start delivers them");
        }
    }

    async fn deliver(&self, outgoing: Outgoing) {
        let preview = match &outgoing.answers {
            Some(answers) => self.lives.end(answers).await,
            None => None,
        };
        let delivery = self.bring(&outgoing, preview).await;
        let mut tries = 0;
        // What arrived must be written down, or it comes twice.
        while let Err(refusal) = self.door.settled(&outgoing.id, delivery.clone()).await {
            tries += 1;
            tracing::warn!(outbox.id = outgoing.id, %refusal, tries, "what became of an answer is not written down yet");
            if tries > 20 {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn bring(&self, outgoing: &Outgoing, preview: Option<MessageId>) -> Delivery {
        let Some(place) = Place::read(&outgoing.address) else {
            return Delivery::Refused { reason: "the address cannot be read".to_owned() };
        };
        let memory = self.door.recall(NAME, &outgoing.address.chat).await.unwrap_or_default();
        let preview = preview.or_else(|| live::left(&memory.note, outgoing.answers.as_deref()));
        let parts = pages(outgoing, place.group);
        let begun = outgoing.progress.get("done").and_then(Value::as_u64).unwrap_or(0);
        let begun = usize::try_from(begun).unwrap_or(0);
        let (count, mut last, mut newest) = (parts.len(), None, None);
        for (number, part) in parts.into_iter().enumerate().skip(begun) {
            let into = preview.filter(|_| number == 0);
            // Those of a notice stand beside the conversation and make none of its buttons old.
            let has_buttons = part.buttons.is_some() && outgoing.session.is_some();
            match self.put(&place, part, into, outgoing, number).await {
                Ok(message) => {
                    newest = Some(message);
                    last = newest.filter(|_| has_buttons).or(last);
                }
                Err(fault) => return trouble(fault, outgoing),
            }
            tracing::debug!(outbox.id = outgoing.id, part = number, "delivered");
            if number + 1 < count {
                let progress = Delivery::Underway(json!({"done": number + 1}));
                if let Err(refusal) = self.door.settled(&outgoing.id, progress).await {
                    tracing::warn!(%refusal, "how far an answer came is not written down");
                }
            }
        }
        let sheet = self.keep_sheet(&place, outgoing, &memory, newest).await;
        self.note(&outgoing.address.chat, &memory, last, sheet).await;
        Delivery::Sent
    }

    /// A summary stays true: what a later turn changes is changed in its message, too. The message of a new one.
    async fn keep_sheet(
        &self,
        place: &Place,
        outgoing: &Outgoing,
        memory: &Memory,
        newest: Option<MessageId>,
    ) -> Option<Value> {
        let session = outgoing.session.as_deref()?;
        if outgoing.replies.iter().any(|reply| matches!(reply, Reply::Draft(_))) {
            return newest.map(|message| json!({"session": session, "message": message.0}));
        }
        let shown = outgoing.replies.iter().find_map(|reply| match reply {
            Reply::Glance(card) => Some(card),
            _ => None,
        })?;
        let noted = memory.note.get(SHEET).filter(|noted| noted["session"] == session)?;
        let message = MessageId(i32::try_from(noted["message"].as_i64()?).ok()?);
        match self.edit(place, &sheet(shown)?, message).await {
            Ok(()) | Err(Fault::NotModified) => None,
            // It is gone, or the platform asks for a pause: the next summary is a message of its own.
            Err(fault) => {
                tracing::debug!(error = fault.words(), "a summary is not kept up to date any more");
                Some(Value::Null)
            }
        }
    }

    /// One part: into the preview, or as a message of its own.
    async fn put(
        &self,
        place: &Place,
        part: Part,
        into: Option<MessageId>,
        outgoing: &Outgoing,
        number: usize,
    ) -> Result<MessageId, Fault> {
        if let Some(message) = into {
            match self.edit(place, &part, message).await {
                Ok(()) => return Ok(message),
                // Somebody deleted it meanwhile.
                Err(Fault::NoMessage(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        let asked = place.message.filter(|_| place.group && number == 0 && outgoing.answers.is_some());
        let mut send = types_of::Send::new(Recipient::Id(place.id()), part.text);
        send.message_thread_id = place.thread.map(|id| ThreadId(MessageId(id)));
        send.entities = Some(part.entities).filter(|entities| !entities.is_empty());
        send.reply_markup = part.buttons.map(ReplyMarkup::InlineKeyboard);
        send.link_preview_options = Some(quiet());
        send.reply_parameters = asked.map(|id| ReplyParameters::new(MessageId(id)).allow_sending_without_reply());
        match self.api.send(&send).await {
            Err(Fault::Markup(why)) if send.entities.is_some() => {
                tracing::warn!(error = why, "entities are refused; the text goes without them");
                send.entities = None;
                self.api.send(&send).await
            }
            done => done,
        }
    }

    async fn edit(&self, place: &Place, part: &Part, message: MessageId) -> Result<(), Fault> {
        let mut edit = types_of::Edit::new(Recipient::Id(place.id()), message, &part.text);
        edit.entities = Some(part.entities.clone()).filter(|entities| !entities.is_empty());
        edit.reply_markup.clone_from(&part.buttons);
        edit.link_preview_options = Some(quiet());
        match self.api.edit(&edit).await {
            Err(Fault::Markup(_)) if edit.entities.is_some() => {
                edit.entities = None;
                self.api.edit(&edit).await
            }
            done => done,
        }
    }

    /// The newest buttons are those that count.
    async fn note(&self, chat: &str, memory: &Memory, keyboard: Option<MessageId>, sheet: Option<Value>) {
        let mut notes = Map::new();
        if let Some(sheet) = sheet {
            notes.insert(SHEET.to_owned(), sheet);
        }
        if let Some(message) = keyboard {
            notes.insert(KEYBOARD.to_owned(), json!(message.0));
        }
        if memory.note.contains_key(live::OPEN) {
            notes.insert(live::OPEN.to_owned(), Value::Null);
        }
        if !notes.is_empty()
            && let Err(refusal) = self.door.remember(NAME, chat, notes).await
        {
            tracing::warn!(%refusal, "which buttons are the newest is not written down");
        }
    }
}

/// What a failure means for the answer.
fn trouble(fault: Fault, outgoing: &Outgoing) -> Delivery {
    match fault {
        Fault::Wait(seconds) => Delivery::Wait { seconds },
        Fault::Gone(reason) => Delivery::Gone { reason },
        Fault::Away { reason, unclear } => Delivery::Failed { reason, unclear },
        Fault::BadToken | Fault::Conflict(_) => Delivery::Failed { reason: fault.words(), unclear: false },
        Fault::Markup(_) | Fault::NoMessage(_) | Fault::Refused(_) | Fault::NotModified => {
            tracing::error!(outbox.id = outgoing.id, error = fault.words(), "Telegram refuses an answer");
            Delivery::Refused { reason: fault.words() }
        }
    }
}

/// Links of an answer show no picture of their page.
fn quiet() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}
