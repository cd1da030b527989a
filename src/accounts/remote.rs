//! A hosted project where people sign in: its tokens are proved with the keys that it shows, its own keys are compared.
//!
//! Promises: a flood of unknown key names makes at most one request in ten seconds; a key that the project showed once proves at once,
//! also while the project is asked anew or cannot be reached, and so does the secret that is shared with it, whatever name it goes by; a
//! name that could not be looked up is no bad token.

use std::sync::Arc;
use std::time::Duration;

use ring::digest;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::sync::{Mutex, OwnedMutexGuard, RwLock};
use tokio::time::Instant;

use super::error::AccountsError;
use super::keys::Alg;
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
    /// Held by whoever asks.
    asked: Arc<Mutex<Option<Asked>>>,
}

/// When the project was asked last, and whether it told.
#[derive(Clone, Copy)]
struct Asked {
    at: Instant,
    told: bool,
}

impl Asked {
    fn is_recent(&self) -> bool {
        self.at.elapsed() < PAUSE
    }
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
            asked: Arc::default(),
        })
    }

    /// Whose key this is, if it is one of the project's.
    pub(super) fn key(&self, token: &str) -> Option<Believed> {
        let same = |key: &Option<SecretString>| key.as_ref().is_some_and(|key| is_same(key.expose_secret(), token));
        if same(&self.service_key) { Some(Believed::Service) } else { same(&self.anon_key).then_some(Believed::Anon) }
    }

    /// The key of this name; for a name that the project does not show, and for none, the shared secret if `alg` is that of one.
    ///
    /// # Errors
    /// [`AccountsError::Remote`] for a name that is not known while the project does not tell.
    pub(super) async fn named(
        self: &Arc<Self>,
        kid: Option<&str>,
        alg: &str,
    ) -> Result<Option<PublicKey>, AccountsError> {
        let Some(kid) = kid else { return Ok(self.secret.clone()) };
        let (known, is_fresh) = {
            let shown = self.shown.read().await;
            (shown.named(kid), shown.is_fresh())
        };
        if known.is_some() {
            if !is_fresh {
                self.ask_beside();
            }
            return Ok(known);
        }
        // No project shows a secret: there is nothing to ask about one that is at hand.
        if let Some(secret) = self.secret.as_ref().filter(|_| alg == Alg::Hs256.as_str()) {
            return Ok(Some(secret.clone()));
        }
        let asked = self.ask().await;
        let found = self.shown.read().await.named(kid);
        if found.is_some() { Ok(found) } else { asked.map(|()| None) }
    }

    /// Asks the project for its keys and waits for them, unless somebody just did.
    async fn ask(self: &Arc<Self>) -> Result<(), AccountsError> {
        let turn = self.asked.clone().lock_owned().await;
        if let Some(asked) = turn.filter(Asked::is_recent) {
            let just_failed = || AccountsError::Remote("it was just asked".to_owned());
            return asked.told.then_some(()).ok_or_else(just_failed);
        }
        // A task of its own: a caller who goes away meanwhile takes nobody's answer along.
        let project = self.clone();
        tokio::spawn(async move { project.look(turn).await }).await.map_err(|_| AccountsError::Lost)?
    }

    /// Asks the project for its keys in a task of its own, unless somebody does or just did.
    fn ask_beside(self: &Arc<Self>) {
        let Ok(turn) = self.asked.clone().try_lock_owned() else { return };
        if turn.is_some_and(|asked| asked.is_recent()) {
            return;
        }
        let project = self.clone();
        tokio::spawn(async move { project.look(turn).await });
    }

    async fn look(&self, mut turn: OwnedMutexGuard<Option<Asked>>) -> Result<(), AccountsError> {
        *turn = Some(Asked { at: Instant::now(), told: false });
        let answer = self.fetch().await;
        if let Err(error) = &answer {
            tracing::warn!(action = "project_keys", %error, error.code = "JWKS_UNAVAILABLE");
        }
        let keys = answer?;
        let at = Instant::now();
        *self.shown.write().await = Shown { keys, at: Some(at) };
        *turn = Some(Asked { at, told: true });
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

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Poll;

    use futures::poll;
    use serde_json::json;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// What a project does when it is asked.
    #[derive(Clone, Copy)]
    enum Does {
        Shows,
        Fails,
        Hangs,
    }

    /// Answers the one request of a connection.
    async fn answer(mut stream: TcpStream, does: Does) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        assert!(head.starts_with(b"GET /auth/v1/.well-known/jwks.json "));
        let (status, body) = match does {
            Does::Shows => {
                let half = "A".repeat(43);
                let key = json!({"kty": "EC", "crv": "P-256", "kid": "known", "x": half, "y": half});
                ("200 OK", json!({"keys": [key]}).to_string())
            }
            Does::Fails => ("502 Bad Gateway", String::new()),
            Does::Hangs => pending().await,
        };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        stream.write_all(answer.as_bytes()).await.ok();
    }

    /// A project that does this in turn, the last again and again, and whose one key is called `known`.
    async fn project(script: &'static [Does]) -> Arc<Remote> {
        let asked = AtomicUsize::new(0);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let does = script[asked.fetch_add(1, Ordering::SeqCst).min(script.len() - 1)];
                tokio::spawn(answer(stream, does));
            }
        });
        let jwt_secret = Some(SecretString::from("a secret of both sides"));
        let project = Project { url, anon_key: None, service_role_key: None, jwt_secret };
        Arc::new(Remote::new(&project).unwrap())
    }

    /// Time passes at once.
    async fn later(by: Duration) {
        tokio::time::pause();
        tokio::time::advance(by).await;
        tokio::time::resume();
    }

    #[tokio::test]
    async fn a_key_that_is_known_proves_while_the_project_hangs() {
        let project = project(&[Does::Shows, Does::Hangs]).await;
        assert!(project.named(Some("known"), "ES256").await.unwrap().is_some());
        assert!(project.asked.try_lock().is_ok(), "nobody asks a fresh one");
        later(FRESH).await;
        for _ in 0..3 {
            assert!(project.named(Some("known"), "ES256").await.unwrap().is_some());
            assert!(project.asked.try_lock().is_err(), "somebody is asking still");
        }
    }

    #[tokio::test]
    async fn the_shared_secret_proves_while_the_project_hangs() {
        let project = project(&[Does::Hangs]).await;
        for _ in 0..2 {
            let named = pin!(project.named(Some("older"), "HS256"));
            assert!(matches!(poll!(named), Poll::Ready(Ok(Some(_)))));
        }
        assert!(project.asked.try_lock().unwrap().is_none(), "nobody is asked");
    }

    #[tokio::test]
    async fn a_name_that_could_not_be_looked_up_is_no_bad_token() {
        let project = project(&[Does::Shows, Does::Fails]).await;
        assert!(project.named(Some("other"), "ES256").await.unwrap().is_none(), "the project told");
        assert!(project.named(Some("other"), "HS256").await.unwrap().is_some(), "the secret of both sides");
        later(PAUSE).await;
        for _ in 0..2 {
            assert!(matches!(project.named(Some("other"), "ES256").await, Err(AccountsError::Remote(_))));
            assert!(project.named(Some("other"), "HS256").await.unwrap().is_some());
            assert!(project.named(Some("known"), "ES256").await.unwrap().is_some());
        }
        assert!(project.named(None, "HS256").await.unwrap().is_some());
    }
}
