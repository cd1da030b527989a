//! Who calls the API, once their token was verified.

use serde_json::Value;
use uuid::Uuid;

use crate::domain::person::Person;
use crate::store::database::{self, Actor};

/// Who calls.
#[derive(Debug, Clone, Default)]
pub enum Caller {
    /// Nobody in particular: no token, or the anonymous key.
    #[default]
    Anybody,
    /// Somebody who is signed in, guests included.
    Person(Box<Signed>),
    /// The server's own key.
    Service,
}

/// Somebody whose token was verified.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Who it is.
    pub person: Person,
    /// The sign-in that the token belongs to.
    pub session: Option<Uuid>,
    /// The per-user limits do not count them: `app_metadata.load_test`, which only administration can set (ruling C-05).
    pub load_test: bool,
    /// The token's claims as the policies read them.
    pub claims: Value,
}

impl Signed {
    /// Somebody whom the server itself vouches for.
    pub fn known(person: Person) -> Self {
        let claims = database::claims(&person);
        Self { person, session: None, load_test: false, claims }
    }
}

impl Caller {
    /// In whose name the store is asked.
    pub fn actor(&self) -> Actor<'_> {
        match self {
            Self::Anybody => Actor::Anybody,
            Self::Person(signed) => Actor::Claims(&signed.claims),
            Self::Service => Actor::Server,
        }
    }

    /// The person, if it is one.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(signed) => Some(&signed.person),
            Self::Anybody | Self::Service => None,
        }
    }
}
