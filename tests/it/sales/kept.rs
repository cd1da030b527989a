//! What selling leaves behind goes when nobody needs it, and whoever asks for all that is kept gets all of it.

use eventos::store::database::Actor;
use eventos::store::upkeep;
use serde_json::{Value, json};
use uuid::Uuid;

use super::doors::{call, person, scene};
use super::race::IN_A_MONTH;
use super::{buy, event, order_of};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_for_a_month_is_forgotten_and_what_stands_is_not() {
    let scene = scene().await;
    event(&scene, "Tea", 0, 9).await;
    // How long something is over is judged by the database's clock, which is the world's.
    scene.run(IN_A_MONTH).await;
    let http = scene.program.http();
    order_of(&buy(&http, "tea", "bo@example.com", "2").await);
    scene.run("update events set price_cents = 2500").await;
    order_of(&buy(&http, "tea", "late@example.com", "1").await);
    scene.settled().await;
    scene.run("select app.end_hold(id) from orders where status = 'pending'").await;
    scene
        .run("insert into webhooks (owner_id, url, secret) select id, 'https://example.org', sha256('x') from profiles")
        .await;
    let word = |status: &str| {
        format!(
            "insert into webhook_deliveries (webhook_id, kind, body, status) select id, 'order.paid', '{{}}', '{status}' from webhooks"
        )
    };
    for status in ["done", "failed", "waiting"] {
        scene.run(&word(status)).await;
    }
    scene.run("insert into payment_setup_queue (kind, payload, dedupe_key, done_at) values ('webhook', '{}', 'webhook:x', now())").await;
    scene.run("insert into stripe_events (id, type, happened_at) values ('evt_1', 'x', now())").await;
    scene.run("insert into waiting (event_id, email, name, offered_at) select id, n || '@example.com', 'x', case n when 1 then now() end from events, generate_series(1, 2) n").await;
    let sweep = async || {
        let store = scene.database.store().await;
        let mut tx = store.begin(Actor::Server).await.unwrap();
        let swept = upkeep::sweep_sales(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        swept
    };
    assert_eq!(sweep().await, 0, "it is all new");
    for (table, column) in [
        ("webhook_deliveries", "created_at"),
        ("stripe_events", "received_at"),
        ("waiting", "offered_at"),
        ("payment_setup_queue", "done_at"),
    ] {
        scene.run(&format!("update {table} set {column} = {column} - interval '31 days'")).await;
    }
    scene.run("update orders set ended_at = ended_at - interval '31 days'").await;
    sweep().await;
    let counts: Vec<i64> = vec![
        scene.value("select count(*) from webhook_deliveries where status = 'waiting'").await,
        scene.value("select count(*) from webhook_deliveries").await,
        scene.value("select count(*) from stripe_events").await,
        scene.value("select count(*) from waiting").await,
        scene.value("select count(*) from tickets").await,
        scene.value("select count(*) from payment_setup_queue where kind = 'webhook'").await,
        scene.value("select count(*) from payment_setup_queue where payload::text like '%example.com%'").await,
        scene.value("select count(*) from payment_setup_queue where kind = 'mail_order'").await,
    ];
    assert_eq!(
        counts,
        [1, 1, 0, 1, 2, 0, 0, 1],
        "what waits, what is valid, and the keys by which nothing is sent twice"
    );
    assert_eq!(sweep().await, 0);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_paid_is_no_guest_and_the_whole_of_what_is_kept_can_be_taken_along() {
    let scene = scene().await;
    event(&scene, "Gala", 2_500, 9).await;
    scene.run(IN_A_MONTH).await;
    let http = scene.program.http();
    order_of(&buy(&http, "gala", "late@example.com", "1").await);
    scene.run("select app.end_hold(id) from orders").await;
    scene.run("update events set price_cents = 0").await;
    order_of(&buy(&http, "gala", "bo@example.com", "1").await);
    let ana = person(&scene, &http, "ana@example.com").await;
    let id: Uuid = scene.value("select id from events").await;
    let door = call(&http, &ana, &format!("/api/checkin/{id}"), None).await.1;
    assert_eq!(door["tickets"].as_array().unwrap().len(), 1, "{door}");
    let guests = call(&http, &ana, &format!("/api/sales/{id}/guests"), None).await.1;
    assert_eq!((&guests["total"], &guests["guests"][0]["email"]), (&json!(1), &json!("bo@example.com")), "{guests}");

    for more in [
        "insert into webhooks (owner_id, url, secret) select id, 'https://example.org', sha256('secret') from profiles",
        "insert into webhook_deliveries (webhook_id, kind, body) select id, 'order.paid', '{}' from webhooks",
        "insert into promo_codes (event_id, code, percent) select id, 'HALF', 50 from events",
        "insert into event_questions (event_id, position, question) select id, 0, 'Fish?' from events",
        "insert into door_links (event_id, name, token_hash) select id, 'North', sha256('token') from events",
        "insert into waiting (event_id, email, name) select id, 'wei@example.com', 'Wei' from events",
        "insert into refunds (order_id, event_id, amount_cents, reason) select id, event_id, 1, 'outside' from orders limit 1",
        "insert into checkins (id, event_id, result, scanned_at) select gen_random_uuid(), id, 'unknown', now() from events",
    ] {
        scene.run(more).await;
    }
    let all = call(&http, &ana, "/api/account/export", None).await.1;
    let event = &all["events"][0];
    for name in ["promo_codes", "questions", "door_links", "waiting", "refunds", "checkins"] {
        assert_eq!(event[name].as_array().map(Vec::len), Some(1), "{name}: {event}");
    }
    assert_eq!(all["webhooks"][0]["deliveries"].as_array().map(Vec::len), Some(1), "{all}");
    let secret = |value: &Value| value.get("secret").is_some() || value.get("token_hash").is_some();
    assert!(!secret(&all["webhooks"][0]) && !secret(&event["door_links"][0]), "nothing that opens anything");
    scene.stop().await;
}
