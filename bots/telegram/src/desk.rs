//! What the channel says of its own accord: lists, questions about linking, refusals, answers to pressed buttons.

use std::sync::Arc;
use std::time::Duration;

use port::{Choice, Door, Draft, LinkStep, Linking, Notice, Refusal, Reply, Sender, words};
use serde_json::{Map, Value, json};
use teloxide::payloads::AnswerCallbackQuery;
use teloxide::types::{CallbackQueryId, Message};

use crate::NAME;
use crate::api::{Api, Fault, types_of};
use crate::inbound::Outcome;
use crate::keys::Key;
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
    /// Words of our own about an update.
    pub(crate) async fn tell(&self, update: u32, place: &Place, text: &str) -> Outcome {
        self.tell_with(update, place, text, Vec::new()).await
    }

    /// Words with buttons, written down before the update is done with.
    async fn tell_with(&self, update: u32, place: &Place, text: &str, choices: Vec<Choice>) -> Outcome {
        let notice = Notice {
            id: update.to_string(),
            address: place.address(),
            language: place.language.clone(),
            replies: vec![Reply::Said(text.to_owned()), Reply::Suggestions(choices)],
        };
        match self.door.notice(NAME, notice).await {
            Ok(()) => Outcome::Done,
            Err(_) => Outcome::Again,
        }
    }

    /// Tells why something is not done; a store that is away is asked again.
    pub(crate) async fn refuse(&self, update: u32, place: &Place, refusal: &Refusal) -> Outcome {
        if *refusal == Refusal::Unavailable {
            return Outcome::Again;
        }
        self.tell(update, place, &refusal.words(&place.language)).await
    }

    /// The drafts, each with a button that goes on with it.
    pub(crate) async fn drafts(&self, update: u32, from: &Sender, place: &Place) -> Outcome {
        let drafts = match self.door.drafts(from).await {
            Ok(drafts) => drafts,
            Err(refusal) => return self.refuse(update, place, &refusal).await,
        };
        let language = place.language.as_str();
        if drafts.is_empty() {
            return self.tell(update, place, &words(language, "no_drafts", &[])).await;
        }
        let choice = |draft: Draft| {
            let label = draft.title.unwrap_or_else(|| words(language, "untitled", &[]));
            let state = if draft.published { words(language, "is_live", &[]) } else { format!("{} %", draft.percent) };
            choice(label, Some(state), &Key::Resume { session: draft.session })
        };
        let choices = drafts.into_iter().filter_map(choice).collect();
        self.tell_with(update, place, &words(language, "drafts", &[]), choices).await
    }

    /// The languages, by their own names.
    pub(crate) async fn languages(&self, update: u32, place: &Place) -> Outcome {
        let named = |code: &&str| choice(words(code, "language_name", &[]), None, &Key::Language((*code).to_owned()));
        let choices = ["en", "fr", "es", "zh"].iter().filter_map(named).collect();
        self.tell_with(update, place, &words(&place.language, "ask_language", &[]), choices).await
    }

    /// Stops the answer that is being made. `None`: there is none, and the wizard may have a question open.
    pub(crate) async fn cancel(&self, update: u32, from: &Sender, place: &Place) -> Option<Outcome> {
        let session = self.noted(place, &session_note(place)).await;
        let Some(session) = session.as_ref().and_then(Value::as_str) else {
            return Some(self.tell(update, place, &words(&place.language, "nothing_to_stop", &[])).await);
        };
        match self.door.stop(from, session, None).await {
            // The turn itself says that it was stopped.
            Ok(true) => Some(Outcome::Done),
            Ok(false) => None,
            Err(refusal) => Some(self.refuse(update, place, &refusal).await),
        }
    }

    /// A step of linking, and what came of it.
    pub(crate) async fn link(&self, update: u32, from: &Sender, place: &Place, step: LinkStep) -> Outcome {
        let language = place.language.as_str();
        let linking = match self.door.link(from, step).await {
            Ok(linking) => linking,
            Err(refusal) => return self.refuse(update, place, &refusal).await,
        };
        let said = |key: &str| words(language, key, &[]);
        let text = match linking {
            Linking::Ask { request, account } => {
                let yes = choice(said("link_yes"), None, &Key::Link { request: request.clone(), yes: true });
                let no = choice(said("link_no"), None, &Key::Link { request, yes: false });
                let text = words(language, "link_ask", &[("account", &account)]);
                return self.tell_with(update, place, &text, yes.into_iter().chain(no).collect()).await;
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
        self.tell(update, place, &text).await
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

/// Something to press; `None` for what no button can carry.
fn choice(label: String, detail: Option<String>, key: &Key) -> Option<Choice> {
    key.pack().map(|id| Choice { id, label, detail })
}

/// In a group each person has a conversation of their own.
fn session_note(place: &Place) -> String {
    if place.group { format!("{SESSION}:{}", place.by) } else { SESSION.to_owned() }
}
