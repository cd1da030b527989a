//! How often somebody may ask, over the door and over real sockets: what passes, what is refused, what is written down.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::ConnectInfo;
use axum::http::Request;
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::clock::FixedClock;
use eventos::domain::draft::Draft;
use eventos::door::rate::{Endpoint, Limits, Rule, Rules};
use eventos::http::admission::admit;
use eventos::http::error::HttpError;
use eventos::http::router::{HttpState, router};
use eventos::store::audit::{self, Origin};
use eventos::store::database::{Actor, Store};
use eventos::store::{events, people};
use port::{Accepted, Body, Chat, Command, Door, Incoming, Refusal, Replies, Reply, Sender, SessionChoice};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::harness::program::{NOW, Program};
use crate::harness::{self, Database, Role};

async fn limited(database: &Database) -> Program {
    Program::start_with(database, |settings| settings.limits.ai_wizard = 30).await
}

/// Sends a message and hears its answer to the end.
async fn send(door: &Arc<dyn Door>, email: &str, session: SessionChoice, id: &str) -> Result<Accepted, Refusal> {
    let (replies, mut heard) = Replies::channel();
    let incoming = Incoming {
        id: id.to_owned(),
        from: Sender::Local { email: Some(email.to_owned()) },
        chat: Chat { channel: "web", account: String::new(), session },
        body: Body::Command(Command::Summary),
        replies,
    };
    let accepted = door.accept(incoming).await?;
    while let Some(reply) = heard.recv().await {
        if reply == Reply::Done {
            break;
        }
    }
    Ok(accepted)
}

async fn count(database: &Database, query: &'static str) -> i64 {
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query_scalar(query).fetch_one(&mut conn).await.unwrap()
}

const BLOCKS: &str = "select count(*) from security_audit_log where event_type = 'rate_limit'";
const MESSAGES: &str = "select count(*) from inbox";

#[tokio::test(flavor = "multi_thread")]
async fn the_thirty_first_turn_is_refused_for_a_minute_that_nothing_lengthens() {
    let database = harness::database().await;
    let program = limited(&database).await;
    let door = program.door();
    let session = send(&door, "ana@example.com", SessionChoice::New, "m-0").await.unwrap().session;
    let mine = || SessionChoice::Id(session.clone());
    for number in 1..30 {
        send(&door, "ana@example.com", mine(), &format!("m-{number}")).await.unwrap();
    }
    program.clock.advance(59);
    let refused = |retry_after_s| Err(Refusal::TooFast { retry_after_s });
    assert_eq!(send(&door, "ana@example.com", mine(), "m-30").await, refused(60));
    program.clock.advance(25);
    assert_eq!(send(&door, "ana@example.com", mine(), "m-31").await, refused(35));
    assert_eq!(send(&door, "ana@example.com", SessionChoice::New, "m-32").await, refused(35));
    assert_eq!(count(&database, MESSAGES).await, 30, "nothing of what was refused is written");
    assert_eq!(count(&database, "select count(*) from wizard_sessions").await, 1);
    assert_eq!(count(&database, BLOCKS).await, 1, "one line for one block");

    // What was taken in before is no new call: not refused, and not twice in the inbox.
    let again = send(&door, "ana@example.com", mine(), "m-7").await.unwrap();
    assert!(!again.fresh);
    send(&door, "ben@example.com", SessionChoice::New, "m-0").await.unwrap();
    program.clock.advance(35);
    send(&door, "ana@example.com", mine(), "m-30").await.unwrap();
    assert_eq!(count(&database, MESSAGES).await, 32);
    let mut conn = database.connect(Role::Bootstrap).await;
    let key: String = sqlx::query_scalar(
        "select a.metadata ->> 'key' from security_audit_log a join profiles p on p.id = a.user_id \
         where event_type = 'rate_limit' and p.email = 'ana@example.com' and a.metadata ->> 'key' = 'ratelimit:ai_wizard:' || p.id",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert!(key.starts_with("ratelimit:ai_wizard:"));
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_turns_at_once_thirty_pass() {
    let database = harness::database().await;
    let program = limited(&database).await;
    let door = program.door();
    // Known before, so that a hundred do not make the same person at once.
    let session = send(&door, "ana@example.com", SessionChoice::New, "m-first").await.unwrap().session;
    program.clock.advance(60);
    let sending = (0..100).map(|number| {
        let (door, session) = (door.clone(), SessionChoice::Id(session.clone()));
        tokio::spawn(async move { send(&door, "ana@example.com", session, &format!("m-{number}")).await })
    });
    let mut passed = 0;
    for sent in sending.collect::<Vec<_>>() {
        match sent.await.unwrap() {
            Ok(accepted) => passed += usize::from(accepted.fresh),
            Err(refusal) => assert_eq!(refusal, Refusal::TooFast { retry_after_s: 60 }),
        }
    }
    assert_eq!((passed, count(&database, BLOCKS).await), (30, 1));
    program.stop().await;
}

fn state(store: Store, clock: Arc<FixedClock>) -> HttpState {
    let rule = |requests| Rule { requests, window_s: 60, block_s: 0 };
    let rules = Rules {
        ai_wizard: rule(1),
        event_creation: rule(2),
        venue_search: rule(100),
        picture_upload: rule(100),
        account_export: rule(1),
        suggestions: rule(100),
        purchases: rule(20),
        visitor_reads: rule(3),
        address_uploads: rule(2),
        max_keys: 100,
        address_per_s: 0,
        address_burst: 0,
    };
    HttpState { limits: Arc::new(Limits::new(&rules, clock.clone())), ..harness::http::state(store, clock) }
}

#[tokio::test]
async fn what_a_client_does_stands_in_the_audit_log_with_where_it_came_from() {
    let database = harness::database().await;
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let person = people::ensure_organizer(&mut tx, "ana@example.com").await.unwrap();
    tx.commit().await.unwrap();
    let origin = Origin { ip: Some("2001:db8::7".parse().unwrap()), agent: Some("a\u{0}gent/1".to_owned()) };
    let draft = Draft { name: Some("Harbour Lights".to_owned()), ..Draft::default() };
    for (turn, origin) in [(false, &origin), (true, &Origin::default())] {
        let actor = if turn { Actor::Turn(&person) } else { Actor::Person(&person) };
        let mut tx = store.begin(actor).await.unwrap();
        audit::come_from(&mut tx, origin).await.unwrap();
        events::insert(&mut tx, Uuid::from_u128(u128::from(turn) + 1), &draft).await.unwrap();
        tx.commit().await.unwrap();
    }

    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    let state = state(store, clock.clone());
    let caller = Caller::Person(Box::new(Signed::known(person.clone())));
    let origin = Origin { ip: Some("192.0.2.1".parse().unwrap()), agent: None };
    let admit = async || admit(&state, Endpoint::EventCreation, &caller, &origin).await;
    assert!(admit().await.is_ok() && admit().await.is_ok());
    clock.advance(18);
    for _ in 0..3 {
        assert!(matches!(admit().await, Err(HttpError::TooFast { retry_after_s: 42 })));
    }

    let mut conn = database.connect(Role::Bootstrap).await;
    let rows: Value = sqlx::query_scalar(
        "select jsonb_agg(jsonb_build_array(event_type, host(ip_address), user_agent, metadata - 'event_id', user_id = $1) \
         order by created_at) from security_audit_log",
    )
    .bind(person.id)
    .fetch_one(&mut conn)
    .await
    .unwrap();
    let key = format!("ratelimit:event_creation:{}", person.id);
    assert_eq!(
        rows,
        json!([
            ["event_create", "2001:db8::7", "agent/1", {"by": "api"}, true],
            ["event_create", null, null, {"by": "wizard"}, true],
            ["rate_limit", "192.0.2.1", null, {"key": key, "retry_after_s": 42}, true],
        ])
    );
}

#[tokio::test]
async fn the_third_event_in_a_minute_waits_and_reading_goes_on() {
    let database = harness::database().await;
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let person = people::ensure_organizer(&mut tx, "ana@example.com").await.unwrap();
    tx.commit().await.unwrap();
    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    let caller = Caller::Person(Box::new(Signed::known(person)));
    let routes = router(state(store, clock.clone())).layer(Extension(caller));
    let call = async |method: &str, path: &str, body: &str| {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let answer =
            routes.clone().oneshot(request.body(axum::body::Body::from(body.to_owned())).unwrap()).await.unwrap();
        let wait = answer.headers().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
        (answer.status().as_u16(), wait)
    };
    for name in ["One", "Two"] {
        let made = call("POST", "/rest/v1/events", &json!({"name": name, "type": "concert"}).to_string()).await;
        assert_eq!(made, (201, None));
    }
    let third = json!({"name": "Three", "type": "concert"}).to_string();
    assert_eq!(call("POST", "/rest/v1/events", &third).await, (429, Some("60".to_owned())));
    assert_eq!(call("GET", "/rest/v1/events?select=name", "").await, (200, None));
    clock.advance(60);
    assert_eq!(call("POST", "/rest/v1/events", &third).await, (201, None));
}

#[tokio::test]
async fn whoever_shows_no_token_reads_so_often_from_one_address() {
    let database = harness::database().await;
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let person = people::ensure_organizer(&mut tx, "ana@example.com").await.unwrap();
    tx.commit().await.unwrap();
    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    let routes = router(state(store, clock.clone()));
    let read = async |caller: Option<Caller>, address: &str| {
        let mut request =
            Request::builder().uri("/rest/v1/venues?select=name").body(axum::body::Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address.parse().unwrap(), 4711)));
        if let Some(caller) = caller {
            request.extensions_mut().insert(caller);
        }
        let answer = routes.clone().oneshot(request).await.unwrap();
        let wait = answer.headers().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
        (answer.status().as_u16(), wait)
    };
    for _ in 0..3 {
        assert_eq!(read(None, "198.51.100.7").await, (200, None));
    }
    assert_eq!(read(None, "198.51.100.7").await, (429, Some("60".to_owned())));
    assert_eq!(read(None, "198.51.100.8").await, (200, None));
    let signed = Caller::Person(Box::new(Signed::known(person)));
    assert_eq!(read(Some(signed), "198.51.100.7").await, (200, None), "who is known is counted by name");
    clock.advance(60);
    assert_eq!(read(None, "198.51.100.7").await, (200, None));
}

/// One request on a connection of its own: the head and the body of the answer.
async fn ask(address: SocketAddr, path: &str, headers: &str) -> (String, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[tokio::test]
async fn an_export_that_gave_way_to_somebody_elses_is_not_counted() {
    let database = harness::database().await;
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let person = people::ensure_organizer(&mut tx, "ana@example.com").await.unwrap();
    tx.commit().await.unwrap();
    let state = state(store, Arc::new(FixedClock::at(NOW.parse().unwrap())));
    let exporting = state.exporting.clone();
    let router = router(state);
    let ask = async || {
        // With a language of its own: the account's would be read from the database while time runs ahead.
        let request = Request::builder().uri("/api/account/export").header("accept-language", "en");
        let mut request = request.body(axum::body::Body::empty()).unwrap();
        request.extensions_mut().insert(Caller::Person(Box::new(Signed::known(person.clone()))));
        router.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    let other = exporting.acquire().await.unwrap();
    // The wait for the other one passes at once.
    tokio::time::pause();
    assert_eq!(ask().await, 429);
    tokio::time::resume();
    drop(other);
    assert_eq!(ask().await, 200, "the one of this hour");
    assert_eq!((ask().await, exporting.available_permits()), (429, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_real_sockets_an_address_is_what_a_trusted_proxy_says() {
    let database = harness::database().await;
    let program = Program::start_with(&database, |settings| {
        settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        (settings.limits.address_burst, settings.limits.address_per_s) = (3, 1);
    })
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asking = async {
        let forwarded = |list: &str| format!("x-forwarded-for: {list}\r\n");
        let (mut heads, begun) = (Vec::new(), std::time::Instant::now());
        for spoofed in 0..20 {
            let list = forwarded(&format!("127.0.0.1, 10.0.0.{spoofed}, 198.51.100.7"));
            heads.push(ask(address, "/livez", &list).await);
        }
        let passed = heads.iter().filter(|(head, _)| head.starts_with("HTTP/1.1 200 ")).count();
        // One more with each second that they took.
        let most = 4 + usize::try_from(begun.elapsed().as_secs()).unwrap();
        assert!((3..=most).contains(&passed), "{passed} of a burst of 3 passed");
        let (head, body) = heads.iter().find(|(head, _)| !head.starts_with("HTTP/1.1 200 ")).unwrap();
        assert!(head.starts_with("HTTP/1.1 429 ") && head.contains("retry-after: 1"), "{head}");
        let error: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&error["success"], &error["error"]["code"]), (&json!(false), &json!("RATE_LIMIT")));
        assert_eq!(error["error"]["message"], "Please wait 1 seconds.");
        assert_eq!(error["error"]["retryAfter"], 1);
        assert!(ask(address, "/livez", &forwarded("198.51.100.8")).await.0.starts_with("HTTP/1.1 200 "));

        // Metrics are for this machine, not for whom its proxy speaks.
        let (head, body) = ask(address, "/metrics", "").await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        for name in [
            "eventos_http_requests_total{route=\"/livez\",status=\"4xx\"}",
            "eventos_sessions_awake",
            "limit=\"address\"",
        ] {
            assert!(body.contains(name), "{name} is not in:\n{body}");
        }
        assert!(!body.contains("198.51.100"));
        for outside in [forwarded("198.51.100.9"), forwarded("127.0.0.1"), "forwarded: for=127.0.0.1\r\n".to_owned()] {
            assert!(ask(address, "/metrics", &outside).await.0.starts_with("HTTP/1.1 404 "), "{outside}");
        }
        program.app.stop.cancel();
    };
    tokio::join!(program.app.serve(listener), asking);
    program.stop().await;
}
