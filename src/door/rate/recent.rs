//! Which messages were taken in lately, so that a redelivery is neither refused nor counted again.
//!
//! Promises: a bounded number of messages, each known for a bounded number of redeliveries; one that is forgotten is counted
//! like any other, and the store still knows that it is the same.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, PoisonError};

/// Messages that are remembered: what two thousand people can send in the minute that a block lasts.
const MESSAGES: usize = 65_536;
/// How often a platform may deliver a message again for nothing: beyond that it is no redelivery but a flood.
const REDELIVERIES: u8 = 5;

/// Messages that were taken in lately.
#[derive(Debug, Default)]
pub(super) struct Recent {
    secret: RandomState,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    left: HashMap<u64, u8>,
    order: VecDeque<u64>,
}

impl Recent {
    /// Remembers a message that was taken in.
    pub(super) fn remember(&self, message: &impl Hash) {
        let name = self.secret.hash_one(message);
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        if books.left.contains_key(&name) {
            return;
        }
        books.left.insert(name, REDELIVERIES);
        books.order.push_back(name);
        if books.order.len() > MESSAGES
            && let Some(oldest) = books.order.pop_front()
        {
            books.left.remove(&oldest);
        }
    }

    /// Whether this message was taken in lately and comes again.
    pub(super) fn is_again(&self, message: &impl Hash) -> bool {
        let name = self.secret.hash_one(message);
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(left) = books.left.get_mut(&name).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_again_for_nothing_a_few_times() {
        let recent = Recent::default();
        assert!(!recent.is_again(&"m-1"));
        recent.remember(&"m-1");
        recent.remember(&"m-1");
        assert_eq!((0..10).filter(|_| recent.is_again(&"m-1")).count(), 5);
        assert!(!recent.is_again(&"m-2"));
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let recent = Recent::default();
        (0..=MESSAGES).for_each(|message| recent.remember(&message));
        assert!(!recent.is_again(&0_usize) && recent.is_again(&1_usize));
        let books = recent.books.lock().unwrap();
        assert_eq!((books.left.len(), books.order.len()), (MESSAGES, MESSAGES));
    }
}
