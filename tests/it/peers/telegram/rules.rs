//! What the stand-in refuses of a message.

use serde_json::Value;

/// A status and Telegram's words.
pub(super) type Refusal = (u16, String);

/// Telegram counts in UTF-16 units.
const LONGEST: usize = 4096;

/// A lawful text, with entities that lie within it.
pub(super) fn checked_text(body: &Value) -> Result<String, Refusal> {
    let text = body["text"].as_str().unwrap_or_default();
    let bad = |words: &str| Err((400, format!("Bad Request: {words}")));
    let units = text.encode_utf16().count();
    if text.trim().is_empty() {
        return bad("message text is empty");
    }
    if units > LONGEST {
        return bad("message is too long");
    }
    if !body["parse_mode"].is_null() {
        return bad("can't parse entities: this stand-in reads entities only");
    }
    for entity in body["entities"].as_array().into_iter().flatten() {
        let number = |name: &str| entity[name].as_u64().and_then(|number| usize::try_from(number).ok());
        let (Some(offset), Some(length)) = (number("offset"), number("length")) else {
            return bad("can't parse entities: no offset or length");
        };
        let known = matches!(entity["type"].as_str(), Some("bold" | "italic" | "code" | "pre" | "blockquote"));
        if !known || length == 0 || offset + length > units {
            return bad("can't parse entities: ENTITY_BOUNDS_INVALID");
        }
        // Within a pair of units there is no boundary.
        let units: Vec<u16> = text.encode_utf16().collect();
        let splits = |at: usize| units.get(at).is_some_and(|unit| (0xDC00..0xE000).contains(unit));
        if splits(offset) || splits(offset + length) {
            return bad("can't parse entities: ENTITY_BOUNDS_INVALID");
        }
    }
    Ok(text.to_owned())
}

/// The buttons, by label and token.
pub(super) fn buttons(body: &Value) -> Result<Vec<(String, String)>, Refusal> {
    let rows = body["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
    let mut found = Vec::new();
    for row in rows {
        let row = row.as_array().filter(|row| (1..=8).contains(&row.len()));
        let Some(row) = row else { return Err((400, "Bad Request: BUTTON_ROW_INVALID".to_owned())) };
        for button in row {
            let text = button["text"].as_str().unwrap_or_default();
            let data = button["callback_data"].as_str().unwrap_or_default();
            if text.trim().is_empty() || !(1..=64).contains(&data.len()) {
                return Err((400, "Bad Request: BUTTON_DATA_INVALID".to_owned()));
            }
            found.push((text.to_owned(), data.to_owned()));
        }
    }
    if found.len() > 100 {
        return Err((400, "Bad Request: reply markup is too long".to_owned()));
    }
    Ok(found)
}
