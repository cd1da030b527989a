//! One whole event in each language, as it reads in a chat: vague at first, an idea asked for and taken, a correction, taken back,
//! published, and the next one begun. Every answer is held word for word, and no word of English stands in another language's.

use std::collections::BTreeSet;

use port::recorder::Recorder;

use super::published;
use crate::harness::{self, program::Program};

const TALKS: [(&str, &[&str]); 4] = [
    (
        "en",
        &[
            "hi, we'd like to put on a pottery workshop in Toronto, sometime in February",
            "it's called Clay and Coffee, at the Old Mill Hall",
            "about 20 people, the 18th, 10 to 4",
            "any ideas for the price?",
            "the second one",
            "make it 11",
            "undo",
            "what's left?",
            "yes",
            "same as last time, but in May",
        ],
    ),
    (
        "fr",
        &[
            "bonjour, je voudrais organiser un atelier de poterie à Montréal en février",
            "ça s'appelle Terre et Café, au 45 rue Saint-Denis",
            "une vingtaine de personnes, le 18 de 10h à 16h",
            "des idées pour le prix ?",
            "la deuxième",
            "plutôt à 11h",
            "annule",
            "que reste-t-il ?",
            "oui",
            "comme la dernière fois, mais en mai",
        ],
    ),
    (
        "es",
        &[
            "hola, quiero organizar un taller de cerámica en Madrid en febrero",
            "se llama Barro y Café, en el Molino Viejo",
            "unas 20 personas, el día 18 de 10 a 16",
            "¿ideas para el precio?",
            "la segunda",
            "mejor a las 11",
            "deshacer",
            "¿qué falta?",
            "sí",
            "lo mismo que la última vez, pero en mayo",
        ],
    ),
    (
        "zh",
        &[
            "你好，我想二月份在上海办一个陶艺工作坊",
            "叫泥土与咖啡，在老磨坊",
            "大约20人，18号上午10点到下午4点",
            "票价有什么建议？",
            "第二个",
            "改到上午11点",
            "撤销",
            "还缺什么？",
            "是的",
            "和上次一样，不过改到五月",
        ],
    ),
];

/// The catalogues that a talk's words come from.
const CATALOGUES: [(&str, [&str; 3]); 4] = [
    (
        "en",
        [
            include_str!("../../../src/understanding/data/answers.en.toml"),
            include_str!("../../../src/advice/data/en.toml"),
            include_str!("../../../bots/port/data/en.toml"),
        ],
    ),
    (
        "fr",
        [
            include_str!("../../../src/understanding/data/answers.fr.toml"),
            include_str!("../../../src/advice/data/fr.toml"),
            include_str!("../../../bots/port/data/fr.toml"),
        ],
    ),
    (
        "es",
        [
            include_str!("../../../src/understanding/data/answers.es.toml"),
            include_str!("../../../src/advice/data/es.toml"),
            include_str!("../../../bots/port/data/es.toml"),
        ],
    ),
    (
        "zh",
        [
            include_str!("../../../src/understanding/data/answers.zh.toml"),
            include_str!("../../../src/advice/data/zh.toml"),
            include_str!("../../../bots/port/data/zh.toml"),
        ],
    ),
];

/// Where guests and organizers are spoken to besides, and the words that would be another manner than this: vous in French, tú in
/// Spanish, 你 in Mandarin.
const MANNERS: [(&str, [&str; 2], &[&str]); 3] = [
    (
        "fr",
        [include_str!("../../../src/http/words/fr.json"), include_str!("../../../src/publisher/words/fr.rs")],
        &["tu", "ton", "tes"],
    ),
    (
        "es",
        [include_str!("../../../src/http/words/es.json"), include_str!("../../../src/publisher/words/es.rs")],
        &[
            "usted",
            "ustedes",
            "dígame",
            "elija",
            "escriba",
            "espere",
            "vuelva",
            "abra",
            "pulse",
            "indique",
            "inténtelo",
        ],
    ),
    (
        "zh",
        [include_str!("../../../src/http/words/zh.json"), include_str!("../../../src/publisher/words/zh.rs")],
        &["您"],
    ),
];

/// The words of three letters and more.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_alphabetic()).filter(|word| word.chars().count() > 2);
    words.map(str::to_lowercase).collect()
}

/// What a language's catalogues say: the values, not the keys.
fn vocabulary(language: &str) -> BTreeSet<String> {
    let (_, files) = CATALOGUES.iter().find(|(code, _)| *code == language).unwrap();
    let values = |file: &&str| {
        let table: toml::Table = file.parse().unwrap();
        table.values().map(|value| words(&value.to_string())).collect::<Vec<_>>()
    };
    files.iter().flat_map(values).flatten().collect()
}

/// Words of the English catalogues in what was answered; those that the other language has, too, or that the organizer wrote are
/// none. An address on the web is no language.
fn english_in(transcript: &str, language: &str) -> Vec<String> {
    let (said, answered): (Vec<&str>, Vec<&str>) = transcript.lines().partition(|line| line.starts_with('>'));
    let (english, own, said) = (vocabulary("en"), vocabulary(language), words(&said.join(" ")));
    let shown = answered.iter().flat_map(|line| line.split_whitespace()).filter(|word| !word.contains("://"));
    let shown = words(&shown.collect::<Vec<_>>().join(" "));
    shown.into_iter().filter(|word| english.contains(word) && !own.contains(word) && !said.contains(word)).collect()
}

async fn talk(organizer: &mut Recorder, lines: &[&str]) -> String {
    let mut link = None;
    for line in lines {
        let replies = organizer.say(line).await.unwrap();
        link = link.or_else(|| published(&replies));
    }
    assert!(link.is_some(), "{}", organizer.transcript());
    organizer.transcript()
}

#[test]
fn everybody_is_spoken_to_in_one_manner() {
    for (language, more, otherwise) in MANNERS {
        let (_, files) = CATALOGUES.iter().find(|(code, _)| *code == language).unwrap();
        for file in files.iter().chain(&more) {
            let lower = file.to_lowercase();
            let words: BTreeSet<&str> = lower.split(|letter: char| !letter.is_alphabetic()).collect();
            let said = |word: &&&str| {
                if word.is_ascii() || language == "es" { words.contains(**word) } else { lower.contains(**word) }
            };
            let wrong: Vec<&&str> = otherwise.iter().filter(said).collect();
            assert!(wrong.is_empty(), "{language}: {wrong:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_event_in_four_languages() {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    for (language, lines) in TALKS {
        let mut organizer = program.organizer(&format!("{language}@example.com"));
        let transcript = talk(&mut organizer, lines).await;
        if language != "en" {
            assert_eq!(english_in(&transcript, language), Vec::<String>::new(), "{transcript}");
        }
        insta::assert_snapshot!(format!("a_whole_event_in_{language}"), transcript);
    }
    program.stop().await;
}
