//! The half of a key that proves a signature, and its form in a JWKS (RFC 7517).

use ring::hmac;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Value, json};

use super::{Alg, decode, encode};

/// Bytes of one coordinate of a point on P-256.
const COORDINATE: usize = 32;

/// What proves a signature.
#[derive(Clone)]
pub struct PublicKey {
    /// Its name; a shared secret has none.
    pub kid: Option<String>,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// The uncompressed point.
    Point(Vec<u8>),
    Secret(hmac::Key),
}

impl PublicKey {
    /// An RSA key by its modulus and exponent, big-endian.
    pub(super) fn rsa(kid: String, n: Vec<u8>, e: Vec<u8>) -> Self {
        Self { kid: Some(kid), proof: Proof::Rsa { n, e } }
    }

    /// A key on P-256 by its uncompressed point.
    pub(super) fn point(kid: String, point: Vec<u8>) -> Self {
        Self { kid: Some(kid), proof: Proof::Point(point) }
    }

    /// A secret that both sides know.
    pub fn secret(secret: &[u8]) -> Self {
        Self { kid: None, proof: Proof::Secret(hmac::Key::new(hmac::HMAC_SHA256, secret)) }
    }

    /// The only way of signing that this key proves.
    pub fn alg(&self) -> Alg {
        match self.proof {
            Proof::Rsa { .. } => Alg::Rs256,
            Proof::Point(_) => Alg::Es256,
            Proof::Secret(_) => Alg::Hs256,
        }
    }

    /// Whether the signature is that of the message.
    pub fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.proof {
            Proof::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            Proof::Point(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            Proof::Secret(key) => hmac::verify(key, message, signature).is_ok(),
        }
    }

    /// As others read it; a secret is shown to nobody.
    pub fn jwk(&self) -> Option<Value> {
        let mut jwk = match &self.proof {
            Proof::Rsa { n, e } => json!({"kty": "RSA", "n": encode(n), "e": encode(e)}),
            Proof::Point(point) => {
                let (x, y) = point.get(1..)?.split_at_checked(COORDINATE)?;
                json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)})
            }
            Proof::Secret(_) => return None,
        };
        let known = jwk.as_object_mut()?;
        known.insert("kid".to_owned(), self.kid.clone().into());
        known.insert("alg".to_owned(), self.alg().as_str().into());
        known.insert("use".to_owned(), "sig".into());
        known.insert("key_ops".to_owned(), json!(["verify"]));
        known.insert("ext".to_owned(), true.into());
        Some(jwk)
    }

    /// A key of somebody else's JWKS; `None` for a kind that we do not prove with.
    pub fn of_jwk(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| text(name).and_then(decode);
        let kid = text("kid")?.to_owned();
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let key = match (text("kty")?, text("crv")) {
            ("RSA", None) => Self::rsa(kid, bytes("n")?, bytes("e")?),
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                if x.len() != COORDINATE || y.len() != COORDINATE {
                    return None;
                }
                Self::point(kid, [&[4], x.as_slice(), y.as_slice()].concat())
            }
            _ => return None,
        };
        text("alg").is_none_or(|alg| alg == key.alg().as_str()).then_some(key)
    }
}
