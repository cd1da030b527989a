//! Somebody else's Discord judges the bot: `SimCord` behind a bridge, where it is at hand. It checks every request against the platform's
//! published description, keeps the interaction's rules, and drops the gateway.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use discord_peer::Certificate;
use eventos::settings::{Discord, DiscordPlace};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::harness::ports::Port;
use crate::harness::python::python;
use crate::harness::{self, Database, Folder, program::Program};

/// The bridge's token.
const TOKEN: &str = "MTIz.fake.token";

/// The bridge, and the program that talks to it.
struct Court {
    bridge: Child,
    _ports: [Port; 2],
    base: String,
    client: reqwest::Client,
    program: Option<Program>,
    database: Database,
    files: Vec<Folder>,
}

/// The folder with the bridge, and a Python that has what it needs.
fn bridge() -> Option<(PathBuf, PathBuf)> {
    let shared = std::env::var_os("EVENTOS_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let folder = shared.join("peers");
    if !folder.join("dc_bridge.py").exists() {
        harness::note_skip(
            "SimCord behind its bridge, which judges the Discord bot and lies outside the project, is not at hand",
        );
        return None;
    }
    let needed = folder.join("requirements.txt");
    let Some(python) = python("discord-judge", &["-r", needed.to_str()?], "simcord") else {
        harness::note_skip("no Python with SimCord can be had to judge the Discord bot");
        return None;
    };
    Some((folder, python))
}

/// How the program and the bridge meet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    Tls,
    Requests,
}

impl Court {
    async fn sit((folder, python): &(PathBuf, PathBuf), way: Way) -> Self {
        let ports = [Port::new(), Port::new()];
        let [port, tls] = ports.each_ref().map(Port::number);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let made = Certificate::new();
        let files = [&made.authority, &made.certificate, &made.key].map(|pem| Folder::file("discord", pem.as_bytes()));
        let mut command = Command::new(python);
        command.arg(folder.join("dc_bridge.py")).args([
            "--port",
            &port.to_string(),
            "--token",
            &format!("Bot {TOKEN}"),
        ]);
        command.args(["--tls", &tls.to_string(), "--cert"]).arg(&files[1]).arg("--key").arg(&files[2]);
        if way == Way::Requests {
            command
                .args(["--interactions", &format!("http://{}/discord/interactions", listener.local_addr().unwrap())]);
        }
        let bridge = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let base = format!("http://127.0.0.1:{port}");
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut court = Self {
            bridge,
            _ports: ports,
            base,
            client: reqwest::Client::new(),
            program: None,
            database: harness::database().await,
            files: files.into(),
        };
        court.until("the bridge is up", async |court| court.get("/_ctl/log").await.is_some()).await;
        let place = match way {
            Way::Plain | Way::Requests => DiscordPlace::Instead(court.base.clone()),
            Way::Tls => {
                DiscordPlace::Resolved(format!("127.0.0.1:{tls}").parse().unwrap(), court.files[0].to_path_buf())
            }
        };
        let key = Ed25519KeyPair::from_seed_unchecked(&[0x11; 32]).unwrap();
        let hex = key.public_key().as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let public_key = (way == Way::Requests).then_some(hex);
        let told = Discord { token: Some(SecretString::from(TOKEN)), public_key, place };
        let program = Program::start_with(&court.database, |settings| settings.discord = told).await;
        program.app.serve_chats();
        let (router, stop) = (program.app.http(), program.app.stop.clone());
        tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await });
        court.program = Some(program);
        let sign = if way == Way::Requests { "/commands" } else { "READY" };
        court
            .until("the bot is there", async |court| {
                court.log().await.iter().any(|line| line.to_string().contains(sign))
            })
            .await;
        court
    }

    async fn get(&self, path: &str) -> Option<Value> {
        let response = self.client.get(format!("{}{path}", self.base)).send().await.ok()?;
        response.json().await.ok()
    }

    async fn log(&self) -> Vec<Value> {
        self.get("/_ctl/log").await.and_then(|log| log.as_array().cloned()).unwrap_or_default()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let response = self.client.post(format!("{}{path}", self.base)).json(&body).send().await.unwrap();
        response.json().await.unwrap_or_default()
    }

    async fn act(&self, act: Value) -> Value {
        let done = self.post("/_ctl/act", act.clone()).await;
        assert!(done.get("impossible").is_none() && done.get("driver_error").is_none(), "{act}: {done}");
        done
    }

    /// What the bot wrote to alice in private.
    async fn messages(&self, place: &str) -> Vec<Value> {
        let all = self.get(&format!("/_ctl/messages?where={place}")).await.unwrap_or_default();
        all.as_array().into_iter().flatten().filter(|message| message["author"]["bot"] == true).cloned().collect()
    }

    async fn shows(&self, place: &str, words: &str) -> Value {
        let begun = Instant::now();
        loop {
            let messages = self.messages(place).await;
            if let Some(message) = messages.iter().rev().find(|message| message.to_string().contains(words)) {
                return message.clone();
            }
            assert!(
                begun.elapsed() < harness::PATIENCE,
                "{words:?} does not come: {messages:#?}\n{:#?}",
                self.faults().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn until(&self, what: &str, holds: impl AsyncFn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self).await {
            assert!(begun.elapsed() < harness::PATIENCE, "in vain: {what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the judge found wrong in what the bot sent.
    async fn faults(&self) -> Vec<String> {
        let log = self.log().await;
        let spec = log.iter().flat_map(|line| {
            let found = line["openapi"].as_array().cloned().unwrap_or_default();
            found.into_iter().map(|fault| format!("{} {}: {fault}", line["m"], line["path"]))
        });
        let refused = log
            .iter()
            .filter(|line| line["fault"] != true && line["status"].as_u64().is_some_and(|status| status >= 400));
        spec.chain(refused.map(|line| format!("refused: {line}"))).collect()
    }

    async fn rise(mut self) {
        let faults = self.faults().await;
        if let Some(program) = self.program.take() {
            program.stop().await;
        }
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

impl Drop for Court {
    fn drop(&mut self) {
        // It may have fallen over.
        self.bridge.kill().ok();
        self.bridge.wait().ok();
    }
}

/// A conversation with everything in it: words, a command, a menu or a button, a form.
async fn conversation(court: &Court) {
    court.act(json!({"do": "send", "where": "dm", "content": "a concert called *Harbour* Lights for 80 people"})).await;
    court.shows("dm", "Harbour").await;
    court.act(json!({"do": "slash", "where": "dm", "name": "summary"})).await;
    let card = court.shows("dm", "\"Change\"").await;
    let change = card["components"].as_array().into_iter().flatten().find_map(|row| {
        row["components"].as_array()?.iter().find(|part| part["label"] == "Change")?["custom_id"]
            .as_str()
            .map(str::to_owned)
    });
    let opened = court.act(json!({"do": "click", "where": "dm", "message": card["id"], "custom_id": change})).await;
    court.act(json!({"do": "modal", "where": "dm", "interaction": opened["id"], "values": {"name": "Pier Lights", "description": "", "text": ""}})).await;
    court.shows("dm", "Pier Lights").await;
    court.act(json!({"do": "slash", "where": "guild", "name": "help"})).await;
    court.act(json!({"do": "slash", "where": "dm", "name": "drafts"})).await;
    court.shows("dm", "Your events").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_judge_finds_nothing_over_tls_with_limits() {
    let Some(bridge) = bridge() else { return };
    let court = Court::sit(&bridge, Way::Tls).await;
    conversation(&court).await;
    for (path, global) in [("/interactions/*", false), ("/webhooks/*", false), ("/channels/*/messages", true)] {
        let fault = json!({"method": "*", "path": path, "times": 1, "retry_after": 0.5, "global": global});
        court.post("/_ctl/fault", fault).await;
        court.act(json!({"do": "slash", "where": "dm", "name": "help", "wait": 2})).await;
        court.act(json!({"do": "send", "where": "dm", "content": format!("it is called Number {}", path.len())})).await;
        court.shows("dm", &format!("Number {}", path.len())).await;
    }
    court.rise().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_judge_drops_the_gateway_and_nothing_is_lost() {
    let Some(bridge) = bridge() else { return };
    let court = Court::sit(&bridge, Way::Plain).await;
    court.act(json!({"do": "send", "where": "dm", "content": "hello"})).await;
    court.until("greeted", async |court| !court.messages("dm").await.is_empty()).await;
    for (number, drop) in
        [json!({"hold": 3}), json!({"op": 7}), json!({"op": 9}), json!({"code": 4000})].into_iter().enumerate()
    {
        court.post("/_ctl/drop", drop.clone()).await;
        let name = format!("Round{number}");
        court.act(json!({"do": "send", "where": "dm", "content": format!("it is called {name}")})).await;
        court.shows("dm", &name).await;
    }
    conversation(&court).await;
    court.rise().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_judge_signs_its_requests() {
    let Some(bridge) = bridge() else { return };
    let court = Court::sit(&bridge, Way::Requests).await;
    court.act(json!({"do": "slash", "where": "dm", "name": "new"})).await;
    court.until("greeted", async |court| !court.messages("dm").await.is_empty()).await;
    court.act(json!({"do": "slash", "where": "dm", "name": "summary"})).await;
    court.rise().await;
}
