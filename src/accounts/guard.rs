//! Against guessing: how often something was tried by somebody within a window of time.
//!
//! Promises: memory is bounded; when it is full, what was counted longest ago is forgotten first.

use std::collections::HashMap;
use std::sync::Mutex;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// So many windows are kept; each takes some 60 bytes.
const MOST: usize = 50_000;

/// Counts tries.
#[derive(Debug, Default)]
pub(super) struct Guard(Mutex<HashMap<[u8; 16], Window>>);

#[derive(Debug, Clone, Copy)]
struct Window {
    count: u32,
    /// Seconds since 1970.
    ends: i64,
}

impl Guard {
    /// Counts a try.
    ///
    /// # Errors
    /// Seconds until the next, when there were `limit` in the window of `span_s` seconds.
    pub(super) fn count(&self, key: &[&str], limit: u32, span_s: i64, now: Timestamp) -> Result<(), i64> {
        let now = now.as_second();
        let mut windows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if windows.len() >= MOST {
            make_room(&mut windows, now);
        }
        let window = windows.entry(name(key)).or_insert(Window { count: 0, ends: now + span_s });
        if window.ends <= now {
            *window = Window { count: 0, ends: now + span_s };
        }
        if window.count >= limit {
            return Err(window.ends - now);
        }
        window.count += 1;
        Ok(())
    }

    /// The try was a good one: it and those before it do not count.
    pub(super) fn forgive(&self, key: &[&str]) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&name(key));
    }
}

/// Forgets what has ended; then the half that ends first.
fn make_room(windows: &mut HashMap<[u8; 16], Window>, now: i64) {
    windows.retain(|_, window| window.ends > now);
    if windows.len() < MOST {
        return;
    }
    let mut ends: Vec<i64> = windows.values().map(|window| window.ends).collect();
    let middle = ends.len() / 2;
    let (_, middle, _) = ends.select_nth_unstable(middle);
    let middle = *middle;
    windows.retain(|_, window| window.ends > middle);
}

/// Keys are hashed, so that nothing of a person is kept.
fn name(key: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in key {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let mut name = [0; 16];
    name.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_ends_and_is_forgiven() {
        let guard = Guard::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!((guard.count(&["a"], 2, 60, at(0)), guard.count(&["a"], 2, 60, at(1))), (Ok(()), Ok(())));
        assert_eq!(guard.count(&["a"], 2, 60, at(20)), Err(40));
        assert_eq!(guard.count(&["b"], 2, 60, at(20)), Ok(()));
        guard.forgive(&["a"]);
        assert_eq!(guard.count(&["a"], 1, 60, at(20)), Ok(()));
        assert_eq!((guard.count(&["a"], 1, 60, at(79)), guard.count(&["a"], 1, 60, at(80))), (Err(1), Ok(())));
        assert_ne!(name(&["ab", "c"]), name(&["a", "bc"]));
    }

    #[test]
    fn memory_is_bounded() {
        let guard = Guard::default();
        for number in 0..i64::try_from(MOST * 2).unwrap() {
            guard.count(&[&number.to_string()], 1, 10_000_000, Timestamp::from_second(number).unwrap()).unwrap();
        }
        assert!(guard.0.lock().unwrap().len() <= MOST);
    }
}
