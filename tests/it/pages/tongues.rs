//! A page in the language of whoever reads it.
//!
//! Promises: the language that is asked for, else the browser's, else the event's own; nothing of the page stays in another
//! one but what its organizer wrote; whoever keeps pages for others is told what they depend on.

use serde_json::json;

use super::{ORGANIZER, fill, get, state};
use crate::harness::{self, Role};
use eventos::http::router::router;

/// From the document's language on, without its style.
fn read(body: &str) -> String {
    let (before, rest) = body.split_once("<style>").unwrap();
    let body = rest.split_once("</style>").unwrap().1;
    let head = before.lines().filter(|line| !line.contains("ld+json"));
    head.map(str::trim_end).chain(body.lines().map(str::trim_end)).collect::<Vec<_>>().join("\n")
}

async fn pages() -> (harness::Database, axum::Router) {
    let database = harness::database().await;
    let whole = json!({"slug": "tongues", "name": "Lantern Walk", "type": "festival", "description": "Along the river.", "place": "Old Mill",
        "address": "1 Mill Road", "city": "Toronto", "capacity": 1200, "starts_local": "2027-06-05 19:00", "ends_local": "2027-06-06 01:30",
        "place_kind": "hybrid", "recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA;COUNT=4", "refund_policy": "All of it.", "tier": "Early"});
    let bare = json!({"slug": "tongues-off", "name": "Off", "price_cents": 1250, "starts_local": "2026-06-05 19:00",
        "ends_local": "2026-06-05 20:00"});
    let mut conn = database.connect(Role::Bootstrap).await;
    fill(&mut conn, &[whole, bare]).await;
    sqlx::query(
        "update public.ticket_tiers set price_cents = 500, quantity = 40, max_per_order = 2, sales_until = '2027-06-01'",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    sqlx::query(
        "update public.events set amenities = '{wheelchair,hot_tub}', max_per_order = 4 where slug = 'tongues'",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    sqlx::query("update public.events set status = 'cancelled' where slug = 'tongues-off'")
        .execute(&mut conn)
        .await
        .unwrap();
    let router = router(state(database.store().await, Vec::new()));
    (database, router)
}

#[tokio::test]
async fn a_page_is_read_in_four_languages() {
    let (_database, router) = pages().await;
    for language in ["en", "es", "fr", "zh"] {
        let whole = get(&router, "/e/tongues", &[("accept-language", language)]).await;
        assert_eq!((whole.status, whole.header("content-language")), (200, language));
        assert!(whole.header("vary").contains("accept-language"), "{}", whole.header("vary"));
        insta::assert_snapshot!(format!("page_in_{language}"), read(&whole.body));
        let off = get(&router, "/e/tongues-off", &[("accept-language", language)]).await;
        assert_eq!(off.status, 200);
        insta::assert_snapshot!(format!("cancelled_page_in_{language}"), read(&off.body));
        let absent = get(&router, "/e/tongues-absent", &[("accept-language", language)]).await;
        assert_eq!(absent.status, 404);
        insta::assert_snapshot!(format!("absent_page_in_{language}"), read(&absent.body));
    }
}

#[tokio::test]
async fn the_language_is_the_guests_else_the_events() {
    let (database, router) = pages().await;
    let spoken = async |path: &str, browser: &str| {
        let headers: &[(&str, &str)] = if browser.is_empty() { &[] } else { &[("accept-language", browser)] };
        let page = get(&router, path, headers).await;
        let language = page.header("content-language").to_owned();
        assert!(page.body.contains(&format!("<html lang=\"{language}\">")) || path.contains(".ics"), "{}", page.body);
        (language, page)
    };
    assert_eq!(spoken("/e/tongues", "").await.0, "en", "nobody said anything");
    assert_eq!(spoken("/e/tongues", "de, zh-TW;q=0.4, fr-CA;q=0.9").await.0, "fr");
    let (asked, page) = spoken("/e/tongues?lang=zh", "fr").await;
    assert_eq!(asked, "zh");
    assert!(page.body.contains("/e/tongues/tickets?lang=zh\""), "the till goes on in it\n{}", page.body);
    assert_eq!(spoken("/e/tongues?lang=xx", "fr").await.0, "fr");

    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query("update public.profiles set language = 'es' where id = $1")
        .bind(ORGANIZER)
        .execute(&mut conn)
        .await
        .unwrap();
    assert_eq!(spoken("/e/tongues", "de").await.0, "es", "its organizer's");
    sqlx::query(
        "insert into public.wizard_sessions (user_id, event_id, language) select organizer_id, id, 'fr' from public.events \
         where slug = 'tongues'",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    assert_eq!(spoken("/e/tongues", "").await.0, "fr", "the one it was made in");
    assert!(spoken("/e/tongues.ics", "").await.1.body.contains("Old Mill\\, 1 Mill Road\\, Toronto et en ligne"));
    let till = get(&router, "/e/tongues/tickets", &[]).await;
    assert!(till.body.contains("<html lang=\"fr\">"), "{}", till.body);
}
