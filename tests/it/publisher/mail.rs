//! Mails to a real server that refuses, hangs up and dawdles in every phase.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use super::scene::Scene;
use crate::harness;
use crate::peers::stripe::{Mood, StripePeer};
use crate::peers::{judges, node};

/// The mail server, and what it took.
struct Server {
    _process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Server {
    async fn start(folder: &std::path::Path) -> Self {
        let mut command = node(folder, &["mail.mjs"]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().unwrap();
        Self { _process: process, lines, port: first.strip_prefix("port ").unwrap().parse().unwrap() }
    }

    async fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next_line().await.unwrap().unwrap()).unwrap()
    }
}

fn message_id(mail: &Value) -> String {
    let raw = mail["raw"].as_str().unwrap();
    raw.lines().find(|line| line.starts_with("Message-ID: ")).unwrap_or_else(|| panic!("{raw}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_may_refuse_hang_up_and_dawdle_and_nothing_is_lost_or_told_twice() {
    let Some(folder) = judges() else { return harness::skip("tests/judges is not installed (tools/setup.sh tests)") };
    let mut server = Server::start(&folder).await;
    let url = format!("smtp://127.0.0.1:{}", server.port);
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| {
        settings.smtp_url = Some(url.into());
        let own = &mut settings.publisher;
        (own.mail_from, own.mail_timeout_s, own.backoff_s) = ("EventOS <hello@events.example>".to_owned(), 5, 3_600);
    })
    .await;
    let tried = async |address: &str, ended: &str| {
        scene.run(&format!("insert into payment_setup_queue (kind, payload, dedupe_key) values ('mail_confirm',
            jsonb_build_object('email', '{address}', 'link', 'https://events.example/c?token=canary', 'language', 'fr'), '{address}')")).await;
        let query = format!(
            "select count(*) = 1 from payment_setup_queue where dedupe_key = '{address}' and lease_until is null and attempts = 1 and {ended}"
        );
        scene.until(address, &query).await;
    };
    tried("ana@example.com", "done_at is not null and payload = '{}'").await;
    let mail = server.next().await;
    assert_eq!((&mail["to"], &mail["from"]), (&"ana@example.com".into(), &"hello@events.example".into()));
    assert!(message_id(&mail).ends_with("@events.example>"));
    for (address, why) in [
        ("rcpt-421@x.org", "421"),
        ("rcpt-451@x.org", "451"),
        ("data-451@x.org", "451"),
        ("rcpt-drop@x.org", "hung up"),
        ("data-drop@x.org", "hung up"),
        ("rcpt-535@x.org", "535"),
        ("data-slow@x.org", "too long"),
    ] {
        tried(address, &format!("done_at is null and dead_at is null and last_error like '%{why}%'")).await;
    }
    for (address, why) in [("rcpt-550@x.org", "550"), ("data-554@x.org", "554"), ("no address at all", "nobody")] {
        tried(address, &format!("dead_at is not null and last_error like '%{why}%'")).await;
    }
    // It took the mail and did not say so: the same mail comes again under the same name.
    tried("taken-drop@x.org", "done_at is null and dead_at is null").await;
    let first = loop {
        let mail = server.next().await;
        if mail["to"] == "taken-drop@x.org" {
            break mail;
        }
        assert_eq!(mail["to"], "data-slow@x.org", "nothing else was taken");
    };
    scene.run("update payment_setup_queue set next_retry_at = now() where dedupe_key = 'taken-drop@x.org'").await;
    let second = server.next().await;
    assert_eq!((message_id(&first), &first["to"]), (message_id(&second), &second["to"]));
    scene.stop().await;
}
