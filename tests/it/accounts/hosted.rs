//! Sign-in at a hosted project: its tokens are proved with the keys that it shows, and its own keys are compared.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use eventos::accounts::caller::Caller;
use eventos::accounts::options::{Options, Project};
use eventos::accounts::{Accounts, Denied};
use eventos::domain::clock::FixedClock;
use eventos::domain::person::Role as PersonRole;
use eventos::http::router::{HttpState, router};
use ring::hmac;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::harness::accounts::{Pen, accounts_with, encode, options, unsigned};
use crate::harness::program::NOW;
use crate::harness::{self, Database, Role};

const SECRET: &str = "super-secret-jwt-token-with-at-least-32-characters-long";
const PERSON: &str = "00000000-0000-4000-8000-0000000000aa";

/// A project that shows these keys and counts how often it is asked.
async fn project(pen: &Pen) -> (String, Arc<AtomicU32>) {
    let point = pen.public();
    let jwks = json!({"keys": [
        {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": "P-256", "kid": pen.kid, "alg": "ES256", "use": "sig", "x": encode(&point[1..33]), "y": encode(&point[33..])},
    ]});
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let show = get(move || {
        count.fetch_add(1, Ordering::SeqCst);
        let jwks = jwks.clone();
        async move { Json(jwks) }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/auth/v1/.well-known/jwks.json", show);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

async fn somebody(database: &Database) -> Arc<Accounts> {
    unreachable(database, "http://127.0.0.1:9").await
}

async fn unreachable(database: &Database, url: &str) -> Arc<Accounts> {
    let mut conn = database.connect(Role::Bootstrap).await;
    sqlx::query("insert into auth.users (id, email) values ($1::text::uuid, 'ana@example.com') on conflict do nothing")
        .bind(PERSON)
        .execute(&mut conn)
        .await
        .unwrap();
    let project = Project {
        url: url.to_owned(),
        anon_key: Some(SecretString::from("sb_publishable_anon")),
        service_role_key: Some(SecretString::from("sb_secret_service")),
        jwt_secret: Some(SecretString::from(SECRET)),
    };
    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    accounts_with(&database.store().await, clock, Options { supabase: Some(project), ..options() })
}

fn said(url: &str, changes: &Value) -> Value {
    let now = NOW.parse::<jiff::Timestamp>().unwrap().as_second();
    let mut claims = json!({"iss": format!("{url}/auth/v1"), "sub": PERSON, "aud": "authenticated", "exp": now + 60, "iat": now,
        "role": "authenticated", "email": "ana@example.com", "session_id": PERSON, "is_anonymous": false, "aal": "aal1",
        "app_metadata": {"provider": "email", "user_role": "organizer"}, "user_metadata": {}});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn by_secret(claims: &Value) -> String {
    by_secret_named(None, claims)
}

fn by_secret_named(kid: Option<&str>, claims: &Value) -> String {
    let text = unsigned(&json!({"alg": "HS256", "typ": "JWT", "kid": kid}), claims);
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), text.as_bytes());
    format!("{text}.{}", encode(signature))
}

#[tokio::test]
async fn a_projects_people_are_believed_by_its_keys() {
    let database = harness::database().await;
    let pen = Pen::other("project-key");
    let (url, asked) = project(&pen).await;
    let accounts = unreachable(&database, &url).await;
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": "project-key"});
    for (meta, role) in [
        (json!({"user_role": "organizer"}), PersonRole::Organizer),
        (json!({"user_role": "attendee"}), PersonRole::Attendee),
        (json!({}), PersonRole::Attendee),
    ] {
        let token = pen.sign(&header, &said(&url, &json!({"app_metadata": meta})));
        let Ok(Caller::Person(signed)) = accounts.caller_of(&token).await else { panic!("{role:?}") };
        assert_eq!((signed.person.role, signed.person.email.as_deref()), (role, Some("ana@example.com")));
    }
    let token = pen.sign(&header, &said(&url, &json!({"is_anonymous": true})));
    let Ok(Caller::Person(signed)) = accounts.caller_of(&token).await else { panic!() };
    assert_eq!(signed.person.role, PersonRole::Guest);
    assert!(matches!(accounts.caller_of(&by_secret(&said(&url, &json!({})))).await, Ok(Caller::Person(_))));
    assert!(matches!(accounts.caller_of("sb_publishable_anon").await, Ok(Caller::Anybody)));
    assert!(matches!(accounts.caller_of("sb_secret_service").await, Ok(Caller::Service)));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_a_project_did_not_sign_is_refused_and_a_flood_asks_it_once() {
    let database = harness::database().await;
    let pen = Pen::other("project-key");
    let (url, asked) = project(&pen).await;
    let accounts = unreachable(&database, &url).await;
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": "project-key"});
    let secret_as_point = {
        let text = unsigned(&json!({"alg": "HS256", "kid": "project-key"}), &said(&url, &json!({})));
        let key = hmac::Key::new(hmac::HMAC_SHA256, &pen.public());
        format!("{text}.{}", encode(hmac::sign(&key, text.as_bytes())))
    };
    let refused = [
        Pen::other("project-key").sign(&header, &said(&url, &json!({}))),
        pen.sign(&header, &said("https://elsewhere.example", &json!({}))),
        pen.sign(&header, &said(&url, &json!({"exp": 1}))),
        pen.sign(&header, &said(&url, &json!({"sub": "00000000-0000-4000-8000-0000000000bb"}))),
        by_secret(&said(&url, &json!({"role": "service_role", "aud": "api", "iss": "eventos"}))),
        secret_as_point,
        "sb_secret_servicE".to_owned(),
        String::new(),
    ];
    let begun = Instant::now();
    for token in &refused {
        assert!(matches!(accounts.caller_of(token).await, Err(Denied::Bad(_) | Denied::Gone)), "{token}");
    }
    for number in 0..50 {
        let token = pen.sign(&json!({"alg": "ES256", "kid": format!("kid-{number}")}), &said(&url, &json!({})));
        assert!(matches!(accounts.caller_of(&token).await, Err(Denied::Bad(_))));
    }
    // Ten seconds later it may be asked again, and a slow machine may take as long.
    let most = 1 + begun.elapsed().as_secs() / 10;
    assert!((1..=most).contains(&u64::from(asked.load(Ordering::SeqCst))), "at most {most} times");
}

#[tokio::test]
async fn a_project_that_cannot_be_reached_is_no_reason_to_sign_anybody_out() {
    let database = harness::database().await;
    let accounts = somebody(&database).await;
    let pen = Pen::other("project-key");
    let token = pen.sign(&json!({"alg": "ES256", "kid": "project-key"}), &said("http://127.0.0.1:9", &json!({})));
    // Nobody can tell yet: that is no bad token. One of the shared secret's needs nobody to be asked.
    assert!(matches!(accounts.caller_of(&token).await, Err(Denied::Unknown(_))));
    let of_both = by_secret_named(Some("an older key"), &said("http://127.0.0.1:9", &json!({})));
    assert!(matches!(accounts.caller_of(&of_both).await, Ok(Caller::Person(_))));
    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    let state = HttpState { accounts: accounts.clone(), ..harness::http::state(database.store().await, clock) };
    let request = Request::builder().uri("/rest/v1/events").header("authorization", format!("Bearer {token}"));
    let answer = router(state).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let mut options = accounts.options().clone();
    options.supabase.as_mut().unwrap().jwt_secret = None;
    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    let accounts = accounts_with(&database.store().await, clock, options);
    assert!(matches!(accounts.caller_of(&token).await, Err(Denied::Unknown(_))));
    assert!(accounts.jwks().await.is_err() && accounts.api_keys().await.is_err());
}

#[tokio::test]
async fn sign_in_is_elsewhere_with_a_clear_word() {
    let database = harness::database().await;
    let url = "https://project.supabase.example";
    let accounts = unreachable(&database, url).await;
    let store = database.store().await;
    let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    let state = HttpState { accounts: accounts.clone(), ..harness::http::state(store, clock) };
    let router = router(state);
    for (method, path) in [
        ("POST", "/auth/v1/signup"),
        ("POST", "/auth/v1/token?grant_type=password"),
        ("GET", "/auth/v1/user"),
        ("GET", "/auth/v1/.well-known/jwks.json"),
        ("POST", "/auth/v1/admin/users"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let code = answer.headers().get("x-sb-error-code").map(|code| code.to_str().unwrap().to_owned());
        assert_eq!((answer.status(), code.as_deref()), (StatusCode::NOT_FOUND, Some("sign_in_elsewhere")), "{path}");
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert!(body["msg"].as_str().unwrap().contains(url), "{path}: {body}");
    }
    assert_eq!(accounts.sweep().await.unwrap(), 0, "a project keeps its own sign-ins");
}
