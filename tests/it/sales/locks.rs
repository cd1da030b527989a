//! Who waits for whom: two connections that come in each other's way on purpose, and neither is thrown out (decision 0039).

use sqlx::{AssertSqlSafe, PgConnection};

use super::doors::{person, send};
use super::scene::Scene;
use super::{buy, event, order_of};
use crate::harness::Role;
use crate::peers::stripe::{Mood, StripePeer};

/// A program whose publisher does nothing yet.
async fn scene() -> Scene {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| settings.publisher.parallel = 0).await;
    event(&scene, "Gala", 2_500, 9).await;
    scene
}

/// A connection with a transaction that is open, and what the database calls it.
async fn begun(scene: &Scene) -> (PgConnection, i32) {
    let mut conn = scene.database.connect(Role::Bootstrap).await;
    run(&mut conn, "begin").await;
    run(
        &mut conn,
        "select set_config('request.jwt.claims', jsonb_build_object('sub', organizer_id, 'role', 'authenticated',
        'app_metadata', jsonb_build_object('user_role', 'organizer'))::text, true) from events",
    )
    .await;
    let pid = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut conn).await.unwrap();
    (conn, pid)
}

async fn run(conn: &mut PgConnection, statement: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(conn).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// Until somebody waits for this connection.
async fn waited_for(scene: &Scene, pid: i32) {
    let query = format!("select exists (select from pg_stat_activity where {pid} = any(pg_blocking_pids(pid)))");
    scene.until("somebody waits", &query).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_called_off_in_the_middle_of_its_setting_up_at_stripe() {
    let scene = scene().await;
    let (mut organizer, pid) = begun(&scene).await;
    run(&mut organizer, "select from events for no key update").await;
    let at_work = scene.second_program().await;
    waited_for(&scene, pid).await;
    // The publisher waits for the event; calling off wants the publisher's item.
    run(&mut organizer, "update events set status = 'cancelled'; commit").await;
    scene.settled().await;
    let stands: Vec<bool> =
        scene.peer.products().iter().map(|product| product["active"].as_bool().unwrap_or(true)).collect();
    assert!(stands.is_empty() || stands == [false], "nothing is sold any more: {stands:?}");
    at_work.stop().await;
    scene.stop().await;
}

/// Does these one after the other: the first connection's first step, the second's only one, which waits, the first's last.
async fn crossed(scene: &Scene, first: &str, second: &'static str, last: &str) {
    let (mut one, pid) = begun(scene).await;
    run(&mut one, first).await;
    let (mut two, _) = begun(scene).await;
    let waits = tokio::spawn(async move {
        run(&mut two, second).await;
        run(&mut two, "commit").await;
    });
    waited_for(scene, pid).await;
    run(&mut one, last).await;
    run(&mut one, "commit").await;
    waits.await.unwrap();
}

/// Whoever sells of an event holds it and then leaves work for its organizer; who leaves wants both.
#[tokio::test(flavor = "multi_thread")]
async fn an_organizer_leaves_while_somebody_buys() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |settings| {
        settings.accounts.alg = "ES256".to_owned();
        settings.publisher.parallel = 0;
    })
    .await;
    event(&scene, "Gala", 0, 9).await;
    let http = scene.program.http();
    let ana = person(&scene, &http, "ana@example.com").await;
    order_of(&buy(&http, "gala", "bo@example.com", "1").await);
    let (mut buyer, pid) = begun(&scene).await;
    run(&mut buyer, "select from events for no key update").await;
    let leaves =
        tokio::spawn(async move { send(&http, &ana, "DELETE", "/api/account", Some(serde_json::json!({}))).await.0 });
    waited_for(&scene, pid).await;
    run(
        &mut buyer,
        "insert into payment_setup_queue (user_id, kind, payload, dedupe_key) select organizer_id, 'mail_order', '{}', 'mail_order:x' from events; commit",
    )
    .await;
    assert_eq!(leaves.await.unwrap(), 200);
    assert_eq!(scene.value::<String>("select status from events").await, "cancelled");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_ends_with_a_mail_while_its_event_is_called_off() {
    let scene = scene().await;
    crossed(
        &scene,
        "update payment_setup_queue set lease_until = null where kind = 'stripe_product'",
        "select from events e, app.cancel(e.id)",
        "set local role service_role;
         select app.enqueue('mail_payment_setup', id, '{}', 'mail_payment_setup:' || id) from events",
    )
    .await;
    assert_eq!(scene.value::<String>("select status from events").await, "cancelled");
    assert_eq!(
        scene.value::<i64>("select count(*) from payment_setup_queue where kind = 'mail_payment_setup'").await,
        1
    );
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_about_an_order_is_asked_for_while_it_is_paid_or_its_event_called_off() {
    let scene = scene().await;
    order_of(&buy(&scene.program.http(), "gala", "bo@example.com", "2").await);
    let mail = "set local role service_role;
        select app.enqueue('mail_order', event_id, '{}', 'mail_order:again-' || mails) from orders";
    let count = "update orders set mails = mails + 1";
    crossed(&scene, count, "select app.pay_order(id, 'pi_1', 'cs_1') from orders", mail).await;
    assert_eq!(scene.value::<String>("select status from orders").await, "paid");
    crossed(&scene, count, "select from events e, app.cancel(e.id)", mail).await;
    assert_eq!(scene.value::<i64>("select count(*) from refunds where reason = 'event_cancelled'").await, 1);
    assert_eq!(scene.value::<i64>("select count(*) from payment_setup_queue where kind = 'mail_order'").await, 2);
    scene.stop().await;
}
