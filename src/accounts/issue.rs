//! Signs tokens: those of people and the keys of the API.

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::AccountsError;
use super::keys::encode;
use super::keys::keyring::Keys;
use super::token::{AUDIENCE, AccessClaims, KEY_AUDIENCE, KEY_ISSUER, KeyClaims, Method, unsigned};
use super::{Accounts, off_thread};
use crate::domain::person::Role;
use crate::store::accounts::sign_ins;
use crate::store::accounts::users::{self, User};
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::people;

/// Keys of the API live ten years, in seconds; rotation ends them sooner.
const KEY_LIFE_S: i64 = 10 * 365 * 24 * 3600;

/// A signed access token.
#[derive(Clone)]
pub struct AccessToken {
    /// The token.
    pub token: String,
    /// When it ends, in seconds since 1970.
    pub expires_at: i64,
}

/// The keys of the API.
pub struct ApiKeys {
    /// Says nothing about its caller.
    pub anon: String,
    /// The server's own: it may do everything.
    pub service_role: String,
}

fn key_claims(keys: &Keys, role: &str) -> KeyClaims {
    let made = keys.active.created_at.as_second();
    KeyClaims {
        iss: KEY_ISSUER.to_owned(),
        aud: KEY_AUDIENCE.to_owned(),
        role: role.to_owned(),
        iat: made,
        exp: made.saturating_add(KEY_LIFE_S),
    }
}

impl Accounts {
    /// The keys of the API, the same until they are rotated.
    ///
    /// # Errors
    /// [`AccountsError::Elsewhere`] when people sign in at a project, which has keys of its own.
    pub async fn api_keys(&self) -> Result<ApiKeys, AccountsError> {
        let keys = self.ring()?.keys().await?;
        self.keys_of(&keys).await
    }

    /// The key that pages and apps may show: it says nothing about its caller. `None`: the project's was not set.
    ///
    /// # Errors
    /// When there is no signing key yet and none can be made.
    pub async fn public_key(&self) -> Result<Option<String>, AccountsError> {
        if let Some(project) = &self.options.supabase {
            return Ok(project.anon_key.as_ref().map(|key| key.expose_secret().to_owned()));
        }
        let keys = self.ring()?.keys().await?;
        Ok(Some(sign(&keys, &key_claims(&keys, "anon")).await?))
    }

    /// Signs with a new key from now on and gives the new keys of the API. What the old ones signed holds until it ends, the
    /// old keys of the API for one more life of an access token; with `at_once` nothing of it holds any longer.
    ///
    /// # Errors
    /// As for [`Accounts::api_keys`].
    pub async fn rotate(&self, at_once: bool) -> Result<ApiKeys, AccountsError> {
        let keys = self.ring()?.rotate(at_once).await?;
        self.keys_of(&keys).await
    }

    async fn keys_of(&self, keys: &Keys) -> Result<ApiKeys, AccountsError> {
        Ok(ApiKeys {
            anon: sign(keys, &key_claims(keys, "anon")).await?,
            service_role: sign(keys, &key_claims(keys, "service_role")).await?,
        })
    }

    /// An access token of this person for this sign-in, which began by `methods`.
    pub(super) async fn access_token(
        &self,
        user: &User,
        session: Uuid,
        methods: Vec<Method>,
    ) -> Result<AccessToken, AccountsError> {
        let now = self.clock.now().as_second();
        let expires_at = now.saturating_add(self.options.access_token_s);
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            sub: user.id,
            aud: AUDIENCE.to_owned(),
            exp: expires_at,
            iat: now,
            email: user.email.clone().unwrap_or_default(),
            phone: user.phone.clone().unwrap_or_default(),
            app_metadata: user.app_meta.clone(),
            user_metadata: user.user_meta.clone(),
            role: "authenticated".to_owned(),
            aal: "aal1".to_owned(),
            amr: methods,
            session_id: session,
            is_anonymous: user.is_anonymous,
        };
        let keys = self.ring()?.keys().await?;
        Ok(AccessToken { token: sign(&keys, &claims).await?, expires_at })
    }

    /// An access token for the person with this address, made when absent, for whoever may open the database. A role that is
    /// given becomes theirs, `load_test` too: the per-user limits do not count them (ruling C-05).
    ///
    /// # Errors
    /// [`AccountsError::Elsewhere`] when people sign in at a project.
    pub async fn local_token(
        &self,
        email: &str,
        role: Option<Role>,
        load_test: bool,
    ) -> Result<AccessToken, AccountsError> {
        self.ring()?;
        let now = self.clock.now();
        let mut tx = self.store.begin(Actor::Server).await?;
        let person = people::ensure(&mut tx, Some(email), role.unwrap_or(Role::Organizer)).await?;
        let mut wanted = Map::new();
        if let Some(role) = role {
            wanted.insert("user_role".to_owned(), role.as_str().into());
        }
        if load_test {
            wanted.insert("load_test".to_owned(), true.into());
        }
        if !wanted.is_empty() {
            users::merge_app_meta(&mut tx, person.id, &Value::Object(wanted), now).await?;
        }
        let session = self.ids.id();
        sign_ins::begin(&mut tx, &sign_ins::NewSignIn::plain(session, person.id, "local", now)).await?;
        let user = users::get(&mut tx, person.id).await?.ok_or(AccountsError::Lost)?;
        tx.commit().await.map_err(StoreError::from)?;
        self.access_token(&user, session, vec![method("local", now)]).await
    }
}

/// A way of signing in at this moment.
pub(super) fn method(name: &str, at: Timestamp) -> Method {
    Method { method: name.to_owned(), timestamp: at.as_second() }
}

async fn sign(keys: &Keys, claims: &(impl Serialize + Sync)) -> Result<String, AccountsError> {
    let key = keys.active.clone();
    let text = unsigned(key.public.alg().as_str(), &key.kid, claims).map_err(|_| AccountsError::Crypto)?;
    off_thread(move || {
        let signature = key.sign(text.as_bytes())?;
        Ok(format!("{text}.{}", encode(signature)))
    })
    .await?
}
