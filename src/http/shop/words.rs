//! The shop's words in each language: `words/<language>.json`. A test holds their keys together.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use minijinja::Value;
use minijinja::value::Serde;

/// The languages, each by its own name.
pub(super) const TONGUES: &[(&str, &str)] = &[("en", "English"), ("es", "Español"), ("fr", "Français"), ("zh", "中文")];

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    /// ISO 639-1.
    pub(super) language: &'static str,
    months: Vec<String>,
    texts: BTreeMap<String, String>,
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
        let mut all: BTreeMap<String, serde_json::Value> = serde_json::from_str(text).expect("words are JSON");
        let months = all.remove("months").map(serde_json::from_value).and_then(Result::ok).unwrap_or_default();
        let texts = all.into_iter().map(|(key, text)| (key, text.as_str().unwrap_or_default().to_owned())).collect();
        Self { language, months, texts }
    }

    /// The words of a language; English where we have none.
    #[cfg(test)]
    pub(super) fn of(language: &str) -> &'static Self {
        ALL.iter().find(|words| words.language == language).unwrap_or_else(|| Self::english())
    }

    #[expect(clippy::expect_used, reason = "English is one of the four")]
    fn english() -> &'static Self {
        ALL.first().expect("there is English")
    }

    /// The language that is asked for in the address, else the first of the browser's that we have, else the usual one.
    pub(super) fn wanted(asked: Option<&str>, headers: &HeaderMap, usual: Option<&str>) -> &'static Self {
        let known = |language: &str| ALL.iter().find(|words| words.language == language);
        let browser = headers.get(ACCEPT_LANGUAGE).and_then(|list| list.to_str().ok()).unwrap_or_default();
        let browser = browser.split(',').map(|entry| entry.split([';', '-', '_']).next().unwrap_or_default().trim());
        let browser = browser.map(str::to_ascii_lowercase).find_map(|language| known(&language));
        asked.and_then(known).or_else(|| usual.and_then(known)).or(browser).unwrap_or_else(|| Self::english())
    }

    /// A text; its key where there is none, which a test forbids.
    pub(super) fn text<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
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

    /// All of them, for a template.
    pub(super) fn value(&self) -> Value {
        Value::from(Serde(&self.texts))
    }

    /// The languages to choose from, for a template.
    pub(super) fn tongues() -> Value {
        let tongue =
            |(code, name): &(&str, &str)| BTreeMap::from([("code", (*code).to_owned()), ("name", (*name).to_owned())]);
        Value::from(Serde(TONGUES.iter().map(tongue).collect::<Vec<_>>()))
    }

    /// `5 June 2027, 19:00`, in the order of the language.
    pub(super) fn moment(&self, at: DateTime) -> String {
        self.dated("moment", at)
    }

    /// `5 June 2027`.
    pub(super) fn date(&self, at: jiff::civil::Date) -> String {
        self.dated("date", at.into())
    }

    /// An instant on the clock of this zone.
    pub(super) fn instant(&self, at: Timestamp, zone: Option<&str>) -> String {
        let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        self.moment(at.to_zoned(zone).datetime())
    }

    fn dated(&self, key: &str, at: DateTime) -> String {
        let month = usize::try_from(at.month()).ok().and_then(|month| self.months.get(month.saturating_sub(1)));
        let (day, year, time) = (at.day().to_string(), at.year().to_string(), at.strftime("%H:%M").to_string());
        let month = month.map_or("", String::as_str);
        self.fill(key, &[("day", &day), ("month", month), ("year", &year), ("time", &time)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanks(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_language_says_everything() {
        let english = Words::of("en");
        for (code, _) in TONGUES {
            let words = Words::of(code);
            assert_eq!((words.language, words.months.len()), (*code, 12));
            assert!(words.texts.keys().eq(english.texts.keys()), "{code}");
            for (key, text) in &words.texts {
                assert!(!text.trim().is_empty());
                assert_eq!(blanks(text), blanks(english.text(key)), "{code} {key}");
            }
        }
        assert_eq!(Words::of("de").language, "en");
    }

    #[test]
    fn the_language_is_the_one_asked_for_else_the_orders_else_the_browsers() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, "de-DE, FR-ca;q=0.8, en;q=0.5".parse().unwrap());
        let wanted = |asked, usual| Words::wanted(asked, &headers, usual).language;
        assert_eq!(wanted(None, None), "fr");
        assert_eq!(wanted(None, Some("zh")), "zh");
        assert_eq!(wanted(Some("es"), Some("zh")), "es");
        assert_eq!(wanted(Some("xx"), None), "fr");
        assert_eq!(Words::wanted(None, &HeaderMap::new(), None).language, "en");
    }

    #[test]
    fn moments_are_written_as_people_do() {
        let at: DateTime = "2026-12-01T18:05:00".parse().unwrap();
        assert_eq!(Words::of("fr").moment(at), "1 décembre 2026, 18:05");
        assert_eq!(Words::of("zh").moment(at), "2026年12月1日 18:05");
        assert_eq!(Words::of("en").fill("left", &[("count", "{x}")]), "{x} left");
    }
}
