//! The panel in a real browser against the real program: the panel's own Playwright tests (`bots/web/panel/e2e`).
//!
//! Promises: the program is the one that people run, with a database of its own and the demo's venues; nothing is scripted but
//! the person in front of the screen. A second one has its limits as they come and a model that stops in the middle of an answer.

use std::path::PathBuf;

use tokio::process::Command;

use crate::harness;
use crate::harness::served::Served;
use crate::peers::model::{Act, Fake, KEY, Step, done, finish, says, usage, words};

/// Where Debian, others and a person's own choice keep the browser.
pub(crate) fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|path| path.exists())
}

/// An answer that stops in its middle until this gate is opened.
fn halting(gate: &'static str) -> Act {
    let mut act = vec![Step::Open];
    act.extend("A fine idea. Small rooms ".split_inclusive(' ').map(words));
    act.push(Step::Gate(gate));
    act.extend("sound best for that. Tell me more.".split_inclusive(' ').map(words));
    act.extend([finish("stop"), usage(700, 30), done(), Step::End]);
    act
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
    let model = Fake::start().await;
    model.always(says("Glad to help."));
    // As `GATED` of the panel's tests (e2e/person.ts).
    model.on("Tickets are 35 dollars", halting("reload"));
    model.on("It is for 60 people", halting("stop"));
    let asked = model.url();
    // What waits at a gate is late by no clock.
    let patience = [
        ("OPENAI_API_KEY", KEY),
        ("OPENAI_BASE_URL", asked.as_str()),
        ("EVENTOS_MODELS__ANSWER_WITHIN_MS", "60000"),
        ("EVENTOS_MODELS__FIRST_TOKEN_MS", "60000"),
        ("EVENTOS_MODELS__GAP_MS", "240000"),
        ("EVENTOS_MODELS__WHOLE_MS", "240000"),
        ("EVENTOS_WIZARD__TURN_DEADLINE_S", "300"),
    ];
    let second = Served::start("browser-second", &patience).await;
    let output = Command::new("node_modules/.bin/playwright")
        .arg("test")
        .current_dir(&panel)
        .env("BASE_URL", &server.url)
        .env("SECOND_URL", &second.url)
        .env("GATE_URL", format!("http://{}", model.address))
        .env("CHROMIUM", chromium)
        .env("OUTBOX", server.folder.join("outbox"))
        .env("CI", "1")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    server.stop().await;
    second.stop().await;
    let said = String::from_utf8_lossy(&output.stdout);
    // What fell stands at the end of what the tests say (e2e/lastWords.ts), so it also stands at the end of this.
    assert!(output.status.success(), "{}\n{said}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(" passed") && !said.contains(" skipped"), "not everything ran: {said}");
    assert!(model.hung_up() > 0, "what was stopped was no longer asked for: {said}");
    assert_eq!(model.faults(), [""; 0]);
}
