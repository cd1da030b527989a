//! When an item is tried again: exponentially later, never all at the same moment, and not before the other side asked for.

use std::time::Duration;

/// No answer can put an item off for longer than this, in seconds.
const LONGEST_ASKED_S: u32 = 24 * 3600;
/// How much of a pause is left to chance.
const SPREAD: f64 = 0.25;

/// How long until the next attempt. `attempts`: how often it was begun. `chance`: in 0..1, another for each item.
pub(super) fn delay(attempts: i32, first_s: u32, most_s: u32, asked_s: Option<u32>, chance: f64) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(30);
    let pause_s = (f64::from(first_s) * f64::from(2_u32.pow(doublings))).min(f64::from(most_s));
    let spread = Duration::from_secs_f64(pause_s * (1.0 + SPREAD * chance.clamp(0.0, 1.0)));
    spread.max(Duration::from_secs(asked_s.unwrap_or(0).min(LONGEST_ASKED_S).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(attempt: i32, asked_s: Option<u32>, chance: f64) -> u64 {
        delay(attempt, 60, 14_400, asked_s, chance).as_secs()
    }

    #[test]
    fn pauses_double_from_a_minute_and_have_an_end() {
        let pauses: Vec<u64> = (1..=9).map(|attempt| pause(attempt, None, 0.0)).collect();
        assert_eq!(pauses, [60, 120, 240, 480, 960, 1920, 3840, 7680, 14_400]);
        assert_eq!(pause(i32::MAX, None, 0.0), 14_400);
        assert_eq!(pause(0, None, 1.0), 75);
    }

    #[test]
    fn the_other_side_can_ask_for_more_but_not_for_ever_and_never_for_less() {
        assert_eq!(pause(1, Some(600), 0.5), 600);
        assert_eq!(pause(1, Some(1), 0.0), 60);
        assert_eq!(pause(1, Some(u32::MAX), 0.0), 86_400);
    }
}
