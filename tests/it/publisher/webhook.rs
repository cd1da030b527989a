//! What Stripe tells us: forged, stale, twice at once, out of order, unknown (THREATS 7.10, PAINS P39).

use axum::body::{Body, to_bytes};
use axum::http::Request;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tower::ServiceExt as _;

use super::scene::Scene;
use crate::harness::program::NOW;
use crate::peers::stripe::{Mood, StripePeer};

pub(super) fn now_s() -> i64 {
    NOW.parse::<jiff::Timestamp>().unwrap().as_second()
}

pub(super) fn signature(secret: &str, at_s: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at_s}.{body}").as_bytes());
    let hex = mac.finalize().into_bytes().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!("t={at_s},v1={hex}")
}

fn account(id: &str, created: i64, charges: bool) -> String {
    let object = json!({"id": "acct_ana", "object": "account", "charges_enabled": charges, "payouts_enabled": charges, "details_submitted": true});
    json!({"id": id, "object": "event", "type": "account.updated", "created": created, "livemode": false, "account": "acct_ana", "data": {"object": object}}).to_string()
}

async fn send(http: axum::Router, body: String, signature: Option<String>) -> (u16, Value) {
    let mut request = Request::builder().method("POST").uri("/webhooks/stripe");
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    let response = http.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap())
}

async fn scene() -> Scene {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    scene.publish("Harbour Lights", Some(0), &[]).await;
    scene.run("insert into stripe_accounts (id, user_id) select 'acct_ana', id from profiles").await;
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_now_and_by_stripe_is_refused_and_does_nothing() {
    let scene = scene().await;
    let body = account("evt_1", now_s(), true);
    let good = signature("whsec_test", now_s(), &body);
    let cases = [
        ("missing", body.clone(), None),
        ("empty", body.clone(), Some(String::new())),
        ("of another secret", body.clone(), Some(signature("whsec_other", now_s(), &body))),
        ("of other bytes", body.replace("true", "false"), Some(good.clone())),
        ("too old", body.clone(), Some(signature("whsec_test", now_s() - 301, &body))),
        ("of the future", body.clone(), Some(signature("whsec_test", now_s() + 301, &body))),
        (
            "an old one with a new time",
            body.clone(),
            Some(
                signature("whsec_test", now_s() - 400, &body)
                    .replace(&(now_s() - 400).to_string(), &now_s().to_string()),
            ),
        ),
        ("no event", "[]".to_owned(), Some(signature("whsec_test", now_s(), "[]"))),
    ];
    for (what, body, signature) in cases {
        let (status, answer) = send(scene.program.http(), body, signature).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!("INVALID_INPUT")), "{what}");
    }
    let done: (i64, bool) =
        scene.row("select (select count(*) from stripe_events), charges_enabled from stripe_accounts").await;
    assert_eq!(done, (0, false));
    assert_eq!(send(scene.program.http(), body, Some(good)).await, (200, json!({"received": true})));
    // Connected accounts have an endpoint and a secret of their own.
    let other = account("evt_2", now_s(), true);
    let signed = signature("whsec_connected", now_s(), &other);
    assert_eq!(send(scene.program.http(), other, Some(signed)).await.0, 200);
    assert!(scene.value::<bool>("select charges_enabled from stripe_accounts").await);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_five_times_at_once_is_one_and_an_older_one_changes_nothing() {
    let scene = scene().await;
    let newer = account("evt_new", now_s() - 10, true);
    let sign = |body: &str| Some(signature("whsec_test", now_s(), body));
    let five = (0..5).map(|_| send(scene.program.http(), newer.clone(), sign(&newer)));
    for (status, _) in futures::future::join_all(five).await {
        assert_eq!(status, 200);
    }
    assert_eq!(scene.value::<i64>("select count(*) from stripe_events").await, 1);
    let older = account("evt_old", now_s() - 20, false);
    assert_eq!(send(scene.program.http(), older.clone(), sign(&older)).await.0, 200);
    assert!(scene.value::<bool>("select charges_enabled from stripe_accounts").await, "the newer one holds");
    let unknown =
        json!({"id": "evt_x", "type": "radar.early_fraud_warning.created", "created": now_s(), "data": {"object": {}}})
            .to_string();
    assert_eq!(send(scene.program.http(), unknown.clone(), sign(&unknown)).await.0, 200);
    let gone = json!({"id": "evt_y", "type": "account.application.deauthorized", "created": now_s(), "account": "acct_ana", "data": {"object": {}}}).to_string();
    assert_eq!(send(scene.program.http(), gone.clone(), sign(&gone)).await.0, 200);
    let row: (bool, bool) = scene.row("select charges_enabled, disconnected_at is not null from stripe_accounts").await;
    assert_eq!(row, (false, true));
    assert_eq!(scene.value::<i64>("select count(*) from stripe_events").await, 4);
    scene.stop().await;
}

/// An effect that fails leaves no trace of its event: Stripe's next delivery has it.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_effect_failed_is_taken_the_next_time() {
    let scene = scene().await;
    let body = account("evt_1", now_s(), true);
    let sign = || Some(signature("whsec_test", now_s(), &body));
    scene.run("alter table stripe_accounts add constraint broken check (not charges_enabled)").await;
    assert_eq!(send(scene.program.http(), body.clone(), sign()).await.0, 500);
    assert_eq!(scene.value::<i64>("select count(*) from stripe_events").await, 0);
    scene.run("alter table stripe_accounts drop constraint broken").await;
    assert_eq!(send(scene.program.http(), body.clone(), sign()).await.0, 200);
    assert!(scene.value::<bool>("select charges_enabled from stripe_accounts").await);
    scene.stop().await;
}
