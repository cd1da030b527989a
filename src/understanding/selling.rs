//! What an organizer asks about the sales of a published event: how many tickets are sold, money back for somebody, a letter to all.
//!
//! Promises: only words that plainly ask are taken; a name is what stands where a name stands, and is looked up, never guessed.
//! The turns of phrase are data (`data/selling.toml`).

use std::collections::BTreeMap;
use std::ops::Range;
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
    /// Words for everybody who has a ticket.
    Letter,
    /// Money back for this person.
    Refund {
        /// A name, an address, or a part of one; the code of one of the order's tickets.
        who: String,
        /// For so many tickets; `None`: for the whole order.
        tickets: Option<u32>,
    },
}

#[derive(Debug, Deserialize)]
struct Phrases {
    /// One of each list stands in the message.
    count: Vec<String>,
    sold: Vec<String>,
    /// Before what is meant.
    polite: Vec<String>,
    /// How a wish to write to all guests begins, with `{guests}`.
    letter: Vec<String>,
    /// What all guests are called.
    guests: Vec<String>,
    /// Whole sentences with `{who}`, and `{n}` tickets of theirs; `{all}` is how many they have.
    part: Vec<String>,
    /// From one on, the words for so many.
    numbers: Vec<Vec<String>>,
    /// Whole sentences with `{who}`.
    refund: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static PHRASES: LazyLock<BTreeMap<String, Phrases>> =
    LazyLock::new(|| toml::from_str(include_str!("data/selling.toml")).expect("phrases about sales"));

/// What a message asks about sales; `None`: nothing.
pub fn read(text: &str) -> Option<Asked> {
    let said = text.trim().trim_end_matches(['.', '!', '?', '。', '！', '？', ' ']).replace('’', "'");
    // A letter may be long, and is known by how it begins.
    let head: String = said.chars().take(CHARS).collect::<String>().to_lowercase();
    if PHRASES.values().any(|phrases| phrases.begins_letter(&head)) {
        return Some(Asked::Letter);
    }
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
    /// Where the wish begins, behind the polite words.
    fn wish(&self, lower: &str) -> usize {
        let mut from = 0;
        while let Some(word) =
            self.polite.iter().find(|word| lower.get(from..).is_some_and(|rest| rest.starts_with(word.as_str())))
        {
            from += word.len();
        }
        from
    }

    /// "Let all guests know ...": one of the beginnings with one of the names for guests in it.
    fn begins_letter(&self, lower: &str) -> bool {
        let wish = lower.get(self.wish(lower)..).unwrap_or_default();
        self.letter.iter().filter_map(|begin| begin.split_once("{guests}")).any(|(before, after)| {
            let Some(rest) = wish.strip_prefix(before) else { return false };
            let ends = |rest: &str| rest.chars().next().is_none_or(|next| !next.is_ascii_alphanumeric());
            let known = |guests: &String| rest.strip_prefix(guests.as_str())?.strip_prefix(after);
            self.guests.iter().filter_map(known).any(ends)
        })
    }

    fn refund(&self, lower: &str, names: &str) -> Option<Asked> {
        let from = self.wish(lower);
        let (lower, names) = (lower.get(from..)?, names.get(from..)?);
        let refund = |slots: &Slots| {
            let who = names.get(slots.who.clone())?.trim();
            let fits = !who.is_empty() && who.chars().count() <= NAME_CHARS && who.split_whitespace().count() <= 5;
            // "Refund everybody", "refund policy": no name.
            let is_name = fits && !NOBODY.contains(&who.to_lowercase().as_str());
            is_name.then(|| Asked::Refund { who: who.to_owned(), tickets: slots.tickets })
        };
        let read = |sentence: &String| self.slots(sentence, lower, 0);
        // The part first: "one of Ana's tickets" would be a name, too.
        let part = self.part.iter().filter_map(read).find_map(|slots| refund(&slots));
        part.or_else(|| self.refund.iter().filter_map(read).find_map(|slots| refund(&slots)))
    }

    /// What fills the blanks of a sentence from this byte of the message on; a name ends where the words after it begin.
    fn slots(&self, sentence: &str, lower: &str, from: usize) -> Option<Slots> {
        let rest = lower.get(from..)?;
        let Some((before, after)) = sentence.split_once('{') else {
            return (rest == sentence).then(Slots::default);
        };
        let (blank, after) = after.split_once('}')?;
        let start = from + before.len();
        let filled = rest.strip_prefix(before)?;
        let next = after.split('{').next().unwrap_or_default();
        let length = match next {
            "" => filled.len(),
            // What ends the sentence ends the message.
            next if !after.contains('{') => filled.strip_suffix(next)?.len(),
            next => filled.find(next)?,
        };
        let value = filled.get(..length)?;
        let mut slots = self.slots(after, lower, start + length)?;
        match blank {
            "who" => slots.who = start..start + length,
            "n" => slots.tickets = Some(self.number(value)?),
            _ => {
                self.number(value)?;
            }
        }
        Some(slots)
    }

    /// In figures, or in words up to ten.
    fn number(&self, words: &str) -> Option<u32> {
        let figures = || words.parse().ok().filter(|count| *count > 0);
        let place = self.numbers.iter().position(|known| known.iter().any(|word| word == words));
        place.and_then(|place| u32::try_from(place + 1).ok()).or_else(figures)
    }
}

/// What fills the blanks of a sentence: where the name stands, and how many tickets.
#[derive(Debug, Default)]
struct Slots {
    who: Range<usize>,
    tickets: Option<u32>,
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
    fn a_letter_to_all_guests_is_told_by_how_it_begins() {
        let long = format!("write to all guests: {}", "we look forward to seeing you. ".repeat(20));
        for text in [
            "write to all guests that we start at 8",
            "Please tell my guests to bring cash",
            "let everybody know that the doors open at 7",
            "How do I email the guests?",
            "Écrivez à tous mes invités que nous commençons à 20 h",
            "préviens tout le monde",
            "Escribe a todos los invitados que empezamos a las 8",
            "avisa a todos los asistentes",
            "告诉所有来宾我们8点开始",
            "请给大家发个消息",
            long.as_str(),
        ] {
            assert_eq!(read(text), Some(Asked::Letter), "{text}");
        }
        for text in ["start at 8", "200 guests", "tell me about my guests", "给大家退款", "we told everyone already"]
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
            assert_eq!(read(text), Some(Asked::Refund { who: who.to_owned(), tickets: None }), "{text}");
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

    #[test]
    fn money_back_may_be_for_some_of_the_tickets() {
        let known = [
            ("refund one of Ana's two tickets", "Ana", 1),
            ("Refund 2 of Ana María's tickets", "Ana María", 2),
            ("please refund one ticket to bo@example.com", "bo@example.com", 1),
            ("give back 1 ticket of order AB12CD", "AB12CD", 1),
            ("rembourse un billet à Ana", "Ana", 1),
            ("Remboursez deux billets d'Ana", "Ana", 2),
            ("devuelve una entrada a Ana", "Ana", 1),
            ("Reembolsa 2 entradas del pedido AB12CD", "AB12CD", 2),
            ("退一张票给Ana", "Ana", 1),
            ("请给王伟退两张票", "王伟", 2),
        ];
        for (text, who, count) in known {
            assert_eq!(read(text), Some(Asked::Refund { who: who.to_owned(), tickets: Some(count) }), "{text}");
        }
        for text in ["refund some tickets to everybody", "refund 0 tickets to Ana", "rembourse les billets de Ana"] {
            assert!(!matches!(read(text), Some(Asked::Refund { tickets: Some(_), .. })), "{text}");
        }
    }
}
