//! Private keys at rest: ChaCha20-Poly1305 under a key of the settings, bound to the key's name.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};

use super::super::error::AccountsError;

/// Locks and unlocks private keys.
pub(super) struct Seal(LessSafeKey);

impl Seal {
    /// The seal of this secret, which should be long and random; it is hashed, not stretched.
    pub(super) fn new(secret: &SecretString) -> Result<Self, AccountsError> {
        let key = digest::digest(&digest::SHA256, secret.expose_secret().as_bytes());
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).map_err(|_| AccountsError::Crypto)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// The nonce, then the locked bytes.
    pub(super) fn lock(&self, kid: &str, plain: &[u8]) -> Result<Vec<u8>, AccountsError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| AccountsError::Crypto)?;
        let mut bytes = plain.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(kid), &mut bytes)
            .map_err(|_| AccountsError::Crypto)?;
        Ok([nonce.as_slice(), &bytes].concat())
    }

    /// What was locked under this name; `None` under another name or secret.
    pub(super) fn unlock(&self, kid: &str, locked: &[u8]) -> Option<Vec<u8>> {
        let (nonce, bytes) = locked.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = bytes.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(kid), &mut bytes).ok()?;
        Some(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_secret_and_name_unlock() {
        let seal = |secret: &str| Seal::new(&SecretString::from(secret)).unwrap();
        let locked = seal("one").lock("kid", b"private").unwrap();
        assert_ne!(locked, seal("one").lock("kid", b"private").unwrap());
        assert_eq!(seal("one").unlock("kid", &locked).unwrap(), b"private");
        assert!(seal("two").unlock("kid", &locked).is_none() && seal("one").unlock("other", &locked).is_none());
        assert!(seal("one").unlock("kid", &locked[..5]).is_none());
    }
}
