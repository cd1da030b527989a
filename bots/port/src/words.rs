//! The few words that channels say of their own accord, in every language that the wizard speaks: captions of a card, the two
//! answers to the question before publishing, why a message was not taken in.
//!
//! A channel that needs more words of its own adds them to `data/`, in all languages; a test fails otherwise.

use std::sync::LazyLock;

use catalogue::Catalogue;

static WORDS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(&[
        ("en", include_str!("../data/en.toml")),
        ("fr", include_str!("../data/fr.toml")),
        ("es", include_str!("../data/es.toml")),
        ("zh", include_str!("../data/zh.toml")),
    ])
});

/// A phrase in this language, its `{placeholders}` filled; English where the language is not spoken. `key` is one of those in
/// `data/en.toml`.
#[must_use]
pub fn words(language: &str, key: &str, values: &[(&str, &str)]) -> String {
    WORDS.fill(language, key, values)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_language_says_everything() {
        assert_eq!(super::WORDS.differences(), Vec::<String>::new());
    }
}
