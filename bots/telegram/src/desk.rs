//! What the channel says of its own accord: lists, questions about linking, refusals, answers to pressed buttons.

use std::sync::Arc;
use std::time::Duration;

use port::{Door, Draft, LinkStep, Linking, Refusal, Sender, words};
use serde_json::{Map, Value, json};
use teloxide::payloads::AnswerCallbackQuery;
use teloxide::types::{CallbackQueryId, InlineKeyboardMarkup, Message, ReplyMarkup};

use crate::NAME;
use crate::api::{Api, Fault, types_of};
use crate::inbound::Outcome;
use crate::keys::Key;
use crate::live::plain;
use crate::page::{button, note};
use crate::place::Place;

/// Waits that are longer are not waited for.
const LONGEST_WAIT_S: u32 = 60;
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);
/// The note under which the session stands that this chat spoke with last.
const SESSION: &str = "session";
/// An answer to a pressed button takes so many characters.
const TOAST: usize = 200;

/// Says it.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) api: Api,
    pub(crate) door: Arc<dyn Door>,
}

impl Desk {
    /// Words of our own.
    pub(crate) fn tell(&self, place: &Place, text: &str) -> Outcome {
        self.tell_with(place, text, None)
    }

    /// Words with buttons. Sent beside the outbox, tried a few times; does not hold up what comes next.
    fn tell_with(&self, place: &Place, text: &str, buttons: Option<InlineKeyboardMarkup>) -> Outcome {
        let (desk, place, parts) = (self.clone(), place.clone(), note(text, buttons));
        tokio::spawn(async move {
            for part in parts {
                let mut send = plain(&place, &part.text);
                send.reply_markup = part.buttons.map(ReplyMarkup::InlineKeyboard);
                desk.insist(&place, &send).await;
            }
        });
        Outcome::Done
    }

    async fn insist(&self, place: &Place, send: &types_of::Send) {
        let mut pause = PAUSE;
        for _ in 0..TRIES {
            match self.api.send(send).await {
                Ok(_) => return,
                Err(Fault::Wait(seconds)) if seconds <= LONGEST_WAIT_S => {
                    drop(self.door.hold(NAME, &place.name(), seconds).await);
                    tokio::time::sleep(Duration::from_secs(seconds.into())).await;
                }
                Err(Fault::Away { .. }) => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(fault) => {
                    tracing::warn!(error = fault.words(), "a notice could not be sent");
                    return;
                }
            }
        }
        tracing::warn!("a notice was given up");
    }

    /// Tells why something is not done; a store that is away is asked again.
    pub(crate) fn refuse(&self, place: &Place, refusal: &Refusal) -> Outcome {
        if *refusal == Refusal::Unavailable {
            return Outcome::Again;
        }
        self.tell(place, &refusal.words(&place.language))
    }

    /// The drafts, each with a button that goes on with it.
    pub(crate) async fn drafts(&self, from: &Sender, place: &Place) -> Outcome {
        let drafts = match self.door.drafts(from).await {
            Ok(drafts) => drafts,
            Err(refusal) => return self.refuse(place, &refusal),
        };
        let language = place.language.as_str();
        if drafts.is_empty() {
            return self.tell(place, &words(language, "no_drafts", &[]));
        }
        let line = |(number, draft): (usize, &Draft)| {
            let title = draft.title.clone().unwrap_or_else(|| words(language, "untitled", &[]));
            let state = if draft.published { words(language, "is_live", &[]) } else { format!("{} %", draft.percent) };
            format!("{number}. {title} ({state})")
        };
        let lines: Vec<String> = (1..).zip(&drafts).map(line).collect();
        let text = format!("{}\n{}", words(language, "drafts", &[]), lines.join("\n"));
        let buttons: Vec<_> = (1..)
            .zip(&drafts)
            .filter_map(|(number, draft): (usize, _)| {
                button(&number.to_string(), &Key::Resume { session: draft.session.clone() })
            })
            .collect();
        self.tell_with(place, &text, Some(InlineKeyboardMarkup::new(buttons.chunks(5).map(<[_]>::to_vec))))
    }

    /// The languages, by their own names.
    pub(crate) fn languages(&self, place: &Place) -> Outcome {
        let named = |code: &&str| button(&words(code, "language_name", &[]), &Key::Language((*code).to_owned()));
        let buttons: Vec<_> = ["en", "fr", "es", "zh"].iter().filter_map(named).collect();
        let keyboard = InlineKeyboardMarkup::new(buttons.chunks(2).map(<[_]>::to_vec));
        self.tell_with(place, &words(&place.language, "ask_language", &[]), Some(keyboard))
    }

    /// Stops the answer that is being made. `None`: there is none, and the wizard may have a question open.
    pub(crate) async fn cancel(&self, from: &Sender, place: &Place) -> Option<Outcome> {
        let session = self.noted(place, &session_note(place)).await;
        let Some(session) = session.as_ref().and_then(Value::as_str) else {
            return Some(self.tell(place, &words(&place.language, "nothing_to_stop", &[])));
        };
        match self.door.stop(from, session).await {
            // The turn itself says that it was stopped.
            Ok(true) => Some(Outcome::Done),
            Ok(false) => None,
            Err(refusal) => Some(self.refuse(place, &refusal)),
        }
    }

    /// A step of linking, and what came of it.
    pub(crate) async fn link(&self, from: &Sender, place: &Place, step: LinkStep) -> Outcome {
        let language = place.language.as_str();
        let linking = match self.door.link(from, step).await {
            Ok(linking) => linking,
            Err(refusal) => return self.refuse(place, &refusal),
        };
        let said = |key: &str| words(language, key, &[]);
        let text = match linking {
            Linking::Ask { request, account } => {
                let yes = button(&said("link_yes"), &Key::Link { request: request.clone(), yes: true });
                let no = button(&said("link_no"), &Key::Link { request, yes: false });
                let keyboard = InlineKeyboardMarkup::new([yes.into_iter().chain(no).collect::<Vec<_>>()]);
                let text = words(language, "link_ask", &[("account", &account)]);
                return self.tell_with(place, &text, Some(keyboard));
            }
            Linking::Waiting => said("link_waiting"),
            Linking::Linked { account, drafts } => {
                let linked = words(language, "linked", &[("account", &account)]);
                if drafts == 0 {
                    linked
                } else {
                    format!("{linked} {}", words(language, "linked_drafts", &[("count", &drafts.to_string())]))
                }
            }
            Linking::Declined => said("link_declined"),
            Linking::Stale => said("link_stale"),
            Linking::TooMany { retry_after_s } => {
                words(language, "link_too_many", &[("seconds", &retry_after_s.to_string())])
            }
            Linking::Taken => said("link_taken"),
            Linking::Unlinked => said("unlinked"),
            Linking::NotLinked => said("not_linked"),
        };
        self.tell(place, &text)
    }

    /// Answers a pressed button, so that it stops blinking. Beside everything else: Telegram gives no long time for it.
    pub(crate) fn answer(&self, press: &CallbackQueryId, words: Option<String>) {
        let (api, mut answer) = (self.api.clone(), AnswerCallbackQuery::new(press.clone()));
        answer.text = words.map(|words| words.chars().take(TOAST).collect());
        tokio::spawn(async move {
            let mut pause = PAUSE;
            for _ in 0..TRIES {
                match api.call::<bool>("answerCallbackQuery", &answer).await {
                    Err(Fault::Wait(seconds)) if seconds <= LONGEST_WAIT_S => {
                        tokio::time::sleep(Duration::from_secs(seconds.into())).await;
                    }
                    Err(Fault::Away { .. }) => {
                        tokio::time::sleep(pause).await;
                        pause *= 2;
                    }
                    // Too late is no harm: the press itself was taken in.
                    Ok(_) | Err(_) => return,
                }
            }
        });
    }

    /// Takes the buttons of a message away, so that nothing is chosen twice; says what was chosen.
    pub(crate) fn settle_buttons(&self, message: Option<&Message>, line: Option<String>) {
        let Some(message) = message else { return };
        let (Some(text), Some(_)) = (message.text(), message.reply_markup()) else { return };
        let text = line.map_or_else(|| text.to_owned(), |line| format!("{text}\n\n✓ {line}"));
        if text.encode_utf16().count() > crate::page::LONGEST {
            return;
        }
        let mut edit = types_of::Edit::new(message.chat.id, message.id, text);
        edit.entities = message.entities().map(<[_]>::to_vec).filter(|entities| !entities.is_empty());
        let api = self.api.clone();
        tokio::spawn(async move {
            let mut edited = api.edit(&edit).await;
            if let Err(Fault::Wait(seconds)) = edited
                && seconds <= LONGEST_WAIT_S
            {
                tokio::time::sleep(Duration::from_secs(seconds.into())).await;
                edited = api.edit(&edit).await;
            }
            if let Err(fault) = edited {
                tracing::debug!(error = fault.words(), "the buttons of a message stay");
            }
        });
    }

    /// Whether the store answers.
    pub(crate) async fn remembers(&self) -> bool {
        self.door.recall(NAME, "").await.is_ok()
    }

    /// What is noted of this chat under this name.
    pub(crate) async fn noted(&self, place: &Place, name: &str) -> Option<Value> {
        self.door.recall(NAME, &place.name()).await.ok()?.note.get(name).cloned()
    }

    /// The session that this person speaks with in this chat, for `/cancel`.
    pub(crate) async fn remember_session(&self, place: &Place, session: &str) {
        let name = session_note(place);
        if self.noted(place, &name).await.as_ref().and_then(Value::as_str) == Some(session) {
            return;
        }
        let notes = Map::from_iter([(name, json!(session))]);
        drop(self.door.remember(NAME, &place.name(), notes).await);
    }
}

/// In a group each person has a conversation of their own.
fn session_note(place: &Place) -> String {
    if place.group { format!("{SESSION}:{}", place.by) } else { SESSION.to_owned() }
}
