//! What an answer is made from.

use crate::domain::clock_turn::ClockTurn;
use crate::domain::draft::Draft;
use crate::domain::error::FieldError;
use crate::domain::fact::Field;
use crate::domain::publishing::Warning;
use crate::domain::suggestion::Suggestion;
use crate::understanding::{Doubt, Intent, Wish};

/// Everything that an answer tells.
#[expect(clippy::struct_excessive_bools, reason = "each tells a thing of its own about one answer; none is a state")]
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// What the organizer wanted.
    pub intent: Intent,
    /// What is another now.
    pub changed: &'a [Field],
    /// What was refused.
    pub errors: &'a [FieldError],
    /// The draft as a form wanted it where somebody else changed its fields meanwhile.
    pub yours: Option<&'a Draft>,
    /// What can be meant in another way.
    pub doubts: &'a [Doubt],
    /// A time without a day.
    pub wish: Option<&'a Wish>,
    /// The clocks skip the hour that was just set, or show it twice.
    pub clock: Option<ClockTurn>,
    /// What was just assumed; it is told in words.
    pub defaults: &'a [Field],
    /// The draft as it stands.
    pub draft: &'a Draft,
    /// The name of the venue, when one that we know was picked.
    pub venue: Option<&'a str>,
    /// What is asked next.
    pub asked: &'a [Field],
    /// What is offered.
    pub suggestions: &'a [Suggestion],
    /// What publishing still demands.
    pub missing: &'a [Field],
    /// What the organizer should know before saying yes.
    pub warnings: &'a [Warning],
    /// The name and the link of what was just published.
    pub published: Option<(&'a str, &'a str)>,
    /// What came of an undo or redo.
    pub reverted: Option<Reverted>,
    /// The earlier event that this one was to begin as.
    pub recalled: Option<&'a Recalled>,
    /// What was made out of a voice message.
    pub heard: Option<&'a str>,
    /// The first answer of the conversation.
    pub first: bool,
    /// Only the beginning of the message was read.
    pub cut: bool,
    /// Must sign in to publish.
    pub guest: bool,
    /// Tells of what was worked out, too.
    pub worked_out: bool,
    /// ISO 639-1.
    pub language: &'a str,
}

/// What came of an undo or redo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reverted {
    /// The last change is taken back.
    Undone,
    /// It is there again.
    Redone,
    /// There was nothing to take back.
    NothingToUndo,
    /// There was nothing to bring back.
    NothingToRedo,
}

/// What came of the wish to begin as an earlier event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recalled {
    /// It was found.
    Found {
        /// What it is called.
        name: String,
        /// The day on which it began.
        date: Option<jiff::civil::Date>,
    },
    /// There is none of this name, or none at all.
    Unknown {
        /// As the organizer named it.
        name: Option<String>,
    },
}

impl<'a> Telling<'a> {
    /// An answer about this draft that tells nothing yet.
    pub fn about(draft: &'a Draft, language: &'a str) -> Self {
        Self {
            intent: Intent::Inform,
            changed: &[],
            errors: &[],
            yours: None,
            doubts: &[],
            wish: None,
            clock: None,
            defaults: &[],
            draft,
            venue: None,
            asked: &[],
            suggestions: &[],
            missing: &[],
            warnings: &[],
            published: None,
            reverted: None,
            recalled: None,
            heard: None,
            first: false,
            cut: false,
            guest: false,
            worked_out: false,
            language,
        }
    }
}
