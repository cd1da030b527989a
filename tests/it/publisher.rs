//! The publisher against a real PostgreSQL, a Stripe that lies, and files for mails.

mod changes;
mod connect;
mod crash;
mod judge;
mod mail;
mod outcomes;
mod queue;
mod scene;
mod servers;
mod webhook;

use serde_json::Value;

use crate::harness;
use crate::peers::stripe::{Lie, Mood, StripePeer};
use scene::Scene;
use webhook::now_s;

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_event_is_a_product_with_its_prices_and_its_organizer_is_told() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    let event = scene.publish("Harbour Lights", Some(2_500), &[("Early", 2_000), ("Late", 3_000), ("Child", 0)]).await;
    scene.settled().await;
    let products = scene.peer.products();
    assert_eq!(products.len(), 1, "{products:?}");
    assert_eq!(
        (&products[0]["name"], &products[0]["metadata"]["event_id"]),
        (&"Harbour Lights".into(), &event.to_string().into())
    );
    let prices = scene.peer.prices();
    let amounts: Vec<&Value> = prices.iter().map(|price| &price["unit_amount"]).collect();
    assert_eq!(amounts, [3_000, 2_000], "what is free has no price");
    assert!(prices.iter().all(|price| price["currency"] == "cad" && price["tax_behavior"] == "unspecified"));
    let metadata: Value = scene.value("select metadata from events").await;
    assert_eq!(metadata["stripe_product_id"], products[0]["id"]);
    assert_eq!(metadata["seo"]["note"], "kept", "what else is beside the event stays");
    let kept: i64 = scene.value("select count(*) from ticket_tiers where stripe_price_id is not null").await;
    assert_eq!(kept, 2);
    let mails = scene.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("Subject: ") && mails[0].contains("To: ana@example.com"), "{}", mails[0]);
    assert!(mails[0].contains("http://events.test/e/harbour-lights"), "{}", mails[0]);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_stripe_the_event_stays_published_and_heals_by_itself() {
    let peer = StripePeer::start(Mood::cycle(&[Lie::FailBefore])).await;
    let scene = Scene::start(peer, |settings| settings.publisher.backoff_s = 60).await;
    scene.publish("Harbour Lights", Some(2_500), &[]).await;
    scene.until("a first attempt failed", "select count(*) = 1 from payment_setup_queue where kind = 'stripe_product' and last_error is not null and lease_until is null").await;
    let row: (i32, bool) = scene
        .row("select retry_count, next_retry_at >= first_tried_at + interval '60 seconds' and next_retry_at <= now() + interval '75 seconds'
            from payment_setup_queue where kind = 'stripe_product'")
        .await;
    assert_eq!(row, (0, true), "R95: no retry yet, the first in a minute");
    scene.until("the mails are out", "select count(*) = 2 from payment_setup_queue where done_at is not null").await;
    let mails = scene.mails();
    assert!(mails.iter().any(|mail| mail.contains("Subject: Action Required: Complete Payment Setup")), "{mails:?}");
    assert_eq!(scene.value::<String>("select status from events").await, "published");
    scene.peer.becomes(&[Lie::Truth]);
    scene.run("update payment_setup_queue set next_retry_at = now() where done_at is null").await;
    scene.settled().await;
    assert_eq!((scene.peer.products().len(), scene.peer.prices().len()), (1, 1));
    assert_eq!(scene.mails().len(), 2, "nothing is told twice");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_price_makes_a_new_one_and_takes_the_old_one_off_sale() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    scene.publish("Harbour Lights", None, &[("Early", 2_000), ("Late", 3_000)]).await;
    scene.settled().await;
    for cents in [2_500, 2_000] {
        scene.run(&format!("update ticket_tiers set price_cents = {cents} where name = 'Early'")).await;
        scene
            .run("update payment_setup_queue set done_at = null, next_retry_at = now() where kind = 'stripe_product'")
            .await;
        scene.settled().await;
        let mut active: Vec<i64> = scene
            .peer
            .prices()
            .iter()
            .filter(|price| price["active"] == true)
            .map(|price| price["unit_amount"].as_i64().unwrap())
            .collect();
        active.sort_unstable();
        assert_eq!(active, [cents, 3_000]);
    }
    assert_eq!(scene.peer.prices().len(), 4, "back to an earlier price is a new price, too");
    scene.run("delete from ticket_tiers where name = 'Late'").await;
    scene
        .run("update payment_setup_queue set done_at = null, next_retry_at = now() where kind = 'stripe_product'")
        .await;
    scene.settled().await;
    assert_eq!(scene.peer.prices().iter().filter(|price| price["active"] == true).count(), 1);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_says_that_its_tax_comes_on_top() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| settings.publisher.parallel = 0).await;
    scene.publish("Harbour Lights", Some(2_500), &[]).await;
    scene.run("update events set tax_rate = 13").await;
    let program = scene.second_program().await;
    scene.settled().await;
    let prices = scene.peer.prices();
    assert_eq!((prices.len(), &prices[0]["tax_behavior"]), (1, &"exclusive".into()));
    program.stop().await;
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_an_event_gets_its_own_product() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    scene.publish("Harbour Lights", Some(2_500), &[]).await;
    scene.settled().await;
    scene.run("insert into events (organizer_id, name, type, description, place, capacity, starts_local, duration, timezone, currency, price_cents, metadata)
        select organizer_id, name, type, description, place, capacity, starts_local, duration, timezone, currency, price_cents, metadata from events").await;
    let copies: Vec<Value> = scene.all("select metadata from events where status = 'draft'").await;
    assert!(copies[0].get("stripe_product_id").is_none() && copies[0]["seo"]["note"] == "kept", "{copies:?}");
    scene.publish_drafts().await;
    scene.settled().await;
    let products: Vec<String> = scene.all("select metadata ->> 'stripe_product_id' from events order by 1").await;
    assert!(products.len() == 2 && products[0] != products[1], "{products:?}");
    scene.stop().await;
}

/// Every way in which an answer can be lost, again and again, by two programs that share the queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_lying_stripe_and_two_programs_make_nothing_twice() {
    let row = [
        Lie::DropAnswer,
        Lie::FailAfter,
        Lie::Truth,
        Lie::Busy { retry_after_s: 0 },
        Lie::Deaf,
        Lie::DropAnswer,
        Lie::FailBefore,
        Lie::Truth,
        Lie::Slow(1_300),
        Lie::Truth,
        Lie::FailAfter,
    ];
    let scene =
        Scene::start(StripePeer::start(Mood::cycle(&row)).await, |settings| settings.publisher.stripe_timeout_s = 1)
            .await;
    let second = scene.second_program().await;
    for number in 0..12 {
        scene.publish(&format!("Evening {number}"), None, &[("Early", 2_000), ("Late", 3_000)]).await;
    }
    scene.settled().await;
    let faults = scene.faults(12, 2).await;
    assert!(faults.is_empty(), "{faults:?}\n{:?}", scene.peer.calls());
    second.stop().await;
    scene.stop().await;
}

/// Stripe did it and said nothing, and a day later it has forgotten our key.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_what_is_there_is_found_by_its_metadata() {
    let peer = StripePeer::start(Mood::cycle(&[Lie::DropAnswer])).await;
    let scene = Scene::start(peer, |settings| settings.publisher.backoff_s = 3_600).await;
    scene.publish("Harbour Lights", Some(2_500), &[]).await;
    let failed = "select count(*) = 1 from payment_setup_queue where kind = 'stripe_product' and last_error is not null and lease_until is null and attempts = ";
    let later = "update payment_setup_queue set next_retry_at = now(), first_tried_at = now() - interval '25 hours' where kind = 'stripe_product'";
    scene.until("the product was made unheard", &format!("{failed} 1")).await;
    scene.peer.forget_keys();
    scene.peer.becomes(&[Lie::Truth, Lie::Truth, Lie::DropAnswer]);
    scene.run(later).await;
    scene.until("the price was made unheard", &format!("{failed} 2")).await;
    scene.peer.forget_keys();
    scene.peer.becomes(&[Lie::Truth]);
    scene.run(later).await;
    scene.settled().await;
    assert_eq!((scene.peer.products().len(), scene.peer.prices().len()), (1, 1), "{:?}", scene.peer.calls());
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_item_is_a_dead_letter_that_its_operator_reads_and_replays() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| {
        settings.publisher.operator_email = "ops@example.com".to_owned();
    })
    .await;
    // Stripe takes no amount of more than eight digits.
    scene.publish("Harbour Lights", Some(100_000_000), &[]).await;
    scene.until("it is dead", "select count(*) = 1 from payment_setup_queue where dead_at is not null").await;
    scene
        .until(
            "the operator was told",
            "select count(*) = 1 from payment_setup_queue where kind = 'mail_dead_letter' and done_at is not null",
        )
        .await;
    let told = scene.mails().into_iter().find(|mail| mail.contains("To: ops@example.com")).unwrap();
    assert!(told.contains("eventos queue retry") && told.contains("unit_amount"), "{told}");
    let id: uuid::Uuid = scene.value("select id from payment_setup_queue where dead_at is not null").await;
    let line = scene.command(&["queue", "list", "--state", "dead"]);
    assert!(line.contains(&id.to_string()) && line.contains("stripe_product") && line.contains("1 dead"), "{line}");
    assert!(scene.command(&["queue", "show", &id.to_string()]).contains("event_id"));
    assert!(scene.command(&["queue", "retry", &id.to_string()]).contains("tried again"));
    scene.until("it is dead again", "select count(*) = 1 from payment_setup_queue where dead_at is not null").await;
    // Another price is another try, of itself.
    scene.run("update events set price_cents = 2500").await;
    scene.settled().await;
    assert_eq!((scene.peer.products().len(), scene.peer.prices().len()), (1, 1));
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_an_event_waits_for_as_long_as_it_takes() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| {
        settings.stripe_secret_key = None;
        settings.publisher.max_attempts = 1;
    })
    .await;
    scene.publish("Harbour Lights", Some(2_500), &[]).await;
    scene.until("it waits", "select count(*) = 1 from payment_setup_queue where kind = 'stripe_product' and attempts = 0 and last_error like '%STRIPE_SECRET_KEY%'").await;
    scene
        .until(
            "the organizer was told",
            "select count(*) = 1 from payment_setup_queue where kind = 'mail_payment_setup' and done_at is not null",
        )
        .await;
    assert!(scene.peer.calls().is_empty());
    scene.stop().await;
}

/// Whoever linked a chat is reminded there, too: once, in their language, and only of tickets on an address that is known to be theirs.
#[tokio::test(flavor = "multi_thread")]
async fn a_guest_who_linked_a_chat_is_reminded_there() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| settings.publisher.parallel = 0).await;
    let event = scene.publish("Harbour Lights", None, &[]).await;
    scene.run("update events set timezone = 'UTC', date_time = '2026-11-24T15:10:00Z'").await;
    for (email, confirmed) in [("bo@example.com", "now()"), ("eve@example.com", "null")] {
        scene.run(&format!("select app.ensure_user('{email}', 'attendee', false, 'x')")).await;
        scene.run(&format!("update auth.users set email_confirmed_at = {confirmed} where email = '{email}'")).await;
        scene.run(&format!("insert into chat_accounts (user_id, platform, platform_user_id, chat, note) select id, 'recorder', '{email}', 'chat of {email}', 'way' from profiles where email = '{email}'")).await;
        // Two tickets are one evening.
        scene.run(&format!("insert into tickets (event_id, attendee_email, status) select '{event}', upper('{email}'), 'valid' from generate_series(1, 2)")).await;
    }
    scene.run("update profiles set language = 'fr' where email = 'bo@example.com'").await;
    let program = scene.second_program().await;
    scene.settled().await;
    let told = program.door().next_outgoing(port::recorder::NAME).await.unwrap();
    assert_eq!((told.address.chat.as_str(), told.address.note.as_str()), ("chat of bo@example.com", "way"));
    let port::Reply::Said(words) = &told.replies[0] else { panic!("{:?}", told.replies) };
    assert!(words.contains("Harbour Lights") && words.contains("24 heures") && words.contains("Pier 21"), "{words}");
    assert!(words.ends_with("http://events.test/e/harbour-lights"), "{words}");
    program.door().settled(&told.id, port::Delivery::Sent).await.unwrap();
    // The item begun once more, its end unwritten, tells nothing twice; nor does the next hour.
    scene
        .run("update payment_setup_queue set done_at = null, next_retry_at = now() where kind = 'chat_reminder'")
        .await;
    scene.settled().await;
    scene.run("update app.reminded set until_hour = until_hour - 1").await;
    let again = scene.second_program().await;
    let hour = now_s() / 3600;
    scene.until("the hour was looked at", &format!("select until_hour > {hour} from app.reminded")).await;
    scene.settled().await;
    assert_eq!(scene.value::<i64>("select count(*) from outbox").await, 1);
    again.stop().await;
    program.stop().await;
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_guest_is_reminded_once_a_day_before() {
    let database = harness::database().await;
    let scene =
        Scene::on(database, StripePeer::start(Mood::honest()).await, |settings| settings.publisher.parallel = 0).await;
    // The test's clock stands at 15:00 UTC: what begins in [24 h, 25 h) is due, on both sides of it is not.
    for (name, starts) in [
        ("Too soon", "2026-11-24T14:59:59Z"),
        ("First", "2026-11-24T15:00:00Z"),
        ("Last", "2026-11-24T15:59:59Z"),
        ("Too late", "2026-11-24T16:00:00Z"),
    ] {
        let event = scene.publish(name, None, &[]).await;
        scene.run(&format!("update events set timezone = 'UTC', date_time = '{starts}' where id = '{event}'")).await;
        scene.run(&format!("insert into tickets (event_id, attendee_name, attendee_email, status) values
            ('{event}', 'Bo', 'bo@example.com', 'valid'), ('{event}', 'Cy', 'cy@example.com', 'cancelled'), ('{event}', 'Di', null, 'valid')")).await;
    }
    let one = scene.second_program().await;
    let two = scene.second_program().await;
    scene
        .until(
            "both were reminded",
            "select count(*) = 2 from payment_setup_queue where kind = 'mail_reminder' and done_at is not null",
        )
        .await;
    scene.settled().await;
    let mut reminded: Vec<String> = scene
        .all("select e.name from payment_setup_queue q join events e on e.id = q.event_id where kind = 'mail_reminder'")
        .await;
    reminded.sort();
    assert_eq!(reminded, ["First", "Last"]);
    assert_eq!(scene.mails().iter().filter(|mail| mail.contains("To: bo@example.com")).count(), 2);
    one.stop().await;
    two.stop().await;
    // Nobody looked for three hours, and somebody bought meanwhile: the next who looks makes up for it, and for no more.
    scene.run("update app.reminded set until_hour = until_hour - 4").await;
    for (name, starts) in [("Missed", "2026-11-24T12:30:00Z"), ("Long ago", "2026-11-24T11:59:59Z")] {
        let event = scene.publish(name, None, &[]).await;
        scene.run(&format!("update events set timezone = 'UTC', date_time = '{starts}' where id = '{event}'")).await;
        scene.run(&format!("insert into tickets (event_id, attendee_name, attendee_email, status) values ('{event}', 'Bo', 'bo@example.com', 'valid')")).await;
    }
    let three = scene.second_program().await;
    scene
        .until(
            "the hours are made up for",
            "select count(*) = 4 from payment_setup_queue where kind = 'mail_reminder' and done_at is not null",
        )
        .await;
    let late: Vec<String> = scene
        .all("select e.name from payment_setup_queue q join events e on e.id = q.event_id where kind = 'mail_reminder' and e.name in ('Missed', 'Long ago', 'Too soon') order by 1")
        .await;
    assert_eq!(late, ["Missed", "Too soon"]);
    three.stop().await;
    scene.stop().await;
}
