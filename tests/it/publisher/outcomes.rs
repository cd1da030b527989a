//! What the publisher did reaches the conversation, in its language and its own turn, and no word of the organizer's is lost
//! (PAINS P25).

use axum::body::Body;
use axum::http::Request;
use eventos::store::database::Actor;
use eventos::store::inbox;
use port::{Body as Said, SessionChoice};
use serde_json::json;
use tower::ServiceExt as _;

use super::scene::{Scene, turn};
use super::webhook::{now_s, signature};
use crate::peers::stripe::{Lie, Mood, StripePeer};

async fn say(scene: &Scene, session: SessionChoice, text: &str) -> (String, String) {
    let turn = turn(scene, session, Said::Text(text.to_owned())).await;
    (turn.session, turn.said)
}

/// A conversation about the scene's event, in this language.
async fn converse(scene: &Scene, language: &str) {
    scene
        .run(&format!(
            "insert into wizard_sessions (user_id, event_id, status, channel, language) select organizer_id, id, 'completed', 'web', '{language}' from events"
        ))
        .await;
}

const HEARD: &str =
    "select coalesce(string_agg(content, ' | ' order by seq), '') from ai_conversations where role = 'assistant'";

#[tokio::test(flavor = "multi_thread")]
async fn an_organizer_hears_of_a_delay_once_and_of_its_end() {
    let scene = Scene::start(StripePeer::start(Mood::cycle(&[Lie::FailBefore])).await, |settings| {
        settings.publisher.parallel = 0;
    })
    .await;
    scene.publish("Harbour Lights", Some(2_500), &[]).await;
    converse(&scene, "en").await;
    let worker = scene.second_program_with(|settings| settings.publisher.backoff_s = 230).await;
    let failed = |times: i32| {
        format!(
            "select count(*) = 1 from payment_setup_queue where kind = 'stripe_product' and attempts = {times} and lease_until is null and cause = 'no_answer'"
        )
    };
    scene.until("a first attempt failed", &failed(1)).await;
    scene.until("it was said", "select count(*) = 1 from ai_conversations where role = 'assistant'").await;
    let heard: String = scene.value(HEARD).await;
    assert!(
        heard.starts_with("Stripe does not answer. “Harbour Lights” is online; I try to set up its payments again in "),
        "{heard}"
    );
    assert!(heard.contains("4 minutes") || heard.contains("5 minutes"), "{heard}");
    scene.run("update payment_setup_queue set next_retry_at = now() where kind = 'stripe_product'").await;
    scene.until("a second attempt failed", &failed(2)).await;
    scene.peer.becomes(&[Lie::Truth]);
    scene.run("update payment_setup_queue set next_retry_at = now() where kind = 'stripe_product'").await;
    scene.settled().await;
    scene.until("it was said", "select count(*) = 2 from ai_conversations where role = 'assistant'").await;
    let heard: String = scene.value(HEARD).await;
    assert!(heard.ends_with("| Payments for “Harbour Lights” are set up: tickets can be sold."), "{heard}");
    assert_eq!(scene.value::<i64>("select count(*) from inbox where state <> 'answered'").await, 0);
    worker.stop().await;
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_said_in_the_conversations_language_and_after_a_crash_too() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| settings.publisher.parallel = 0).await;
    let event = scene.publish("Lumières du port", Some(2_500), &[]).await;
    converse(&scene, "fr").await;
    // A process kept it and died before it handed it over; its lease ran out.
    let store = scene.database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let to = inbox::session_about(&mut tx, event).await.unwrap().unwrap();
    let body = json!({"kind": "payments_ready"});
    assert!(inbox::leave(&mut tx, &to, "payments 1", &body, "dead", 0).await.unwrap().is_some());
    assert!(inbox::leave(&mut tx, &to, "payments 1", &body, "dead", 0).await.unwrap().is_none(), "once by its name");
    tx.commit().await.unwrap();
    let other = scene
        .second_program_with(|settings| {
            settings.publisher.parallel = 0;
            settings.wizard.lease_s = 3;
        })
        .await;
    scene.until("it was taken up", "select count(*) = 1 from ai_conversations where role = 'assistant'").await;
    assert_eq!(
        scene.value::<String>(HEARD).await,
        "Les paiements de « Lumières du port » sont en place : les billets peuvent être vendus."
    );
    other.stop().await;
    scene.stop().await;
}

/// Twelve outcomes and seven messages of one session at once, and a second program that tells outcomes, too.
#[tokio::test(flavor = "multi_thread")]
async fn outcomes_between_an_organizers_messages_lose_no_word_of_theirs() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    let (session, _) = say(&scene, SessionChoice::New, "A concert called Harbour Lights").await;
    scene.run("insert into stripe_accounts (id, user_id) select 'acct_ana', id from profiles where email = 'ana@example.com'").await;
    let second = scene.second_program().await;
    let tell = async |number: i64, http: axum::Router| {
        let object = json!({"id": "acct_ana", "object": "account", "charges_enabled": number % 2 == 1, "details_submitted": true});
        let body = json!({"id": format!("evt_{number}"), "type": "account.updated", "created": now_s() - 100 + number, "data": {"object": object}}).to_string();
        let signed = signature("whsec_test", now_s(), &body);
        let request = Request::builder().method("POST").uri("/webhooks/stripe").header("stripe-signature", signed);
        let response = http.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
    };
    let outcomes = async {
        for number in 1..=12 {
            let http = if number % 3 == 0 { second.http() } else { scene.program.http() };
            tell(number, http).await;
        }
    };
    let talk = async {
        for text in [
            "At Pier 21 in Halifax",
            "For 80 people",
            "On 1 December 2026",
            "at 6 pm",
            "for 90 minutes",
            "a ticket is 25 dollars",
            "no refunds",
        ] {
            say(&scene, SessionChoice::Id(session.clone()), text).await;
        }
    };
    tokio::join!(outcomes, talk);
    let said = "select count(*) = 12 from ai_conversations where metadata ? 'outcome'";
    scene.until("every outcome was said", said).await;
    let row: (String, String, i32, String, i32, i64) =
        scene.row("select name, place, capacity, starts_local::text, duration, price_cents from events").await;
    let wanted = ("Harbour Lights".to_owned(), "Pier 21".to_owned(), 80, "2026-12-01 18:00:00".to_owned(), 90, 2_500);
    assert_eq!(row, wanted);
    let counts: (i64, i64, i64) = scene
        .row(
            "select (select version from wizard_sessions), (select count(*) from ai_conversations where role = 'user'),
               (select count(*) from inbox where state <> 'answered')",
        )
        .await;
    assert_eq!(counts, (8, 8, 0), "eight turns, each written once, and nothing waits");
    second.stop().await;
    scene.stop().await;
}
