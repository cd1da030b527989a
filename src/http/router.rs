//! Every route, and what stands around them.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use ipnet::IpNet;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::address::{self, Gate};
use super::error::HttpError;
use super::reads::Reads;
use super::{
    account, auth, connect, copies, cors, doors, event_page, files, functions, gate, health, imports, links,
    metrics_page, openapi, organizing, patience, preview, queue, request, rest, series, shop, stripe_webhook, webhooks,
};
use crate::accounts::Accounts;
use crate::domain::clock::{Clock, Ids};
use crate::door::rate::Limits;
use crate::pictures::Pictures;
use crate::publisher::stripe::connect::{AGAIN_PATH, Connect, RETURN_PATH};
use crate::sales::Sales;
use crate::store::database::Store;
use crate::wizard::directory::Directory;

/// The largest body of a request, in bytes.
const BODY_BYTES: usize = 1024 * 1024;
/// How long an answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the routes work with.
#[derive(Clone)]
pub struct HttpState {
    /// The database.
    pub store: Store,
    /// The way into the wizard.
    pub door: Arc<dyn port::Door>,
    /// The sessions' mailboxes, where writes that change a draft wait for their turn.
    pub directory: Arc<Directory>,
    /// Who may sign in, and who calls.
    pub accounts: Arc<Accounts>,
    /// Who sells.
    pub sales: Arc<Sales>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Where people find us; no slash at the end.
    pub public_url: String,
    /// How often somebody may ask.
    pub limits: Arc<Limits>,
    /// Whose word about the client's address is taken.
    pub proxies: Arc<[IpNet]>,
    /// How long the body of a request may take to come.
    pub body_patience: Duration,
    /// How many read tables at once.
    pub reads: Reads,
    /// Everything about one account is gathered by one request at a time.
    pub exporting: Arc<Semaphore>,
    /// Keeps pictures.
    pub pictures: Arc<Pictures>,
    /// Measures how things stand, for the page of metrics.
    pub standing: Arc<dyn Fn() + Send + Sync>,
    /// What Stripe's webhooks are signed with, one for each endpoint there; without any there are none.
    pub stripe_webhook_secrets: Vec<SecretString>,
    /// Webhooks may lead into private networks.
    pub webhooks_private: bool,
    /// The chats of other platforms, whose accounts can be linked.
    pub chats: Arc<[Arc<dyn port::Channel>]>,
    /// How organizers connect accounts of their own.
    pub connect: Arc<Connect>,
    /// What `/readyz` asks.
    pub probes: Vec<Arc<dyn Probe>>,
    /// The routes of the channels that speak HTTP.
    pub channels: Router,
}

/// A part of the program that can be asked whether it works.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Its name in `/readyz`.
    fn name(&self) -> &'static str;

    /// Looks now.
    ///
    /// # Errors
    /// The reason, for the log.
    async fn check(&self) -> Result<(), String>;
}

/// The pages and the API.
pub fn router(mut state: HttpState) -> Router {
    let channels = std::mem::take(&mut state.channels);
    let entrance = Gate { proxies: state.proxies.clone(), limits: state.limits.clone() };
    let body_patience = state.body_patience;
    let routes = Router::new()
        .route("/e/{name}", get(event_page::show))
        .route("/api/health", get(health::health))
        .route("/api/queue", get(queue::list).post(queue::retry))
        .route("/webhooks/stripe", post(stripe_webhook::take))
        .route("/api/connect/stripe", get(connect::standing).post(connect::begin))
        .route(RETURN_PATH, get(connect::come_back))
        .route(AGAIN_PATH, get(connect::again))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics_page::show))
        .route("/favicon.svg", get(icon))
        .merge(rest::routes())
        .merge(shop::routes())
        .merge(organizing::routes())
        .merge(doors::routes())
        .merge(copies::routes())
        .merge(series::routes())
        .merge(imports::routes())
        .merge(webhooks::routes())
        .route("/api/guest/claim", post(auth::claim))
        .nest("/auth/v1", auth::routes(state.accounts.is_elsewhere()))
        .merge(functions::routes())
        .merge(links::routes())
        .merge(openapi::routes())
        .merge(account::routes())
        .route("/api/events/{id}/page", get(preview::show))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .merge(files::routes())
        .fallback(elsewhere)
        .layer(middleware::from_fn_with_state(state.accounts.clone(), gate::know))
        .with_state(state)
        // A channel may have a bound, and words for it, of its own.
        .merge(channels.layer(DefaultBodyLimit::max(BODY_BYTES)))
        .layer(middleware::from_fn_with_state(body_patience, patience::bound))
        .layer(middleware::from_fn_with_state(entrance, address::enter));
    around(routes, PATIENCE)
}

/// What stands around every route, from the inside out.
fn around(routes: Router, patience: Duration) -> Router {
    routes
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, patience))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(cors::serve))
        .layer(middleware::from_fn(request::serve))
}

/// What no route answers.
async fn elsewhere() -> HttpError {
    HttpError::NotFound
}

async fn icon() -> Response {
    let kind = (CONTENT_TYPE, "image/svg+xml");
    ([kind, (CACHE_CONTROL, "public, max-age=86400")], include_str!("pages/favicon.svg")).into_response()
}

/// The panic's words may hold what a user wrote; the panic hook has printed where it was.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    HttpError::Panicked.into_response()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::*;

    async fn panics() {
        panic!("the guest's own words");
    }

    fn routes() -> Router {
        let routes = Router::new()
            .route("/api/panics", get(panics))
            .route("/api/slow", get(std::future::pending::<()>))
            .route("/api/takes", post(|body: String| async move { body.len().to_string() }))
            .route("/e/{name}", get(async || "seen"));
        let routes = routes.layer(RequestBodyLimitLayer::new(BODY_BYTES));
        around(routes.fallback(elsewhere), Duration::from_millis(500))
    }

    async fn ask(request: axum::http::request::Builder, body: Body) -> (u16, axum::http::HeaderMap, Vec<u8>) {
        let response = routes().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status.as_u16(), parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }

    async fn code(method: &str, path: &str, body: Body) -> (u16, String) {
        let request = Request::builder().method(method).uri(path).header("x-request-id", "r-1");
        let (status, headers, body) = ask(request, body).await;
        assert_eq!(headers["x-request-id"], "r-1");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&body["success"], &body["error"]["requestId"]), (&Value::Bool(false), &Value::from("r-1")));
        assert!(!body.to_string().contains("own words"));
        (status, body["error"]["code"].as_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn every_failure_has_one_shape() {
        let is = |status: u16, code: &str| (status, code.to_owned());
        assert_eq!(code("GET", "/api/panics", Body::empty()).await, is(500, "INTERNAL_ERROR"));
        assert_eq!(code("GET", "/api/slow", Body::empty()).await, is(503, "BUSY"));
        assert_eq!(code("GET", "/api/nothing", Body::empty()).await, is(404, "NOT_FOUND"));
        assert_eq!(code("GET", "/api/takes", Body::empty()).await, is(405, "METHOD_NOT_ALLOWED"));
        assert_eq!(code("POST", "/api/takes", Body::from(vec![b'x'; BODY_BYTES + 1])).await, is(413, "TOO_LARGE"));
        assert_eq!(code("POST", "/api/takes", Body::from(vec![0xFF])).await, is(400, "INVALID_INPUT"));
        assert_eq!(code("POST", "/discord/interactions", Body::empty()).await, is(404, "NOT_FOUND"));
        let (status, headers, _) = ask(Request::builder().uri("/api/takes"), Body::empty()).await;
        assert_eq!((status, headers["allow"].to_str().unwrap()), (405, "POST"));
        let (_, headers, _) = ask(Request::builder().uri("/api/slow"), Body::empty()).await;
        assert_eq!(headers["retry-after"], "5");
    }

    #[tokio::test]
    async fn people_get_a_page() {
        for (path, status, words) in [("/nowhere", 404, "find this page"), ("/wizard", 404, "find this page")] {
            let (found, headers, body) = ask(Request::builder().uri(path), Body::empty()).await;
            assert_eq!((found, headers["content-type"].to_str().unwrap()), (status, "text/html; charset=utf-8"));
            assert!(headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
            let body = String::from_utf8(body).unwrap();
            assert!(body.contains(words), "{path}");
            assert!(body.contains("href=\"/\"") && body.contains("href=\"/login\""), "there is a way on\n{body}");
        }
    }

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_log_has_the_pattern_and_no_values() {
        let kept = Kept::default();
        let copy = kept.clone();
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || copy.clone())
            .finish();
        let guard = tracing::subscriber::set_default(log);
        ask(Request::builder().uri("/e/my-event?token=canary"), Body::from("canary")).await;
        ask(Request::builder().uri("/api/panics?code=canary"), Body::from("canary")).await;
        drop(guard);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(
            text.contains("/e/{name}") && text.contains("http.status=500") && text.contains("duration_ms="),
            "{text}"
        );
        assert!(!text.contains("canary") && !text.contains("my-event") && !text.contains("own words"), "{text}");
    }
}
