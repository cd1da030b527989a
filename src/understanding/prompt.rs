//! What a model is shown: the only place where such text is made. Templates: `prompts/`, described in `prompts/README.md`.
//!
//! Promises: a name that a template does not know is an error, never an empty text; what people wrote stands between `<data>`
//! and `</data>`, where it cannot end its own section; what looks like a secret, an address or a number of a person is left
//! out; the conversation is a bounded window, with the words that began it.

mod redact;
mod templates;

use jiff::civil::DateTime;
use serde::Serialize;

use super::answers;
use super::card;
use super::model::{Message, Request, Role};
use super::notices;
use super::proposal;
use super::prose::date_words;
use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::publishing;
use crate::domain::stage::Stage;
use crate::domain::suggestion::Suggestion;
pub use redact::redact;
pub use templates::{PromptError, Prompts};

/// The longest message of the window that is shown, in characters.
const MESSAGE: usize = 600;
/// So much of the last message is shown, in characters.
const WORDS: usize = 4_000;
/// The words that began the conversation are recalled so far, in characters.
const OPENING: usize = 300;
/// So many of the newest messages are shown whole.
pub const WINDOW: usize = 8;

/// What there is to tell a model about a turn.
#[derive(Debug, Clone, Copy)]
pub struct Brief<'a> {
    /// Where the conversation is.
    pub stage: Stage,
    /// ISO 639-1.
    pub language: &'a str,
    /// The organizer's local time.
    pub now: DateTime,
    /// The draft with what the rules understood just now.
    pub draft: &'a Draft,
    /// The name of the draft's venue, when it is one that we know.
    pub venue: Option<&'a str>,
    /// What the rules understood just now.
    pub changed: &'a [Field],
    /// What is asked next.
    pub asked: &'a [Field],
    /// What is offered.
    pub suggestions: &'a [Suggestion],
    /// What was said before this message, oldest first; only the newest of it is shown.
    pub before: &'a [Said],
    /// How many messages there were before this one, and the words that began the conversation.
    pub earlier: (usize, Option<&'a str>),
    /// The organizer's last message.
    pub words: &'a str,
    /// The longest answer, in tokens.
    pub max_tokens: u32,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// By the organizer; else by the wizard.
    pub by_organizer: bool,
    /// The words.
    pub text: String,
}

/// What `turn.txt` may name.
#[derive(Serialize)]
struct Turn {
    today: String,
    earlier: Option<String>,
    draft: Vec<Line>,
    missing: Vec<String>,
    suggestions: Vec<Offer>,
    understood: Vec<String>,
    question: String,
    words: String,
}

#[derive(Serialize)]
struct Line {
    label: String,
    value: String,
}

#[derive(Serialize)]
struct Offer {
    label: String,
    detail: Option<String>,
}

/// What `system.txt` may name.
#[derive(Serialize)]
struct System<'a> {
    language_name: &'a str,
    stage_words: String,
}

/// The request for a turn.
///
/// # Errors
/// A template that cannot be rendered.
pub fn request(prompts: &Prompts, brief: &Brief<'_>) -> Result<Request, PromptError> {
    let mut messages = vec![Message { role: Role::System, content: instructions(prompts, brief)? }];
    messages.extend(window(brief.before).iter().map(|said| Message {
        role: if said.by_organizer { Role::User } else { Role::Assistant },
        content: head(&redact(&said.text), MESSAGE),
    }));
    messages.push(Message { role: Role::User, content: prompts.render("turn", &turn(brief))? });
    Ok(Request { messages, tools: vec![proposal::tool()], max_tokens: brief.max_tokens })
}

/// The house's own words to the model; they never belong in an answer.
///
/// # Errors
/// A template that cannot be rendered.
pub fn instructions(prompts: &Prompts, brief: &Brief<'_>) -> Result<String, PromptError> {
    let stage_words = prompts.render(&format!("stages/{}", brief.stage.number()), &())?;
    prompts.render("system", &System { language_name: language_name(brief.language), stage_words })
}

fn turn(brief: &Brief<'_>) -> Turn {
    let (draft, language) = (brief.draft, brief.language);
    let lines = card::lines(draft, brief.venue, language);
    let line = |line: card::CardLine| Line { label: line.label, value: redact(&line.value) };
    let offer = |one: &Suggestion| Offer { label: redact(&one.label), detail: one.detail.as_deref().map(redact) };
    let named = |field: &Field| notices::field_name(*field, language);
    Turn {
        today: date_words(brief.now.date(), language),
        earlier: earlier(brief),
        draft: lines.into_iter().map(line).collect(),
        missing: publishing::missing(draft).iter().map(named).collect(),
        suggestions: brief.suggestions.iter().map(offer).collect(),
        understood: brief.changed.iter().map(named).collect(),
        question: answers::question(brief.asked, draft, language),
        words: head(&redact(brief.words), WORDS),
    }
}

fn window(before: &[Said]) -> &[Said] {
    before.get(before.len().saturating_sub(WINDOW)..).unwrap_or(before)
}

/// What the window leaves out: how much it was, and the words that began it. The facts of it stand in the draft.
fn earlier(brief: &Brief<'_>) -> Option<String> {
    let (all, opening) = brief.earlier;
    let left_out = all.saturating_sub(window(brief.before).len());
    let opening = opening.filter(|_| left_out > 0)?;
    Some(format!("{left_out} messages are left out here. It began with: {}", head(&redact(opening), OPENING)))
}

/// The beginning of a text.
fn head(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{} ...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn language_name(code: &str) -> &'static str {
    match code {
        "fr" => "French",
        "es" => "Spanish",
        "zh" => "Mandarin Chinese, in simplified characters",
        _ => "English",
    }
}

/// About how many tokens a request takes to be read: never less than there are, for the writing of the four languages.
pub fn estimate(request: &Request) -> u32 {
    let text = |text: &str| text.chars().map(|letter| if letter.is_ascii() { 1 } else { 4 }).sum::<usize>().div_ceil(3);
    let messages: usize = request.messages.iter().map(|message| text(&message.content) + 8).sum();
    let tools: usize =
        request.tools.iter().map(|tool| text(&tool.parameters.to_string()) + text(tool.description)).sum();
    u32::try_from(messages + tools).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
