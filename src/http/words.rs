//! The words of guests' pages in each language: `words/<language>.json`. A test holds their keys together.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Deserialize;

/// The languages: code, own name, and the name that shared links use (Open Graph).
const TONGUES: &[(&str, &str, &str)] =
    &[("en", "English", "en_US"), ("es", "Español", "es_ES"), ("fr", "Français", "fr_FR"), ("zh", "中文", "zh_CN")];

/// The words of one language.
#[derive(Debug, Deserialize)]
pub(super) struct Words {
    /// ISO 639-1.
    #[serde(skip)]
    pub(super) language: &'static str,
    months: Vec<String>,
    months_short: Vec<String>,
    /// From Monday on.
    weekdays: Vec<String>,
    numbers: Numbers,
    /// How the language calls the cities after which time zones are named (`Mexico_City`), where it is not as the zone says.
    #[serde(default)]
    cities: BTreeMap<String, String>,
    #[serde(flatten)]
    texts: BTreeMap<String, String>,
}

/// How a language writes numbers and hours.
#[derive(Debug, Deserialize)]
struct Numbers {
    /// 12 or 24 hours.
    clock: u8,
    /// What stands between thousands ...
    group: String,
    /// ... of numbers with at least so many digits.
    group_from: usize,
}

static ALL: LazyLock<Vec<Words>> = LazyLock::new(|| {
    let files = [
        ("en", include_str!("words/en.json")),
        ("es", include_str!("words/es.json")),
        ("fr", include_str!("words/fr.json")),
        ("zh", include_str!("words/zh.json")),
    ];
    files.map(|(language, text)| Words::read(language, text)).into()
});

impl Words {
    #[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads each")]
    fn read(language: &'static str, text: &str) -> Self {
        Self { language, ..serde_json::from_str(text).expect("words are JSON") }
    }

    /// The words of a language that we have.
    pub(super) fn known(language: &str) -> Option<&'static Self> {
        ALL.iter().find(|words| words.language == language)
    }

    /// The words for those who are asked nothing.
    #[expect(clippy::expect_used, reason = "English is one of the four")]
    pub(super) fn english() -> &'static Self {
        ALL.first().expect("there is English")
    }

    /// The language that is asked for in the address, else the one that this guest used before, else the browser's.
    pub(super) fn wanted(asked: Option<&str>, used: Option<&str>, headers: &HeaderMap) -> Option<&'static Self> {
        asked.and_then(Self::known).or_else(|| used.and_then(Self::known)).or_else(|| Self::of_browser(headers))
    }

    /// The one that the browser likes best of those that we have (RFC 9110 section 12.5.4).
    fn of_browser(headers: &HeaderMap) -> Option<&'static Self> {
        let lists = headers.get_all(ACCEPT_LANGUAGE).into_iter().filter_map(|list| list.to_str().ok());
        port::tongue(&lists.collect::<Vec<_>>().join(",")).and_then(Self::known)
    }

    /// A text; its key where there is none, which a test forbids.
    pub(super) fn text<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
    }

    /// A text that there may be.
    pub(super) fn maybe(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// A text with its blanks filled in.
    pub(super) fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut filled = String::new();
        let mut rest = self.text(key);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else { break };
            filled.push_str(before);
            filled.extend(values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value));
            rest = behind;
        }
        filled + rest
    }

    /// The city after which a time zone is named, such as `Mexico_City`. `None` where that name is written in letters which
    /// this language does not use, and it has no other.
    pub(super) fn city(&self, of_zone: &str) -> Option<String> {
        let own = self.cities.get(of_zone).cloned();
        own.or_else(|| (self.language != "zh").then(|| of_zone.replace('_', " ")))
    }

    /// A text with `{count}` in it; of one it says what stands under the key with `_one`, where there is that.
    pub(super) fn counted(&self, key: &str, count: u32) -> String {
        let single = Some(format!("{key}_one")).filter(|single| count == 1 && self.texts.contains_key(single));
        self.fill(single.as_deref().unwrap_or(key), &[("count", &self.number(count))])
    }

    /// All of them, for a template.
    pub(super) fn value(&self) -> Value {
        Value::from(Serde(&self.texts))
    }

    /// The languages to choose from, for a template.
    pub(super) fn tongues() -> Value {
        let tongue = |(code, name, _): &(&str, &str, &str)| {
            BTreeMap::from([("code", (*code).to_owned()), ("name", (*name).to_owned())])
        };
        Value::from(Serde(TONGUES.iter().map(tongue).collect::<Vec<_>>()))
    }

    /// As shared links name the language: `fr_FR`.
    pub(super) fn locale(&self) -> &'static str {
        TONGUES.iter().find(|(code, ..)| *code == self.language).map_or("en_US", |(.., locale)| locale)
    }

    /// `June 5, 2027, 19:00`, in the order of the language.
    pub(super) fn moment(&self, at: DateTime) -> String {
        self.dated("moment", at)
    }

    /// `June 5, 2027`.
    pub(super) fn date(&self, at: Date) -> String {
        self.dated("date", at.into())
    }

    /// `Saturday, June 5, 2027`.
    pub(super) fn day(&self, at: Date) -> String {
        self.fill("day", &[("weekday", self.weekday(at.weekday())), ("date", &self.date(at))])
    }

    /// `Saturday`.
    pub(super) fn weekday(&self, day: Weekday) -> &str {
        let name = usize::try_from(day.to_monday_zero_offset()).ok().and_then(|index| self.weekdays.get(index));
        name.map_or("", String::as_str)
    }

    /// `Jun`, for a small leaf of a calendar.
    pub(super) fn month_short(&self, at: Date) -> &str {
        nth(&self.months_short, at.month())
    }

    /// `7:00 PM` or `19:00`.
    pub(super) fn hour(&self, at: Time) -> String {
        at.strftime(if self.numbers.clock == 12 { "%-I:%M %p" } else { "%H:%M" }).to_string()
    }

    /// `12,000`, or as the language groups it.
    pub(super) fn number(&self, count: u32) -> String {
        let digits = count.to_string();
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && digits.len() >= self.numbers.group_from && (digits.len() - index).is_multiple_of(3) {
                text.push_str(&self.numbers.group);
            }
            text.push(digit);
        }
        text
    }

    /// `Tuesday, Thursday and Saturday`.
    pub(super) fn list(&self, parts: &[&str]) -> String {
        let between = if self.language == "zh" { "、" } else { ", " };
        match parts {
            [first @ .., last] if !first.is_empty() => {
                self.fill("list_and", &[("first", &first.join(between)), ("last", last)])
            }
            parts => parts.concat(),
        }
    }

    /// An instant on the clock of this zone.
    pub(super) fn instant(&self, at: Timestamp, zone: Option<&str>) -> String {
        let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        self.moment(at.to_zoned(zone).datetime())
    }

    fn dated(&self, key: &str, at: DateTime) -> String {
        let (day, year, time) = (at.day().to_string(), at.year().to_string(), self.hour(at.time()));
        let month = nth(&self.months, at.month());
        self.fill(key, &[("day", &day), ("month", month), ("year", &year), ("time", &time)])
    }
}

/// The name of this month.
fn nth(names: &[String], month: i8) -> &str {
    let index = usize::try_from(month).ok().and_then(|month| month.checked_sub(1));
    index.and_then(|index| names.get(index)).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanks(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        names.sort_unstable();
        names
    }

    fn of(language: &str) -> &'static Words {
        Words::known(language).unwrap()
    }

    #[test]
    fn every_language_says_everything() {
        let english = Words::english();
        for (code, ..) in TONGUES {
            let words = of(code);
            assert_eq!(words.language, *code);
            assert_eq!((words.months.len(), words.months_short.len(), words.weekdays.len()), (12, 12, 7), "{code}");
            assert!(words.texts.keys().eq(english.texts.keys()), "{code}");
            for (key, text) in &words.texts {
                assert!(!text.trim().is_empty());
                assert_eq!(blanks(text), blanks(english.text(key)), "{code} {key}");
            }
        }
        assert!(Words::known("de").is_none());
    }

    #[test]
    fn the_language_is_the_one_asked_for_else_the_one_used_else_the_browsers() {
        let browser = |list: &str| HeaderMap::from_iter([(ACCEPT_LANGUAGE, list.parse().unwrap())]);
        let headers = browser("de-DE, FR-ca;q=0.8, en;q=0.5");
        let wanted = |asked, used| Words::wanted(asked, used, &headers).unwrap().language;
        assert_eq!(wanted(None, None), "fr");
        assert_eq!(wanted(None, Some("zh")), "zh");
        assert_eq!(wanted(Some("es"), Some("zh")), "es");
        assert_eq!(wanted(Some("xx"), None), "fr");
        let browsers = |list: &str| Words::of_browser(&browser(list)).map(|words| words.language);
        assert_eq!(browsers("en;q=0.2, zh-Hant-TW;q=0.9"), Some("zh"));
        assert_eq!((browsers("fr;q=0, de"), browsers("*"), browsers("fr;q=x, es")), (None, None, Some("es")));
        assert!(Words::wanted(None, None, &HeaderMap::new()).is_none());
    }

    #[test]
    fn moments_are_written_as_people_do() {
        let at: DateTime = "2026-12-01T18:05:00".parse().unwrap();
        assert_eq!(of("fr").moment(at), "1 décembre 2026, 18:05");
        assert_eq!(of("zh").moment(at), "2026年12月1日 18:05");
        assert_eq!(of("en").fill("left", &[("count", "{x}")]), "{x} left");
        let days = ["en", "es", "fr", "zh"].map(|language| of(language).day(at.date()));
        let expected = [
            "Tuesday, December 1, 2026",
            "martes, 1 de diciembre de 2026",
            "mardi 1 décembre 2026",
            "2026年12月1日 星期二",
        ];
        assert_eq!(days, expected);
        assert_eq!((of("en").hour(at.time()), of("es").hour(at.time())), ("6:05 PM".to_owned(), "18:05".to_owned()));
        assert_eq!((of("en").month_short(at.date()), of("fr").month_short(at.date())), ("Dec", "déc."));
    }

    #[test]
    fn the_cities_of_zones_are_called_as_the_language_does() {
        let called = |city| ["en", "es", "fr", "zh"].map(|language| of(language).city(city).unwrap_or_default());
        assert_eq!(called("Mexico_City"), ["Mexico City", "Ciudad de México", "Mexico", "墨西哥城"]);
        assert_eq!(called("Toronto"), ["Toronto", "Toronto", "Toronto", "多伦多"]);
        assert_eq!(called("Longyearbyen"), ["Longyearbyen", "Longyearbyen", "Longyearbyen", ""]);
    }

    #[test]
    fn one_is_not_many() {
        let room = |count| ["en", "fr", "es", "zh"].map(|language| of(language).counted("room_for", count));
        assert_eq!(room(1), ["Room for 1 person", "1 place", "Aforo: 1 persona", "可容纳 1 人"]);
        assert_eq!(
            room(1_200),
            ["Room for 1,200 people", "1\u{202f}200 places", "Aforo: 1200 personas", "可容纳 1,200 人"]
        );
        assert_eq!((of("es").counted("left", 1), of("es").counted("left", 2)), ("Queda 1".into(), "Quedan 2".into()));
        assert_eq!(of("en").counted("per_order", 1), "Up to 1 per order");
    }

    #[test]
    fn numbers_and_lists_are_written_as_people_do() {
        let numbers = |count| ["en", "es", "fr", "zh"].map(|language| of(language).number(count));
        assert_eq!(numbers(7), ["7", "7", "7", "7"]);
        assert_eq!(numbers(1_200), ["1,200", "1200", "1\u{202f}200", "1,200"]);
        assert_eq!(numbers(1_234_567), ["1,234,567", "1.234.567", "1\u{202f}234\u{202f}567", "1,234,567"]);
        assert_eq!(of("en").list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(
            (of("zh").list(&["一", "二", "三"]), of("en").list(&["a"])),
            ("一、二和三".to_owned(), "a".to_owned())
        );
    }
}
