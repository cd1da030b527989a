//! Talk over the API: words beside fields are asked about where talk is, and do at once only what a form may do.

use serde_json::json;

use super::{Api, complete, process, save};
use crate::harness::Role;

#[tokio::test(flavor = "multi_thread")]
async fn talk_changes_a_published_event_only_on_a_yes_whatever_it_comes_in() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    api.ask(&ana, save(&session, complete())).await.ok();
    api.ask(&ana, json!({"action": "publish", "sessionId": session})).await.ok();
    let mut conn = api.database.connect(Role::Bootstrap).await;
    sqlx::query("insert into tickets (event_id, attendee_name, attendee_email, status) select id, 'Bo', 'bo@example.com', 'valid' from events")
        .execute(&mut conn)
        .await
        .unwrap();
    let day = "select starts_local::date::text || ' ' || (select count(*) from payment_setup_queue where kind = 'mail_changed') from events";
    let day =
        async |conn: &mut sqlx::PgConnection| -> String { sqlx::query_scalar(day).fetch_one(conn).await.unwrap() };
    assert_eq!(day(&mut conn).await, "2026-12-01 0");

    let asked = api.ask(&ana, process(&session, 6, "move it to December 8")).await.ok();
    let words = asked["aiResponse"]["message"].as_str().unwrap();
    assert!(words.contains("December 8, 2026") && words.contains('?'), "{words}");
    assert_eq!(day(&mut conn).await, "2026-12-01 0", "nothing is changed, and no guest hears of it");
    api.ask(&ana, process(&session, 6, "yes")).await.ok();
    assert_eq!(day(&mut conn).await, "2026-12-08 1");

    // Words beside a field are talk, too; a field alone is what the organizer sees.
    let mut both = process(&session, 6, "and move it to December 9");
    both["eventData"] = json!({"capacity": 40});
    api.ask(&ana, both).await.ok();
    assert_eq!(day(&mut conn).await, "2026-12-08 1");
    api.ask(&ana, save(&session, json!({"dateTime": "2026-12-10T23:00:00Z"}))).await.ok();
    assert!(day(&mut conn).await.starts_with("2026-12-10"));

    let sold = api.ask(&ana, process(&session, 6, "How many tickets are sold?")).await.ok();
    let words = sold["aiResponse"]["message"].as_str().unwrap();
    assert!(words.contains("Tickets sold: 1"), "sales are heard over the API, too: {words}");
    api.stop().await;
}
