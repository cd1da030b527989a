//! What is refused, and what an import says of its parts, in the reader's language: `words/refusals.json`.
//!
//! A refusal is said in English where it is refused; that sentence is its key here, with blanks in braces for what differs each time.
//! Promises: a sentence that is not here, or not in that language, stays as it was said, as does every value within it. A test holds
//! that each sentence here is said somewhere, and that each language has it with the same blanks; another, that what is said is here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

type Sentences = BTreeMap<String, BTreeMap<String, String>>;

static SENTENCES: LazyLock<Sentences> = LazyLock::new(read);

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
fn read() -> Sentences {
    serde_json::from_str(include_str!("words/refusals.json")).expect("sentences are JSON")
}

/// The sentence in this language.
pub(super) fn in_words<'a>(said: &'a str, language: &str) -> Cow<'a, str> {
    if let Some(sentence) = SENTENCES.get(said) {
        return sentence.get(language).map_or(Cow::Borrowed(said), |words| Cow::Owned(words.clone()));
    }
    let mut with_blanks = SENTENCES.iter().filter(|(model, _)| model.contains('{'));
    let found = with_blanks.find_map(|(model, sentence)| Some((sentence.get(language)?, values(model, said)?)));
    found.map_or(Cow::Borrowed(said), |(words, values)| Cow::Owned(filled(words, &values)))
}

/// What stands in the blanks of a model, if this is a sentence made of it.
fn values<'m, 's>(model: &'m str, said: &'s str) -> Option<Vec<(&'m str, &'s str)>> {
    let mut values = Vec::new();
    let (mut model, mut said) = (model, said);
    while let Some((before, after)) = model.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        said = said.strip_prefix(before)?;
        let next = behind.split('{').next().unwrap_or_default();
        // The last blank goes as far as it can: a value may hold what stands behind it.
        let end = match next {
            "" => said.len(),
            next if next.len() == behind.len() => said.rfind(next)?,
            next => said.find(next)?,
        };
        let (value, left) = said.split_at_checked(end)?;
        values.push((name, value));
        (model, said) = (behind, left);
    }
    (model == said).then_some(values)
}

fn filled(words: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        text.push_str(before);
        text.extend(values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value));
        rest = behind;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Everything below a folder that is said in the program: Rust without the breaks within a text, and SQL.
    fn said_below(folder: &Path, all: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() {
                said_below(&path, all);
            } else if ["rs", "sql"].contains(&ending.as_str()) && !path.ends_with("said.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for line in text.lines() {
                    all.push_str(line.strip_suffix('\\').unwrap_or(line).trim_start());
                    if !line.ends_with('\\') {
                        all.push('\n');
                    }
                }
            }
        }
    }

    #[test]
    fn each_sentence_is_said_somewhere_and_has_the_same_blanks_in_each_language() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = String::new();
        for folder in ["src", "migrations", "bots/port/src"] {
            said_below(&root.join(folder), &mut all);
        }
        let blanks = |text: &str| -> Vec<String> {
            let mut names: Vec<String> =
                text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_owned).collect();
            names.sort();
            names
        };
        for (sentence, languages) in &*SENTENCES {
            let source = sentence.replace('"', "\\\"");
            let parts = [sentence, &source].map(|text| {
                let around = text.split(['{', '}']).step_by(2).map(|part| part.trim_end_matches('.'));
                around.filter(|part| part.len() > 3).map(str::to_owned).collect::<Vec<_>>()
            });
            assert!(parts.iter().any(|parts| parts.iter().all(|part| all.contains(part))), "nobody says {sentence:?}");
            assert!(languages.keys().eq(["es", "fr", "zh"]), "{sentence}");
            for words in languages.values() {
                assert_eq!(blanks(words), blanks(sentence), "{sentence}");
            }
        }
    }

    #[test]
    fn what_is_refused_is_here() {
        let says =
            |source: &str, words: &str| assert!(SENTENCES.contains_key(words), "{words:?} of {source} is not here");
        let sources = [
            ("organizing.rs", include_str!("organizing.rs")),
            ("links.rs", include_str!("links.rs")),
            ("imports.rs", include_str!("imports.rs")),
            ("copies.rs", include_str!("copies.rs")),
            ("connect.rs", include_str!("connect.rs")),
            ("account.rs", include_str!("account.rs")),
            ("rest/plain/refusal.rs", include_str!("rest/plain/refusal.rs")),
            ("domain/import/ics.rs", include_str!("../domain/import/ics.rs")),
            ("domain/import/table.rs", include_str!("../domain/import/table.rs")),
            ("domain/import/mod.rs", include_str!("../domain/import/mod.rs")),
        ];
        // For programs alone.
        let plain = ["The platform is telegram or discord."];
        for (name, source) in sources {
            let code = source.split("#[cfg(test)]").next().unwrap();
            let lines = code.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.starts_with('#'));
            for text in lines.flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
            {
                let is_sentence = text.starts_with(|c: char| c.is_ascii_uppercase())
                    && text.ends_with('.')
                    && text.contains(' ')
                    && !text.contains(['{', '\\']);
                if is_sentence && !plain.contains(&text.as_str()) {
                    says(name, &text);
                }
            }
        }
    }

    #[test]
    fn a_sentence_is_read_in_the_readers_language() {
        assert_eq!(in_words("Please wait 42 seconds.", "fr"), "Veuillez patienter 42 secondes.");
        assert_eq!(in_words("Please wait 42 seconds.", "en"), "Please wait 42 seconds.");
        assert_eq!(in_words("Please change something.", "xx"), "Please change something.");
        assert_eq!(in_words("Ya no.", "es"), "Ya no.");
        assert_eq!(in_words("This site has no Telegram bot.", "zh"), "本站没有 Telegram 机器人。");
        assert_eq!(
            in_words("Before publishing, please add: name, date.", "fr"),
            "Avant de publier, ajoutez : name, date."
        );
        let sold = "3 tickets of \"VIP are sold: {name}\" are sold: there cannot be fewer.";
        assert_eq!(in_words(sold, "es"), "Se vendieron 3 entradas de «VIP are sold: {name}»: no puede haber menos.");
    }
}
