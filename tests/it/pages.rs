//! Event pages and what stands around them, asked over the router as a guest would.
//!
//! Promises: an event that a guest may not see answers byte for byte as one that does not exist; no text of an organizer
//! becomes markup, data or a calendar property of its own; a part that fails turns `/readyz` red and nothing else.

pub(crate) mod calendar;
mod hostile;
mod tongues;

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::clock::FixedClock;
use eventos::domain::person::{Person, Role as PersonRole};
use eventos::http::probes::StoreProbe;
use eventos::http::router::{HttpState, Probe, router};
use eventos::store::database::Store;
use serde_json::{Value, json};
use sqlx::PgConnection;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::harness::program::Program;
use crate::harness::{self, Role};

const ORGANIZER: Uuid = Uuid::from_u128(0x7A6E_0000_0000_4000_8000_0000_0000_0001);

/// Makes an organizer, and events as they are given, by their columns.
async fn fill(conn: &mut PgConnection, events: &[Value]) {
    sqlx::query(
        "insert into auth.users (id, email, is_anonymous, raw_app_meta_data) \
         values ($1, 'pages@example.com', false, '{\"user_role\": \"organizer\"}') on conflict do nothing",
    )
    .bind(ORGANIZER)
    .execute(&mut *conn)
    .await
    .unwrap();
    sqlx::query(
        "with given as (select * from jsonb_to_recordset($2) as x(slug text, name text, type text, description text, status text, \
             visibility text, place_kind text, place text, address text, city text, capacity int, starts_local timestamp, \
             ends_local timestamp, timezone text, currency text, price_cents bigint, refund_policy text, online_url text, \
             recurrence text, tier text)), \
         made as (insert into public.events (organizer_id, slug, name, type, description, status, visibility, place_kind, place, \
             address, city, capacity, starts_local, ends_local, timezone, currency, price_cents, refund_policy, online_url, recurrence) \
         select $1, slug, name, coalesce(type, 'meetup'), description, coalesce(status, 'published'), coalesce(visibility, 'public'), \
             coalesce(place_kind, 'venue'), place, address, city, capacity, coalesce(starts_local, '2027-06-05 19:00'), \
             coalesce(ends_local, '2027-06-05 22:00'), coalesce(timezone, 'America/Toronto'), coalesce(currency, 'CAD'), \
             coalesce(price_cents, 0), refund_policy, online_url, recurrence from given returning id, slug) \
         insert into public.ticket_tiers (event_id, name) select made.id, given.tier from made join given using (slug) \
         where given.tier is not null",
    )
    .bind(ORGANIZER)
    .bind(json!(events))
    .execute(conn)
    .await
    .unwrap();
}

fn state(store: Store, probes: Vec<Arc<dyn Probe>>) -> HttpState {
    let clock = Arc::new(FixedClock::at("2027-01-01T00:00:00Z".parse().unwrap()));
    HttpState { probes, ..harness::http::state(store, clock) }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn get(router: &axum::Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request =
        headers.iter().fold(Request::builder().uri(path), |request, (name, value)| request.header(*name, *value));
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

#[tokio::test]
async fn a_page_says_when_where_and_how_much() {
    let database = harness::database().await;
    let summer = json!({"slug": "pages-summer", "name": "Summer Concert", "type": "concert", "description": "Bring a blanket.\n\nAnd friends.",
        "place": "Bandshell", "city": "Toronto", "price_cents": 1250, "capacity": 1200});
    fill(&mut database.connect(Role::Bootstrap).await, &[summer]).await;
    let router = router(state(database.store().await, Vec::new()));
    let page = get(&router, "/e/pages-summer", &[]).await;
    assert_eq!(page.status, 200);
    for words in [
        "<h1 dir=\"auto\">Summer Concert</h1>",
        "7:00 PM",
        "10:00 PM",
        "Toronto time (EDT, UTC−4)",
        "$12.50 CAD",
        "1,200 people",
        "<p dir=\"auto\">And friends.</p>",
        "href=\"https://events.example/e/pages-summer.ics\"",
        "<meta property=\"og:url\" content=\"https://events.example/e/pages-summer\">",
    ] {
        assert!(page.body.contains(words), "{words} is not in\n{}", page.body);
    }
    let data = hostile::structured(&page.body);
    assert_eq!(data["startDate"], "2027-06-05T19:00:00-04:00");
    assert_eq!(data["offers"][0]["price"], "12.50");
    assert_eq!(
        (&data["location"]["name"], &data["location"]["address"]["addressLocality"]),
        (&json!("Bandshell"), &json!("Toronto"))
    );
    assert_eq!(page.header("cache-control"), "public, max-age=300, s-maxage=3600");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-")
            && !policy.contains("unsafe")
            && !policy.contains("script-src")
    );

    let again = get(&router, "/e/pages-summer", &[("if-none-match", page.header("etag"))]).await;
    assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", page.header("etag")));
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query("update public.events set name = 'Autumn Concert' where slug = 'pages-summer'")
        .execute(&mut conn)
        .await
        .unwrap();
    assert_eq!(get(&router, "/e/pages-summer", &[("if-none-match", page.header("etag"))]).await.status, 200);
}

#[tokio::test]
async fn what_a_guest_may_not_see_answers_as_what_is_not_there() {
    let database = harness::database().await;
    let events = [
        json!({"slug": "pages-hidden", "name": "Hidden", "visibility": "private"}),
        json!({"slug": "pages-draft", "name": "Draft", "status": "draft"}),
    ];
    fill(&mut database.connect(Role::Bootstrap).await, &events).await;
    let store = database.store().await;
    let guest = router(state(store.clone(), Vec::new()));
    let id = [("x-request-id", "same")];
    for ending in ["", ".ics"] {
        let absent = get(&guest, &format!("/e/pages-absent{ending}"), &id).await;
        assert_eq!((absent.status, absent.header("cache-control")), (404, "no-store"));
        for slug in ["pages-hidden", "pages-draft", "Pages-Hidden", "pages%20hidden"] {
            let found = get(&guest, &format!("/e/{slug}{ending}"), &id).await;
            assert_eq!(
                (found.status, &found.headers, &found.body),
                (404, &absent.headers, &absent.body),
                "{slug}{ending}"
            );
        }
    }
    let person = Person {
        id: ORGANIZER,
        role: PersonRole::Organizer,
        email: None,
        name: None,
        timezone: None,
        country: None,
        currency: None,
    };
    let organizer = guest.layer(axum::Extension(Caller::Person(Box::new(Signed::known(person)))));
    let own = get(&organizer, "/e/pages-hidden", &[]).await;
    assert_eq!((own.status, own.header("cache-control"), own.header("etag")), (200, "private, no-store", ""));
    assert!(own.body.contains("Hidden") && own.body.contains("<meta name=\"robots\" content=\"noindex\">"));
    assert_eq!(get(&organizer, "/e/pages-draft", &[]).await.status, 404);
}

#[tokio::test]
async fn a_cancelled_event_says_so_to_whoever_finds_it() {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    let shown = json!({"slug": "pages-off", "name": "Off", "tier": "VIP"});
    let hidden = json!({"slug": "pages-off-private", "name": "Off", "visibility": "private"});
    let never = json!({"slug": "pages-off-draft", "name": "Off", "status": "draft"});
    fill(&mut conn, &[shown, hidden, never]).await;
    sqlx::query("update public.events set status = 'cancelled'").execute(&mut conn).await.unwrap();
    let router = router(state(database.store().await, Vec::new()));
    let page = get(&router, "/e/pages-off", &[]).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("This event is cancelled."));
    assert!(page.body.contains("VIP"), "what it offered is as visible as the event\n{}", page.body);
    assert_eq!(hostile::structured(&page.body)["eventStatus"], "https://schema.org/EventCancelled");
    let entry = get(&router, "/e/pages-off.ics", &[]).await.body;
    assert!(entry.contains("\r\nSTATUS:CANCELLED\r\n"));
    let revision: i64 = sqlx::query_scalar("select revision from public.events where slug = 'pages-off'")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert!(
        entry.contains(&format!("\r\nSEQUENCE:{}\r\n", revision + 1)),
        "newer than the last version that was not cancelled\n{entry}"
    );
    for unseen in ["/e/pages-off-private", "/e/pages-off-draft"] {
        assert_eq!(get(&router, unseen, &[]).await.status, 404, "{unseen}");
    }
}

#[tokio::test]
async fn the_link_to_join_a_paid_event_is_nowhere() {
    let database = harness::database().await;
    let online = |slug: &str, url: &str, price_cents: i64| json!({"slug": slug, "name": "Talk", "place_kind": "online", "online_url": url, "price_cents": price_cents});
    let events = [
        online("pages-paid", "https://meet.example/s3cret", 500),
        online("pages-free", "https://meet.example/o?a=1&b=\"2\"", 0),
        online("pages-script", "javascript:alert(1)", 0),
    ];
    fill(&mut database.connect(Role::Bootstrap).await, &events).await;
    let router = router(state(database.store().await, Vec::new()));
    for ending in ["", ".ics"] {
        let paid = get(&router, &format!("/e/pages-paid{ending}"), &[]).await;
        assert!(paid.status == 200 && !paid.body.contains("s3cret"));
        let script = get(&router, &format!("/e/pages-script{ending}"), &[]).await;
        assert!(script.status == 200 && !script.body.contains("javascript"));
    }
    let free = get(&router, "/e/pages-free", &[]).await.body;
    assert!(free.contains("href=\"https://meet.example/o?a=1&amp;b=&quot;2&quot;\""));
    assert_eq!(hostile::structured(&free)["location"]["url"], "https://meet.example/o?a=1&b=\"2\"");
}

struct Part(&'static str, Result<(), &'static str>);

#[async_trait]
impl Probe for Part {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn check(&self) -> Result<(), String> {
        if self.0 == "stuck" {
            std::future::pending::<()>().await;
        }
        self.1.map_err(str::to_owned)
    }
}

#[tokio::test]
async fn readiness_is_red_when_any_part_is() {
    let database = harness::database().await;
    let store = database.store().await;
    let probes: Vec<Arc<dyn Probe>> = vec![Arc::new(StoreProbe(store.clone())), Arc::new(Part("mail", Ok(())))];
    let green = get(&router(state(store.clone(), probes.clone())), "/readyz", &[]).await;
    assert_eq!((green.status, green.header("cache-control")), (200, "no-store"));
    assert_eq!(
        serde_json::from_str::<Value>(&green.body).unwrap(),
        json!({"status": "ready", "parts": {"database": "ok", "mail": "ok"}})
    );

    let bad: Vec<Arc<dyn Probe>> =
        vec![Arc::new(Part("mail", Err("password of 10.0.0.7 refused"))), Arc::new(Part("stuck", Ok(())))];
    let red = router(state(store.clone(), [probes, bad].concat()));
    let answer = get(&red, "/readyz", &[]).await;
    assert_eq!(answer.status, 503);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body, json!({"status": "not ready", "parts": {"database": "ok", "mail": "failed", "stuck": "failed"}}));
    let health = get(&red, "/api/health", &[]).await;
    assert_eq!(
        (health.status, health.body.as_str(), health.header("cache-control")),
        (200, r#"{"status":"ok","version":"1.0.0"}"#, "no-store")
    );
    assert_eq!(get(&red, "/livez", &[]).await.status, 200);
}

#[tokio::test]
async fn without_the_database_a_page_asks_for_patience() {
    let database = harness::database().await;
    let store = database.store().await;
    let router = router(state(store.clone(), vec![Arc::new(StoreProbe(store.clone()))]));
    store.close().await;
    let page = get(&router, "/e/pages-any", &[("x-request-id", "r-9")]).await;
    assert_eq!((page.status, page.header("retry-after"), page.header("x-request-id")), (503, "5", "r-9"));
    assert!(page.body.contains("try again in a moment") && page.body.contains("r-9") && !page.body.contains("pool"));
    assert_eq!(get(&router, "/readyz", &[]).await.status, 503);
    assert_eq!(get(&router, "/livez", &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_may_use_the_camera_wherever_it_was_opened_and_no_other_page_may() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let router = program.app.http();
    let may = async |path: &str| get(&router, path, &[]).await.header("permissions-policy").contains("camera=(self)");
    for page in ["/", "/dashboard", "/dashboard/events/7/guests", "/checkin/7", "/door/7", "/wizard/new"] {
        assert!(may(page).await, "{page}");
    }
    for page in ["/e/nothing", "/e/nothing/tickets", "/o/nothing", "/livez", "/config.json", "/nothing"] {
        assert!(!may(page).await, "{page}");
    }
    program.stop().await;
}
