//! How a person reads a message: backslashes resolved. For tests.

/// The text as the platform shows it.
pub(crate) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut link = false;
    while let Some(character) = characters.next() {
        link = (link || out.ends_with("http://") || out.ends_with("https://")) && !character.is_whitespace();
        match character {
            '\\' if !link && characters.peek().is_some_and(char::is_ascii_punctuation) => out.extend(characters.next()),
            other => out.push(other),
        }
    }
    out
}
