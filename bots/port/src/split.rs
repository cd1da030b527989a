//! Message limits: a long text as parts that a platform takes.
//!
//! Promises: no part is longer than the limit, nothing is lost or reordered but the white space at a seam, no part is
//! blank. A seam is, best first, at a paragraph, a line or sentence, a word, a grapheme, a character. A fenced code block is
//! cut only when it is longer than a part; then it is closed before the seam and opened again after it.

use unicode_segmentation::UnicodeSegmentation;

/// Cuts `text` into parts of at most `limit_utf16` UTF-16 units each (at least 2: a character may need as many).
///
/// A text that fits is returned as it is; a blank one gives no part.
#[must_use]
pub fn split(text: &str, limit_utf16: usize) -> Vec<String> {
    let limit = limit_utf16.max(2);
    let mut blocks = Block::all(text);
    // Where the frame alone would fill half of a part, the block is cut like any other text.
    blocks.retain(|block| block.frame_units() * 2 <= limit);
    let mut parts = Vec::new();
    let fits = fitting(text, limit) == text.len();
    let mut at = if fits { 0 } else { seam(text, 0).1 };
    while !from(text, at).trim().is_empty() {
        let open = blocks.iter().find(|block| block.body <= at && at < block.end);
        let head = open.map(|block| format!("{}\n", block.opener)).unwrap_or_default();
        let room = limit.saturating_sub(units(&head));
        let mut fit = at + fitting(from(text, at), room);
        if between(text, at, fit).trim().is_empty() {
            // An indentation as long as a part is none.
            at = text.len() - from(text, at).trim_start().len();
            fit = at + fitting(from(text, at), room);
        }
        if fit == text.len() {
            parts.push(head + from(text, at));
            break;
        }
        let cut = Cut::choose(text, at, fit, room, &blocks);
        let body = between(text, at, cut.end);
        if !body.trim().is_empty() {
            let foot = cut.close.map(|mark| format!("\n{mark}")).unwrap_or_default();
            parts.push(head + body + &foot);
        }
        at = cut.next;
    }
    parts
}

/// Where a part ends and the next one begins, in bytes.
struct Cut<'t> {
    end: usize,
    next: usize,
    /// The mark that closes the code block which goes on in the next part.
    close: Option<&'t str>,
}

impl<'t> Cut<'t> {
    fn choose(text: &str, at: usize, fit: usize, room: usize, blocks: &[Block<'t>]) -> Self {
        match blocks.iter().find(|block| block.holds(fit)) {
            Some(block) if block.start > at => Self::plain(text, block.start),
            Some(block) => Self::within(text, at, room, block),
            None => Self::plain(text, boundary(text, at, fit, blocks)),
        }
    }

    fn plain(text: &str, position: usize) -> Self {
        let (end, next) = seam(text, position);
        Self { end, next, close: None }
    }

    fn within(text: &str, at: usize, room: usize, block: &Block<'t>) -> Self {
        let fit = at + fitting(from(text, at), room.saturating_sub(1 + units(block.mark)));
        // Never into the closing line: the mark that is added here takes its place.
        let fit = fit.min(block.close.saturating_sub(1));
        let close = Some(block.mark);
        let first = at.max(block.body);
        let lines = text.get(first..=fit).unwrap_or_else(|| between(text, first, fit));
        let line_end = lines.rfind('\n').filter(|end| !between(lines, 0, *end).trim().is_empty());
        match line_end.map(|end| first + end) {
            Some(end) if end + 1 >= block.close => Self { end, next: seam(text, block.end).1, close },
            Some(end) => Self { end, next: end + 1, close },
            None => Self { end: fit, next: fit, close },
        }
    }
}

/// The best place to cut a part that begins at `at` and cannot go beyond `fit`.
fn boundary(text: &str, at: usize, fit: usize, blocks: &[Block<'_>]) -> usize {
    let rest = from(text, fit);
    let gap = rest.len() - rest.trim_start().len();
    // One character more, so that what begins right after the gap is seen to begin.
    let wide = fit + gap + from(rest, gap).chars().next().map_or(0, char::len_utf8);
    let window = between(text, at, wide);
    let filled = |position: &usize| !between(text, at, *position).trim().is_empty();
    // An early paragraph or sentence end is passed over: a heading need not be a message of its own.
    let ample = |position: &usize| filled(position) && *position - at >= (fit - at) / 4;

    let edges = blocks.iter().flat_map(|block| [block.start, block.end]).filter(|edge| (at + 1..=fit).contains(edge));
    let paragraphs = window.match_indices('\n').map(|(index, _)| at + index + 1).filter(|start| {
        let line = between(text, *start, wide);
        line.find('\n').is_some_and(|end| between(line, 0, end).trim().is_empty())
    });
    // "…/search?q=1" has the end of a sentence in it, and is one address.
    let sentences = window
        .split_sentence_bound_indices()
        .map(|(index, _)| at + index)
        .filter(|position| !is_in_link(between(text, at, *position)));
    let words = window.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(index, _)| at + index);

    let paragraph = edges.chain(paragraphs).filter(ample).max();
    let sentence = || sentences.filter(ample).max();
    let word = || words.filter(filled).max();
    paragraph.or_else(sentence).or_else(word).unwrap_or(fit)
}

/// Whether a text breaks off inside an address.
fn is_in_link(text: &str) -> bool {
    let run = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    run.contains("https://") || run.contains("http://")
}

/// The white space around `position`: where the text before it ends, and where the text after it begins. What stands before
/// the first word of a line is its indentation and stays.
fn seam(text: &str, position: usize) -> (usize, usize) {
    let end = between(text, 0, position).trim_end().len();
    let rest = from(text, end);
    let gap = between(rest, 0, rest.len() - rest.trim_start().len());
    let next = match gap.rfind('\n') {
        Some(newline) => newline + 1,
        None => gap.len(),
    };
    (end, end + next)
}

/// A fenced code block of a text; positions in bytes.
struct Block<'t> {
    start: usize,
    body: usize,
    /// Start of the closing line, or the end of the text.
    close: usize,
    end: usize,
    /// The opening line, with the block's language.
    opener: &'t str,
    /// What closes the block.
    mark: &'t str,
}

impl<'t> Block<'t> {
    fn all(text: &'t str) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        let mut open: Option<Self> = None;
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end().len();
            open = match (open.take(), fence(line)) {
                (Some(block), Some((mark, ""))) if mark.starts_with(block.mark) => {
                    blocks.push(Self { close: start, end, ..block });
                    None
                }
                (None, Some((mark, info))) if !info.contains('`') => Some(Self {
                    start,
                    body: start + line.len(),
                    close: text.len(),
                    end: text.len(),
                    opener: line.trim_end_matches('\n'),
                    mark,
                }),
                (still, _) => still,
            };
            start += line.len();
        }
        blocks.extend(open);
        blocks
    }

    /// Whether a cut here would fall into the block.
    fn holds(&self, position: usize) -> bool {
        self.start < position && position < self.end
    }

    /// What closing and opening the block again costs.
    fn frame_units(&self) -> usize {
        units(self.opener) + units(self.mark) + 2
    }
}

/// The run of marks that makes a line a fence, and what follows it.
fn fence(line: &str) -> Option<(&str, &str)> {
    let text = line.trim_start_matches(' ');
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = text.trim_start_matches(mark);
    let run = between(text, 0, text.len() - info.len());
    (run.len() >= 3 && line.len() - text.len() <= 3).then_some((run, info.trim()))
}

/// How many bytes of `text` fit into `room` units: whole graphemes, else whole characters, and never nothing.
fn fitting(text: &str, room: usize) -> usize {
    let graphemes = taken(text.graphemes(true), room);
    if graphemes > 0 || text.is_empty() {
        return graphemes;
    }
    let first = text.chars().next().map_or(0, char::len_utf8);
    taken(text.split_inclusive(|_| true), room).max(first)
}

fn taken<'t>(pieces: impl Iterator<Item = &'t str>, room: usize) -> usize {
    let mut used = 0;
    let within = pieces.take_while(|piece| {
        used += units(piece);
        used <= room
    });
    within.map(str::len).sum()
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn from(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}

fn between(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
