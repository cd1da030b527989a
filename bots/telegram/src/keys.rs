//! What a button carries: at most 64 bytes, versioned, opaque to whoever reads it.
//!
//! Promises: what was packed comes out as it was; what is not ours, or from another version, is nothing. Ids are packed as their bytes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// The most that Telegram takes.
const MOST: usize = 64;
/// Before a packed id.
const PACKED: char = '~';
/// Before a packed token: an id in 32 digits.
const PLAIN: char = '%';
const SEPARATOR: char = '|';

/// What a press means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// A suggestion of a session.
    Pick { session: String, choice: String },
    /// Says what stands on the button.
    Say { session: String },
    /// "Publish exactly this".
    Confirm { session: String, revision: i64, token: String },
    /// "Not yet".
    Decline { session: String },
    /// Go on with this session.
    Resume { session: String },
    /// Speak this language.
    Language(String),
    /// Whether a chat belongs to an account.
    Link { request: String, yes: bool },
}

impl Key {
    /// As a button carries it; `None` when it is too long.
    pub(crate) fn pack(&self) -> Option<String> {
        let parts = match self {
            Self::Pick { session, choice } => vec!["1p".to_owned(), short(session), short(choice)],
            Self::Say { session } => vec!["1s".to_owned(), short(session)],
            Self::Confirm { session, revision, token } => {
                vec!["1y".to_owned(), short(session), revision.to_string(), short(token)]
            }
            Self::Decline { session } => vec!["1n".to_owned(), short(session)],
            Self::Resume { session } => vec!["1r".to_owned(), short(session)],
            Self::Language(language) => vec!["1l".to_owned(), language.clone()],
            Self::Link { request, yes } => {
                vec!["1k".to_owned(), short(request), if *yes { "y" } else { "n" }.to_owned()]
            }
        };
        let lawful = parts.iter().all(|part| !part.contains(SEPARATOR));
        let text = parts.join(&SEPARATOR.to_string());
        (lawful && text.len() <= MOST).then_some(text)
    }

    /// What a press carries; `None` for what is not ours.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(SEPARATOR);
        let kind = parts.next()?;
        let mut next = || parts.next().and_then(long);
        let key = match kind {
            "1p" => Self::Pick { session: next()?, choice: next()? },
            "1s" => Self::Say { session: next()? },
            "1y" => Self::Confirm { session: next()?, revision: next()?.parse().ok()?, token: next()? },
            "1n" => Self::Decline { session: next()? },
            "1r" => Self::Resume { session: next()? },
            "1l" => Self::Language(next()?),
            "1k" => Self::Link { request: next()?, yes: next()? == "y" },
            _ => return None,
        };
        parts.next().is_none().then_some(key)
    }
}

/// An id as its bytes where it is one.
fn short(text: &str) -> String {
    let packed = |mark: char, id: Uuid| format!("{mark}{}", URL_SAFE_NO_PAD.encode(id.as_bytes()));
    match text.parse::<Uuid>() {
        Ok(id) if id.hyphenated().to_string() == text => packed(PACKED, id),
        Ok(id) if id.simple().to_string() == text => packed(PLAIN, id),
        _ => text.to_owned(),
    }
}

fn long(text: &str) -> Option<String> {
    let id = |packed: &str| Uuid::from_slice(&URL_SAFE_NO_PAD.decode(packed).ok()?).ok();
    if let Some(packed) = text.strip_prefix(PACKED) {
        return Some(id(packed)?.hyphenated().to_string());
    }
    if let Some(packed) = text.strip_prefix(PLAIN) {
        return Some(id(packed)?.simple().to_string());
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_and_fits() {
        let id = "7f0c1b52-9f5e-4bb4-9c0a-0d8f3b1f2a11".to_owned();
        let token = "7f0c1b529f5e4bb49c0a0d8f3b1f2a11".to_owned();
        for key in [
            Key::Pick { session: id.clone(), choice: id.clone() },
            Key::Confirm { session: id.clone(), revision: 1_234_567, token },
            Key::Confirm { session: "session-1".to_owned(), revision: -1, token: "secret-no".to_owned() },
            Key::Pick { session: "session-1".to_owned(), choice: "id:odd:first".to_owned() },
            Key::Decline { session: id.clone() },
            Key::Say { session: id.clone() },
            Key::Resume { session: id.clone() },
            Key::Language("zh".to_owned()),
            Key::Link { request: id, yes: true },
        ] {
            let text = key.pack().unwrap();
            assert!(text.len() <= MOST, "{text}");
            assert_eq!(Key::read(&text), Some(key), "{text}");
        }
        assert_eq!(Key::Pick { session: "s".repeat(40), choice: "c".repeat(40) }.pack(), None);
        for foreign in ["", "x", "2p|a|b", "1p|a", "1p|a|b|c", "1p|~x|b", "1y|a|x|b"] {
            assert_eq!(Key::read(foreign), None, "{foreign}");
        }
    }
}
