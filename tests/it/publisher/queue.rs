//! The queue itself: who holds an item, who comes too late, and who may look.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::person::{Person, Role as PersonRole};
use eventos::store::database::Actor;
use eventos::store::queue::{self, Claim, Outcome};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::scene::Scene;
use crate::harness;
use crate::peers::stripe::{Mood, StripePeer};

const KINDS: &[&str] = &["mail_published"];

fn claim<'a>(node: &'a str, kinds: &'a [String]) -> Claim<'a> {
    Claim { node, kinds, lease_s: 60, most: 10 }
}

#[tokio::test]
async fn an_item_has_one_holder_and_a_late_outcome_is_refused() {
    let database = harness::database().await;
    let store = database.store().await;
    let kinds: Vec<String> = KINDS.iter().map(ToString::to_string).collect();
    let mut tx = store.begin(Actor::Server).await.unwrap();
    for (kind, key, new) in [
        ("mail_published", "a", true),
        ("mail_published", "b", true),
        ("mail_published", "a", false),
        ("of_a_newer_program", "c", true),
    ] {
        assert_eq!(queue::enqueue(&mut tx, kind, None, &json!({}), key).await.unwrap(), new);
    }
    tx.commit().await.unwrap();

    // Both look at the same time: what one holds the other passes over.
    let (mut one, mut two) = (store.begin(Actor::Server).await.unwrap(), store.begin(Actor::Server).await.unwrap());
    let first = queue::claim(&mut one, &Claim { most: 1, ..claim("one", &kinds) }).await.unwrap();
    let second = queue::claim(&mut two, &claim("two", &kinds)).await.unwrap();
    assert_eq!(
        (first.len(), second.len()),
        (1, 1),
        "the same key twice is one item, and a newer program's is left to it"
    );
    assert_ne!(first[0].id, second[0].id);
    one.commit().await.unwrap();
    two.commit().await.unwrap();

    // "one" dies and comes back: its item is due at once, that of "two" is not.
    let mut tx = store.begin(Actor::Server).await.unwrap();
    assert_eq!(queue::take_back(&mut tx, "one").await.unwrap(), 1);
    let again = queue::claim(&mut tx, &claim("three", &kinds)).await.unwrap();
    assert_eq!((again.len(), again[0].id, again[0].attempts), (1, first[0].id, 2));
    assert!(!queue::hold(&mut tx, &first[0], 60).await.unwrap(), "somebody else has it");
    assert!(!queue::settle(&mut tx, &first[0], &Outcome::Done { forget: false }, None).await.unwrap());
    assert!(queue::settle(&mut tx, &again[0], &Outcome::Done { forget: false }, None).await.unwrap());
    assert!(!queue::settle(&mut tx, &again[0], &Outcome::Dead { why: "late" }, None).await.unwrap(), "done is done");
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_shown_and_replayed_to_the_service_key_alone() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| settings.publisher.parallel = 0).await;
    scene.publish("Harbour Lights", Some(2_500), &[]).await;
    scene.run("update payment_setup_queue set dead_at = now(), attempts = 9, last_error = 'x' where kind = 'mail_published'").await;
    let http = scene.program.http();
    let ask = async |method: &str, path: &str, body: Value, caller: Caller| {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let mut request = request.body(Body::from(body.to_string())).unwrap();
        request.extensions_mut().insert(caller);
        let response = http.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice::<Value>(&body).unwrap())
    };
    let nobody = uuid::Uuid::nil();
    for caller in [Caller::Anybody, Caller::Person(Box::new(Signed::known(somebody())))] {
        assert_eq!(ask("GET", "/api/queue", json!({}), caller.clone()).await.0, 403);
        assert_eq!(ask("POST", "/api/queue", json!({"id": nobody}), caller).await.0, 403);
    }
    let (status, shown) = ask("GET", "/api/queue?state=dead", json!({}), Caller::Service).await;
    assert_eq!((status, &shown["depth"]["open"], &shown["depth"]["dead"]), (200, &json!(1), &json!(1)), "{shown}");
    let item = &shown["items"][0];
    assert_eq!(
        (&item["kind"], &item["state"], &item["last_error"]),
        (&json!("mail_published"), &json!("dead"), &json!("x"))
    );
    let path = format!("/api/queue?id={}", item["id"].as_str().unwrap());
    assert_eq!(
        ask("GET", &path, json!({}), Caller::Service).await.1["payload"],
        json!(["event_id"]),
        "names, no values"
    );
    assert_eq!(ask("POST", "/api/queue", json!({"id": nobody}), Caller::Service).await.0, 404);
    assert_eq!(ask("POST", "/api/queue", json!({"id": item["id"]}), Caller::Service).await.0, 200);
    let row: (i32, bool) = scene.row("select attempts, dead_at is null and next_retry_at <= now() from payment_setup_queue where kind = 'mail_published'").await;
    assert_eq!(row, (0, true), "all attempts are ahead again");
    scene.stop().await;
}

fn somebody() -> Person {
    Person {
        id: uuid::Uuid::nil(),
        role: PersonRole::Organizer,
        email: None,
        name: None,
        timezone: None,
        country: None,
        currency: None,
    }
}
