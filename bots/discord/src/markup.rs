//! Text as Discord shows it: nothing in it is markup, nothing mentions anybody, control characters are seen, no part is too long.
//!
//! A backslash before a punctuation mark shows that mark. Links stay as they are: what Discord makes a link of on its own is
//! read whole, and a backslash inside would lead elsewhere.

use std::borrow::Cow;

use port::split::split;
use port::visible;

/// Marks that mean something wherever they stand; `<` begins mentions and custom emoji, `[` a link with other words on it.
const ANYWHERE: &[char] = &['\\', '*', '_', '~', '`', '|', '<', '[', ']'];
/// Marks that mean something at the beginning of a line: quotations, headings, lists, small print.
const LINE_START: &[char] = &['>', '#', '-', '+'];

/// The text with every mark shown as itself.
pub(crate) fn escape(text: &str) -> String {
    let shown = visible(text);
    let mut out = String::with_capacity(shown.len() + shown.len() / 8);
    let mut rest: &str = &shown;
    let mut line_start = true;
    while let Some(character) = rest.chars().next() {
        if let Some((scheme, run)) = address(rest) {
            let taken = if link(rest).is_empty() && run.contains(ANYWHERE) {
                // An address of one mark is none, and must not become one by the backslash before it.
                out.push_str(scheme.trim_end_matches("://"));
                out.push_str("\\://");
                scheme.len()
            } else {
                out.push_str(scheme);
                out.push_str(run);
                scheme.len() + run.len()
            };
            rest = rest.get(taken..).unwrap_or_default();
            if rest.starts_with('<') {
                // Right behind a link its backslash would belong to the address.
                out.push(' ');
            }
            line_start = false;
            continue;
        }
        let marked = ANYWHERE.contains(&character) || line_start && LINE_START.contains(&character);
        if marked {
            out.push('\\');
        }
        out.push(character);
        line_start = character == '\n' || line_start && character.is_whitespace();
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    out
}

/// The scheme of an address at the beginning of `text`, and what follows it up to a blank or a `<`, where Discord ends every link.
fn address(text: &str) -> Option<(&str, &str)> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let rest = text.get(scheme.len()..).unwrap_or_default();
    let end = rest.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(rest.len());
    Some((scheme, rest.get(..end).unwrap_or_default()))
}

/// What Discord makes a link of at the beginning of `text`, with the punctuation behind it, which it leaves out and which is no mark
/// of its own there; empty when it makes none: two characters at least, the last of them no punctuation.
pub(crate) fn link(text: &str) -> &str {
    let Some((scheme, run)) = address(text) else { return "" };
    let read = run.trim_end_matches(['.', ',', ':', ';', '"', '\'', ']', ')']);
    if read.chars().count() < 2 {
        return "";
    }
    text.get(..scheme.len() + run.len()).unwrap_or_default()
}

/// The text as parts that each fit into `limit` once they are escaped; nothing is lost but white space at the seams.
pub(crate) fn parts(text: &str, limit: usize) -> Vec<String> {
    let shown = visible(text);
    let mut parts = Vec::new();
    fill(&shown, limit, limit, &mut parts);
    parts
}

/// Cuts into pieces of `room` characters, and those again whose marks made them too long.
fn fill(text: &str, room: usize, limit: usize, parts: &mut Vec<String>) {
    for piece in split(text, room) {
        let escaped = escape(&piece);
        if units(&escaped) <= limit {
            parts.push(escaped);
        } else {
            // Escaping at most doubles a text, so half of the room always fits in the end.
            fill(&piece, (room * 3 / 4).min(units(&piece).saturating_sub(1)).max(2), limit, parts);
        }
    }
}

/// At most `limit` units of the text, escaped, with an ellipsis where it was cut: for places that take one line only. Whoever
/// uses it shows the whole elsewhere.
pub(crate) fn clipped(text: &str, limit: usize) -> String {
    let shown = plain_line(text);
    if units(&shown) <= limit {
        return shown.into_owned();
    }
    let first = split(&shown, limit.saturating_sub(1).max(2)).into_iter().next().unwrap_or_default();
    format!("{first}…")
}

/// A text on one line for places that read no markup: labels of buttons and options, titles of modals.
pub(crate) fn plain_line(text: &str) -> Cow<'_, str> {
    let shown = visible(text);
    if shown.contains(['\n', '\t']) {
        return Cow::Owned(shown.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    shown
}

/// How long Discord takes a text to be. It counts characters; UTF-16 units are never fewer.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::limits::CONTENT;
    use crate::reading::unescaped;

    #[test]
    fn marks_are_shown_and_links_are_whole() {
        assert_eq!(escape("*bold* _x_ ~~s~~ `c` ||h||"), "\\*bold\\* \\_x\\_ \\~\\~s\\~\\~ \\`c\\` \\|\\|h\\|\\|");
        assert_eq!(escape("> q\n# h\n- l\n-# small\na - b > c"), "\\> q\n\\# h\n\\- l\n\\-# small\na - b > c");
        assert_eq!(escape("<@123> <#4> <:a:5> <t:1:R>"), "\\<@123> \\<#4> \\<:a:5> \\<t:1:R>");
        assert_eq!(escape("[free](https://evil.example/a_b)"), "\\[free\\](https://evil.example/a_b)");
        assert_eq!(escape("see https://x.example/e/a_b_c*d. Yes*"), "see https://x.example/e/a_b_c*d. Yes\\*");
        assert_eq!(escape("https://x/a* and https://x/_b_."), "https://x/a* and https://x/_b_.");
        assert_eq!(escape("(https://x/a)] https://x/a<@1> *"), "(https://x/a)] https://x/a \\<@1> \\*");
        assert_eq!(escape("https:// http://* https://a<@1>"), "https:// http\\://\\* https://a \\<@1>");
        assert_eq!(escape("a\u{1b}[2Jb\u{202e}c"), "a␛\\[2Jb\\\\u{202e}c");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_part_is_too_long(text in "(\\PC|\n| |\\*|\\\\|https://a_b ){0,300}", limit in 20_usize..300) {
            let parts = parts(&text, limit);
            for part in &parts {
                prop_assert!(units(part) <= limit, "{} > {limit}: {part:?}", units(part));
                prop_assert!(!part.trim().is_empty());
            }
            // Fences that were cut are closed and opened again, which adds marks: those texts are looked at elsewhere.
            prop_assume!(!text.contains("```") && !text.contains("~~~"));
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            let shown: String = parts.iter().map(|part| squeeze(&unescaped(part))).collect();
            prop_assert_eq!(shown, squeeze(&visible(&text)));
        }

        #[test]
        fn no_mark_is_left_bare(text in "(\\*|_|~|`|\\||<|\\[|\\]|\\\\|[a-z]|\n|>|#|-| ){0,60}") {
            let escaped = escape(&text);
            let mut previous = None;
            let mut open = false;
            for c in escaped.chars() {
                open = !open && previous == Some('\\');
                if ['*', '_', '~', '`', '|', '<', '['].contains(&c) {
                    prop_assert!(open, "{c:?} is bare in {escaped:?}");
                }
                previous = if open { None } else { Some(c) };
            }
        }

        #[test]
        fn a_clipped_text_fits(text in "\\PC{0,200}", limit in 5_usize..100) {
            prop_assert!(units(&clipped(&text, limit)) <= limit);
        }
    }

    #[test]
    fn a_text_of_marks_alone_fits() {
        let text = "*".repeat(3 * CONTENT);
        let parts = parts(&text, CONTENT);
        assert!(parts.iter().all(|part| units(part) <= CONTENT));
        assert_eq!(parts.iter().map(|part| part.matches('*').count()).sum::<usize>(), 3 * CONTENT);
    }
}
