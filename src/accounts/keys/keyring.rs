//! The keys of this database: made at the first need, shared by all its processes, read again when somebody rotated them.
//!
//! Promises: two programs that start at once make one key; a name that no key has costs the database at most one look in a few
//! seconds; a retired key proves tokens for as long as one of its own may live, and signs nothing; while the database is away the keys
//! in hand go on. They are read again beside those who ask. Only where nobody had asked for a while does the first one wait, and not for
//! long: a key may have been taken out of use meanwhile.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

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
/// Where the keys were not read for so long, nobody asked for them.
const IDLE: Duration = Duration::from_mins(1);
/// How long the first one who asks then waits for the database.
const PATIENCE: Duration = Duration::from_secs(1);
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
    held: std::sync::Mutex<Held>,
    /// Held by whoever reads the database.
    looking: Arc<Mutex<()>>,
}

/// What is in hand.
#[derive(Clone, Default)]
struct Held {
    keys: Option<Keys>,
    looked: Option<Looked>,
}

/// When the database was read last, and whether it answered.
#[derive(Clone, Copy)]
struct Looked {
    at: Instant,
    answered: bool,
}

impl Held {
    fn is_younger(&self, age: Duration) -> bool {
        self.looked.is_some_and(|looked| looked.at.elapsed() < age)
    }
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
        Ok(Self {
            store,
            clock,
            alg,
            any_alg,
            seal,
            retention,
            held: std::sync::Mutex::default(),
            looking: Arc::default(),
        })
    }

    /// The keys, made when there are none. Old ones are read again beside, and stay while the database is away.
    pub async fn keys(self: &Arc<Self>) -> Result<Keys, AccountsError> {
        let held = self.held();
        let (is_young, is_idle) = (held.is_younger(FRESH), !held.is_younger(IDLE));
        let Some(keys) = held.keys else { return self.newest().await };
        if is_young {
            return Ok(keys);
        }
        let Ok(turn) = self.looking.clone().try_lock_owned() else { return Ok(keys) };
        let look = self.look_beside(turn);
        if !is_idle {
            return Ok(keys);
        }
        match timeout(PATIENCE, look).await {
            Err(_) | Ok(Ok(Err(AccountsError::Store(_)))) => Ok(keys),
            Ok(Ok(looked)) => looked,
            Ok(Err(_)) => Err(AccountsError::Lost),
        }
    }

    /// The key of this name, which another process may just have made.
    pub async fn named(self: &Arc<Self>, kid: &str) -> Result<Option<PublicKey>, AccountsError> {
        let named = |keys: &Keys| keys.public.iter().find(|key| key.kid.as_deref() == Some(kid)).cloned();
        let known = named(&self.keys().await?);
        if known.is_some() {
            return Ok(known);
        }
        Ok(named(&self.newest().await?))
    }

    /// What others prove our tokens with (RFC 7517).
    pub async fn jwks(self: &Arc<Self>) -> Result<Value, AccountsError> {
        let keys = self.keys().await?;
        Ok(json!({"keys": keys.public.iter().filter_map(PublicKey::jwk).collect::<Vec<_>>()}))
    }

    /// A new key signs from now on. Tokens of the old ones hold until they end, or with `at_once` no longer.
    pub async fn rotate(&self, at_once: bool) -> Result<Keys, AccountsError> {
        let _turn = self.looking.lock().await;
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
        self.hold(Held { keys: Some(keys.clone()), looked: Some(Looked { at: Instant::now(), answered: true }) });
        Ok(keys)
    }

    /// The keys as the database has them, unless somebody just looked.
    async fn newest(self: &Arc<Self>) -> Result<Keys, AccountsError> {
        let turn = self.looking.clone().lock_owned().await;
        let held = self.held();
        match (held.is_younger(PAUSE), held.looked.is_some_and(|looked| looked.answered), held.keys) {
            (true, true, Some(keys)) => Ok(keys),
            // Those who waited for somebody's look do not each wait for one of their own.
            (true, false, _) => Err(StoreError::Unavailable("the keys were just looked for".to_owned()).into()),
            _ => self.look_beside(turn).await.map_err(|_| AccountsError::Lost)?,
        }
    }

    /// Reads the database in a task of its own: a caller who goes away meanwhile takes nobody's answer along.
    fn look_beside(self: &Arc<Self>, turn: OwnedMutexGuard<()>) -> JoinHandle<Result<Keys, AccountsError>> {
        let ring = self.clone();
        tokio::spawn(async move { ring.look(turn).await })
    }

    /// Reads the database. Where it does not answer, the keys in hand stay.
    async fn look(&self, turn: OwnedMutexGuard<()>) -> Result<Keys, AccountsError> {
        let read = self.load().await;
        let answered = !matches!(read, Err(AccountsError::Store(_)));
        let keys = match &read {
            Ok(keys) => Some(keys.clone()),
            Err(AccountsError::Store(error)) => {
                tracing::warn!(action = "signing_keys", %error, error.code = "KEYS_NOT_READ");
                self.held().keys
            }
            // What cannot be opened is no reason to go on with what was there before.
            Err(_) => None,
        };
        self.hold(Held { keys, looked: Some(Looked { at: Instant::now(), answered }) });
        drop(turn);
        read
    }

    fn held(&self) -> Held {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, held: Held) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
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
