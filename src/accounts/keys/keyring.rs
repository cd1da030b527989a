//! The keys of this database: made at the first need, shared by all its processes, read again when somebody rotated them.
//!
//! Promises: two programs that start at once make one key; a name that no key has costs the database at most one look in a few
//! seconds; a retired key proves tokens for as long as one of its own may live, and signs nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Alg;
use super::public::PublicKey;
use super::sealed::Seal;
use super::signing::{SigningKey, make};
use crate::accounts::error::AccountsError;
use crate::accounts::off_thread;
use crate::accounts::options::Options;
use crate::domain::clock::Clock;
use crate::store::accounts::keys::{self, StoredKey};
use crate::store::database::{Actor, Store, Tx};
use crate::store::error::StoreError;

/// After so long the keys are read again.
const FRESH: Duration = Duration::from_secs(30);
/// A name that is not known is looked for in the database no sooner.
const PAUSE: Duration = Duration::from_secs(2);

/// The keys at one moment.
#[derive(Clone)]
pub struct Keys {
    /// What signs.
    pub active: Arc<SigningKey>,
    /// What proves.
    pub public: Arc<[PublicKey]>,
}

/// Finds, makes and rotates keys.
pub struct Keyring {
    store: Store,
    clock: Arc<dyn Clock>,
    alg: Alg,
    /// A key that is there is used, however it signs; `alg` only makes one where there is none.
    any_alg: bool,
    seal: Option<Seal>,
    /// A retired key is shown so long.
    retention: SignedDuration,
    read: Mutex<Option<(Instant, Keys)>>,
}

impl Keyring {
    /// # Errors
    /// When the secret cannot be used.
    pub fn new(store: Store, clock: Arc<dyn Clock>, options: &Options) -> Result<Self, AccountsError> {
        let secret = &options.key_encryption_key;
        // An empty secret seals nothing.
        let seal = if secret.expose_secret().is_empty() { None } else { Some(Seal::new(secret)?) };
        let retention = SignedDuration::from_secs(options.access_token_s.saturating_add(60));
        let (alg, any_alg) = (options.alg, options.any_alg);
        Ok(Self { store, clock, alg, any_alg, seal, retention, read: Mutex::new(None) })
    }

    /// The keys, made when there are none.
    pub async fn keys(&self) -> Result<Keys, AccountsError> {
        self.no_older_than(FRESH).await
    }

    /// The key of this name, which another process may just have made.
    pub async fn named(&self, kid: &str) -> Result<Option<PublicKey>, AccountsError> {
        let named = |keys: &Keys| keys.public.iter().find(|key| key.kid.as_deref() == Some(kid)).cloned();
        let known = named(&self.keys().await?);
        if known.is_some() {
            return Ok(known);
        }
        Ok(named(&self.no_older_than(PAUSE).await?))
    }

    /// What others prove our tokens with (RFC 7517).
    pub async fn jwks(&self) -> Result<Value, AccountsError> {
        let keys = self.keys().await?;
        Ok(json!({"keys": keys.public.iter().filter_map(PublicKey::jwk).collect::<Vec<_>>()}))
    }

    /// A new key signs from now on. Tokens of the old ones hold until they end, or with `at_once` no longer.
    pub async fn rotate(&self, at_once: bool) -> Result<Keys, AccountsError> {
        let mut read = self.read.lock().await;
        let now = self.clock.now();
        let mut tx = self.store.begin(Actor::Server).await?;
        keys::lock(&mut tx).await?;
        let alg = keys::all(&mut tx).await?.iter().find(|key| self.fits(key)).and_then(|key| Alg::of_own(&key.alg));
        keys::retire(&mut tx, now).await?;
        let limit = if at_once { Timestamp::MAX } else { self.oldest(now) };
        keys::forget(&mut tx, limit).await?;
        self.add(&mut tx, alg.unwrap_or(self.alg), now).await?;
        let stored = keys::all(&mut tx).await?;
        tx.commit().await.map_err(StoreError::from)?;
        let keys = self.open(stored).await?;
        *read = Some((Instant::now(), keys.clone()));
        Ok(keys)
    }

    async fn no_older_than(&self, age: Duration) -> Result<Keys, AccountsError> {
        let mut read = self.read.lock().await;
        if let Some((at, keys)) = read.as_ref()
            && at.elapsed() < age
        {
            return Ok(keys.clone());
        }
        let keys = self.load().await?;
        *read = Some((Instant::now(), keys.clone()));
        Ok(keys)
    }

    async fn load(&self) -> Result<Keys, AccountsError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let mut stored = keys::all(&mut tx).await?;
        if !self.has_active(&stored) {
            keys::lock(&mut tx).await?;
            stored = keys::all(&mut tx).await?;
            if !self.has_active(&stored) {
                self.add(&mut tx, self.alg, self.clock.now()).await?;
                stored = keys::all(&mut tx).await?;
            }
        }
        tx.commit().await.map_err(StoreError::from)?;
        self.open(stored).await
    }

    fn has_active(&self, stored: &[StoredKey]) -> bool {
        stored.iter().any(|key| self.fits(key))
    }

    /// This key may sign here.
    fn fits(&self, key: &StoredKey) -> bool {
        key.retired_at.is_none() && (self.any_alg || key.alg == self.alg.as_str())
    }

    async fn add(&self, tx: &mut Tx, alg: Alg, now: Timestamp) -> Result<(), AccountsError> {
        let (plain, kid) = off_thread(move || {
            let plain = make(alg)?;
            let kid = SigningKey::read(alg, &plain, now)?.kid;
            Ok::<_, AccountsError>((plain, kid))
        })
        .await??;
        let private = match &self.seal {
            Some(seal) => seal.lock(&kid, &plain)?,
            None => plain,
        };
        let key = StoredKey {
            kid,
            alg: alg.as_str().to_owned(),
            private,
            encrypted: self.seal.is_some(),
            created_at: now,
            retired_at: None,
        };
        Ok(keys::insert(tx, &key).await?)
    }

    /// A key that was retired before this moment proves nothing any longer.
    fn oldest(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.retention).unwrap_or(Timestamp::MIN)
    }

    async fn open(&self, stored: Vec<StoredKey>) -> Result<Keys, AccountsError> {
        let oldest = self.oldest(self.clock.now());
        let mut plain = Vec::new();
        for key in stored.into_iter().filter(|key| key.retired_at.is_none_or(|at| at >= oldest)) {
            let alg = Alg::of_own(&key.alg).ok_or(AccountsError::Key)?;
            let private = match (&self.seal, key.encrypted) {
                (_, false) => key.private,
                (Some(seal), true) => seal.unlock(&key.kid, &key.private).ok_or(AccountsError::Sealed)?,
                (None, true) => return Err(AccountsError::Sealed),
            };
            plain.push((alg, private, key.created_at, key.retired_at.is_none()));
        }
        let read = off_thread(move || {
            plain
                .into_iter()
                .map(|(alg, private, created_at, active)| Ok((SigningKey::read(alg, &private, created_at)?, active)))
                .collect::<Result<Vec<_>, AccountsError>>()
        })
        .await??;
        let public: Vec<PublicKey> = read.iter().map(|(key, _)| key.public.clone()).collect();
        let fits = |key: &SigningKey| self.any_alg || key.public.alg() == self.alg;
        let active = read.into_iter().find(|(key, active)| *active && fits(key));
        let active = Arc::new(active.ok_or(AccountsError::Key)?.0);
        Ok(Keys { active, public: public.into() })
    }
}
