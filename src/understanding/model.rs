//! What a language model is to the wizard: somebody who is shown a conversation and answers in pieces.
//!
//! Promises: a model sees only the [`Request`] that [`super::prompt`] builds, and gives only [`Piece`]s back: it has no way to act.
//! An answer that was not given to its end says so: the pieces end in [`Piece::End`] or in a [`Trouble`], never in silence.
//!
//! # Adding a provider
//! 1. A file beside `openai.rs` with a type that implements [`Model`]. It makes one call and no second one: when to try
//!    again, whom to ask next and how long to wait is the ladder's business, so switch the client library's own retries off.
//! 2. Map what the server says to a [`Trouble`]; its kinds decide what the ladder does. Read leniently: an unknown field, an
//!    absent one or an empty text breaks nothing.
//! 3. Dropping the pieces must end the call upstream: that is how a turn is stopped.
//! 4. Choose it in `app/models.rs`, by a setting of `[models]`. `tests/it/models/` has a scripted server to try it against.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::Serialize;
use serde_json::Value;

/// A language model behind some server.
#[async_trait]
pub trait Model: fmt::Debug + Send + Sync + 'static {
    /// What its server calls it.
    fn name(&self) -> &str;

    /// Begins to answer. One call, no second one.
    ///
    /// # Errors
    /// A [`Trouble`] that came instead of an answer.
    async fn answer(&self, request: &Request) -> Result<Pieces, Trouble>;
}

/// Turns a voice message into words, which are read like typed ones.
#[async_trait]
pub trait Transcriber: fmt::Debug + Send + Sync + 'static {
    /// What its server calls it.
    fn name(&self) -> &str;

    /// The words of a recording, in the language that was spoken. `mime`: such as `audio/ogg`. One call, no second one.
    ///
    /// # Errors
    /// A [`Trouble`], as with [`Model::answer`].
    async fn words(&self, recording: &[u8], mime: &str) -> Result<String, Trouble>;
}

/// The pieces of one answer as they come. Dropping them ends the call.
pub type Pieces = BoxStream<'static, Result<Piece, Trouble>>;

/// Everything that a model is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The conversation, instructions first.
    pub messages: Vec<Message>,
    /// What it may propose.
    pub tools: Vec<Tool>,
    /// The longest answer, in tokens (ruling C-06).
    pub max_tokens: u32,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// The words.
    pub content: String,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The house.
    System,
    /// The organizer.
    User,
    /// The wizard.
    Assistant,
}

/// A call that a model may propose. Nothing is called: the arguments are read as proposals.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// JSON schema of its arguments.
    pub parameters: Value,
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The next words.
    Words(String),
    /// The next part of a call: calls come side by side, told apart by their index.
    Call {
        /// Which call.
        index: u32,
        /// Its name, with its first part.
        name: Option<String>,
        /// The next part of its arguments, as JSON text.
        arguments: String,
    },
    /// The answer is whole.
    End {
        /// What it cost, when the server says so.
        usage: Option<Usage>,
    },
}

/// What a call cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Usage {
    /// Tokens that were read.
    pub prompt: u32,
    /// Tokens that were written.
    pub completion: u32,
}

impl Usage {
    /// All of them.
    pub fn total(self) -> u32 {
        self.prompt.saturating_add(self.completion)
    }
}

/// Why there is no answer, or no whole one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The server cannot be reached, or hung up before it answered.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("too slow")]
    Late,
    /// Too many calls.
    #[error("too many calls{}", after(.retry_after.as_ref()))]
    Busy {
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The account has no money left.
    #[error("the account's quota is used up")]
    Quota,
    /// The server's own failure, by its status.
    #[error("the server failed with {0}")]
    Failed(u16),
    /// There is no model of this name.
    #[error("the server knows no such model")]
    UnknownModel,
    /// The key is refused.
    #[error("the key is refused ({0})")]
    Unauthorized(u16),
    /// The request is refused, by its status.
    #[error("the request is refused ({0})")]
    Refused(u16),
    /// The answer broke off or cannot be read.
    #[error("the answer broke off: {0}")]
    Broken(String),
}

impl Trouble {
    /// Its name in metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Late => "late",
            Self::Busy { .. } => "busy",
            Self::Quota => "quota",
            Self::Failed(_) => "failed",
            Self::UnknownModel => "unknown_model",
            Self::Unauthorized(_) => "unauthorized",
            Self::Refused(_) => "refused",
            Self::Broken(_) => "broken",
        }
    }

    /// Nothing but another setting, or money, helps.
    pub fn is_hopeless(&self) -> bool {
        matches!(self, Self::UnknownModel | Self::Unauthorized(_) | Self::Quota)
    }

    /// The server refused before it read anything that it counts.
    pub fn is_free(&self) -> bool {
        !matches!(self, Self::Late | Self::Broken(_))
    }

    /// Whether the same call may go well in a moment.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Busy { .. } | Self::Failed(_))
    }
}

fn after(pause: Option<&Duration>) -> String {
    pause.map(|pause| format!(", again in {} s", pause.as_secs())).unwrap_or_default()
}
