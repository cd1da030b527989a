//! Whatever a turn says, its run keeps the order of the protocol, and shows every text once.

use std::collections::HashSet;

use port::{Card, Choice, Confirmation, Line, Progress, Reply, Source, State};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::event::Event;

fn screen(venues: bool, confirm: bool) -> Screen {
    Screen { venues, confirm }
}

fn told(replies: Vec<Reply>, end: End, screen: Screen) -> Vec<Event> {
    let mut narrator = Narrator::new("t", "r", "m", screen);
    let mut events = narrator.begin(json!({"revision": 1}));
    for reply in replies {
        events.extend(narrator.hear(reply));
    }
    events.extend(narrator.end(end));
    events
}

/// The texts of the messages, in the order in which they began.
fn texts(events: &[Event]) -> Vec<String> {
    let mut texts: Vec<(String, String)> = Vec::new();
    for event in events {
        match event {
            Event::TextMessageStart { message_id, .. } => texts.push((message_id.clone(), String::new())),
            Event::TextMessageContent { message_id, delta } => {
                texts.iter_mut().find(|(id, _)| id == message_id).unwrap().1.push_str(delta);
            }
            _ => {}
        }
    }
    texts.into_iter().map(|(_, text)| text).collect()
}

/// The rules that the official clients enforce, and ours.
fn check(events: &[Event]) {
    let run = |event: &Event| match event {
        Event::RunStarted { run_id, .. } | Event::RunFinished { run_id, .. } => Some(run_id.clone()),
        _ => None,
    };
    assert_eq!(events.first().and_then(run).as_deref(), Some("r"));
    let (mut open, mut calls, mut seen) = (HashSet::new(), HashSet::new(), HashSet::new());
    for (index, event) in events.iter().enumerate() {
        let is_last = index + 1 == events.len();
        match event {
            Event::RunStarted { .. } => assert_eq!(index, 0),
            Event::RunFinished { .. } | Event::RunError { .. } => {
                assert!(is_last && open.is_empty() && calls.is_empty(), "{events:?}");
                assert!(run(event).is_none_or(|id| id == "r"));
            }
            Event::TextMessageStart { message_id, .. } => {
                assert!(seen.insert(message_id.clone()) && open.insert(message_id.clone()), "{message_id} twice");
            }
            Event::TextMessageContent { message_id, delta } => {
                assert!(open.contains(message_id) && !delta.is_empty());
            }
            Event::TextMessageEnd { message_id } => assert!(open.remove(message_id)),
            Event::ToolCallStart { tool_call_id, parent_message_id, .. } => {
                assert!(seen.insert(tool_call_id.clone()) && calls.insert(tool_call_id.clone()));
                assert!(parent_message_id.as_ref().is_none_or(|id| seen.contains(id)));
            }
            Event::ToolCallArgs { tool_call_id, delta } => {
                assert!(calls.contains(tool_call_id));
                assert!(serde_json::from_str::<Value>(delta).unwrap().is_object());
            }
            Event::ToolCallEnd { tool_call_id } => assert!(calls.remove(tool_call_id)),
            Event::StateSnapshot { snapshot } => assert!(snapshot.is_object()),
            Event::StateDelta { .. } | Event::MessagesSnapshot { .. } => {}
        }
        assert!(!is_last || matches!(event, Event::RunFinished { .. } | Event::RunError { .. }));
        assert!(!serde_json::to_string(event).unwrap().contains(":null"), "{event:?}");
    }
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just(" \n".to_owned()), "[a-zé🎉\u{1b}\u{0} ]{1,12}"]
}

/// Texts as a model streams them, cut anywhere, sometimes not as they end up, sometimes without an end.
fn streamed() -> impl Strategy<Value = Vec<Reply>> {
    (proptest::collection::vec(words(), 0..5), 0..4_u8).prop_map(|(pieces, end)| {
        let whole = pieces.concat();
        let said = match end {
            0 => None,
            1 => Some("something else".to_owned()),
            2 => Some(format!("{whole} and more")),
            _ => Some(whole),
        };
        pieces.into_iter().map(Reply::Delta).chain(said.map(Reply::Said)).collect()
    })
}

fn card(title: String) -> Card {
    let line = Line { label: "When".to_owned(), value: "a\nb".to_owned(), source: Source::Default };
    Card { title, lines: vec![line], missing: vec!["a place".to_owned()], language: "en".to_owned() }
}

fn shown() -> impl Strategy<Value = Vec<Reply>> {
    let choice = |label: String| Choice { id: "c".to_owned(), label, detail: None };
    let state = json!({"revision": 2, "suggestions": [{"id": "s", "type": "venue", "label": "Hall"}]});
    let one = prop_oneof![
        words().prop_map(|text| Reply::Draft(card(text))),
        words().prop_map(move |text| Reply::Suggestions(vec![choice(text)])),
        (0_i64..2, words()).prop_map(|(revision, title)| Reply::Confirm(Confirmation {
            revision,
            purpose: port::Purpose::Publish,
            token: format!("{revision}{title}"),
            card: card(title),
            url: "u".to_owned(),
            warnings: vec!["w".to_owned()],
        })),
        words().prop_map(|title| Reply::Published {
            title,
            url: "https://e.example/x".to_owned(),
            language: "en".to_owned()
        }),
        words().prop_map(|title| Reply::Progress(Progress {
            stage: 2,
            title,
            percent: 9,
            remaining_s: 9,
            language: "en".to_owned()
        })),
        (prop_oneof![Just("STOPPED"), Just("TURN_FAILED")], words()).prop_map(|(code, message)| Reply::Trouble {
            code: code.to_owned(),
            message,
            retry_after_s: None,
        }),
    ];
    prop_oneof![
        4 => one.prop_map(|reply| vec![reply]),
        1 => Just(vec![Reply::State(State(state))]),
    ]
}

/// A confirmation is asked once in a turn, and the state comes once, at the end.
fn lawful(replies: Vec<Reply>) -> Vec<Reply> {
    let mut asked = false;
    let (states, mut rest): (Vec<Reply>, Vec<Reply>) =
        replies.into_iter().partition(|reply| matches!(reply, Reply::State(_)));
    rest.retain(|reply| !matches!(reply, Reply::Confirm(_)) || !std::mem::replace(&mut asked, true));
    rest.extend(states.into_iter().take(1));
    rest
}

proptest! {
    #[test]
    fn a_run_keeps_the_order_whatever_the_turn_says(
        parts in proptest::collection::vec(prop_oneof![streamed(), shown()], 0..8),
        broken: bool,
        venues: bool,
        confirm: bool,
    ) {
        let end = if broken { End::Broken } else { End::Done };
        let events = told(lawful(parts.into_iter().flatten().collect()), end, screen(venues, confirm));
        check(&events);
        let failed = matches!(events.last(), Some(Event::RunError { .. }));
        prop_assert!(!broken || failed);
    }

    #[test]
    fn what_was_streamed_is_what_was_said(pieces in proptest::collection::vec("[a-zé🎉 ]{0,9}", 0..9)) {
        let whole = pieces.concat();
        let replies = pieces.into_iter().map(Reply::Delta).chain([Reply::Said(whole.clone())]).collect();
        let shown = texts(&told(replies, End::Done, Screen::default()));
        prop_assert_eq!(shown.concat(), whole);
        prop_assert!(shown.len() <= 1);
    }
}

#[test]
fn a_text_that_changed_its_mind_stands_whole() {
    let replies = vec![Reply::Delta("I th".to_owned()), Reply::Said("No.".to_owned())];
    assert_eq!(texts(&told(replies, End::Done, Screen::default())), ["I th", "No."]);
}

#[test]
fn troubles_end_the_run_once_and_a_stop_is_none() {
    let trouble = |code: &str, message: &str| Reply::Trouble {
        code: code.to_owned(),
        message: message.to_owned(),
        retry_after_s: None,
    };
    let events = told(vec![trouble("BUSY", "one"), trouble("X", "two")], End::Broken, Screen::default());
    let Some(Event::RunError { message, code }) = events.last() else { panic!("{events:?}") };
    assert!(code == "BUSY" && message.starts_with("one\ntwo\n"));
    let events = told(vec![trouble("STOPPED", "Stopped.")], End::Done, Screen::default());
    assert!(matches!(events.last(), Some(Event::RunFinished { .. })));
    assert_eq!(texts(&events), ["Stopped."]);
}

#[test]
fn cards_are_called_where_the_page_has_them_and_told_where_not() {
    let choice = Choice { id: "s".to_owned(), label: "Hall".to_owned(), detail: Some("near".to_owned()) };
    let state = json!({"suggestions": [{"id": "s", "type": "venue", "label": "Hall", "data": {"name": "The Hall"}}]});
    let said = Reply::Said("Where?".to_owned());
    let offer = vec![said, Reply::Suggestions(vec![choice]), Reply::State(State(state.clone()))];
    let plain = told(offer.clone(), End::Done, screen(false, false));
    assert_eq!(texts(&plain), ["Where?", "1. Hall (near)"]);
    assert!(!plain.iter().any(|event| matches!(event, Event::ToolCallStart { .. })));
    let panel = told(offer.clone(), End::Done, screen(true, true));
    assert_eq!(texts(&panel), ["Where?"]);
    let call = panel.iter().find_map(|event| match event {
        Event::ToolCallStart { tool_call_name, parent_message_id, .. } => {
            Some((*tool_call_name, parent_message_id.clone()))
        }
        _ => None,
    });
    assert_eq!(call, Some(("show_venues", Some("to-m-1".to_owned()))));
    assert!(panel.contains(&Event::StateSnapshot { snapshot: state }));
    // Nothing new was offered: the card is not shown again.
    let later = told(
        offer.into_iter().filter(|reply| !matches!(reply, Reply::Suggestions(_))).collect(),
        End::Done,
        screen(true, true),
    );
    assert!(!later.iter().any(|event| matches!(event, Event::ToolCallStart { .. })));
}

#[test]
fn what_the_answer_told_already_is_not_told_again() {
    let url = "https://e.example/e/gala".to_owned();
    let published = Reply::Published { title: "Gala".to_owned(), url: url.clone(), language: "en".to_owned() };
    let events =
        told(vec![Reply::Said(format!("Gala is live: {url}")), published.clone()], End::Done, Screen::default());
    assert_eq!(texts(&events).len(), 1);
    assert_eq!(texts(&told(vec![published], End::Done, Screen::default())), [format!("Gala is published: {url}")]);
}

#[test]
fn names_stay_short_and_are_the_same_each_time() {
    let mut name = "answer:venues-m1".to_owned();
    for _ in 0..20 {
        let next = format!("answer:venues-to-{}-2", short(&name));
        assert!(next.len() < 100 && next != name, "{next}");
        name = next;
    }
    assert_eq!(short("m1"), "m1");
    // As every process names it: a page finds the answer of a card by it, also after a restart.
    assert_eq!(short(&"a".repeat(65)), "635361c48bb9eab14198e76ea8ab7f1a");
    assert_ne!(short(&"a".repeat(300)), short(&"b".repeat(300)));
}
