//! What a query may cost: how much it may ask for, and what is left to everybody else while many read.

use axum::body::Body;
use axum::http::Request;
use eventos::accounts::caller::Caller;
use eventos::http::reads::Reads;
use eventos::http::router::HttpState;
use port::{Chat, Command, Incoming, Replies, Reply, Sender, SessionChoice};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use tower::ServiceExt as _;

use super::Api;
use crate::harness::program::Program;
use crate::harness::{self, Role};
use crate::rls::people::Person;

const A: Person = Person::OrganizerA;
/// Each event, its venue, all events there.
const NESTED: &str = "/rest/v1/events?select=id,venues(id,events(id))";
const LOCKED: &str = "select count(*) from pg_locks l join pg_database d on d.oid = l.database \
    where d.datname = current_database() and l.relation = 'public.venues'::regclass and not l.granted";

fn aliases(number: usize) -> String {
    let aliases: Vec<String> = (0..number).map(|number| format!("a{number}:description")).collect();
    format!("/rest/v1/events?select={}", aliases.join(","))
}

#[tokio::test]
async fn a_query_that_asks_for_too_much_is_told_so() {
    let api = Api::start().await;
    let deep = "/rest/v1/events?select=id,venues(events(venues(events(id))))".to_owned();
    for (path, words) in [(aliases(1000), "1000 values"), (deep, "5 tables")] {
        let answer = api.get(Person::Anon, &path).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "PGRST100"), "{}", answer.body);
        assert!(answer.json()["details"].as_str().unwrap().contains(words), "{}", answer.body);
    }
    assert_eq!(api.get(Person::Anon, NESTED).await.status, 200);
}

#[tokio::test]
async fn an_answer_has_an_end() {
    let api = Api::start().await;
    let long = "long ".repeat(1000);
    let rows: Vec<_> = (0..20).map(|number| json!({"name": format!("Long {number}"), "description": long})).collect();
    let made = api.write(A, "POST", "/rest/v1/events", "return=minimal", &json!(rows).to_string()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("{}&name=like.Long*", aliases(200));
    let all = api.get(A, &path).await;
    assert_eq!((all.status, all.code().as_str()), (400, "PGRST100"), "20 MB");
    assert!(all.json()["message"].as_str().unwrap().contains("16 MB"), "{}", all.body);
    let some = api.get(A, &format!("{path}&limit=10&order=name")).await;
    assert_eq!((some.status, some.json().as_array().unwrap().len()), (200, 10));
    let change = r#"{"capacity": 77}"#;
    let wide = api.write(A, "PATCH", &path, "return=representation", change).await;
    assert_eq!((wide.status, wide.code().as_str()), (400, "PGRST100"), "20 MB of what was written");
    let changed = "/rest/v1/events?select=id&name=like.Long*&capacity=eq.77";
    assert_eq!(api.get(A, changed).await.json(), json!([]), "nothing was written");
    let quiet = api.write(A, "PATCH", "/rest/v1/events?name=like.Long*", "return=minimal", change).await;
    assert_eq!((quiet.status, api.get(A, changed).await.json().as_array().unwrap().len()), (204, 20));
}

async fn hanging(looker: &mut PgConnection) -> i64 {
    sqlx::query_scalar(LOCKED).fetch_one(looker).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_gives_neighbours_back_takes_the_place_of_a_read() {
    let api = Api::start_with(|state| HttpState { reads: Reads::new(1), ..state }).await;
    let mut keeper = api.database.connect(Role::Bootstrap).await;
    let mut looker = api.database.connect(Role::Bootstrap).await;
    let mut lock = keeper.begin().await.unwrap();
    sqlx::query("lock table public.venues in access exclusive mode").execute(&mut *lock).await.unwrap();
    let path = "/rest/v1/events?select=id,venues(id)";
    let write = api.write(A, "POST", path, "return=representation", r#"{"name": "Wide"}"#);
    let read = async {
        while hanging(&mut looker).await < 1 {
            tokio::task::yield_now().await;
        }
        let read = api.get(Person::Anon, NESTED).await;
        lock.rollback().await.unwrap();
        read
    };
    let (made, read) = tokio::join!(write, read);
    assert_eq!((read.status, read.code().as_str()), (503, "PGRST003"), "{}", read.body);
    assert_eq!(made.status, 201, "{}", made.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_reads_of_anybody_leave_the_pool_to_turns() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let (door, router) = (program.door(), program.app.http());
    let mut ana = program.organizer("ana-pool@example.com");
    ana.say("hello").await.unwrap();
    let session = SessionChoice::Id(ana.session().unwrap().to_owned());

    // Every read hangs for as long as it may.
    let mut keeper = database.connect(Role::Bootstrap).await;
    let mut lock = keeper.begin().await.unwrap();
    sqlx::query("lock table public.venues in access exclusive mode").execute(&mut *lock).await.unwrap();
    let reading: Vec<_> = (0..40)
        .map(|_| {
            let mut request = Request::builder().uri(NESTED).body(Body::empty()).unwrap();
            request.extensions_mut().insert(Caller::Anybody);
            tokio::spawn(router.clone().oneshot(request))
        })
        .collect();
    let mut looker = database.connect(Role::Bootstrap).await;
    while hanging(&mut looker).await < 2 {
        tokio::task::yield_now().await;
    }

    let (replies, mut heard) = Replies::channel();
    let incoming = Incoming {
        id: "while-many-read".to_owned(),
        from: Sender::Local { email: Some("ana-pool@example.com".to_owned()) },
        chat: Chat { channel: "web", account: String::new(), session },
        body: port::Body::Command(Command::Summary),
        replies,
    };
    assert!(door.accept(incoming).await.unwrap().fresh, "a turn is taken in meanwhile");
    let mut refused = 0;
    for answer in reading {
        let answer = answer.await.unwrap().unwrap();
        assert!(matches!(answer.status().as_u16(), 500 | 503), "{}", answer.status());
        if answer.status() == 503 {
            assert_eq!(answer.headers()["retry-after"], "5");
            refused += 1;
        }
    }
    assert!(refused > 0, "whoever finds no place is told to come again");
    lock.rollback().await.unwrap();
    while heard.recv().await.is_some_and(|reply| reply != Reply::Done) {}

    let request = Request::builder().uri(NESTED).body(Body::empty()).unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), 200);
    program.stop().await;
}
