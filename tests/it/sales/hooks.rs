//! Words for other programs: signed, once by their id, tried again, given up, switched off, and never inside our own network.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::doors::{Person, call, person, send, signed_in};
use super::scene::Scene;
use super::{buy, event, order_of, post as form};
use crate::peers::stripe::{Mood, StripePeer};

/// An answer that never comes.
const DEAF: u16 = 0;

/// A program that is told, and what it answers next: the last answer stays.
#[derive(Clone, Default)]
struct Listener {
    heard: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    /// Where an answer points to.
    inside: String,
    /// How often somebody came there.
    led: Arc<AtomicUsize>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Listener {
    async fn start(answers: &[u16]) -> (Self, String) {
        let mut listener = Self::default();
        listener.answers.lock().unwrap().extend(answers);
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", socket.local_addr().unwrap());
        listener.inside = format!("{base}/inside");
        let take = async |State(own): State<Self>, headers: HeaderMap, body: Bytes| {
            own.heard.lock().unwrap().push((headers, String::from_utf8(body.to_vec()).unwrap()));
            let next = {
                let mut answers = own.answers.lock().unwrap();
                if answers.len() > 1 { answers.remove(0) } else { answers[0] }
            };
            if next == DEAF {
                std::future::pending::<()>().await;
            }
            (StatusCode::from_u16(next).unwrap(), [("location", own.inside.clone())])
        };
        let led = async |State(own): State<Self>| own.led.fetch_add(1, Ordering::Relaxed).to_string();
        let routes = Router::new().route("/hook", post(take)).route("/inside", axum::routing::any(led));
        let routes = routes.with_state(listener.clone());
        tokio::spawn(async move { axum::serve(socket, routes).await });
        (listener, format!("{base}/hook"))
    }

    fn heard(&self) -> Vec<(HeaderMap, String)> {
        self.heard.lock().unwrap().clone()
    }

    fn kinds(&self) -> Vec<String> {
        let kind = |(_, body): &(HeaderMap, String)| {
            serde_json::from_str::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned()
        };
        let mut kinds: Vec<String> = self.heard().iter().map(kind).collect();
        kinds.sort();
        kinds
    }
}

async fn scene(private: bool) -> Scene {
    Scene::start(StripePeer::start(Mood::honest()).await, |settings| {
        settings.accounts.alg = "ES256".to_owned();
        settings.publisher.webhooks_private = private;
    })
    .await
}

async fn add(scene: &Scene, who: &Person, url: &str, kinds: &[&str]) -> (String, String) {
    let (status, made) =
        call(&scene.program.http(), who, "/api/webhooks", Some(json!({"url": url, "kinds": kinds}))).await;
    assert_eq!(status, 201, "{made}");
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

/// Whether a word is signed as Standard Webhooks has it, by a verifier written from its text.
fn is_signed(secret: &str, headers: &HeaderMap, body: &str) -> bool {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    let wanted = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    header("webhook-signature").split(' ').any(|signature| signature == wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_told_signed_and_once_to_whoever_wants_it() {
    let scene = scene(true).await;
    let (all, url) = Listener::start(&[200]).await;
    let (some, other) = Listener::start(&[204]).await;
    event(&scene, "Tea", 0, 9).await;
    scene.settled().await;
    let http = scene.program.http();
    let (ana, eve) = (person(&scene, &http, "ana@example.com").await, person(&scene, &http, "eve@example.com").await);
    let (id, secret) = add(&scene, &ana, &url, &[]).await;
    add(&scene, &ana, &other, &["order.cancelled"]).await;
    add(&scene, &eve, &url, &[]).await;
    let order = order_of(&buy(&http, "tea", "bo@example.com", "2").await);
    assert_eq!(form(&http, &order, &[("do", "cancel")]).await.status, 303);
    scene.run("update events set capacity = 8").await;
    scene.run("update events set status = 'cancelled'").await;
    scene.settled().await;
    assert_eq!(all.kinds(), ["event.cancelled", "event.changed", "order.cancelled", "order.paid"]);
    assert_eq!(some.kinds(), ["order.cancelled"]);
    for (headers, body) in all.heard() {
        assert!(is_signed(&secret, &headers, &body), "{body}");
        assert!(!is_signed(&secret, &headers, &format!("{body} ")), "a changed word is not signed");
    }
    let heard = all.heard();
    let paid = heard.iter().find(|(_, body)| body.contains("order.paid")).unwrap();
    let paid: Value = serde_json::from_str(&paid.1).unwrap();
    assert_eq!(
        (&paid["data"]["email"], paid["data"]["tickets"].as_array().unwrap().len()),
        (&json!("bo@example.com"), 2),
        "{paid}"
    );
    // Its owner sees the log, without the secret; nobody else sees that there is one.
    let log = call(&http, &ana, &format!("/api/webhooks/{id}/deliveries"), None).await.1;
    assert_eq!(log["deliveries"].as_array().unwrap().len(), 4, "{log}");
    assert!(
        log["deliveries"].as_array().unwrap().iter().all(|one| one["status"] == "done" && one["lastStatus"] == 200)
    );
    let listed = call(&http, &ana, "/api/webhooks", None).await.1;
    assert!(!listed.to_string().contains("whsec") && !listed.to_string().contains("secret"), "{listed}");
    assert_eq!(call(&http, &eve, &format!("/api/webhooks/{id}/deliveries"), None).await.0, 404);
    assert_eq!(send(&http, &eve, "DELETE", &format!("/api/webhooks/{id}"), None).await.0, 404);
    assert_eq!(call(&http, &eve, &format!("/api/webhooks/{id}"), Some(json!({"enabled": false}))).await.0, 404);
    assert_eq!(send(&http, &eve, "POST", &format!("/api/webhooks/{id}/ping"), None).await.0, 404);
    assert!(scene.value::<bool>("select bool_and(enabled) from webhooks").await, "it tells as before");
    // Once more, under the same id.
    let delivery = log["deliveries"][0]["id"].as_str().unwrap();
    let replay = format!("/api/webhooks/{id}/deliveries/{delivery}/replay");
    assert_eq!(send(&http, &eve, "POST", &replay, None).await.0, 404);
    assert_eq!(send(&http, &ana, "POST", &replay, None).await.0, 200);
    scene.settled().await;
    let again = all.heard();
    assert_eq!(again.len(), 5);
    assert_eq!(again[4].0["webhook-id"].to_str().unwrap(), delivery);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_tried_until_it_is_taken_given_up_or_not_wanted_any_more() {
    let scene = scene(true).await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let (stubborn, url) = Listener::start(&[500, 302, 429, 200]).await;
    let (id, _) = add(&scene, &ana, &url, &[]).await;
    let ping = async |id: &str| send(&http, &ana, "POST", &format!("/api/webhooks/{id}/ping"), None).await.0;
    assert_eq!(ping(&id).await, 200);
    scene.settled().await;
    let ids: Vec<String> =
        stubborn.heard().iter().map(|(headers, _)| headers["webhook-id"].to_str().unwrap().to_owned()).collect();
    assert_eq!((ids.len(), ids.iter().all(|one| *one == ids[0])), (4, true), "one word, tried four times");
    assert_eq!(stubborn.led.load(Ordering::Relaxed), 0, "a redirect is not followed");
    let stands: (String, i32) = scene.row("select status, attempts from webhook_deliveries").await;
    assert_eq!(stands, ("done".to_owned(), 4));
    // Three days old: it is the last try, and no dead letter for the operator.
    let (deaf, url) = Listener::start(&[503]).await;
    let (id, _) = add(&scene, &ana, &url, &["event.changed"]).await;
    scene.run("create function old() returns trigger language plpgsql as $$ begin new.first_tried_at := now() - interval '73 hours'; return new; end $$;").await;
    scene.run("create trigger old before insert on payment_setup_queue for each row when (new.kind = 'webhook') execute function old()").await;
    assert_eq!(ping(&id).await, 200);
    scene.settled().await;
    assert_eq!(deaf.heard().len(), 1);
    let given_up: (String, Option<i32>) =
        scene.row("select status, last_status from webhook_deliveries order by created_at desc limit 1").await;
    assert_eq!(given_up, ("failed".to_owned(), Some(503)));
    scene.run("drop trigger old on payment_setup_queue").await;
    // 410: nothing more is wanted there.
    let (gone, url) = Listener::start(&[410]).await;
    let (id, _) = add(&scene, &ana, &url, &[]).await;
    assert_eq!(ping(&id).await, 200);
    scene.settled().await;
    let one = call(&http, &ana, "/api/webhooks", None).await.1["webhooks"][0].clone();
    assert_eq!((&one["enabled"], &one["disabledBecause"]), (&json!(false), &json!("gone")), "{one}");
    assert_eq!(ping(&id).await, 200);
    scene.settled().await;
    assert_eq!(gone.heard().len(), 1, "nothing is sent there any more");
    assert_eq!(call(&http, &ana, &format!("/api/webhooks/{id}"), Some(json!({"enabled": true}))).await.0, 200);
    assert_eq!(ping(&id).await, 200);
    scene.settled().await;
    assert_eq!(gone.heard().len(), 2);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_tells_of_its_own_event_while_it_is_on_and_nobody_has_too_many() {
    let scene = scene(true).await;
    let http = scene.program.http();
    event(&scene, "Tea", 0, 9).await;
    event(&scene, "Cake", 0, 9).await;
    let (ana, eve) = (person(&scene, &http, "ana@example.com").await, person(&scene, &http, "eve@example.com").await);
    let (tea, url) = Listener::start(&[200]).await;
    let (off, other) = Listener::start(&[200]).await;
    let id: String = scene.value("select id::text from events where name = 'Tea'").await;
    let one = json!({"url": url, "kinds": ["order.paid"], "eventId": id});
    assert_eq!(call(&http, &eve, "/api/webhooks", Some(one.clone())).await.0, 422, "it is not Eve's event");
    assert_eq!(call(&http, &ana, "/api/webhooks", Some(one)).await.0, 201);
    let (switched, _) = add(&scene, &ana, &other, &["order.paid"]).await;
    assert_eq!(call(&http, &ana, &format!("/api/webhooks/{switched}"), Some(json!({"enabled": false}))).await.0, 200);
    order_of(&buy(&http, "cake", "bo@example.com", "1").await);
    order_of(&buy(&http, "tea", "cy@example.com", "1").await);
    scene.settled().await;
    assert_eq!((tea.heard().len(), off.heard().len()), (1, 0));
    assert!(tea.heard()[0].1.contains("cy@example.com"), "of its own event alone");
    scene.run("insert into webhooks (owner_id, url, secret) select owner_id, url, secret from webhooks, generate_series(1, 18) where enabled").await;
    let (status, refused) = call(&http, &ana, "/api/webhooks", Some(json!({"url": url}))).await;
    assert_eq!(status, 422, "{refused}");
    let visitor = signed_in(&scene, &http, "gus@example.com", "attendee").await;
    for path in
        ["/api/webhooks".to_owned(), format!("/api/webhooks/{switched}"), format!("/api/webhooks/{switched}/ping")]
    {
        let body = if path.ends_with("webhooks") { json!({"url": url}) } else { json!({"enabled": true}) };
        assert_eq!(
            call(&http, &visitor, &path, Some(body)).await.0,
            403,
            "who publishes nothing has nothing to tell of: {path}"
        );
    }
    scene.stop().await;
}

/// Whoever hears our words may take as long as they like, and whoever has them told may be anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_never_answers_keeps_no_buyer_waiting() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| {
        settings.accounts.alg = "ES256".to_owned();
        settings.publisher.webhooks_private = true;
        settings.publisher.parallel = 2;
    })
    .await;
    let http = scene.program.http();
    event(&scene, "Gala", 2_500, 9).await;
    scene.settled().await;
    let ana = person(&scene, &http, "ana@example.com").await;
    let (deaf, url) = Listener::start(&[DEAF]).await;
    for _ in 0..6 {
        let (id, _) = add(&scene, &ana, &url, &[]).await;
        let ping = format!("/api/webhooks/{id}/ping");
        assert_eq!(send(&http, &ana, "POST", &ping, None).await.0, 200);
        assert_eq!(send(&http, &ana, "POST", &ping, None).await.0, 409, "one at a time");
    }
    scene
        .until(
            "they are under way",
            "select exists (select from payment_setup_queue where kind = 'webhook' and lease_until > now())",
        )
        .await;
    // Taken is not yet said.
    while deaf.heard().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let order = order_of(&buy(&http, "gala", "bo@example.com", "1").await);
    let pay = super::pay(&http, &order).await;
    assert_eq!(pay.status, 303, "{}", pay.body);
    let words: i64 =
        scene.value("select count(*) from payment_setup_queue where kind = 'webhook' and lease_until > now()").await;
    assert!(words <= 1, "one place is left for others, always");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_word_goes_inside_our_own_network() {
    let scene = scene(false).await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let (inside, url) = Listener::start(&[200]).await;
    let port = url.split(':').nth(2).unwrap();
    for odd in [
        url.as_str(),
        &format!("https://127.0.0.1:{port}"),
        "https://localhost/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://user:word@example.org/",
        "ftp://example.org",
        "",
    ] {
        let (status, refused) = call(&http, &ana, "/api/webhooks", Some(json!({"url": odd}))).await;
        assert_eq!((status, refused["error"]["fields"]["url"].is_string()), (422, true), "{odd}: {refused}");
    }
    // One that was outside when it was made, and is inside by now.
    scene.run("insert into webhooks (owner_id, url, secret) select id, 'https://localhost/hook', sha256('x') from profiles where email = 'ana@example.com'").await;
    let id: String = scene.value("select id::text from webhooks").await;
    assert_eq!(send(&http, &ana, "POST", &format!("/api/webhooks/{id}/ping"), None).await.0, 200);
    scene.until("it was tried", "select exists (select from webhook_deliveries where attempts > 0)").await;
    let why: String = scene.value("select last_error from webhook_deliveries").await;
    assert!(why.contains("private network"), "{why}");
    assert!(inside.heard().is_empty());
    let odd =
        call(&http, &ana, "/api/webhooks", Some(json!({"url": "https://example.org", "kinds": ["order.eaten"]}))).await;
    assert_eq!(odd.0, 422, "{}", odd.1);
    scene.stop().await;
}
