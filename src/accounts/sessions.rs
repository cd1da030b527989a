//! Sign-ins: begun, kept going by refresh tokens, ended.
//!
//! Promises: a refresh token is used once; shown again after the moment in which a client may have lost its answer, it ends the
//! sign-in, for then two people have it. Of refresh tokens only hashes are stored. Whatever ends all sign-ins of somebody also ends
//! those that are just beginning, and the changes that are just made with them.

use jiff::{SignedDuration, Timestamp};
use ring::digest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Accounts;
use super::issue::method;
use super::refusal::Refusal;
use super::token::{Believed, Method};
use super::view::Session;
use crate::store::accounts::users::{self, User};
use crate::store::accounts::{audit, sign_ins};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;

/// A used refresh token is remembered so long, to tell a theft.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The address of its client, if it is known.
    pub ip: Option<String>,
    /// The program that the client says it is.
    pub user_agent: Option<String>,
}

/// Which sign-ins are to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every one.
    Global,
    /// This one.
    Local,
    /// Every other one.
    Others,
}

/// Somebody whose token and sign-in hold.
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The sign-in.
    pub session: Uuid,
}

impl Accounts {
    /// Begins a sign-in within this transaction and commits it.
    pub(super) async fn begin(&self, mut tx: Tx, user: Uuid, how: &str, origin: &Origin) -> Result<Session, Refusal> {
        let now = self.clock.now();
        let session = self.ids.id();
        let new = sign_ins::NewSignIn {
            ip: origin.ip.as_deref(),
            user_agent: origin.user_agent.as_deref(),
            ..sign_ins::NewSignIn::plain(session, user, how, now)
        };
        sign_ins::begin(&mut tx, &new).await?;
        users::signed_in(&mut tx, user, now).await?;
        self.note(&mut tx, Some(user), "login", &json!({"method": how, "session_id": session}), origin).await?;
        self.go_on(tx, user, session, None, method(how, now)).await
    }

    /// A sign-in for a client that has shown a refresh token.
    ///
    /// # Errors
    /// [`Refusal::RefreshUnknown`], [`Refusal::RefreshUsed`], [`Refusal::Banned`].
    pub async fn refresh(&self, token: &str, origin: &Origin) -> Result<Session, Refusal> {
        let now = self.clock.now();
        let hash = token_hash(token);
        let mut tx = self.store.begin(Actor::Server).await?;
        let shown = sign_ins::shown(&mut tx, &hash).await?.ok_or(Refusal::RefreshUnknown)?;
        let user = users::get(&mut tx, shown.user).await?.ok_or(Refusal::RefreshUnknown)?;
        if is_banned(&user, now) {
            return Err(Refusal::Banned);
        }
        let late = shown.used_at.is_some_and(|at| now.as_second() - at.as_second() > self.options.refresh_reuse_s);
        if late {
            // This must stay although the request fails.
            sign_ins::end(&mut tx, shown.session).await?;
            let more = json!({"session_id": shown.session});
            self.note(&mut tx, Some(user.id), "refresh_token_reused", &more, origin).await?;
            tx.commit().await.map_err(StoreError::from)?;
            return Err(Refusal::RefreshUsed);
        }
        let forget = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
        sign_ins::used(&mut tx, &hash, now, forget).await?;
        self.go_on(tx, user.id, shown.session, Some(&hash), method(&shown.method, shown.began_at)).await
    }

    /// Gives a sign-in its next pair of tokens and commits.
    async fn go_on(
        &self,
        mut tx: Tx,
        user: Uuid,
        session: Uuid,
        parent: Option<&str>,
        how: Method,
    ) -> Result<Session, Refusal> {
        let refresh_token = self.ids.token();
        sign_ins::add_token(&mut tx, session, &token_hash(&refresh_token), parent, self.clock.now()).await?;
        let user = users::get(&mut tx, user).await?.ok_or(Refusal::NobodySigned)?;
        tx.commit().await.map_err(StoreError::from)?;
        let access = self.access_token(&user, session, vec![how]).await?;
        Ok(Session {
            access_token: access.token,
            expires_in: self.options.access_token_s,
            expires_at: access.expires_at,
            refresh_token,
            user,
        })
    }

    /// Who shows this `Authorization`, if their sign-in still holds.
    ///
    /// # Errors
    /// One of GoTrue's five ways to say that it does not.
    pub async fn signed_in(&self, authorization: Option<&str>) -> Result<SignedIn, Refusal> {
        let header = authorization.ok_or(Refusal::NoAuthorization)?;
        let token = super::gateway::bearer(header).ok_or(Refusal::NoAuthorization)?;
        self.signed_in_by(token).await
    }

    /// As [`Accounts::signed_in`], for a bare token.
    pub(super) async fn signed_in_by(&self, token: &str) -> Result<SignedIn, Refusal> {
        let Believed::Person(claims) = self.believe(token).await? else { return Err(Refusal::BadToken) };
        let mut tx = self.store.begin(Actor::Server).await?;
        self.holding(&mut tx, claims.sub, claims.session).await
    }

    /// Somebody who was signed in a moment ago, as they are now. What ends sign-ins and takes its turn before this transaction has ended
    /// theirs; what takes it later finds all that this transaction does.
    pub(super) async fn still_signed_in(&self, tx: &mut Tx, before: &SignedIn) -> Result<User, Refusal> {
        users::lock(tx, before.user.id).await?;
        Ok(self.holding(tx, before.user.id, Some(before.session)).await?.user)
    }

    async fn holding(&self, tx: &mut Tx, user: Uuid, session: Option<Uuid>) -> Result<SignedIn, Refusal> {
        let user = users::get(tx, user).await?.ok_or(Refusal::NobodySigned)?;
        let session = session.ok_or(Refusal::SessionEnded)?;
        if !sign_ins::holds(tx, session, user.id).await? {
            return Err(Refusal::SessionEnded);
        }
        if is_banned(&user, self.clock.now()) {
            return Err(Refusal::Banned);
        }
        Ok(SignedIn { user, session })
    }

    /// Ends sign-ins of this person.
    ///
    /// # Errors
    /// As for [`Accounts::signed_in`].
    pub async fn sign_out(&self, authorization: Option<&str>, scope: Scope, origin: &Origin) -> Result<(), Refusal> {
        let SignedIn { user, session } = self.signed_in(authorization).await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        match scope {
            Scope::Global => sign_ins::end_all(&mut tx, user.id, None).await?,
            Scope::Others => sign_ins::end_all(&mut tx, user.id, Some(session)).await?,
            Scope::Local => sign_ins::end(&mut tx, session).await?,
        }
        let more = json!({"scope": format!("{scope:?}").to_lowercase()});
        self.note(&mut tx, Some(user.id), "logout", &more, origin).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Writes a line of the security log.
    pub(super) async fn note(
        &self,
        tx: &mut Tx,
        user: Option<Uuid>,
        event: &str,
        metadata: &Value,
        origin: &Origin,
    ) -> Result<(), StoreError> {
        let (ip, user_agent) = (origin.ip.as_deref(), origin.user_agent.as_deref());
        audit::add(tx, &audit::Entry { user, event, ip, user_agent, metadata }).await
    }
}

pub(super) fn is_banned(user: &User, now: Timestamp) -> bool {
    user.banned_until.is_some_and(|until| until > now)
}

/// SHA-256 in hex: a token has 122 random bits, so that nobody finds it by its hash.
fn token_hash(token: &str) -> String {
    use std::fmt::Write as _;
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    digest.as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
