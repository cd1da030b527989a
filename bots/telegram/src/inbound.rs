//! Updates taken in: words to the wizard, commands, pressed buttons.
//!
//! Promises: an update is done with only when what it says is durable, or was answered; whatever cannot be taken in because the store is
//! away comes again. In groups only what is addressed to the bot is read, and a button obeys nobody but its owner.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use port::{
    Body, Chat, Command, Door, Form, Incoming, LinkStep, PICTURE_BYTES, Recording, Refusal, Replies, Sender,
    SessionChoice, VOICE_BYTES, VOICE_SECONDS, words,
};
use teloxide::types::{CallbackQuery, FileId, Me, Message, MessageId, Update, UpdateKind, User};
use tokio::sync::Semaphore;

use crate::NAME;
use crate::api::{Api, Fault};
use crate::commands::{self, Asked};
use crate::deliver::KEYBOARD;
use crate::desk::Desk;
use crate::keys::Key;
use crate::live::Lives;
use crate::patience::Patience;
use crate::place::{self, Place};

/// Updates that are remembered, so that what is not kept by the door is done once.
const RECENT: usize = 2_000;
/// Files that are held at once: the largest has 10 MB, and every chat may send one.
const FILES: usize = 8;

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Telegram need not bring it again.
    Done,
    /// It must come again.
    Again,
}

/// Takes updates in.
pub(crate) struct Inbound {
    pub(crate) desk: Desk,
    pub(crate) api: Api,
    pub(crate) door: Arc<dyn Door>,
    pub(crate) lives: Arc<Lives>,
    pub(crate) me: Me,
    recent: Mutex<VecDeque<u32>>,
    patience: Patience,
    /// Places for files. Whoever waits for one has asked Telegram for nothing yet.
    files: Semaphore,
}

impl Inbound {
    pub(crate) fn new(api: Api, door: Arc<dyn Door>, lives: Arc<Lives>, me: Me) -> Self {
        let desk = Desk { api: api.clone(), door: door.clone() };
        let files = Semaphore::new(FILES);
        Self { desk, api, door, lives, me, recent: Mutex::default(), patience: Patience::default(), files }
    }

    /// Takes an update in.
    pub(crate) async fn take(&self, update: &Update) -> Outcome {
        let id = update.id.0;
        if self.recent().contains(&id) {
            return Outcome::Done;
        }
        let mut outcome = self.read(id, &update.kind).await;
        if outcome == Outcome::Again && self.patience.ends(id) && self.desk.remembers().await {
            outcome = self.give_up(id, &update.kind).await;
        }
        if outcome == Outcome::Done {
            self.patience.forget(id);
            let mut recent = self.recent();
            recent.push_back(id);
            if recent.len() > RECENT {
                recent.pop_front();
            }
        }
        outcome
    }

    /// What an update asks for. One that panics comes again like any other that could not be taken in, and harms none behind it.
    async fn read(&self, id: u32, update: &UpdateKind) -> Outcome {
        let mut work = pin!(async {
            match update {
                UpdateKind::Message(message) => self.message(id, message).await,
                UpdateKind::CallbackQuery(press) => self.press(id, press).await,
                _ => Outcome::Done,
            }
        });
        let outcome = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(outcome)) => Poll::Ready(Some(outcome)),
            Err(_) => Poll::Ready(None),
        })
        .await;
        if let Some(outcome) = outcome {
            return outcome;
        }
        tracing::error!(update.id = id, "taking an update in panicked");
        self.lives.end(&id.to_string()).await;
        Outcome::Again
    }

    /// An update that is never taken in although the store answers.
    async fn give_up(&self, id: u32, update: &UpdateKind) -> Outcome {
        tracing::error!(
            update.id = id,
            error.code = "TELEGRAM_GIVEN_UP",
            "an update cannot be taken in; it is passed over"
        );
        match update {
            UpdateKind::Message(message) => match &message.from {
                Some(by) => self.desk.refuse(id, &Place::of(self.bot(), message, by), &Refusal::Failed).await,
                None => Outcome::Done,
            },
            UpdateKind::CallbackQuery(press) => {
                self.desk.answer(&press.id, Some(Refusal::Failed.words(&place::language(&press.from))));
                Outcome::Done
            }
            _ => Outcome::Done,
        }
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, VecDeque<u32>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bot(&self) -> u64 {
        self.me.id.0
    }

    fn us(&self) -> &str {
        self.me.username()
    }

    async fn message(&self, id: u32, message: &Message) -> Outcome {
        let Some(by) = message.from.as_ref().filter(|user| !user.is_bot) else { return Outcome::Done };
        let place = Place::of(self.bot(), message, by);
        let text = message.text().or(message.caption());
        if place.group && !self.is_addressed(message, text) {
            return Outcome::Done;
        }
        if let Some(voice) = Voice::of(message) {
            return self.voice(id, &voice, &place, by).await;
        }
        if let Some(file) = picture(message) {
            return self.picture(id, file, text, &place, by).await;
        }
        let Some(text) = text else {
            // Somebody joined, something was pinned: nobody said anything to us.
            let said = message.sticker().is_some() || message.document().is_some() || message.video().is_some();
            let said = said || message.location().is_some() || message.contact().is_some();
            return if said {
                self.desk.tell(id, &place, &words(&place.language, "unreadable", &[])).await
            } else {
                Outcome::Done
            };
        };
        let text = if place.group { commands::without_name(text, self.us()) } else { text.to_owned() };
        self.asked(id, commands::read(&text, self.us()), &place, by).await
    }

    /// In a group: a command, a reply to the bot, or its name in the text.
    fn is_addressed(&self, message: &Message, text: Option<&str>) -> bool {
        let reply = message.reply_to_message().and_then(|asked| asked.from.as_ref());
        reply.is_some_and(|user| user.id == self.me.id)
            || text.is_some_and(|text| text.starts_with('/') || commands::names(text, self.us()))
    }

    async fn asked(&self, id: u32, asked: Asked, place: &Place, by: &User) -> Outcome {
        let from = sender(by);
        let command = |command| Body::Command(command);
        let body = match asked {
            Asked::NotForUs => return Outcome::Done,
            Asked::Start(Some(code)) | Asked::Link(Some(code)) => {
                if place.group {
                    return self.desk.tell(id, place, &words(&place.language, "link_private", &[])).await;
                }
                return self.desk.link(id, &from, place, LinkStep::Code { code, address: place.address() }).await;
            }
            Asked::Link(None) => return self.desk.tell(id, place, &words(&place.language, "link_how", &[])).await,
            Asked::Unlink => return self.desk.link(id, &from, place, LinkStep::Unlink).await,
            Asked::Drafts => return self.desk.drafts(id, &from, place).await,
            Asked::Language(None) => return self.desk.languages(id, place).await,
            Asked::Unknown => return self.desk.tell(id, place, &words(&place.language, "unknown_command", &[])).await,
            Asked::Cancel => {
                return match self.desk.cancel(id, &from, place).await {
                    Some(outcome) => outcome,
                    None => self.hand_in(id, Body::Decline, session(place), place, by).await,
                };
            }
            Asked::New => {
                return self.hand_in(id, command(Command::Start), anew(place), place, by).await;
            }
            Asked::Start(None) => command(Command::Start),
            Asked::Summary => command(Command::Summary),
            Asked::Undo => command(Command::Undo),
            Asked::Redo => command(Command::Redo),
            Asked::Publish => command(Command::Publish),
            Asked::Help => command(Command::Help),
            Asked::Language(Some(language)) => Body::Language(language.to_lowercase()),
            Asked::Words(text) => Body::Text(text),
        };
        self.hand_in(id, body, session(place), place, by).await
    }

    /// A picture becomes the event's; what is written under it is said with it.
    async fn picture(&self, id: u32, file: &FileId, caption: Option<&str>, place: &Place, by: &User) -> Outcome {
        let held = self.files.acquire().await;
        let bytes = match self.api.file(file, PICTURE_BYTES).await {
            Ok(bytes) => bytes,
            // Telegram itself hands out nothing larger, and we take nothing larger than we say.
            Err(Fault::Refused(why)) if why.contains("too big") || why.contains("more than") => {
                return self.desk.tell(id, place, &words(&place.language, "large_picture", &[])).await;
            }
            Err(fault) => {
                tracing::warn!(error = fault.words(), "a picture could not be fetched");
                return self.desk.tell(id, place, &words(&place.language, "picture_lost", &[])).await;
            }
        };
        let kept = self.door.keep_picture(&sender(by), bytes).await;
        drop(held);
        match kept {
            Ok(address) => {
                let fields = serde_json::Map::from_iter([("imageUrl".to_owned(), address.into())]);
                let form = Form { fields, text: caption.map(str::to_owned), ..Form::default() };
                self.hand_in(id, Body::Form(form), session(place), place, by).await
            }
            Err(refusal) => self.desk.refuse(id, place, &refusal).await,
        }
    }

    /// A voice message is taken in as it was recorded: listening to it here would hold up everybody behind it.
    async fn voice(&self, id: u32, voice: &Voice<'_>, place: &Place, by: &User) -> Outcome {
        let tell = async |key| self.desk.tell(id, place, &words(&place.language, key, &[])).await;
        if !self.door.hears() {
            return tell("no_voice").await;
        }
        if voice.seconds > VOICE_SECONDS {
            return tell("long_voice").await;
        }
        let _held = self.files.acquire().await;
        match self.api.file(voice.file, VOICE_BYTES).await {
            Ok(bytes) => {
                let recording = Recording::new(voice.mime, voice.seconds, &bytes);
                self.hand_in(id, Body::Voice(recording), session(place), place, by).await
            }
            Err(Fault::Refused(_)) => tell("long_voice").await,
            Err(fault) => {
                tracing::warn!(error = fault.words(), "a voice message could not be fetched");
                tell("bad_voice").await
            }
        }
    }

    /// To the wizard; a refusal is told.
    async fn hand_in(&self, id: u32, body: Body, session: SessionChoice, place: &Place, by: &User) -> Outcome {
        match self.send_in(id, body, session, place, by).await {
            (outcome, None) => outcome,
            (_, Some(refusal)) => self.desk.refuse(id, place, &refusal).await,
        }
    }

    /// To the wizard: what became of the update, and why it was not taken in.
    async fn send_in(
        &self,
        id: u32,
        body: Body,
        session: SessionChoice,
        place: &Place,
        by: &User,
    ) -> (Outcome, Option<Refusal>) {
        let (replies, live) = Replies::channel();
        let id = id.to_string();
        let message = Incoming {
            id: id.clone(),
            from: sender(by),
            chat: Chat { channel: NAME, account: self.bot().to_string(), session },
            body,
            replies: replies.delivered_to(place.address()).overheard(place.group),
        };
        // Before it is taken in: its answer may be on its way at once.
        self.lives.show(&self.api, &self.door, &id, place, live);
        match self.door.accept(message).await {
            Ok(accepted) => {
                if !accepted.fresh {
                    self.lives.end(&id).await;
                }
                self.desk.remember_session(place, &accepted.session).await;
                (Outcome::Done, None)
            }
            Err(Refusal::Unavailable) => {
                self.lives.end(&id).await;
                (Outcome::Again, Some(Refusal::Unavailable))
            }
            Err(refusal) => {
                self.lives.end(&id).await;
                (Outcome::Done, Some(refusal.clone()))
            }
        }
    }

    /// Newer buttons stand under a later answer.
    async fn is_stale(&self, place: &Place, message: MessageId) -> bool {
        let newest = self.desk.noted(place, KEYBOARD).await;
        newest.is_some_and(|newest| newest.as_i64() != Some(message.0.into()))
    }

    async fn press(&self, id: u32, press: &CallbackQuery) -> Outcome {
        let by = &press.from;
        let language = place::language(by);
        let message = press.message.as_ref();
        let (Some(message), Some(key)) = (message, press.data.as_deref().and_then(Key::read)) else {
            self.desk.answer(&press.id, Some(words(&language, "stale", &[])));
            return Outcome::Done;
        };
        let place = if let Some(message) = message.regular_message() {
            Place::of(self.bot(), message, by)
        } else {
            let chat = message.chat();
            let (chat, group) = (chat.id.0, !chat.is_private());
            Place { bot: self.bot(), chat, thread: None, group, message: None, by: by.id.0, language: language.clone() }
        };
        let from = sender(by);
        let (body, session) = match key {
            Key::Link { request, yes } => {
                self.desk.answer(&press.id, None);
                self.desk.settle_buttons(message.regular_message(), None);
                return self.desk.link(id, &from, &place, LinkStep::Answer { request, yes }).await;
            }
            Key::Language(code) => (Body::Language(code), session(&place)),
            Key::Resume { session } => (Body::Command(Command::Start), SessionChoice::Id(session)),
            Key::Confirm { session, revision, token } => {
                (Body::Confirm { revision, token }, SessionChoice::Id(session))
            }
            Key::Decline { session } => (Body::Decline, SessionChoice::Id(session)),
            Key::Pick { .. } | Key::Say { .. } if self.is_stale(&place, message.id()).await => {
                self.desk.answer(&press.id, Some(words(&language, "stale", &[])));
                self.desk.settle_buttons(message.regular_message(), None);
                return Outcome::Done;
            }
            Key::Pick { session, choice } => (Body::Pick(choice), SessionChoice::Id(session)),
            Key::Say { session } => (Body::Text(chosen(press).unwrap_or_default()), SessionChoice::Id(session)),
        };
        let chosen = chosen(press);
        let (outcome, refusal) = self.send_in(id, body, session, &place, by).await;
        match refusal {
            _ if outcome == Outcome::Again => {}
            None => {
                self.desk.answer(&press.id, None);
                let line = chosen.map(|label| words(&language, "chosen", &[("label", &label)]));
                self.desk.settle_buttons(message.regular_message(), line);
            }
            // A session of somebody else's is as absent as none.
            Some(Refusal::NotFound) => self.desk.answer(&press.id, Some(words(&language, "not_yours", &[]))),
            Some(refusal) => self.desk.answer(&press.id, Some(refusal.words(&language))),
        }
        outcome
    }
}

/// Something spoken that a message brings.
struct Voice<'a> {
    file: &'a FileId,
    mime: &'a str,
    seconds: u32,
}

impl<'a> Voice<'a> {
    fn of(message: &'a Message) -> Option<Self> {
        let (file, mime, seconds) = match (message.voice(), message.audio()) {
            (Some(voice), _) => (&voice.file, voice.mime_type.as_ref(), voice.duration),
            (None, Some(audio)) => (&audio.file, audio.mime_type.as_ref(), audio.duration),
            (None, None) => return None,
        };
        let mime = mime.map_or("audio/ogg", |mime| mime.essence_str());
        Some(Self { file: &file.id, mime, seconds: seconds.seconds() })
    }
}

/// The picture that a message brings: the largest of its sizes that may be taken, or a file that is one.
fn picture(message: &Message) -> Option<&FileId> {
    let fits = |bytes: u32| usize::try_from(bytes).is_ok_and(|bytes| bytes <= PICTURE_BYTES);
    if let Some(sizes) = message.photo() {
        let largest = sizes.iter().rev().find(|size| fits(size.file.size)).or(sizes.first());
        return largest.map(|size| &size.file.id);
    }
    let document = message.document()?;
    let is_picture = document.mime_type.as_ref().is_some_and(|mime| mime.type_() == "image");
    is_picture.then_some(&document.file.id)
}

/// Where somebody's words go: in private on with what they worked on last, wherever that was; in a group on with what they began there.
fn session(place: &Place) -> SessionChoice {
    if place.group { SessionChoice::Thread(thread(place)) } else { SessionChoice::Latest }
}

/// A new draft; in a group the words that follow are about it.
fn anew(place: &Place) -> SessionChoice {
    if place.group { SessionChoice::NewThread(thread(place)) } else { SessionChoice::New }
}

fn thread(place: &Place) -> String {
    format!("{NAME}:{}", place.name())
}

fn sender(by: &User) -> Sender {
    Sender::Account { platform: NAME, id: by.id.0.to_string(), name: Some(place::name(by)) }
}

/// The label of the button that was pressed.
fn chosen(press: &CallbackQuery) -> Option<String> {
    use teloxide::types::InlineKeyboardButtonKind::CallbackData;
    let message = press.message.as_ref()?.regular_message()?;
    let data = press.data.as_deref()?;
    let rows = message.reply_markup()?.inline_keyboard.iter().flatten();
    rows.into_iter()
        .find(|button| matches!(&button.kind, CallbackData(carried) if carried == data))
        .map(|button| button.text.clone())
}
