//! A word for all dates of a series: "publish all dates", "publie toutes les dates", "publica todas las fechas", "全部发布".
//!
//! Promises: only a message that says this and nothing else is one. The turns of phrase are data (`data/series.toml`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Phrases {
    /// What may stand before and behind.
    polite: Vec<String>,
    /// Whole sentences.
    all: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static PHRASES: LazyLock<BTreeMap<String, Phrases>> =
    LazyLock::new(|| toml::from_str(include_str!("data/series.toml")).expect("phrases about series"));

/// The longest message that is looked at, in bytes.
const LONGEST: usize = 200;

/// Whether a message asks to publish all dates.
pub fn asks_for_all(text: &str) -> bool {
    let marks = ['.', '!', '?', '。', '！', '？', '¡', '¿', ',', '，', ' '];
    if text.len() > LONGEST {
        return false;
    }
    let said = text.to_lowercase().replace('’', "'");
    let said = said.trim_matches(|letter: char| letter.is_whitespace() || marks.contains(&letter));
    PHRASES.values().any(|phrases| {
        let mut rest = said;
        loop {
            if phrases.all.iter().any(|sentence| sentence == rest) {
                return true;
            }
            let shorter = phrases.polite.iter().find_map(|word| {
                rest.strip_prefix(word.as_str())
                    .or_else(|| rest.strip_suffix(word.as_str()))
                    .filter(|rest| !rest.is_empty())
            });
            let Some(shorter) = shorter else { return false };
            rest = shorter.trim_matches(|letter: char| letter.is_whitespace() || marks.contains(&letter));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_all_dates_is_understood_in_each_language() {
        for text in [
            "publish all dates",
            "Please publish all the dates!",
            "OK, publish the whole series now",
            "publish the rest",
            "Publie toutes les dates",
            "Publiez toute la série, s’il vous plaît.",
            "publica todas las fechas",
            "¡Publica toda la serie, por favor!",
            "全部发布",
            "请发布所有日期。",
        ] {
            assert!(asks_for_all(text), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_one() {
        for text in [
            "publish",
            "publish it",
            "do not publish all dates",
            "publish all dates on Friday",
            "all dates",
            "when are all the dates?",
            "please",
            "",
            "发布",
        ] {
            assert!(!asks_for_all(text), "{text}");
        }
    }
}
