//! Asks `/auth/v1` over the router as a client would.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::response::Parts;
use axum::http::{HeaderMap, Request};
use eventos::settings::Settings;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::harness::program::Program;
use crate::harness::{self, Database};

pub(super) const PASSWORD: &str = "correct horse";

/// A program with its web, and a database to look into.
pub(super) struct Web {
    pub(super) database: Database,
    pub(super) program: Program,
    router: Router,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
    /// The same as it came: a page, perhaps.
    pub(super) page: String,
}

impl Web {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let database = harness::database().await;
        let program = Program::start_with(&database, |settings| {
            "ES256".clone_into(&mut settings.accounts.alg);
            change(settings);
        })
        .await;
        let router = program.app.http();
        Self { database, program, router }
    }

    pub(super) async fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &Value) -> Answer {
        let version = [("x-supabase-api-version", "2024-01-01")];
        self.ask_with(method, path, token, body, &version).await
    }

    pub(super) async fn ask_with(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("user-agent", "test");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (Parts { status, headers, .. }, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: status.as_u16(), headers, body, page: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Presses the button of a link's page, which sends what stands in the link; `site` as a browser says where the page is from.
    pub(super) async fn press(&self, fields: &str, site: &str) -> Answer {
        let request = Request::post("/auth/v1/verify/link")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site);
        self.send(request.body(Body::from(fields.to_owned())).unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, None, &body).await
    }

    /// Somebody new, signed in.
    pub(super) async fn sign_up(&self, email: &str) -> Value {
        let answer = self.post("/auth/v1/signup", json!({"email": email, "password": PASSWORD})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    pub(super) async fn refresh(&self, token: &Value) -> Answer {
        self.post("/auth/v1/token?grant_type=refresh_token", json!({"refresh_token": token})).await
    }

    pub(super) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/auth/v1/token?grant_type=password", json!({"email": email, "password": password})).await
    }

    pub(super) async fn service_key(&self) -> String {
        self.program.app.accounts().api_keys().await.unwrap().service_role
    }

    /// A number from the database.
    pub(super) async fn count(&self, query: &'static str) -> i64 {
        let mut conn = self.database.connect(harness::Role::Bootstrap).await;
        sqlx::query_scalar(query).fetch_one(&mut conn).await.unwrap()
    }

    pub(super) fn accounts(&self) -> Arc<eventos::accounts::Accounts> {
        self.program.app.accounts().clone()
    }
}

impl Answer {
    pub(super) fn code(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }
}

pub(super) fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("{name} is not in {body}"))
}
