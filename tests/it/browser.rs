//! The panel in a real browser against the real program: the panel's own Playwright tests (`bots/web/panel/e2e`).
//!
//! Promises: the program is the one that people run, with a database of its own and the demo's venues; nothing is scripted but
//! the person in front of the screen.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::harness;

/// Where Debian, others and a person's own choice keep the browser.
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|path| path.exists())
}

struct Server {
    child: Child,
    url: String,
    folder: PathBuf,
}

impl Server {
    async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("eventos-browser-{}", std::process::id()));
        let mut child = Command::new(env!("CARGO_BIN_EXE_eventos"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&folder)
            // A browser's person types faster than one.
            .env("EVENTOS_LIMITS__AI_WIZARD", "0")
            // The other program that is told of things runs beside the browser.
            .env("EVENTOS_PUBLISHER__WEBHOOKS_PRIVATE", "true")
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
        let url = tokio::time::timeout(Duration::from_mins(4), ready).await.expect("the program is ready");
        // What it prints from now on is read, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, url, folder }
    }

    async fn stop(mut self) {
        let id = self.child.id().map(|id| id.to_string()).unwrap_or_default();
        Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        self.child.wait().await.unwrap();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_use_the_panel_in_a_real_browser() {
    let panel = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bots/web/panel");
    let Some(chromium) = chromium() else {
        return harness::skip(
            "there is no Chromium here (tools/setup.sh tests installs it as root; CHROMIUM names another)",
        );
    };
    if !panel.join("dist/index.html").exists() || !panel.join("node_modules/.bin/playwright").exists() {
        return harness::skip("the panel is not built (make panel)");
    }
    let server = Server::start().await;
    let output = Command::new("node_modules/.bin/playwright")
        .arg("test")
        .current_dir(&panel)
        .env("BASE_URL", &server.url)
        .env("CHROMIUM", chromium)
        .env("CI", "1")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    server.stop().await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(" passed"), "nothing ran: {said}");
}
