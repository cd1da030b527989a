//! The official clients of AG-UI and `CopilotKit`, in Node, against a server of our routes.
//!
//! `tests/clients/drive.mjs` says what is tried. Where Node or the packages are not at hand this is skipped aloud.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use axum::routing::post;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::routes;
use crate::theatre::Theatre;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// A passing test's output is not shown: what was skipped is gathered in a file, which `tools/test.sh` prints at the end.
fn skip(reason: &str) {
    println!("skipped: {reason}");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped.txt");
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    writeln!(file, "skipped: {reason}").unwrap();
    assert!(std::env::var_os("REQUIRE_ALL").is_none(), "nothing may be skipped here: {reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_clients_accept_every_stream() {
    let has_node = Command::new("node").arg("--version").stdout(Stdio::null()).status().await;
    if !has_node.is_ok_and(|status| status.success()) {
        return skip("the official AG-UI and CopilotKit clients: node is not installed");
    }
    if !folder().join("node_modules").is_dir() {
        return skip("the official AG-UI and CopilotKit clients: run `npm ci --prefix bots/web/tests/clients`");
    }
    let theatre = Theatre::default();
    let go_on = theatre.clone();
    let routes = routes(Arc::new(theatre)).route("/go-on", post(async move || go_on.go_on()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
    let driven = Command::new("node").arg("drive.mjs").arg(&address).current_dir(folder()).output().await.unwrap();
    serving.abort();
    let (out, err) = (String::from_utf8_lossy(&driven.stdout), String::from_utf8_lossy(&driven.stderr));
    assert!(driven.status.success(), "{out}\n{err}");
    assert_eq!(out.lines().filter(|line| line.starts_with("ok: ")).count(), 11, "{out}\n{err}");
}
