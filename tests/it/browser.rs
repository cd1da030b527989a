//! The panel in a real browser against the real program: the panel's own Playwright tests (`bots/web/panel/e2e`).
//!
//! Promises: the program is the one that people run, with a database of its own and the demo's venues; nothing is scripted but
//! the person in front of the screen.

use std::path::PathBuf;

use tokio::process::Command;

use crate::harness;
use crate::harness::served::Served;

/// Where Debian, others and a person's own choice keep the browser.
pub(crate) fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|path| path.exists())
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
    // A browser's person types faster than one; and the other program that is told of things runs beside the browser.
    let env = [("EVENTOS_LIMITS__AI_WIZARD", "0"), ("EVENTOS_PUBLISHER__WEBHOOKS_PRIVATE", "true")];
    let server = Served::start("browser", &env).await;
    let output = Command::new("node_modules/.bin/playwright")
        .arg("test")
        .current_dir(&panel)
        .env("BASE_URL", &server.url)
        .env("CHROMIUM", chromium)
        .env("OUTBOX", server.folder.join("outbox"))
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
