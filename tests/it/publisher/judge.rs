//! Stripe's own library drives the lying peer, and so judges it; a webhook that it signed is one that we take.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use tower::ServiceExt as _;

use super::scene::Scene;
use crate::harness;
use crate::peers::stripe::{KEY, Mood, StripePeer};
use crate::peers::{judges, node};

#[tokio::test(flavor = "multi_thread")]
async fn stripes_own_library_finds_nothing_wrong_with_the_peer_and_signs_what_we_take() {
    let Some(folder) = judges() else { return harness::skip("tests/judges is not installed (tools/setup.sh tests)") };
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    let output = node(&folder, &["stripe.mjs", &scene.peer.url(), KEY, "whsec_test"]).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let signed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let request = Request::builder()
        .method("POST")
        .uri("/webhooks/stripe")
        .header("stripe-signature", signed["header"].as_str().unwrap())
        .body(Body::from(signed["body"].as_str().unwrap().to_owned()))
        .unwrap();
    assert_eq!(scene.program.http().oneshot(request).await.unwrap().status().as_u16(), 200);
    assert_eq!(scene.value::<String>("select id from stripe_events").await, "evt_sdk");
    scene.stop().await;
}
