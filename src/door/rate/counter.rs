//! A fixed window for each key, in a memory that does not grow.
//!
//! Promises: a key passes exactly so many calls from its first one until its window ends, then nothing until the block ends,
//! which further calls do not lengthen; there are never more windows than the bound, whoever comes.
//!
//! # At the bound
//! Keys are spread over shards by a secret hash. Each shard keeps its keys in a circle, and every call looks at two of them
//! and drops those whose window is over. A full shard makes room for a new key by looking at [`CANDIDATES`] of the circle and
//! forgetting the one that has used least. So a flood of strangers pushes out strangers: who has used more than they, and
//! above all who is blocked, stays. Forgetting a key gives it back no more than what it had used, and nobody is turned away
//! for want of memory. To shake off a block by force somebody would have to get most of a shard blocked, with a secret hash
//! and 31 calls a key, which the guard of addresses stops long before.

use std::collections::hash_map::{Entry, HashMap};
use std::collections::{VecDeque, hash_map::RandomState};
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use super::Rule;

const SHARDS: usize = 64;
/// Keys that a call looks at to drop what is over.
const SWEEP: usize = 2;
/// Keys among which the least is forgotten when a shard is full.
const CANDIDATES: usize = 16;

/// Windows by key.
#[derive(Debug)]
pub(super) struct Counter {
    rule: Rule,
    shards: Vec<Mutex<Shard>>,
    places: usize,
    secret: RandomState,
}

/// A call that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    /// Until the next call passes.
    pub(super) wait_ms: i64,
    /// The first that is refused since one passed.
    pub(super) first: bool,
}

#[derive(Debug, Default)]
struct Shard {
    windows: HashMap<u128, Window>,
    /// Every key of `windows`, once.
    circle: VecDeque<u128>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    until_ms: i64,
    /// Calls that passed; one more than the rule's when a call was refused.
    used: u32,
}

impl Counter {
    /// At most `max_keys` windows, rounded up to whole shards.
    pub(super) fn new(rule: Rule, max_keys: usize) -> Self {
        let places = max_keys.div_ceil(SHARDS).max(1);
        Self { rule, shards: (0..SHARDS).map(|_| Mutex::default()).collect(), places, secret: RandomState::new() }
    }

    /// Counts a call of this key.
    pub(super) fn take(&self, key: u128, now_ms: i64) -> Result<(), Refused> {
        if self.rule.requests == 0 {
            return Ok(());
        }
        // The remainder is below the number of shards.
        let number = usize::try_from(self.secret.hash_one(key) % SHARDS as u64).unwrap_or_default();
        let Some(shard) = self.shards.get(number) else { return Ok(()) };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.sweep(now_ms);
        let begun = Window { until_ms: now_ms + self.window_ms(), used: 1 };
        match shard.windows.entry(key) {
            Entry::Occupied(mut held) if self.lasts(*held.get(), now_ms) => self.count(held.get_mut(), now_ms),
            Entry::Occupied(mut held) => {
                held.insert(begun);
                Ok(())
            }
            Entry::Vacant(_) => {
                if shard.windows.len() >= self.places {
                    shard.make_room(now_ms);
                }
                shard.windows.insert(key, begun);
                shard.circle.push_back(key);
                Ok(())
            }
        }
    }

    fn count(&self, window: &mut Window, now_ms: i64) -> Result<(), Refused> {
        if window.used < self.rule.requests {
            window.used += 1;
            return Ok(());
        }
        let first = window.used == self.rule.requests;
        if first {
            window.used += 1;
            if self.rule.block_s > 0 {
                window.until_ms = now_ms + i64::from(self.rule.block_s) * 1000;
            }
        }
        Err(Refused { wait_ms: window.until_ms - now_ms, first })
    }

    /// Whether a window still counts. One that ends later than any can is from before the clock was set back.
    fn lasts(&self, window: Window, now_ms: i64) -> bool {
        let longest = self.window_ms().max(i64::from(self.rule.block_s) * 1000);
        now_ms < window.until_ms && window.until_ms - now_ms <= longest
    }

    fn window_ms(&self) -> i64 {
        i64::from(self.rule.window_s) * 1000
    }

    /// How many windows are held, and how many bytes they take.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize) {
        let of = |shard: &Mutex<Shard>| {
            let shard = shard.lock().unwrap();
            assert_eq!(shard.windows.len(), shard.circle.len());
            // A table of hashes keeps one byte beside each place and leaves an eighth of them free.
            let table = shard.windows.capacity() * 8 / 7 * (size_of::<(u128, Window)>() + 1);
            (shard.windows.len(), table + shard.circle.capacity() * size_of::<u128>())
        };
        self.shards.iter().map(of).fold((0, 0), |sum, shard| (sum.0 + shard.0, sum.1 + shard.1))
    }
}

impl Shard {
    /// Drops what is over among the next few.
    fn sweep(&mut self, now_ms: i64) {
        for _ in 0..SWEEP.min(self.circle.len()) {
            let Some(key) = self.circle.pop_front() else { return };
            if self.windows.get(&key).is_some_and(|window| window.until_ms <= now_ms) {
                self.windows.remove(&key);
            } else {
                self.circle.push_back(key);
            }
        }
    }

    /// Forgets the one among the next few that has used least; one whose window is over has used nothing.
    fn make_room(&mut self, now_ms: i64) {
        let used = |key: &u128| {
            self.windows.get(key).map_or(0, |window| if window.until_ms <= now_ms { 0 } else { window.used })
        };
        let looked_at = CANDIDATES.min(self.circle.len());
        let least = self.circle.iter().take(looked_at).enumerate().min_by_key(|(_, key)| used(key));
        let Some(place) = least.map(|(place, _)| place) else { return };
        // Those that stay go to the end of the circle.
        for _ in 0..place {
            let Some(key) = self.circle.pop_front() else { return };
            self.circle.push_back(key);
        }
        if let Some(key) = self.circle.pop_front() {
            self.windows.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::*;

    const WIZARD: Rule = Rule { requests: 30, window_s: 60, block_s: 60 };
    const T0: i64 = 1_800_000_000_000;

    fn take_often(counter: &Counter, key: u128, calls: usize) {
        for _ in 0..calls {
            let _ = counter.take(key, T0);
        }
    }

    #[test]
    fn the_thirty_first_call_blocks_for_a_minute_which_nothing_lengthens() {
        let counter = Counter::new(WIZARD, 1000);
        for call in 0..30 {
            assert_eq!(counter.take(1, T0 + call), Ok(()));
        }
        let refused = |first, wait_ms| Err(Refused { wait_ms, first });
        assert_eq!(counter.take(1, T0 + 59_000), refused(true, 60_000));
        for second in 1..60 {
            assert_eq!(counter.take(1, T0 + 59_000 + second * 1000), refused(false, 60_000 - second * 1000));
        }
        assert_eq!(counter.take(2, T0 + 59_000), Ok(()), "another key");
        assert_eq!(counter.take(1, T0 + 119_000), Ok(()), "the block is over");
        for _ in 1..30 {
            assert_eq!(counter.take(1, T0 + 119_000), Ok(()), "with a whole new window");
        }
        assert_eq!(counter.take(1, T0 + 119_000), refused(true, 60_000));
    }

    #[test]
    fn without_a_block_the_window_ends_by_itself() {
        let counter = Counter::new(Rule { requests: 2, window_s: 60, block_s: 0 }, 1000);
        let calls = [0, 10, 20, 30, 60].map(|second| counter.take(7, T0 + second * 1000));
        let refused = |first, wait_ms| Err(Refused { wait_ms, first });
        assert_eq!(calls, [Ok(()), Ok(()), refused(true, 40_000), refused(false, 30_000), Ok(())]);
    }

    #[test]
    fn no_rule_refuses_nothing_and_a_clock_that_is_set_back_locks_nobody_out() {
        let free = Counter::new(Rule { requests: 0, window_s: 60, block_s: 60 }, 1000);
        assert!((0..1000).all(|_| free.take(1, T0).is_ok()));
        let counter = Counter::new(WIZARD, 1000);
        take_often(&counter, 1, 31);
        assert!(counter.take(1, T0 - 3_600_000).is_ok());
    }

    #[test]
    fn of_a_hundred_at_once_thirty_pass() {
        let counter = Counter::new(WIZARD, 1000);
        let (passed, firsts) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..100 {
                scope.spawn(|| match counter.take(9, T0) {
                    Ok(()) => passed.fetch_add(1, Ordering::SeqCst),
                    Err(refused) => firsts.fetch_add(usize::from(refused.first), Ordering::SeqCst),
                });
            }
        });
        assert_eq!((passed.into_inner(), firsts.into_inner()), (30, 1));
    }

    /// PAINS P31: ten million strangers within one window. A debug build tries a hundredth, against a fifth of the places.
    /// A shard's places are no multiple of three, or the steps of each call would fall on the same places round after round.
    #[test]
    fn ten_million_strangers_take_no_more_memory_and_nobodys_quota() {
        let (strangers, max_keys) = if cfg!(debug_assertions) { (100_000, 20_000) } else { (10_000_000, 100_100) };
        let counter = Counter::new(WIZARD, max_keys);
        // One in a hundred places is in use: half of them blocked, half with two calls left.
        let active = |number: usize| u128::MAX - number as u128;
        for number in 0..max_keys / 100 {
            take_often(&counter, active(number), if number % 2 == 0 { 31 } else { 28 });
        }
        for stranger in 0..strangers {
            assert_eq!(counter.take(stranger, T0 + 1000), Ok(()));
        }
        let (held, bytes) = counter.size();
        println!("{strangers} strangers: {held} windows, {bytes} bytes");
        assert!(held <= max_keys + SHARDS && bytes <= max_keys * 160, "{held} windows in {bytes} bytes");
        for number in 0..max_keys / 100 {
            let passed = (0..5).filter(|_| counter.take(active(number), T0 + 2000).is_ok()).count();
            assert_eq!(passed, if number % 2 == 0 { 0 } else { 2 }, "key {number} lost its count");
        }
        // What is over goes by itself: no key comes back, and the circle is walked by others.
        let others = max_keys / 10;
        for call in 0..max_keys {
            let _ = counter.take((call % others) as u128, T0 + 200_000);
        }
        let left = counter.size().0;
        assert!(left <= others + others / 4, "{left} windows are left");
    }

    /// The rule in its plainest words: nothing is ever forgotten.
    #[derive(Default)]
    struct Model(std::collections::BTreeMap<u128, (i64, u32, bool)>);

    impl Model {
        fn take(&mut self, rule: Rule, key: u128, now: i64) -> Result<(), i64> {
            let (until, used, blocked) = self.0.get(&key).copied().unwrap_or((i64::MIN, 0, false));
            if now >= until {
                self.0.insert(key, (now + i64::from(rule.window_s) * 1000, 1, false));
                return Ok(());
            }
            if used < rule.requests {
                self.0.insert(key, (until, used + 1, false));
                return Ok(());
            }
            let until = if blocked { until } else { now + i64::from(rule.block_s) * 1000 };
            self.0.insert(key, (until, used, true));
            Err(until - now)
        }
    }

    proptest! {
        #[test]
        fn it_does_what_the_plain_rule_says(
            requests in 1..6_u32, window_s in 1..5_u32, block_s in 1..5_u32,
            calls in proptest::collection::vec((0..4_u128, 0..1500_i64), 1..200),
        ) {
            let rule = Rule { requests, window_s, block_s };
            let (counter, mut model, mut now) = (Counter::new(rule, 1000), Model::default(), T0);
            for (key, step) in calls {
                now += step;
                prop_assert_eq!(counter.take(key, now).map_err(|refused| refused.wait_ms), model.take(rule, key, now));
            }
        }

        #[test]
        fn there_are_never_more_windows_than_the_bound(keys in proptest::collection::vec(any::<u128>(), 1..2000)) {
            let counter = Counter::new(WIZARD, 128);
            for key in keys {
                prop_assert!(counter.take(key, T0).is_ok());
            }
            prop_assert!(counter.size().0 <= 128);
        }
    }
}
