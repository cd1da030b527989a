//! Where a message came from and where its answer goes: the note that travels with an answer.

use port::Address;
use serde::{Deserialize, Serialize};
use teloxide::types::{ChatId, Message, User};

/// A chat, as far as an answer needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The bot's id: two bots may be in one chat.
    pub(crate) bot: u64,
    /// The chat.
    pub(crate) chat: i64,
    /// The topic of a forum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) thread: Option<i32>,
    /// Others read along.
    #[serde(default)]
    pub(crate) group: bool,
    /// The message that is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<i32>,
    /// Who wrote it.
    pub(crate) by: u64,
    /// The language of their Telegram.
    #[serde(default)]
    pub(crate) language: String,
}

impl Place {
    pub(crate) fn of(bot: u64, message: &Message, by: &User) -> Self {
        Self {
            bot,
            chat: message.chat.id.0,
            thread: message.thread_id.filter(|_| message.is_topic_message).map(|id| id.0.0),
            group: !message.chat.is_private(),
            message: Some(message.id.0),
            by: by.id.0,
            language: language(by),
        }
    }

    pub(crate) fn id(&self) -> ChatId {
        ChatId(self.chat)
    }

    /// The chat's name: what is sent there goes in order.
    pub(crate) fn name(&self) -> String {
        match self.thread {
            Some(thread) => format!("{}:{}:{thread}", self.bot, self.chat),
            None => format!("{}:{}", self.bot, self.chat),
        }
    }

    pub(crate) fn address(&self) -> Address {
        Address { chat: self.name(), note: serde_json::to_string(self).unwrap_or_default() }
    }

    /// Where an answer goes; `None` for a note that is not ours.
    pub(crate) fn read(address: &Address) -> Option<Self> {
        serde_json::from_str(&address.note).ok()
    }
}

/// The language of somebody's Telegram, ISO 639-1.
pub(crate) fn language(user: &User) -> String {
    let tag = user.language_code.as_deref().unwrap_or("en");
    tag.split(['-', '_']).next().unwrap_or("en").to_lowercase()
}

/// What an account calls itself, for greeting only.
pub(crate) fn name(user: &User) -> String {
    user.username.as_ref().map_or_else(|| user.full_name(), |name| format!("@{name}"))
}
