//! What the contract lets the wizard say: each kind of reply, long, odd and plain, with words that are found again.

use crate::{Card, Choice, Confirmation, Line, Progress, Reply, Source};

/// Text that has to survive every platform: joined emoji, right-to-left scripts, combining marks, no Latin at all.
pub(super) const ODD_WORDS: [&str; 6] = ["👩‍👩‍👧‍👦", "👍🏽", "مرحبا بالعالم", "שלום", "e\u{301}tude", "創業者大會"];

/// What must not reach a platform as it is: it clears a screen, rings, ends a string, colours the rest.
pub(super) const RAW: &str = "\u{1b}[2J\u{7}\u{0}\u{9b}31m\u{8}";

/// How long a long text is, in characters; more than every chat platform takes at once.
pub(super) const LONG_CHARS: usize = 5_000;

pub(super) fn card(title: &str, word: &str) -> Card {
    let line = |label: &str, value: String, source| Line { label: label.to_owned(), value, source };
    Card {
        title: title.to_owned(),
        lines: vec![
            line("When", format!("{word}-when"), Source::Said),
            line("Where", format!("{word}-where"), Source::Inferred),
            line("Seats", format!("{word}-seats"), Source::Default),
        ],
        missing: vec![format!("{word}-missing")],
        language: "en".to_owned(),
    }
}

pub(super) fn choices(word: &str) -> Vec<Choice> {
    let numbers = ["first", "second", "third"].into_iter();
    numbers
        .map(|number| Choice {
            id: format!("id:{word}:{number}"),
            label: format!("{word}-{number}"),
            detail: Some(format!("because-{number}")),
        })
        .collect()
}

pub(super) fn progress(stage: u8, word: &str) -> Reply {
    Reply::Progress(Progress {
        stage,
        title: format!("{word}-stage"),
        percent: stage * 15,
        remaining_s: 60,
        language: "en".to_owned(),
    })
}

pub(super) fn confirmation(word: &str, revision: i64) -> Confirmation {
    Confirmation {
        revision,
        purpose: crate::Purpose::Publish,
        token: format!("secret-{word}"),
        card: card(&format!("{word}-card"), word),
        url: format!("https://events.example/e/{word}"),
        warnings: vec![format!("{word}-warning")],
    }
}

/// `word0000 word0001 ...`, at least [`LONG_CHARS`] characters.
pub(super) fn long_text(word: &str) -> String {
    let words: Vec<String> = (0..=LONG_CHARS / (word.len() + 5)).map(|number| format!("{word}{number:04}")).collect();
    words.join(" ")
}

/// The text in pieces of `size` characters, as a model streams it, and then whole.
pub(super) fn streamed(text: &str, size: usize) -> Vec<Reply> {
    let characters: Vec<char> = text.chars().collect();
    let pieces = characters.chunks(size).map(|piece| Reply::Delta(piece.iter().collect()));
    pieces.chain([Reply::Said(text.to_owned())]).collect()
}

pub(super) fn said(text: &str) -> Vec<Reply> {
    vec![Reply::Said(text.to_owned()), Reply::Done]
}
