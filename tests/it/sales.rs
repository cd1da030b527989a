//! Selling: what buyers get over the pages, what is refused, races of two processes, and a Stripe that lies about the money.

mod calendars;
mod codes;
mod copies;
mod doors;
mod free;
mod held;
mod hooks;
mod kept;
mod leaving;
mod links;
mod locks;
mod money;
mod paid;
mod questions;
mod race;
mod restored;
#[path = "publisher/scene.rs"]
#[expect(dead_code, clippy::duplicate_mod, reason = "the scene is the publisher's, whose own tests use all of it")]
mod scene;
mod series;
mod talk;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tower::ServiceExt as _;

use scene::Scene;

/// An answer.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What a form on the page carries.
    fn form(&self) -> String {
        let rest =
            self.body.split_once("name=\"form\" value=\"").unwrap_or_else(|| panic!("no form in {}", self.body)).1;
        rest.split_once('"').unwrap().0.to_owned()
    }
}

async fn ask(http: &Router, request: Request<Body>) -> Answer {
    let response = http.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn get(http: &Router, path: &str) -> Answer {
    ask(http, Request::builder().uri(path).body(Body::empty()).unwrap()).await
}

/// Goes where an order is paid. The page waits some seconds for that place and then says so: on a slow machine it is asked again.
async fn pay(http: &Router, order: &str) -> Answer {
    loop {
        let answer = get(http, &format!("{order}/pay")).await;
        if !answer.body.contains("The place to pay is being prepared.") {
            return answer;
        }
    }
}

async fn post(http: &Router, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request =
        Request::builder().method("POST").uri(path).header("content-type", "application/x-www-form-urlencoded");
    ask(http, request.body(Body::from(encoded(fields))).unwrap()).await
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let byte =
        |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let text = |text: &str| text.bytes().map(byte).collect::<String>();
    fields.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect::<Vec<_>>().join("&")
}

/// Buys so many of an event's one kind, and says where the order is: `/o/…`.
async fn buy(http: &Router, slug: &str, email: &str, count: &str) -> Answer {
    let form = get(http, &format!("/e/{slug}/tickets")).await.form();
    let fields = [("form", form.as_str()), ("kind-all", count), ("name", "Bo"), ("email", email), ("lang", "en")];
    post(http, &format!("/e/{slug}/tickets"), &fields).await
}

/// The path of an order's page, of the answer that led there.
fn order_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    order_of_text(answer.header("location"))
}

fn order_of_text(place: &str) -> String {
    place.split('?').next().unwrap().to_owned()
}

/// Tells the program what Stripe says.
async fn told(http: &Router, body: &str) -> u16 {
    let now = crate::harness::program::NOW.parse::<jiff::Timestamp>().unwrap().as_second();
    let request =
        Request::builder().method("POST").uri("/webhooks/stripe").header("stripe-signature", signed(now, body));
    ask(http, request.body(Body::from(body.to_owned())).unwrap()).await.status
}

fn signed(at_s: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_test").unwrap();
    mac.update(format!("{at_s}.{body}").as_bytes());
    let hex = mac.finalize().into_bytes().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!("t={at_s},v1={hex}")
}

fn now_s() -> i64 {
    crate::harness::program::NOW.parse::<jiff::Timestamp>().unwrap().as_second()
}

/// A published event, its organizer connected to Stripe.
async fn event(scene: &Scene, name: &str, price_cents: i64, capacity: i32) {
    scene.publish(name, Some(price_cents), &[]).await;
    scene.run(&format!("update events set capacity = {capacity} where name = '{name}'")).await;
    scene
        .run("insert into stripe_accounts (id, user_id, charges_enabled) select 'acct_ana', id, true from profiles on conflict do nothing")
        .await;
}
