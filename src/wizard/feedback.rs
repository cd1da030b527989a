//! What became of what was offered: taken, or seen and passed over (R77, R120).
//!
//! Promises: an offer is passed over when another of its row was taken, when what it is about was said otherwise, when other ideas
//! were asked for or all of them refused; one that nobody reacted to is neither.

use uuid::Uuid;

use super::work::Work;
use crate::domain::suggestion::Suggestion;
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::suggestions;
use crate::understanding::Intent;

impl Work<'_> {
    /// Writes down which of the last offers this message passed over.
    pub(super) async fn note_feedback(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let passed: Vec<Uuid> = self.passed_over().map(|offer| offer.id).collect();
        self.rejected = passed.len();
        if passed.is_empty() { Ok(()) } else { suggestions::rejected(tx, self.session.id, &passed).await }
    }

    fn passed_over(&self) -> impl Iterator<Item = &Suggestion> {
        let offered = &self.before.state.offered;
        let all = matches!(self.intent, Intent::Decline | Intent::Suggest);
        let beside = offered.iter().any(|offer| self.taken.contains(&offer.id));
        let otherwise = |offer: &Suggestion| offer.facts.iter().any(|fact| self.changed.contains(&fact.field()));
        let left = offered.iter().filter(|offer| !self.taken.contains(&offer.id));
        left.filter(move |offer| all || beside || otherwise(offer))
    }
}
