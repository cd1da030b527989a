//! An event once more: as a copy, as a series of days, from what one did before; and from another program's file.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use port::{Body as Said, Form, SessionChoice};
use serde_json::{Value, json};
use uuid::Uuid;

use super::ask;
use super::doors::{self, Person, call, person, scene};
use super::scene::{Scene, confirm, turn};

async fn tiers(scene: &Scene, event: &str) -> Vec<(String, i64, Option<String>)> {
    let mut conn = scene.database.connect(crate::harness::Role::Bootstrap).await;
    sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select name, price_cents, to_char(sales_until at time zone 'America/Toronto', 'YYYY-MM-DD HH24:MI')
         from ticket_tiers where event_id = '{event}' order by position"
    )))
    .fetch_all(&mut conn)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_has_everything_but_its_day_its_link_and_its_sales() {
    let scene = scene().await;
    let event = scene.publish("Gala", None, &[("Floor", 2_500), ("Box", 9_000)]).await;
    scene.run("update ticket_tiers set sales_until = '2026-11-30 20:00-05' where name = 'Floor'").await;
    scene
        .run(&format!(
            "insert into event_questions (event_id, question, required) values ('{event}', 'What do you eat?', true)"
        ))
        .await;
    let http = scene.program.http();
    let (ana, eve) = (person(&scene, &http, "ana@example.com").await, person(&scene, &http, "eve@example.com").await);
    let path = format!("/api/events/{event}/copy");
    let wish = json!({"id": "00000000-0000-4000-8000-00000000c0de", "starts": "2027-05-03"});
    assert_eq!(call(&http, &eve, &path, Some(wish.clone())).await.0, 404, "another's event is not there");
    let (status, made) = call(&http, &ana, &path, Some(wish.clone())).await;
    assert_eq!(status, 201, "{made}");
    let again = call(&http, &ana, &path, Some(wish)).await.1;
    assert_eq!(again, made, "the same copy asked for twice is one");
    let copy = made["eventId"].as_str().unwrap();
    let row: (String, String, String, bool, Value, i64) = scene
        .row(&format!("select name, status, to_char(starts_local, 'YYYY-MM-DD HH24:MI'), slug = 'gala', metadata, duration::bigint from events where id = '{copy}'"))
        .await;
    assert_eq!((row.0.as_str(), row.1.as_str(), row.2.as_str(), row.3), ("Gala", "draft", "2027-05-03 18:00", false));
    assert!(!row.4.to_string().contains("stripe"), "{}", row.4);
    assert_eq!(row.5, 90);
    let until = Some("2027-05-02 20:00".to_owned());
    assert_eq!(tiers(&scene, copy).await, [("Floor".to_owned(), 2_500, until), ("Box".to_owned(), 9_000, None)]);
    assert_eq!(
        scene.all::<String>(&format!("select question from event_questions where event_id = '{copy}'")).await,
        ["What do you eat?"]
    );
    let session = made["sessionId"].as_str().unwrap();
    assert_eq!(
        scene.value::<Uuid>(&format!("select event_id from wizard_sessions where id = '{session}'")).await.to_string(),
        copy
    );
    // Without a day it is still to be said; an odd one is refused.
    let open = call(&http, &ana, &path, Some(json!({}))).await.1["eventId"].as_str().unwrap().to_owned();
    assert_eq!(
        scene.value::<Option<String>>(&format!("select starts_local::text from events where id = '{open}'")).await,
        None
    );
    for odd in ["tomorrow", "2027-02-30", "2027-05-03T25:00", ""] {
        assert_eq!(call(&http, &ana, &path, Some(json!({"starts": odd}))).await.0, 422, "{odd}");
    }
    let known = call(&http, &ana, "/api/templates?search=gal", None).await.1;
    assert_eq!((&known[0]["name"], &known[0]["status"]), (&json!("Gala"), &json!("published")), "{known}");
    assert_eq!(call(&http, &eve, "/api/templates", None).await.1, json!([]));
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_is_an_event_for_each_day_with_its_own_tickets() {
    let scene = scene().await;
    let event = scene.publish("Tea", None, &[("Seat", 0)]).await;
    scene.run("update events set recurrence = 'FREQ=WEEKLY;BYDAY=TU', starts_local = '2027-03-09 18:00'").await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let path = format!("/api/events/{event}/series");
    let (status, laid) = call(&http, &ana, &path, Some(json!({"count": 4}))).await;
    assert_eq!(status, 200, "{laid}");
    let days: Vec<&str> =
        laid["events"].as_array().unwrap().iter().map(|day| day["starts"].as_str().unwrap()).collect();
    // The clock is turned between the first and the second of them; the hour stays.
    assert_eq!(days, ["2027-03-16T18:00:00", "2027-03-23T18:00:00", "2027-03-30T18:00:00"]);
    let instants: Vec<String> =
        scene.all("select to_char(date_time at time zone 'UTC', 'DD HH24') from events order by date_time").await;
    assert_eq!(instants, ["09 23", "16 22", "23 22", "30 22"]);
    let alone: (i64, i64, i64) = scene
        .row("select count(distinct series_id), count(*) filter (where recurrence is not null), (select count(*) from ticket_tiers) from events")
        .await;
    assert_eq!(alone, (1, 0, 4), "one series, no event repeats by itself, each has its ticket");
    // Longer: what is there stays, what lacks is added.
    let more = call(&http, &ana, &path, Some(json!({"count": 5}))).await.1;
    assert_eq!(more["events"].as_array().unwrap().len(), 1, "{more}");
    assert_eq!(more["events"][0]["starts"], "2027-04-06T18:00:00");
    for (odd, field) in [
        (json!({"count": 1}), "count"),
        (json!({"count": 500}), "count"),
        (json!({"count": 3, "rule": "FREQ=HOURLY"}), "rule"),
    ] {
        let (status, refused) = call(&http, &ana, &path, Some(odd)).await;
        assert_eq!((status, refused["error"]["fields"][field].is_string()), (422, true), "{refused}");
    }
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_came_in_without_a_conversation_gets_one_and_one_alone() {
    let scene = scene().await;
    let event = scene.publish("Tea", None, &[("Seat", 0)]).await;
    scene.run("delete from wizard_sessions").await;
    let http = scene.program.http();
    let (ana, eve) = (person(&scene, &http, "ana@example.com").await, person(&scene, &http, "eve@example.com").await);
    let path = format!("/api/events/{event}/conversation");
    assert_eq!(call(&http, &eve, &path, Some(json!({}))).await.0, 404, "another's event is not there");
    assert_eq!(call(&http, &ana, "/api/events/odd/conversation", Some(json!({}))).await.0, 404);
    let asked = tokio::join!(
        call(&http, &ana, &path, Some(json!({}))),
        call(&http, &ana, &path, Some(json!({}))),
        call(&http, &ana, &path, Some(json!({}))),
    );
    assert_eq!((asked.0.0, &asked.0.1), (200, &asked.1.1), "asked at once there is one");
    assert_eq!(asked.1, asked.2);
    let kept: Vec<Uuid> = scene.all(&format!("select id from wizard_sessions where event_id = '{event}'")).await;
    assert_eq!(kept.iter().map(Uuid::to_string).collect::<Vec<_>>(), [asked.0.1["sessionId"].as_str().unwrap()]);
    scene.stop().await;
}

async fn send(http: &Router, person: &Person, path: &str, file: &str) -> (u16, Value) {
    send_in("en", http, person, path, file).await
}

async fn send_in(language: &str, http: &Router, person: &Person, path: &str, file: &str) -> (u16, Value) {
    let request = Request::builder().method("POST").uri(path).header("authorization", format!("Bearer {}", person.0));
    let request = request.header("accept-language", language);
    let answer =
        ask(http, request.header("content-type", "text/calendar").body(Body::from(file.to_owned())).unwrap()).await;
    (answer.status, serde_json::from_str(&answer.body).unwrap_or(Value::String(answer.body)))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_over_or_refused_is_said_in_the_readers_language() {
    let scene = scene().await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let file = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Thé\nSTATUS:CANCELLED\nDTSTART:odd\nEND:VEVENT\nEND:VCALENDAR\n";
    for (language, cancelled, start) in [
        ("fr-CA", "Il y est noté comme annulé.", "Le début est illisible."),
        ("es", "Allí figura como cancelado.", "El comienzo no se puede leer."),
        ("zh-TW", "文件里标明它已取消。", "无法读取开始时间。"),
        ("de", "It stands there as cancelled.", "The start cannot be read."),
    ] {
        let (status, seen) = send_in(language, &http, &ana, "/api/import/preview", file).await;
        let notes = json!([{"field": "name", "text": cancelled}, {"field": "dateTime", "text": start}]);
        assert_eq!((status, &seen["events"][0]["notes"]), (200, &notes), "{seen}");
    }
    let (status, refused) = send_in("fr", &http, &ana, "/api/import/preview", "words").await;
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(status == 422 && message.starts_with("Il n’y a aucun événement dans ce fichier."), "{refused}");
    let (status, refused) = send_in("es", &http, &ana, "/api/sales/odd/resend", "{}").await;
    assert_eq!((status, &refused["error"]["message"]), (400, &json!("No se puede leer esta petición. Revísala.")));
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_seen_before_anything_is_made_and_makes_nothing_twice() {
    let scene = scene().await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let file = "name,date,time,place,price,currency\nTea,2027-05-03,18:00,Pier 21,12.50,CAD\nOdd,someday,,,,\n<script>,2027-05-04,19:00,,0,CAD\n";
    let (status, seen) = send(&http, &ana, "/api/import/preview", file).await;
    assert_eq!(status, 200, "{seen}");
    assert_eq!((&seen["events"][0]["fields"]["priceCents"], &seen["events"][0]["notes"]), (&json!(1_250), &json!([])));
    assert_eq!(seen["events"][1]["notes"][0]["field"], "dateTime");
    assert_eq!(scene.value::<i64>("select count(*) from events").await, 0, "looking makes nothing");
    let (status, made) = send(&http, &ana, "/api/import?only=0,1", file).await;
    assert_eq!((status, made["events"].as_array().unwrap().len()), (200, 2), "{made}");
    let twice = send(&http, &ana, "/api/import", file).await.1;
    assert_eq!((twice["events"].as_array().unwrap().len(), &twice["known"]), (1, &json!(2)), "{twice}");
    let stands: Vec<String> = scene.all("select name || ' ' || status || ' ' || coalesce(to_char(starts_local, 'MM-DD HH24:MI'), '-') from events order by created_at, name").await;
    assert!(
        stands.contains(&"Tea draft 05-03 18:00".to_owned()) && stands.contains(&"Odd draft -".to_owned()),
        "{stands:?}"
    );
    for nothing in ["", "words", "a,b\n1,2", "BEGIN:VCALENDAR\nEND:VCALENDAR"] {
        assert_eq!(send(&http, &ana, "/api/import/preview", nothing).await.0, 422, "{nothing:?}");
    }
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_ours_tells_the_day_of_its_own_event() {
    let scene = scene().await;
    let say = async |session: SessionChoice, words: &str| turn(&scene, session, Said::Text(words.to_owned())).await;
    let opening = "A concert called Harbour Lights, 80 people, on 1 December 2026 at 6 pm, 25 CAD, 90 minutes";
    let session = SessionChoice::Id(say(SessionChoice::New, opening).await.session);
    let asked = say(session.clone(), "At Pier 21 in Halifax").await.asked.expect("everything is said");
    turn(&scene, session.clone(), confirm(&asked)).await;
    let event: Uuid = scene.value("select id from events").await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    let texts = "select description from events order by starts_local";
    assert!(scene.value::<String>(texts).await.contains("December 1, 2026"));
    // Each date of a series tells its own day, and goes on to when it is moved.
    let path = format!("/api/events/{event}");
    let wish = json!({"count": 3, "rule": "FREQ=WEEKLY"});
    let laid = call(&http, &ana, &format!("{path}/series"), Some(wish)).await.1;
    let told: Vec<String> = scene.all(texts).await;
    let days = ["December 1, 2026", "December 8, 2026", "December 15, 2026"];
    assert!(told.iter().zip(days).all(|(text, day)| text.contains(&format!(", {day}"))), "{told:#?}");
    let second = laid["events"][0]["eventId"].as_str().unwrap();
    let open = call(&http, &ana, &format!("/api/events/{second}/conversation"), Some(json!({}))).await.1;
    let of_second = SessionChoice::Id(open["sessionId"].as_str().unwrap().to_owned());
    say(of_second, "move it to 9 December 2026").await;
    let text: String = scene.value(&format!("select description from events where id = '{second}'")).await;
    assert!(text.contains("December 9, 2026"), "{text}");
    // So does what is published, and "same as last time" in a form is no change of it.
    say(session.clone(), "move it to 3 December 2026").await;
    say(session.clone(), "yes").await;
    let of_first = format!("select description from events where id = '{event}'");
    let text: String = scene.value(&of_first).await;
    assert!(text.contains("December 3, 2026"), "{text}");
    let form = Form { text: Some("same as last time but on 5 March 2027".to_owned()), ..Form::default() };
    let told = turn(&scene, session.clone(), Said::Form(form)).await;
    assert!(told.said.contains("stays as it is") && told.asked.is_none(), "{}", told.said);
    // And so does what a form of the panel changes, however often.
    for (start, day) in [("2026-12-04T18:00:00", "December 4, 2026"), ("2026-12-05T18:00:00", "December 5, 2026")] {
        let row = format!("/rest/v1/events?id=eq.{event}");
        let (status, told) = doors::send(&http, &ana, "PATCH", &row, Some(json!({"starts_local": start}))).await;
        assert!(status < 300, "{told}");
        let text: String = scene.value(&of_first).await;
        assert!(text.contains(day), "{text}");
    }
    // What is meant is found before the write, whose conditions no row fits afterwards; the answer is the row as it is by then, and
    // what locks it holds for the next write.
    let row =
        format!("/rest/v1/events?id=eq.{event}&starts_local=eq.2026-12-05T18:00:00&select=description,updated_at");
    let request = Request::builder().method("PATCH").uri(row).header("authorization", format!("Bearer {}", ana.0));
    let request = request.header("content-type", "application/json").header("prefer", "return=representation");
    let moved = json!({"starts_local": "2026-12-06T18:00:00"}).to_string();
    let told: Value = serde_json::from_str(&ask(&http, request.body(Body::from(moved)).unwrap()).await.body).unwrap();
    let text: String = scene.value(&of_first).await;
    assert!(text.contains("December 6, 2026") && told[0]["description"] == text.as_str(), "{told}");
    let wish = json!({"capacity": 90, "updated_at": told[0]["updated_at"]});
    let row = format!("/rest/v1/events?id=eq.{event}");
    let (status, told) = doors::send(&http, &ana, "PATCH", &row, Some(wish)).await;
    assert!(status < 300, "{told}");
    // What the organizer wrote stays in every copy.
    scene.run(&format!("update events set description = 'Songs on 1 December.' where id = '{event}'")).await;
    let copy = call(&http, &ana, &format!("{path}/copy"), Some(json!({"starts": "2027-05-03"}))).await.1;
    let copied = format!("select description from events where id = '{}'", copy["eventId"].as_str().unwrap());
    assert_eq!(scene.value::<String>(&copied).await, "Songs on 1 December.");
    scene.stop().await;
}
