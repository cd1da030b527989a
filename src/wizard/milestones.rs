//! What a turn reached, counted once it is settled (R120).

use crate::telemetry::metrics;

/// What a turn reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Milestones {
    /// A stage further than before.
    pub(super) stage: Option<u8>,
    /// It made the event's row.
    pub(super) created: bool,
    /// It published the event.
    pub(super) published: bool,
    /// Suggestions that are shown with its answer.
    pub(super) shown: usize,
    /// Suggestions that were taken.
    pub(super) accepted: usize,
    /// Suggestions that were passed over.
    pub(super) rejected: usize,
}

impl Milestones {
    /// Counts them; the turn is settled.
    pub(super) fn count(self) {
        metrics::message(metrics::Message::Answered);
        if let Some(stage) = self.stage {
            metrics::stage(stage);
        }
        if self.created {
            metrics::event_created();
        }
        if self.published {
            metrics::published();
        }
        metrics::suggestions_shown(self.shown);
        metrics::suggestions_accepted(self.accepted);
        metrics::suggestions_rejected(self.rejected);
    }
}
