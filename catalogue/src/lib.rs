//! Phrases in several languages: one TOML file each, `key = "words with {placeholders}"`.
//!
//! A room that speaks keeps its files beside it and one `static` of [`Catalogue`]; the first file is the one that is fallen back on.
//! Promises: a value is never read as a template; what a language lacks is found by [`Catalogue::differences`], which a test of
//! the room holds to be empty; a key that nobody wrote stops a build with debug assertions where it is used.

use std::collections::BTreeMap;

type Phrases = BTreeMap<String, String>;

/// The phrases of one room in all its languages.
#[derive(Debug)]
pub struct Catalogue(Vec<(&'static str, Result<Phrases, String>)>);

impl Catalogue {
    /// From `(language, TOML)`; a language is a tag as in `en`. A file that cannot be read is named by [`Self::differences`].
    #[must_use]
    pub fn new(files: &[(&'static str, &str)]) -> Self {
        Self(files.iter().map(|(language, toml)| (*language, parse(toml))).collect())
    }

    /// The languages, in the order of the files.
    pub fn languages(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(language, _)| *language)
    }

    /// A phrase as it is; the first file's where the language is not spoken.
    #[must_use]
    pub fn phrase(&self, language: &str, key: &str) -> String {
        let phrases = self.0.iter().find(|(known, _)| *known == language).or_else(|| self.0.first());
        let found = phrases.and_then(|(_, phrases)| phrases.as_ref().ok()?.get(key));
        debug_assert!(found.is_some(), "no phrase {key:?}");
        found.cloned().unwrap_or_default()
    }

    /// A phrase with its `{placeholders}` filled; one without a value is left out.
    #[must_use]
    pub fn fill(&self, language: &str, key: &str, values: &[(&str, &str)]) -> String {
        let phrase = self.phrase(language, key);
        let mut rest = phrase.as_str();
        let mut text = String::with_capacity(phrase.len() + 32);
        // One pass: a value that looks like a placeholder stays as it is.
        while let Some((before, name, after)) = next_placeholder(rest) {
            text.push_str(before);
            text.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// What keeps the languages from being equals: files that cannot be read, keys that are missing or needless, placeholders
    /// that differ from the first file's. Empty when all is well.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let Some((_, Ok(model))) = self.0.first() else { return vec!["the first file cannot be read".to_owned()] };
        self.0.iter().flat_map(|(language, phrases)| differences(language, phrases, model)).collect()
    }
}

fn parse(toml: &str) -> Result<Phrases, String> {
    toml::from_str(toml).map_err(|error| error.to_string())
}

fn differences(language: &str, phrases: &Result<Phrases, String>, model: &Phrases) -> Vec<String> {
    let phrases = match phrases {
        Ok(phrases) => phrases,
        Err(error) => return vec![format!("{language}: {error}")],
    };
    let lacks = model.keys().filter(|key| !phrases.contains_key(*key)).map(|key| format!("{language}: no {key}"));
    let differs = phrases.iter().filter_map(|(key, phrase)| match model.get(key) {
        None => Some(format!("{language}: {key} is needless")),
        Some(words) if placeholders(words) != placeholders(phrase) => {
            Some(format!("{language}: {key} has other placeholders"))
        }
        Some(_) if phrase.is_empty() => Some(format!("{language}: {key} is empty")),
        Some(_) => None,
    });
    lacks.chain(differs).collect()
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, tail) = text.split_once('{')?;
    let (name, after) = tail.split_once('}')?;
    Some((before, name, after))
}

fn placeholders(mut text: &str) -> std::collections::BTreeSet<&str> {
    let mut names = std::collections::BTreeSet::new();
    while let Some((_, name, after)) = next_placeholder(text) {
        names.insert(name);
        text = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "hello = \"Hello {name}, {greeting}!\"\nbye = \"Bye\"";

    #[test]
    fn a_value_is_never_read_as_a_template() {
        let words = Catalogue::new(&[("en", ENGLISH)]);
        assert_eq!(words.fill("en", "hello", &[("name", "{greeting}"), ("greeting", "hi")]), "Hello {greeting}, hi!");
        assert_eq!(words.fill("en", "hello", &[("name", "Ana")]), "Hello Ana, !");
    }

    #[test]
    fn an_unknown_language_gets_the_first_file() {
        let words =
            Catalogue::new(&[("en", ENGLISH), ("fr", "hello = \"Bonjour {name}, {greeting} !\"\nbye = \"Salut\"")]);
        assert_eq!((words.phrase("fr", "bye"), words.phrase("tlh", "bye")), ("Salut".to_owned(), "Bye".to_owned()));
        assert_eq!(words.differences(), Vec::<String>::new());
        assert_eq!(words.languages().collect::<Vec<_>>(), ["en", "fr"]);
    }

    #[test]
    fn what_a_language_lacks_is_named() {
        let french = "hello = \"Bonjour {nom}\"\nextra = \"x\"";
        let words = Catalogue::new(&[("en", ENGLISH), ("fr", french), ("es", "hello =")]);
        let found = words.differences();
        for expected in ["fr: no bye", "fr: extra is needless", "fr: hello has other placeholders"] {
            assert!(found.iter().any(|difference| difference == expected), "{expected} not in {found:?}");
        }
        assert!(found.iter().any(|difference| difference.starts_with("es: ")), "{found:?}");
    }
}
