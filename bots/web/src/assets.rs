//! The panel: a page, its hashed files, and its configuration.
//!
//! Promises: the page runs only its own scripts and talks only to this server and to the project where people sign in; a new
//! version is seen at the next load, for only files whose names change with their content are kept. Without a built panel a
//! page says how to build it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures::future::BoxFuture;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::PanelConfig;

/// What `make panel` builds.
#[derive(RustEmbed)]
#[folder = "panel/dist"]
struct Dist;

/// The panel's own addresses; what they show is decided in the browser.
const PAGES: [&str; 13] = [
    "/",
    "/login",
    "/reset",
    "/settings",
    "/dashboard",
    "/dashboard/events/{id}",
    "/dashboard/events/{id}/guests",
    "/checkin/{event}",
    "/door/{token}",
    "/import",
    "/settings/webhooks",
    "/wizard/new",
    "/wizard/{id}",
];
const ASSETS: &str = "/assets/{*path}";

const NOT_BUILT: &str = include_str!("not_built.html");
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// An event's door reads codes with the camera. It is reached from other pages without a new document, whose permissions it then has: so
/// every page may.
const PERMISSIONS: HeaderValue =
    HeaderValue::from_static("camera=(self), geolocation=(), microphone=(), payment=(), usb=()");

/// The encodings in which a file may lie beside itself, best first, and their endings; `make panel` makes the second.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Looks up what the panel has to know now; `None` while that cannot be had.
pub type Configure = Arc<dyn Fn() -> BoxFuture<'static, Option<PanelConfig>> + Send + Sync>;

struct Panel {
    configure: Configure,
    policy: HeaderValue,
}

/// The panel's pages, files and configuration. `project`: the address where people sign in, when that is elsewhere;
/// `style`: the inline style of the event pages, as a policy names it, for their preview (`docs/decisions/0021`).
pub fn panel(project: Option<&str>, style: &str, configure: Configure) -> Router {
    let policy = policy(project, style);
    let pages = PAGES.iter().fold(Router::new(), |routes, page| routes.route(page, get(self::page)));
    let routes = pages.route(ASSETS, get(asset)).route("/config.json", get(config));
    routes.with_state(Arc::new(Panel { configure, policy }))
}

async fn page(State(panel): State<Arc<Panel>>) -> Response {
    let built = Dist::get("index.html");
    let html = built.as_ref().map_or(NOT_BUILT.as_bytes(), |file| &file.data).to_vec();
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CACHE_CONTROL, NO_STORE),
        (CONTENT_SECURITY_POLICY, panel.policy.clone()),
        (PERMISSIONS_POLICY, PERMISSIONS),
    ];
    (headers, html).into_response()
}

async fn config(State(panel): State<Arc<Panel>>) -> Response {
    match (panel.configure)().await {
        Some(config) => ([(CACHE_CONTROL, NO_STORE)], Json(config)).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let path = format!("assets/{path}");
    let Some(kind) = kind(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let accepted = |encoding: &str| accepts(&headers, encoding);
    let packed = ENCODINGS.iter().filter(|(encoding, _)| accepted(encoding));
    let packed = packed.filter_map(|(encoding, ending)| Some((*encoding, Dist::get(&format!("{path}{ending}"))?)));
    let plain = || Dist::get(&path).map(|file| ("", file));
    let Some((encoding, file)) = { packed }.next().or_else(plain) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = tag(&file);
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|known| known == tag);
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { file.data.into_owned().into_response() };
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer.insert(CACHE_CONTROL, FOREVER);
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(ETAG, tag);
    if !encoding.is_empty() && !is_known {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lists = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|list| list.to_str().ok());
    let mut offers = lists.flat_map(|list| list.split(','));
    offers.any(|offer| {
        let (name, quality) = offer.split_once(';').unwrap_or((offer, "q=1"));
        name.trim() == encoding && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

fn tag(file: &EmbeddedFile) -> HeaderValue {
    let hash = file.metadata.sha256_hash();
    let hash = hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    HeaderValue::from_str(&format!("\"{hash:016x}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The kind of a file by its ending; what a panel has no use for is not served.
fn kind(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// What the page may do. `project`: where people sign in, when that is elsewhere. `style`: the one inline style.
fn policy(project: Option<&str>, style: &str) -> HeaderValue {
    let uri = project.and_then(|url| url.parse::<Uri>().ok());
    let origin = uri.and_then(|uri| Some((uri.scheme_str()?.to_owned(), uri.authority()?.as_str().to_owned())));
    let (rest, live) = origin.map_or_else(Default::default, |(scheme, host)| {
        let socket = if scheme == "http" { "ws" } else { "wss" };
        (format!(" {scheme}://{host}"), format!(" {socket}://{host}"))
    });
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' {style}; font-src 'self'; img-src 'self' data: blob:{rest}; \
         connect-src 'self'{rest}{live}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use std::future::ready;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(path: &str, config: PanelConfig) -> (u16, HeaderMap, String) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let project = config.supabase_url.clone();
        let response =
            panel(project.as_deref(), "'sha256-page'", Arc::new(move || Box::pin(ready(Some(config.clone())))))
                .oneshot(request)
                .await
                .unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_page_is_the_panel_and_runs_only_its_own_scripts() {
        for path in PAGES.map(|page| page.replace("{id}", "7").replace("{event}", "7").replace("{token}", "7")) {
            let (status, headers, body) = ask(&path, PanelConfig::default()).await;
            assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
            assert_eq!(headers["cache-control"], "no-store");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("script-src 'self';") && policy.contains("connect-src 'self';"), "{policy}");
            assert!(policy.contains("style-src 'self' 'sha256-page';") && !policy.contains("unsafe"), "{policy}");
            assert!(body.contains("</html>"), "{body}");
        }
        let config =
            PanelConfig { supabase_url: Some("https://p.supabase.co/x?y".to_owned()), ..PanelConfig::default() };
        let (_, headers, _) = ask("/login", config).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("connect-src 'self' https://p.supabase.co wss://p.supabase.co;"), "{policy}");
    }

    #[tokio::test]
    async fn the_configuration_leaves_out_what_is_not_there() {
        let config = PanelConfig {
            public_url: "https://e.example".to_owned(),
            copilotkit_url: crate::BASE.to_owned(),
            ..PanelConfig::default()
        };
        let (status, _, body) = ask("/config.json", config).await;
        let expected = r#"{"publicUrl":"https://e.example","copilotkitUrl":"/api/copilotkit","payments":{},"signIn":{"anonymous":false}}"#;
        assert_eq!((status, body.as_str()), (200, expected));
    }

    #[tokio::test]
    async fn only_files_of_the_panel_are_served() {
        for path in
            ["/assets/nothing.js", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/x.sh", "/assets/x"]
        {
            assert_eq!(ask(path, PanelConfig::default()).await.0, 404, "{path}");
        }
    }

    #[test]
    fn an_encoding_is_used_when_it_is_accepted() {
        let headers = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            headers
        };
        assert!(accepts(&headers("gzip, deflate, br;q=0.5"), "br"));
        assert!(!accepts(&headers("gzip, br;q=0"), "br"));
        assert!(!accepts(&headers("brotli"), "br"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }
}
