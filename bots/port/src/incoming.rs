//! What a channel hands in: one message, who sent it, where, and the way back.
//!
//! An [`Incoming`] carries its own reply channel, so that nobody has to look up where an answer goes.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::{Address, Reply, VOICE_BYTES, VOICE_SECONDS};

/// One message from a person, as a channel received it.
#[derive(Debug)]
pub struct Incoming {
    /// The platform's own id of this message: the same id delivered again, at once or after a restart, is the same message.
    pub id: String,
    /// Who sent it. The door decides who that is; a channel only passes on the proof.
    pub from: Sender,
    /// Where it was sent.
    pub chat: Chat,
    /// What was sent.
    pub body: Body,
    /// The way back.
    pub replies: Replies,
}

/// The proof of who speaks, as the channel received it.
#[derive(Debug, Clone)]
pub enum Sender {
    /// Somebody who may open the program's own database: the local organizer, or the person with this address.
    Local {
        /// Acts as the user with this address, made when absent.
        email: Option<String>,
    },
    /// A signed access token.
    Bearer(SecretString),
    /// Somebody whom our own server has verified already, by the id of their profile.
    Person {
        /// A UUID.
        id: String,
        /// Whether the limits for each person count them; those whom administration exempted are not counted (C-05).
        counted: bool,
    },
    /// An account of a chat platform, linked to a person or a guest.
    Account {
        /// The platform, as in [`Chat::channel`].
        platform: &'static str,
        /// The platform's numeric id of the account; never a name, which can be taken over.
        id: String,
        /// What the account calls itself, for greeting only.
        name: Option<String>,
    },
}

/// Where a message was sent.
#[derive(Debug, Clone)]
pub struct Chat {
    /// The channel's name: `terminal`, `web`, `telegram`, `discord`.
    pub channel: &'static str,
    /// The bot account or the place within the channel; with `id` it makes a message unique. Terminal and web: the session.
    pub account: String,
    /// Which wizard session the message is for.
    pub session: SessionChoice,
}

/// Which wizard session a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionChoice {
    /// The one that this person worked on last and did not finish, or a new one.
    Current,
    /// The one that this person worked on last, wherever that was; a finished one for some hours more, so that one can talk about
    /// it. Otherwise a new one.
    Latest,
    /// A new one.
    New,
    /// This one; answered as absent unless it is the sender's own.
    Id(String),
    /// This one too, or the one that a message begins after it: who asks for a published event once more goes on in a
    /// conversation of its own.
    Onward(String),
    /// The one that the sender's own channel calls by this name, or a new one (ruling C-70).
    Thread(String),
}

/// What a person sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Body {
    /// Words.
    Text(String),
    /// A voice message. Its turn hears it first, and reads the words like typed ones.
    Voice(Recording),
    /// A suggestion, by its id.
    Pick(String),
    /// "Yes, publish exactly this": the answer to [`Reply::Confirm`].
    Confirm {
        /// The revision of the draft that was shown.
        revision: i64,
        /// The single-use token that came with the question.
        token: String,
    },
    /// "No, not yet": the other answer to [`Reply::Confirm`].
    Decline,
    /// A command of the channel's own (a slash command, a menu entry).
    Command(Command),
    /// "Speak this language from now on": an ISO 639-1 code.
    Language(String),
    /// What a form sends: a stage, fields, words, a choice, in any combination.
    Form(Form),
    /// "Publish it": a signed-in person's own call from a form, which needs no question before it (ruling C-62).
    Publish {
        /// The revision of the draft that was on the screen; a stale one is refused. Absent: the stored one.
        revision: Option<i64>,
    },
}

impl Body {
    /// What was said in words, whichever way: typed, heard, or beside what a form enters. `None`: nothing.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        let text = match self {
            Self::Text(text) => text.as_str(),
            Self::Form(form) => form.text.as_deref()?,
            _ => return None,
        };
        Some(text.trim()).filter(|text| !text.is_empty())
    }
}

/// What a line of plain text answers to a question that is open: yes or no, in the languages that the wizard speaks. `None`: neither,
/// or more than that, which the wizard itself reads.
#[must_use]
pub fn yes_or_no(words: &str) -> Option<bool> {
    let words = words.trim().to_lowercase();
    match words.trim_end_matches(['.', '!', '。', '！']) {
        "yes" | "y" | "ok" | "oui" | "sí" | "si" | "是" | "好" => Some(true),
        "no" | "n" | "not yet" | "non" | "pas encore" | "todavía no" | "否" | "不" => Some(false),
        _ => None,
    }
}

/// A voice message as it was recorded.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Such as `audio/ogg`.
    pub mime: String,
    /// How long it lasts, as the platform says.
    pub seconds: u32,
    /// Its bytes in Base64; empty once it was heard.
    base64: String,
}

impl Recording {
    /// A recording of up to [`crate::VOICE_SECONDS`] and [`crate::VOICE_BYTES`].
    #[must_use]
    pub fn new(mime: &str, seconds: u32, bytes: &[u8]) -> Self {
        Self { mime: mime.to_owned(), seconds, base64: BASE64.encode(bytes) }
    }

    /// Its bytes; `None` when they are not there any more.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        BASE64.decode(&self.base64).ok().filter(|bytes| !bytes.is_empty())
    }

    /// Whether it is longer than what is listened to.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.seconds > VOICE_SECONDS || self.base64.len() > VOICE_BYTES.div_ceil(3) * 4
    }

    /// That there was one, without what was said.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self { base64: String::new(), ..self.clone() }
    }
}

/// What was said stands in no log.
impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("mime", &self.mime).field("seconds", &self.seconds).finish_non_exhaustive()
    }
}

/// What a form sends. Everything is optional; an empty form asks for the state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Form {
    /// The stage on the screen, 1..=6; absent: where the session is.
    pub stage: Option<u8>,
    /// Words for the wizard.
    pub text: Option<String>,
    /// Fields of the draft by their names in the API; `null` empties a field. They bypass the understanding, not the checks.
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// A suggestion, by its id or its number.
    pub pick: Option<String>,
    /// The revision of the draft that was on the screen; a field that was changed since is refused with both values.
    pub revision: Option<i64>,
}

/// The commands that every channel offers in its own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Opens the conversation: greets, or says where we left off.
    Start,
    /// Shows the draft.
    Summary,
    /// Takes the last change back.
    Undo,
    /// Does again what was taken back.
    Redo,
    /// Asks for the confirmation to publish.
    Publish,
    /// Says what can be said.
    Help,
}

/// The way back to the person: replies are sent into it in order and rendered by the channel.
///
/// A listener that went away loses nothing that was saved and stops no turn: sending to it is simply without effect. Where
/// delivery can fail, the way back has an [`Address`] too: what the turn says is then written down for
/// [`crate::Door::next_outgoing`], and what comes through here is only for showing it live.
#[derive(Debug, Clone)]
pub struct Replies {
    live: mpsc::UnboundedSender<Reply>,
    address: Option<Address>,
    overheard: bool,
}

impl Replies {
    /// A way back and its reading end. One turn sends a bounded number of replies, so the queue needs no bound of its own.
    #[must_use]
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<Reply>) {
        let (live, receiver) = mpsc::unbounded_channel();
        (Self { live, address: None, overheard: false }, receiver)
    }

    /// The same way, with an address at its end.
    #[must_use]
    pub fn delivered_to(self, address: Address) -> Self {
        Self { address: Some(address), ..self }
    }

    /// The same way, where others read along or not: what is between the wizard and one person is not said there.
    #[must_use]
    pub fn overheard(self, overheard: bool) -> Self {
        Self { overheard, ..self }
    }

    /// Whether others read along.
    #[must_use]
    pub fn is_overheard(&self) -> bool {
        self.overheard
    }

    /// Where the answer is delivered, when it must be.
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        self.address.as_ref()
    }

    /// Sends one reply; `false` when nobody listens any more.
    #[expect(clippy::must_use_candidate, reason = "most callers go on whether or not somebody still listens")]
    pub fn send(&self, reply: Reply) -> bool {
        self.live.send(reply).is_ok()
    }
}
