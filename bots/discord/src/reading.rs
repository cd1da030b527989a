//! How a person reads a message: backslashes resolved, links whole. For tests.

use crate::markup::link;

/// The text as the platform shows it.
pub(crate) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let link = link(rest);
        if !link.is_empty() {
            out.push_str(link);
            rest = rest.get(link.len()..).unwrap_or_default();
            continue;
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        match rest.chars().next() {
            Some(mark) if character == '\\' && mark.is_ascii_punctuation() => {
                out.push(mark);
                rest = rest.get(mark.len_utf8()..).unwrap_or_default();
            }
            _ => out.push(character),
        }
    }
    out
}
