//! The organizer's side: guests, money back, a word to all, and two doors that see the same ticket.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use eventos::domain::clock::{Ids as _, RandomIds};
use serde_json::{Value, json};
use uuid::Uuid;

use super::scene::Scene;
use super::{ask, buy, event, get, now_s, order_of, pay, told};
use crate::harness::accounts::Pen;
use crate::peers::stripe::{Mood, StripePeer};

/// Somebody who is signed in.
pub(super) struct Person(pub(super) String);

pub(super) async fn person(scene: &Scene, http: &Router, email: &str) -> Person {
    signed_in(scene, http, email, "organizer").await
}

/// Somebody who is signed in as this.
pub(super) async fn signed_in(scene: &Scene, http: &Router, email: &str, role: &str) -> Person {
    // The keys are made at the first question for them.
    get(http, "/auth/v1/.well-known/jwks.json").await;
    let id: Uuid = scene.value(&format!("select app.ensure_user('{email}', '{role}', false, 'x')")).await;
    let pen = Pen::of(&scene.database).await;
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": pen.kid});
    let claims = json!({
        "iss": "http://events.test/auth/v1", "aud": "authenticated", "sub": id, "role": "authenticated", "email": email,
        "iat": now_s(), "exp": now_s() + 3600, "is_anonymous": false, "app_metadata": {"user_role": role},
    });
    Person(pen.sign(&header, &claims))
}

pub(super) async fn call(http: &Router, person: &Person, path: &str, body: Option<Value>) -> (u16, Value) {
    send(http, person, if body.is_some() { "POST" } else { "GET" }, path, body).await
}

pub(super) async fn send(
    http: &Router,
    person: &Person,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", person.0));
    let request = request.header("content-type", "application/json");
    let answer =
        ask(http, request.body(Body::from(body.map(|body| body.to_string()).unwrap_or_default())).unwrap()).await;
    (answer.status, serde_json::from_str(&answer.body).unwrap_or(Value::String(answer.body)))
}

pub(super) async fn scene() -> Scene {
    Scene::start(StripePeer::start(Mood::honest()).await, |settings| settings.accounts.alg = "ES256".to_owned()).await
}

pub(super) fn scan(code: &str, at: &str, door: &str) -> Value {
    json!({"id": RandomIds.id(), "code": code, "at": at, "door": door})
}

#[tokio::test(flavor = "multi_thread")]
async fn two_doors_let_each_ticket_in_once_and_tell_the_same() {
    let scene = scene().await;
    event(&scene, "Tea", 0, 50).await;
    let http = scene.program.http();
    let (ana, eve) = (person(&scene, &http, "ana@example.com").await, person(&scene, &http, "eve@example.com").await);
    let id: Uuid = scene.value("select id from events").await;
    let (path, sales) = (format!("/api/checkin/{id}"), format!("/api/sales/{id}"));
    order_of(&buy(&http, "tea", "bo@example.com", "3").await);
    let codes: Vec<String> = scene.all("select code from tickets order by code").await;
    for absent in [&path, &sales, &format!("{sales}/guests"), &format!("{sales}/guests.csv")] {
        assert_eq!(call(&http, &eve, absent, None).await.0, 404, "{absent} of another is not there");
    }
    assert_eq!(
        call(&http, &eve, &path, Some(json!({"scans": [scan(&codes[0], "2026-11-23T15:00:00Z", "")]}))).await.0,
        404
    );
    assert_eq!(get(&http, &sales).await.status, 401);
    let known = call(&http, &ana, &path, None).await.1;
    assert_eq!((known["name"].as_str(), known["tickets"].as_array().unwrap().len()), (Some("Tea"), 3));

    // Both doors scan all three at once, each in its own order.
    let north: Vec<Value> = codes.iter().map(|code| scan(code, "2026-11-23T15:00:00Z", "North")).collect();
    let south: Vec<Value> =
        codes.iter().rev().map(|code| scan(&code.to_lowercase(), "2026-11-23T15:00:01Z", "South")).collect();
    let both = [json!({"scans": north}), json!({"scans": south})];
    let (one, two) =
        tokio::join!(call(&http, &ana, &path, Some(both[0].clone())), call(&http, &ana, &path, Some(both[1].clone())));
    let results = |answer: &Value| -> Vec<String> {
        answer["results"].as_array().unwrap().iter().map(|told| told["result"].as_str().unwrap().to_owned()).collect()
    };
    let all = [results(&one.1), results(&two.1)].concat();
    assert_eq!(all.iter().filter(|result| *result == "admitted").count(), 3, "{all:?}");
    assert_eq!(all.iter().filter(|result| *result == "already").count(), 3, "{all:?}");
    // A phone that heard no answer sends its scans again, and hears the same.
    assert_eq!(results(&call(&http, &ana, &path, Some(both[0].clone())).await.1), results(&one.1));
    let odd = json!({"scans": [scan("nonsense", "2026-11-23T15:00:00Z", "\u{0}"), scan("0000-0000-0000-0000", "2026-11-23T15:00:00Z", "")]});
    assert_eq!(results(&call(&http, &ana, &path, Some(odd)).await.1), ["unknown", "unknown"]);
    let mut undo = scan(&codes[0], "2026-11-23T15:00:05Z", "North");
    undo["undo"] = json!(true);
    assert_eq!(results(&call(&http, &ana, &path, Some(json!({"scans": [undo]}))).await.1), ["undone"]);
    let again = json!({"scans": [scan(&codes[0], "2026-11-23T15:00:06Z", "South")]});
    assert_eq!(results(&call(&http, &ana, &path, Some(again)).await.1), ["admitted"]);
    let counted = call(&http, &ana, &format!("/rest/v1/event_stats?event_id=eq.{id}"), None).await.1;
    assert_eq!((&counted[0]["ticket_count"], &counted[0]["checked_in_count"]), (&json!(3), &json!(3)), "{counted}");
    let told = call(&http, &ana, &sales, None).await.1;
    assert_eq!((&told["sold"], &told["checkedIn"]), (&json!(3), &json!(3)));
    let hers = call(&http, &eve, "/rest/v1/event_stats", None).await.1;
    assert_eq!(hers, json!([]), "another's numbers are nobody's business");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_goes_back_in_part_or_whole_and_everybody_can_be_written_to() {
    let scene = scene().await;
    event(&scene, "Gala", 2_500, 50).await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let id: Uuid = scene.value("select id from events").await;
    let sales = format!("/api/sales/{id}");
    let order = order_of(&buy(&http, "gala", "bo@example.com", "2").await);
    let place = pay(&http, &order).await.header("location").rsplit('/').next().unwrap().to_owned();
    let paid = scene.peer.pay(&place, now_s());
    assert_eq!(told(&http, &paid).await, 200);
    scene.run("update tickets set attendee_name = '=cmd|calc' where attendee_email = 'bo@example.com'").await;
    let order: Uuid = scene.value("select id from orders").await;
    let back = |cents: Option<i64>| {
        let body =
            cents.map_or_else(|| json!({"orderId": order}), |cents| json!({"orderId": order, "amountCents": cents}));
        call(&http, &ana, &*format!("{sales}/refund").leak(), Some(body))
    };
    assert_eq!(back(Some(5_001)).await.0, 409, "never more than came");
    assert_eq!(back(Some(0)).await.0, 409);
    assert_eq!(back(Some(1_000)).await, (200, json!({"success": true, "refundedCents": 1_000})));
    let guests = call(&http, &ana, &format!("{sales}/guests?search=BO%40example&status=valid"), None).await.1;
    assert_eq!((&guests["total"], &guests["guests"][0]["refundedCents"]), (&json!(2), &json!(1_000)), "{guests}");
    let file = call(&http, &ana, &format!("{sales}/guests.csv"), None).await.1;
    assert!(file.as_str().unwrap().contains("\"'=cmd|calc\""), "{file}");
    let letter = json!({"id": RandomIds.id(), "title": "Doors at six", "text": "Come early.\n\nBring a coat."});
    for _ in 0..2 {
        assert_eq!(call(&http, &ana, &format!("{sales}/message"), Some(letter.clone())).await.0, 200);
    }
    assert_eq!(call(&http, &ana, &format!("{sales}/resend"), Some(json!({"orderId": order}))).await.0, 200);
    scene.settled().await;
    let mails = scene.mails();
    assert_eq!(
        mails.iter().filter(|mail| mail.contains("Bring a coat.")).count(),
        1,
        "the same letter reaches nobody twice"
    );
    // Nobody is flooded: an address may be anybody's.
    scene.run("update orders set mails = 20").await;
    assert_eq!(call(&http, &ana, &format!("{sales}/resend"), Some(json!({"orderId": order}))).await.0, 429);
    for number in 2..=11 {
        let next = json!({"id": RandomIds.id(), "title": "Once more", "text": "Still at six."});
        let status = call(&http, &ana, &format!("{sales}/message"), Some(next)).await.0;
        assert_eq!(status, if number <= 10 { 200 } else { 429 }, "letter {number}");
    }
    assert_eq!(call(&http, &ana, &format!("{sales}/message"), Some(letter)).await.0, 200, "one that went is known");
    assert_eq!(call(&http, &ana, &format!("{sales}/guests?search=%00"), None).await.0, 400);
    assert_eq!(back(None).await, (200, json!({"success": true, "refundedCents": 4_000})));
    assert_eq!(back(None).await.0, 409);
    scene.settled().await;
    let amounts: Vec<i64> = scene.peer.refunds().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [4_000, 1_000]);
    let figures = call(&http, &ana, &sales, None).await.1;
    let named = ["grossCents", "refundedCents", "feeCents", "sold"].map(|name| figures[name].as_i64().unwrap());
    assert_eq!(named, [5_000, 5_000, 0, 0], "{figures}");
    assert_eq!(figures["funnel"], json!({"begun": 1, "paid": 1, "kept": 0, "came": 0}));
    scene.stop().await;
}
