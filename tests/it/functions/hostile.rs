//! Bodies that nobody means well with: none makes a fault, and what an organizer may write comes back as it was written.

use serde_json::{Value, json};

use super::{Api, process, save};
use crate::harness;

#[tokio::test(flavor = "multi_thread")]
async fn no_body_makes_a_fault() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let deep = format!("{{\"action\":\"initialize\",\"eventData\":{}{}}}", "{\"a\":".repeat(500), "}".repeat(500));
    let bodies: Vec<Vec<u8>> = vec![
        vec![],
        b"null".to_vec(),
        b"{".to_vec(),
        vec![0xFF, 0xFE],
        b"{\"action\":\"initialize\",\"stage\":1e999}".to_vec(),
        b"{\"action\":\"initialize\",\"stage\":-1}".to_vec(),
        b"{\"action\":\"initialize\",\"stage\":1.5}".to_vec(),
        deep.into_bytes(),
        process(&session, 1, &"x".repeat(100_001)).to_string().into_bytes(),
        process(&session, 1, "a\0b").to_string().into_bytes(),
        save(&session, json!({"name": "\u{0}"})).to_string().into_bytes(),
        save(&session, json!({"ticketTiers": [{"name": "x", "priceCents": 1, "quantity": 4_000_000_000_u32}]}))
            .to_string()
            .into_bytes(),
        save(&session, json!({"slug": "a--b", "country": "é", "recurrence": "\u{7}", "amenities": [""]}))
            .to_string()
            .into_bytes(),
        save(&session, json!({"dateTime": "-009999-01-01T00:00:00Z", "capacity": 1e300, "priceCents": -1}))
            .to_string()
            .into_bytes(),
        save(&session, json!({"venueId": "00000000-0000-0000-0000-000000000001"})).to_string().into_bytes(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body).chars().take(120).collect::<String>();
        let answer = api.post(&ana, body, &[]).await;
        assert_eq!(answer.code(), (400, "INVALID_INPUT".to_owned()), "{shown}: {}", answer.text);
    }
    let twice =
        format!("{{\"action\":\"save-draft\",\"action\":\"process-stage\",\"sessionId\":\"{session}\",\"stage\":1}}");
    api.post(&ana, twice, &[]).await.ok();
    let huge = api.post(&ana, vec![b' '; 1024 * 1024 + 1], &[]).await;
    assert_eq!(huge.code(), (413, "TOO_LARGE".to_owned()));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn naughty_strings_are_words_and_names_like_any_other() {
    let Some(path) = harness::cases("naughty_strings.dev.jsonl") else { return };
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let mut session = api.session(&ana).await;
    let text = std::fs::read_to_string(path).unwrap();
    for (number, line) in text.lines().enumerate() {
        let case: Value = serde_json::from_str(line).unwrap();
        let Some(naughty) = case["text"].as_str().or_else(|| case["string"].as_str()) else {
            panic!("no text in {line}")
        };
        if number % 40 == 39 {
            session = api.session(&ana).await;
        }
        let heard = api.ask(&ana, process(&session, u8::try_from(number % 6).unwrap() + 1, naughty)).await;
        assert!(heard.status == 200 || naughty.contains('\0'), "{naughty:?}: {}", heard.text);
        if heard.status == 200 {
            assert!(!heard.ok()["aiResponse"]["suggestions"].as_array().unwrap().is_empty(), "{naughty:?}");
        }
        let saved = api.ask(&ana, save(&session, json!({ "description": naughty }))).await;
        match saved.status {
            200 if naughty.trim().is_empty() => {}
            200 => assert_eq!(saved.ok()["eventDraft"]["description"], naughty.trim(), "{naughty:?}"),
            400 => {}
            status => panic!("{naughty:?}: {status} {}", saved.text),
        }
    }
    api.stop().await;
}
