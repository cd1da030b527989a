//! A draft that is written over REST while somebody talks about it: one order for both, in the session's mailbox; and requests
//! that come again under an `Idempotency-Key`.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::{Extension, Router};
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::clock::{Ids as _, RandomIds};
use eventos::domain::person::Person as Domain;
use eventos::store::database::{Actor, Store};
use eventos::store::people;
use futures::future::join_all;
use port::{Chat, Incoming, Replies, Reply, Sender, SessionChoice};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tower::ServiceExt as _;
use uuid::Uuid;

use super::Answer;
use crate::harness::program::Program;
use crate::harness::{self, Database, Role};

const ANA: &str = "ana@example.com";

/// A program, somebody who talks with it, and their way over REST.
struct Desk {
    database: Database,
    program: Program,
    router: Router,
    session: Uuid,
    event: Uuid,
}

impl Desk {
    /// Ana has said two things; her event has a row.
    async fn start() -> Self {
        let database = harness::database().await;
        let program = Program::start(&database).await;
        let ana = person(&database.store().await, ANA).await;
        let router = program.app.http();
        let mut desk = Self { database, program, router: Router::new(), session: Uuid::nil(), event: Uuid::nil() };
        desk.router = router.layer(Extension(Caller::Person(Box::new(Signed::known(ana)))));
        let (accepted, answer) = desk.say(&SessionChoice::New, "a meetup called Tea Night for 30 people").await;
        heard(answer).await;
        desk.session = accepted.parse().unwrap();
        let mut conn = desk.database.connect(Role::Bootstrap).await;
        desk.event = sqlx::query_scalar("select event_id from wizard_sessions where id = $1")
            .bind(desk.session)
            .fetch_one(&mut conn)
            .await
            .unwrap();
        desk
    }

    /// Sends this in; the answer comes later.
    async fn say(&self, session: &SessionChoice, text: &str) -> (String, UnboundedReceiver<Reply>) {
        let (replies, answer) = Replies::channel();
        let chat = Chat { channel: "test", account: String::new(), session: session.clone() };
        let from = Sender::Local { email: Some(ANA.to_owned()) };
        let body = port::Body::Text(text.to_owned());
        let message = Incoming { id: RandomIds.id().to_string(), from, chat, body, replies };
        (self.program.door().accept(message).await.unwrap().session, answer)
    }

    fn here(&self) -> SessionChoice {
        SessionChoice::Id(self.session.to_string())
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        ask(&self.router, method, path, headers, body).await
    }

    /// The event's row.
    async fn row(&self) -> Value {
        let mut conn = self.database.connect(Role::Bootstrap).await;
        let query = "select to_jsonb(e) from events e where id = $1";
        sqlx::query_scalar(query).bind(self.event).fetch_one(&mut conn).await.unwrap()
    }

    async fn stop(self) {
        self.program.stop().await;
    }
}

async fn ask(router: &Router, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn person(store: &Store, email: &str) -> Domain {
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let person = people::ensure_organizer(&mut tx, email).await.unwrap();
    tx.commit().await.unwrap();
    person
}

async fn heard(mut answer: UnboundedReceiver<Reply>) -> Vec<Reply> {
    let mut replies = Vec::new();
    while let Some(reply) = answer.recv().await {
        let done = reply == Reply::Done;
        replies.push(reply);
        if done {
            return replies;
        }
    }
    panic!("the answer broke off: {replies:?}");
}

/// Waits until so many places of the mailbox are held, or the work is done without one.
async fn queued(desk: &Desk, places: usize, work: &tokio::task::JoinHandle<Answer>) {
    while desk.program.app.directory().held(desk.session) < places && !work.is_finished() {
        tokio::task::yield_now().await;
    }
}

type Headers = &'static [(&'static str, &'static str)];

/// The same write as PostgREST's clients send it, and as the specification does.
fn writes(event: Uuid) -> [(String, Headers); 2] {
    [
        (
            format!("/rest/v1/events?id=eq.{event}"),
            &[("prefer", "return=representation"), ("content-profile", "public")],
        ),
        (format!("/rest/v1/events/{event}"), &[]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_waits_for_the_messages_before_it() {
    let desk = Desk::start().await;
    for (path, headers) in writes(desk.event) {
        // The mailbox is held, so that both have to wait: the message first, then the change.
        let visit = desk.program.app.directory().visit(desk.session).await.unwrap();
        let (_, answer) = desk.say(&desk.here(), "make it 50 people").await;
        let (router, to) = (desk.router.clone(), path.clone());
        let change = tokio::spawn(async move { ask(&router, "PATCH", &to, headers, &json!({"capacity": 70})).await });
        queued(&desk, 3, &change).await;
        drop(visit);
        heard(answer).await;
        let changed = change.await.unwrap();
        assert_eq!(changed.status, 200, "{path}: {}", changed.body);
        assert_eq!(desk.row().await["capacity"], 70, "{path}: the change came last");
    }
    let (_, answer) = desk.say(&desk.here(), "what do we have so far?").await;
    let said = format!("{:?}", heard(answer).await);
    assert!(said.contains("70"), "the conversation knows it: {said}");
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_and_publishing_wait_too() {
    let desk = Desk::start().await;
    let rest = json!({"type": "meetup", "description": "We drink tea.", "place": "88 Queen St", "city": "Toronto",
        "date_time": "2027-01-01T23:00:00Z", "duration": 60, "price_cents": 0, "currency": "CAD"});
    assert_eq!(desk.ask("PATCH", &format!("/rest/v1/events/{}", desk.event), &[], &rest).await.status, 200);
    let tier = json!({"event_id": desk.event, "name": "Early", "price_cents": 500});
    let publish = json!({"event_id": desk.event});
    let calls = [("/rest/v1/ticket_tiers", tier, 201, 31), ("/rest/v1/rpc/publish_event", publish, 200, 32)];
    for (path, body, status, people) in calls {
        let visit = desk.program.app.directory().visit(desk.session).await.unwrap();
        let (_, answer) = desk.say(&desk.here(), &format!("make it {people} people")).await;
        let router = desk.router.clone();
        let call = tokio::spawn(async move { ask(&router, "POST", path, &[], &body).await });
        queued(&desk, 3, &call).await;
        drop(visit);
        heard(answer).await;
        let called = call.await.unwrap();
        assert_eq!(called.status, status, "{path}: {}", called.body);
        assert_eq!(desk.row().await["capacity"], people, "{path}: what was said before it counts");
    }
    assert_eq!(desk.row().await["status"], "published");
    let (_, answer) = desk.say(&desk.here(), "make it 99 people").await;
    heard(answer).await;
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn talk_and_changes_at_once_lose_no_field() {
    let desk = Desk::start().await;
    let path = format!("/rest/v1/events?id=eq.{}", desk.event);
    let talking = async {
        for people in 100..120 {
            let (_, answer) = desk.say(&desk.here(), &format!("make it {people} people")).await;
            heard(answer).await;
        }
    };
    let changes = (0..20).map(|number| {
        let body = json!({"description": format!("Words {number}.")});
        let (desk, path) = (&desk, &path);
        async move { desk.ask("PATCH", path, &[("prefer", "return=minimal")], &body).await.status }
    });
    let ((), statuses) = tokio::join!(talking, join_all(changes));
    assert!(statuses.iter().all(|status| *status == 204), "{statuses:?}");
    let row = desk.row().await;
    assert_eq!(row["capacity"], 119);
    assert!(row["description"].as_str().unwrap().starts_with("Words "), "{row}");
    let mut conn = desk.database.connect(Role::Bootstrap).await;
    let known: Value = sqlx::query_scalar("select state -> 'draft' from wizard_sessions where id = $1")
        .bind(desk.session)
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(known["capacity"], 119);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_put_aside_and_taken_up_again_by_its_owner_and_a_published_one_stays() {
    let desk = Desk::start().await;
    let path = format!("/rest/v1/wizard_sessions?id=eq.{}&select=status", desk.session);
    let turn = async |status: &str| {
        let answer =
            desk.ask("PATCH", &path, &[("prefer", "return=representation")], &json!({ "status": status })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    };
    assert_eq!(turn("abandoned").await, json!([{ "status": "abandoned" }]));
    assert_eq!(turn("in_progress").await, json!([{ "status": "in_progress" }]));
    // The next turn of the conversation begins from what was left.
    turn("abandoned").await;
    let (_, answer) = desk.say(&desk.here(), "Make it 40 people").await;
    heard(answer).await;
    assert_eq!(desk.row().await["capacity"], 40);
    let mut conn = desk.database.connect(Role::Bootstrap).await;
    let complete = "update wizard_sessions set status = 'completed', completed_at = now() where id = $1";
    sqlx::query(complete).bind(desk.session).execute(&mut conn).await.unwrap();
    assert_eq!(turn("abandoned").await, json!([]), "what was published is not put aside");
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_that_goes_away_or_dies_holds_up_nobody() {
    let desk = Desk::start().await;
    let directory = desk.program.app.directory().clone();
    let first = directory.visit(desk.session).await.unwrap();
    let waiting = tokio::spawn({
        let (directory, session) = (directory.clone(), desk.session);
        async move { directory.visit(session).await.map(|_| ()) }
    });
    while directory.held(desk.session) < 2 {
        tokio::task::yield_now().await;
    }
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    drop(first);
    let session = desk.session;
    let died = tokio::spawn(async move {
        let _visit = directory.visit(session).await.unwrap();
        panic!("on purpose");
    });
    assert!(died.await.unwrap_err().is_panic());
    let (_, answer) = desk.say(&desk.here(), "make it 44 people").await;
    heard(answer).await;
    assert_eq!(desk.row().await["capacity"], 44);
    assert_eq!(desk.program.app.directory().held(desk.session), 0, "every place was given back");
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_under_a_key_is_done_once() {
    let desk = Desk::start().await;
    let key = [("idempotency-key", "once"), ("prefer", "return=representation"), ("x-request-id", "r")];
    let event = json!({"name": "Made once"});
    let answers = join_all((0..6).map(|_| desk.ask("POST", "/rest/v1/events", &key, &event))).await;
    let made: Vec<&str> = answers.iter().filter(|one| one.status == 201).map(|one| one.body.as_str()).collect();
    assert!(!made.is_empty() && made.iter().all(|body| *body == made[0]), "{made:?}");
    assert!(answers.iter().all(|one| one.status == 201 || (one.status, one.code()) == (409, "CONFLICT".to_owned())));
    let again = desk.ask("POST", "/rest/v1/events", &key, &event).await;
    assert_eq!((again.status, again.body.as_str()), (201, made[0]));
    let mut conn = desk.database.connect(Role::Bootstrap).await;
    let count = "select count(*) from events where name = 'Made once'";
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut conn).await.unwrap(), 1);

    // Another request under the same key, in the shape that its sender reads.
    let other = desk.ask("POST", "/rest/v1/events", &key, &json!({"name": "Another"})).await;
    assert_eq!((other.status, other.json()["code"].as_str()), (422, Some("IDEMPOTENCY_MISMATCH")));
    let plain = [("idempotency-key", "once")];
    let other = desk.ask("POST", "/rest/v1/events", &plain, &event).await;
    assert_eq!((other.status, other.json()["error"]["code"].as_str()), (422, Some("IDEMPOTENCY_MISMATCH")));

    // A change, with its refusal kept as well; publishing.
    let path = format!("/rest/v1/events/{}", desk.event);
    let change = json!({"capacity": 64});
    let first = desk.ask("PATCH", &path, &[("idempotency-key", "two")], &change).await;
    assert_eq!(desk.ask("PATCH", &path, &[], &json!({"capacity": 65})).await.status, 200);
    let again = desk.ask("PATCH", &path, &[("idempotency-key", "two")], &change).await;
    assert_eq!((first.status, &first.body), (200, &again.body));
    assert_eq!(desk.row().await["capacity"], 65, "it was not done again");
    let call = json!({"event_id": desk.event});
    let headers = [("idempotency-key", "three"), ("x-request-id", "r")];
    let refused = desk.ask("POST", "/rest/v1/rpc/publish_event", &headers, &call).await;
    let again = desk.ask("POST", "/rest/v1/rpc/publish_event", &headers, &call).await;
    assert_eq!((refused.status, &refused.body), (400, &again.body));
    assert_eq!(desk.ask("PATCH", &path, &[("idempotency-key", "two words")], &change).await.status, 400);
    let read = desk.ask("GET", "/rest/v1/events?select=id", &[("idempotency-key", "two words")], &Value::Null).await;
    assert_eq!(read.status, 200, "a reading needs no key");

    let service = desk.program.app.http().layer(Extension(Caller::Service));
    let refused = ask(&service, "PATCH", &path, &[("idempotency-key", "four")], &change).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_before_its_answer_was_lost_is_not_made_twice() {
    let desk = Desk::start().await;
    let mut conn = desk.database.connect(Role::Bootstrap).await;
    let made = async |conn: &mut sqlx::PgConnection, name: &str| -> i64 {
        let query = sqlx::query_scalar("select count(*) from events where name = $1");
        query.bind(name).fetch_one(conn).await.unwrap()
    };
    let representation = [("idempotency-key", "rows"), ("prefer", "return=representation")];
    let minimal = [("idempotency-key", "none"), ("content-profile", "public")];
    let plain = [("idempotency-key", "plain")];
    for (headers, name) in [(&representation[..], "As rows"), (&minimal[..], "As nothing"), (&plain[..], "As an event")]
    {
        let event = json!({ "name": name });
        // The process dies between the event's commit and its answer's.
        fail::cfg("answer.keep", "return").unwrap();
        let first = desk.ask("POST", "/rest/v1/events", headers, &event).await;
        fail::remove("answer.keep");
        assert_eq!(first.status, 201, "{}", first.body);
        let early = desk.ask("POST", "/rest/v1/events", headers, &event).await;
        assert_eq!((early.status, early.code()), (409, "CONFLICT".to_owned()));
        let lost = "update idempotency_keys set created_at = now() - interval '1 hour' where status is null";
        sqlx::query(lost).execute(&mut conn).await.unwrap();
        let again = desk.ask("POST", "/rest/v1/events", headers, &event).await;
        assert_eq!((again.status, &again.body), (201, &first.body), "{name}");
        assert_eq!(made(&mut conn, name).await, 1, "{name}");
        let kept = desk.ask("POST", "/rest/v1/events", headers, &event).await;
        assert_eq!((kept.status, &kept.body), (201, &first.body), "{name}");
    }
    let left: i64 = sqlx::query_scalar("select count(*) from idempotency_keys where made is not null")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(left, 0, "a kept answer says it all");
    desk.stop().await;
}
