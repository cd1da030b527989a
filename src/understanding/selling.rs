//! What an organizer asks about the sales of a published event: how many tickets are sold, and money back for somebody.
//!
//! Promises: only words that plainly ask are taken; a name is what stands where a name stands, and is looked up, never guessed.
//! The turns of phrase are data (`data/selling.toml`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The longest message that is looked at, in characters.
const CHARS: usize = 200;
/// The longest name, in characters.
const NAME_CHARS: usize = 100;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// How many tickets are sold.
    Sold,
    /// Money back for this person.
    Refund {
        /// A name, an address, or a part of one.
        who: String,
    },
}

#[derive(Debug, Deserialize)]
struct Phrases {
    /// One of each list stands in the message.
    count: Vec<String>,
    sold: Vec<String>,
    /// Before what is meant.
    polite: Vec<String>,
    /// Whole sentences with `{who}`.
    refund: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static PHRASES: LazyLock<BTreeMap<String, Phrases>> =
    LazyLock::new(|| toml::from_str(include_str!("data/selling.toml")).expect("phrases about sales"));

/// What a message asks about sales; `None`: nothing.
pub fn read(text: &str) -> Option<Asked> {
    let said = text.trim().trim_end_matches(['.', '!', '?', '。', '！', '？', ' ']).replace('’', "'");
    if said.chars().count() > CHARS {
        return None;
    }
    let lower = said.to_lowercase();
    // Lower case that has another length would shift what is cut out.
    let names = if lower.len() == said.len() { &said } else { &lower };
    PHRASES.values().find_map(|phrases| phrases.refund(&lower, names)).or_else(|| {
        let asks = |phrases: &Phrases| {
            let has = |words: &[String]| words.iter().any(|word| lower.contains(word.as_str()));
            has(&phrases.count) && has(&phrases.sold)
        };
        PHRASES.values().any(asks).then_some(Asked::Sold)
    })
}

impl Phrases {
    fn refund(&self, lower: &str, names: &str) -> Option<Asked> {
        let mut from = 0;
        while let Some(word) =
            self.polite.iter().find(|word| lower.get(from..).is_some_and(|rest| rest.starts_with(word.as_str())))
        {
            from += word.len();
        }
        let (lower, names) = (lower.get(from..)?, names.get(from..)?);
        self.refund.iter().find_map(|sentence| {
            let (before, after) = sentence.split_once("{who}")?;
            let until = lower.strip_prefix(before)?.strip_suffix(after)?.len() + before.len();
            let who = names.get(before.len()..until)?.trim();
            let fits = !who.is_empty() && who.chars().count() <= NAME_CHARS && who.split_whitespace().count() <= 5;
            // "Refund everybody", "refund policy": no name.
            let is_name = fits && !NOBODY.contains(&who.to_lowercase().as_str());
            is_name.then(|| Asked::Refund { who: who.to_owned() })
        })
    }
}

/// What stands where a name could, and is none.
const NOBODY: &[&str] =
    &["everybody", "everyone", "all", "them", "policy", "tout le monde", "a todos", "todos", "所有人", "大家"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_sales_are_understood_in_each_language() {
        for text in [
            "How many tickets are sold?",
            "how many have we sold so far",
            "Combien de billets sont vendus ?",
            "¿Cuántas entradas se han vendido?",
            "卖了多少张票？",
        ] {
            assert_eq!(read(text), Some(Asked::Sold), "{text}");
        }
        for text in
            ["Make it 200 people", "Sold out events are great", "How many people fit in?", "", "tickets cost 20 euros"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn money_back_is_for_somebody_who_is_named() {
        let known = [
            ("Refund Ana's order", "Ana"),
            ("please refund Ana María’s tickets.", "Ana María"),
            ("Can you refund bo@example.com?", "bo@example.com"),
            ("Give Zoë her money back", "Zoë"),
            ("Rembourse la commande d'Ana", "Ana"),
            ("Merci de rembourser Luc Martin", "Luc Martin"),
            ("Por favor, devuelve el dinero a José", "José"),
            ("reembolsa el pedido de Ana", "Ana"),
            ("请给王伟退款", "王伟"),
        ];
        for (text, who) in known {
            assert_eq!(read(text), Some(Asked::Refund { who: who.to_owned() }), "{text}");
        }
        for text in [
            "Refunds until seven days before",
            "refund policy",
            "Refund everybody",
            "full refund if you cancel a week before the event starts",
            "refund",
        ] {
            assert!(!matches!(read(text), Some(Asked::Refund { .. })), "{text}");
        }
    }
}
