//! From bytes to a line, and from a line to what the person means by it.
//!
//! A line that cannot be taken is named as such and the next one is read: nothing after it is lost.

use std::io;

use port::{Body, Command};
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// Longest line, in bytes without its end.
pub(crate) const LONGEST_LINE_BYTES: usize = 1024 * 1024;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Text(String),
    NotUtf8,
    TooLong,
    End,
}

/// Reads to the end of the line, keeping no more of it than may be used.
pub(crate) async fn read_line(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Line> {
    let mut line = Vec::new();
    let mut too_long = false;
    let mut begun = false;
    loop {
        let bytes = input.fill_buf().await?;
        if bytes.is_empty() && !begun {
            return Ok(Line::End);
        }
        begun = true;
        let newline = bytes.iter().position(|byte| *byte == b'\n');
        let piece = bytes.get(..newline.unwrap_or(bytes.len())).unwrap_or_default();
        too_long |= line.len() + piece.len() > LONGEST_LINE_BYTES;
        if !too_long {
            line.extend_from_slice(piece);
        }
        let (ended, used) = (newline.is_some() || bytes.is_empty(), piece.len() + usize::from(newline.is_some()));
        input.consume(used);
        if ended {
            break;
        }
    }
    if too_long {
        return Ok(Line::TooLong);
    }
    line.pop_if(|byte| *byte == b'\r');
    Ok(String::from_utf8(line).map_or(Line::NotUtf8, Line::Text))
}

/// What a line means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Blank,
    Message(Body),
    New,
    Resume(String),
    Quit,
    /// A slash command that there is not.
    Unknown,
}

/// What the last answer left open.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// The ids of the suggestions that it showed, in order.
    pub(crate) choices: Vec<String>,
    /// The question before publishing: revision and token.
    pub(crate) question: Option<(i64, String)>,
}

/// Reads a line in the light of what was shown last.
pub(crate) fn meaning(line: &str, pending: &Pending) -> Meaning {
    let words = line.trim();
    if words.is_empty() {
        return Meaning::Blank;
    }
    if let Some(command) = words.strip_prefix('/') {
        return slash(command);
    }
    let body = pending.question.as_ref().and_then(|question| answer(words, question));
    let body = body.or_else(|| picked(words, &pending.choices).map(Body::Pick));
    Meaning::Message(body.unwrap_or_else(|| Body::Text(line.to_owned())))
}

/// The commands, for a person who asks or mistypes.
pub(crate) const COMMANDS: &str = "/help  /summary  /undo  /redo  /publish  /new  /resume ID  /quit";

fn slash(command: &str) -> Meaning {
    let (name, argument) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    match (name.to_lowercase().as_str(), argument.trim()) {
        ("help", "") => Meaning::Message(Body::Command(Command::Help)),
        ("summary" | "draft", "") => Meaning::Message(Body::Command(Command::Summary)),
        ("undo", "") => Meaning::Message(Body::Command(Command::Undo)),
        ("redo", "") => Meaning::Message(Body::Command(Command::Redo)),
        ("publish", "") => Meaning::Message(Body::Command(Command::Publish)),
        ("new", "") => Meaning::New,
        ("resume", session) if !session.is_empty() => Meaning::Resume(session.to_owned()),
        ("quit", "") => Meaning::Quit,
        _ => Meaning::Unknown,
    }
}

fn answer(words: &str, (revision, token): &(i64, String)) -> Option<Body> {
    let yes = || Body::Confirm { revision: *revision, token: token.clone() };
    // What stands on the button is a yes as well.
    let named = words.trim().eq_ignore_ascii_case("publish").then_some(true);
    named.or_else(|| port::yes_or_no(words)).map(|said| if said { yes() } else { Body::Decline })
}

fn picked(words: &str, choices: &[String]) -> Option<String> {
    let number: usize = words.bytes().all(|byte| byte.is_ascii_digit()).then(|| words.parse().ok())??;
    choices.get(number.checked_sub(1)?).cloned()
}
