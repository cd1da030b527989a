//! Pictures and voice messages: sent by people, asked for by the bot, fetched beside the methods.

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::rules::Refusal;
use super::{TOKEN, Telegram};

impl Telegram {
    /// Somebody sends a picture, with words under it when there are any. No bytes: the platform lost them, as it does with what is old.
    pub(crate) fn send_picture(&self, user: i64, bytes: &[u8], caption: &str) -> i64 {
        let size = |id: &str, side: u32, bytes: usize| json!({"file_id": id, "file_unique_id": format!("u{id}"), "width": side, "height": side, "file_size": bytes});
        let id = self.keep(bytes);
        let mut message = json!({"text": null, "photo": [size("small", 90, 1_000), size(&id, 800, bytes.len())]});
        if !caption.is_empty() {
            message["caption"] = json!(caption);
        }
        self.send(user, user, "", message)
    }

    /// Somebody says something.
    pub(crate) fn send_voice(&self, user: i64, bytes: &[u8], seconds: u32) -> i64 {
        let id = self.keep(bytes);
        let voice = json!({"file_id": id, "file_unique_id": format!("u{id}"), "duration": seconds, "mime_type": "audio/ogg", "file_size": bytes.len()});
        self.send(user, user, "", json!({"text": null, "voice": voice}))
    }

    /// Whether files that are asked for stay on their way.
    pub(crate) fn hold_files(&self, held: bool) {
        self.state().files_held = held;
        self.news.notify_waiters();
    }

    fn keep(&self, bytes: &[u8]) -> String {
        let mut state = self.state();
        let id = format!("file-{}", state.files.len() + 1);
        if bytes.is_empty() {
            return "file-lost".to_owned();
        }
        state.files.insert(id.clone(), bytes.to_owned());
        id
    }
}

/// `getFile`.
pub(super) fn describe(telegram: &Telegram, body: &Value) -> Result<Value, Refusal> {
    let id = body["file_id"].as_str().unwrap_or_default();
    let state = telegram.state();
    let Some(bytes) = state.files.get(id) else { return Err((400, "Bad Request: invalid file_id".to_owned())) };
    Ok(
        json!({"file_id": id, "file_unique_id": format!("u{id}"), "file_size": bytes.len(), "file_path": format!("things/{id}")}),
    )
}

/// A file that is on its way, until it is there or given up.
struct OnItsWay(Telegram);

impl OnItsWay {
    fn new(telegram: &Telegram) -> Self {
        let mut state = telegram.state();
        state.files_asked += 1;
        state.most_files_asked = state.most_files_asked.max(state.files_asked);
        Self(telegram.clone())
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.0.state().files_asked -= 1;
    }
}

/// The bytes, for whoever knows the token.
pub(super) async fn file(
    Shared(telegram): Shared<Telegram>,
    Path((token, path)): Path<(String, String)>,
) -> Result<Vec<u8>, StatusCode> {
    let _on_its_way = OnItsWay::new(&telegram);
    loop {
        let news = telegram.news.notified();
        if !telegram.state().files_held {
            break;
        }
        news.await;
    }
    let id = path.strip_prefix("things/").filter(|_| token == format!("bot{TOKEN}"));
    id.and_then(|id| telegram.state().files.get(id).cloned()).ok_or(StatusCode::NOT_FOUND)
}
