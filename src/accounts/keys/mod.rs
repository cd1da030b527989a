//! The keys that tokens are signed and proved with.
//!
//! Promises: a private key is stored only in the database, sealed when the settings give a key for it; what a key is good for
//! is decided by the key, never by a token.

pub mod keyring;
pub mod public;
pub mod sealed;
pub mod signing;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alg {
    /// RSA with SHA-256 (R98: the specification's own).
    Rs256,
    /// ECDSA on P-256: smaller and faster.
    Es256,
    /// A secret shared with a hosted project; never one of our own.
    Hs256,
}

impl Alg {
    /// The name in a token's header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
        }
    }

    /// A way in which we sign ourselves.
    pub fn of_own(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256].into_iter().find(|alg| alg.as_str() == name)
    }
}

/// base64url without padding, as tokens are written.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a text in base64url without padding.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
