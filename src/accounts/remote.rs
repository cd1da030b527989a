//! A hosted project where people sign in: its tokens are proved with the keys that it shows, its own keys are compared.
//!
//! Promises: a flood of unknown key names makes at most one request in ten seconds; while the project cannot be reached, the keys
//! that it showed last go on proving.

use std::time::Duration;

use ring::digest;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::sync::{Mutex, RwLock};
use tokio::time::Instant;

use super::error::AccountsError;
use super::keys::public::PublicKey;
use super::options::Project;
use super::token::Believed;

/// After so long the project is asked again.
const FRESH: Duration = Duration::from_mins(10);
/// The project is asked no sooner.
const PAUSE: Duration = Duration::from_secs(10);
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// No JWKS is larger, in bytes.
const LARGEST: usize = 256 * 1024;

/// A hosted project.
pub struct Remote {
    jwks_url: String,
    client: reqwest::Client,
    anon_key: Option<SecretString>,
    service_key: Option<SecretString>,
    secret: Option<PublicKey>,
    shown: RwLock<Shown>,
    asked: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Shown {
    keys: Vec<PublicKey>,
    at: Option<Instant>,
}

impl Shown {
    fn named(&self, kid: &str) -> Option<PublicKey> {
        self.keys.iter().find(|key| key.kid.as_deref() == Some(kid)).cloned()
    }

    fn is_fresh(&self) -> bool {
        self.at.is_some_and(|at| at.elapsed() < FRESH)
    }
}

impl Remote {
    pub(super) fn new(project: &Project) -> Result<Self, AccountsError> {
        // Fails only when a provider is chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| AccountsError::Remote(error.to_string()))?;
        Ok(Self {
            jwks_url: format!("{}/auth/v1/.well-known/jwks.json", project.url),
            client,
            anon_key: project.anon_key.clone(),
            service_key: project.service_role_key.clone(),
            secret: project.jwt_secret.as_ref().map(|secret| PublicKey::secret(secret.expose_secret().as_bytes())),
            shown: RwLock::default(),
            asked: Mutex::default(),
        })
    }

    /// Whose key this is, if it is one of the project's.
    pub(super) fn key(&self, token: &str) -> Option<Believed> {
        let same = |key: &Option<SecretString>| key.as_ref().is_some_and(|key| is_same(key.expose_secret(), token));
        if same(&self.service_key) { Some(Believed::Service) } else { same(&self.anon_key).then_some(Believed::Anon) }
    }

    /// The key of this name; for a name that the project does not show, and for none, the shared secret.
    pub(super) async fn named(&self, kid: Option<&str>) -> Result<Option<PublicKey>, AccountsError> {
        let Some(kid) = kid else { return Ok(self.secret.clone()) };
        let known = {
            let shown = self.shown.read().await;
            (shown.named(kid), shown.is_fresh())
        };
        if let (Some(key), true) = known {
            return Ok(Some(key));
        }
        match (self.ask().await, self.shown.read().await.named(kid), &self.secret) {
            (_, Some(key), _) => Ok(Some(key)),
            (_, None, Some(secret)) => Ok(Some(secret.clone())),
            (asked, None, None) => asked.map(|()| None),
        }
    }

    /// Asks the project for its keys, unless somebody just did.
    async fn ask(&self) -> Result<(), AccountsError> {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < PAUSE) {
            let shown = self.shown.read().await;
            return if shown.at.is_some() {
                Ok(())
            } else {
                Err(AccountsError::Remote("it was just asked".to_owned()))
            };
        }
        *asked = Some(Instant::now());
        let answer = self.fetch().await;
        if let Err(error) = &answer {
            tracing::warn!(action = "project_keys", %error, error.code = "JWKS_UNAVAILABLE");
        }
        let keys = answer?;
        *self.shown.write().await = Shown { keys, at: Some(Instant::now()) };
        Ok(())
    }

    async fn fetch(&self) -> Result<Vec<PublicKey>, AccountsError> {
        let failed = |error: reqwest::Error| AccountsError::Remote(error.without_url().to_string());
        let mut response = self
            .client
            .get(&self.jwks_url)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(failed)?;
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&piece);
            if body.len() > LARGEST {
                return Err(AccountsError::Remote("its answer is too large".to_owned()));
            }
        }
        let jwks: Value =
            serde_json::from_slice(&body).map_err(|_| AccountsError::Remote("its answer is no JSON".to_owned()))?;
        let keys = jwks.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or_else(|| AccountsError::Remote("its answer has no keys".to_owned()))?;
        Ok(keys.iter().filter_map(PublicKey::of_jwk).collect())
    }
}

/// Compares hashes: their time tells nothing of the key.
fn is_same(key: &str, shown: &str) -> bool {
    let hash = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
    hash(key).as_ref() == hash(shown).as_ref()
}
