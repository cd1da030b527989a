//! The moment and the habits against which a text is read.

use jiff::civil::DateTime;

use crate::language::Language;

/// When the text was written and how its writer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The writer's local time.
    pub now: DateTime,
    /// The language to read in; found from the text when absent.
    pub language: Option<Language>,
    /// Whether 4/5 is the fourth of May; English alone reads it as April 5 when this is false.
    pub day_first: bool,
}

impl Reference {
    /// The same moment, read in this language.
    #[must_use]
    pub const fn in_language(self, language: Language) -> Self {
        Self { language: Some(language), ..self }
    }
}

impl From<DateTime> for Reference {
    fn from(now: DateTime) -> Self {
        Self { now, language: None, day_first: false }
    }
}
