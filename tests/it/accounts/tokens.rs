//! Tokens that must not be believed (THREATS 7.3), and those that must.
//!
//! Promises: each line of the table differs from a good token in one thing only, so that it is refused for that thing.

use std::sync::Arc;

use eventos::accounts::caller::Caller;
use eventos::accounts::{Accounts, Denied};
use eventos::domain::clock::FixedClock;
use eventos::domain::person::Role as PersonRole;
use ring::hmac;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::harness::accounts::{Pen, URL, accounts, claims, encode, unsigned};
use crate::harness::program::NOW;
use crate::harness::{self, Database};

struct Scene {
    database: Database,
    accounts: Arc<Accounts>,
    pen: Pen,
    good: Value,
    now: i64,
}

impl Scene {
    async fn new() -> Self {
        let database = harness::database().await;
        let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
        let accounts = accounts(&database.store().await, clock);
        let token = accounts.local_token("ana@example.com", None, false).await.unwrap().token;
        let pen = Pen::of(&database).await;
        let now = NOW.parse::<jiff::Timestamp>().unwrap().as_second();
        Self { database, accounts, pen, good: claims(&token), now }
    }

    fn header(&self) -> Value {
        json!({"alg": "ES256", "typ": "JWT", "kid": self.pen.kid})
    }

    /// A token like the good one but for these claims; `null` leaves a claim out.
    fn but(&self, changes: &Value) -> String {
        self.pen.sign(&self.header(), &changed(&self.good, changes))
    }

    /// A token like the good one but for its header.
    fn under(&self, changes: &Value) -> String {
        self.pen.sign(&changed(&self.header(), changes), &self.good)
    }

    async fn caller(&self, token: &str) -> Result<Caller, Denied> {
        self.accounts.caller(Some(&format!("Bearer {token}")), None).await
    }
}

fn changed(good: &Value, changes: &Value) -> Value {
    let mut all: Map<String, Value> = good.as_object().unwrap().clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            all.remove(name);
        } else {
            all.insert(name.clone(), value.clone());
        }
    }
    Value::Object(all)
}

/// Signed with the public key as if it were a secret.
fn confused(scene: &Scene, header: &Value) -> String {
    let text = unsigned(header, &scene.good);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &scene.pen.public());
    format!("{text}.{}", encode(hmac::sign(&key, text.as_bytes())))
}

fn table(scene: &Scene) -> Vec<(&'static str, String)> {
    let now = scene.now;
    let good = scene.but(&json!({}));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let kid = scene.pen.kid.clone();
    let payload = |claims: Value| format!("{}.{signature}", unsigned(&scene.header(), &claims));
    let service = json!({"role": "service_role", "aud": "api", "iss": "eventos", "sub": null, "exp": null});
    vec![
        ("alg none, no signature", format!("{}.", unsigned(&json!({"alg": "none", "kid": kid}), &scene.good))),
        ("alg none, signed", scene.under(&json!({"alg": "none"}))),
        ("HS256 with the public key", confused(scene, &json!({"alg": "HS256", "kid": kid, "typ": "JWT"}))),
        ("HS256 with the public key, said to be ES256", confused(scene, &scene.header())),
        ("RS256 said, ES256 signed", scene.under(&json!({"alg": "RS256"}))),
        ("alg absent", scene.under(&json!({"alg": null}))),
        ("another typ", scene.under(&json!({"typ": "at+jwt"}))),
        ("an extension that must be understood", scene.under(&json!({"crit": ["exp"]}))),
        ("kid of nobody", scene.under(&json!({"kid": "nobody"}))),
        ("kid a path", scene.under(&json!({"kid": "../../../../dev/null"}))),
        ("kid an injection", scene.under(&json!({"kid": "x' or '1'='1"}))),
        ("kid absent", scene.under(&json!({"kid": null}))),
        ("kid a number", scene.under(&json!({"kid": 1}))),
        ("another's key under our kid", Pen::other(&kid).sign(&scene.header(), &scene.good)),
        ("a payload that was not signed", payload(changed(&scene.good, &json!({"sub": Uuid::nil()})))),
        ("a cut signature", good[..good.len() - 2].to_owned()),
        ("no signature", signed.to_owned()),
        ("exp absent", scene.but(&json!({"exp": null}))),
        ("exp a text", scene.but(&json!({"exp": (now + 3600).to_string()}))),
        ("exp a fraction", scene.but(&json!({"exp": 1.5e10}))),
        ("expired a second ago", scene.but(&json!({"exp": now - 1}))),
        ("expired now", scene.but(&json!({"exp": now}))),
        ("nbf later", scene.but(&json!({"nbf": now + 1}))),
        ("nbf a text", scene.but(&json!({"nbf": "0"}))),
        ("iat absent", scene.but(&json!({"iat": null}))),
        ("made tomorrow", scene.but(&json!({"iat": now + 86400}))),
        ("aud absent", scene.but(&json!({"aud": null}))),
        ("another aud", scene.but(&json!({"aud": "somebody else"}))),
        ("aud a list", scene.but(&json!({"aud": ["authenticated"]}))),
        ("iss absent", scene.but(&json!({"iss": null}))),
        ("another iss", scene.but(&json!({"iss": "https://elsewhere.example/auth/v1"}))),
        ("iss that begins like ours", scene.but(&json!({"iss": format!("{URL}/auth/v1/")}))),
        ("sub absent", scene.but(&json!({"sub": null}))),
        ("sub no id", scene.but(&json!({"sub": "ana"}))),
        ("role absent", scene.but(&json!({"role": null}))),
        ("somebody as service_role", scene.but(&json!({"role": "service_role"}))),
        ("somebody as anon", scene.but(&json!({"role": "anon"}))),
        ("somebody as postgres", scene.but(&json!({"role": "postgres"}))),
        ("a key of the API without end", scene.but(&service)),
        ("session_id no id", scene.but(&json!({"session_id": "mine"}))),
        ("app_metadata a text", scene.but(&json!({"app_metadata": "organizer"}))),
        ("load_test a text", scene.but(&json!({"app_metadata": {"load_test": "true"}}))),
        ("a person who is not there", scene.but(&json!({"sub": Uuid::from_u128(1)}))),
        ("nothing", String::new()),
        ("no token", "undefined".to_owned()),
        ("a token that is too long", format!("{good}{}", "A".repeat(20_000))),
        ("sb_secret of nobody", "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz".to_owned()),
    ]
}

#[tokio::test]
async fn what_is_not_whole_is_refused() {
    let scene = Scene::new().await;
    assert!(matches!(scene.caller(&scene.but(&json!({}))).await, Ok(Caller::Person(_))), "the good token");
    let mut believed = Vec::new();
    for (what, token) in table(&scene) {
        match scene.caller(&token).await {
            Err(Denied::Malformed | Denied::Bad(_) | Denied::Gone) => {}
            other => believed.push(format!("{what}: {other:?}")),
        }
    }
    assert!(believed.is_empty(), "{}", believed.join("\n"));
}

#[tokio::test]
async fn who_calls_is_decided_by_authorization() {
    let scene = Scene::new().await;
    let keys = scene.accounts.api_keys().await.unwrap();
    let token = scene.but(&json!({}));
    let bearer = |token: &str| format!("Bearer {token}");
    let ask = async |authorization: Option<String>, apikey: Option<&str>| {
        scene.accounts.caller(authorization.as_deref(), apikey).await
    };
    // The specification's own calls send no apikey (ruling C-16); a client made with the service key becomes its user (C-56).
    let Ok(Caller::Person(signed)) = ask(Some(bearer(&token)), Some(&keys.service_role)).await else { panic!() };
    assert_eq!(signed.person.email.as_deref(), Some("ana@example.com"));
    assert_eq!((signed.person.role, signed.load_test), (PersonRole::Organizer, false));
    assert_eq!(signed.session.unwrap().to_string(), scene.good["session_id"].as_str().unwrap());
    assert_eq!(signed.claims, scene.good);
    assert!(matches!(ask(Some(bearer(&keys.service_role)), Some(&keys.anon)).await, Ok(Caller::Service)));
    assert!(matches!(ask(Some(bearer(&keys.anon)), Some(&keys.service_role)).await, Ok(Caller::Anybody)));
    assert!(matches!(ask(None, Some(&keys.service_role)).await, Ok(Caller::Service)));
    assert!(matches!(ask(None, Some(&token)).await, Ok(Caller::Person(_))));
    assert!(matches!(ask(None, None).await, Ok(Caller::Anybody)));
    assert!(matches!(ask(Some(format!("bearer  {token}")), None).await, Ok(Caller::Person(_))));
    for odd in [format!("Basic {token}"), token.clone(), "Bearer".to_owned(), "Bearer  ".to_owned(), String::new()] {
        assert!(matches!(ask(Some(odd), Some(&keys.service_role)).await, Err(Denied::Malformed)));
    }
}

#[tokio::test]
async fn a_load_test_is_signed_and_a_banned_person_is_gone() {
    let scene = Scene::new().await;
    let token = scene.accounts.local_token("load@example.com", Some(PersonRole::Organizer), true).await.unwrap().token;
    assert_eq!(claims(&token)["app_metadata"]["load_test"], true);
    let Ok(Caller::Person(signed)) = scene.caller(&token).await else { panic!() };
    assert!(signed.load_test);
    let mut conn = scene.database.connect(harness::Role::Bootstrap).await;
    sqlx::query("update auth.users set banned_until = '2100-01-01' where email = 'load@example.com'")
        .execute(&mut conn)
        .await
        .unwrap();
    assert!(matches!(scene.caller(&token).await, Err(Denied::Gone)));
}
