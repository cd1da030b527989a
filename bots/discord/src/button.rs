//! What a component carries: which act, whose it is, and what it refers to, in at most 100 characters that say nothing to a reader.
//!
//! `e1.<act>.<owner>.<session>.<what>`: the version is first, so that ids of an older program are told from others' and
//! answered as out of date. The owner is checked at every press, because anybody in a server can press a button.

use crate::limits::CUSTOM_ID;
use crate::markup::units;

const VERSION: &str = "e1";
const BASE: u32 = 36;

/// What a press asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// This suggestion.
    Pick(String),
    /// The suggestion that the menu gave.
    Menu,
    /// Says what stands on the button.
    Say,
    /// "Yes, publish exactly this."
    Confirm {
        /// The revision that was shown.
        revision: i64,
        /// Single use.
        token: String,
    },
    /// "Not yet."
    Decline,
    /// Opens the form to answer in; as the id of that form: what was typed into it.
    Ask,
    /// Opens the form that changes the event; as the id of that form: what was typed into it.
    Change,
    /// The answer to a question about linking.
    Link {
        /// Which question.
        request: String,
        /// The answer.
        yes: bool,
    },
    /// The draft that the menu gave.
    Drafts,
}

/// A component's id, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Button {
    /// The account that may press it.
    pub(crate) owner: u64,
    /// The session that it belongs to; `None`: none in particular.
    pub(crate) session: Option<String>,
    /// What it asks for.
    pub(crate) act: Act,
}

/// Why an id is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// An older or newer program's.
    OutOfDate,
    /// Not made by this program.
    Unknown,
}

impl Button {
    /// The id; `None` when it would be too long, so that the choice is offered in words instead.
    pub(crate) fn id(&self) -> Option<String> {
        let (act, what) = match &self.act {
            Act::Pick(id) => ("p", id.clone()),
            Act::Menu => ("m", String::new()),
            Act::Say => ("s", String::new()),
            Act::Confirm { revision, token } => ("y", format!("{revision}.{token}")),
            Act::Decline => ("n", String::new()),
            Act::Ask => ("a", String::new()),
            Act::Change => ("c", String::new()),
            Act::Link { request, yes: true } => ("l", request.clone()),
            Act::Link { request, yes: false } => ("r", request.clone()),
            Act::Drafts => ("d", String::new()),
        };
        let id = format!(
            "{VERSION}.{act}.{}.{}.{what}",
            short(self.owner.into()),
            self.session.as_deref().map(folded).unwrap_or_default()
        );
        (units(&id) <= CUSTOM_ID).then_some(id)
    }

    /// Reads an id.
    pub(crate) fn read(id: &str) -> Result<Self, Foreign> {
        let mut parts = id.splitn(5, '.');
        let version = parts.next().unwrap_or_default();
        if version != VERSION {
            let older = version
                .strip_prefix('e')
                .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty());
            return Err(if older { Foreign::OutOfDate } else { Foreign::Unknown });
        }
        let (Some(act), Some(owner), Some(session), Some(what)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Foreign::OutOfDate);
        };
        let owner = u64::from_str_radix(owner, BASE).map_err(|_| Foreign::OutOfDate)?;
        let act = match act {
            "p" => Act::Pick(what.to_owned()),
            "m" => Act::Menu,
            "s" => Act::Say,
            "y" => {
                let read =
                    what.split_once('.').and_then(|(revision, token)| Some((revision.parse().ok()?, token.to_owned())));
                let (revision, token) = read.ok_or(Foreign::OutOfDate)?;
                Act::Confirm { revision, token }
            }
            "n" => Act::Decline,
            "a" => Act::Ask,
            "c" => Act::Change,
            "l" | "r" => Act::Link { request: what.to_owned(), yes: act == "l" },
            "d" => Act::Drafts,
            _ => return Err(Foreign::OutOfDate),
        };
        let session = if session.is_empty() { None } else { Some(unfolded(session).ok_or(Foreign::OutOfDate)?) };
        Ok(Self { owner, session, act })
    }
}

/// A number in few characters.
fn short(mut number: u128) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(number % u128::from(BASE)).unwrap_or_default();
        digits.extend(char::from_digit(digit, BASE));
        number /= u128::from(BASE);
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// A UUID in few characters; another id behind a mark.
fn folded(id: &str) -> String {
    let number = u128::from_str_radix(&id.replace('-', ""), 16).ok();
    number.filter(|number| uuid(*number) == id).map_or_else(|| format!("~{}", id.replace('.', "")), short)
}

fn unfolded(id: &str) -> Option<String> {
    match id.strip_prefix('~') {
        Some(id) => Some(id.to_owned()),
        None => u128::from_str_radix(id, BASE).ok().map(uuid),
    }
}

fn uuid(number: u128) -> String {
    let digits = format!("{number:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn acts() -> impl Strategy<Value = Act> {
        prop_oneof![
            "[0-9a-f-]{36}".prop_map(Act::Pick),
            Just(Act::Menu),
            Just(Act::Say),
            (any::<i64>(), "[0-9a-f]{32}").prop_map(|(revision, token)| Act::Confirm { revision, token }),
            Just(Act::Decline),
            Just(Act::Ask),
            Just(Act::Change),
            ("[0-9a-f-]{36}", any::<bool>()).prop_map(|(request, yes)| Act::Link { request, yes }),
            Just(Act::Drafts),
        ]
    }

    proptest! {
        #[test]
        fn an_id_says_what_was_put_into_it(owner: u64, session in prop::option::of(any::<u128>().prop_map(uuid)), act in acts()) {
            let button = Button { owner, session, act };
            let id = button.id().unwrap();
            prop_assert!(id.len() <= CUSTOM_ID && id.is_ascii());
            prop_assert_eq!(Button::read(&id), Ok(button));
        }

        #[test]
        fn whatever_comes_back_is_read_or_refused(id in "\\PC{0,120}") {
            if let Ok(button) = Button::read(&id) {
                prop_assert!(button.id().is_none_or(|again| Button::read(&again) == Ok(button)));
            }
        }
    }

    #[test]
    fn ids_of_others_are_told_from_old_ones() {
        assert_eq!(Button::read("e0.p.1.x"), Err(Foreign::OutOfDate));
        assert_eq!(Button::read("e2.p.1.x"), Err(Foreign::OutOfDate));
        assert_eq!(Button::read("e1.p.1"), Err(Foreign::OutOfDate));
        assert_eq!(Button::read("e1.?.1..x"), Err(Foreign::OutOfDate));
        assert_eq!(Button::read("poll:7"), Err(Foreign::Unknown));
        assert_eq!(Button::read(""), Err(Foreign::Unknown));
        let too_long = Button { owner: u64::MAX, session: None, act: Act::Pick("x".repeat(100)) };
        assert_eq!(too_long.id(), None);
        let named = Button { owner: 7, session: Some("session-1".to_owned()), act: Act::Menu };
        assert_eq!(named.id().unwrap(), "e1.m.7.~session-1.");
        assert_eq!(Button::read("e1.m.7.~session-1."), Ok(named));
    }
}
