//! Answers that take as long whatever they find: neither does their time tell whether an address has an account.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Longer than leaving a mail for the publisher takes.
const STEP: Duration = Duration::from_millis(150);

/// Does the work. Its answer comes a step after the beginning; where the work took longer, at the end of the step in which it was done.
///
/// Only what differs with what is found belongs in here: hashing a password takes as long for everybody, and longer than a step when
/// many do it at once.
pub(crate) async fn in_steps<T>(work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = Box::pin(work).await;
    let steps = begun.elapsed().as_nanos() / STEP.as_nanos() + 1;
    sleep_until(begun + STEP * u32::try_from(steps).unwrap_or(u32::MAX)).await;
    done
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_comes_at_the_end_of_a_step() {
        for (work_ms, answer_ms) in [(0, 150), (1, 150), (140, 150), (160, 300), (1000, 1050)] {
            let begun = Instant::now();
            in_steps(sleep(Duration::from_millis(work_ms))).await;
            // The clock counts whole milliseconds.
            let took = begun.elapsed().as_millis();
            assert!((answer_ms..=answer_ms + 1).contains(&took), "{work_ms}: {took}");
        }
    }
}
