//! How often an update is taken that always has to come again.
//!
//! Promises: no update holds up those behind it for ever (PAINS P4). While the store is away all of them wait, however long that is; an
//! update that cannot be taken in although the store answers is given up after some minutes, and its sender is told.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// So many tries, with the pauses between them about four minutes.
const MOST: u32 = 20;
/// So many updates are counted; Telegram brings a hundred at once.
const COUNTED: usize = 1_000;

/// Counts the tries of updates that had to come again.
#[derive(Debug, Default)]
pub(crate) struct Patience(Mutex<HashMap<u32, u32>>);

impl Patience {
    /// This update has to come again. Whether it came often enough.
    pub(crate) fn ends(&self, update: u32) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= COUNTED && !tries.contains_key(&update) {
            tries.clear();
        }
        let count = tries.entry(update).or_default();
        *count = count.saturating_add(1);
        *count >= MOST
    }

    /// It is done with.
    pub(crate) fn forget(&self, update: u32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&update);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_those_of_one_update() {
        let patience = Patience::default();
        assert!((1..MOST).all(|_| !patience.ends(7) && !patience.ends(8)));
        assert!(patience.ends(7) && patience.ends(7));
        patience.forget(7);
        assert!(!patience.ends(7));
        assert!(patience.ends(8));
    }
}
