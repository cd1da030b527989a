//! Finds the language of a text: by its script, then by its small words, then by how its words end.
//!
//! Promises an answer for every text; one that says nothing is English. At most [`SAMPLE`] words are looked at.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::fold::fold;
use crate::grammar::Grammar;
use crate::language::Language;
use crate::span::Span;
use crate::token::{Token, TokenKind};

/// Words looked at: a text that long has long told its language.
const SAMPLE: usize = 400;

/// Words of the grammars that are this short stand in too many languages.
const LONG: usize = 3;

const LATIN: [Language; 3] = [Language::English, Language::French, Language::Spanish];

/// For each word, how much it speaks for each of the three Latin languages.
fn words() -> &'static FxHashMap<String, [f32; 3]> {
    static WORDS: OnceLock<FxHashMap<String, [f32; 3]>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words: FxHashMap<String, [f32; 3]> = FxHashMap::default();
        let lists: FxHashMap<String, String> = toml::from_str(include_str!("../data/detect.toml")).unwrap_or_default();
        for (at, language) in LATIN.into_iter().enumerate() {
            let list = lists.get(language.code()).map_or("", String::as_str);
            for word in list.split([' ', '\n', '\'']).filter(|word| !word.is_empty()) {
                if let Some(score) = words.entry(fold(word)).or_default().get_mut(at) {
                    *score = 1.0;
                }
            }
        }
        // The names of days, months and numbers speak as clearly as the small words.
        for (at, language) in LATIN.into_iter().enumerate() {
            for word in Grammar::of(language)
                .words()
                .filter(|word| word.chars().count() > LONG && word.chars().all(char::is_alphabetic))
            {
                if let Some(score) = words.entry(word.to_owned()).or_default().get_mut(at) {
                    *score = 1.0;
                }
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

/// The language of a text.
pub(crate) fn language(text: &str, tokens: &[Token]) -> Language {
    let sample = tokens.get(..tokens.len().min(SAMPLE)).unwrap_or(tokens);
    let han = sample.iter().filter(|token| token.kind == TokenKind::Cjk).count();
    let latin = sample.iter().filter(|token| token.kind == TokenKind::Word).count();
    // Two characters make a word.
    if han > 0 && han >= latin * 2 || han > 4 && han >= latin {
        return Language::Mandarin;
    }
    let mut scores = [0.0f32; 3];
    for token in sample {
        let found = words().get(&token.lower).copied().unwrap_or_default();
        let spelled = spelling(token.span, text, &token.lower);
        for (score, (word, letters)) in scores.iter_mut().zip(found.into_iter().zip(spelled)) {
            *score += word + letters;
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

/// What the letters of a word say: marks that only one language has, and endings.
fn spelling(span: Span, text: &str, lower: &str) -> [f32; 3] {
    let mut says = [0.0f32; 3];
    let [english, french, spanish] = &mut says;
    for letter in span.text(text).chars().filter(|letter| !letter.is_ascii()) {
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
