//! aimock, an `OpenAI` server that nobody here wrote (npm `@copilotkit/aimock`), as a peer for end-to-end tests.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::harness::Folder;

/// A running server, and the folder with its fixtures.
pub(crate) struct Aimock {
    pub(crate) url: String,
    http: reqwest::Client,
    _folder: Folder,
    _child: Child,
}

/// Starts it on these fixtures; `None`, said aloud, where it is not installed.
pub(crate) async fn start(fixtures: &[Value]) -> Option<Aimock> {
    let Some(judges) = super::judges().filter(|folder| folder.join("node_modules/@copilotkit/aimock").is_dir()) else {
        crate::harness::skip("aimock is not installed (make setup)");
        return None;
    };
    let folder = Folder::new("aimock");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("fixtures.json"), json!({"fixtures": fixtures}).to_string()).unwrap();
    let script = "node_modules/@copilotkit/aimock/dist/cli.js";
    let fixtures = folder.join("fixtures.json");
    let mut command = super::node(&judges, &[script, "--port", "0", "--fixtures", &fixtures.display().to_string()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = loop {
        let line = lines.next_line().await.unwrap().expect("aimock says where it listens");
        if let Some(at) = line.find("http://") {
            break line[at..].split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
        }
    };
    // Its words must go somewhere.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    rustls::crypto::ring::default_provider().install_default().ok();
    Some(Aimock { url, http: reqwest::Client::new(), _folder: folder, _child: child })
}

impl Aimock {
    /// Where it is, as `OPENAI_BASE_URL`.
    pub(crate) fn base(&self) -> String {
        format!("{}/v1", self.url)
    }

    /// The requests that it has had.
    pub(crate) async fn journal(&self) -> Vec<Value> {
        let answer = self.http.get(format!("{}/__aimock/journal", self.url)).send().await.unwrap();
        let journal: Value = answer.json().await.unwrap();
        journal.as_array().cloned().or_else(|| journal["entries"].as_array().cloned()).unwrap_or_default()
    }
}
