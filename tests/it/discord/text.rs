//! What people write is text, whatever it looks like: in what they say, in the name of an event and of a place, in their own name.

use discord_peer::Place;
use serde_json::Value;

use super::{Stage, refused, until};
use crate::harness;

/// Strings that break software, as others have gathered them.
fn nasty() -> Vec<String> {
    let mut found = vec![
        "@everyone @here <@1> <#2> <t:1:R>".to_owned(),
        "[free tickets](https://evil.example)".to_owned(),
        "**bold** __u__ ~~s~~ ||h|| `c` ```\nblock\n```".to_owned(),
        "photo\u{202e}gnp.exe".to_owned(),
        "> quote\n# head\n-# small\n1. one".to_owned(),
        "\\*escaped\\* \\".to_owned(),
    ];
    for name in ["naughty_strings.dev.jsonl", "injection.dev.jsonl"] {
        let Some(path) = harness::cases(name) else { continue };
        let text = std::fs::read_to_string(path).unwrap();
        let cases = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        found.extend(cases.filter_map(|case| case["text"].as_str().map(str::to_owned)));
    }
    assert!(found.len() > 6 || harness::cases("injection.dev.jsonl").is_none(), "the cases have another shape");
    found.retain(|text| !text.trim().is_empty() && !text.contains('\0'));
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_written_is_refused_by_the_platform_or_mentions_anybody() {
    let stage = Stage::start().await;
    let texts = nasty();
    let people: Vec<u64> = (0..8).map(|number| stage.fake.person(&texts[number % texts.len()])).collect();
    for person in &people {
        stage.say(*person, "a party").await;
    }
    let mut asked = vec![0; people.len()];
    for (number, text) in texts.iter().enumerate() {
        let place = number % people.len();
        let shapes = [text.clone(), format!("it is called {text}"), format!("at {text}")];
        let said: String = shapes[number % 3].chars().take(2000).collect();
        // The platform takes no message without a word.
        if said.trim().is_empty() {
            continue;
        }
        stage.fake.write(people[place], Place::Private, &said);
        asked[place] += 1;
    }
    for (person, asked) in people.iter().zip(&asked) {
        until(&stage.fake, "everything answered", |fake| fake.screen(*person, Place::Private).len() > *asked).await;
        let summary = stage.command(*person, "summary", None).await;
        assert!(!summary.is_empty());
    }
    assert!(refused(&stage.fake).is_empty(), "{:#?}", refused(&stage.fake));
    for request in stage.fake.log() {
        let Some(content) = request.body.get("content") else { continue };
        assert_eq!(request.body["allowed_mentions"]["parse"], Value::Array(Vec::new()), "{content}");
        let shown = content.as_str().unwrap_or_default();
        assert!(!shown.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{shown:?}");
    }
    println!("{} texts", texts.len());
    stage.stop().await;
}
