//! Scores on public corpora that lie beside the project, when they do: a start that equals the expected one at its grain
//! is right, whichever of the times found has it. The floors stand a little under what was reached.

#![expect(clippy::print_stderr, reason = "the scores are what one runs this for, and a skipped test says so")]

use std::io::Write as _;
use std::path::PathBuf;

use jiff::civil::DateTime;
use language::{Language, Reading, Reference, read};
use serde_json::Value;

fn rows(name: &str) -> Option<Vec<Value>> {
    let root = std::env::var_os("EVENTOS_SHARED").map_or_else(|| PathBuf::from("../../shared"), PathBuf::from);
    let path = root.join("cases").join(format!("{name}.dev.jsonl"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        note_skip(name);
        return None;
    };
    Some(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// A passing test's output is not shown: what was skipped is gathered where `tools/test.sh` looks. What lies outside the project
/// may be absent everywhere, also where `REQUIRE_ALL` forbids other skips.
fn note_skip(name: &str) {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("skipped.txt");
    let line = format!("skipped: {name}.dev.jsonl, which lies outside the project, is not at hand");
    eprintln!("{line}");
    let written =
        std::fs::File::options().create(true).append(true).open(&path).and_then(|mut file| writeln!(file, "{line}"));
    assert!(written.is_ok(), "{}: {written:?}", path.display());
}

fn text_of<'a>(row: &'a Value, key: &str) -> &'a str {
    row.get(key).and_then(Value::as_str).unwrap_or("")
}

fn reading(row: &Value, now: &str, language: Language) -> Reading {
    let now: DateTime = now.parse().unwrap_or(jiff::civil::date(2026, 11, 23).at(10, 0, 0, 0));
    read(text_of(row, "text"), &Reference::from(now).in_language(language))
}

fn moment_of(row: &Value) -> &str {
    text_of(row, "ref").get(..19).unwrap_or("")
}

/// How many letters of an ISO time its grain makes count.
fn letters(grain: &str) -> usize {
    match grain {
        "year" => 4,
        "quarter" | "month" => 7,
        "week" | "day" => 10,
        "hour" => 13,
        "minute" => 16,
        _ => 19,
    }
}

fn starts(reading: &Reading) -> Vec<String> {
    reading.times.iter().map(|time| time.value.start.strftime("%Y-%m-%dT%H:%M:%S").to_string()).collect()
}

fn report(name: &str, right: usize, of: usize, floor: f64) {
    assert!(of > 0, "{name}: nothing to score");
    let share = 100.0 * right as f64 / of as f64;
    eprintln!("{name:32} n {of:5}  {share:5.1} %  floor {floor}");
    assert!(share >= floor, "{name}: {share:.1} % is under {floor}");
}

#[test]
fn duckling_times() {
    let Some(rows) = rows("duckling_time") else { return };
    let floors = [
        (Language::English, 85.0, 84.0),
        (Language::French, 95.0, 88.0),
        (Language::Spanish, 91.0, 94.0),
        (Language::Mandarin, 80.0, 83.0),
    ];
    for (language, instants, intervals) in floors {
        for (kind, key, floor) in [("instant", "value", instants), ("interval", "from", intervals)] {
            let (mut right, mut of) = (0, 0);
            for row in &rows {
                let expected = row.get("expected").cloned().unwrap_or_default();
                let section = text_of(row, "section");
                let other = text_of(row, "lang").split('-').next() != Some(language.code())
                    || text_of(&expected, "type") != kind;
                if other || section.contains("latent") || section.contains("diff") {
                    continue;
                }
                let letters = letters(text_of(&expected, "grain"));
                of += 1;
                let wanted = text_of(&expected, key).get(..letters).unwrap_or("?").to_owned();
                right += usize::from(
                    starts(&reading(row, moment_of(row), language)).iter().any(|start| start.starts_with(&wanted)),
                );
            }
            report(&format!("duckling {} {kind}s", language.code()), right, of, floor);
        }
    }
}

#[test]
fn dates_and_hours_in_conversation() {
    let Some(rows) = rows("sgd_slot_utterances") else { return };
    for (slot, from, to, floor) in [("date", 0, 10, 98.5), ("time", 11, 16, 99.0)] {
        let (mut right, mut of) = (0, 0);
        for row in &rows {
            let slots = row.get("expected").and_then(Value::as_array).cloned().unwrap_or_default();
            let Some(expected) = slots
                .iter()
                .find(|found| [slot.to_owned(), format!("event_{slot}")].contains(&text_of(found, "slot").to_owned()))
            else {
                continue;
            };
            of += 1;
            let found = starts(&reading(row, "2019-03-01T09:00:00", Language::English));
            right += usize::from(found.iter().any(|start| start.get(from..to) == Some(text_of(expected, "canonical"))));
        }
        report(&format!("SGD {slot}"), right, of, floor);
    }
}

#[test]
fn texts_without_a_time() {
    for (corpus, floor) in [("duckling_time", 80.0), ("recognizers_datetime", 93.0), ("chrono", 80.0)] {
        let Some(rows) = rows(corpus) else { return };
        let (mut right, mut of) = (0, 0);
        for row in &rows {
            let nothing = row
                .get("expected")
                .is_some_and(|expected| expected.is_null() || expected.as_array().is_some_and(Vec::is_empty));
            let Some(language) = Language::from_code(text_of(row, "lang")).filter(|_| nothing) else { continue };
            of += 1;
            right += usize::from(reading(row, moment_of(row), language).times.is_empty());
        }
        report(&format!("{corpus} without a time"), right, of, floor);
    }
}

#[test]
fn money() {
    let Some(rows) = rows("duckling_money") else { return };
    for (language, floor) in
        [(Language::English, 98.0), (Language::French, 100.0), (Language::Spanish, 100.0), (Language::Mandarin, 70.0)]
    {
        let (mut right, mut of) = (0, 0);
        for row in &rows {
            let expected = row.get("expected").cloned().unwrap_or_default();
            if text_of(row, "lang").split('-').next() != Some(language.code()) || expected.is_null() {
                continue;
            }
            of += 1;
            let number = |key: &str| expected.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN);
            let scale = if text_of(&expected, "currency") == "Cent" { 100.0 } else { 1.0 };
            let wanted = if text_of(&expected, "type") == "between" { number("from") } else { number("amount") };
            let found = reading(row, "", language).money;
            right +=
                usize::from(found.iter().any(|money| {
                    (money.amount.to_string().parse::<f64>().unwrap_or(0.0) * scale - wanted).abs() < 1e-6
                }));
        }
        report(&format!("duckling {} money", language.code()), right, of, floor);
    }
}

#[test]
fn languages() {
    let Some(rows) = rows("recognizers_datetime") else { return };
    for (language, floor) in
        [(Language::English, 99.0), (Language::French, 97.0), (Language::Spanish, 94.0), (Language::Mandarin, 96.0)]
    {
        let (mut right, mut of) = (0, 0);
        for row in rows.iter().filter(|row| text_of(row, "lang") == language.code()) {
            of += 1;
            right += usize::from(language::language_of(text_of(row, "text")) == language);
        }
        report(&format!("language {}", language.code()), right, of, floor);
    }
}
