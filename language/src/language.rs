//! The languages that are understood.

use serde::Serialize;

/// A language with a data folder of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "&'static str")]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Mandarin, in simplified or traditional characters.
    Mandarin,
}

impl Language {
    /// Every language, in the order in which a draw is decided.
    pub const ALL: [Self; 4] = [Self::English, Self::French, Self::Spanish, Self::Mandarin];

    /// The ISO 639-1 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Mandarin => "zh",
        }
    }

    /// The language of a code, with or without a region: "fr", "fr-CA", `zh_TW`.
    pub fn from_code(code: &str) -> Option<Self> {
        let head = code.split(['-', '_']).next().unwrap_or(code);
        Self::ALL.into_iter().find(|language| head.eq_ignore_ascii_case(language.code()))
    }
}

impl From<Language> for &'static str {
    fn from(language: Language) -> Self {
        language.code()
    }
}
