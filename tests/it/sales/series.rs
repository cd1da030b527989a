//! All dates of a series published on one word, over the API and by talking.

use axum::Router;
use port::{Body, Purpose, SessionChoice};
use serde_json::{Value, json};

use super::doors::{Person, call, person, scene};
use super::scene::{Scene, confirm, turn};

const NOTHING_WAITS: &str = "select not exists (select from inbox where state in ('accepted', 'running'))";
const CALLS: &str = "select count(*) from ai_conversations where role = 'user' and content = 'Publish it.'";

/// Four Tuesdays, the first of them published, and where they are.
async fn laid(scene: &Scene, http: &Router, ana: &Person) -> (String, Value) {
    let event = scene.publish("Tea", Some(0), &[("Seat", 0)]).await;
    let path = format!("/api/events/{event}/series");
    let (status, made) = call(http, ana, &path, Some(json!({"count": 4, "rule": "FREQ=WEEKLY"}))).await;
    assert_eq!(status, 200, "{made}");
    let (status, standing) = call(http, ana, &path, None).await;
    assert_eq!(status, 200, "{standing}");
    (path, standing)
}

/// Every date as it was shown.
fn all(standing: &Value) -> Value {
    let dates = standing["dates"].as_array().unwrap();
    let shown = dates.iter().map(|date| json!({"eventId": date["eventId"], "revision": date["revision"]}));
    json!({"dates": shown.collect::<Vec<_>>()})
}

fn states(standing: &Value, field: &str) -> Vec<Value> {
    standing["dates"].as_array().unwrap().iter().map(|date| date[field].clone()).collect()
}

async fn published(scene: &Scene) -> i64 {
    scene.value("select count(*) from events where status = 'published'").await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_word_publishes_what_is_ready_and_the_next_one_the_rest() {
    let scene = scene().await;
    let http = scene.program.http();
    let (ana, eve) = (person(&scene, &http, "ana@example.com").await, person(&scene, &http, "eve@example.com").await);
    let (path, standing) = laid(&scene, &http, &ana).await;
    let publish = format!("{path}/publish");
    assert_eq!(states(&standing, "status"), ["published", "draft", "draft", "draft"]);
    assert_eq!(states(&standing, "ready"), [false, true, true, true]);
    for (path, body) in [(&path, None), (&publish, Some(all(&standing)))] {
        assert_eq!(call(&http, &eve, path, body).await.0, 404, "another's series is not there");
    }
    let odd = json!({"dates": [{"eventId": "00000000-0000-4000-8000-00000000c0de", "revision": 1}]});
    assert_eq!(call(&http, &ana, &publish, Some(odd)).await.0, 422);
    // The second lacks something, the third is over, the fourth is another than it was shown.
    let id = |at: usize| standing["dates"][at]["eventId"].as_str().unwrap().to_owned();
    scene.run(&format!("update events set capacity = null where id = '{}'", id(1))).await;
    scene.run(&format!("update events set starts_local = '2020-01-07 18:00' where id = '{}'", id(2))).await;
    scene.run(&format!("update events set capacity = 70 where id = '{}'", id(3))).await;
    let (status, told) = call(&http, &ana, &publish, Some(all(&standing))).await;
    assert_eq!((status, &told["changed"]), (202, &json!([id(3)])), "{told}");
    scene.until("nothing waits", NOTHING_WAITS).await;
    assert_eq!(published(&scene).await, 1, "nothing is published that was not shown so, or cannot be");
    let standing = call(&http, &ana, &path, None).await.1;
    let of = |at: &str| {
        let dates = standing["dates"].as_array().unwrap();
        dates.iter().find(|date| date["eventId"] == at).unwrap().clone()
    };
    assert_eq!((&of(&id(1))["ready"], of(&id(1))["missing"]["capacity"].is_string()), (&json!(false), true));
    assert_eq!((&of(&id(2))["ready"], &of(&id(2))["over"]), (&json!(false), &json!(true)));
    assert_eq!(call(&http, &ana, &publish, Some(all(&standing))).await.0, 202);
    scene.until("the fourth is published", "select count(*) = 2 from events where status = 'published'").await;
    // What was mended is published by the next word, and nothing twice.
    scene.run(&format!("update events set capacity = 80 where id = '{}'", id(1))).await;
    scene.run(&format!("update events set starts_local = '2027-01-05 18:00' where id = '{}'", id(2))).await;
    let standing = call(&http, &ana, &path, None).await.1;
    let (first, second) = tokio::join!(
        call(&http, &ana, &publish, Some(all(&standing))),
        call(&http, &ana, &publish, Some(all(&standing)))
    );
    assert_eq!((first.0, second.0), (202, 202));
    scene.until("all are published", "select count(*) = 4 from events where status = 'published'").await;
    scene.until("nothing waits", NOTHING_WAITS).await;
    let calls: i64 = scene.value(CALLS).await;
    assert_eq!(call(&http, &ana, &publish, Some(all(&standing))).await.0, 202);
    assert_eq!(scene.value::<i64>(CALLS).await, calls, "what is published is not called again");
    let links: i64 = scene.value("select count(distinct slug) from events").await;
    let told: i64 = scene.value("select count(*) from payment_setup_queue where kind = 'mail_published'").await;
    assert_eq!((links, told), (4, 4), "each has its own page and its own mail");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_before_a_crash_is_published_unasked() {
    let scene = scene().await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let (path, standing) = laid(&scene, &http, &ana).await;
    fail::cfg("series.kept", "1*panic(on purpose)->off").unwrap();
    assert_eq!(call(&http, &ana, &format!("{path}/publish"), Some(all(&standing))).await.0, 500);
    let standing = call(&http, &ana, &path, None).await.1;
    assert_eq!(states(&standing, "underWay"), [false, true, true, true], "{standing}");
    scene.run("update inbox set lease_until = now() - interval '1 second' where state = 'accepted'").await;
    let next = scene.second_program_with(|settings| settings.wizard.lease_s = 3).await;
    scene.until("all are published", "select count(*) = 4 from events where status = 'published'").await;
    let standing = call(&http, &ana, &path, None).await.1;
    assert_eq!(states(&standing, "underWay"), [false; 4]);
    next.stop().await;
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_in_the_conversation_of_one_date_publishes_them_all_on_a_yes_that_names_them() {
    let scene = scene().await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let (_, standing) = laid(&scene, &http, &ana).await;
    let id = |at: usize| standing["dates"][at]["eventId"].as_str().unwrap().to_owned();
    let path = format!("/api/events/{}/conversation", id(1));
    let session = call(&http, &ana, &path, Some(json!({}))).await.1["sessionId"].as_str().unwrap().to_owned();
    let say = async |body: Body| turn(&scene, SessionChoice::Id(session.clone()), body).await;
    let text = |words: &str| Body::Text(words.to_owned());
    let told = say(text("publish all dates")).await;
    assert!(told.said.contains("3 dates would be published") && told.said.contains("publish all 3?"), "{}", told.said);
    let asked = told.asked.expect("it is asked first");
    assert_eq!((asked.purpose, asked.card.lines.len()), (Purpose::Publish, 3));
    assert_eq!(published(&scene).await, 1);
    // One of them changes before the yes: that one stays a draft.
    scene.run(&format!("update events set capacity = 70 where id = '{}'", id(3))).await;
    let told = say(confirm(&asked)).await;
    assert!(told.said.contains("3 dates are being published"), "{}", told.said);
    scene.until("the others are published", "select count(*) = 3 from events where status = 'published'").await;
    scene.until("nothing waits", NOTHING_WAITS).await;
    assert_eq!(scene.value::<String>(&format!("select status from events where id = '{}'", id(3))).await, "draft");
    let told = say(text("publish the rest")).await;
    assert!(told.said.contains("One date would be published"), "{}", told.said);
    say(text("yes")).await;
    scene.until("all are published", "select count(*) = 4 from events where status = 'published'").await;
    let told = say(text("全部发布")).await;
    assert!(told.said.contains("都已发布") && told.asked.is_none(), "{}", told.said);
    scene.stop().await;
}
