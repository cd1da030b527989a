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

/// Of the languages that are spoken here the one that a browser likes best, from its `Accept-Language` (RFC 9110 section 12.5.4).
#[must_use]
pub fn tongue(accepted: &str) -> Option<&'static str> {
    let mut best: Option<(f32, &'static str)> = None;
    for entry in accepted.split(',') {
        let mut parts = entry.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
        let liked = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        let main = tag.split(['-', '_']).next().unwrap_or_default();
        let (Some(known), Ok(liked)) = (WORDS.languages().find(|known| *known == main), liked) else { continue };
        if liked > best.map_or(0.0, |(most, _)| most) {
            best = Some((liked, known));
        }
    }
    best.map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tongue_is_the_one_that_is_liked_best() {
        assert_eq!(super::tongue("de-DE, FR-ca;q=0.8, en;q=0.5"), Some("fr"));
        assert_eq!(super::tongue("en;q=0.2, zh-Hant-TW;q=0.9"), Some("zh"));
        assert_eq!([super::tongue("fr;q=0, de"), super::tongue("*"), super::tongue("")], [None; 3]);
        assert_eq!(super::tongue("fr;q=x, es"), Some("es"));
    }

    #[test]
    fn every_language_says_everything() {
        assert_eq!(super::WORDS.differences(), Vec::<String>::new());
    }
}
