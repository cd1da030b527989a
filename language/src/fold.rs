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

/// Traditional characters of the words that the data files use, and below each its simplified form.
const TRADITIONAL: &str = "禮週點號個後兩鐘這歲麼們來時間會錢塊歐鎊幣圓億萬貳參陸費國慶節聖誕復農曆歷陽陰婦兒師親動勞軍黨燈齋贖難穌東開爾長從還過現馬處淩聽尋晉發辦場歡舉學習門預約達歸紀沈靜煉餅樹懺靈臨踰獻燭猶運聯網灣臺廣倫紐羅蘭亞漢愛華頓溫滿龍雲頭條當幾";
const SIMPLIFIED: &str = "礼周点号个后两钟这岁么们来时间会钱块欧镑币圆亿万贰叁陆费国庆节圣诞复农历历阳阴妇儿师亲动劳军党灯斋赎难稣东开尔长从还过现马处凌听寻晋发办场欢举学习门预约达归纪沉静炼饼树忏灵临逾献烛犹运联网湾台广伦纽罗兰亚汉爱华顿温满龙云头条当几";

/// The simplified form of a traditional character, as far as the data files need it.
fn simplified(letter: char) -> char {
    static FORMS: OnceLock<FxHashMap<char, char>> = OnceLock::new();
    let forms = FORMS.get_or_init(|| TRADITIONAL.chars().zip(SIMPLIFIED.chars()).collect());
    forms.get(&letter).copied().unwrap_or(letter)
}
