//! What each method of the stand-in does.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::rules::{Refusal, buttons, checked_text};
use super::{BOT, BOT_NAME, Message, Telegram, files};

/// Does what the method says.
pub(super) async fn call(telegram: &Telegram, method: &str, body: &Value) -> Result<Value, Refusal> {
    let lower = method.to_lowercase();
    match lower.as_str() {
        "getme" => Ok(json!({
            "id": BOT, "is_bot": true, "first_name": "Wizard", "username": BOT_NAME, "can_join_groups": true,
            "can_read_all_group_messages": false, "supports_inline_queries": false, "can_connect_to_business": false,
            "has_main_web_app": false,
        })),
        "getupdates" => updates(telegram, body).await,
        "setwebhook" => {
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            let (url, secret) = (text("url"), text("secret_token"));
            if !secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
                return Err((400, "Bad Request: secret token contains unallowed characters".to_owned()));
            }
            let most = body["max_connections"].as_u64().unwrap_or(40);
            if !(1..=100).contains(&most) {
                return Err((400, "Bad Request: max_connections is out of range".to_owned()));
            }
            let known = {
                let mut state = telegram.state();
                state.most_calls = usize::try_from(most).unwrap_or(1);
                state.hook.replace((url, secret))
            };
            if known.is_none() {
                telegram.pump();
            }
            Ok(json!(true))
        }
        "deletewebhook" => {
            telegram.state().hook = None;
            Ok(json!(true))
        }
        "getwebhookinfo" => {
            let state = telegram.state();
            let url = state.hook.as_ref().map_or("", |(url, _)| url.as_str());
            Ok(json!({"url": url, "has_custom_certificate": false, "pending_update_count": state.updates.len()}))
        }
        "setmycommands" => set_commands(telegram, body),
        "sendchataction" => written_to(telegram, body).map(|_| json!(true)),
        "sendmessagedraft" => draft(telegram, body),
        "getfile" => files::describe(telegram, body),
        "sendmessage" => send(telegram, body),
        "editmessagetext" => edit(telegram, body),
        "answercallbackquery" => {
            let id = body["callback_query_id"].as_str().unwrap_or_default();
            if body["text"].as_str().unwrap_or_default().chars().count() > 200 {
                return Err((400, "Bad Request: MESSAGE_TOO_LONG".to_owned()));
            }
            if !telegram.state().presses.remove(id) {
                let words = "Bad Request: query is too old and response timeout expired or query ID is invalid";
                return Err((400, words.to_owned()));
            }
            Ok(json!(true))
        }
        _ => Err((404, format!("Not Found: no method {method}"))),
    }
}

/// What is new from the offset on; what is before it is confirmed. A second question ends the first.
async fn updates(telegram: &Telegram, body: &Value) -> Result<Value, Refusal> {
    let offset = body["offset"].as_i64().unwrap_or(0);
    let held = body["timeout"].as_u64().unwrap_or(0);
    let end = Instant::now() + Duration::from_secs(held);
    let mine = {
        let mut state = telegram.state();
        if state.hook.is_some() {
            let words = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
            return Err((409, words.to_owned()));
        }
        // What lies far beyond the newest counts for nothing, as after the numbers began anew.
        if offset <= state.next_update + 10 {
            state.updates.retain(|update| update["update_id"].as_i64() >= Some(offset));
        }
        state.poll += 1;
        state.poll
    };
    telegram.news.notify_waiters();
    loop {
        let news = telegram.news.notified();
        {
            let state = telegram.state();
            if state.poll != mine {
                let words =
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
                return Err((409, words.to_owned()));
            }
            if !state.updates.is_empty() || Instant::now() >= end {
                return Ok(json!(state.updates.iter().take(100).collect::<Vec<_>>()));
            }
        }
        drop(timeout_at(end.min(Instant::now() + Duration::from_millis(200)), news).await);
    }
}

fn set_commands(telegram: &Telegram, body: &Value) -> Result<Value, Refusal> {
    let language = body["language_code"].as_str().unwrap_or("");
    for command in body["commands"].as_array().into_iter().flatten() {
        let name = command["command"].as_str().unwrap_or_default();
        let lawful = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let words = command["description"].as_str().unwrap_or_default().chars().count();
        if !(1..=32).contains(&name.len()) || !name.chars().all(lawful) || !(1..=256).contains(&words) {
            return Err((400, "Bad Request: BOT_COMMAND_INVALID".to_owned()));
        }
    }
    telegram.state().commands.insert(language.to_owned(), body["commands"].clone());
    Ok(json!(true))
}

/// The chat that a call is about, when the bot may write there.
fn written_to(telegram: &Telegram, body: &Value) -> Result<i64, Refusal> {
    let chat = body["chat_id"].as_i64().ok_or((400, "Bad Request: chat_id is empty".to_owned()))?;
    let state = telegram.state();
    if !state.chats.contains_key(&chat) {
        return Err((400, "Bad Request: chat not found".to_owned()));
    }
    if state.blocked.contains(&chat) {
        return Err((403, "Forbidden: bot was blocked by the user".to_owned()));
    }
    Ok(chat)
}

fn draft(telegram: &Telegram, body: &Value) -> Result<Value, Refusal> {
    if telegram.state().no_drafts {
        return Err((404, "Not Found: method not found".to_owned()));
    }
    let chat = written_to(telegram, body)?;
    let text = checked_text(body)?;
    let mut state = telegram.state();
    if state.groups.contains(&chat) || body["draft_id"].as_i64().unwrap_or(0) == 0 {
        return Err((400, "Bad Request: TEXTDRAFT_PEER_INVALID".to_owned()));
    }
    state.drafts.insert(chat, text);
    Ok(json!(true))
}

fn send(telegram: &Telegram, body: &Value) -> Result<Value, Refusal> {
    let chat = written_to(telegram, body)?;
    let (text, buttons) = (checked_text(body)?, buttons(body)?);
    let mut state = telegram.state();
    state.next_message += 1;
    let message = Message { id: state.next_message, text, entities: body["entities"].clone(), buttons, edits: 0 };
    let shown = state.shown(chat, &message);
    state.drafts.remove(&chat);
    state.chats.entry(chat).or_default().push(message);
    Ok(shown)
}

fn edit(telegram: &Telegram, body: &Value) -> Result<Value, Refusal> {
    let chat = written_to(telegram, body)?;
    let (text, buttons) = (checked_text(body)?, buttons(body)?);
    let mut state = telegram.state();
    let wanted = body["message_id"].as_i64();
    let found = state.chats.get_mut(&chat).into_iter().flatten().find(|message| Some(message.id) == wanted);
    let Some(message) = found else { return Err((400, "Bad Request: message to edit not found".to_owned())) };
    if message.text == text && message.buttons == buttons && message.entities == body["entities"] {
        let words = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a \
                     current content and reply markup of the message";
        return Err((400, words.to_owned()));
    }
    message.text = text;
    message.buttons = buttons;
    message.entities = body["entities"].clone();
    message.edits += 1;
    let message = message.clone();
    Ok(state.shown(chat, &message))
}
