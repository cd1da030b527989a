//! Free tickets end to end: the form, the order's page, mails, languages, and every bad input.

use axum::body::Body;
use axum::http::Request;

use super::scene::Scene;
use super::{ask, buy, encoded, event, get, order_of, post};
use crate::harness::Role;
use crate::peers::stripe::{Mood, StripePeer};

async fn scene() -> Scene {
    Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await
}

/// A mail's text without its transfer encoding (RFC 2045, quoted-printable).
fn readable(mail: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = mail.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        if let Some(decoded) = hex.filter(|_| *byte == b'=') {
            bytes.push(decoded);
            rest = &after[2..];
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_has_free_tickets_without_a_script_or_an_account() {
    let scene = scene().await;
    let tea = scene.publish("Tea", None, &[("Early", 0), ("Late", 0)]).await;
    scene.run("update ticket_tiers set quantity = 3 where name = 'Early'").await;
    let http = scene.program.http();
    let till = get(&http, "/e/tea/tickets?lang=fr").await;
    assert_eq!((till.status, till.header("cache-control")), (200, "private, no-store"));
    assert!(till.body.contains("<html lang=\"fr\">") && till.body.contains("Il en reste 3"), "{}", till.body);
    assert!(!till.body.contains("<script"), "nothing needs a script");
    let policy = till.header("content-security-policy");
    assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe"), "{policy}");
    let early: String = scene.value("select id::text from ticket_tiers where name = 'Early'").await;
    let kind = format!("kind-{early}");
    let form = till.form();
    let fields =
        [("form", form.as_str()), (&kind, "2"), ("name", "Zoë <b>"), ("email", "zoe@example.com"), ("lang", "fr")];
    let order = order_of(&post(&http, "/e/tea/tickets", &fields).await);
    let page = get(&http, &order).await;
    assert_eq!((page.status, page.body.matches("class=\"qr\"").count()), (200, 2), "{}", page.body);
    assert!(
        page.body.contains("zoe@example.com") && page.body.contains("mardi 1 décembre 2026 à 18:00"),
        "{}",
        page.body
    );
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let codes: Vec<String> = scene.all("select code from tickets where status = 'valid'").await;
    assert!(codes.len() == 2 && codes.iter().all(|code| code.len() == 19 && page.body.contains(code.as_str())));
    assert!(get(&http, "/e/tea/tickets").await.body.contains("1 left"));
    let entry = get(&http, &format!("{order}.ics")).await;
    assert!(entry.status == 200 && entry.body.starts_with("BEGIN:VCALENDAR"));

    scene.settled().await;
    let mails = scene.mails();
    let mail = mails.iter().find(|mail| mail.contains("To: zoe@example.com")).expect("a mail");
    assert!(mail.contains(&format!("http://events.test{order}")) && mail.contains("Gardez cet e-mail"), "{mail}");
    for number in 0..6 {
        let again = post(&http, &order, &[("do", "resend")]).await;
        assert_eq!(again.status, if number < 5 { 303 } else { 409 }, "{number}");
    }
    let gone = post(&http, &order, &[("do", "cancel")]).await;
    assert_eq!(gone.status, 303);
    assert_eq!(post(&http, &order, &[("do", "cancel")]).await.status, 409);
    let seats: i64 = scene.value("select count(*) from tickets where status = 'cancelled'").await;
    let stands: String = scene.value("select status from orders").await;
    assert_eq!((seats, stands.as_str()), (2, "cancelled"));
    assert!(!get(&http, &order).await.body.contains("class=\"qr\""), "what is cancelled lets nobody in");
    assert!(get(&http, "/e/tea/tickets").await.body.contains("3 left"));
    scene.settled().await;
    let mails = scene.mails();
    let told: Vec<String> = mails.iter().filter(|mail| mail.contains("To: zoe@")).map(|mail| readable(mail)).collect();
    let whole = "Votre commande pour « Tea » est annulée et vos places sont libres pour quelqu’un d’autre.";
    assert_eq!(told.iter().filter(|mail| mail.contains(whole)).count(), 1, "{told:?}");
    let counted: i64 = scene.value(&format!("select count(*) from tickets where event_id = '{tea}'")).await;
    assert_eq!(counted, 2);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_form_five_times_at_once_is_one_order() {
    let scene = scene().await;
    event(&scene, "Tea", 0, 50).await;
    let http = scene.program.http();
    let form = get(&http, "/e/tea/tickets").await.form();
    let fields = [("form", form.as_str()), ("kind-all", "2"), ("name", "Bo"), ("email", "bo@example.com")];
    let five = futures::future::join_all((0..5).map(|_| post(&http, "/e/tea/tickets", &fields))).await;
    let mut places: Vec<String> = five.iter().map(order_of).collect();
    places.dedup();
    assert_eq!(places.len(), 1, "{places:?}");
    let counts: (i64, i64) = scene.row("select (select count(*) from orders), (select count(*) from tickets)").await;
    assert_eq!(counts, (1, 2));
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_says_why_keeps_what_was_typed_and_leaves_nothing() {
    let scene = scene().await;
    event(&scene, "Tea", 0, 7).await;
    let http = scene.program.http();
    let form = get(&http, "/e/tea/tickets").await.form();
    let good = [("form", form.as_str()), ("kind-all", "1"), ("name", "Bo"), ("email", "bo@example.com")];
    let long = "x".repeat(201);
    let cases: &[(&str, &str, u16, &str)] = &[
        ("email", "bo", 422, "Please enter an address"),
        ("email", "bo@example.com\r\nBcc: eve@example.com", 422, "Please enter an address"),
        ("name", " ", 422, "Please enter your name"),
        ("name", &long, 422, "Please enter your name"),
        ("name", "B\0o", 422, "Please enter your name"),
        ("kind-all", "0", 422, "choose at least one"),
        ("kind-all", "-1", 422, "choose at least one"),
        ("kind-all", "nine", 422, "choose at least one"),
        ("kind-all", "8", 409, "Only 7 left"),
        ("kind-all", "99999999999999999999", 409, "Only 7 left"),
        ("form", "forged", 409, "open for a long time"),
        ("form", "", 409, "open for a long time"),
    ];
    for (name, value, status, words) in cases {
        let fields: Vec<(&str, &str)> =
            good.iter().map(|(field, usual)| (*field, if field == name { *value } else { *usual })).collect();
        let answer = post(&http, "/e/tea/tickets", &fields).await;
        assert_eq!(answer.status, *status, "{name}={value}: {}", answer.body);
        assert!(
            answer.body.contains(words) && answer.body.contains("role=\"alert\""),
            "{name}={value}: {}",
            answer.body
        );
        if *name != "name" {
            assert!(answer.body.contains("value=\"Bo\""), "what was typed stays");
        }
    }
    let foreign = Request::builder()
        .method("POST")
        .uri("/e/tea/tickets")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(ask(&http, foreign.body(Body::from(encoded(&good))).unwrap()).await.status, 400);
    assert_eq!(scene.value::<i64>("select count(*) from orders").await, 0);
    let absent = get(&http, "/o/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    let odd = get(&http, "/o/x").await;
    assert_eq!((absent.status, odd.status, absent.body == odd.body), (404, 404, true));
    for name in ["nothing", "TEA", "a%20b", "%00"] {
        assert_eq!(get(&http, &format!("/e/{name}/tickets")).await.status, 404);
    }
    scene.run("update events set visibility = 'private'").await;
    assert_eq!(get(&http, "/e/tea/tickets").await.status, 404, "a private event sells to nobody (ruling C-44)");
    assert_eq!(post(&http, "/e/tea/tickets", &good).await.status, 404);
    scene.run("update events set visibility = 'public', status = 'cancelled'").await;
    assert!(get(&http, "/e/tea/tickets").await.body.contains("This event is cancelled."));
    assert_eq!(post(&http, "/e/tea/tickets", &good).await.status, 409);
    scene.stop().await;
}

/// The SQLSTATE with which this fails.
pub(super) async fn fails(scene: &Scene, statement: &str) -> String {
    let mut conn = scene.database.connect(Role::Bootstrap).await;
    let done = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut conn).await;
    done.unwrap_err().as_database_error().unwrap().code().unwrap().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_link_reads_no_order_and_its_ways_are_the_lawful_ones() {
    use eventos::domain::sale::OrderStatus;
    let scene = scene().await;
    event(&scene, "Tea", 0, 7).await;
    order_of(&buy(&scene.program.http(), "tea", "bo@example.com", "1").await);
    for from in OrderStatus::ALL {
        for to in OrderStatus::ALL.iter().filter(|to| *to != from) {
            let tried = format!(
                "do $$ begin set constraints all immediate; alter table orders disable trigger orders_status; update orders set status = '{from}';
                 alter table orders enable trigger orders_status; begin update orders set status = '{to}';
                 raise exception 'passed' using errcode = 'P0002'; exception when sqlstate 'PT409' then
                 raise exception 'refused' using errcode = 'P0003'; end; end $$",
                from = from.as_str(),
                to = to.as_str()
            );
            let error = fails(&scene, &tried).await;
            assert_eq!(error, if from.can_become(*to) { "P0002" } else { "P0003" }, "{from:?} to {to:?}");
        }
    }
    scene.stop().await;
}
