//! Scores on public corpora that lie beside the project, when they do: a start that equals the expected one at its grain
//! is right, whichever of the times found has it. The floors stand a little under what was reached.
//!
//! Beside each score stands that of a third of the cases, drawn by a hash of their ids: far below the other, the rules know
//! lines and not language.

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

/// One case in three, always the same (FNV-1a of the id).
fn is_drawn(row: &Value) -> bool {
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text_of(row, "id").bytes().fold(0xcbf2_9ce4_8422_2325, hash).is_multiple_of(3)
}

/// Scores the rows for which there is an answer, and beside it the third of them that is drawn.
fn score(name: &str, rows: &[Value], floor: f64, right: impl Fn(&Value) -> Option<bool>) {
    let answers: Vec<(bool, bool)> = rows.iter().filter_map(|row| Some((is_drawn(row), right(row)?))).collect();
    let drawn = answers.iter().filter(|(drawn, _)| *drawn);
    let (of, hits) = drawn.fold((0usize, 0usize), |(of, hits), (_, right)| (of + 1, hits + usize::from(*right)));
    eprintln!("{name:32} a third of them: {:.1} % of {of}", 100.0 * hits as f64 / of.max(1) as f64);
    report(name, answers.iter().filter(|(_, right)| *right).count(), answers.len(), floor);
}

fn of_language(row: &Value, language: Language) -> bool {
    text_of(row, "lang").split('-').next() == Some(language.code())
}

fn number(value: &Value, key: &str) -> Option<f64> {
    let found = value.get(key)?;
    found.as_f64().or_else(|| found.as_str()?.replace(',', ".").parse().ok())
}

#[test]
fn duckling_times() {
    let Some(rows) = rows("duckling_time") else { return };
    let floors = [
        (Language::English, 86.0, 84.0),
        (Language::French, 96.0, 88.0),
        (Language::Spanish, 91.0, 94.0),
        (Language::Mandarin, 81.0, 83.0),
    ];
    for (language, instants, intervals) in floors {
        for (kind, key, floor) in [("instant", "value", instants), ("interval", "from", intervals)] {
            score(&format!("duckling {} {kind}s", language.code()), &rows, floor, |row| {
                let expected = row.get("expected").filter(|_| of_language(row, language))?;
                let section = text_of(row, "section");
                if text_of(expected, "type") != kind || section.contains("latent") || section.contains("diff") {
                    return None;
                }
                let wanted = text_of(expected, key).get(..letters(text_of(expected, "grain"))).unwrap_or("?");
                let found = starts(&reading(row, moment_of(row), language));
                Some(found.iter().any(|start| start.starts_with(wanted)))
            });
        }
    }
}

#[test]
fn dates_and_hours_in_conversation() {
    let Some(rows) = rows("sgd_slot_utterances") else { return };
    for (slot, from, to, floor) in [("date", 0, 10, 98.5), ("time", 11, 16, 99.0)] {
        score(&format!("SGD {slot}"), &rows, floor, |row| {
            let names = [slot.to_owned(), format!("event_{slot}")];
            let slots = row.get("expected").and_then(Value::as_array)?;
            let expected = slots.iter().find(|found| names.iter().any(|name| name == text_of(found, "slot")))?;
            let found = starts(&reading(row, "2019-03-01T09:00:00", Language::English));
            Some(found.iter().any(|start| start.get(from..to) == Some(text_of(expected, "canonical"))))
        });
    }
}

#[test]
fn texts_without_a_time() {
    for (corpus, floor) in [("duckling_time", 80.0), ("recognizers_datetime", 93.0), ("chrono", 80.0)] {
        let Some(rows) = rows(corpus) else { return };
        score(&format!("{corpus} without a time"), &rows, floor, |row| {
            let expected = row.get("expected")?;
            let nothing = expected.is_null() || expected.as_array().is_some_and(Vec::is_empty);
            let language = Language::from_code(text_of(row, "lang")).filter(|_| nothing)?;
            Some(reading(row, moment_of(row), language).times.is_empty())
        });
    }
}

#[test]
fn money() {
    let Some(rows) = rows("duckling_money") else { return };
    for (language, floor) in
        [(Language::English, 98.0), (Language::French, 100.0), (Language::Spanish, 100.0), (Language::Mandarin, 70.0)]
    {
        score(&format!("duckling {} money", language.code()), &rows, floor, |row| {
            let expected = row.get("expected").filter(|expected| of_language(row, language) && !expected.is_null())?;
            let scale = if text_of(expected, "currency") == "Cent" { 100.0 } else { 1.0 };
            let key = if text_of(expected, "type") == "between" { "from" } else { "amount" };
            let wanted = number(expected, key).unwrap_or(f64::NAN);
            let fits = |amount: f64| (amount * scale - wanted).abs() < 1e-6;
            let found = reading(row, "", language).money;
            Some(found.iter().any(|money| money.amount.to_string().parse().is_ok_and(fits)))
        });
    }
}

/// What a chrono test asserts of a start, field by field, where its reference is a plain moment.
#[test]
fn chrono_times() {
    let Some(rows) = rows("chrono") else { return };
    let fields =
        [("year", 0, 4), ("month", 5, 7), ("day", 8, 10), ("hour", 11, 13), ("minute", 14, 16), ("second", 17, 19)];
    for (language, floor) in
        [(Language::English, 65.0), (Language::French, 69.0), (Language::Spanish, 68.0), (Language::Mandarin, 67.0)]
    {
        score(&format!("chrono {}", language.code()), &rows, floor, |row| {
            let wanted = row.pointer("/expected/start").filter(|_| of_language(row, language))?;
            let moment = moment_of(row);
            if !text_of(row, "ref").is_empty() && moment.parse::<DateTime>().is_err() {
                return None;
            }
            let fits = |start: &String| {
                fields.iter().all(|(field, from, to)| {
                    let told = wanted.get(field).and_then(Value::as_i64);
                    told.is_none_or(|told| start.get(*from..*to).and_then(|part| part.parse().ok()) == Some(told))
                })
            };
            Some(starts(&reading(row, moment, language)).iter().any(fits))
        });
    }
}

/// Any of the candidates counts, where the case has a reference.
#[test]
fn recognizers_times() {
    let Some(rows) = rows("recognizers_datetime") else { return };
    for (language, floor) in
        [(Language::English, 64.0), (Language::French, 55.0), (Language::Spanish, 60.0), (Language::Mandarin, 68.0)]
    {
        score(&format!("Recognizers times {}", language.code()), &rows, floor, |row| {
            let found = row.get("expected").and_then(Value::as_array).filter(|_| of_language(row, language))?;
            let candidates =
                found.iter().filter_map(|found| found.get("candidates").and_then(Value::as_array)).flatten();
            let dated = candidates.filter(|one| !matches!(text_of(one, "type"), "duration" | "set" | "timezone"));
            let wanted: Vec<String> = dated
                .filter_map(|one| one.get("value").or_else(|| one.get("start")).and_then(Value::as_str))
                .map(|value| value.replace(' ', "T"))
                .collect();
            if wanted.is_empty() || moment_of(row).is_empty() {
                return None;
            }
            let fits = |start: &String| {
                let clock = |value: &String| value.len() == 8 && start.get(11..) == Some(value);
                wanted.iter().any(|value| clock(value) || start.starts_with(value.as_str()))
            };
            Some(starts(&reading(row, moment_of(row), language)).iter().any(fits))
        });
    }
}

#[test]
fn recognizers_money() {
    let Some(rows) = rows("recognizers_currency") else { return };
    for (language, floor) in
        [(Language::English, 83.0), (Language::French, 90.0), (Language::Spanish, 88.0), (Language::Mandarin, 84.0)]
    {
        score(&format!("Recognizers money {}", language.code()), &rows, floor, |row| {
            let told = row.pointer("/expected/0/resolution").filter(|_| of_language(row, language))?;
            // Theirs are cents where the words are cents.
            let cents =
                ["cent", "pen", "satoshi"].iter().any(|part| text_of(told, "unit").to_lowercase().contains(part));
            let wanted = number(told, "value")? / if cents { 100.0 } else { 1.0 };
            let fits = |amount: f64| (amount - wanted).abs() < 1e-6 || (amount - wanted * 100.0).abs() < 1e-6 && cents;
            let found = reading(row, "", language).money;
            Some(found.iter().any(|money| money.amount.to_string().parse().is_ok_and(fits)))
        });
    }
}

#[test]
fn numerals_and_lengths() {
    let (Some(numerals), Some(lengths)) = (rows("duckling_numeral"), rows("duckling_duration")) else { return };
    let floors = [
        (Language::English, 58.0, 79.0),
        (Language::French, 88.0, 100.0),
        (Language::Spanish, 93.0, 87.0),
        (Language::Mandarin, 66.0, 84.0),
    ];
    for (language, of_numerals, of_lengths) in floors {
        score(&format!("duckling numerals {}", language.code()), &numerals, of_numerals, |row| {
            let wanted = number(row.get("expected").filter(|_| of_language(row, language))?, "value")?;
            Some(reading(row, "", language).numbers.iter().any(|found| (found.value - wanted).abs() < 1e-6))
        });
        score(&format!("duckling durations {}", language.code()), &lengths, of_lengths, |row| {
            let told = row.get("expected").filter(|_| of_language(row, language))?;
            let unit = match text_of(told, "unit") {
                "second" => 1.0,
                "minute" => 60.0,
                "hour" => 3600.0,
                "day" => 86_400.0,
                "week" => 7.0 * 86_400.0,
                "month" => 30.0 * 86_400.0,
                "quarter" => 91.0 * 86_400.0,
                _ => 365.0 * 86_400.0,
            };
            let wanted = number(told, "n")? * unit;
            let near = |seconds: i64| (seconds as f64 - wanted).abs() <= wanted * 0.025;
            Some(reading(row, "", language).durations.iter().any(|found| near(found.seconds)))
        });
    }
}

#[test]
fn languages() {
    let Some(rows) = rows("recognizers_datetime") else { return };
    for (language, floor) in
        [(Language::English, 99.0), (Language::French, 97.0), (Language::Spanish, 94.0), (Language::Mandarin, 96.0)]
    {
        score(&format!("language {}", language.code()), &rows, floor, |row| {
            let told = text_of(row, "lang") == language.code();
            told.then(|| language::language_of(text_of(row, "text")) == language)
        });
    }
}
