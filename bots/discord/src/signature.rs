//! Whether a request comes from the platform: Ed25519 over its time and its body, and the time is now.
//!
//! Source: "Security and Authorization" of the platform's interactions endpoint. The age is our own rule (THREATS 7.10): a
//! request that somebody caught and sends again later is refused.

use ring::signature::{ED25519, UnparsedPublicKey};

/// How far the time of a request may be from ours, in seconds.
pub(crate) const MAX_AGE_S: u64 = 300;

/// The key that an application's interactions are signed with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicKey([u8; 32]);

impl PublicKey {
    /// From 64 hexadecimal digits; `None` for anything else.
    pub(crate) fn read(hex: &str) -> Option<Self> {
        bytes(hex.trim())?.try_into().ok().map(Self)
    }

    /// Whether this body was signed at this time, and the time is now.
    pub(crate) fn signed(&self, signature: &str, timestamp: &str, body: &[u8], now_s: u64) -> bool {
        let Some(signature) = bytes(signature).filter(|signature| signature.len() == 64) else { return false };
        let Some(at_s) = timestamp.parse::<u64>().ok().filter(|at_s| at_s.abs_diff(now_s) <= MAX_AGE_S) else {
            return false;
        };
        // Only the form that was signed: no sign, no leading zeros, no white space.
        if at_s.to_string() != timestamp {
            return false;
        }
        let message = [timestamp.as_bytes(), body].concat();
        UnparsedPublicKey::new(&ED25519, self.0).verify(&message, &signature).is_ok()
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).filter_map(|pair| Some(pair.first()? * 16 + pair.get(1)?)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    const NOW: u64 = 1_795_000_000;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }

    fn signed(timestamp: &str, body: &[u8]) -> (PublicKey, String) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let key = PublicKey::read(&hex(pair.public_key().as_ref())).unwrap();
        (key, hex(pair.sign(&[timestamp.as_bytes(), body].concat()).as_ref()))
    }

    #[test]
    fn a_request_of_now_is_taken_and_nothing_else() {
        let (key, signature) = signed(&NOW.to_string(), b"{}");
        let now = NOW.to_string();
        assert!(key.signed(&signature, &now, b"{}", NOW));
        assert!(
            key.signed(&signature, &now, b"{}", NOW + MAX_AGE_S)
                && key.signed(&signature, &now, b"{}", NOW - MAX_AGE_S)
        );
        assert!(!key.signed(&signature, &now, b"{}", NOW + MAX_AGE_S + 1), "too old");
        assert!(!key.signed(&signature, &now, b"{}", NOW - MAX_AGE_S - 1), "from the future");
        assert!(!key.signed(&signature, &now, b"{} ", NOW), "another body");
        assert!(!key.signed(&signature, &(NOW + 1).to_string(), b"{}", NOW), "another time");
        assert!(!key.signed(&format!("+{now}"), &now, b"{}", NOW));
        assert!(!key.signed(&signature[2..], &now, b"{}", NOW), "too short");
        assert!(!key.signed("", "", b"{}", NOW));
        for form in [format!("0{now}"), format!("+{now}"), format!("{now} ")] {
            let (key, signature) = signed(&form, b"{}");
            assert!(!key.signed(&signature, &form, b"{}", NOW), "{form:?} is no time");
        }
    }

    #[test]
    fn a_key_is_64_digits() {
        assert!(PublicKey::read(&"ab".repeat(32)).is_some());
        for wrong in ["", "ab", &"ab".repeat(31), &"ab".repeat(33), &"zz".repeat(32)] {
            assert!(PublicKey::read(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_noticed(body in prop::collection::vec(any::<u8>(), 1..200), place: prop::sample::Index, bit in 0_u8..8) {
            let now = NOW.to_string();
            let (key, signature) = signed(&now, &body);
            prop_assert!(key.signed(&signature, &now, &body, NOW));
            let mut changed = body.clone();
            changed[place.index(body.len())] ^= 1 << bit;
            prop_assert!(!key.signed(&signature, &now, &changed, NOW));
        }
    }
}
