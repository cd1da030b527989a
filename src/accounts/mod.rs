//! Who may sign in, and who calls.
//!
//! Promises: a caller is decided by `Authorization`, never by `apikey` when both are there; whoever proves nothing is anybody;
//! signing and hashing never hold up an async thread; nothing here tells whether an address has an account.
//!
//! Accounts are our own (`/auth/v1`), or those of a hosted project whose tokens are only verified ([`remote`]).

pub mod admin;
pub(crate) mod alike;
pub mod caller;
pub mod change;
pub mod error;
mod gateway;
mod guard;
pub mod issue;
pub mod keys;
pub mod landing;
pub mod leave;
pub mod links;
pub mod mailed;
pub mod network;
pub mod options;
mod passwords;
pub mod refusal;
pub mod remote;
pub mod sessions;
pub mod shown;
pub mod sign_in;
pub mod token;
pub mod view;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use self::error::AccountsError;
pub use self::gateway::Denied;
use self::guard::Guard;
use self::keys::keyring::Keyring;
use self::options::Options;
use self::passwords::Passwords;
use self::remote::Remote;
use crate::domain::clock::{Clock, Ids};
use crate::store::database::{Actor, Store};
use crate::store::error::StoreError;
use crate::store::upkeep;

/// Signs people in and knows who calls.
pub struct Accounts {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    /// Where people find us; no slash at the end.
    public_url: String,
    /// Who signs: it stands in every token.
    issuer: String,
    options: Options,
    authority: Authority,
    passwords: Passwords,
    guard: Guard,
}

/// Whose accounts these are.
enum Authority {
    Own(Arc<Keyring>),
    Remote(Arc<Remote>),
}

impl Accounts {
    /// Accounts on this database. `public_url` has no slash at the end.
    ///
    /// # Errors
    /// When a secret of the options cannot be used.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        public_url: String,
        options: Options,
    ) -> Result<Self, AccountsError> {
        let (authority, issuer) = if let Some(project) = &options.supabase {
            (Authority::Remote(Arc::new(Remote::new(project)?)), format!("{}/auth/v1", project.url))
        } else {
            let ring = Keyring::new(store.clone(), clock.clone(), &options)?;
            (Authority::Own(Arc::new(ring)), format!("{public_url}/auth/v1"))
        };
        let passwords = Passwords::new(options.password_min_length);
        Ok(Self { store, clock, ids, public_url, issuer, options, authority, passwords, guard: Guard::default() })
    }

    /// People sign in at a hosted project, not here.
    pub fn is_elsewhere(&self) -> bool {
        matches!(self.authority, Authority::Remote(_))
    }

    /// The public keys that prove our tokens (RFC 7517).
    ///
    /// # Errors
    /// [`AccountsError::Elsewhere`] when we sign nothing.
    pub async fn jwks(&self) -> Result<Value, AccountsError> {
        self.ring()?.jwks().await
    }

    /// Where people find us; no slash at the end.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The address of the project where people sign in, when that is not here.
    pub fn project(&self) -> Option<&str> {
        self.options.supabase.as_ref().map(|project| project.url.as_str())
    }

    /// What was set.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Ends sign-ins that nobody used for as long as was set, and forgets what mails no longer open. Returns how many; nothing is
    /// swept at a hosted project.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        if self.is_elsewhere() {
            return Ok(0);
        }
        let now = self.clock.now();
        let unused = SignedDuration::from_hours(24 * i64::from(self.options.sign_in_days.max(1)));
        let mut tx = self.store.begin(Actor::Server).await?;
        let ended = upkeep::sweep_sign_ins(&mut tx, now.checked_sub(unused).unwrap_or(Timestamp::MIN), now).await?;
        tx.commit().await?;
        Ok(ended)
    }

    fn ring(&self) -> Result<&Arc<Keyring>, AccountsError> {
        match &self.authority {
            Authority::Own(ring) => Ok(ring),
            Authority::Remote(_) => Err(AccountsError::Elsewhere),
        }
    }
}

/// Runs what keeps a processor busy where it holds up nobody.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountsError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| AccountsError::Lost)
}
