//! From replies to text.
//!
//! A streamed answer is printed as it comes and never repeated; what arrives in the middle of it waits for its end. Control
//! characters are shown and not obeyed, whoever wrote them.

use std::mem;

use port::{Reply, visible, words};

const BOLD: &str = "1";
const DIM: &str = "2";

/// Makes the text of one turn after the other.
#[derive(Debug)]
pub(crate) struct Renderer {
    ansi: bool,
    /// The part of the answer that is printed already.
    streamed: String,
    /// The whole answer of this turn, once it came.
    said: String,
    waiting: Vec<Reply>,
}

impl Renderer {
    pub(crate) fn new(ansi: bool) -> Self {
        Self { ansi, streamed: String::new(), said: String::new(), waiting: Vec::new() }
    }

    /// The text to print now.
    pub(crate) fn render(&mut self, reply: Reply) -> String {
        match reply {
            Reply::Delta(piece) => {
                self.streamed.push_str(&piece);
                visible(&piece).into_owned()
            }
            Reply::Said(text) => {
                let printed = mem::take(&mut self.streamed);
                self.said.clone_from(&text);
                let rest = match text.strip_prefix(&printed) {
                    Some(rest) => visible(rest).into_owned(),
                    None => format!("\n{}", visible(&text)),
                };
                format!("{rest}\n{}", self.released())
            }
            Reply::Done => {
                let end = self.cut_short();
                self.said.clear();
                format!("{end}\n")
            }
            other if self.streamed.is_empty() => self.whole(&other),
            other => {
                self.waiting.push(other);
                String::new()
            }
        }
    }

    /// Ends the line of an answer that will not go on, and prints what waited for its end.
    pub(crate) fn cut_short(&mut self) -> String {
        let end = if mem::take(&mut self.streamed).is_empty() { "" } else { "\n" };
        format!("{end}{}", self.released())
    }

    /// Words of the terminal's own, or of a refusal.
    pub(crate) fn note(&self, words: &str) -> String {
        format!("{}\n", self.styled(BOLD, &visible(words)))
    }

    fn released(&mut self) -> String {
        let waiting = mem::take(&mut self.waiting);
        waiting.iter().map(|reply| self.whole(reply)).collect()
    }

    fn whole(&self, reply: &Reply) -> String {
        let Some(plain) = reply.plain() else { return String::new() };
        let plain = visible(&plain);
        match reply {
            Reply::Delta(_) | Reply::More(_) | Reply::Glance(_) | Reply::State(_) | Reply::Done => String::new(),
            Reply::Said(_) | Reply::Suggestions(_) => format!("{plain}\n"),
            Reply::Progress(_) => format!("{}\n", self.styled(DIM, &plain)),
            Reply::Draft(_) => self.headed(&plain),
            Reply::Confirm(asked) => format!("{}{}\n", self.headed(&plain), asked.question()),
            // The words have told it with its link.
            Reply::Published { url, .. } if self.said.contains(url.as_str()) => String::new(),
            Reply::Published { title, url, language } => {
                // The link has a line of its own: a script takes it, a person clicks it.
                let title = visible(title).replace('\n', " ");
                self.headed(&format!("{}\n{}", words(language, "published", &[("title", &title)]), visible(url)))
            }
            Reply::Trouble { .. } => self.note(&plain),
        }
    }

    /// The first line stands out.
    fn headed(&self, text: &str) -> String {
        let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
        let end = if rest.is_empty() { "" } else { "\n" };
        format!("{}\n{rest}{end}", self.styled(BOLD, head))
    }

    fn styled(&self, style: &str, text: &str) -> String {
        if self.ansi { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
