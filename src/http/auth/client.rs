//! What a request says about its client.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::request::Parts;

use crate::accounts::sessions::Origin;
use crate::http::address::ClientAddress;
use crate::http::gate::header;

/// What a request says about its client.
pub(super) struct Client {
    /// `Authorization`.
    pub(super) authorization: Option<String>,
    /// `apikey`.
    pub(super) apikey: Option<String>,
    /// Where it comes from.
    pub(super) origin: Origin,
}

/// The address of whoever asks, if it is known.
pub(in crate::http) fn client_address(parts: &Parts) -> Option<String> {
    parts.extensions.get::<ClientAddress>().and_then(|address| address.ip).map(|ip| ip.to_string())
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let said = |name: &str| header(&parts.headers, name);
        let origin = Origin { ip: client_address(parts), user_agent: said(USER_AGENT.as_str()) };
        Ok(Self { authorization: said(AUTHORIZATION.as_str()), apikey: said("apikey"), origin })
    }
}
