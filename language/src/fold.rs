//! Writes letters the plain way: lower case, no accents, full-width forms made narrow.
//!
//! Promises one answer per letter whatever its neighbours, so that a phrase and a text fold alike.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// The plain letters of one character; most give one, a few ligatures two, a combining mark none.
pub(crate) fn fold_into(letter: char, out: &mut String) {
    if letter.is_ascii() {
        out.push(letter.to_ascii_lowercase());
        return;
    }
    match letter {
        '\u{300}'..='\u{36f}' => {}
        '\u{ff01}'..='\u{ff5e}' => out.push(narrow(letter).to_ascii_lowercase()),
        'ß' => out.push_str("ss"),
        'œ' | 'Œ' => out.push_str("oe"),
        'æ' | 'Æ' => out.push_str("ae"),
        '\u{4e00}'..='\u{9fff}' => out.push(simplified(letter)),
        _ => {
            for lower in letter.to_lowercase() {
                out.push(plain(lower));
            }
        }
    }
}

/// A whole phrase, folded.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        fold_into(letter, &mut out);
    }
    out
}

/// The narrow form of a full-width letter, digit or sign.
pub(crate) fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    }
}

const fn plain(lower: char) -> char {
    match lower {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' | 'ĉ' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' | 'ĝ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ı' | 'į' => 'i',
        'ł' | 'ľ' | 'ļ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// Traditional characters, and below each its simplified form.
const TRADITIONAL: &str = include_str!("../data/zh/traditional.txt");
/// Forms that the words of times and amounts write otherwise.
const OTHERWISE: [(char, char); 2] = [('參', '叁'), ('沈', '沉')];

/// The simplified form of a traditional character, if it has one.
fn simplified(letter: char) -> char {
    static FORMS: OnceLock<FxHashMap<char, char>> = OnceLock::new();
    let forms = FORMS.get_or_init(|| {
        let mut lines = TRADITIONAL.lines().filter(|line| !line.starts_with('#'));
        let (from, to) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
        from.chars().zip(to.chars()).chain(OTHERWISE).collect()
    });
    forms.get(&letter).copied().unwrap_or(letter)
}
