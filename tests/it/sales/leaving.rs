//! An organizer leaves while people hold tickets: the money goes back, guests keep what tells them so, and the name is gone.

use serde_json::json;

use super::doors::{person, scene, send};
use super::{buy, event, get, now_s, order_of, pay, told};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_gives_the_money_back_and_leaves_no_name() {
    let scene = scene().await;
    event(&scene, "Gala", 2_500, 9).await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let order = order_of(&buy(&http, "gala", "bo@example.com", "1").await);
    let place = pay(&http, &order).await.header("location").rsplit('/').next().unwrap().to_owned();
    let paid = scene.peer.pay(&place, now_s());
    assert_eq!(told(&http, &paid).await, 200);
    let held = order_of(&buy(&http, "gala", "cy@example.com", "1").await);
    scene.publish("Nobody Came", Some(0), &[]).await;
    for about in [
        "insert into chats (channel, chat, user_id) select 'telegram', '1', id from profiles where email = 'ana@example.com'",
        "insert into outbox (user_id, channel, address, reply) select id, 'telegram', '1', '[]' from profiles where email = 'ana@example.com'",
        "insert into stripe_connects (state_hash, browser_hash, user_id, expires_at) select sha256('a'), sha256('b'), id, now() from profiles where email = 'ana@example.com'",
    ] {
        scene.run(about).await;
    }

    assert_eq!(
        send(&http, &ana, "DELETE", "/api/account", Some(json!({}))).await,
        (200, json!({"success": true, "eventsKept": 1}))
    );
    scene.settled().await;
    let stands: Vec<String> = scene.all("select name || ' ' || status from events").await;
    assert_eq!(stands, ["Gala cancelled"]);
    let amounts: Vec<i64> = scene.peer.refunds().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [2_500]);
    assert_eq!(scene.all::<String>("select status from orders order by buyer_email").await, ["paid", "expired"]);
    let mails = scene.mails();
    let to_bo: Vec<&String> = mails.iter().filter(|mail| mail.contains("To: bo@example.com")).collect();
    assert!(to_bo.iter().any(|mail| mail.contains("Subject: Cancelled: Gala")), "{to_bo:?}");
    assert!(to_bo.iter().any(|mail| mail.contains("$25 CAD")), "{to_bo:?}");
    for page in [&order, &held] {
        let seen = get(&http, page).await;
        assert_eq!(seen.status, 200);
        assert!(seen.body.contains("Gala") && !seen.body.contains("Ana"), "{}", seen.body);
    }
    assert!(!get(&http, "/e/gala").await.body.contains("Ana"));
    let left: i64 = scene
        .value(
            "select (select count(*) from profiles where email is not null or full_name is not null)
               + (select count(*) from auth.users where email is not null)
               + (select count(*) from chats) + (select count(*) from outbox) + (select count(*) from stripe_connects)
               + (select count(*) from payment_setup_queue where payload::text like '%ana@%')",
        )
        .await;
    assert_eq!(left, 0);
    let noted = "select count(*) from security_audit_log where event_type = 'event_cancel'";
    assert_eq!(scene.value::<i64>(noted).await, 1, "that it was called off stands in the log");
    scene.stop().await;
}
