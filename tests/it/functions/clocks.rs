//! An hour that the clocks skip, or show twice: it is saved, and every answer says as which moment it counts.

use serde_json::{Value, json};

use super::{Api, complete, process, save};
use crate::harness::Role;

fn night(starts: &str) -> Value {
    let mut event = complete();
    event["dateTime"] = json!(starts);
    event["duration"] = json!(60);
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_that_the_clocks_skip_is_saved_and_said_as_it_counts() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let saved = api.ask(&ana, save(&session, night("2027-03-14T02:30"))).await.ok();
    let clock = json!({"field": "dateTime", "asked": "2027-03-14T02:30", "counts": "2027-03-14T03:30:00-04:00", "kind": "skipped"});
    assert_eq!(saved["clock"], clock, "{saved}");
    let draft = &saved["eventDraft"];
    assert_eq!(
        (&draft["dateTime"], &draft["endDateTime"], &draft["duration"]),
        (&json!("2027-03-14T03:30:00-04:00"), &json!("2027-03-14T04:30:00-04:00"), &json!(60))
    );
    let warnings = saved["publish"]["warnings"].to_string();
    assert!(warnings.contains("2:30 AM does not exist, so it counts as 3:30 AM"), "{warnings}");
    let mut conn = api.database.connect(Role::Bootstrap).await;
    let row = "select to_char(starts_local, 'HH24:MI') || to_char(date_time at time zone 'UTC', ' HH24:MI') || to_char(ends_local, ' HH24:MI ') || duration from events";
    let row: String = sqlx::query_scalar(row).fetch_one(&mut conn).await.unwrap();
    assert_eq!(row, "02:30 07:30 04:30 60", "what was said is kept, and what counts stands beside it");

    // A form may send back what it was shown: nothing becomes another by it.
    let again = api.ask(&ana, save(&session, saved["eventDraft"].clone())).await.ok();
    assert_eq!((&again["clock"], &again["eventDraft"]), (&clock, draft));

    let moved = api.ask(&ana, save(&session, json!({"dateTime": "2027-03-14T12:30"}))).await.ok();
    assert!(moved.get("clock").is_none(), "{moved}");
    let twice = api.ask(&ana, save(&session, json!({"dateTime": "2027-11-07T01:30"}))).await.ok();
    let clock = json!({"field": "dateTime", "asked": "2027-11-07T01:30", "counts": "2027-11-07T01:30:00-04:00", "kind": "twice"});
    assert_eq!(twice["clock"], clock);
    api.stop().await;
}

/// Without a zone of its own the event goes by its organizer's, here and in its row.
#[tokio::test(flavor = "multi_thread")]
async fn the_organizers_own_clock_skips_hours_as_well() {
    let api = Api::start().await;
    let ana = api.person("ana@example.com").await;
    let mut conn = api.database.connect(Role::Bootstrap).await;
    sqlx::query("update profiles set timezone = 'America/Toronto' where id = $1")
        .bind(ana.id)
        .execute(&mut conn)
        .await
        .unwrap();
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let saved = api.ask(&ana, save(&session, json!({"dateTime": "2027-03-14T02:30", "duration": 60}))).await.ok();
    assert!(saved["eventDraft"].get("timezone").is_none(), "{saved}");
    assert_eq!(saved["clock"]["counts"], "2027-03-14T03:30:00-04:00", "{saved}");
    assert_eq!(saved["eventDraft"]["endDateTime"], "2027-03-14T04:30:00-04:00");
    let row = "select to_char(date_time at time zone 'UTC', 'HH24:MI') || to_char(ends_local, ' HH24:MI ') || duration from events";
    let row: String = sqlx::query_scalar(row).fetch_one(&mut conn).await.unwrap();
    assert_eq!(row, "07:30 04:30 60");
    let again = api.ask(&ana, save(&session, saved["eventDraft"].clone())).await.ok();
    assert_eq!((&again["clock"], &again["eventDraft"]), (&saved["clock"], &saved["eventDraft"]));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_of_its_own_and_talk_come_to_the_same_hour() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let said = api.ask(&ana, process(&session, 3, "in Toronto on March 14 2027 at 2:30am")).await.ok();
    let words = said["aiResponse"]["message"].as_str().unwrap();
    assert!(words.contains("2:30 AM does not exist, so it counts as 3:30 AM"), "{words}");
    assert_eq!(said["clock"]["asked"], "2027-03-14T02:30", "{said}");
    let said = api.ask(&ana, process(&session, 3, "it lasts one hour")).await.ok();
    assert_eq!(said["eventDraft"]["endDateTime"], "2027-03-14T04:30:00-04:00", "{said}");
    let words = said["aiResponse"]["message"].as_str().unwrap();
    assert!(!words.contains("does not exist"), "said once: {words}");
    api.stop().await;
}
