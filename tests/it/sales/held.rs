//! Seats that are being paid for are promised: nothing becomes smaller than what is sold and held.

use super::free::fails;
use super::scene::Scene;
use super::{buy, event, get, order_of, pay, post};
use crate::peers::stripe::{Mood, StripePeer};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_never_holds_fewer_than_have_paid_and_are_paying() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    event(&scene, "Gala", 2_500, 9).await;
    let http = scene.program.http();
    let order = order_of(&buy(&http, "gala", "bo@example.com", "3").await);
    assert_eq!(fails(&scene, "update events set capacity = 2").await, "PT422");
    scene.run("update events set capacity = 3").await;
    assert!(get(&http, "/e/gala/tickets").await.body.contains("Sold out"), "held seats are nobody else's");
    // As long as the place to pay is open, and as long again as it may take to hear of the payment.
    let pay = pay(&http, &order).await;
    assert_eq!(pay.status, 303, "{}", pay.body);
    let held = "select hold_until >= checkout_ends_at + interval '3 minutes' and checkout_ends_at > now() + interval '29 minutes' from orders";
    assert!(scene.value::<bool>(held).await);
    // Nobody paid in time: the seats are nobody's again, before anybody swept them.
    scene.run("update orders set hold_until = now() - interval '1 second'").await;
    scene.run("update events set capacity = 1").await;
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_is_neither_made_smaller_nor_taken_away_while_somebody_pays_for_it() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    scene.publish("Gala", None, &[("Floor", 2_500), ("Box", 9_000)]).await;
    scene
        .run("insert into stripe_accounts (id, user_id, charges_enabled) select 'acct_ana', id, true from profiles")
        .await;
    let http = scene.program.http();
    let floor: String = scene.value("select 'kind-' || id from ticket_tiers where name = 'Floor'").await;
    let form = get(&http, "/e/gala/tickets").await.form();
    let fields = [("form", form.as_str()), (&floor, "2"), ("name", "Bo"), ("email", "bo@example.com")];
    let order = order_of(&post(&http, "/e/gala/tickets", &fields).await);
    for refused in
        ["update ticket_tiers set quantity = 1 where name = 'Floor'", "delete from ticket_tiers where name = 'Floor'"]
    {
        assert_eq!(fails(&scene, refused).await, "PT422", "{refused}");
    }
    scene.run("update ticket_tiers set quantity = 2 where name = 'Floor'").await;
    scene.run("delete from ticket_tiers where name = 'Box'").await;
    assert_eq!(post(&http, &order, &[("do", "cancel")]).await.status, 303);
    scene.run("update ticket_tiers set quantity = 1 where name = 'Floor'").await;
    scene.stop().await;
}
