//! Accounts for tests: small keys, and tokens that say whatever a test wants them to.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use eventos::accounts::Accounts;
use eventos::accounts::keys::Alg;
use eventos::accounts::options::Options;
use eventos::domain::clock::{Clock, RandomIds};
use eventos::domain::person::Role as PersonRole;
use eventos::store::database::Store;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use secrecy::SecretString;
use serde_json::Value;

use super::{Database, Role};

/// Where the tests' programs say that they are found.
pub(crate) const URL: &str = "http://events.test";

/// What tests set, apart from what each is about.
pub(crate) fn options() -> Options {
    Options {
        alg: Alg::Es256,
        any_alg: false,
        access_token_s: 3600,
        refresh_reuse_s: 10,
        password_min_length: 8,
        sign_up_role: PersonRole::Organizer,
        autoconfirm: true,
        guests: true,
        sign_in_days: 180,
        password_tries: 10,
        key_encryption_key: SecretString::from(""),
        supabase: None,
    }
}

/// Accounts on this database.
pub(crate) fn accounts(store: &Store, clock: Arc<dyn Clock>) -> Arc<Accounts> {
    accounts_with(store, clock, options())
}

/// Accounts on this database with other options.
pub(crate) fn accounts_with(store: &Store, clock: Arc<dyn Clock>, options: Options) -> Arc<Accounts> {
    Arc::new(Accounts::new(store.clone(), clock, Arc::new(RandomIds), URL.to_owned(), options).unwrap())
}

/// A key that tests sign with.
pub(crate) struct Pen {
    pub(crate) kid: String,
    pair: EcdsaKeyPair,
}

impl Pen {
    /// The program's own key, taken out of its database.
    pub(crate) async fn of(database: &Database) -> Self {
        let mut conn = database.connect(Role::Bootstrap).await;
        let (kid, private): (String, Vec<u8>) =
            sqlx::query_as("select kid, private from auth.signing_keys where retired_at is null and alg = 'ES256'")
                .fetch_one(&mut conn)
                .await
                .unwrap();
        Self::read(kid, &private)
    }

    /// Somebody else's key.
    pub(crate) fn other(kid: &str) -> Self {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self::read(kid.to_owned(), made.as_ref())
    }

    fn read(kid: String, private: &[u8]) -> Self {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private, &SystemRandom::new());
        Self { kid, pair: pair.unwrap() }
    }

    /// The uncompressed point of the public half.
    pub(crate) fn public(&self) -> Vec<u8> {
        use ring::signature::KeyPair as _;
        self.pair.public_key().as_ref().to_vec()
    }

    /// A token with this header and these claims.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", encode(signature))
    }
}

/// The text before the signature.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string()), encode(claims.to_string()))
}

/// base64url, as in tokens.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a token says.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
