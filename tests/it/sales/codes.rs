//! Codes that make tickets cheaper, the waiting list, and refunds as the event's policy says.

use super::race::IN_A_MONTH;
use super::scene::Scene;
use super::{Answer, buy, event, get, now_s, order_of, pay, post, told};
use crate::peers::stripe::{Mood, StripePeer};

async fn scene(price_cents: i64, capacity: i32) -> Scene {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    event(&scene, "Gala", price_cents, capacity).await;
    scene
}

async fn with_code(scene: &Scene, email: &str, code: &str) -> Answer {
    let http = scene.program.http();
    let form = get(&http, "/e/gala/tickets").await.form();
    let fields = [("form", form.as_str()), ("kind-all", "1"), ("name", "Bo"), ("email", email), ("promo", code)];
    post(&http, "/e/gala/tickets", &fields).await
}

/// Until the program has looked at the line.
async fn ordered(scene: &Scene, email: &str, status: &str) {
    let query = format!("select exists (select from orders where buyer_email = '{email}' and status = '{status}')");
    scene.until("the next in line is offered the seat", &query).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_counts_while_it_holds_and_as_often_as_it_may() {
    let scene = scene(2_500, 50).await;
    let add = |code: &str, rest: &str, values: &str| {
        format!("insert into promo_codes (event_id, code, {rest}) select id, '{code}', {values} from events")
    };
    scene.run(&add("FRIENDS", "percent, most_orders", "100, 1")).await;
    scene.run(&add("HALF", "percent", "50")).await;
    scene.run(&add("OLD", "percent, valid_until", "50, now() - interval '1 minute'")).await;
    scene.run(&add("HUGE", "amount_cents", "99999")).await;
    scene.run(&add("SOON", "percent, valid_from", "50, now() + interval '1 hour'")).await;
    let http = scene.program.http();
    assert!(get(&http, "/e/gala/tickets").await.body.contains("name=\"promo\""));
    for wrong in ["OLD", "SOON", "nothing", "' or 1=1", "\u{0}"] {
        let answer = with_code(&scene, "x@example.com", wrong).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert!(
            answer.body.contains("This code is not valid") && answer.body.contains("aria-invalid"),
            "{}",
            answer.body
        );
    }
    assert!(
        !with_code(&scene, "bo@example.com", " friends ").await.header("location").contains("done=pay"),
        "it is free now"
    );
    assert_eq!(with_code(&scene, "cy@example.com", "FRIENDS").await.status, 422, "one order was its most");
    assert_eq!(with_code(&scene, "di@example.com", "HALF").await.status, 303);
    assert_eq!(with_code(&scene, "el@example.com", "huge").await.status, 303);
    let paid: Vec<i64> = scene.all("select amount_cents from orders order by buyer_email").await;
    assert_eq!(paid, [0, 1_250, 0]);
    let states: Vec<String> = scene.all("select status from orders order by buyer_email").await;
    assert_eq!(states, ["paid", "pending", "paid"]);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_is_offered_what_becomes_free_before_anybody_else() {
    let scene = scene(0, 1).await;
    // By the program's clock it is still to come, and so the till is open; by the database's it was yesterday.
    scene.run("update events set starts_local = (now() at time zone timezone) - interval '1 day'").await;
    let http = scene.program.http();
    let first = order_of(&buy(&http, "gala", "bo@example.com", "1").await);
    let till = get(&http, "/e/gala/tickets").await;
    assert!(till.body.contains("Put me on the list"), "{}", till.body);
    let form = till.form();
    let wait = |email: &'static str| {
        let fields = [
            ("form", form.as_str()),
            ("do", "wait"),
            ("wait", "kind-all"),
            ("name", "Wei"),
            ("email", email),
            ("lang", "en"),
        ];
        let fields: Vec<(&str, &str)> = fields.to_vec();
        let http = http.clone();
        async move { post(&http, "/e/gala/tickets", &fields).await }
    };
    for (email, status) in
        [("wei@example.com", 303), ("wei@example.com", 303), ("xu@example.com", 303), ("nobody", 422)]
    {
        assert_eq!(wait(email).await.status, status, "{email}");
    }
    assert_eq!(scene.value::<i64>("select count(*) from waiting").await, 2, "whoever stands in line stands there once");
    assert_eq!(post(&http, &first, &[("do", "cancel")]).await.status, 303);
    assert_eq!(buy(&http, "gala", "quick@example.com", "1").await.status, 409, "the line is first");
    ordered(&scene, "wei@example.com", "paid").await;
    assert_eq!(scene.value::<i64>("select count(*) from tickets where status = 'valid'").await, 1);
    scene.settled().await;
    assert!(scene.mails().iter().any(|mail| mail.contains("To: wei@example.com")));
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_seat_is_held_for_whoever_waited_until_they_pay() {
    let scene = scene(2_500, 1).await;
    scene.run(IN_A_MONTH).await;
    let http = scene.program.http();
    let first = order_of(&buy(&http, "gala", "bo@example.com", "1").await);
    let form = get(&http, "/e/gala/tickets").await.form();
    let fields =
        [("form", form.as_str()), ("do", "wait"), ("wait", "kind-all"), ("name", "Wei"), ("email", "wei@example.com")];
    assert_eq!(post(&http, "/e/gala/tickets", &fields).await.status, 303);
    assert_eq!(post(&http, &first, &[("do", "cancel")]).await.status, 303);
    ordered(&scene, "wei@example.com", "pending").await;
    scene.settled().await;
    let mails = scene.mails();
    let mail = mails.iter().find(|mail| mail.contains("To: wei@example.com")).expect("an offer");
    let link = mail.split("http://events.test/o/").nth(1).unwrap();
    let token: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let pay = pay(&http, &format!("/o/{token}")).await;
    assert_eq!(pay.status, 303, "{}", pay.body);
    let place = pay.header("location").rsplit('/').next().unwrap().to_owned();
    let held =
        "select hold_until > now() + interval '23 hours' and checkout_ends_at > now() + interval '23 hours' from orders
      where buyer_email = 'wei@example.com'";
    assert!(scene.value::<bool>(held).await, "held for a day, also once somebody looked at the place to pay");
    let paid = scene.peer.pay(&place, now_s());
    assert_eq!(told(&http, &paid).await, 200);
    ordered(&scene, "wei@example.com", "paid").await;
    scene.stop().await;
}

/// The till of an event that repeats stays open after its first day, and so does its line; the line of one kind holds up no other's.
#[tokio::test(flavor = "multi_thread")]
async fn the_line_is_served_as_long_as_the_till_is_open() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    scene.publish("Gala", None, &[("Floor", 0), ("Box", 0)]).await;
    scene.run("update ticket_tiers set quantity = 1").await;
    let kind = |name: &str| format!("select 'kind-' || id from ticket_tiers where name = '{name}'");
    let (floor, stall): (String, String) = (scene.value(&kind("Floor")).await, scene.value(&kind("Box")).await);
    let http = scene.program.http();
    let take = async |kind: &str, email: &str| {
        let form = get(&http, "/e/gala/tickets").await.form();
        let fields = [("form", form.as_str()), (kind, "1"), ("name", "Bo"), ("email", email)];
        order_of(&post(&http, "/e/gala/tickets", &fields).await)
    };
    take(&floor, "bo@example.com").await;
    let boxed = take(&stall, "cy@example.com").await;
    scene.run("insert into waiting (event_id, tier_id, email, name, created_at) select event_id, id, n || '@example.com', 'x', now() - interval '1 day' from ticket_tiers, generate_series(1, 201) n where name = 'Floor'").await;
    scene.run("insert into waiting (event_id, tier_id, email, name) select event_id, id, 'wei@example.com', 'Wei' from ticket_tiers where name = 'Box'").await;
    scene.run("update events set recurrence = 'FREQ=WEEKLY', starts_local = '2026-01-06 18:00'").await;
    assert_eq!(post(&http, &boxed, &[("do", "cancel")]).await.status, 303);
    ordered(&scene, "wei@example.com", "paid").await;
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_gets_back_what_the_policy_says_and_no_more() {
    let scene = scene(2_000, 50).await;
    let http = scene.program.http();
    scene.run("update events set refund_policy = 'You get half of your money back if you cancel at least seven days before the event.'").await;
    let mut orders = Vec::new();
    for email in ["bo@example.com", "cy@example.com"] {
        let order = order_of(&buy(&http, "gala", email, "1").await);
        let place = pay(&http, &order).await.header("location").rsplit('/').next().unwrap().to_owned();
        let paid = scene.peer.pay(&place, now_s());
        assert_eq!(told(&http, &paid).await, 200);
        orders.push(order);
    }
    let page = get(&http, &orders[0]).await;
    assert!(page.body.contains("$10 CAD goes back to you."), "{}", page.body);
    assert_eq!(post(&http, &orders[0], &[("do", "cancel")]).await.status, 303);
    scene.settled().await;
    assert_eq!(
        scene.peer.refunds().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect::<Vec<_>>(),
        [1_000]
    );
    // The event is on the 1st; from the 25th on it is too late.
    scene.run("update events set starts_local = '2026-11-26 18:00'").await;
    assert!(!get(&http, &orders[1]).await.body.contains("Yes, cancel my order"));
    assert_eq!(post(&http, &orders[1], &[("do", "cancel")]).await.status, 409);
    assert_eq!(scene.peer.refunds().len(), 1);
    scene.stop().await;
}
