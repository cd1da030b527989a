//! The two traits between the wizard and its channels.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::{
    Confirmation, Delivery, Incoming, LinkStep, Linking, Memory, Notice, Outgoing, Replies, Sender, State, UNAVAILABLE,
    words,
};

/// The largest picture that a door takes, in bytes.
pub const PICTURE_BYTES: usize = 10 * 1024 * 1024;

/// The longest voice message that a door takes, in bytes and in seconds: a minute of the platforms' own format has a quarter of a
/// megabyte at most.
pub const VOICE_BYTES: usize = 2 * 1024 * 1024;
/// See [`VOICE_BYTES`].
pub const VOICE_SECONDS: u32 = 180;

/// The way into the wizard.
#[async_trait]
pub trait Door: Send + Sync + 'static {
    /// Takes a message in. When this returns, the message is durable and will be answered, also if the program dies now;
    /// only then may a channel tell its platform "received".
    ///
    /// # Errors
    /// A [`Refusal`] means that nothing was taken in.
    async fn accept(&self, incoming: Incoming) -> Result<Accepted, Refusal>;

    /// Listens to the turn that runs in this session now, if one does, until its [`crate::Reply::Done`].
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a session that is not the sender's.
    async fn observe(&self, from: &Sender, session: &str, replies: Replies) -> Result<bool, Refusal>;

    /// What was said in this session, oldest first, and what is asked there now.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a session that is not the sender's.
    async fn history(&self, from: &Sender, session: &str) -> Result<History, Refusal>;

    /// The session that the sender's channel calls by this name, if there is one; a foreign one is as absent as none.
    ///
    /// # Errors
    /// When the sender is nobody, or the store is away.
    async fn find(&self, from: &Sender, thread: &str) -> Result<Option<String>, Refusal>;

    /// The state of this session as it is saved now.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a session that is not the sender's.
    async fn state(&self, from: &Sender, session: &str) -> Result<State, Refusal>;

    /// Counts a look of the sender's that is no message and comes often, as for what could be said next.
    ///
    /// # Errors
    /// [`Refusal::TooFast`] for too many; when the sender is nobody.
    async fn may_look(&self, from: &Sender) -> Result<(), Refusal> {
        let _ = from;
        Ok(())
    }

    /// Keeps a picture that the sender brought. What it gives goes into a form's `imageUrl`, as a message of its own:
    /// `Body::Form(Form { fields: {"imageUrl": address}, .. })`. JPEG, PNG or WebP, up to 10 MB.
    ///
    /// # Errors
    /// [`Refusal::Picture`] when it is no picture that we take; as for [`Door::accept`].
    async fn keep_picture(&self, from: &Sender, bytes: Vec<u8>) -> Result<String, Refusal> {
        let _ = (from, bytes);
        Err(Refusal::Invalid("I cannot take pictures here.".to_owned()))
    }

    /// Whether somebody listens to [`crate::Body::Voice`]; otherwise a channel says that it cannot.
    fn hears(&self) -> bool {
        false
    }

    /// Stops a turn of this session: that of the message that was handed in under this id, whether it runs or waits behind another,
    /// and no other; without an id the one that runs now. `false` when there is none.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a session that is not the sender's.
    async fn stop(&self, from: &Sender, session: &str, message: Option<&str>) -> Result<bool, Refusal>;

    /// Waits for the next answer that is to be delivered by this channel and holds it for the caller. Of each chat there is one at a
    /// time, in order: the next one comes when [`Self::settled`] was told what became of the one before. What a channel does not settle
    /// comes again, to it or to another process. A door without an outbox never has one.
    ///
    /// # Errors
    /// When the store is away.
    async fn next_outgoing(&self, channel: &'static str) -> Result<Outgoing, Refusal> {
        let _ = channel;
        std::future::pending().await
    }

    /// Says what became of an answer.
    ///
    /// # Errors
    /// When the store is away.
    async fn settled(&self, outgoing: &str, delivery: Delivery) -> Result<(), Refusal> {
        let _ = (outgoing, delivery);
        Err(Refusal::Unavailable)
    }

    /// Writes down what the channel says of its own accord, a list or a refusal, to be delivered behind what that chat is told already.
    /// The same `id` once more is the same notice. Of its choices the ids are the channel's own, as the notice is no session's.
    ///
    /// # Errors
    /// When the store is away.
    async fn notice(&self, channel: &'static str, notice: Notice) -> Result<(), Refusal> {
        let _ = (channel, notice);
        Err(Refusal::Unavailable)
    }

    /// What the channel remembers of this chat.
    ///
    /// # Errors
    /// When the store is away.
    async fn recall(&self, channel: &'static str, chat: &str) -> Result<Memory, Refusal> {
        let _ = (channel, chat);
        Err(Refusal::Unavailable)
    }

    /// Every chat that the channel remembers anything of.
    ///
    /// # Errors
    /// When the store is away.
    async fn chats(&self, channel: &'static str) -> Result<Vec<(String, Memory)>, Refusal> {
        let _ = channel;
        Err(Refusal::Unavailable)
    }

    /// Lays these notes over what the channel remembers of this chat; null forgets.
    ///
    /// # Errors
    /// When the store is away.
    async fn remember(
        &self,
        channel: &'static str,
        chat: &str,
        notes: serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), Refusal> {
        let _ = (channel, chat, notes);
        Err(Refusal::Unavailable)
    }

    /// The platform asked that nothing is sent to this chat for so many seconds. For what is sent beside the outbox; see
    /// [`Delivery::Wait`].
    ///
    /// # Errors
    /// When the store is away.
    async fn hold(&self, channel: &'static str, chat: &str, seconds: u32) -> Result<(), Refusal> {
        let _ = (channel, chat, seconds);
        Err(Refusal::Unavailable)
    }

    /// The sender's sessions that can be gone on with, the one worked on last first.
    ///
    /// # Errors
    /// When the sender is nobody, or the store is away.
    async fn drafts(&self, from: &Sender) -> Result<Vec<Draft>, Refusal> {
        let _ = from;
        Err(Refusal::Unavailable)
    }

    /// A step of linking the sender's chat account.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`] for a sender who is no chat account; when the store is away.
    async fn link(&self, from: &Sender, step: LinkStep) -> Result<Linking, Refusal> {
        let _ = (from, step);
        Err(Refusal::Unavailable)
    }
}

/// A session that can be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id, for [`crate::SessionChoice::Id`].
    pub session: String,
    /// The event's name; `None` while it has none.
    pub title: Option<String>,
    /// 0..=100.
    pub percent: u8,
    /// The event is published.
    pub published: bool,
}

/// A message that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The session that answers it; name it in the next message.
    pub session: String,
    /// `false`: this message id was taken in before, and its replies go to whoever sent it first.
    pub fresh: bool,
}

/// The conversation so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Oldest first.
    pub turns: Vec<Turn>,
    /// The question that the last answer asked, while it stands, as it was shown.
    pub question: Option<Confirmation>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Stable id of the message.
    pub id: String,
    /// Whether the organizer said it; otherwise the wizard did.
    pub from_user: bool,
    /// The words.
    pub text: String,
}

/// Why a picture was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPicture {
    /// More bytes than are taken.
    TooHeavy,
    /// Another kind of file, or a broken one.
    Unreadable,
    /// More pixels than are taken.
    TooManyPixels,
    /// Fewer pixels than can be seen.
    TooSmall,
    /// The sender's pictures take all the room they may.
    Full,
    /// The sender has no account, and the pictures of all who have none take all the room they may.
    GuestsFull,
}

impl BadPicture {
    fn key(self) -> &'static str {
        match self {
            Self::TooHeavy => "large_picture",
            Self::Unreadable => "picture_unreadable",
            Self::TooManyPixels => "picture_many_pixels",
            Self::TooSmall => "picture_small",
            Self::Full => "picture_full",
            Self::GuestsFull => "picture_guests_full",
        }
    }
}

impl std::fmt::Display for BadPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&words("en", self.key(), &[]))
    }
}

/// Why a message was not taken in. The text is for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The message is malformed or too long.
    #[error("{0}")]
    Invalid(String),
    /// The picture is none that is taken.
    #[error("{0}")]
    Picture(BadPicture),
    /// The sender's proof does not hold.
    #[error("Please sign in again.")]
    Unauthorized,
    /// The sender may not use the wizard.
    #[error("{0}")]
    Forbidden(String),
    /// No such session, or not the sender's: the same answer for both.
    #[error("I could not find that draft. Start a new one?")]
    NotFound,
    /// Too many messages.
    #[error("Please wait {retry_after_s} seconds.")]
    TooFast {
        /// Seconds until the next message is taken.
        retry_after_s: u32,
    },
    /// The session's mailbox is full, or the program is stopping.
    #[error("I am still busy with your earlier messages. Please try again in a moment.")]
    Busy,
    /// This session failed again and again and rests for a while.
    #[error(
        "Something keeps going wrong with this draft. It is saved; please try again in {retry_after_s} seconds, or start a new one."
    )]
    Quarantined {
        /// Seconds until the next try.
        retry_after_s: u32,
    },
    /// The store cannot be reached.
    #[error("I cannot reach my memory right now. Your message was not taken in; please send it again in a moment.")]
    Unavailable,
    /// The store takes it now no more than at another time: it need not come again.
    #[error("Something went wrong here, and your message was not taken in. Please say it in another way.")]
    Failed,
}

/// How a refusal is answered over HTTP (R46-R51, rulings C-07, C-74).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverHttp {
    /// The status of the answer.
    pub status: u16,
    /// One of the API's codes.
    pub code: &'static str,
    /// When to try again, in seconds, where that helps.
    pub retry_after_s: Option<u32>,
}

/// When to try again where nothing more is known, in seconds.
const RETRY_S: u32 = 5;

impl Refusal {
    /// How it is answered over HTTP.
    #[must_use]
    pub fn over_http(&self) -> OverHttp {
        let (status, code, retry_after_s) = match self {
            Self::Invalid(_) | Self::Picture(_) => (400, "INVALID_INPUT", None),
            Self::Unauthorized => (401, "UNAUTHORIZED", None),
            Self::Forbidden(_) => (403, "FORBIDDEN", None),
            Self::NotFound => (404, "NOT_FOUND", None),
            Self::TooFast { retry_after_s } => (429, "RATE_LIMIT", Some(*retry_after_s)),
            Self::Busy => (503, "BUSY", Some(RETRY_S)),
            Self::Quarantined { retry_after_s } => (503, "BUSY", Some(*retry_after_s)),
            Self::Unavailable => (503, UNAVAILABLE, Some(RETRY_S)),
            Self::Failed => (500, "INTERNAL_ERROR", None),
        };
        OverHttp { status, code, retry_after_s }
    }

    /// What to tell the person, in their language; [`Self::Invalid`] and [`Self::Forbidden`] bring their own words.
    #[must_use]
    pub fn words(&self, language: &str) -> String {
        let (key, seconds) = match self {
            Self::Invalid(words) | Self::Forbidden(words) => return words.clone(),
            Self::Picture(why) => (why.key(), 0),
            Self::Unauthorized => ("refused_unauthorized", 0),
            Self::NotFound => ("refused_not_found", 0),
            Self::TooFast { retry_after_s } => ("refused_too_fast", *retry_after_s),
            Self::Busy => ("refused_busy", 0),
            Self::Quarantined { retry_after_s } => ("refused_quarantined", *retry_after_s),
            Self::Unavailable => ("refused_unavailable", 0),
            Self::Failed => ("refused_failed", 0),
        };
        words(language, key, &[("seconds", &seconds.to_string())])
    }
}

/// A way for people to talk to the wizard.
#[async_trait]
pub trait Channel: Send + Sync + 'static {
    /// The channel's name, as in [`crate::Chat::channel`].
    fn name(&self) -> &'static str;

    /// What the platform can show.
    fn capabilities(&self) -> Capabilities;

    /// Where somebody who is signed in carries a code that links their account of this platform; `None` where that is not known yet,
    /// or where there are no accounts to link.
    fn link_url(&self, code: &str) -> Option<String> {
        let _ = code;
        None
    }

    /// Asks the platform once who we are there: what it calls us. For whoever looks whether a token holds.
    ///
    /// # Errors
    /// What is wrong, in one line without a secret.
    async fn greet(&self) -> Result<String, String> {
        Ok(self.name().to_owned())
    }

    /// Whether the platform is reached now.
    ///
    /// # Errors
    /// The reason, for the log.
    fn health(&self) -> Result<(), String> {
        Ok(())
    }

    /// Serves the channel until `stop` is cancelled or the channel ends by itself.
    ///
    /// # Errors
    /// When the platform cannot be served any more.
    async fn run(&self, door: Arc<dyn Door>, stop: CancellationToken) -> Result<(), ChannelError>;
}

/// What a platform can show: data, so that nobody asks "which channel is this?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Longest message, in UTF-16 units as the platforms count; `None`: no limit.
    pub max_text: Option<usize>,
    /// Shows an answer as it is made.
    pub streams: bool,
    /// Has buttons; otherwise choices are numbered.
    pub buttons: bool,
    /// A message that could not be taken in comes again by itself.
    pub redelivers: bool,
}

/// Why a channel stopped.
#[derive(Debug, thiserror::Error)]
#[error("the {channel} channel stopped: {reason}")]
pub struct ChannelError {
    /// The channel's name.
    pub channel: &'static str,
    /// What happened, in words.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_picture_is_not_taken_is_said_in_the_language_of_whoever_sent_it() {
        use BadPicture::{Full, GuestsFull, TooHeavy, TooManyPixels, TooSmall, Unreadable};
        let mut said = std::collections::HashSet::new();
        for why in [TooHeavy, Unreadable, TooManyPixels, TooSmall, Full, GuestsFull] {
            let refusal = Refusal::Picture(why);
            assert_eq!(refusal.to_string(), refusal.words("en"));
            assert!(
                ["en", "fr", "es", "zh"].into_iter().all(|language| said.insert(refusal.words(language))),
                "{why:?}"
            );
        }
    }
}
