//! People's text on its way to a page or a calendar: harmless characters, paragraphs, summaries.
//!
//! Promises: what comes out has no control character but the line break, and none that turns the writing direction of what
//! stands behind it; nothing here escapes, since each place that shows text has an escape of its own.

use serde::Serialize;

/// A part of a longer text.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "lines")]
pub(super) enum Block {
    /// Lines that belong together.
    Paragraph(Vec<String>),
    /// Points, without their marks.
    List(Vec<String>),
}

/// The text without characters that could deceive or break its surroundings.
pub(super) fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter_map(|c| match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\t' => Some(' '),
            // Embeddings, overrides and isolates: they would go on behind the text.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// The text on one line.
pub(super) fn one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text: at most so many characters, cut between words where it can be.
pub(super) fn summary(text: &str, max_chars: usize) -> String {
    let line = one_line(text);
    if line.chars().count() <= max_chars {
        return line;
    }
    let cut: String = line.chars().take(max_chars.saturating_sub(1)).collect();
    let words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ';', ':', '.', ' ']))
}

/// Paragraphs, divided by empty lines, and lists, whose lines begin with a mark.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for line in clean(text).lines().map(str::trim) {
        match (point(line), blocks.last_mut()) {
            (None, _) if line.is_empty() => blocks.push(Block::Paragraph(Vec::new())),
            (Some(point), Some(Block::List(points))) => points.push(point.to_owned()),
            (Some(point), _) => blocks.push(Block::List(vec![point.to_owned()])),
            (None, Some(Block::Paragraph(lines))) => lines.push(line.to_owned()),
            (None, _) => blocks.push(Block::Paragraph(vec![line.to_owned()])),
        }
    }
    blocks.retain(|block| !matches!(block, Block::Paragraph(lines) if lines.is_empty()));
    blocks
}

fn point(line: &str) -> Option<&str> {
    ["- ", "* ", "• ", "– "].iter().find_map(|mark| line.strip_prefix(mark)).map(str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deceiving_characters_go_and_letters_stay() {
        assert_eq!(clean("a\u{0}b\u{7}\r\nc\rd\u{2028}e\tf"), "ab\nc\nd\ne f");
        assert_eq!(clean("evil\u{202E}gpj.exe\u{2066}x\u{2069}"), "evilgpj.exex");
        assert_eq!(clean("👩‍🚀 Été שלום 日本"), "👩‍🚀 Été שלום 日本");
        assert_eq!(one_line("  two\r\nlines  "), "two lines");
    }

    #[test]
    fn a_summary_ends_between_words() {
        assert_eq!(summary("one two three", 40), "one two three");
        assert_eq!(summary("one two, three", 10), "one two…");
        assert_eq!(summary(&"ü".repeat(50), 10).chars().count(), 10);
    }

    #[test]
    fn paragraphs_and_lists_are_told_apart() {
        let strings = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(
            blocks("Come along!\nAll welcome.\n\n\nBring:\n- a cup\n* tea\n\n-5 degrees"),
            [
                Block::Paragraph(strings(&["Come along!", "All welcome."])),
                Block::Paragraph(strings(&["Bring:"])),
                Block::List(strings(&["a cup", "tea"])),
                Block::Paragraph(strings(&["-5 degrees"])),
            ]
        );
        assert_eq!(blocks(" \n "), []);
    }
}
