//! Signed tokens (RFC 7515, 7519): what they say, how they are written, and what makes one believed.
//!
//! Promises: the way of signing is that of the key, never the header's choice; `exp`, `iss`, `aud` and `role` must be there and of
//! their own type, for people `sub` too; a claim of the wrong type is a refusal, not an absence (THREATS 7.3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::keys::public::PublicKey;
use super::keys::{decode, encode};

/// Whom tokens of people are for.
pub const AUDIENCE: &str = "authenticated";
/// Who signs the keys of the API: they hold wherever the program is found.
pub const KEY_ISSUER: &str = "eventos";
/// Whom the keys of the API are for.
pub const KEY_AUDIENCE: &str = "api";
/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;
/// How far another machine's clock may be ahead, in seconds.
const SKEW_S: i64 = 30;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// It is no token of ours.
    #[error("the token is not valid")]
    Invalid,
}

/// What somebody's access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who signed.
    pub iss: String,
    /// Whose it is.
    pub sub: Uuid,
    /// For whom it is.
    pub aud: String,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was made.
    pub iat: i64,
    /// The address, empty for guests.
    pub email: String,
    /// The phone number, or empty.
    pub phone: String,
    /// What administration says about them.
    pub app_metadata: Value,
    /// What they say about themselves.
    pub user_metadata: Value,
    /// The database role.
    pub role: String,
    /// How sure the sign-in is.
    pub aal: String,
    /// How they signed in.
    pub amr: Vec<Method>,
    /// The sign-in.
    pub session_id: Uuid,
    /// A guest.
    pub is_anonymous: bool,
}

/// A way of signing in, and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Method {
    /// Such as `password`.
    pub method: String,
    /// Seconds since 1970.
    pub timestamp: i64,
}

/// What a key of the API says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyClaims {
    /// Who signed.
    pub iss: String,
    /// For whom it is.
    pub aud: String,
    /// `anon` or `service_role`.
    pub role: String,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
}

/// A believed token.
#[derive(Debug, Clone)]
pub enum Believed {
    /// Somebody's.
    Person(Box<PersonClaims>),
    /// The anonymous key.
    Anon,
    /// The server's own key.
    Service,
}

/// What is read of somebody's token.
#[derive(Debug, Clone)]
pub struct PersonClaims {
    /// Whose it is.
    pub sub: Uuid,
    /// The sign-in.
    pub session: Option<Uuid>,
    /// A guest.
    pub is_anonymous: bool,
    /// `app_metadata.user_role`.
    pub user_role: Option<String>,
    /// `app_metadata.load_test`.
    pub load_test: bool,
    /// Everything, as it stands.
    pub all: Value,
}

/// A token that was taken apart and not yet believed.
#[derive(Debug)]
pub struct Unproved<'a> {
    /// The name of its key.
    pub kid: Option<String>,
    /// How it says that it is signed; that of the key decides.
    pub alg: String,
    signed: &'a str,
    payload: Value,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    /// Extensions that must be understood; we understand none.
    #[serde(default)]
    crit: Option<Value>,
}

/// The claims that every token has, by their own types; `nbf` and `session_id` may be left out.
#[derive(Deserialize)]
struct Common {
    iss: String,
    aud: String,
    exp: i64,
    iat: i64,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<i64>,
    role: String,
}

#[derive(Deserialize)]
struct OfPerson {
    sub: Uuid,
    #[serde(default, deserialize_with = "present")]
    session_id: Option<Uuid>,
    #[serde(default)]
    is_anonymous: bool,
    #[serde(default)]
    app_metadata: AppMetadata,
}

#[derive(Default, Deserialize)]
struct AppMetadata {
    #[serde(default)]
    user_role: Option<String>,
    #[serde(default)]
    load_test: bool,
}

/// A claim that is there has a value: `null` is none.
fn present<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// The text before the signature.
pub fn unsigned(alg: &str, kid: &str, claims: &impl Serialize) -> Result<String, serde_json::Error> {
    let header = serde_json::json!({"alg": alg, "kid": kid, "typ": "JWT"});
    Ok(format!("{}.{}", encode(header.to_string()), encode(serde_json::to_vec(claims)?)))
}

/// Takes a token apart.
pub fn take_apart(token: &str) -> Result<Unproved<'_>, BadToken> {
    if token.len() > LONGEST {
        return Err(BadToken::Invalid);
    }
    let parts = || -> Option<Unproved<'_>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        if header.crit.is_some() || header.typ.is_some_and(|kind| !kind.eq_ignore_ascii_case("jwt")) {
            return None;
        }
        let payload: Value = serde_json::from_slice(&decode(payload)?).ok()?;
        Some(Unproved { kid: header.kid, alg: header.alg, signed, payload, signature: decode(signature)? })
    };
    parts().ok_or(BadToken::Invalid)
}

impl Unproved<'_> {
    /// Believes the token if this key signed it, this issuer made it, and it is its time.
    pub fn prove(self, key: &PublicKey, issuer: &str, now: Timestamp) -> Result<Believed, BadToken> {
        if self.alg != key.alg().as_str() || !key.proves(self.signed.as_bytes(), &self.signature) {
            return Err(BadToken::Invalid);
        }
        let common: Common = read(&self.payload)?;
        let now = now.as_second();
        let early = common.nbf.is_some_and(|from| from > now) || common.iat > now.saturating_add(SKEW_S);
        if early {
            return Err(BadToken::Invalid);
        }
        let believed = match (common.role.as_str(), common.aud.as_str(), common.iss.as_str()) {
            ("authenticated", AUDIENCE, by) if by == issuer => self.person()?,
            ("anon", KEY_AUDIENCE, KEY_ISSUER) => Believed::Anon,
            ("service_role", KEY_AUDIENCE, KEY_ISSUER) => Believed::Service,
            _ => return Err(BadToken::Invalid),
        };
        if common.exp <= now {
            return Err(BadToken::Expired);
        }
        Ok(believed)
    }

    fn person(self) -> Result<Believed, BadToken> {
        let claims: OfPerson = read(&self.payload)?;
        Ok(Believed::Person(Box::new(PersonClaims {
            sub: claims.sub,
            session: claims.session_id,
            is_anonymous: claims.is_anonymous,
            user_role: claims.app_metadata.user_role,
            load_test: claims.app_metadata.load_test,
            all: self.payload,
        })))
    }
}

fn read<'de, T: Deserialize<'de>>(payload: &'de Value) -> Result<T, BadToken> {
    T::deserialize(payload).map_err(|_| BadToken::Invalid)
}
