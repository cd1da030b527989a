//! Mails to servers that others wrote (aiosmtpd, `MailDev`), which refuse and hang up in every phase of a mail, and read what we send; and
//! webhooks that somebody else's stand-in for Stripe (localstripe) signed.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};

use super::scene::Scene;
use crate::harness::ports::Port;
use crate::harness::python::python;
use crate::harness::{self, Folder, Role};
use crate::peers::stripe::{Mood, StripePeer};
use crate::peers::{judges, node};

/// A mail server that fails where it is told, for as long as this lives.
async fn server(python: &Path, folder: &Path, phase: &str, what: &str) -> Server {
    let mut command = Command::new(python);
    command.arg(folder.join("mail.py")).args([phase, what]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    Server { _child: child, lines, port: first.strip_prefix("port ").unwrap().parse().unwrap() }
}

/// Ends with this; what it took comes line by line.
struct Server {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: u16,
}

/// A way to whichever server stands behind it just now.
async fn way(to: Arc<AtomicU16>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut ours, _)) = listener.accept().await {
            let to = to.load(Ordering::SeqCst);
            tokio::spawn(async move {
                if let Ok(mut theirs) = TcpStream::connect(("127.0.0.1", to)).await {
                    copy_bidirectional(&mut ours, &mut theirs).await.ok();
                }
            });
        }
    });
    port
}

async fn scene(port: u16) -> Scene {
    Scene::start(StripePeer::start(Mood::honest()).await, |settings| {
        settings.smtp_url = Some(format!("smtp://127.0.0.1:{port}").into());
        let own = &mut settings.publisher;
        (own.mail_from, own.mail_timeout_s, own.backoff_s) = ("EventOS <hello@events.example>".to_owned(), 5, 3_600);
    })
    .await
}

/// Leaves a mail and waits until its first attempt ended like this.
async fn tried(scene: &Scene, address: &str, ended: &str) {
    scene.run(&format!("insert into payment_setup_queue (kind, payload, dedupe_key) values ('mail_confirm',
        jsonb_build_object('email', '{address}', 'link', 'https://events.example/c?token=canary&x=1', 'language', 'fr'), '{address}')")).await;
    let query = format!(
        "select count(*) = 1 from payment_setup_queue where dedupe_key = '{address}' and lease_until is null and attempts = 1 and {ended}"
    );
    scene.until(address, &query).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_may_fail_in_every_phase_of_a_mail() {
    let Some(folder) = judges() else { return harness::skip("tests/judges is not installed (tools/setup.sh tests)") };
    let Some(python) = python("aiosmtpd", &["aiosmtpd==1.4.6"], "aiosmtpd") else {
        return harness::skip("no mail server in Python: aiosmtpd is not to be had");
    };
    let behind = Arc::new(AtomicU16::new(0));
    let scene = scene(way(behind.clone()).await).await;
    let again = "done_at is null and dead_at is null and last_error is not null";
    for phase in ["connect", "helo", "mail", "rcpt", "data"] {
        for (what, ended) in [("421", again), ("451", again), ("drop", again), ("550", "dead_at is not null")] {
            // A server that says 550 to EHLO is asked with HELO, as old ones want it; it says 550 to that, too.
            let server = server(&python, &folder, phase, what).await;
            behind.store(server.port, Ordering::SeqCst);
            tried(&scene, &format!("{phase}-{what}@x.org"), ended).await;
        }
    }
    let mut server = server(&python, &folder, "", "").await;
    behind.store(server.port, Ordering::SeqCst);
    tried(&scene, "ana@x.org", "done_at is not null").await;
    let taken: Value = serde_json::from_str(&server.lines.next_line().await.unwrap().unwrap()).unwrap();
    assert_eq!((&taken["to"], &taken["from"]), (&json!("ana@x.org"), &json!("hello@events.example")));
    scene.stop().await;
}

/// Asks until the answer is one that is waited for.
async fn until(what: &str, mut ask: impl AsyncFnMut() -> Option<Value>) -> Value {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < harness::PATIENCE, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn client() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_reader_finds_everything_in_a_mail() {
    let Some(folder) = judges() else { return harness::skip("tests/judges is not installed (tools/setup.sh tests)") };
    let ports = [Port::new(), Port::new()];
    let [smtp, web] = ports.each_ref().map(Port::number);
    let (smtp_text, web_text) = (smtp.to_string(), web.to_string());
    let words = [
        "node_modules/maildev/bin/maildev",
        "--smtp",
        &smtp_text,
        "--web",
        &web_text,
        "--ip",
        "127.0.0.1",
        "--web-ip",
        "127.0.0.1",
    ];
    let mut command = node(&folder, &words);
    let _server = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let (client, inbox) = (client(), format!("http://127.0.0.1:{web}/email"));
    let mails = async || {
        let answer = client.get(&inbox).send().await.ok()?;
        answer.json::<Value>().await.ok()
    };
    until("MailDev is up", mails).await;
    let scene = scene(smtp).await;
    tried(&scene, "éa@x.org", "true").await;
    tried(&scene, "ana@x.org", "done_at is not null").await;
    let found = until("the mail is there", async || {
        let all = mails().await?;
        all.as_array()?.iter().find(|mail| mail["envelope"]["to"][0]["address"] == "ana@x.org").cloned()
    })
    .await;
    let link = "https://events.example/c?token=canary&x=1";
    assert_eq!(found["from"], json!([{"address": "hello@events.example", "name": "EventOS"}]));
    assert_eq!(found["to"], json!([{"address": "ana@x.org", "name": ""}]));
    assert!(found["text"].as_str().unwrap().contains(link), "{found:#}");
    let html = found["html"].as_str().unwrap().replace("&#x2f;", "/");
    assert!(html.contains(&link.replace('&', "&amp;")), "{found:#}");
    assert!(
        found["subject"].as_str().is_some_and(|subject| !subject.is_empty()) && found["attachments"].is_null(),
        "{found:#}"
    );
    assert!(found["headers"]["message-id"].as_str().unwrap().ends_with("@events.example>"), "{found:#}");
    scene.stop().await;
}

/// Somebody else's stand-in for Stripe. It knows products, and nothing of prices.
struct LocalStripe {
    _child: Child,
    _port: Port,
    client: reqwest::Client,
    url: String,
}

impl LocalStripe {
    const KEY: &str = "sk_test_12345";

    /// `None`, said aloud, where it is not to be had.
    async fn start() -> Option<Self> {
        let Some(python) = python("localstripe", &["localstripe==1.15.10"], "localstripe") else {
            harness::skip("no other stand-in for Stripe: localstripe is not to be had");
            return None;
        };
        let port = Port::new();
        let mut command = Command::new(python);
        command.args(["-m", "localstripe.server", "--from-scratch", "--port", &port.number().to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let url = format!("http://127.0.0.1:{}", port.number());
        let stripe = Self { _child: child, _port: port, client: client(), url };
        until("localstripe is up", async || stripe.post("/v1/products", &[("name", "before")]).await).await;
        Some(stripe)
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Option<Value> {
        let request = self.client.post(format!("{}{path}", self.url)).basic_auth(Self::KEY, Some("")).form(form);
        let answer = request.send().await.ok()?;
        Some(json!({"status": answer.status().as_u16(), "body": answer.text().await.ok()?}))
    }

    /// Its products with these words in their name.
    async fn products(&self, name: &str) -> Vec<Value> {
        let request = self.client.get(format!("{}/v1/products?limit=100", self.url)).basic_auth(Self::KEY, Some(""));
        let all: Value = request.send().await.unwrap().json().await.unwrap();
        let all = all["data"].as_array().unwrap().iter();
        all.filter(|product| product["name"].as_str().unwrap().contains(name)).cloned().collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_stripe_takes_the_product_as_we_send_it_and_has_it_once() {
    let Some(stripe) = LocalStripe::start().await else { return };
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| {
        settings.stripe_secret_key = Some(LocalStripe::KEY.into());
        settings.publisher.stripe_api_base.clone_from(&stripe.url);
    })
    .await;
    let event = scene.publish("Harbour Lights", Some(2_500), &[]).await;
    // The prices are refused, as it has none; the product stays one, however often that is tried.
    let tried = "select count(*) > 0 from payment_setup_queue where kind = 'stripe_product' and (attempts > 3 or dead_at is not null)";
    scene.until("the prices were tried", tried).await;
    let products = stripe.products("Harbour Lights").await;
    assert_eq!(products.len(), 1, "{products:#?}");
    assert_eq!(products[0]["metadata"]["event_id"], event.to_string());
    assert_eq!(products[0]["active"], true);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_stripe_signs_is_taken_once_and_nothing_else() {
    let Some(stripe) = LocalStripe::start().await else { return };
    let held = Port::new();
    let ours = held.number();
    let client = client();
    let post = async |path: &str, form: &[(&str, &str)]| stripe.post(path, form).await;
    let database = harness::database().await;
    let folder = Folder::new("localstripe");
    let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
    command.args(["serve", "--listen", &format!("127.0.0.1:{ours}"), "--data-dir"]).arg(&folder);
    command
        .env("DATABASE_URL", database.url())
        .env("STRIPE_SECRET_KEY", "sk_test_12345")
        .env("STRIPE_WEBHOOK_SECRET", "whsec_right");
    let _program =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    until("we are up", async || {
        let answer = client.get(format!("http://127.0.0.1:{ours}/readyz")).send().await.ok()?;
        answer.status().is_success().then_some(Value::Null)
    })
    .await;
    let url = format!("http://127.0.0.1:{ours}/webhooks/stripe");
    let mut conn = database.connect(Role::Bootstrap).await;
    let mut taken =
        async || sqlx::query_scalar::<_, i64>("select count(*) from stripe_events").fetch_one(&mut conn).await.unwrap();
    // Who is told last knows that those before were told.
    let told = Arc::new(AtomicU16::new(0));
    let witness = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let witness_url = format!("http://{}/", witness.local_addr().unwrap());
    let count = told.clone();
    let router = axum::Router::new().fallback(move || async move {
        count.fetch_add(1, Ordering::SeqCst);
    });
    tokio::spawn(async move { axum::serve(witness, router).await });
    let tells = async |name: &str, url: &str, secret: &str| {
        let made = post(&format!("/_config/webhooks/{name}"), &[("url", url), ("secret", secret)]).await.unwrap();
        assert_eq!(made["status"], 200, "{made}");
    };
    let happens = async |times: u16| {
        post("/v1/customers", &[("description", "somebody")]).await.unwrap();
        until("everybody is told", async || (told.load(Ordering::SeqCst) >= times).then_some(Value::Null)).await;
    };
    tells("wrong", &url, "whsec_wrong").await;
    tells("witness", &witness_url, "whsec_witness").await;
    happens(1).await;
    assert_eq!(taken().await, 0, "what somebody else signed does nothing");
    tells("right", &url, "whsec_right").await;
    // In the order of their names' first registration: whoever is told after the right one is told by then.
    tells("witness-after", &witness_url, "whsec_witness").await;
    happens(3).await;
    assert_eq!(taken().await, 1, "what Stripe signed is taken, once");
}
