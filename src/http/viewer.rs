//! In whose name a page is read.
//!
//! Promises: whoever is not known to be somebody is anybody. Sign-in on the web puts a [`Viewer`] into the request's
//! extensions; nothing else has to change for organizers to see their private pages.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::domain::person::Person;
use crate::store::database::Actor;

/// Who looks at a page. Row level security decides what they find.
#[derive(Debug, Clone, Default)]
pub enum Viewer {
    /// Not signed in.
    #[default]
    Anybody,
    /// Signed in: also finds their own private and cancelled events.
    Person(Box<Person>),
}

impl Viewer {
    /// In whose name the store is asked.
    pub(super) fn actor(&self) -> Actor<'_> {
        match self {
            Self::Anybody => Actor::Anybody,
            Self::Person(person) => Actor::Person(person),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}
