//! The page of a draft, as its organizer sees it beforehand.

use axum::body::Body;
use eventos::domain::person::Person;
use serde_json::json;

use crate::pictures::{Scene, signed};

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_said_yet_counts_by_the_organizers_own_settings() {
    let scene = Scene::start().await;
    let ana = scene.person("ana-preview@example.com").await;
    let ana = signed(&Person { timezone: Some("Europe/Paris".to_owned()), currency: Some("EUR".to_owned()), ..ana });
    let said = json!({"name": "Soir", "type": "concert", "dateTime": "2031-05-09T20:00:00", "priceCents": 3000});
    let (_, draft) = scene.draft(&ana, said).await;
    let event = draft["id"].as_str().unwrap();
    let page = scene.ask(&ana, "GET", &format!("/api/events/{event}/page?lang=en"), Body::empty()).await;
    let html = String::from_utf8(page.bytes).unwrap();
    assert_eq!(page.status, 200, "{html}");
    assert!(html.contains("Paris time") && !html.contains("UTC</"), "{html}");
    assert!(html.contains("30 EUR") || html.contains("€30"), "{html}");
}
