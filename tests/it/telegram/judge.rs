//! A stand-in for Telegram that others wrote, which checks every request against the published description of the Bot API: polling and
//! webhook, without one complaint. Runs where it lies beside the project.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::bot;
use crate::harness::ports::Port;
use crate::harness::program::Program;
use crate::harness::python::python;
use crate::harness::{self, Database};
use crate::peers::telegram::TOKEN;

/// The stand-in, as a process of its own.
struct Judge {
    child: Child,
    port: Port,
    client: reqwest::Client,
}

impl Judge {
    /// `None`, said aloud, where it is not at hand.
    async fn start() -> Option<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/peers");
        if !folder.join("tg_stub.py").exists() {
            harness::note_skip("the strict stand-in for Telegram, which lies outside the project, is not at hand");
            return None;
        }
        let Some(python) = python("telegram-judge", &["aiohttp==3.14.5"], "aiohttp") else {
            harness::note_skip("no Python with aiohttp can be had for the strict stand-in for Telegram");
            return None;
        };
        let port = Port::new();
        let mut command = Command::new(python);
        command
            .arg(folder.join("tg_stub.py"))
            .args(["--port", &port.number().to_string()])
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let judge = Self { child, port, client };
        let begun = Instant::now();
        while begun.elapsed() < harness::PATIENCE {
            if judge.client.get(judge.at("/_ctl/log")).send().await.is_ok() {
                return Some(judge);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the strict stand-in for Telegram does not answer");
    }

    fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port.number())
    }

    async fn act(&self, path: &str, body: Value) -> Value {
        self.client.post(self.at(path)).json(&body).send().await.unwrap().json().await.unwrap()
    }

    async fn look(&self, path: &str) -> Value {
        self.client.get(self.at(path)).send().await.unwrap().json().await.unwrap()
    }

    async fn texts(&self) -> Vec<String> {
        let chat = self.look("/_ctl/chat/1").await;
        let bot = chat["messages"].as_array().into_iter().flatten();
        bot.filter_map(|message| message["text"].as_str().map(str::to_owned)).collect()
    }

    async fn until(&self, words: &str) {
        let begun = Instant::now();
        while begun.elapsed() < harness::PATIENCE {
            if self.texts().await.iter().any(|text| text.contains(words)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{words:?} is not said: {:#?}\n{:#}", self.texts().await, self.look("/_ctl/log").await);
    }

    /// Every complaint about a request.
    async fn complaints(&self) -> Vec<String> {
        let log = self.look("/_ctl/log").await;
        let problems = log.as_array().unwrap().iter().flat_map(|call| {
            let problems = call["problems"].as_array().cloned().unwrap_or_default();
            problems.into_iter().map(|problem| format!("{}: {problem}", call["method"]))
        });
        problems.collect()
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn conversation(judge: &Judge) {
    judge.act("/_ctl/user", json!({"text": "/start"})).await;
    judge.act("/_ctl/user", json!({"text": "A jazz night called Blue Notes for 80 people"})).await;
    judge.until("Blue Notes").await;
    judge.act("/_ctl/fault", json!({"method": "sendMessage", "times": 1, "retry_after": 1})).await;
    judge.act("/_ctl/user", json!({"text": "/summary", "repeat": 2})).await;
    judge.act("/_ctl/fault", json!({"method": "sendMessage", "times": 1, "status": 502})).await;
    judge.act("/_ctl/user", json!({"text": "/language"})).await;
    judge.until("Which language").await;
    let chat = judge.look("/_ctl/chat/1").await;
    let message = chat["messages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|message| message["text"].as_str().is_some_and(|text| text.contains("Which language")));
    let message = message.unwrap();
    let data = &message["reply_markup"]["inline_keyboard"][0][1]["callback_data"];
    judge.act("/_ctl/user", json!({"callback": data, "message_id": message["message_id"]})).await;
    judge.until("Français").await;
    judge.act("/_ctl/user", json!({"voice_hex": "00ff"})).await;
    judge.act("/_ctl/user", json!({"text": "/help"})).await;
    judge.act("/_ctl/user", json!({"chat": -5, "chat_type": "group", "text": "/summary"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_stand_in_has_no_complaint_about_polling() {
    let Some(judge) = Judge::start().await else { return };
    let database = harness::database().await;
    let program = served(&database, &judge, None).await;
    program.app.serve_chats();
    conversation(&judge).await;
    let commands = judge.look("/_ctl/chat/1").await["commands"].clone();
    assert_eq!(commands.as_array().map(Vec::len), Some(10));
    assert_eq!(judge.complaints().await, Vec::<String>::new());
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_stand_in_has_no_complaint_about_the_webhook() {
    let Some(judge) = Judge::start().await else { return };
    let database = harness::database().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let program = served(&database, &judge, Some(format!("http://{address}"))).await;
    let routes = program.app.http();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    program.app.serve_chats();
    conversation(&judge).await;
    assert_eq!(judge.complaints().await, Vec::<String>::new());
    let update = json!({"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private", "first_name": "A"},
        "from": {"id": 1, "is_bot": false, "first_name": "A"}, "text": "forged"}});
    let call = |secret: Option<&str>| {
        let request = judge.client.post(format!("http://{address}/telegram/webhook")).json(&update);
        secret.iter().fold(request, |request, secret| request.header("x-telegram-bot-api-secret-token", *secret)).send()
    };
    for secret in [None, Some(""), Some("wrong"), Some(TOKEN)] {
        assert_eq!(call(secret).await.unwrap().status().as_u16(), 401, "{secret:?}");
    }
    program.stop().await;
}

async fn served(database: &Database, judge: &Judge, webhook: Option<String>) -> Program {
    let url = judge.at("");
    Program::start_at(database, webhook.clone(), |settings| {
        let telegram = crate::peers::telegram::Telegram::elsewhere(url);
        bot(settings, &telegram);
        if webhook.is_some() {
            settings.telegram.mode = "webhook".to_owned();
        }
    })
    .await
}
