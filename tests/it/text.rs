//! Odd text: everything is answered or refused in words, comes back unchanged, and nothing is lost.

use std::fmt::Write as _;

use port::recorder::Failure;
use port::{Refusal, Sender};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use crate::harness::{self, program::Program};

/// Sends each text and looks whether the conversation gives it back unchanged. A refusal in words is fine too.
async fn round_trip(texts: &[String]) -> (usize, usize) {
    let database = harness::database().await;
    let program = Program::start(&database).await;
    let mut ana = program.organizer("ana@example.com");
    let (mut kept, mut refused, mut expected) = (0, 0, Vec::new());
    for text in texts {
        match ana.say(text).await {
            Ok(_) => {
                expected.push(text.clone());
                kept += 1;
            }
            Err(Failure::Refused(Refusal::Invalid(words))) => {
                assert!(!words.is_empty());
                refused += 1;
            }
            Err(other) => panic!("{text:?}: {other}"),
        }
    }
    if let Some(session) = ana.session() {
        let from = Sender::Local { email: Some("ana@example.com".to_owned()) };
        let history = program.door().history(&from, session).await.unwrap();
        let said: Vec<&str> =
            history.turns.iter().filter(|turn| turn.from_user).map(|turn| turn.text.as_str()).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).rev().take(said.len()).collect();
        assert_eq!(said.into_iter().rev().collect::<Vec<_>>(), expected);
        assert!(history.turns.iter().all(|turn| !turn.text.contains("something went wrong")), "a turn failed");
    }
    program.stop().await;
    (kept, refused)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_is_refused_in_words_and_a_long_message_is_kept() {
    let long = "word ".repeat(19_000);
    let megabyte = "word ".repeat(200_000);
    assert_eq!(round_trip(&[long, megabyte, "for 30 people".to_owned()]).await, (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_are_kept_or_refused() {
    let mut texts: Vec<String> = (0_u8..32).map(|code| format!("it is called A{}B", char::from(code))).collect();
    texts.extend(
        ["\u{7f}", "\u{85}", "\u{202e}abc", "\u{feff}x", "\u{fffd}", "e\u{301}", "👨‍👩‍👧", "\u{e000}"].map(str::to_owned),
    );
    let (kept, refused) = round_trip(&texts).await;
    assert_eq!(
        (kept, refused),
        (texts.len() - 2, 2),
        "only NUL cannot be kept, and a lone line separator says nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_nobody_wrote_is_survived() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let any = proptest::collection::vec(any::<char>(), 1..60).prop_map(|chars| chars.into_iter().collect::<String>());
    let texts: Vec<String> = (0..150).map(|_| any.new_tree(&mut runner).unwrap().current()).collect();
    let (kept, refused) = round_trip(&texts).await;
    assert_eq!(kept + refused, texts.len());
}

async fn corpus(name: &str, most: usize) {
    let Some(path) = harness::cases(name) else { return };
    let lines = std::fs::read_to_string(path).unwrap();
    let texts: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().to_owned())
        .take(most)
        .collect();
    let (kept, refused) = round_trip(&texts).await;
    let mut words = String::new();
    write!(words, "{name}: {kept} kept, {refused} refused").unwrap();
    println!("{words}");
    assert_eq!(kept + refused, texts.len());
    assert!(kept > refused * 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn naughty_strings_are_kept_or_refused() {
    corpus("naughty_strings.dev.jsonl", usize::MAX).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn injections_are_inert() {
    corpus("injection.dev.jsonl", 200).await;
}
