//! "Same as last time but in May": the draft begins as an earlier event of the organizer's.
//!
//! Promises: only their own published events; what this draft has, and what the same message says, goes before; the days are asked.

use port::Body;

use super::work::Work;
use crate::domain::again;
use crate::domain::draft::Draft;
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::past;
use crate::understanding::answers::Recalled;
use crate::understanding::{self, Context, Earlier};

/// Whether words ask for an earlier event once more, whatever else they say.
pub fn is_asked(body: &Body) -> bool {
    let Body::Text(text) = body else { return false };
    let (draft, now) = (Draft::default(), jiff::civil::DateTime::default());
    understanding::understand(text, &Context::opening(now, &draft)).earlier.is_some()
}

impl Work<'_> {
    /// Puts what the earlier event was before what the message says.
    pub(super) async fn recall(&mut self, tx: &mut Tx, earlier: Earlier) -> Result<(), StoreError> {
        if self.is_over() {
            return Ok(());
        }
        let found = past::find(tx, self.session.owner, earlier.name.as_deref()).await?;
        self.recalled = Some(match found {
            Some(past) => {
                let known = self.before.draft();
                let mut patch = again::facts(&past.draft);
                patch.retain(|(fact, _)| !known.has(fact.field()));
                patch.append(&mut self.patch);
                self.patch = patch;
                Recalled::Found { name: past.name, date: past.date }
            }
            None => Recalled::Unknown { name: earlier.name },
        });
        Ok(())
    }
}
