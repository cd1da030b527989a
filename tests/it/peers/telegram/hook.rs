//! The program called with its updates, as Telegram calls: one at a time of a chat, and of several as many as the program said.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Telegram;

impl Telegram {
    /// Calls the program when it asked for that, and again until it takes the update: one at a time of a chat, and of several at most
    /// as many as it said.
    pub(crate) fn pump(&self) {
        let telegram = self.clone();
        tokio::spawn(async move {
            while let Some((hook, next)) = telegram.next_call() {
                if let Some(update) = next {
                    let telegram = telegram.clone();
                    tokio::spawn(async move {
                        let status = Client.post(&hook.0, &hook.1, &update).await;
                        if status != Some(200) {
                            tokio::time::sleep(Duration::from_millis(30)).await;
                        }
                        let mut state = telegram.state();
                        state.calling.remove(&queue_of(&update));
                        if status == Some(200) {
                            state.updates.retain(|known| known["update_id"] != update["update_id"]);
                        }
                    });
                    continue;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }

    /// Where the program is called, and the first update that may be brought now. `None`: it is not called any more.
    fn next_call(&self) -> Option<((String, String), Option<Value>)> {
        let mut state = self.state();
        let hook = state.hook.clone()?;
        if state.calling.len() >= state.most_calls {
            return Some((hook, None));
        }
        let free = state.updates.iter().find(|update| !state.calling.contains(&queue_of(update))).cloned();
        if let Some(update) = &free {
            state.calling.insert(queue_of(update));
        }
        Some((hook, free))
    }
}

/// A POST over a plain connection, so that no client library is needed.
#[derive(Debug, Default)]
struct Client;

impl Client {
    async fn post(&self, url: &str, secret: &str, body: &Value) -> Option<u16> {
        let rest = url.strip_prefix("http://")?;
        let (host, path) = rest.split_once('/')?;
        let body = body.to_string();
        let head = format!(
            "POST /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             x-telegram-bot-api-secret-token: {secret}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(host).await.ok()?;
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(body.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
    }
}

/// What is brought one after the other: messages of a chat, and presses of a person.
fn queue_of(update: &Value) -> (bool, i64) {
    let press = &update["callback_query"]["from"]["id"];
    (press.is_null(), press.as_i64().or(update["message"]["chat"]["id"].as_i64()).unwrap_or_default())
}
