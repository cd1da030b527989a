//! A private key: made once, read from the store, signing.
//!
//! The crate `rsa` makes RSA keys and does nothing else with them: signing is `ring`'s, whose time tells nothing of the key
//! (ruling C-73).

use ::rsa::pkcs8::EncodePrivateKey as _;
use getrandom::SysRng;
use jiff::Timestamp;
use ring::digest;
use ring::rand::SystemRandom;
use ring::rsa;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};

use super::public::PublicKey;
use super::{Alg, encode};
use crate::accounts::error::AccountsError;

/// What Supabase and its peers sign with; larger ones sign three times slower.
const RSA_BITS: usize = 2048;
/// Bytes of the hash that names a key.
const KID: usize = 16;

/// A key that signs.
pub struct SigningKey {
    /// What proves its signatures.
    pub public: PublicKey,
    /// Its name.
    pub kid: String,
    /// When it was made.
    pub created_at: Timestamp,
    pair: Pair,
}

enum Pair {
    Rsa(Box<rsa::KeyPair>),
    Ec(Box<EcdsaKeyPair>),
}

/// A fresh private key as PKCS#8. Takes up to seconds: not for an async thread.
pub(super) fn make(alg: Alg) -> Result<Vec<u8>, AccountsError> {
    match alg {
        Alg::Rs256 => {
            let key = ::rsa::PrivateKey::new(&mut SysRng, RSA_BITS).map_err(|_| AccountsError::Crypto)?;
            Ok(key.to_pkcs8_der().map_err(|_| AccountsError::Crypto)?.as_bytes().to_vec())
        }
        Alg::Es256 => {
            let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
            Ok(key.map_err(|_| AccountsError::Crypto)?.as_ref().to_vec())
        }
        Alg::Hs256 => Err(AccountsError::Crypto),
    }
}

impl SigningKey {
    /// Reads a private key.
    pub(super) fn read(alg: Alg, pkcs8: &[u8], created_at: Timestamp) -> Result<Self, AccountsError> {
        match alg {
            Alg::Rs256 => {
                let pair = rsa::KeyPair::from_pkcs8(pkcs8).map_err(|_| AccountsError::Key)?;
                let public: rsa::PublicKeyComponents<Vec<u8>> = pair.public().into();
                let kid = name(pair.public().as_ref());
                let public = PublicKey::rsa(kid.clone(), public.n, public.e);
                Ok(Self { public, kid, created_at, pair: Pair::Rsa(Box::new(pair)) })
            }
            Alg::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
                    .map_err(|_| AccountsError::Key)?;
                let point = pair.public_key().as_ref().to_vec();
                let kid = name(&point);
                Ok(Self {
                    public: PublicKey::point(kid.clone(), point),
                    kid,
                    created_at,
                    pair: Pair::Ec(Box::new(pair)),
                })
            }
            Alg::Hs256 => Err(AccountsError::Key),
        }
    }

    /// The signature of a message. Takes a millisecond or more: not for an async thread.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, AccountsError> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(|_| AccountsError::Crypto)?;
                Ok(signature)
            }
            Pair::Ec(pair) => Ok(pair.sign(&random, message).map_err(|_| AccountsError::Crypto)?.as_ref().to_vec()),
        }
    }
}

fn name(public: &[u8]) -> String {
    encode(digest::digest(&digest::SHA256, public).as_ref().get(..KID).unwrap_or_default())
}
