//! Calls to Telegram: teloxide's types and client, with our own patience.
//!
//! Promises: no call waits longer than its own time; a failure says what to do about it ([`Fault`]); the token stands in no log. The
//! library's own way of sending would sleep ten seconds on each answer of 5xx and tell nothing but "failed" afterwards.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use teloxide::net::default_reqwest_settings;
use teloxide::types::{ChatId, File, FileId, Me, Message, MessageId};
use teloxide::{Bot, types};

/// How long Telegram may take for a call.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a file may take, from asking for it to its last byte: others wait behind it.
const FILE: Duration = Duration::from_secs(10);

/// Why a call did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing more before so many seconds.
    Wait(u32),
    /// The person blocked the bot, or the chat is no more.
    Gone(String),
    /// The text's entities are refused.
    Markup(String),
    /// It is like that already.
    NotModified,
    /// The message that is to be edited is not there.
    NoMessage(String),
    /// Refused for good.
    Refused(String),
    /// Telegram is away. `unclear`: it may have been done.
    Away { reason: String, unclear: bool },
    /// The token is none.
    BadToken,
    /// Another program asks for the same bot's updates.
    Conflict(String),
}

impl Fault {
    /// For the log.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Wait(seconds) => format!("asked to wait {seconds} s"),
            Self::NotModified => "not modified".to_owned(),
            Self::BadToken => "Telegram does not know this token".to_owned(),
            Self::Gone(why)
            | Self::Markup(why)
            | Self::NoMessage(why)
            | Self::Refused(why)
            | Self::Conflict(why)
            | Self::Away { reason: why, .. } => why.clone(),
        }
    }
}

/// What Telegram answers.
#[derive(Debug, Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Debug, Default, Deserialize)]
struct Parameters {
    retry_after: Option<u32>,
    migrate_to_chat_id: Option<i64>,
}

/// Telegram, as one bot sees it.
#[derive(Clone)]
pub(crate) struct Api {
    bot: Bot,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").finish_non_exhaustive()
    }
}

impl Api {
    /// The bot with this token. `url`: where the Bot API is; empty: Telegram's own.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub(crate) fn new(token: &SecretString, url: &str) -> Result<Self, String> {
        let client = default_reqwest_settings().build().map_err(|error| error.to_string())?;
        let mut bot = Bot::with_client(token.expose_secret(), client);
        if !url.is_empty() {
            bot = bot.set_api_url(url.parse().map_err(|_| format!("TELEGRAM_API_URL: {url:?} is no address"))?);
        }
        Ok(Self { bot })
    }

    /// One call.
    pub(crate) async fn call<T: DeserializeOwned>(&self, method: &str, payload: &impl Serialize) -> Result<T, Fault> {
        self.call_within(method, payload, PATIENCE).await
    }

    /// One call that may take this long.
    pub(crate) async fn call_within<T: DeserializeOwned>(
        &self,
        method: &str,
        payload: &impl Serialize,
        patience: Duration,
    ) -> Result<T, Fault> {
        let mut url = self.bot.api_url();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&format!("bot{}", self.bot.token())).push(method);
        }
        let sent = self.bot.client().post(url).timeout(patience).json(payload).send().await;
        let answer = sent.map_err(|error| {
            // A connection that never stood has carried nothing.
            let unclear = !error.is_connect();
            Fault::Away { reason: error.without_url().to_string(), unclear }
        })?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await;
        let body = body.map_err(|error| Fault::Away { reason: error.without_url().to_string(), unclear: true })?;
        match serde_json::from_slice::<Answer>(&body) {
            Ok(answer) if answer.ok => serde_json::from_value(answer.result)
                .map_err(|error| Fault::Refused(format!("{method}: the answer cannot be read: {error}"))),
            Ok(answer) => Err(fault(method, status, &answer)),
            // A gateway between us and Telegram may answer after Telegram did its part; Telegram's own 500 did not.
            Err(_) => {
                Err(Fault::Away { reason: format!("{method}: status {status}"), unclear: matches!(status, 502 | 504) })
            }
        }
    }

    /// Who the bot is.
    pub(crate) async fn me(&self) -> Result<Me, Fault> {
        self.call("getMe", &serde_json::json!({})).await
    }

    /// Sends words.
    pub(crate) async fn send(&self, message: &types_of::Send) -> Result<MessageId, Fault> {
        Ok(self.call::<Message>("sendMessage", message).await?.id)
    }

    /// Changes a message that was sent. What is like that already is done.
    pub(crate) async fn edit(&self, edit: &types_of::Edit) -> Result<(), Fault> {
        match self.call::<Value>("editMessageText", edit).await {
            Ok(_) | Err(Fault::NotModified) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// The bytes of a file that somebody sent, when there are no more than `most`.
    pub(crate) async fn file(&self, file: &FileId, most: usize) -> Result<Vec<u8>, Fault> {
        let late = |_| Fault::Away { reason: "the file took too long".to_owned(), unclear: false };
        tokio::time::timeout(FILE, self.fetch(file, most)).await.map_err(late)?
    }

    async fn fetch(&self, file: &FileId, most: usize) -> Result<Vec<u8>, Fault> {
        let path = self.call::<File>("getFile", &serde_json::json!({"file_id": file})).await?.path;
        let mut url = self.bot.api_url();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("file").push(&format!("bot{}", self.bot.token())).extend(path.split('/'));
        }
        let away = |reason: String| Fault::Away { reason, unclear: false };
        let sent = self.bot.client().get(url).timeout(PATIENCE).send().await;
        let mut answer = sent.map_err(|error| away(error.without_url().to_string()))?;
        if !answer.status().is_success() {
            return Err(away(format!("file: status {}", answer.status())));
        }
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| away(error.without_url().to_string()))? {
            if bytes.len() + piece.len() > most {
                return Err(Fault::Refused(format!("the file has more than {most} bytes")));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// "Typing …", for five seconds.
    pub(crate) async fn typing(&self, chat: ChatId, thread: Option<i32>) -> Result<(), Fault> {
        let mut action = teloxide::payloads::SendChatAction::new(chat, types::ChatAction::Typing);
        action.message_thread_id = thread.map(|id| types::ThreadId(MessageId(id)));
        self.call::<bool>("sendChatAction", &action).await.map(drop)
    }
}

/// What a refusal means for us.
fn fault(method: &str, status: u16, answer: &Answer) -> Fault {
    let words = answer.description.clone();
    let has = |part: &str| words.to_lowercase().contains(part);
    if let Some(seconds) = answer.parameters.retry_after {
        return Fault::Wait(seconds.max(1));
    }
    if let Some(chat) = answer.parameters.migrate_to_chat_id {
        return Fault::Gone(format!("the group is now the supergroup {chat}"));
    }
    match status {
        401 => Fault::BadToken,
        404 if words == "Not Found" => Fault::BadToken,
        403 => Fault::Gone(words),
        409 => Fault::Conflict(words),
        429 => Fault::Wait(1),
        400 if has("message is not modified") => Fault::NotModified,
        400 if has("can't parse entities") || has("entit") => Fault::Markup(words),
        400 if has("message to edit not found") || has("message can't be edited") || has("message_id_invalid") => {
            Fault::NoMessage(words)
        }
        400 if has("chat not found") || has("peer_id_invalid") || has("user is deactivated") => Fault::Gone(words),
        500.. => Fault::Away { reason: format!("{method}: {words}"), unclear: matches!(status, 502 | 504) },
        _ => Fault::Refused(format!("{method}: {words}")),
    }
}

/// The payloads that are sent most, by their names in the Bot API.
pub(crate) mod types_of {
    pub(crate) use teloxide::payloads::{EditMessageText as Edit, SendMessage as Send};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let of = |status, words: &str, parameters| {
            fault("m", status, &Answer { ok: false, result: Value::Null, description: words.to_owned(), parameters })
        };
        let none = Parameters::default;
        assert_eq!(
            of(429, "Too Many Requests: retry after 142", Parameters { retry_after: Some(142), ..none() }),
            Fault::Wait(142)
        );
        assert_eq!(
            of(403, "Forbidden: bot was blocked by the user", none()),
            Fault::Gone("Forbidden: bot was blocked by the user".to_owned())
        );
        assert_eq!(of(400, "Bad Request: message is not modified: x", none()), Fault::NotModified);
        assert!(matches!(of(400, "Bad Request: can't parse entities: x", none()), Fault::Markup(_)));
        assert!(matches!(of(400, "Bad Request: message to edit not found", none()), Fault::NoMessage(_)));
        assert_eq!(of(401, "Unauthorized", none()), Fault::BadToken);
        assert!(matches!(of(500, "Internal Server Error", none()), Fault::Away { unclear: false, .. }));
        assert!(matches!(of(400, "Bad Request: BUTTON_DATA_INVALID", none()), Fault::Refused(_)));
    }
}
