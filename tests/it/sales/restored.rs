//! A shop on another machine, from a backup: what guests have in their mails is worth what it was.

use eventos::store::{backup, migrate};

use super::scene::Scene;
use super::{buy, event, get, order_of};
use crate::harness::{self, Folder, Role};
use crate::peers::stripe::{Mood, StripePeer};

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_an_order_opens_after_a_restore() {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, |_| {}).await;
    event(&scene, "Tea", 0, 50).await;
    let order = order_of(&buy(&scene.program.http(), "tea", "bo@example.com", "1").await);
    let code: String = scene.value("select code from tickets").await;
    assert_eq!(get(&scene.program.http(), &order).await.status, 200);
    scene.settled().await;
    let secrets = "select encode(secret, 'hex') from app.secrets order by name";
    let sold: Vec<String> = scene.all(secrets).await;
    assert!(!sold.is_empty());
    // What it counts while it runs is not what the file is to hold.
    let Scene { database, program, folder, .. } = scene;
    program.stop().await;
    std::fs::remove_dir_all(folder).ok();
    let mut conn = database.connect(Role::Bootstrap).await;
    let hour = "insert into app.reminded (until_hour) values (7) on conflict (one) do update set until_hour = 7";
    sqlx::query(hour).execute(&mut conn).await.unwrap();
    let file = Folder::new("shop");
    backup::save(database.options(Role::Bootstrap), &file).await.unwrap();

    // A program that was looked at before anybody was there has made a secret and counted an hour of its own.
    let other = harness::empty_database(17).await.unwrap();
    migrate::run(other.options(Role::Bootstrap)).await.unwrap();
    let mut conn = other.connect(Role::Bootstrap).await;
    sqlx::query("select app.secret('orders'), app.remind_from(500000)").execute(&mut conn).await.unwrap();
    backup::restore(other.options(Role::Bootstrap), &file).await.unwrap();
    let hour: i64 = sqlx::query_scalar("select until_hour from app.reminded").fetch_one(&mut conn).await.unwrap();
    assert_eq!(hour, 7, "hours since the backup are made up for");

    let scene = Scene::on(other, StripePeer::start(Mood::honest()).await, |_| {}).await;
    let page = get(&scene.program.http(), &order).await;
    assert!(page.status == 200 && page.body.contains(&code), "{}: {}", page.status, page.body);
    assert_eq!(scene.all::<String>(secrets).await, sold);
    // The shop goes on.
    let next = order_of(&buy(&scene.program.http(), "tea", "eve@example.com", "1").await);
    assert_eq!(get(&scene.program.http(), &next).await.status, 200);
    scene.stop().await;
}
