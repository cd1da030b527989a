//! Every kind is shown, within the limits, with nothing lost.

use port::{Card, Choice, Confirmation, Line, Progress, Source};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::limits::{
    BUTTONS, CUSTOM_ID, EMBED_FIELDS, EMBED_TITLE, EMBED_TOTAL, FIELD_NAME, FIELD_VALUE, OPTION_TEXT, OPTIONS,
};
use crate::reading::unescaped;

const SESSION: &str = "7b9c7c38-51a6-4ad1-b9a9-1f7a49a5b8d2";

fn shown(replies: &[Reply]) -> Vec<Message> {
    render(View {
        words: Words::of("en"),
        owner: u64::MAX,
        session: Some(SESSION),
        replies,
        meanwhile: &[],
        unfinished: "",
        form: false,
    })
}

/// Everything that a person reads, white space aside.
fn read(messages: &[Message]) -> String {
    let mut text = String::new();
    for message in messages {
        text.push_str(&unescaped(&message.content));
        for embed in &message.embeds {
            text.push_str(&unescaped(&embed.title));
            text.push_str(&unescaped(&embed.description));
            for field in &embed.fields {
                text.push_str(&unescaped(&field.name));
                text.push_str(&unescaped(&field.value));
            }
        }
        for row in &message.rows {
            match row {
                Row::Buttons(keys) => keys.iter().for_each(|key| text.push_str(&key.label)),
                Row::Menu { options, .. } => options.iter().for_each(|option| {
                    text.push_str(&option.label);
                    text.extend(option.description.clone());
                }),
            }
        }
    }
    text.split_whitespace().collect()
}

/// What the platform would refuse.
fn refused(message: &Message) -> Option<String> {
    let body = message.body();
    let long = |value: &Value, limit: usize| value.as_str().is_some_and(|text| text.encode_utf16().count() > limit);
    if long(&body["content"], CONTENT) || message.content.trim().is_empty() && message.embeds.is_empty() {
        return Some("content".to_owned());
    }
    for embed in body["embeds"].as_array().into_iter().flatten() {
        let fields = embed["fields"].as_array().cloned().unwrap_or_default();
        let bad = |field: &Value| {
            long(&field["name"], FIELD_NAME)
                || long(&field["value"], FIELD_VALUE)
                || field["name"] == ""
                || field["value"] == ""
        };
        if long(&embed["title"], EMBED_TITLE)
            || fields.len() > EMBED_FIELDS
            || fields.iter().any(bad)
            || embed.to_string().len() > 12 * EMBED_TOTAL
        {
            return Some(format!("embed {embed}"));
        }
    }
    let rows = body["components"].as_array().cloned().unwrap_or_default();
    let mut ids = Vec::new();
    for row in &rows {
        let components = row["components"].as_array().cloned().unwrap_or_default();
        if components.is_empty() || components.len() > BUTTONS {
            return Some(format!("row {row}"));
        }
        for component in components {
            ids.push(component["custom_id"].clone());
            let options = component["options"].as_array().cloned().unwrap_or_default();
            let bad = |option: &Value| {
                ["label", "value", "description"]
                    .iter()
                    .any(|name| long(&option[name], OPTION_TEXT) || option[name] == "")
            };
            let button =
                component["type"] == 2 && (long(&component["label"], BUTTON_LABEL) || component["label"] == "");
            if long(&component["custom_id"], CUSTOM_ID) || button || options.len() > OPTIONS || options.iter().any(bad)
            {
                return Some(format!("component {component}"));
            }
        }
    }
    let count = ids.len();
    ids.sort_by_key(ToString::to_string);
    ids.dedup();
    (rows.len() > ROWS || ids.len() < count).then(|| format!("rows {rows:?}"))
}

fn line() -> impl Strategy<Value = Line> {
    ("\\PC{1,30}", "\\PC{0,400}").prop_map(|(label, value)| Line { label, value, source: Source::Default })
}

fn card() -> impl Strategy<Value = Card> {
    ("\\PC{1,300}", prop::collection::vec(line(), 0..30), prop::collection::vec("[a-z ]{1,20}", 0..5))
        .prop_map(|(title, lines, missing)| Card { title, lines, missing, language: "en".to_owned() })
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = ("[0-9a-f]{36}", "\\PC{1,120}", prop::option::of("\\PC{1,120}"));
    prop::collection::vec(choice.prop_map(|(id, label, detail)| Choice { id, label, detail }), 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn no_turn_is_refused_or_loses_words(text in "(\\PC|\n|\\*){0,2500}", card in card(), choices in choices()) {
        let confirm = Confirmation { revision: 3, purpose: Purpose::CallOff, token: "0".repeat(32), card: card.clone(), url: "https://e.example/e/x".to_owned(), warnings: vec!["w".to_owned()] };
        let replies = [Reply::Said(text), Reply::Draft(card.clone()), Reply::Suggestions(choices.clone()), Reply::Confirm(confirm)];
        let messages = shown(&replies);
        for message in &messages {
            prop_assert_eq!(refused(message), None);
        }
        let screen = read(&messages);
        let squeezed = |text: &str| port::visible(text).split_whitespace().collect::<String>();
        for line in &card.lines {
            prop_assert!(screen.contains(&squeezed(&line.label)), "{:?}", line.label);
        }
        for choice in choices {
            prop_assert!(screen.contains(&squeezed(&choice.label)), "{:?} is not in {}", choice.label, screen);
        }
    }
}

#[test]
fn a_turn_is_one_message() {
    let card = Card {
        title: "Jazz *night*".to_owned(),
        lines: vec![Line { label: "When".to_owned(), value: "Friday, 18:00".to_owned(), source: Source::Inferred }],
        missing: vec!["a place".to_owned()],
        language: "en".to_owned(),
    };
    let choices =
        ["Town hall", "Old barn"].map(|label| Choice { id: label.to_owned(), label: label.to_owned(), detail: None });
    let progress =
        Progress { stage: 2, title: "Place".to_owned(), percent: 30, remaining_s: 60, language: "en".to_owned() };
    let messages = shown(&[
        Reply::Said("Where is it?".to_owned()),
        Reply::Draft(card),
        Reply::Suggestions(choices.to_vec()),
        Reply::Progress(progress),
    ]);
    assert_eq!(messages.len(), 1);
    let body = messages[0].body();
    assert_eq!(body["content"], "Where is it?\n-# Step 2 of 6, Place (30 %)");
    assert_eq!(body["embeds"][0]["title"], "Jazz \\*night\\*");
    assert_eq!(body["embeds"][0]["fields"][0]["value"], "Friday, 18:00 (worked out)");
    assert_eq!(body["embeds"][0]["description"], "Still missing: a place");
    assert_eq!(body["components"][0]["components"][0]["label"], "Change");
    assert_eq!(body["components"][1]["components"][1]["label"], "Old barn");
    assert_eq!(body["allowed_mentions"], serde_json::json!({"parse": []}));
}

#[test]
fn what_was_said_with_its_link_is_not_said_again() {
    let url = "https://events.example/e/jazz_night".to_owned();
    let said = Reply::Said(format!("It is live: {url}"));
    let messages =
        shown(&[said, Reply::Published { title: "Jazz".to_owned(), url: url.clone(), language: "en".to_owned() }]);
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].content.matches(&url).count(), 1);
    assert_eq!(
        messages[0].rows,
        [Row::Buttons(vec![Key { label: "Open the page".to_owned(), kind: KeyKind::Link(url) }])]
    );
}

#[test]
fn nothing_to_show_is_no_message() {
    assert!(shown(&[]).is_empty());
    assert!(shown(&[Reply::Done, Reply::Suggestions(Vec::new())]).is_empty());
}

#[test]
fn what_was_said_elsewhere_comes_first() {
    let turn = |from_user, text: &str| Turn { id: "1".to_owned(), from_user, text: text.to_owned() };
    let meanwhile = [turn(true, "a party"), turn(false, "When?")];
    let replies = [Reply::Said("And where?".to_owned())];
    let view = View {
        words: Words::of("fr"),
        owner: 1,
        session: None,
        replies: &replies,
        meanwhile: &meanwhile,
        unfinished: "",
        form: true,
    };
    let messages = render(view);
    assert_eq!(messages[0].content, "-# Entre-temps, ailleurs :\n**Vous:** a party\nWhen?\nAnd where?");
    assert_eq!(messages[0].body()["components"][0]["components"][0]["label"], "Répondre");
}
