//! After publishing: a change is told to ticket holders once and as it stands then, nobody is turned away by a smaller number, and
//! an event that is called off is told, shown, and sold no more; by the row, by talking, and over REST.

use port::{Body, Purpose, SessionChoice};
use serde_json::Value;

use super::scene::{Scene, confirm, turn};
use crate::peers::stripe::{Mood, StripePeer};

const CHANGES: &str = "select count(*) from payment_setup_queue where kind = 'mail_changed' and done_at is null";
const DUE: &str =
    "update payment_setup_queue set next_retry_at = now() where kind = 'mail_changed' and done_at is null";

async fn scene() -> Scene {
    Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await
}

/// Two people hold tickets, one of them two.
async fn sell(scene: &Scene) {
    scene
        .run(
            "insert into tickets (event_id, attendee_name, attendee_email, status) select events.id, t.name, t.email, t.status from events,
               (values ('Bo', 'bo@example.com', 'valid'), ('Bo', 'BO@example.com', 'used'), ('Cy', 'cy@example.com', 'valid'),
                 ('Di', 'di@example.com', 'cancelled')) as t (name, email, status)",
        )
        .await;
}

fn told(scene: &Scene, subject: &str) -> Vec<String> {
    scene.mails().into_iter().filter(|mail| mail.contains(&format!("Subject: {subject}"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_hear_of_a_change_once_and_of_one_that_was_taken_back_never() {
    let scene = scene().await;
    scene.publish("Harbour Lights", Some(0), &[]).await;
    sell(&scene).await;
    scene.settled().await;
    scene.run("update events set starts_local = '2026-12-14 18:00'").await;
    scene.run("update events set place = 'The Hall'").await;
    scene.run("update events set description = 'Other songs.'").await;
    assert_eq!(scene.value::<i64>(CHANGES).await, 2, "one for each address, whatever is changed meanwhile");
    let waits = "select bool_and(next_retry_at > created_at + interval '90 seconds') from payment_setup_queue where kind = 'mail_changed'";
    assert!(scene.value::<bool>(waits).await, "an organizer may correct themselves");
    scene.run(DUE).await;
    scene.settled().await;
    let mails = told(&scene, "Changed: Harbour Lights");
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(
        mails.iter().all(|mail| mail.contains("December 14, 2026, 6:00 PM") && mail.contains("The Hall")),
        "{mails:?}"
    );

    scene.run("update events set place = 'The Attic'").await;
    scene.run("update events set starts_local = '2026-12-15 18:00'").await;
    scene.run("update events set starts_local = '2026-12-14 18:00'").await;
    scene.run("update events set place = 'The Hall'").await;
    scene.run(DUE).await;
    scene.settled().await;
    assert_eq!(told(&scene, "Changed: Harbour Lights").len(), 2, "what is as it was before is not worth a mail");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sold_holds() {
    let scene = scene().await;
    let event = scene.publish("Harbour Lights", None, &[("Early", 2_000), ("Late", 3_000)]).await;
    sell(&scene).await;
    scene.run("update tickets set tier_id = (select id from ticket_tiers where name = 'Early')").await;
    // Nothing else locks these rows from here on.
    scene.settled().await;
    let mut conn = scene.database.connect(crate::harness::Role::Bootstrap).await;
    for refused in [
        "update events set capacity = 2",
        "delete from ticket_tiers where name = 'Early'",
        "update ticket_tiers set quantity = 2 where name = 'Early'",
    ] {
        let error = sqlx::query(refused).execute(&mut conn).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("PT422"), "{refused}");
    }
    for allowed in [
        "update events set capacity = 3",
        "update ticket_tiers set quantity = 3 where name = 'Early'",
        "delete from ticket_tiers where name = 'Late'",
    ] {
        sqlx::query(allowed).execute(&mut conn).await.unwrap();
    }
    let windows = "update ticket_tiers set sales_from = '2026-11-25 00:00-05', sales_until = '2026-12-02 00:00-05'";
    sqlx::query(windows).execute(&mut conn).await.unwrap();
    let window = "select (sales_from at time zone 'America/Vancouver')::text || ' ' || (sales_until at time zone 'America/Vancouver')::text from ticket_tiers";
    scene
        .run(&format!(
            "update events set starts_local = '2026-12-14 18:00', timezone = 'America/Vancouver' where id = '{event}'"
        ))
        .await;
    assert_eq!(
        scene.value::<String>(window).await,
        "2026-11-25 00:00:00 2026-12-15 00:00:00",
        "another zone keeps the wall clock; what reached to the event goes with it (PAINS P37)"
    );
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_called_off_is_told_and_sold_no_more() {
    let scene = scene().await;
    let event = scene.publish("Harbour Lights", None, &[("Early", 2_000), ("Late", 3_000)]).await;
    sell(&scene).await;
    scene.settled().await;
    scene.run("update events set name = 'Harbour Night'").await;
    scene.settled().await;
    assert_eq!(scene.peer.products()[0]["name"], "Harbour Night");
    scene.run("update events set place = 'The Hall'").await;
    scene.run(&format!("update events set status = 'cancelled' where id = '{event}'")).await;
    scene.run(DUE).await;
    scene.settled().await;
    assert_eq!(told(&scene, "Cancelled: Harbour Night").len(), 2);
    assert!(told(&scene, "Changed:").is_empty(), "nobody is told of the place of what does not take place");
    assert!(scene.peer.prices().iter().all(|price| price["active"] == false), "{:?}", scene.peer.prices());
    assert_eq!((scene.peer.products().len(), &scene.peer.products()[0]["active"]), (1, &Value::Bool(false)));
    scene.stop().await;
}

/// A published event with its conversation, and two ticket holders.
async fn published(scene: &Scene) -> String {
    let opening = "A concert called Harbour Lights, 80 people, on 1 December 2026 at 6 pm, free, 90 minutes";
    let first = turn(scene, SessionChoice::New, Body::Text(opening.to_owned())).await;
    let place = Body::Text("At Pier 21 in Halifax".to_owned());
    let asked = turn(scene, SessionChoice::Id(first.session.clone()), place).await.asked;
    let done =
        turn(scene, SessionChoice::Id(first.session.clone()), confirm(&asked.expect("everything is said"))).await;
    assert!(done.said.contains("is published"), "{}", done.said);
    sell(scene).await;
    first.session
}

#[tokio::test(flavor = "multi_thread")]
async fn by_talking_a_change_is_shown_first_and_done_on_a_yes_to_exactly_it() {
    let scene = scene().await;
    let session = published(&scene).await;
    let say = async |text: &str| turn(&scene, SessionChoice::Id(session.clone()), Body::Text(text.to_owned())).await;
    let starts = "select starts_local::text from events";

    let shown = say("move it to 14 December 2026").await;
    assert!(
        shown.said.contains("December 14, 2026") && shown.said.contains("2 people with a ticket"),
        "{}",
        shown.said
    );
    let first = shown.asked.unwrap();
    assert_eq!(first.purpose, Purpose::Change);
    assert_eq!(scene.value::<String>(starts).await, "2026-12-01 18:00:00", "words alone change nothing");
    let declined = say("no").await;
    assert_eq!((declined.said.as_str(), declined.asked), ("All right, everything stays as it is.", None));
    let late = turn(&scene, SessionChoice::Id(session.clone()), confirm(&first)).await;
    assert!(late.said.contains("too old"), "a declined question is over: {}", late.said);
    assert_eq!(scene.value::<String>(starts).await, "2026-12-01 18:00:00");

    let second = say("move it to 14 December 2026").await.asked.unwrap();
    scene.run("update events set description = 'Changed elsewhere.'").await;
    let stale = turn(&scene, SessionChoice::Id(session.clone()), confirm(&second)).await;
    assert!(stale.said.contains("Please look once more"), "bound to the revision: {}", stale.said);

    let third = say("move it to 14 December 2026").await.asked.unwrap();
    let done = turn(&scene, SessionChoice::Id(session.clone()), confirm(&third)).await;
    assert!(
        done.said.starts_with("Changed: ") && done.said.contains("2 people with a ticket are told"),
        "{}",
        done.said
    );
    assert_eq!(scene.value::<String>(starts).await, "2026-12-14 18:00:00");
    let twice = turn(&scene, SessionChoice::Id(session.clone()), confirm(&third)).await;
    assert!(twice.said.contains("too old"), "used once: {}", twice.said);
    assert_eq!(scene.value::<i64>(CHANGES).await, 2);

    let fewer = say("make it 2 people").await;
    assert!(fewer.asked.is_none() && fewer.said.contains("3 tickets are sold"), "{}", fewer.said);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_talking_an_event_is_called_off_on_a_yes_in_the_conversations_language() {
    let scene = scene().await;
    let session = published(&scene).await;
    let say = async |text: &str| turn(&scene, SessionChoice::Id(session.clone()), Body::Text(text.to_owned())).await;
    let status = "select status from events";
    let unasked = say("don't cancel the event").await;
    assert!(unasked.asked.is_none(), "{}", unasked.said);
    let shown = say("cancel the event").await;
    assert!(shown.said.contains("would be cancelled for good"), "{}", shown.said);
    assert_eq!(shown.asked.unwrap().purpose, Purpose::CallOff);
    assert_eq!(scene.value::<String>(status).await, "published");
    let done = say("yes").await;
    assert!(
        done.said.contains("is cancelled") && done.said.contains("2 people with a ticket are told"),
        "{}",
        done.said
    );
    assert_eq!(scene.value::<String>(status).await, "cancelled");
    let over = say("make it 90 people").await;
    assert!(over.asked.is_none() && over.said.contains("cannot be changed any more"), "{}", over.said);
    scene.settled().await;
    assert_eq!(told(&scene, "Cancelled: Harbour Lights").len(), 2);
    scene.stop().await;
}
