//! Reads lines of JSON, `{"id","text","reference","lang"?}`, and writes what is found in each: the engine without the wizard.

use std::io::{BufRead, Write};

use language::{Language, Reference, read};
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let answer =
            serde_json::from_str::<Value>(&line?).map_err(|error| error.to_string()).and_then(|line| told(&line));
        writeln!(out, "{}", answer.unwrap_or_else(|error| json!({ "error": error })))?;
    }
    out.flush()
}

fn told(line: &Value) -> Result<Value, String> {
    let word = |key: &str| line.get(key).and_then(Value::as_str);
    let now: jiff::civil::DateTime =
        word("reference").unwrap_or_default().parse().map_err(|error: jiff::Error| error.to_string())?;
    let reference = Reference { language: word("lang").and_then(Language::from_code), ..Reference::from(now) };
    let text = word("text").unwrap_or_default();
    let mut found = serde_json::to_value(read(text, &reference)).map_err(|error| error.to_string())?;
    if let Some(found) = found.as_object_mut() {
        found.insert("id".to_owned(), line.get("id").cloned().unwrap_or_default());
    }
    Ok(found)
}
