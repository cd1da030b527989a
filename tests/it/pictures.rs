//! Pictures over the API, in a draft, on the page, and for nobody else; taking one's data along, and leaving.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::clock::FixedClock;
use eventos::domain::person::{Person, Role as PersonRole};
use eventos::http::router::{HttpState, router};
use eventos::pictures::{Pictures, Room};
use eventos::store::database::Actor;
use eventos::store::people;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use port::Sender;
use serde_json::{Value, json};
use sqlx::Row as _;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::harness::program::{NOW, Program};
use crate::harness::{self, Database, Role};

pub(crate) struct Scene {
    database: Database,
    program: Program,
    router: Router,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Scene {
    pub(crate) async fn start() -> Self {
        let database = harness::database().await;
        let program = Program::start(&database).await;
        let router = program.app.http();
        Self { database, program, router }
    }

    pub(crate) async fn person(&self, email: &str) -> Person {
        let mut tx = self.database.store().await.begin(Actor::Server).await.unwrap();
        let person = people::ensure_organizer(&mut tx, email).await.unwrap();
        tx.commit().await.unwrap();
        person
    }

    pub(crate) async fn ask(&self, caller: &Caller, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).body(body.into()).unwrap();
        request.extensions_mut().insert(caller.clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }

    async fn wizard(&self, caller: &Caller, body: Value) -> Value {
        let answer = self.ask(caller, "POST", "/functions/v1/ai-event-wizard", body.to_string()).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        answer.json()
    }

    /// A draft with this in it: its session and its event.
    pub(crate) async fn draft(&self, caller: &Caller, data: Value) -> (String, Value) {
        let begun = self.wizard(caller, json!({"action": "initialize"})).await;
        let session = begun["sessionId"].as_str().unwrap().to_owned();
        let saved = self
            .wizard(caller, json!({"action": "save-draft", "sessionId": session, "stage": 1, "eventData": data}))
            .await;
        (session, saved["eventDraft"].clone())
    }

    /// A draft takes no picture that is not its organizer's own.
    async fn refuses_picture(&self, caller: &Caller, url: &str) {
        let begun = self.wizard(caller, json!({"action": "initialize"})).await;
        let body = json!({"action": "save-draft", "sessionId": begun["sessionId"], "stage": 1,
            "eventData": {"name": "Borrowed", "imageUrl": url}});
        let answer = self.ask(caller, "POST", "/functions/v1/ai-event-wizard", body.to_string()).await;
        let said = answer.json();
        assert_eq!((answer.status, said["error"]["code"].as_str()), (400, Some("INVALID_INPUT")), "{said}");
        assert!(said["error"]["fields"]["imageUrl"].is_string(), "{said}");
        assert!(said["error"]["eventDraft"].get("imageUrl").is_none(), "{said}");
    }

    async fn count(&self, query: &'static str, id: Uuid) -> i64 {
        let mut conn = self.database.connect(Role::Bootstrap).await;
        sqlx::query(query).bind(id).fetch_one(&mut conn).await.unwrap().get(0)
    }
}

pub(crate) fn signed(person: &Person) -> Caller {
    Caller::Person(Box::new(Signed::known(person.clone())))
}

pub(crate) fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_pixel(300, 200, Rgb([shade, 40, 90])))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_as_private_as_its_event() {
    let scene = Scene::start().await;
    let (ana, eve) = (scene.person("ana-pictures@example.com").await, scene.person("eve-pictures@example.com").await);
    let (ana, eve) = (signed(&ana), signed(&eve));
    assert_eq!(scene.ask(&Caller::Anybody, "POST", "/files", picture(1)).await.status, 401);
    let kept = scene.ask(&ana, "POST", "/files", picture(1)).await;
    assert_eq!(kept.status, 201);
    let url = kept.json()["url"].as_str().unwrap().to_owned();
    assert_eq!(scene.ask(&ana, "POST", "/files", picture(1)).await.json()["url"], url.as_str(), "the same is one");

    let (session, draft) = scene.draft(&ana, json!({"name": "Picture Night", "type": "meetup", "imageUrl": url})).await;
    assert_eq!(draft["imageUrl"], url.as_str());
    let event = draft["id"].as_str().unwrap();
    let page = scene.ask(&ana, "GET", &format!("/api/events/{event}/page"), Body::empty()).await;
    let html = String::from_utf8(page.bytes).unwrap();
    let shown = format!("<img class=\"cover\" src=\"{url}\"");
    assert!(html.contains(&shown) && html.contains("Picture Night"), "{html}");
    for stranger in [&eve, &Caller::Anybody] {
        assert_eq!(scene.ask(stranger, "GET", &url, Body::empty()).await.status, 404);
        let status = scene.ask(stranger, "GET", &format!("/api/events/{event}/page"), Body::empty()).await.status;
        assert!(matches!(status, 401 | 404), "{status}");
    }
    let seen = scene.ask(&ana, "GET", &url, Body::empty()).await;
    assert_eq!((seen.status, seen.header("content-type")), (200, "image/jpeg"));
    assert!(seen.header("cache-control").starts_with("private") && seen.header("x-content-type-options") == "nosniff");

    // Nobody shows somebody else's picture.
    scene.refuses_picture(&eve, &url).await;

    let mut conn = scene.database.connect(Role::Bootstrap).await;
    sqlx::query("update events set status = 'published', slug = 'picture-night', starts_local = '2031-05-09 18:00' where id = $1")
        .bind(event.parse::<Uuid>().unwrap())
        .execute(&mut conn)
        .await
        .unwrap();
    let seen = scene.ask(&Caller::Anybody, "GET", &url, Body::empty()).await;
    assert_eq!(seen.status, 200);
    assert!(seen.header("cache-control").starts_with("public, max-age="));
    let page = scene.ask(&Caller::Anybody, "GET", "/e/picture-night", Body::empty()).await;
    let html = String::from_utf8(page.bytes).unwrap();
    for words in ["property=\"og:image\" content=\"http://events.test/files/", "summary_large_image", "\"image\":"] {
        assert!(html.contains(words), "{words} is not in {html}");
    }
    let _ = session;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_with_words() {
    let scene = Scene::start().await;
    let ana = signed(&scene.person("ana-odd@example.com").await);
    for (body, status, code) in [
        (b"<svg onload='alert(1)'/>".to_vec(), 415, "INVALID_PICTURE"),
        (Vec::new(), 415, "INVALID_PICTURE"),
        (vec![0; eventos::pictures::MOST_BYTES + 1], 413, "TOO_LARGE"),
    ] {
        let answer = scene.ask(&ana, "POST", "/files", body).await;
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str().unwrap()), (status, code));
    }
    for path in ["/files/7", "/files/00000000-0000-4000-8000-000000000000", "/files/"] {
        assert_eq!(scene.ask(&ana, "GET", path, Body::empty()).await.status, 404, "{path}");
    }
    scene.refuses_picture(&ana, "https://elsewhere.example/x.png").await;
    // A chat brings pictures through the door.
    let from = Sender::Local { email: Some("ana-odd@example.com".to_owned()) };
    let url = scene.program.door().keep_picture(&from, picture(9)).await.unwrap();
    assert_eq!(scene.ask(&ana, "GET", &url, Body::empty()).await.status, 200);
    let refused = scene.program.door().keep_picture(&from, b"no".to_vec()).await;
    assert_eq!(refused, Err(port::Refusal::Picture(port::BadPicture::Unreadable)));
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_so_much_room_and_old_pictures_make_some() {
    let scene = Scene::start().await;
    let ana = scene.person("ana-room@example.com").await;
    let mut conn = scene.database.connect(Role::Bootstrap).await;
    let keep = "select app.keep_picture($1, 'image/jpeg', $2, 250)";
    for (byte, kept) in [(1_u8, true), (2, true), (3, false)] {
        let row = sqlx::query(keep).bind(ana.id).bind(vec![byte; 100]).fetch_one(&mut conn).await.unwrap();
        assert_eq!(row.get::<Option<Uuid>, _>(0).is_some(), kept, "{byte}");
    }
    sqlx::query("update files set created_at = now() - interval '2 hours' where owner_id = $1")
        .bind(ana.id)
        .execute(&mut conn)
        .await
        .unwrap();
    let row = sqlx::query(keep).bind(ana.id).bind(vec![3_u8; 100]).fetch_one(&mut conn).await.unwrap();
    assert!(row.get::<Option<Uuid>, _>(0).is_some(), "what nothing shows made room");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_have_little_room_and_all_of_them_together_a_bound() {
    let scene = Scene::start().await;
    let store = scene.database.store().await;
    let mut conn = scene.database.connect(Role::Bootstrap).await;
    let ana = signed(&scene.person("ana-guests@example.com").await);
    assert_eq!(scene.ask(&ana, "POST", "/files", picture(1)).await.status, 201);
    let one: i64 =
        sqlx::query("select octet_length(bytes)::bigint from files").fetch_one(&mut conn).await.unwrap().get(0);
    let room = Room { guest: 2 * one + one / 2, guests: 3 * one + one / 2 };
    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    let pictures = Arc::new(Pictures::new(store.clone(), room));
    let state = HttpState { pictures, ..harness::http::state(store, clock) };
    let scene = Scene { router: router(state), ..scene };

    let mut guests = Vec::new();
    for _ in 0..3 {
        let made = "insert into auth.users (id, is_anonymous) values (gen_random_uuid(), true) returning id";
        let id: Uuid = sqlx::query(made).fetch_one(&mut conn).await.unwrap().get(0);
        let role = PersonRole::Guest;
        guests.push(signed(&Person {
            id,
            role,
            email: None,
            name: None,
            timezone: None,
            country: None,
            currency: None,
        }));
    }
    let bring = async |caller: &Caller, shade: u8| -> (u16, String) {
        let answer = scene.ask(caller, "POST", "/files", picture(shade)).await;
        (answer.status, answer.json()["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    // Shades that are next to each other become the same picture.
    for shade in [20, 40] {
        assert_eq!(bring(&guests[0], shade).await.0, 201);
    }
    assert_eq!(bring(&guests[0], 60).await, (409, "STORAGE_FULL".to_owned()));
    for shade in [20, 40, 60, 80, 100] {
        assert_eq!(bring(&ana, shade).await.0, 201, "an organizer has more");
    }
    assert_eq!(bring(&guests[1], 80).await.0, 201);
    for shade in [100, 120] {
        assert_eq!(bring(&guests[2], shade).await, (409, "GUESTS_FULL".to_owned()));
    }
    assert_eq!(bring(&guests[1], 80).await.0, 201, "what is here already adds nothing");
    assert_eq!(bring(&guests[1], 140).await.0, 409);
    sqlx::query("update files set created_at = now() - interval '2 hours'").execute(&mut conn).await.unwrap();
    assert_eq!(bring(&guests[2], 100).await.0, 409, "only one's own pictures make room");
    assert_eq!(bring(&guests[1], 140).await.0, 201, "what nothing shows made room");
    assert_eq!(scene.count("select count(*) from files where owner_id = $1", guests[1].person().unwrap().id).await, 1);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_brings_so_many_pictures() {
    let database = harness::database().await;
    let program = Program::start_with(&database, |settings| settings.limits.address_uploads = 2).await;
    let scene = Scene { router: program.app.http(), program, database };
    let mut statuses = Vec::new();
    for (number, shade) in (0..3).zip(30_u8..) {
        let person = scene.person(&format!("ana-{number}@example.com")).await;
        let mut request = Request::builder().method("POST").uri("/files").body(Body::from(picture(shade))).unwrap();
        request.extensions_mut().insert(signed(&person));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([198, 51, 100, 7], 4711))));
        statuses.push(scene.router.clone().oneshot(request).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [201, 201, 429], "whoever brings them");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_after_the_other_is_taken_along() {
    let scene = Scene::start().await;
    let ana = signed(&scene.person("ana-exports@example.com").await);
    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    let state = harness::http::state(scene.database.store().await, clock);
    let exporting = state.exporting.clone();
    let scene = Scene { router: router(state), ..scene };
    for shade in [40, 80, 120] {
        assert_eq!(scene.ask(&ana, "POST", "/files", picture(shade)).await.status, 201);
    }
    let other = exporting.acquire().await.unwrap();
    let waits = scene.ask(&ana, "GET", "/api/account/export", Body::empty()).await;
    assert_eq!((waits.status, waits.header("retry-after")), (429, "10"), "somebody else's is being gathered");
    drop(other);
    let file = scene.ask(&ana, "GET", "/api/account/export", Body::empty()).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.json()["pictures"].as_array().map(Vec::len), Some(3));
    assert_eq!(exporting.available_permits(), 1, "the next one may begin");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_takes_everything_but_what_others_bought() {
    let scene = Scene::start().await;
    let (ana, bob) = (scene.person("ana-leaves@example.com").await, scene.person("bob-leaves@example.com").await);
    let (caller, other) = (signed(&ana), signed(&bob));
    let url = scene.ask(&caller, "POST", "/files", picture(5)).await.json()["url"].as_str().unwrap().to_owned();
    scene.draft(&caller, json!({"name": "Only A Draft", "imageUrl": url})).await;
    let (_, sold) = scene.draft(&caller, json!({"name": "Sold Already", "type": "concert"})).await;
    let sold: Uuid = sold["id"].as_str().unwrap().parse().unwrap();
    let (_, bobs) = scene.draft(&other, json!({"name": "Untouched"})).await;
    let mut conn = scene.database.connect(Role::Bootstrap).await;
    sqlx::query("update events set status = 'published', slug = 'sold-already', starts_local = '2031-05-09 18:00' where id = $1")
        .bind(sold)
        .execute(&mut conn)
        .await
        .unwrap();
    sqlx::query(
        "insert into orders (event_id, buyer_email, currency, status) values ($1, 'guest@example.com', 'CAD', 'paid')",
    )
    .bind(sold)
    .execute(&mut conn)
    .await
    .unwrap();

    let file = scene.ask(&caller, "GET", "/api/account/export", Body::empty()).await;
    assert!(file.header("content-disposition").contains("attachment"));
    let text = String::from_utf8(file.bytes).unwrap();
    for words in ["ana-leaves@example.com", "Only A Draft", "Sold Already", "guest@example.com", "base64"] {
        assert!(text.contains(words), "{words}");
    }
    let whole: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(whole["pictures"].as_array().map(Vec::len), Some(1));
    assert!(url.ends_with(whole["pictures"][0]["id"].as_str().unwrap()), "{url}");
    assert!(!whole["pictures"][0]["base64"].as_str().unwrap().is_empty() && whole["events"].is_array());
    assert!(!text.contains("Untouched") && !text.contains("bob-leaves") && !text.contains("encrypted_password"));

    assert_eq!(scene.ask(&Caller::Anybody, "DELETE", "/api/account", "{}").await.status, 401);
    let gone = scene.ask(&caller, "DELETE", "/api/account", "{}").await;
    assert_eq!((gone.status, gone.json()["eventsKept"].clone()), (200, json!(1)));
    let names = "select count(*) from profiles where id = $1 and email is null and full_name is null";
    assert_eq!(scene.count(names, ana.id).await, 1);
    assert_eq!(scene.count("select count(*) from events where organizer_id = $1", ana.id).await, 1);
    assert_eq!(scene.count("select count(*) from wizard_sessions where user_id = $1", ana.id).await, 0);
    assert_eq!(scene.count("select count(*) from files where owner_id = $1", ana.id).await, 0);
    assert_eq!(scene.count("select count(*) from events where id = $1 and status = 'cancelled'", sold).await, 1);
    assert_eq!(scene.count("select count(*) from orders where event_id = $1", sold).await, 1);

    // Somebody who sold nothing leaves nothing.
    let gone = scene.ask(&other, "DELETE", "/api/account", "{}").await;
    assert_eq!(gone.json()["eventsKept"], 0);
    assert_eq!(scene.count("select count(*) from profiles where id = $1", bob.id).await, 0);
    let bobs: Uuid = bobs["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(scene.count("select count(*) from events where id = $1", bobs).await, 0);
    scene.program.stop().await;
}
