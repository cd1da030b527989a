//! From the headers of a request to who calls.
//!
//! The rule is that of Supabase's own gateway: `Authorization` decides, and `apikey` stands in for it only when it is absent.
//! What is shown and cannot be believed is refused, never taken for nothing.

use jiff::Timestamp;

use super::caller::{Caller, Signed};
use super::error::AccountsError;
use super::token::{BadToken, Believed, PersonClaims, Unproved, take_apart};
use super::{Accounts, Authority};
use crate::domain::person::{Person, Role};
use crate::store::accounts::users;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::people;

/// Why a caller is not let in.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The header has no token that we could read.
    #[error("the header Authorization must read `Bearer <token>`")]
    Malformed,
    /// The token is not believed.
    #[error(transparent)]
    Bad(#[from] BadToken),
    /// The token is good, but its person is deleted or banned.
    #[error("this account is not there any more")]
    Gone,
    /// It cannot be told now.
    #[error(transparent)]
    Unknown(#[from] AccountsError),
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Self::Unknown(error.into())
    }
}

impl Accounts {
    /// Who calls, by the two headers that may say so.
    ///
    /// # Errors
    /// [`Denied`] for a proof that does not hold.
    pub async fn caller(&self, authorization: Option<&str>, apikey: Option<&str>) -> Result<Caller, Denied> {
        let token = match (authorization, apikey) {
            (Some(header), _) => bearer(header).ok_or(Denied::Malformed)?,
            (None, Some(key)) => key.trim(),
            (None, None) => return Ok(Caller::Anybody),
        };
        self.caller_of(token).await
    }

    /// Who shows this token or key.
    ///
    /// # Errors
    /// [`Denied`] for a proof that does not hold.
    pub async fn caller_of(&self, token: &str) -> Result<Caller, Denied> {
        match self.believe(token).await? {
            Believed::Anon => Ok(Caller::Anybody),
            Believed::Service => Ok(Caller::Service),
            Believed::Person(claims) => Ok(Caller::Person(Box::new(self.signed(*claims).await?))),
        }
    }

    /// What a token says, when it is believed.
    pub(super) async fn believe(&self, token: &str) -> Result<Believed, Denied> {
        let now = self.clock.now();
        match &self.authority {
            Authority::Own(ring) => {
                let unproved = take_apart(token)?;
                let kid = unproved.kid.clone().ok_or(BadToken::Invalid)?;
                let key = ring.named(&kid).await?.ok_or(BadToken::Invalid)?;
                self.prove(unproved, &key, now)
            }
            Authority::Remote(project) => {
                if let Some(known) = project.key(token) {
                    return Ok(known);
                }
                let unproved = take_apart(token)?;
                let key = project.named(unproved.kid.as_deref(), &unproved.alg).await?.ok_or(BadToken::Invalid)?;
                match self.prove(unproved, &key, now)? {
                    person @ Believed::Person(_) => Ok(person),
                    // A project's keys are compared, not believed.
                    Believed::Anon | Believed::Service => Err(BadToken::Invalid.into()),
                }
            }
        }
    }

    fn prove(
        &self,
        unproved: Unproved<'_>,
        key: &super::keys::public::PublicKey,
        now: Timestamp,
    ) -> Result<Believed, Denied> {
        Ok(unproved.prove(key, &self.issuer, now)?)
    }

    async fn signed(&self, claims: PersonClaims) -> Result<Signed, Denied> {
        let mut tx = self.store.begin(Actor::Server).await?;
        let person = if self.is_elsewhere() {
            people::profile(&mut tx, claims.sub, role(&claims)).await?
        } else {
            users::active_person(&mut tx, claims.sub, self.clock.now()).await?
        };
        let person = person.ok_or(Denied::Gone)?;
        Ok(Signed { person, session: claims.session, load_test: claims.load_test, claims: claims.all })
    }

    /// The person with this id, unless they are banned.
    ///
    /// # Errors
    /// The database's.
    pub async fn person(&self, id: uuid::Uuid) -> Result<Option<Person>, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        if self.is_elsewhere() {
            return people::get(&mut tx, id).await;
        }
        users::active_person(&mut tx, id, self.clock.now()).await
    }

    /// The language that this person reads, if known.
    ///
    /// # Errors
    /// The database's.
    pub async fn language(&self, id: uuid::Uuid) -> Result<Option<String>, StoreError> {
        let mut tx = self.store.begin(Actor::Server).await?;
        people::language(&mut tx, id).await
    }
}

/// The role as a project's token says it; somebody without one may only attend (ruling C-59).
fn role(claims: &PersonClaims) -> Role {
    let named = claims.user_role.as_deref().and_then(Role::parse);
    if claims.is_anonymous { Role::Guest } else { named.filter(|role| *role != Role::Guest).unwrap_or(Role::Attendee) }
}

/// The token of this header.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
