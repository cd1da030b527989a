//! Finds the language of a text: by its script, then by its small words and what organizers ask for, then by how its words end.
//!
//! Promises an answer for every text; one that says nothing is English. The name of a city says nothing, and of two spellings the
//! one that is written decides: "qué" is Spanish, "que" may be both. At most [`SAMPLE`] words are looked at.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::finding::Place;
use crate::fold::fold;
use crate::grammar::Grammar;
use crate::language::Language;
use crate::token::{Token, TokenKind};

/// Words looked at: a text that long has long told its language.
const SAMPLE: usize = 400;

/// Words of the grammars that are this short stand in too many languages.
const LONG: usize = 3;

const LATIN: [Language; 3] = [Language::English, Language::French, Language::Spanish];

/// How much each word speaks for each of the three Latin languages.
type Words = FxHashMap<String, [f32; 3]>;

/// The words in plain letters, and those with accents also as they are written.
fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = Words::default();
        let lists: FxHashMap<String, String> = toml::from_str(include_str!("../data/detect.toml")).unwrap_or_default();
        for (at, language) in LATIN.into_iter().enumerate() {
            let list = lists.get(language.code()).map_or("", String::as_str);
            for word in list.split([' ', '\n', '\'']).filter(|word| !word.is_empty()) {
                speaks(&mut words, fold(word), at);
                speaks(&mut words, word.to_owned(), at);
            }
        }
        // The names of days, months and numbers speak as clearly as the small words.
        for (at, language) in LATIN.into_iter().enumerate() {
            for word in Grammar::of(language)
                .words()
                .filter(|word| word.chars().count() > LONG && word.chars().all(char::is_alphabetic))
            {
                speaks(&mut words, word.to_owned(), at);
            }
        }
        for score in words.values_mut() {
            let shared: f32 = score.iter().sum();
            for part in score.iter_mut() {
                *part /= shared * shared;
            }
        }
        words
    })
}

fn speaks(words: &mut Words, word: String, language: usize) {
    if let Some(score) = words.entry(word).or_default().get_mut(language) {
        *score = 1.0;
    }
}

/// What is known of a word: as it is written, else in plain letters.
fn known(written: &str, plain: &str) -> Option<[f32; 3]> {
    let accented = || words().get(&written.to_lowercase());
    Some(written).filter(|word| !word.is_ascii()).and_then(|_| accented()).or_else(|| words().get(plain)).copied()
}

/// The language of a text in which these places were found.
pub(crate) fn language(text: &str, tokens: &[Token], places: &[Place]) -> Language {
    let sample = tokens.get(..tokens.len().min(SAMPLE)).unwrap_or(tokens);
    let han = sample.iter().filter(|token| token.kind == TokenKind::Cjk).count();
    let latin = sample.iter().filter(|token| token.kind == TokenKind::Word).count();
    // Two characters make a word.
    if han > 0 && han >= latin * 2 || han > 4 && han >= latin {
        return Language::Mandarin;
    }
    let mut scores = [0.0f32; 3];
    for token in sample.iter().filter(|token| !is_place(token, places)) {
        let written = token.span.text(text);
        let found = known(written, &token.lower);
        let ending = if found.is_none() { endings(&token.lower) } else { [0.0; 3] };
        for said in [found.unwrap_or_default(), letters(written), ending] {
            for (score, said) in scores.iter_mut().zip(said) {
                *score += said;
            }
        }
    }
    let mut best = (Language::English, scores.first().copied().unwrap_or(0.0));
    for (language, score) in LATIN.into_iter().zip(scores) {
        if score > best.1 {
            best = (language, score);
        }
    }
    best.0
}

/// Whether the word belongs to the name of a city.
fn is_place(token: &Token, places: &[Place]) -> bool {
    let next = places.partition_point(|place| place.span.end <= token.span.start);
    places.get(next).is_some_and(|place| place.span.start <= token.span.start)
}

/// What marks say that only one language has.
fn letters(word: &str) -> [f32; 3] {
    let mut says = [0.0f32; 3];
    let [_, french, spanish] = &mut says;
    for letter in word.chars().filter(|letter| !letter.is_ascii()) {
        match letter {
            'ñ' | 'Ñ' | '¿' | '¡' => *spanish += 2.0,
            'í' | 'ó' | 'á' | 'ú' | 'Í' | 'Ó' | 'Á' | 'Ú' => *spanish += 0.7,
            'ç' | 'œ' | 'è' | 'ê' | 'à' | 'û' | 'ù' | 'î' | 'ô' | 'â' | 'ë' | 'ï' | 'À' | 'È' | 'Ê' | 'Ç' =>
            {
                *french += 1.0;
            }
            'é' | 'É' => {
                *french += 0.5;
                *spanish += 0.4;
            }
            _ => {}
        }
    }
    says
}

/// What the end of a word says that is not known.
fn endings(lower: &str) -> [f32; 3] {
    let mut says = [0.0f32; 3];
    let [english, french, spanish] = &mut says;
    let ends = |ending: &str| lower.len() > ending.len() + 2 && lower.ends_with(ending);
    if ends("ing") || ends("ed") || ends("th") || ends("ly") || ends("ness") {
        *english += 0.4;
    }
    if ends("eux")
        || ends("eur")
        || ends("aux")
        || ends("ement")
        || ends("oir")
        || ends("elle")
        || ends("ique")
        || ends("ier")
    {
        *french += 0.4;
    }
    if ends("cion")
        || ends("dad")
        || ends("mente")
        || ends("ado")
        || ends("illo")
        || ends("ito")
        || ends("os")
        || ends("as")
    {
        *spanish += 0.3;
    }
    says
}
