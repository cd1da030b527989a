//! telegram-test-api, a stand-in for Telegram that others wrote and know nothing of us, behind a proxy that checks each of our requests
//! against the published description of the Bot API. Runs where the proxy lies beside the project.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::bot;
use crate::harness::ports::Port;
use crate::harness::program::Program;
use crate::harness::python::python;
use crate::harness::{self, npm, shared};
use crate::peers::telegram::{TOKEN, Telegram};

/// Both, for as long as this lives.
struct Others {
    children: [Child; 2],
    _ports: [Port; 2],
    client: reqwest::Client,
    /// Where people write, and where the bot asks.
    people: String,
    bot: String,
}

impl Drop for Others {
    fn drop(&mut self) {
        for child in &mut self.children {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

impl Others {
    /// `None`, said aloud, where they are not at hand.
    async fn start() -> Option<Self> {
        let proxy = shared("peers/tg_proxy.py")?;
        let (Some(python), Some(folder)) =
            (python("telegram-judge", &["aiohttp==3.14.5"], "aiohttp"), npm::package("telegram-test-api", "4.2.1"))
        else {
            harness::note_skip("telegram-test-api or aiohttp is not to be had");
            return None;
        };
        let ports = [Port::new(), Port::new()];
        let [server, checked] = ports.each_ref().map(Port::number);
        let script = format!(
            "new (require('telegram-test-api'))({{port: {server}, host: '127.0.0.1', storeTimeout: 600}}).start()"
        );
        let mut node = Command::new("node");
        node.args(["-e", &script]).current_dir(folder);
        let (people, bot) = (format!("http://127.0.0.1:{server}"), format!("http://127.0.0.1:{checked}"));
        let mut check = Command::new(python);
        check.arg(proxy).args(["--port", &checked.to_string(), "--upstream", &people, "--fix", "tta", "--camel"]);
        check.env("PYTHONDONTWRITEBYTECODE", "1");
        let start = |command: &mut Command| {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let children = [start(&mut node), start(&mut check)];
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let others = Self { children, _ports: ports, client, people, bot };
        let begun = Instant::now();
        while begun.elapsed() < harness::PATIENCE {
            let up = others.client.get(format!("{}/_ctl/log", others.bot)).send().await.is_ok();
            if up && others.client.post(format!("{}/getUpdates", others.people)).send().await.is_ok() {
                return Some(others);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("telegram-test-api or its proxy does not answer");
    }

    async fn post(&self, what: &str, mut body: Value) {
        let person = json!({"id": 1, "first_name": "Ann", "username": "ann", "is_bot": false});
        let common = json!({"botToken": TOKEN, "date": 1, "from": person, "chat": {"id": 1, "first_name": "Ann", "type": "private"}});
        for (name, value) in common.as_object().unwrap() {
            body[name] = value.clone();
        }
        let sent = self.client.post(format!("{}/{what}", self.people)).json(&body).send().await.unwrap();
        assert_eq!(sent.status(), 200, "{what}: {body}");
    }

    async fn say(&self, text: &str) {
        self.post("sendMessage", json!({"text": text})).await;
    }

    async fn command(&self, text: &str) {
        let entity = json!({"offset": 0, "length": text.len(), "type": "bot_command"});
        self.post("sendCommand", json!({"text": text, "entities": [entity]})).await;
    }

    async fn requests(&self) -> Vec<Value> {
        self.client.get(format!("{}/_ctl/log", self.bot)).send().await.unwrap().json().await.unwrap()
    }

    /// Waits for a message of the bot's with these words.
    async fn until(&self, words: &str) -> Value {
        let begun = Instant::now();
        while begun.elapsed() < harness::PATIENCE {
            let requests = self.requests().await;
            let found = requests
                .into_iter()
                .rev()
                .find(|request| request["params"]["text"].as_str().is_some_and(|text| text.contains(words)));
            if let Some(found) = found {
                return found["params"].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("in vain: {words:?} {:#?}", self.requests().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stand_in_of_others_and_the_published_description_agree_with_us() {
    let Some(others) = Others::start().await else { return };
    let database = harness::database().await;
    let telegram = Telegram::elsewhere(others.bot.clone());
    let program = Program::start_with(&database, |settings| bot(settings, &telegram)).await;
    program.app.serve_chats();
    others.command("/start").await;
    others.say("A jazz night called Blue Notes for 80 people in Halifax").await;
    others.until("Blue Notes").await;
    others.command("/language").await;
    let asked = others.until("Which language").await;
    let data = &asked["reply_markup"]["inline_keyboard"][0][1]["callback_data"];
    let message = json!({"message_id": 1, "date": 1, "text": "Which language?", "chat": {"id": 1, "first_name": "Ann", "type": "private"}});
    others.post("sendCallback", json!({"data": data, "message": message})).await;
    // From here on the wizard speaks French.
    others.until("Il reste à préciser").await;
    let wrong: Vec<Value> = others
        .requests()
        .await
        .into_iter()
        .filter(|request| request["problems"].as_array().is_some_and(|problems| !problems.is_empty()))
        .collect();
    assert_eq!(wrong, [] as [Value; 0]);
    program.stop().await;
}
