//! From an answer to the messages that show it: text with bold and italic parts, cut to what Telegram takes, and buttons.
//!
//! Promises: nothing is lost or doubled; no part is longer than 4,096 UTF-16 units; control characters are shown and not obeyed; markup
//! is sent as entities, so that no word of anybody can break it; the buttons stand under the last part.

use std::ops::Range;

use port::split::split;
use port::{Card, Choice, Confirmation, Outgoing, Reply, Turn, visible, words};
use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, MessageEntityKind};

use crate::keys::Key;

/// The longest message, in UTF-16 units.
pub(crate) const LONGEST: usize = 4096;
/// Words that are shown of a message that was said elsewhere, in characters.
const MEANWHILE_CHARS: usize = 300;
/// A label that is longer stands in the text, and its number on the button.
const LABEL_CHARS: usize = 28;
/// Numbers in a row of buttons.
const NUMBERS: usize = 5;

/// One message.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) entities: Vec<MessageEntity>,
    pub(crate) buttons: Option<InlineKeyboardMarkup>,
}

/// Text under construction.
#[derive(Debug, Default)]
struct Text {
    text: String,
    spans: Vec<(Range<usize>, MessageEntityKind)>,
}

impl Text {
    fn push(&mut self, words: &str) {
        self.text.push_str(&visible(words));
    }

    fn styled(&mut self, words: &str, kind: MessageEntityKind) {
        let start = self.text.len();
        self.push(words);
        if self.text.len() > start {
            self.spans.push((start..self.text.len(), kind));
        }
    }

    /// Begins a new paragraph.
    fn apart(&mut self) {
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
    }

    fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Cut to messages, each with its entities.
    fn parts(&self) -> Vec<Part> {
        let mut at = 0;
        let mut parts = Vec::new();
        for text in split(&self.text, LONGEST) {
            // Where a seam changed the text, as within a block of code, it goes without entities.
            let found = self.text.get(at..).and_then(|rest| rest.find(&text)).map(|offset| at + offset);
            let entities = found.map(|start| self.entities(start..start + text.len())).unwrap_or_default();
            at = found.map_or(at, |start| start + text.len());
            parts.push(Part { text, entities, buttons: None });
        }
        parts
    }

    fn entities(&self, part: Range<usize>) -> Vec<MessageEntity> {
        let units = |range: Range<usize>| self.text.get(range).map_or(0, |text| text.encode_utf16().count());
        let within = self.spans.iter().filter_map(|(span, kind)| {
            let (start, end) = (span.start.max(part.start), span.end.min(part.end));
            let length = if start < end { units(start..end) } else { 0 };
            (length > 0).then(|| MessageEntity::new(kind.clone(), units(part.start..start), length))
        });
        within.collect()
    }
}

/// The messages of an answer. What was said elsewhere is not repeated where others read along.
pub(crate) fn pages(outgoing: &Outgoing, overheard: bool) -> Vec<Part> {
    let language = outgoing.language.as_str();
    let session = outgoing.session.clone().unwrap_or_default();
    let mut text = Text::default();
    let mut buttons = None;
    if !overheard {
        meanwhile(&mut text, &outgoing.meanwhile, language);
    }
    let mut said = String::new();
    for reply in &outgoing.replies {
        match reply {
            Reply::Delta(_) | Reply::Glance(_) | Reply::State(_) | Reply::Done => {}
            Reply::Said(words) => {
                text.apart();
                text.push(words);
                said.push_str(words);
            }
            Reply::Suggestions(choices) => {
                if let Some(keyboard) = offer(&mut text, choices, outgoing.session.as_deref()) {
                    buttons = Some(keyboard);
                }
            }
            Reply::More(words) => {
                let more = button(&visible(words), &Key::Say { session: session.clone() });
                buttons = match (buttons, more) {
                    (Some(keyboard), Some(more)) => Some(keyboard.append_row([more])),
                    (keyboard, None) => keyboard,
                    (None, Some(more)) => Some(InlineKeyboardMarkup::new([[more]])),
                };
            }
            Reply::Progress(progress) => {
                text.apart();
                text.styled(&progress.plain(), MessageEntityKind::Italic);
            }
            Reply::Draft(shown) => {
                text.apart();
                card(&mut text, shown);
            }
            Reply::Confirm(asked) => buttons = Some(question(&mut text, asked, &session)),
            // The words have told it with its link.
            Reply::Published { url, .. } if said.contains(url.as_str()) => {}
            Reply::Published { title, url, language } => {
                text.apart();
                text.styled(&words(language, "published", &[("title", title)]), MessageEntityKind::Bold);
                text.push(&format!("\n{url}"));
            }
            Reply::Trouble { message, .. } => {
                text.apart();
                text.push(message);
            }
        }
    }
    if outgoing.again {
        text.apart();
        text.styled(&words(language, "again", &[]), MessageEntityKind::Italic);
    }
    finish(&text, buttons)
}

/// The draft alone, in one message.
pub(crate) fn sheet(shown: &Card) -> Option<Part> {
    let mut text = Text::default();
    card(&mut text, shown);
    finish(&text, None).into_iter().next()
}

fn finish(text: &Text, buttons: Option<InlineKeyboardMarkup>) -> Vec<Part> {
    let mut parts = text.parts();
    if let Some(last) = parts.last_mut() {
        last.buttons = buttons;
    }
    parts
}

/// What was said elsewhere since this chat saw the conversation last.
fn meanwhile(text: &mut Text, turns: &[Turn], language: &str) {
    if turns.is_empty() {
        return;
    }
    text.styled(&words(language, "meanwhile", &[]), MessageEntityKind::Italic);
    let you = words(language, "you", &[]);
    for turn in turns {
        let mut short: String = turn.text.chars().take(MEANWHILE_CHARS).collect();
        if short.len() < turn.text.len() {
            short.push('…');
        }
        let who = if turn.from_user { format!("{you}: ") } else { String::new() };
        text.line();
        text.styled(&format!("› {who}{}", short.replace('\n', " ")), MessageEntityKind::Italic);
    }
}

/// The facts of an event, a line each.
fn card(text: &mut Text, card: &Card) {
    text.styled(&card.title, MessageEntityKind::Bold);
    for line in &card.lines {
        text.line();
        text.styled(&line.label, MessageEntityKind::Bold);
        text.push(&format!(": {}{}", line.value, line.source.mark(&card.language)));
    }
    if let Some(missing) = card.still_missing() {
        text.line();
        text.styled(&missing, MessageEntityKind::Italic);
    }
}

/// The question before publishing.
fn question(text: &mut Text, asked: &Confirmation, session: &str) -> InlineKeyboardMarkup {
    text.apart();
    card(text, &asked.card);
    for note in asked.notes() {
        text.line();
        text.push(&note);
    }
    text.apart();
    // What a yes does differs: it publishes, changes, or calls off.
    text.styled(&asked.short_question(), MessageEntityKind::Bold);
    let yes = Key::Confirm { session: session.to_owned(), revision: asked.revision, token: asked.token.clone() };
    let no = Key::Decline { session: session.to_owned() };
    let row = [(asked.yes(), yes), (asked.no(), no)];
    let row = row.into_iter().filter_map(|(label, key)| button(&label, &key));
    InlineKeyboardMarkup::new([row.collect::<Vec<_>>()])
}

/// What may be picked: short labels as buttons, others as a numbered list with the numbers as buttons. The ids of a notice, which is
/// no session's, are keys of ours already.
fn offer(text: &mut Text, choices: &[Choice], session: Option<&str>) -> Option<InlineKeyboardMarkup> {
    if choices.is_empty() {
        return None;
    }
    let key = |choice: &Choice| match session {
        Some(session) => Some(Key::Pick { session: session.to_owned(), choice: choice.id.clone() }),
        None => Key::read(&choice.id),
    };
    let pressed = |label: &str, choice: &Choice| key(choice).and_then(|key| button(label, &key));
    let is_short = |choice: &Choice| {
        choice.detail.is_none()
            && choice.label.chars().count() <= LABEL_CHARS
            && pressed(&choice.label, choice).is_some()
    };
    if choices.iter().all(is_short) {
        let buttons: Vec<_> = choices.iter().filter_map(|choice| pressed(&visible(&choice.label), choice)).collect();
        return Some(InlineKeyboardMarkup::new(buttons.chunks(2).map(<[_]>::to_vec)));
    }
    text.apart();
    for (number, choice) in (1..).zip(choices) {
        text.line();
        text.push(&format!("{number}. "));
        text.styled(&choice.label, MessageEntityKind::Bold);
        if let Some(detail) = &choice.detail {
            text.push(&format!(" – {detail}"));
        }
    }
    let numbers: Vec<_> =
        (1..).zip(choices).filter_map(|(number, choice): (usize, _)| pressed(&number.to_string(), choice)).collect();
    (!numbers.is_empty()).then(|| InlineKeyboardMarkup::new(numbers.chunks(NUMBERS).map(<[_]>::to_vec)))
}

/// A button; `None` for what no button can carry.
pub(crate) fn button(label: &str, key: &Key) -> Option<InlineKeyboardButton> {
    key.pack().map(|data| InlineKeyboardButton::callback(label, data))
}
