//! What the wizard says, from the data file of each language.
//!
//! Promises: every language has every phrase of the English file and no other; a test fails otherwise.

use std::sync::LazyLock;

use ::catalogue::Catalogue;

static PHRASES: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(&[
        ("en", include_str!("data/answers.en.toml")),
        ("fr", include_str!("data/answers.fr.toml")),
        ("es", include_str!("data/answers.es.toml")),
        ("zh", include_str!("data/answers.zh.toml")),
    ])
});

/// A phrase as it is; English where the language is not spoken.
pub(super) fn phrase(language: &str, key: &str) -> String {
    PHRASES.phrase(language, key)
}

/// A phrase with its `{placeholders}` filled.
pub(super) fn fill(language: &str, key: &str, values: &[(&str, &str)]) -> String {
    PHRASES.fill(language, key, values)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_language_has_every_phrase_with_the_same_placeholders() {
        assert_eq!(super::PHRASES.differences(), Vec::<String>::new());
    }
}
