//! What the wizard says back: data, never markup.
//!
//! A channel matches [`Reply`] exhaustively and renders what its platform can show; a new kind is a compile error in each
//! channel until it is rendered. [`Reply::plain`] says every kind in plain text.

use std::iter::once;

use serde::{Deserialize, Serialize};

use crate::words;

/// The code of the trouble that nothing can be written down just now (as in the API).
pub const UNAVAILABLE: &str = "SERVICE_UNAVAILABLE";

/// One thing to show. A turn is: any of these, then [`Reply::Done`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Reply {
    /// The next piece of the answer's text, for channels that can stream.
    Delta(String),
    /// The whole answer; equal to the joined [`Reply::Delta`]s before it.
    Said(String),
    /// What may be picked, best first.
    Suggestions(Vec<Choice>),
    /// The words that bring other suggestions than these, where there may be some: a button that says them.
    More(String),
    /// How far the event is.
    Progress(Progress),
    /// The draft as it is saved.
    Draft(Card),
    /// The draft as it is now, where a turn changed it: for a channel that keeps the last summary up to date. Others pass it over.
    Glance(Card),
    /// The question before publishing, bound to one revision of the draft.
    Confirm(Confirmation),
    /// The event is published.
    Published {
        /// The event's name.
        title: String,
        /// The public page.
        url: String,
        /// The language that the organizer is spoken to in: `en`, `fr`, `es` or `zh`.
        language: String,
    },
    /// Something went wrong; nothing that was saved is lost.
    Trouble {
        /// A stable code, as in the API: `BUSY`, `RATE_LIMIT`, `SERVICE_UNAVAILABLE` ...
        code: String,
        /// What to tell the person: what happened and what to do next.
        message: String,
        /// When to try again, in seconds.
        retry_after_s: Option<u32>,
    },
    /// Everything that a form or a panel shows, as it is saved: the last thing before [`Reply::Done`]. Channels without a
    /// screen of their own pass it over.
    State(State),
    /// The turn is over.
    Done,
}

/// The state of a session for channels that show all of it: `sessionId`, `revision`, `stage`, `draft`, `provenance`,
/// `progress`, `suggestions`, `errors`, `publish`. Its field names are the API's own, so it travels as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct State(pub serde_json::Value);

/// Something to pick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Opaque id; picking it applies it.
    pub id: String,
    /// A few words.
    pub label: String,
    /// Why it is suggested, or more about it.
    pub detail: Option<String>,
}

/// How far the event is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// 1..=6.
    pub stage: u8,
    /// The stage's name.
    pub title: String,
    /// 0..=100.
    pub percent: u8,
    /// A guess of what is left, in seconds.
    pub remaining_s: u32,
    /// The language of the title, for the words around it.
    pub language: String,
}

/// A titled list of facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The heading.
    pub title: String,
    /// The facts, in reading order.
    pub lines: Vec<Line>,
    /// What is still missing before publishing, in words.
    pub missing: Vec<String>,
    /// The language of all of it, for the words around it.
    pub language: String,
}

/// One fact of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is: "When".
    pub label: String,
    /// Its value in words: "Friday, December 4, 2026 at 6:00 PM".
    pub value: String,
    /// Where the value comes from.
    pub source: Source,
}

/// Where a value of the draft comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The organizer said it.
    Said,
    /// Worked out from what the organizer said.
    Inferred,
    /// A default; the organizer was told.
    Default,
    /// Typed into a form, or picked.
    Edited,
}

/// What a yes does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The event goes public.
    #[default]
    Publish,
    /// The published event becomes another; the card shows what would be different.
    Change,
    /// The published event is called off.
    CallOff,
    /// An order ends, and its money goes back; the card shows whose.
    Refund,
}

/// The question before publishing, and before a published event is changed or called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The revision of the draft that is shown.
    pub revision: i64,
    /// What a yes does.
    #[serde(default)]
    pub purpose: Purpose,
    /// Single use, expires; goes back in [`crate::Body::Confirm`].
    pub token: String,
    /// What would be published.
    pub card: Card,
    /// Where it would be seen.
    pub url: String,
    /// What the organizer should know before saying yes.
    pub warnings: Vec<String>,
}

impl Reply {
    /// Whether this belongs into an answer that is written down to be delivered: everything whole that can be shown, but
    /// what is only said while the store is away.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        !matches!(self, Self::Delta(_) | Self::State(_) | Self::Done) && !self.is_passing()
    }

    /// Whether this says that the store is away: it is told at once, and the answer comes later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Trouble { code, .. } if code == UNAVAILABLE)
    }

    /// This reply in plain text; `None` for what carries no text of its own.
    #[must_use]
    pub fn plain(&self) -> Option<String> {
        match self {
            Self::Delta(_) | Self::More(_) | Self::Glance(_) | Self::State(_) | Self::Done => None,
            Self::Said(text) => Some(text.clone()),
            Self::Suggestions(choices) => (!choices.is_empty()).then(|| numbered(choices)),
            Self::Progress(progress) => Some(progress.plain()),
            Self::Draft(card) => Some(card.plain()),
            Self::Confirm(confirmation) => Some(confirmation.plain()),
            Self::Published { title, url, language } => {
                Some(words(language, "published_at", &[("title", title), ("url", url)]))
            }
            Self::Trouble { message, .. } => Some(message.clone()),
        }
    }
}

fn numbered(choices: &[Choice]) -> String {
    let lines = choices.iter().zip(1..).map(|(choice, number)| match &choice.detail {
        Some(detail) => format!("  {number}. {} ({detail})", choice.label),
        None => format!("  {number}. {}", choice.label),
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl Progress {
    /// "Step 2 of 6, Venue (33 %)", in the organizer's language.
    #[must_use]
    pub fn plain(&self) -> String {
        let (number, percent) = (self.stage.to_string(), self.percent.to_string());
        words(&self.language, "step", &[("number", &number), ("title", &self.title), ("percent", &percent)])
    }
}

impl Card {
    /// The card in plain text: the title, then a line for each fact.
    #[must_use]
    pub fn plain(&self) -> String {
        let width = self.lines.iter().map(|line| line.label.chars().count()).max().unwrap_or(0);
        let facts = self.lines.iter().map(|line| {
            let pad = " ".repeat(width.saturating_sub(line.label.chars().count()));
            format!("  {}{pad}  {}{}", line.label, line.value, line.source.mark(&self.language))
        });
        let missing = self.still_missing().map(|missing| format!("  {missing}"));
        let lines: Vec<String> = once(self.title.clone()).chain(facts).chain(missing).collect();
        lines.join("\n")
    }

    /// "Still missing: a place, a price"; `None` when nothing is.
    #[must_use]
    pub fn still_missing(&self) -> Option<String> {
        let fields = self.missing.join(", ");
        (!fields.is_empty()).then(|| words(&self.language, "missing", &[("fields", &fields)]))
    }
}

impl Source {
    /// The words that tell a reader about a value that was not said outright, with a blank before them; else nothing.
    #[must_use]
    pub fn mark(self, language: &str) -> String {
        match self {
            Self::Said | Self::Edited => String::new(),
            Self::Inferred => format!(" {}", words(language, "inferred", &[])),
            Self::Default => format!(" {}", words(language, "default", &[])),
        }
    }
}

impl Confirmation {
    /// What to know before saying yes, and where the event will be: a line each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let language = &self.card.language;
        let warnings = self.warnings.iter().map(|warning| words(language, "note", &[("words", warning)]));
        let address = || words(language, "address", &[("url", &self.url)]);
        warnings.chain((self.purpose == Purpose::Publish).then(address)).collect()
    }

    /// The question for channels whose people answer in words.
    #[must_use]
    pub fn question(&self) -> String {
        self.say("in_words")
    }

    /// The question above buttons.
    #[must_use]
    pub fn short_question(&self) -> String {
        self.say("question")
    }

    /// What the button for yes says.
    #[must_use]
    pub fn yes(&self) -> String {
        self.say("yes")
    }

    /// What the button for no says.
    #[must_use]
    pub fn no(&self) -> String {
        self.say("no")
    }

    fn say(&self, part: &str) -> String {
        let purpose = match self.purpose {
            Purpose::Publish => "publish",
            Purpose::Change => "change",
            Purpose::CallOff => "call_off",
            Purpose::Refund => "refund",
        };
        words(&self.card.language, &format!("{purpose}_{part}"), &[])
    }

    fn plain(&self) -> String {
        let notes = self.notes().into_iter().map(|note| format!("  {note}"));
        let lines: Vec<String> = once(self.card.plain()).chain(notes).collect();
        lines.join("\n")
    }
}
