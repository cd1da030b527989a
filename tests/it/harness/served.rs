//! The program as people run it: a process of its own, with a database and a folder of its own.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::folder::Folder;

pub(crate) struct Served {
    child: Child,
    pub(crate) url: String,
    pub(crate) folder: Folder,
    env: Vec<(String, String)>,
}

impl Served {
    /// Starts it on a free port; `name` names its folder.
    pub(crate) async fn start(name: &str, env: &[(&str, &str)]) -> Self {
        let folder = Folder::new(name);
        let env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut child = Command::new(env!("CARGO_BIN_EXE_eventos"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&folder)
            .envs(env.clone())
            .env_remove("DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(url) = line.strip_prefix("ready ") {
                    return url.to_owned();
                }
            }
            panic!("the program ended before it was ready");
        };
        let url = tokio::time::timeout(super::PATIENCE, ready).await.expect("the program is ready");
        // What it prints from now on is read, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, url, folder, env }
    }

    /// What another command of the program says about this one's folder.
    pub(crate) async fn ask(&self, words: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
        command.args(words).arg("--data-dir").arg(&self.folder).envs(self.env.clone()).env_remove("DATABASE_URL");
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) async fn stop(mut self) {
        let id = self.child.id().map(|id| id.to_string()).unwrap_or_default();
        Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        self.child.wait().await.unwrap();
    }
}
