//! Counts the steps of the engine's loops, so that a test can tell how work grows with a text without looking at a clock.
//!
//! Promises: outside this crate's own tests a step is nothing at all.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// One turn of a loop that a text could make long.
#[inline]
pub(crate) fn step() {
    #[cfg(test)]
    STEPS.set(STEPS.get() + 1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Reference, TEXT_LIMIT, read};

    /// What would be worst for one loop or another.
    const UNITS: [&str; 18] = [
        "The quick brown fox jumps over the lazy dog. ",
        "1 ",
        "1,",
        "111 ",
        "1,111,",
        "may ",
        "on Friday March 3 at 7pm to 9pm, $20-30 and two hours ",
        "1:2-3/4.5,",
        "aaaaaaaaaa",
        "三月三日下午三点到五点",
        "一",
        "a-b-",
        "hundred and ",
        "half past quarter to ",
        "le 3 mars à 9h du matin et demie ",
        "el martes a las tres y media de la tarde ",
        "((((\"''--",
        "San Saint New York 88 Queen Street ",
    ];

    fn steps(unit: &str, language: Language, size: usize) -> u64 {
        let text = unit.repeat(size / unit.len());
        let before = STEPS.get();
        let now = jiff::civil::date(2026, 11, 23).at(10, 0, 0, 0);
        read(&text, &Reference::from(now).in_language(language));
        STEPS.get() - before
    }

    #[test]
    fn twice_the_text_is_twice_the_work() {
        for (unit, language) in UNITS.into_iter().flat_map(|unit| Language::ALL.map(|language| (unit, language))) {
            let (once, twice) = (steps(unit, language, 1 << 13), steps(unit, language, 1 << 14));
            assert!(twice <= once * 21 / 10, "{unit:?}, {language:?}: {once} steps for 8 KB, {twice} for 16");
            assert!(twice > 1 << 13, "{unit:?}, {language:?}: {twice} steps are not all of them");
        }
    }

    /// However long and dense a text is, the work on it has an end.
    #[test]
    fn a_megabyte_is_a_bounded_amount_of_work() {
        let steps = steps("1 ", Language::English, TEXT_LIMIT);
        assert!(steps < 40_000_000, "{steps}");
    }
}
