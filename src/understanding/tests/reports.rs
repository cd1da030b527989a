//! Lines of `eventos understand`.

use serde_json::{Value, json};

use crate::understanding::report::report;

fn parsed(line: &str) -> Value {
    serde_json::from_str(&report(line)).unwrap()
}

#[test]
fn a_line_is_answered_in_the_names_of_the_contract() {
    let line = json!({ "id": "x1", "text": "python workshop next saturday 10am-4pm, max 25 ppl, $80, 2 hours", "reference": "2026-11-23T10:00:00-05:00", "lang": "en" });
    let answer = parsed(&line.to_string());
    assert_eq!(answer["id"], "x1");
    assert_eq!(answer["language"], "en");
    assert_eq!(answer["intent"], "inform");
    assert_eq!(answer["times"][0]["start"], "2026-11-28T10:00:00");
    assert_eq!(answer["times"][0]["end"], "2026-11-28T16:00:00");
    assert_eq!(answer["times"][0]["alternatives"][0]["start"], "2026-12-05T10:00:00");
    assert_eq!(answer["money"][0], json!({ "text": "$80", "amount": "80", "currency": null }));
    assert_eq!(answer["numbers"][0], json!({ "text": "25", "value": 25 }));
    assert_eq!(answer["facts"]["type"], "workshop");
    assert_eq!(answer["facts"]["capacity"], 25);
    assert_eq!(answer["facts"]["priceCents"], 8000);
    assert_eq!(answer["facts"]["dateTime"], "2026-11-28T10:00");
    assert!(answer["facts"].get("name").is_none(), "worked out, not stated");
    assert!(answer["facts"].get("currency").is_none());
}

#[test]
fn a_malformed_line_is_answered_with_its_error() {
    for line in [
        "",
        "not json",
        "[1,2]",
        "{\"id\":1}",
        "{\"text\":\"x\",\"reference\":\"soon\"}",
        "{\"text\":5,\"reference\":\"2026-11-23T10:00\"}",
    ] {
        assert!(parsed(line)["error"].is_string(), "{line}");
    }
}
