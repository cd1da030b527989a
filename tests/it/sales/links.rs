//! Links for the doors, the line as its organizer sees it, and refunds and scans over REST.

use serde_json::{Value, json};
use uuid::Uuid;

use super::doors::{call, person, scan, scene, send};
use super::race::IN_A_MONTH;
use super::{ask, buy, event, get, order_of, post};

#[tokio::test(flavor = "multi_thread")]
async fn a_doors_link_checks_in_for_its_event_until_it_is_taken_back() {
    let scene = scene().await;
    event(&scene, "Tea", 0, 50).await;
    // Whether a link still holds is judged by the database's clock, which is the world's.
    scene.run(IN_A_MONTH).await;
    let http = scene.program.http();
    let (ana, eve) = (person(&scene, &http, "ana@example.com").await, person(&scene, &http, "eve@example.com").await);
    let id: Uuid = scene.value("select id from events").await;
    order_of(&buy(&http, "tea", "bo@example.com", "1").await);
    let code: String = scene.value("select code from tickets").await;
    let doors = format!("/api/sales/{id}/doors");
    assert_eq!(call(&http, &eve, &doors, Some(json!({"name": "Mine"}))).await.0, 404);
    for odd in [json!({"name": " "}), json!({"name": "x".repeat(61)})] {
        assert_eq!(call(&http, &ana, &doors, Some(odd)).await.0, 409);
    }
    let made = call(&http, &ana, &doors, Some(json!({"name": "North"}))).await.1;
    let token = made["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let kept: String = scene.value("select encode(token_hash, 'hex') from door_links").await;
    assert_ne!(kept, token, "what stands in the link is not kept");
    let seen = get(&http, &format!("/api/door/{token}")).await;
    let door: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(
        (&door["name"], &door["door"], door["tickets"].as_array().unwrap().len()),
        (&json!("Tea"), &json!("North"), 1)
    );
    assert!(!seen.body.contains("bo@example.com"), "a door sees nobody's address");
    let path = format!("/api/door/{token}");
    let scans = async |token: &str| {
        let body = json!({"scans": [scan(&code, "2026-11-23T15:00:00Z", "")]});
        let request = axum::http::Request::builder().method("POST").uri(format!("/api/door/{token}"));
        let request = request.header("content-type", "application/json");
        ask(&http, request.body(axum::body::Body::from(body.to_string())).unwrap()).await
    };
    let told = scans(&token).await;
    assert!(told.status == 200 && told.body.contains("\"admitted\""), "{}", told.body);
    let at: String = scene.value("select door from tickets").await;
    assert_eq!(at, "North");
    for forged in ["x", "0000", &token[1..]] {
        assert_eq!((get(&http, &format!("/api/door/{forged}")).await.status, scans(forged).await.status), (404, 404));
    }
    let over = "update events set starts_local = '2026-11-01 18:00'";
    scene.run(over).await;
    assert_eq!(get(&http, &path).await.status, 404, "the event is long over");
    scene.run(IN_A_MONTH).await;
    assert_eq!(get(&http, &path).await.status, 200);
    let link = call(&http, &ana, &doors, None).await.1["links"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(send(&http, &eve, "DELETE", &format!("{doors}/{link}"), None).await.0, 404);
    assert_eq!(send(&http, &ana, "DELETE", &format!("{doors}/{link}"), None).await.0, 200);
    assert_eq!((get(&http, &path).await.status, scans(&token).await.status), (404, 404));
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_money_back_and_scans_are_read_by_their_organizer_alone() {
    let scene = scene().await;
    event(&scene, "Tea", 0, 1).await;
    scene.run(IN_A_MONTH).await;
    let http = scene.program.http();
    let (ana, eve) = (person(&scene, &http, "ana@example.com").await, person(&scene, &http, "eve@example.com").await);
    order_of(&buy(&http, "tea", "bo@example.com", "1").await);
    let form = get(&http, "/e/tea/tickets").await.form();
    let fields =
        [("form", form.as_str()), ("do", "wait"), ("wait", "kind-all"), ("name", "Wei"), ("email", "wei@example.com")];
    assert_eq!(post(&http, "/e/tea/tickets", &fields).await.status, 303);
    let code: String = scene.value("select code from tickets").await;
    let id: Uuid = scene.value("select id from events").await;
    let scans = json!({"scans": [scan(&code, "2026-11-23T15:00:00Z", "North")]});
    assert_eq!(call(&http, &ana, &format!("/api/checkin/{id}"), Some(scans)).await.0, 200);
    scene.run("insert into refunds (order_id, event_id, amount_cents, reason) select id, event_id, 1, 'organizer' from orders").await;
    let rows = [
        (
            "/rest/v1/waiting?select=name,email,orders(status)",
            json!([{"name": "Wei", "email": "wei@example.com", "orders": null}]),
        ),
        (
            "/rest/v1/checkins?select=result,door,tickets(status)",
            json!([{"result": "admitted", "door": "North", "tickets": {"status": "used"}}]),
        ),
        (
            "/rest/v1/refunds?select=amount_cents,reason,orders(buyer_email)",
            json!([{"amount_cents": 1, "reason": "organizer", "orders": {"buyer_email": "bo@example.com"}}]),
        ),
    ];
    for (path, wanted) in rows {
        assert_eq!(call(&http, &ana, path, None).await, (200, wanted), "{path}");
        assert_eq!(call(&http, &eve, path, None).await, (200, json!([])), "{path}");
        let bare = path.split('?').next().unwrap();
        assert_eq!(
            send(&http, &ana, "PATCH", &format!("{bare}?id=not.is.null"), Some(json!({"id": id}))).await.0,
            403,
            "{bare}"
        );
    }
    assert_eq!(send(&http, &eve, "DELETE", "/rest/v1/waiting?name=eq.Wei", None).await.0, 204);
    assert_eq!(scene.value::<i64>("select count(*) from waiting").await, 1, "another's line stays");
    assert_eq!(send(&http, &ana, "DELETE", "/rest/v1/waiting?name=eq.Wei", None).await.0, 204);
    assert_eq!(scene.value::<i64>("select count(*) from waiting").await, 0);
    scene.stop().await;
}
