//! Paid tickets: every payment has its tickets exactly once or its refund, whatever is told when, and whatever dies.

use serde_json::Value;

use super::race::{Served, browser};
use super::scene::{self, Scene};
use super::{buy, event, get, now_s, order_of, pay, signed, told};
use crate::harness::{self, Folder, Role};
use crate::peers::stripe::{KEY, Lie, Mood, StripePeer};

async fn scene(mood: Mood, capacity: i32) -> Scene {
    let scene = Scene::start(StripePeer::start(mood).await, |settings| settings.sales.fee_percent = 5.0).await;
    event(&scene, "Gala", 2_500, capacity).await;
    scene
}

/// Orders so many and goes where it is paid. Returns the order's page and the place to pay.
async fn checkout(scene: &Scene, email: &str, count: &str) -> (String, String) {
    let http = scene.program.http();
    let order = order_of(&buy(&http, "gala", email, count).await);
    let pay = pay(&http, &order).await;
    assert_eq!(pay.status, 303, "{}", pay.body);
    let place = pay.header("location").rsplit('/').next().unwrap().to_owned();
    (order, place)
}

/// What stands of an order: its state, and its tickets that are valid.
async fn stands(scene: &Scene, email: &str) -> (String, i64) {
    scene
        .row(&format!(
            "select o.status, (select count(*) from tickets t where t.order_id = o.id and t.status = 'valid') from orders o where buyer_email = '{email}'"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_makes_its_tickets_once_however_often_it_is_told() {
    let scene = scene(Mood::honest(), 10).await;
    let http = scene.program.http();
    let (order, place) = checkout(&scene, "bo@example.com", "2").await;
    assert_eq!(stands(&scene, "bo@example.com").await, ("pending".to_owned(), 0));
    assert!(get(&http, "/e/gala/tickets").await.body.contains("8 left"), "held seats are nobody else's");
    let session = &scene.peer.sessions()[0];
    assert_eq!(
        (&session["amount_total"], &session["payment_intent_data"]["destination"]),
        (&5_000.into(), &"acct_ana".into())
    );
    assert_eq!(session["payment_intent_data"]["fee"], "425", "the card's part, 2.9 % and 30, and the operator's 5 %");
    assert_eq!(session["success_url"], format!("http://events.test{order}"));
    let body = scene.peer.pay(&place, now_s());
    for status in futures::future::join_all((0..5).map(|_| told(&http, &body))).await {
        assert_eq!(status, 200);
    }
    assert_eq!(stands(&scene, "bo@example.com").await, ("paid".to_owned(), 2));
    assert_eq!(get(&http, &order).await.body.matches("class=\"qr\"").count(), 2);
    scene.settled().await;
    let mails = scene.mails();
    assert_eq!(mails.iter().filter(|mail| mail.contains("To: bo@example.com")).count(), 1, "one mail");

    // Half of it goes back at Stripe itself; told twice it is once, and an older word changes nothing.
    let intent: String = scene.value("select stripe_payment_intent_id from orders").await;
    let (none, half) =
        (scene.peer.goes_back(&intent, None, now_s()), scene.peer.goes_back(&intent, Some(2_000), now_s()));
    for body in [&half, &half, &none] {
        assert_eq!(told(&http, body).await, 200);
    }
    let back: (i64, i64, i64) = scene.row("select refunded_cents, (select count(*) from refunds), (select count(*) from tickets where status = 'valid') from orders").await;
    assert_eq!(back, (2_000, 1, 2), "the tickets stay");
    let rest = scene.peer.goes_back(&intent, Some(3_000), now_s());
    assert_eq!(told(&http, &rest).await, 200);
    assert_eq!(stands(&scene, "bo@example.com").await, ("refunded".to_owned(), 0));
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_out_of_order_ends_the_same() {
    let scene = scene(Mood::honest(), 10).await;
    let http = scene.program.http();
    let (_, place) = checkout(&scene, "bo@example.com", "1").await;
    let paid = scene.peer.pay(&place, now_s());
    let session: Value = serde_json::from_str(&paid).unwrap();
    let intent = session["data"]["object"]["payment_intent"].as_str().unwrap();
    let gone = scene.peer.goes_back(intent, Some(2_500), now_s());
    assert_eq!((told(&http, &gone).await, told(&http, &paid).await), (200, 200));
    assert_eq!(stands(&scene, "bo@example.com").await, ("refunded".to_owned(), 0));
    // An earlier place to pay that closes is not the one that stands.
    let (_, place) = checkout(&scene, "cy@example.com", "1").await;
    let other = scene.peer.expires(&place, now_s()).replace(&place, "cs_other");
    assert_eq!(told(&http, &other).await, 200);
    assert_eq!(stands(&scene, "cy@example.com").await.0, "pending");
    let (_, place) = checkout(&scene, "di@example.com", "1").await;
    let closed = scene.peer.expires(&place, now_s());
    assert_eq!(told(&http, &closed).await, 200);
    assert_eq!(stands(&scene, "di@example.com").await.0, "expired");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_after_its_hold_finds_its_seats_or_goes_back_by_itself() {
    let scene = scene(Mood::honest(), 2).await;
    let http = scene.program.http();
    let (_, late) = checkout(&scene, "late@example.com", "2").await;
    scene.run("update orders set hold_until = now() - interval '1 second'").await;
    let (_, quick) = checkout(&scene, "quick@example.com", "1").await;
    assert_eq!(stands(&scene, "late@example.com").await.0, "expired", "the next buyer gets what nobody paid for");
    let (too_late, in_time) = (scene.peer.pay(&late, now_s()), scene.peer.pay(&quick, now_s()));
    assert_eq!(
        (told(&http, &in_time).await, told(&http, &too_late).await, told(&http, &too_late).await),
        (200, 200, 200)
    );
    assert_eq!(stands(&scene, "late@example.com").await, ("refunded".to_owned(), 0));
    assert_eq!(stands(&scene, "quick@example.com").await, ("paid".to_owned(), 1));
    scene.settled().await;
    let refunds = scene.peer.refunds();
    assert_eq!((refunds.len(), &refunds[0]["amount"], &refunds[0]["reversed"]), (1, &5_000.into(), &true.into()));
    assert!(scene.mails().iter().any(|mail| mail.contains("late@example.com") && mail.contains("All of your money")));
    // The seat that is left is still free: another late one has it.
    let (_, lucky) = checkout(&scene, "lucky@example.com", "1").await;
    scene.run("select app.end_hold(id) from orders where status = 'pending'").await;
    let lucky = scene.peer.pay(&lucky, now_s());
    assert_eq!(told(&http, &lucky).await, 200);
    assert_eq!(stands(&scene, "lucky@example.com").await, ("paid".to_owned(), 1));
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_called_off_gives_everything_back() {
    let scene = scene(Mood::honest(), 9).await;
    let http = scene.program.http();
    let (_, paid) = checkout(&scene, "bo@example.com", "2").await;
    let paid = scene.peer.pay(&paid, now_s());
    assert_eq!(told(&http, &paid).await, 200);
    checkout(&scene, "cy@example.com", "1").await;
    scene.run("update events set status = 'cancelled'").await;
    scene.settled().await;
    assert_eq!(
        scene.peer.refunds().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect::<Vec<_>>(),
        [5_000]
    );
    assert_eq!(stands(&scene, "cy@example.com").await.0, "expired");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lying_stripe_opens_one_place_to_pay_and_gives_money_back_once() {
    let row = [
        Lie::DropAnswer,
        Lie::FailBefore,
        Lie::FailAfter,
        Lie::Deaf,
        Lie::Truth,
        Lie::Busy { retry_after_s: 0 },
        Lie::Truth,
    ];
    let scene = scene(Mood::cycle(&row), 100).await;
    let http = scene.program.http();
    for number in 0..6 {
        let (_, place) = checkout(&scene, &format!("guest{number}@example.com"), "1").await;
        let body = scene.peer.pay(&place, now_s());
        assert_eq!(told(&http, &body).await, 200);
        scene.run(&format!("select app.give_back(id, null, null, 'organizer', null) from orders where buyer_email = 'guest{number}@example.com'")).await;
    }
    scene.settled().await;
    let paid: i64 =
        scene.value("select count(*) from refunds where status = 'done' and stripe_refund_id is not null").await;
    assert_eq!((paid, scene.peer.refunds().len()), (6, 6), "each payment went back once");
    let open = scene.peer.sessions().iter().filter(|session| session["status"] == "complete").count();
    assert_eq!(open, 6);
    scene.stop().await;
}

#[expect(clippy::too_many_lines, reason = "one road, with a kill at each of its points")]
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_payment_and_ticket_leaves_both_or_neither() {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    scene::publish(&mut conn, "Gala", Some(2_500), &[]).await;
    sqlx::query(super::race::IN_A_MONTH).execute(&mut conn).await.unwrap();
    sqlx::query("insert into stripe_accounts (id, user_id, charges_enabled) select 'acct_ana', id, true from profiles")
        .execute(&mut conn)
        .await
        .unwrap();
    let peer = StripePeer::start(Mood::honest()).await;
    let folder = Folder::new("sales-kill");
    let base = peer.url();
    let usual = [
        ("STRIPE_SECRET_KEY", KEY),
        ("STRIPE_API_BASE", base.as_str()),
        ("EVENTOS_PUBLISHER__POLL_S", "1"),
        ("EVENTOS_PUBLISHER__LEASE_S", "5"),
        ("EVENTOS_PUBLISHER__BACKOFF_S", "0"),
    ];
    let browser = browser();
    let now = || std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed();
    let points = [
        "publisher.claimed:1",
        "publisher.after_call:1",
        "publisher.kept:1",
        "webhook.before_commit:1",
        "webhook.after_commit:1",
    ];
    let mut killed = 0;
    for (number, point) in points.iter().enumerate() {
        let email = format!("guest{number}@example.com");
        // What earlier buyers left is done first, so that it is this buyer's work that the program dies of.
        let calm = Served::start(&database, &folder, &usual);
        scene::until(&mut conn, "nothing is left of before", scene::SETTLED).await;
        drop(calm);
        let mut dying = Served::start(&database, &folder, &[&usual[..], &[("FAILPOINT_KILL", point)]].concat());
        let page = format!("{}/e/gala/tickets", dying.url);
        let form = browser.get(&page).send().await.unwrap().text().await.unwrap();
        // Ordered while the program may die at any moment; its order is there or was never answered.
        let form = form.split_once("name=\"form\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let fields = [("form", form.as_str()), ("kind-all", "1"), ("name", "Bo"), ("email", &email)];
        let order = |url: &str| {
            let request = browser
                .post(format!("{url}/e/gala/tickets"))
                .header("content-type", "application/x-www-form-urlencoded");
            request.body(super::encoded(&fields)).send()
        };
        order(&dying.url).await.ok();
        let is_webhook = point.starts_with("webhook");
        if !is_webhook {
            killed += usize::from(dying.has_died());
            drop(dying);
            dying = Served::start(&database, &folder, &usual);
            order(&dying.url).await.unwrap();
        }
        scene::until(
            &mut conn,
            "there is a place to pay",
            &format!(
                "select exists (select from orders where buyer_email = '{email}' and stripe_session_id is not null)"
            ),
        )
        .await;
        let place: String = sqlx::query_scalar("select stripe_session_id from orders where buyer_email = $1")
            .bind(&email)
            .fetch_one(&mut conn)
            .await
            .unwrap();
        let body = peer.pay(&place, now());
        let tell = |url: String| {
            browser
                .post(format!("{url}/webhooks/stripe"))
                .header("stripe-signature", signed(now(), &body))
                .body(body.clone())
                .send()
        };
        let first = tell(dying.url.clone()).await;
        if is_webhook {
            assert!(first.is_err(), "{point}: it died before it could answer");
            killed += usize::from(dying.has_died());
            drop(dying);
            dying = Served::start(&database, &folder, &usual);
        }
        // Stripe tells until it hears that it was understood.
        for _ in 0..2 {
            assert_eq!(tell(dying.url.clone()).await.unwrap().status().as_u16(), 200);
        }
    }
    let stands: (i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from orders), (select count(*) from orders where status = 'paid'),
           (select count(*) from tickets where status = 'valid'), (select count(*) from payment_setup_queue where kind = 'mail_order')",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(stands, (5, 5, 5, 5));
    let paid = peer.sessions().iter().filter(|session| session["status"] == "complete").count();
    assert_eq!((paid, killed), (5, 5));
}
