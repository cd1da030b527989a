//! Keys: made once however many programs start, rotated without throwing anybody out, sealed when asked.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use eventos::accounts::Denied;
use eventos::accounts::caller::Caller;
use eventos::accounts::error::AccountsError;
use eventos::accounts::keys::Alg;
use eventos::accounts::options::Options;
use eventos::domain::clock::FixedClock;
use eventos::store::database::{Actor, Store};
use futures::poll;
use secrecy::SecretString;
use serde_json::json;

use crate::harness::accounts::{Pen, accounts_with, options};
use crate::harness::program::NOW;
use crate::harness::{self, Role};

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(NOW.parse().unwrap()))
}

#[tokio::test]
async fn programs_that_start_at_once_make_one_key() {
    let database = harness::database().await;
    let rsa = || Options { alg: Alg::Rs256, ..options() };
    let (one, two) = (database.store().await, database.store().await);
    let (one, two) = (accounts_with(&one, clock(), rsa()), accounts_with(&two, clock(), rsa()));
    let (first, second) = tokio::join!(one.jwks(), two.jwks());
    let first = first.unwrap();
    assert_eq!(first, second.unwrap());
    let keys = first["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!((&keys[0]["kty"], &keys[0]["alg"], &keys[0]["e"]), (&"RSA".into(), &"RS256".into(), &"AQAB".into()));
    assert!(keys[0].get("d").is_none() && keys[0].get("p").is_none());
    // The same text each time, and believed by the other program.
    let shown = one.api_keys().await.unwrap();
    assert_eq!(shown.service_role, two.api_keys().await.unwrap().service_role);
    assert!(matches!(two.caller_of(&shown.service_role).await, Ok(Caller::Service)));
}

#[tokio::test]
async fn rotation_throws_nobody_out_unless_it_is_to() {
    let database = harness::database().await;
    let clock = clock();
    let (one, two) = (database.store().await, database.store().await);
    let (one, two) = (accounts_with(&one, clock.clone(), options()), accounts_with(&two, clock.clone(), options()));
    let token = one.local_token("ana@example.com", None, false).await.unwrap().token;
    let old = one.api_keys().await.unwrap();
    assert!(matches!(two.caller_of(&token).await, Ok(Caller::Person(_))));

    let new = one.rotate(false).await.unwrap();
    assert_ne!(new.service_role, old.service_role);
    assert_eq!(one.jwks().await.unwrap()["keys"].as_array().unwrap().len(), 2);
    for good in [&old.service_role, &new.service_role] {
        assert!(matches!(one.caller_of(good).await, Ok(Caller::Service)));
    }
    assert!(matches!(one.caller_of(&token).await, Ok(Caller::Person(_))));

    // After the life of a token nothing of the old key holds.
    clock.advance(3600 + 61);
    let last = one.rotate(false).await.unwrap();
    assert!(one.caller_of(&old.service_role).await.is_err());
    assert!(matches!(one.caller_of(&new.service_role).await, Ok(Caller::Service)));

    let only = one.rotate(true).await.unwrap();
    assert!(one.caller_of(&last.service_role).await.is_err() && one.caller_of(&new.service_role).await.is_err());
    assert!(matches!(one.caller_of(&only.service_role).await, Ok(Caller::Service)));
    assert_eq!(one.jwks().await.unwrap()["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_sealed_key_is_read_with_its_secret_only() {
    let database = harness::database().await;
    let store = database.store().await;
    let sealed = |secret: &str| Options { key_encryption_key: SecretString::from(secret), ..options() };
    let shown = accounts_with(&store, clock(), sealed("a long secret")).jwks().await.unwrap();
    assert_eq!(accounts_with(&store, clock(), sealed("a long secret")).jwks().await.unwrap(), shown);
    for wrong in ["", "another secret"] {
        let refused = accounts_with(&store, clock(), sealed(wrong)).jwks().await;
        assert!(matches!(refused, Err(AccountsError::Sealed)), "{wrong:?}");
    }
    let mut conn = database.connect(Role::Bootstrap).await;
    let plain: i64 = sqlx::query_scalar("select count(*) from auth.signing_keys where not encrypted")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(plain, 0);
}

#[tokio::test]
async fn work_beside_a_program_shows_the_key_that_it_signs_with() {
    let database = harness::database().await;
    let store = database.store().await;
    let serving = accounts_with(&store, clock(), Options { alg: Alg::Rs256, ..options() });
    let shown = serving.jwks().await.unwrap();
    let beside = accounts_with(&store, clock(), Options { alg: Alg::Es256, any_alg: true, ..options() });
    let keys = beside.api_keys().await.unwrap();
    assert_eq!(keys.service_role, serving.api_keys().await.unwrap().service_role);
    assert_eq!(serving.jwks().await.unwrap(), shown, "no key was made");
    let rotated = beside.rotate(false).await.unwrap();
    assert!(matches!(
        accounts_with(&store, clock(), Options { alg: Alg::Rs256, ..options() }).caller_of(&rotated.service_role).await,
        Ok(Caller::Service)
    ));
    let mut conn = database.connect(Role::Bootstrap).await;
    let algs: Vec<String> =
        sqlx::query_scalar("select distinct alg from auth.signing_keys").fetch_all(&mut conn).await.unwrap();
    assert_eq!(algs, ["RS256"], "a new key signs as the one that it replaces");
    // A program that is to sign in another way makes its own key; the old one proves what it signed.
    let other = accounts_with(&store, clock(), options());
    assert_eq!(other.jwks().await.unwrap()["keys"].as_array().unwrap().len(), 3);
}

/// Time passes at once.
async fn later(by: Duration) {
    tokio::time::pause();
    tokio::time::advance(by).await;
    tokio::time::resume();
}

/// Longer than keys are used without a look at the database.
const OLD: Duration = Duration::from_secs(40);
/// Longer than that, because nobody asked for them.
const IDLE: Duration = Duration::from_mins(2);

#[tokio::test]
async fn keys_in_hand_go_on_while_the_database_is_away() {
    let database = harness::database().await;
    let store = database.store().await;
    let accounts = accounts_with(&store, clock(), options());
    let (shown, keys) = (accounts.jwks().await.unwrap(), accounts.api_keys().await.unwrap());
    store.close().await;
    later(OLD).await;
    assert_eq!(accounts.jwks().await.unwrap(), shown);
    assert!(matches!(accounts.caller_of(&keys.service_role).await, Ok(Caller::Service)));
    // A name that is not among them may be that of a new key: nobody can tell yet.
    let stranger = Pen::other("new").sign(&json!({"alg": "ES256", "kid": "new"}), &json!({}));
    for _ in 0..2 {
        assert!(matches!(accounts.caller_of(&stranger).await, Err(Denied::Unknown(_))));
    }
}

#[tokio::test]
async fn nobody_waits_for_what_is_looked_for_beside() {
    let database = harness::database().await;
    let store = Store::connect(database.options(Role::Authenticator), 1).await.unwrap();
    let accounts = accounts_with(&store, clock(), options());
    let shown = accounts.jwks().await.unwrap();
    // The only connection there is.
    let _busy = store.begin(Actor::Server).await.unwrap();
    later(OLD).await;
    for _ in 0..3 {
        assert_eq!(poll!(pin!(accounts.jwks())).map(Result::unwrap), Poll::Ready(shown.clone()));
    }
}

#[tokio::test]
async fn the_first_after_a_pause_waits_a_moment_and_may_go_away() {
    let database = harness::database().await;
    let store = Store::connect(database.options(Role::Authenticator), 1).await.unwrap();
    let accounts = accounts_with(&store, clock(), options());
    let shown = accounts.jwks().await.unwrap();
    let busy = store.begin(Actor::Server).await.unwrap();
    later(IDLE).await;
    {
        let mut first = pin!(accounts.jwks());
        assert!(poll!(first.as_mut()).is_pending(), "a key may have been taken out of use meanwhile");
    }
    let next = poll!(pin!(accounts.jwks())).map(Result::unwrap);
    assert_eq!(next, Poll::Ready(shown.clone()), "what was looked for is looked for still");

    // Whoever stays has the keys in hand after a moment, long before the database gives up.
    let other = accounts_with(&store, clock(), options());
    drop(busy);
    assert_eq!(other.jwks().await.unwrap(), shown);
    let _busy = store.begin(Actor::Server).await.unwrap();
    later(IDLE).await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    assert_eq!(other.jwks().await.unwrap(), shown);
    assert!(begun.elapsed() < Duration::from_secs(2));
    tokio::time::resume();
}

#[tokio::test]
async fn a_key_that_was_taken_out_of_use_in_a_pause_proves_nothing() {
    let database = harness::database().await;
    let (one, two) = (database.store().await, database.store().await);
    let (one, two) = (accounts_with(&one, clock(), options()), accounts_with(&two, clock(), options()));
    let stolen = one.api_keys().await.unwrap().service_role;
    assert!(matches!(one.caller_of(&stolen).await, Ok(Caller::Service)));
    two.rotate(true).await.unwrap();
    later(IDLE).await;
    assert!(one.caller_of(&stolen).await.is_err(), "the first one who asks");
}
