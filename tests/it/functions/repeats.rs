//! Requests that come again under an `Idempotency-Key` (C-69).

use eventos::store::database::Actor;
use eventos::store::error::StoreError;
use eventos::store::idempotency::{self, Known};
use eventos::store::people;
use futures::future::join_all;
use serde_json::{Value, json};

use super::{Api, save};
use crate::harness::{self, Role};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_is_done_once_and_answered_alike() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let key = [("idempotency-key", "first")];
    let body = json!({"action": "initialize"}).to_string();
    let first = api.post(&ana, body.clone(), &key).await;
    let again = api.post(&ana, body.clone(), &key).await;
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(first.headers["content-type"], again.headers["content-type"]);
    let other = api.post(&ana, json!({"action": "initialize", "stage": 1}).to_string(), &key).await;
    assert_eq!(other.code(), (422, "IDEMPOTENCY_MISMATCH".to_owned()));
    let eve = api.caller("eve@example.com").await;
    let hers = api.post(&eve, body, &key).await.ok();
    assert_ne!(hers["sessionId"], first.ok()["sessionId"], "a key is its sender's own");
    let session = first.ok()["sessionId"].as_str().unwrap().to_owned();
    let wrong = save(&session, json!({"capacity": "many"})).to_string();
    let refused = api.post(&ana, wrong.clone(), &[("idempotency-key", "second"), ("x-request-id", "r")]).await;
    let again = api.post(&ana, wrong, &[("idempotency-key", "second"), ("x-request-id", "r")]).await;
    assert_eq!((refused.status, &refused.text), (400, &again.text));
    let bad = api.post(&ana, "{}", &[("idempotency-key", "two words")]).await;
    assert_eq!(bad.status, 400);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_works_and_the_others_wait_or_hear_the_same() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let body =
        json!({"action": "process-stage", "sessionId": session, "stage": 1, "userInput": "a meetup for 30 people"})
            .to_string();
    let answers = join_all((0..20).map(|_| api.post(&ana, body.clone(), &[("idempotency-key", "race")]))).await;
    let done: Vec<&String> = answers.iter().filter(|answer| answer.status == 200).map(|answer| &answer.text).collect();
    assert!(!done.is_empty() && done.iter().all(|text| *text == done[0]));
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.code() == (409, "CONFLICT".to_owned())));
    let mut conn = api.database.connect(Role::Bootstrap).await;
    let said: i64 = sqlx::query_scalar(
        "select count(*) from ai_conversations where session_id = $1::uuid and content like 'a meetup%'",
    )
    .bind(session.parse::<uuid::Uuid>().unwrap())
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(said, 1);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_answer_was_lost_is_not_begun_twice() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let (body, key) = (json!({"action": "initialize"}).to_string(), [("idempotency-key", "begun")]);
    // The process dies between the turn and its answer's commit.
    fail::cfg("answer.keep", "return").unwrap();
    let first = api.post(&ana, body.clone(), &key).await.ok();
    fail::remove("answer.keep");
    assert_eq!(
        api.post(&ana, body.clone(), &key).await.code(),
        (409, "CONFLICT".to_owned()),
        "it may still be at work"
    );
    let mut conn = api.database.connect(Role::Bootstrap).await;
    sqlx::query("update idempotency_keys set created_at = now() - interval '1 hour'").execute(&mut conn).await.unwrap();
    let again = api.post(&ana, body.clone(), &key).await.ok();
    assert_eq!(again["sessionId"], first["sessionId"]);
    assert_eq!(again["aiResponse"]["message"], first["aiResponse"]["message"]);
    assert_eq!(api.post(&ana, body.clone(), &key).await.ok()["sessionId"], first["sessionId"], "now it is kept");
    let count = async |conn: &mut sqlx::PgConnection| -> i64 {
        sqlx::query_scalar("select count(*) from wizard_sessions").fetch_one(conn).await.unwrap()
    };
    assert_eq!(count(&mut conn).await, 1);

    // Another request under a lost key is another request.
    sqlx::query("update idempotency_keys set status = null, body = null, created_at = now() - interval '1 hour'")
        .execute(&mut conn)
        .await
        .unwrap();
    let other = api.post(&ana, json!({"action": "initialize", "stage": 1}).to_string(), &key).await.ok();
    assert_ne!(other["sessionId"], first["sessionId"]);
    assert_eq!(count(&mut conn).await, 2);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_request_was_lost_is_free_again_and_its_turn_is_not_taken_twice() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let body = save(&session, json!({"capacity": 30})).to_string();
    let key = [("idempotency-key", "lost")];
    let first = api.post(&ana, body.clone(), &key).await.ok();
    let mut conn = api.database.connect(Role::Bootstrap).await;
    // As a process leaves it that died after the turn and before it kept the answer.
    let lost = "update idempotency_keys set status = null, body = null, created_at = now() - interval '1 hour'";
    sqlx::query(lost).execute(&mut conn).await.unwrap();
    let again = api.post(&ana, body.clone(), &key).await.ok();
    let parts = |answer: &Value| {
        [answer["sessionId"].clone(), answer["eventDraft"].clone(), answer["aiResponse"]["message"].clone()]
    };
    assert_eq!(parts(&again), parts(&first));
    let turns: i64 = sqlx::query_scalar("select version from wizard_sessions").fetch_one(&mut conn).await.unwrap();
    assert_eq!(turns, 2, "the greeting and one save");
    sqlx::query("update idempotency_keys set created_at = now() - interval '25 hours'")
        .execute(&mut conn)
        .await
        .unwrap();
    assert_eq!(api.post(&ana, "{\"action\": \"initialize\"}", &key).await.status, 200, "an old key is free");
    api.stop().await;
}

#[tokio::test]
async fn a_request_that_is_so_slow_that_it_was_lost_leaves_the_next_ones_key_alone() {
    let database = harness::database().await;
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let ana = people::ensure_organizer(&mut tx, "ana@example.com").await.unwrap();
    tx.commit().await.unwrap();
    let claim = async || {
        let mut tx = store.begin(Actor::Person(&ana)).await.unwrap();
        let known = idempotency::claim(&mut tx, "slow", b"the same").await.unwrap();
        tx.commit().await.unwrap();
        known
    };
    let Known::Claimed(slow) = claim().await else { panic!("nobody asked before") };
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query("update idempotency_keys set created_at = now() - interval '1 hour'").execute(&mut conn).await.unwrap();
    let Known::Lost(next, None) = claim().await else { panic!("it counts as lost") };

    // The slow one comes to its end.
    let mut tx = store.begin(Actor::Person(&ana)).await.unwrap();
    let made = idempotency::keep_made(&mut tx, &slow, &json!({"made": "a second time"})).await;
    assert!(matches!(made, Err(StoreError::Conflict)), "{made:?}");
    idempotency::keep(&mut tx, &slow, 409, &json!({"by": "the slow one"})).await.unwrap();
    idempotency::release(&mut tx, &slow).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claim().await, Known::InFlight, "the next one is at work");

    let mut tx = store.begin(Actor::Person(&ana)).await.unwrap();
    idempotency::keep_made(&mut tx, &next, &json!({"made": "once"})).await.unwrap();
    idempotency::keep(&mut tx, &next, 200, &json!({"by": "the next one"})).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claim().await, Known::Answered(json!({"by": "the next one"})));
}
