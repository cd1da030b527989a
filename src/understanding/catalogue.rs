//! What the wizard says, from the data file of each language.
//!
//! Promises: every language has every phrase of the English file and no other; a test fails otherwise.

use std::collections::BTreeMap;
use std::sync::LazyLock;

type Phrases = BTreeMap<String, String>;

const SOURCES: [(&str, &str); 4] = [
    ("en", include_str!("data/answers.en.toml")),
    ("fr", include_str!("data/answers.fr.toml")),
    ("es", include_str!("data/answers.es.toml")),
    ("zh", include_str!("data/answers.zh.toml")),
];

static PHRASES: LazyLock<Vec<(&str, Phrases)>> =
    LazyLock::new(|| SOURCES.iter().map(|(language, source)| (*language, parse(source).unwrap_or_default())).collect());

fn parse(source: &str) -> Result<Phrases, toml::de::Error> {
    toml::from_str(source)
}

/// A phrase as it is; English where the language is not spoken.
pub(super) fn phrase(language: &str, key: &str) -> String {
    let of =
        |wanted: &str| PHRASES.iter().find(|(known, _)| *known == wanted).and_then(|(_, phrases)| phrases.get(key));
    of(language).or_else(|| of("en")).cloned().unwrap_or_default()
}

/// A phrase with its `{placeholders}` filled.
pub(super) fn fill(language: &str, key: &str, values: &[(&str, &str)]) -> String {
    let mut rest = phrase(language, key);
    let mut text = String::with_capacity(rest.len() + 32);
    // One pass: a value that looks like a placeholder stays as it is.
    while let Some((before, name, after)) = next_placeholder(&rest) {
        text.push_str(before);
        text.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = after.to_owned();
    }
    text.push_str(&rest);
    text
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, tail) = text.split_once('{')?;
    let (name, after) = tail.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_phrase_with_the_same_placeholders() {
        let files = SOURCES.map(|(language, source)| {
            let phrases = parse(source).unwrap_or_else(|error| panic!("{language}: {error}"));
            (language, phrases)
        });
        let (_, english) = &files[0];
        for (language, phrases) in &files {
            let missing: Vec<_> = english.keys().filter(|key| !phrases.contains_key(*key)).collect();
            let needless: Vec<_> = phrases.keys().filter(|key| !english.contains_key(*key)).collect();
            assert!(
                missing.is_empty() && needless.is_empty(),
                "{language}: missing {missing:?}, needless {needless:?}"
            );
            for (key, phrase) in phrases {
                assert_eq!(placeholders(phrase), placeholders(&english[key]), "{language}: {key}");
            }
        }
    }

    fn placeholders(text: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut rest = text;
        while let Some((_, name, after)) = next_placeholder(rest) {
            names.push(name.to_owned());
            rest = after;
        }
        names.sort();
        names.dedup();
        names
    }

    #[test]
    fn a_value_is_never_read_as_a_template() {
        assert_eq!(fill("en", "published", &[("name", "{url}"), ("url", "x")]).matches("{url}").count(), 1);
    }
}
