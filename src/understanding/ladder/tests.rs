//! When rungs rest and when models are left alone, by a clock that the tests hold; and climbs over models that are scripted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;

use super::breaker::Breaker;
use super::pressure::Pressure;
use super::{Climb, Ladder, Policy, Pressing};
use crate::understanding::model::{Model, Piece, Pieces, Request, Trouble, Usage};

const POLICY: Policy = Policy {
    tries: 4,
    whole: Duration::from_mins(1),
    gap: Duration::from_secs(30),
    pause: Duration::from_millis(1),
    failures: 3,
    rest: Duration::from_secs(30),
    pressing: Pressing { window: Duration::from_mins(1), least: 10, percent: 40, probe: Duration::from_secs(10) },
};

/// Answers the same each time.
#[derive(Debug)]
struct Scripted {
    name: &'static str,
    pieces: Result<Vec<Result<Piece, Trouble>>, Trouble>,
    calls: AtomicUsize,
}

#[async_trait]
impl Model for Scripted {
    fn name(&self) -> &str {
        self.name
    }

    async fn answer(&self, _: &Request) -> Result<Pieces, Trouble> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.pieces.clone().map(|pieces| futures::stream::iter(pieces).boxed())
    }
}

fn scripted(name: &'static str, pieces: Result<Vec<Result<Piece, Trouble>>, Trouble>) -> Arc<Scripted> {
    Arc::new(Scripted { name, pieces, calls: AtomicUsize::new(0) })
}

#[expect(clippy::unnecessary_wraps, reason = "a piece of a script, which has troubles, too")]
fn words(text: &str) -> Result<Piece, Trouble> {
    Ok(Piece::Words(text.to_owned()))
}

const END: Result<Piece, Trouble> = Ok(Piece::End { usage: Some(Usage { prompt: 5, completion: 1 }) });

async fn climb(models: &[&Arc<Scripted>]) -> (Climb, String) {
    let rungs = models.iter().map(|model| (Arc::clone(model) as Arc<dyn Model>, Duration::from_secs(20))).collect();
    let ladder = Ladder::new(rungs, POLICY);
    let (sender, mut receiver) = unbounded_channel();
    let climb = ladder.climb(&Request { messages: Vec::new(), tools: Vec::new(), max_tokens: 1 }, &sender).await;
    let mut text = String::new();
    while let Ok(piece) = receiver.try_recv() {
        text.push_str(&piece.text);
    }
    (climb, text)
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_may_not_goes_to_the_next_at_once() {
    let second = || scripted("second", Ok(vec![words("hello"), END]));
    for (trouble, first_calls) in [
        (Trouble::Failed(503), 3),
        (Trouble::Unreachable("refused".into()), 3),
        (Trouble::Busy { retry_after: None }, 3),
        (Trouble::Busy { retry_after: Some(Duration::from_hours(1)) }, 1),
        (Trouble::UnknownModel, 1),
        (Trouble::Unauthorized(401), 1),
        (Trouble::Quota, 1),
        (Trouble::Refused(400), 1),
        (Trouble::Late, 1),
    ] {
        let (first, second) = (scripted("first", Err(trouble.clone())), second());
        let (climb, text) = climb(&[&first, &second]).await;
        assert_eq!(first.calls.load(Ordering::SeqCst), first_calls, "{trouble:?}");
        assert_eq!((climb.rung, text.as_str(), climb.whole), (Some(1), "hello", true), "{trouble:?}");
        assert_eq!(climb.troubles.len(), first_calls);
    }
}

#[tokio::test]
async fn a_half_sentence_is_never_mixed_with_another_models() {
    let broken = || Err(Trouble::Broken("cut".into()));
    let call = Ok(Piece::Call { index: 0, name: Some("propose_changes".into()), arguments: "{".into() });
    let second = scripted("second", Ok(vec![words("hello"), END]));
    let (climb_one, text) =
        climb(&[&scripted("first", Ok(vec![words("Well, "), call.clone(), broken()])), &second]).await;
    assert_eq!((climb_one.rung, climb_one.whole, text.as_str()), (Some(0), false, "Well, "));
    assert_eq!((climb_one.calls.len(), second.calls.load(Ordering::SeqCst)), (0, 0), "half a call is no call");
    let (climb_two, text) = climb(&[&scripted("first", Ok(vec![call, broken()])), &second]).await;
    assert_eq!((climb_two.rung, text.as_str(), climb_two.calls.len()), (Some(1), "hello", 0));
}

#[tokio::test]
async fn calls_of_one_climb_are_bounded() {
    let (first, second) = (scripted("first", Err(Trouble::Failed(500))), scripted("second", Err(Trouble::Failed(500))));
    let (climb, text) = climb(&[&first, &second]).await;
    assert_eq!((climb.rung, climb.tries, text.as_str()), (None, 4, ""));
}

#[test]
fn a_breaker_opens_rests_and_lets_one_try() {
    let (breaker, start) = (Breaker::default(), Instant::now());
    let at = |seconds| start + Duration::from_secs(seconds);
    for second in 0..3 {
        assert!(breaker.lets_pass(at(second)));
        breaker.failed(&Trouble::Failed(500), POLICY, at(second));
    }
    assert!(!breaker.lets_pass(at(3)) && !breaker.is_ready(at(31)));
    assert!(breaker.is_ready(at(33)) && breaker.lets_pass(at(33)), "its rest is over");
    assert!(!breaker.lets_pass(at(33)), "one try at a time");
    breaker.went_well();
    assert!(breaker.lets_pass(at(34)));
    breaker.failed(&Trouble::UnknownModel, POLICY, at(35));
    assert!(!breaker.lets_pass(at(400)) && breaker.lets_pass(at(700)), "nothing but another setting helps");
    breaker.went_well();
    let wished = Trouble::Busy { retry_after: Some(Duration::from_hours(24)) };
    breaker.failed(&wished, POLICY, at(800));
    assert!(!breaker.lets_pass(at(1_000)) && breaker.lets_pass(at(1_101)), "no server rests us for a day");
}

#[test]
fn slow_models_are_left_alone_and_come_back() {
    let (pressure, start) = (Pressure::new(POLICY.pressing), Instant::now());
    let at = |seconds| start + Duration::from_secs(seconds);
    for number in 0..10 {
        assert!(pressure.lets_pass(at(number)));
        // Four of ten are no more than 40 %.
        pressure.note(number < 4, at(number));
    }
    assert!(!pressure.is_on());
    pressure.note(true, at(10));
    assert!(pressure.is_on(), "five of eleven are");
    assert!(!pressure.lets_pass(at(11)));
    for second in [20, 30, 40] {
        assert!(pressure.is_on());
        assert!(pressure.lets_pass(at(second)) && !pressure.lets_pass(at(second)), "a probe now and then");
        pressure.note(false, at(second));
    }
    assert!(!pressure.is_on() && pressure.lets_pass(at(41)));
    // What lies behind the window counts no more.
    for second in 0..9 {
        pressure.note(true, at(100 + second));
    }
    pressure.note(false, at(200));
    assert!(!pressure.is_on());
}

#[test]
fn models_that_rest_are_found_resting_without_being_tried() {
    let ladder = Ladder::new(vec![(scripted("first", Ok(vec![END])), Duration::from_secs(20))], POLICY);
    assert!(!ladder.rests() && ladder.admits());
    for _ in 0..POLICY.pressing.least {
        ladder.note_late();
    }
    assert!(ladder.is_spared() && ladder.rests() && !ladder.admits());

    let (pressure, now) = (Pressure::new(POLICY.pressing), Instant::now());
    for _ in 0..POLICY.pressing.least {
        pressure.note(true, now);
    }
    let due = now + POLICY.pressing.probe;
    assert!(pressure.holds_back(now) && !pressure.holds_back(due) && !pressure.holds_back(due), "looking is no try");
    assert!(pressure.lets_pass(due) && pressure.holds_back(due), "one is let through to try");
}
