//! Words with their blanks filled in, and moments as people write them.

use jiff::civil::DateTime;

use crate::publisher::words::Words;

/// Puts values into `{name}` blanks; what has no value becomes empty. Values are not looked at again.
pub(super) fn fill(text: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        filled.push_str(before);
        filled.extend(values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str()));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

/// A value that cannot begin a new line.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String =
        text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `December 1, 2026, 6:00 PM`, in the order and with the clock of the language.
pub(super) fn moment(words: &Words, at: DateTime) -> String {
    let month = usize::try_from(at.month()).ok().and_then(|month| words.months.get(month - 1)).copied();
    let values = [
        ("day", at.day().to_string()),
        ("month", month.unwrap_or_default().to_owned()),
        ("year", at.year().to_string()),
        ("time", at.strftime(words.hour).to_string()),
    ];
    fill(words.moment, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_people_do() {
        let at: DateTime = "2026-12-01T18:05:00".parse().unwrap();
        let written = |language: &str| moment(Words::of(language), at);
        assert_eq!(written("en"), "December 1, 2026, 6:05 PM");
        assert_eq!(written("es"), "1 de diciembre de 2026, 18:05");
        assert_eq!(written("fr"), "1 décembre 2026, 18:05");
        assert_eq!(written("zh"), "2026年12月1日 18:05");
        assert_eq!(written("de"), written("en"));
    }

    #[test]
    fn values_are_one_line_and_blanks_are_filled_once() {
        assert_eq!(one_line("a\r\nb\u{2028}c\u{0}  d"), "a b c d");
        assert_eq!(fill("{a}-{b}-{c", &[("a", "{b}".to_owned())]), "{b}--{c");
    }
}
