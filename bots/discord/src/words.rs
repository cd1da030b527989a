//! The language that a person is spoken to in, and the phrases in it.

/// The languages, as the wizard names them.
pub(crate) const LANGUAGES: [&str; 4] = ["en", "fr", "es", "zh"];

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) &'static str);

impl Words {
    /// The words for a language or a locale of the platform (`es-ES`, `zh-TW`); English for those not spoken.
    pub(crate) fn of(locale: &str) -> Self {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        Self(LANGUAGES.into_iter().find(|known| *known == language).unwrap_or("en"))
    }

    /// A phrase.
    pub(crate) fn say(self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// A phrase with its `{placeholders}` filled.
    pub(crate) fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        port::words(self.0, key, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_leads_to_a_language() {
        assert_eq!(Words::of("es-419"), Words("es"));
        assert_eq!(Words::of("zh-TW"), Words("zh"));
        assert_eq!(Words::of("de"), Words("en"));
        assert_eq!(Words::of("fr").say("answer"), "Répondre");
    }
}
