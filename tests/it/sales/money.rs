//! Whose money it is: what is taken of a payment, who may pay an order, and money that goes back or comes to nothing.

use serde_json::{Value, json};
use uuid::Uuid;

use super::doors::{call, person};
use super::free::fails;
use super::scene::Scene;
use super::{buy, event, get, now_s, order_of, pay, told};
use crate::peers::stripe::{Mood, StripePeer};

async fn scene(change: impl FnOnce(&mut eventos::settings::Settings)) -> Scene {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| {
        settings.accounts.alg = "ES256".to_owned();
        settings.publisher.operator_email = "ops@example.com".to_owned();
        change(settings);
    })
    .await;
    event(&scene, "Gala", 2_500, 9).await;
    scene
}

/// Orders one and goes where it is paid: the order's page, and the place to pay.
async fn to_pay(scene: &Scene, email: &str) -> (String, String) {
    let http = scene.program.http();
    let order = order_of(&buy(&http, "gala", email, "1").await);
    let pay = pay(&http, &order).await;
    assert_eq!(pay.status, 303, "{}", pay.body);
    (order, pay.header("location").rsplit('/').next().unwrap().to_owned())
}

/// Orders one and pays it.
async fn paid(scene: &Scene, email: &str) -> String {
    let (order, place) = to_pay(scene, email).await;
    let body = scene.peer.pay(&place, now_s());
    assert_eq!(told(&scene.program.http(), &body).await, 200);
    order
}

const BACK: &str = "select app.give_back(id, null, null, 'organizer', null) from orders where status = 'paid'";
const DEAD: &str =
    "select exists (select from payment_setup_queue where kind = 'stripe_refund' and dead_at is not null)";

#[tokio::test(flavor = "multi_thread")]
async fn money_goes_back_from_its_organizer_with_the_fee_that_was_taken_and_without_one_that_was_not() {
    for (fees, taken) in [("0 0", false), ("2.9 30", true)] {
        let scene = scene(|settings| settings.publisher.fees = fees.to_owned()).await;
        paid(&scene, "bo@example.com").await;
        scene.run(BACK).await;
        scene.settled().await;
        let refund = scene.peer.refunds().remove(0);
        assert_eq!(
            (&refund["amount"], &refund["reversed"], &refund["fee_back"]),
            (&json!(2_500), &json!(true), &json!(taken)),
            "{fees}"
        );
        scene.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_organizer_is_shown_of_a_ticket_is_what_is_taken_of_it() {
    let scene = scene(|settings| settings.sales.fee_percent = 1.5).await;
    let http = scene.program.http();
    scene.run("update events set price_cents = 15000, tax_rate = 13").await;
    let id: Uuid = scene.value("select id from events").await;
    let ana = person(&scene, &http, "ana@example.com").await;
    let shown = call(&http, &ana, &format!("/api/connect/stripe?event={id}"), None).await.1;
    let ticket = &shown["takings"]["tickets"][0];
    paid(&scene, "bo@example.com").await;
    let session = &scene.peer.sessions()[0];
    assert_eq!(session["amount_total"], 16_950, "the guest pays the tax");
    let (fee, tax): (i64, i64) = scene.row("select fee_cents, tax_cents from orders").await;
    // 2.9 % and 30 for the card, 1.5 % for the operator.
    assert_eq!((fee, tax), (492 + 30 + 254, 1_950));
    assert_eq!((&ticket["feeCents"], &ticket["taxCents"]), (&json!(fee), &json!(tax)), "{shown}");
    assert_eq!(session["payment_intent_data"]["fee"], fee.to_string());
    let summary = call(&http, &ana, &format!("/api/sales/{id}"), None).await.1;
    assert_eq!(summary["feeCents"], fee, "{summary}");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organizer_in_another_region_is_paid() {
    let scene = scene(|_| {}).await;
    scene.run("update stripe_accounts set id = 'acct_abroad'").await;
    paid(&scene, "bo@example.com").await;
    assert_eq!(scene.peer.sessions()[0]["payment_intent_data"]["merchant"], "acct_abroad");
    scene.stop().await;
}

/// Eve makes a place to pay in an account of her own and writes somebody's order into it: Stripe signs what it tells of it alike.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_by_its_own_payment_and_by_nothing_else() {
    let scene = scene(|_| {}).await;
    let http = scene.program.http();
    let (_, place) = to_pay(&scene, "eve@example.com").await;
    let own = scene.peer.pay(&place, now_s());
    let with = |id: &str, change: &dyn Fn(&mut Value)| {
        let mut body: Value = serde_json::from_str(&own).unwrap();
        body["id"] = json!(id);
        change(&mut body);
        body.to_string()
    };
    let foreign = [
        with("evt_account", &|body| body["account"] = json!("acct_eve")),
        with("evt_amount", &|body| body["data"]["object"]["amount_total"] = json!(50)),
        with("evt_currency", &|body| body["data"]["object"]["currency"] = json!("vnd")),
        with("evt_unreadable", &|body| body["data"]["object"]["amount_total"] = json!("all of it")),
    ];
    for body in &foreign {
        assert_eq!(told(&http, body).await, 200, "Stripe need not tell it again: {body}");
        assert_eq!(scene.value::<String>("select status from orders").await, "pending", "{body}");
    }
    assert_eq!(told(&http, &own).await, 200);
    assert_eq!(scene.value::<String>("select status from orders").await, "paid");
    // Nor does money go back by what is told of another account.
    let intent: String = scene.value("select stripe_payment_intent_id from orders").await;
    let mut gone: Value = serde_json::from_str(&scene.peer.goes_back(&intent, Some(2_500), now_s())).unwrap();
    gone["account"] = json!("acct_eve");
    assert_eq!(told(&http, &gone.to_string()).await, 200);
    assert_eq!(scene.value::<i64>("select refunded_cents from orders").await, 0);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_cannot_be_paid_says_so_and_frees_its_seats() {
    let scene = scene(|_| {}).await;
    let http = scene.program.http();
    scene.run("update stripe_accounts set id = 'acct_closed'").await;
    let order = order_of(&buy(&http, "gala", "bo@example.com", "2").await);
    let page = pay(&http, &order).await;
    assert!(page.body.contains("the payment page would not open"), "{}", page.body);
    assert_eq!(scene.value::<String>("select status from orders").await, "expired");
    assert!(get(&http, "/e/gala/tickets").await.body.contains("9 left"));
    // Less than a card can be charged is not even begun.
    scene.run("update events set price_cents = 30").await;
    let refused = buy(&http, "gala", "cy@example.com", "1").await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("from $0.50 CAD on"), "{}", refused.body);
    assert_eq!(buy(&http, "gala", "cy@example.com", "2").await.status, 303);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_was_refused_is_made_when_it_is_tried_again() {
    let scene = scene(|_| {}).await;
    paid(&scene, "bo@example.com").await;
    scene.peer.is_poor(true);
    scene.run(BACK).await;
    scene.until("it is refused", DEAD).await;
    scene.peer.is_poor(false);
    let item: Uuid = scene.value("select id from payment_setup_queue where dead_at is not null").await;
    scene.command(&["queue", "retry", &item.to_string()]);
    scene.settled().await;
    assert_eq!(scene.peer.refunds().len(), 1, "what Stripe remembers of the first key is not all that is heard");
    assert_eq!(scene.value::<String>("select status from refunds").await, "done");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_a_bank_sends_back_is_a_dead_letter_and_can_be_made_anew() {
    let scene = scene(|_| {}).await;
    let http = scene.program.http();
    paid(&scene, "bo@example.com").await;
    scene.run(BACK).await;
    scene.settled().await;
    let first = scene.peer.refunds()[0]["id"].as_str().unwrap().to_owned();
    // Told before we had kept what Stripe calls it.
    scene.run("update refunds set stripe_refund_id = null, status = 'due'").await;
    let failed = scene.peer.refund_fails(&first, now_s());
    assert_eq!(told(&http, &failed).await, 200);
    assert_eq!(scene.value::<String>("select status from refunds").await, "failed");
    assert!(scene.value::<bool>(DEAD).await);
    let mailed =
        "select exists (select from payment_setup_queue where kind = 'mail_dead_letter' and done_at is not null)";
    scene.until("the operator is told", mailed).await;
    let mails = scene.mails();
    let mail = mails.iter().find(|mail| mail.contains("To: ops@example.com")).unwrap();
    assert!(mail.contains("a bank sent the money back") && mail.contains("eventos queue retry"), "{mail}");
    let item: Uuid = scene.value("select id from payment_setup_queue where dead_at is not null").await;
    scene.command(&["queue", "retry", &item.to_string()]);
    scene.settled().await;
    assert_eq!(scene.peer.refunds().len(), 2);
    assert_eq!(scene.value::<String>("select status from refunds").await, "done");
    // A late word about the first one is none about the second.
    let mut late: Value = serde_json::from_str(&failed).unwrap();
    late["id"] = json!("evt_late");
    assert_eq!(told(&http, &late.to_string()).await, 200);
    assert_eq!(scene.value::<String>("select status from refunds").await, "done");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_is_seen_by_the_organizer_until_it_is_won() {
    let scene = scene(|_| {}).await;
    let http = scene.program.http();
    paid(&scene, "bo@example.com").await;
    let intent: String = scene.value("select stripe_payment_intent_id from orders").await;
    let say = |kind: &str, status: &str, at_s: i64| {
        let body = scene.peer.disputes(&intent, kind, status, at_s);
        let http = http.clone();
        async move { assert_eq!(told(&http, &body).await, 200) }
    };
    let disputed = "select disputed_at is not null from orders";
    say("charge.dispute.created", "needs_response", now_s() - 9).await;
    assert!(scene.value::<bool>(disputed).await);
    say("charge.dispute.closed", "won", now_s() - 5).await;
    assert!(!scene.value::<bool>(disputed).await);
    say("charge.dispute.created", "needs_response", now_s() - 9).await;
    assert!(!scene.value::<bool>(disputed).await, "an older word changes nothing");
    say("charge.dispute.closed", "lost", now_s()).await;
    assert!(scene.value::<bool>(disputed).await);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_asked_for_twice_goes_back_once() {
    let scene = scene(|_| {}).await;
    let http = scene.program.http();
    paid(&scene, "bo@example.com").await;
    let ana = person(&scene, &http, "ana@example.com").await;
    let (id, order): (Uuid, Uuid) = scene.row("select event_id, id from orders").await;
    let path = format!("/api/sales/{id}/refund");
    let wish = json!({"orderId": order, "amountCents": 1_000, "leftCents": 2_500});
    let both = [(); 2].map(|()| call(&http, &ana, &path, Some(wish.clone())));
    let mut statuses: Vec<u16> = futures::future::join_all(both).await.iter().map(|answer| answer.0).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(scene.value::<i64>("select refunded_cents from orders").await, 1_000);
    let rest = json!({"orderId": order, "amountCents": 1_000, "leftCents": 1_500});
    assert_eq!(call(&http, &ana, &path, Some(rest)).await.0, 200);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_inside_keeps_the_ticket_and_each_ticket_is_worth_its_share() {
    let scene = scene(|_| {}).await;
    let http = scene.program.http();
    scene.run("update events set refund_policy = 'Full refund.'").await;
    let order = paid(&scene, "bo@example.com").await;
    assert!(get(&http, &order).await.body.contains("Yes, cancel my order"));
    let by_buyer = "select app.give_back(id, null, null, 'buyer', null) from orders";
    scene.run("update tickets set status = 'used', checked_in_at = now()").await;
    assert!(!get(&http, &order).await.body.contains("Yes, cancel my order"), "it is not even offered");
    assert_eq!(super::post(&http, &order, &[("do", "cancel")]).await.status, 409, "used is used");
    assert_eq!(fails(&scene, by_buyer).await, "PT409", "also when it was used a moment ago");
    assert_eq!(scene.value::<i64>("select count(*) from refunds").await, 0);
    // Three tickets for a hundred: each goes back for its own share, whichever went before.
    scene.run("update orders set amount_cents = 100").await;
    scene.run("update tickets set price_cents = 34, status = 'valid'").await;
    scene.run("insert into tickets (event_id, order_id, price_cents, attendee_email, status, code) select event_id, id, 33, buyer_email, 'valid', 'X' || n from orders, generate_series(1, 2) n").await;
    for share in [33, 33, 34] {
        let one = "array(select id from tickets where status = 'valid' order by price_cents, id limit 1)";
        let back: i64 =
            scene.value(&format!("select app.give_back(id, {one}, null, 'organizer', null) from orders")).await;
        assert_eq!(back, share);
    }
    assert_eq!(scene.value::<String>("select status from orders").await, "refunded");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_caller_gives_a_seat_away_twice() {
    let scene = scene(|_| {}).await;
    scene.run("update events set capacity = 1, price_cents = 0").await;
    let place = |seats: &str| {
        format!(
            "select app.place_order(id, jsonb_build_object('id', gen_random_uuid(), 'buyer_email', 'x@example.com', 'currency', 'CAD',
               'form_key', encode(sha256('{seats}'), 'hex'), 'subtotal_cents', 0, 'discount_cents', 0, 'tax_cents', 0, 'amount_cents', 0,
               'fee_cents', 0), '{seats}') from events"
        )
    };
    let seat = |code: &str| json!({"tier_id": null, "tier_name": null, "price_cents": 0, "code": code});
    assert_eq!(fails(&scene, &place(&json!([seat("A"), seat("B")]).to_string())).await, "PT409", "two of one");
    scene.run(&place(&json!([seat("A")]).to_string())).await;
    assert_eq!(fails(&scene, &place(&json!([seat("B")]).to_string())).await, "PT409", "it is gone");
    scene.stop().await;
}
