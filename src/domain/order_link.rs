//! Links and forms that cannot be made up: an order's page is reached by a link that we signed, and a form counts once.
//!
//! Promises: who does not know the key can neither guess a link nor change one into another's; nothing here says whether an
//! order exists; a comparison takes the same time whichever byte is wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::array::Array;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A form may be sent for so long after it was shown, in seconds.
const FORM_LIFE_S: i64 = 24 * 3600;
/// Bytes of a signature: 128 bits cannot be tried out.
const MARK: usize = 16;
/// Letters of a ticket's code that cannot be taken for one another (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Signs and reads.
#[derive(Clone)]
pub struct Signer(Vec<u8>);

impl Signer {
    /// With this key.
    pub fn new(key: Vec<u8>) -> Self {
        Self(key)
    }

    /// What stands in the address of an order's page.
    pub fn order(&self, order: Uuid) -> String {
        self.seal("order", order.as_bytes())
    }

    /// The order of such an address.
    pub fn read_order(&self, token: &str) -> Option<Uuid> {
        self.unseal("order", token).and_then(|id| Uuid::from_slice(&id).ok())
    }

    /// What a form for this event carries; another one each time.
    pub fn form(&self, event: Uuid, fresh: Uuid, now: Timestamp) -> String {
        let said = [fresh.as_bytes().as_slice(), &now.as_second().to_be_bytes()].concat();
        self.seal(&format!("form {event}"), &said)
    }

    /// What such a form is known by, if it is ours, of this event, and not too old.
    pub fn read_form(&self, event: Uuid, token: &str, now: Timestamp) -> Option<[u8; 32]> {
        let said = self.unseal(&format!("form {event}"), token)?;
        let at = said.get(16..24).and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes)?;
        let is_fresh = (0..=FORM_LIFE_S).contains(&now.as_second().saturating_sub(at));
        is_fresh.then(|| Sha256::digest(&said).into())
    }

    fn mac(&self, what: &str, said: &[u8]) -> Hmac<Sha256> {
        // A key of any length is one (RFC 2104).
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| Hmac::new(&Array::default()));
        mac.update(what.as_bytes());
        mac.update(&[0]);
        mac.update(said);
        mac
    }

    fn seal(&self, what: &str, said: &[u8]) -> String {
        let mark = self.mac(what, said).finalize().into_bytes();
        let bytes: Vec<u8> = said.iter().copied().chain(mark.into_iter().take(MARK)).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn unseal(&self, what: &str, token: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, mark) = bytes.split_at_checked(bytes.len().checked_sub(MARK)?)?;
        self.mac(what, said).verify_truncated_left(mark).ok()?;
        Some(said.to_vec())
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

/// What something of ours is known by, in 32 bytes.
pub fn key_of(what: &str, id: Uuid) -> [u8; 32] {
    Sha256::digest([what.as_bytes(), id.as_bytes()].concat()).into()
}

/// A ticket's code from a fresh id: 80 bits, as people can read it out: `K7QD-M2XP-9RTA-4WZC`.
pub fn code(fresh: Uuid) -> String {
    let digest = Sha256::digest(fresh.as_bytes());
    let bits = digest.iter().take(10).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut text = String::with_capacity(19);
    for place in (0..16_u32).rev() {
        let index = usize::try_from(bits >> (5 * place) & 31).unwrap_or(0);
        text.extend(LETTERS.get(index).map(|letter| char::from(*letter)));
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
    }
    text
}

/// A code as somebody typed or scanned it, in its one written form; `None`: it is no code.
pub fn read_code(text: &str) -> Option<String> {
    let letter = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(letter).collect();
    let lawful = letters.len() == 16 && letters.iter().all(|c| c.is_ascii() && LETTERS.contains(&(*c as u8)));
    lawful.then(|| letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_link_is_its_orders_alone() {
        let signer = Signer::new(vec![7; 32]);
        let id = Uuid::from_u128(42);
        let token = signer.order(id);
        assert_eq!((token.len(), signer.read_order(&token)), (43, Some(id)));
        assert_eq!(Signer::new(vec![8; 32]).read_order(&token), None);
        for at in 0..token.len() {
            let mut forged: Vec<char> = token.chars().collect();
            forged[at] = if forged[at] == 'A' { 'B' } else { 'A' };
            assert_eq!(signer.read_order(&forged.iter().collect::<String>()), None, "letter {at}");
        }
        for odd in ["", "A", "....", &token[1..], &format!("{token}A"), &"A".repeat(5000)] {
            assert_eq!(signer.read_order(odd), None);
        }
    }

    #[test]
    fn a_form_is_of_its_event_and_of_its_day() {
        let signer = Signer::new(vec![7; 32]);
        let (event, shown) = (Uuid::from_u128(1), at("2026-12-01T12:00:00Z"));
        let form = signer.form(event, Uuid::from_u128(2), shown);
        let key = signer.read_form(event, &form, at("2026-12-02T12:00:00Z"));
        assert!(key.is_some());
        assert_ne!(key, signer.read_form(event, &signer.form(event, Uuid::from_u128(3), shown), shown));
        assert_eq!(signer.read_form(event, &form, at("2026-12-02T12:00:01Z")), None);
        assert_eq!(signer.read_form(event, &form, at("2026-12-01T11:59:59Z")), None);
        assert_eq!(signer.read_form(Uuid::from_u128(9), &form, shown), None);
        assert_eq!(signer.read_order(&form), None);
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code = code(Uuid::from_u128(5));
        assert_eq!((code.len(), read_code(&code).as_deref()), (19, Some(code.as_str())));
        assert_eq!(read_code(&format!(" {} ", code.to_lowercase().replace('-', " "))), Some(code));
        assert_eq!(read_code("oil0 0000 0000 0000").as_deref(), Some("0110-0000-0000-0000"));
        for odd in ["", "K7QD", "U000-0000-0000-0000", "é000-0000-0000-0000", &"0".repeat(17)] {
            assert_eq!(read_code(odd), None, "{odd}");
        }
    }
}
