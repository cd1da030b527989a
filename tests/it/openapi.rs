//! The description of the API: checked in, readable without scripts, and true.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use eventos::accounts::caller::{Caller, Signed};
use eventos::http::openapi;
use eventos::store::database::Actor;
use eventos::store::people;
use eventos::store::rest::catalogue::TABLES;
use tower::ServiceExt as _;

use crate::harness::{self, program::Program};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_description_is_the_one_that_is_checked_in() {
    let path = root().join("docs/openapi.json");
    if std::env::var_os("RENEW").is_some() {
        std::fs::write(&path, openapi::text()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == openapi::text(),
        "docs/openapi.json is stale; renew it with `RENEW=1 cargo nextest run -E 'test(the_description_is_the_one)'`"
    );
}

/// A family that the library cannot read would be missing without a word.
#[test]
fn every_family_of_addresses_is_described() {
    let paths = openapi::document().paths.paths;
    let described = |path: &str| paths.contains_key(path);
    for path in [
        "/auth/v1/token",
        "/api/queue",
        "/api/connect/stripe",
        "/api/guest/claim",
        "/webhooks/stripe",
        "/o/{token}",
        "/config.json",
    ] {
        assert!(described(path), "{path}");
    }
    assert!(described("/api/copilotkit/agent/{agent}/run"));
    for table in TABLES {
        assert!(described(&format!("/rest/v1/{}", table.name)), "{}", table.name);
    }
    assert!(described("/rest/v1/rpc/publish_event") && described("/rest/v1/rpc/cancel_event"));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_the_description_and_people_a_page() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let router = program.app.http();
    let get = async |path: &str| {
        let response = router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        assert_eq!(parts.status, 200, "{path}");
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    };
    let (headers, text) = get("/openapi.json").await;
    assert_eq!((headers["content-type"].to_str().unwrap(), text.as_str()), ("application/json", openapi::text()));
    let (headers, page) = get("/docs").await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(page.contains("ai-event-wizard") && page.contains("POST") && !page.contains("<script"), "{page}");
    program.stop().await;
}

/// The program that replays a description against its server.
fn schemathesis() -> Option<PathBuf> {
    let path = root().join("target/schemathesis/bin/schemathesis");
    if !path.exists() {
        harness::skip("schemathesis is not installed; `tools/setup.sh tests` does it where Python is at hand");
        return None;
    }
    Some(path)
}

/// Replays every operation with made-up requests; what comes back must be as described, and never a fault.
async fn replay(program: &Path, address: &str) -> std::process::Output {
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
    tokio::process::Command::new(program)
        .args(["run", "--checks", checks, "--max-examples", "25", "--seed", "1", "--no-color"])
        // Made-up headers with control characters never reach a route: the HTTP library turns them away with a bare 400.
        .args(["--phases", "examples,coverage", "--exclude-path", "/readyz"])
        // It makes up no pictures; and whoever deletes the account is nobody for the rest of the play.
        .args(["--exclude-path", "/files", "--exclude-path", "/api/account"])
        // The tables are held against PostgREST itself, the chat against its own clients.
        .args(["--exclude-path-regex", "^/(rest/v1|api/copilotkit)/"])
        .arg(format!("{address}/openapi.json"))
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_as_described() {
    let Some(schemathesis) = schemathesis() else { return };
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let ana = people::ensure_organizer(&mut tx, "ana@example.com").await.unwrap();
    tx.commit().await.unwrap();
    let router = program.app.http().layer(Extension(Caller::Person(Box::new(Signed::known(ana)))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let output = replay(&schemathesis, &address).await;
    serving.abort();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    program.stop().await;
}
