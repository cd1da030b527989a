//! The REST API, asked over the router as supabase-js and the specification's own clients would.
//!
//! Promises: each row of the wire's table that is served; what each person may do with each table over HTTP; a foreign id
//! answers byte for byte as an absent one; a real PostgREST on the same database gives the same answers.

mod cost;
mod drafts;
mod matrix;
mod peer;

mod plain;
mod wire;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use axum::{Extension, Router};
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::clock::FixedClock;
use eventos::domain::person::{Person as Domain, Role as DomainRole};
use eventos::http::router::{HttpState, router};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::harness::{self, Database};
use crate::rls::holes::filled;
use crate::rls::people::Person;

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }

    /// `code` of PostgREST's shape, or of the API's own.
    fn code(&self) -> String {
        let body = self.json();
        let code = body.get("code").or_else(|| body["error"].get("code"));
        code.and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// The API on a filled database.
struct Api {
    database: Database,
    router: Router,
}

impl Api {
    /// Everybody of the row level security tests with their rows.
    async fn start() -> Self {
        Self::start_with(|state| state).await
    }

    /// The same with other parts.
    async fn start_with(change: impl FnOnce(HttpState) -> HttpState) -> Self {
        let database = filled().await.unwrap();
        let clock = Arc::new(FixedClock::at("2026-11-23T15:00:00Z".parse().unwrap()));
        let store = database.store().await;
        let public_url = "https://events.test/".to_owned();
        let state = HttpState { public_url, ..harness::http::state(store, clock) };
        Self { database, router: router(change(state)) }
    }

    async fn ask(
        &self,
        person: Person,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(encoded(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let router = self.router.clone().layer(Extension(caller(person)));
        let response = router.oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn get(&self, person: Person, path: &str) -> Answer {
        self.ask(person, "GET", path, &[], "").await
    }

    /// A write as supabase-js sends it.
    async fn write(&self, person: Person, method: &str, path: &str, prefer: &str, body: &str) -> Answer {
        let headers = [("content-profile", "public"), ("content-type", "application/json"), ("prefer", prefer)];
        self.ask(person, method, path, &headers[..if prefer.is_empty() { 2 } else { 3 }], body.to_owned()).await
    }

    /// A write of somebody who knows nothing of PostgREST.
    async fn plain(&self, person: Person, method: &str, path: &str, body: &Value) -> Answer {
        self.ask(person, method, path, &[("content-type", "application/json")], body.to_string()).await
    }
}

/// An address as clients write it.
fn encoded(path: &str) -> String {
    let odd = [(' ', "%20"), ('"', "%22"), ('<', "%3C"), ('>', "%3E"), ('{', "%7B"), ('}', "%7D")];
    odd.iter().fold(path.to_owned(), |path, (sign, code)| path.replace(*sign, code))
}

/// A person as the layer that verifies tokens leaves them.
fn caller(person: Person) -> Caller {
    match person {
        Person::Anon => Caller::Anybody,
        Person::Service => Caller::Service,
        _ => Caller::Person(Box::new(Signed::known(domain(person)))),
    }
}

fn domain(person: Person) -> Domain {
    let role = match person {
        Person::Guest => DomainRole::Guest,
        Person::Attendee => DomainRole::Attendee,
        _ => DomainRole::Organizer,
    };
    Domain { id: person.id(), role, email: None, name: None, timezone: None, country: None, currency: None }
}
