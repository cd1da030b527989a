//! What the platform takes: the limits of its API, as refusals with the code 50035. Written from its documentation, not from
//! what the bot does.

use std::collections::HashSet;

use serde_json::Value;

fn long(value: &Value, most: usize) -> bool {
    value.as_str().is_some_and(|text| text.encode_utf16().count() > most)
}

fn blank(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim().is_empty())
}

/// Why a message is refused; `part`: it changes one, so that what it does not name stays.
pub(super) fn message(body: &Value, part: bool) -> Option<String> {
    let embeds = body["embeds"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !body.is_object() || long(&body["content"], 2000) {
        return Some("content: Must be 2000 or fewer in length.".to_owned());
    }
    if !part && blank(&body["content"]) && embeds.is_empty() {
        return Some("Cannot send an empty message".to_owned());
    }
    if body["nonce"].as_str().is_some_and(|nonce| nonce.len() > 25) {
        return Some("nonce: Must be 25 or fewer in length.".to_owned());
    }
    if embeds.len() > 10 {
        return Some("embeds: Must be 10 or fewer in length.".to_owned());
    }
    let mut total = 0;
    for embed in embeds {
        if let Some(reason) = self::embed(embed, &mut total) {
            return Some(reason);
        }
    }
    if total > 6000 {
        return Some("embeds: Embed size exceeds maximum size of 6000".to_owned());
    }
    components(&body["components"])
}

fn embed(embed: &Value, total: &mut usize) -> Option<String> {
    let mut count = |value: &Value| *total += value.as_str().map_or(0, |text| text.encode_utf16().count());
    if long(&embed["title"], 256) || long(&embed["description"], 4096) {
        return Some("embeds: title or description is too long".to_owned());
    }
    count(&embed["title"]);
    count(&embed["description"]);
    let fields = embed["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
    if fields.len() > 25 {
        return Some("embeds.fields: Must be 25 or fewer in length.".to_owned());
    }
    for field in fields {
        count(&field["name"]);
        count(&field["value"]);
        if blank(&field["name"]) || blank(&field["value"]) || long(&field["name"], 256) || long(&field["value"], 1024) {
            return Some(format!("embeds.fields: {field}"));
        }
    }
    None
}

/// Why the components under a message are refused.
fn components(rows: &Value) -> Option<String> {
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    if rows.len() > 5 {
        return Some("components: Must be between 1 and 5 in length.".to_owned());
    }
    let mut ids = HashSet::new();
    for row in rows {
        let parts = row["components"].as_array().map(Vec::as_slice).unwrap_or_default();
        let menus = parts.iter().filter(|part| part["type"] == 3).count();
        if row["type"] != 1 || parts.is_empty() || parts.len() > 5 || menus > 0 && parts.len() > 1 {
            return Some(format!("components: a row that is none: {row}"));
        }
        for part in parts {
            if let Some(reason) = component(part) {
                return Some(reason);
            }
            if part["style"] != 5 && !ids.insert(part["custom_id"].as_str().unwrap_or_default().to_owned()) {
                return Some("components: Component custom id cannot be duplicated".to_owned());
            }
        }
    }
    None
}

fn component(part: &Value) -> Option<String> {
    let named = !blank(&part["custom_id"]) && !long(&part["custom_id"], 100);
    let lawful = match part["type"].as_u64() {
        Some(2) if part["style"] == 5 => {
            part["url"].as_str().is_some_and(|url| url.starts_with("http") && url.len() <= 512)
                && part.get("custom_id").is_none()
        }
        Some(2) => {
            named
                && !blank(&part["label"])
                && !long(&part["label"], 80)
                && (1..=4).contains(&part["style"].as_u64().unwrap_or_default())
        }
        Some(3) => {
            let options = part["options"].as_array().map(Vec::as_slice).unwrap_or_default();
            let mut values = HashSet::new();
            let fits = |option: &Value| {
                !blank(&option["label"])
                    && !blank(&option["value"])
                    && ["label", "value", "description"].iter().all(|name| !long(&option[name], 100))
                    && option.get("description").is_none_or(|text| !blank(text))
            };
            named
                && (1..=25).contains(&options.len())
                && options.iter().all(|option| fits(option) && values.insert(option["value"].to_string()))
                && !long(&part["placeholder"], 150)
        }
        _ => false,
    };
    (!lawful).then(|| format!("components: {part}"))
}

/// Why a first answer is refused.
pub(super) fn answer(body: &Value) -> Option<String> {
    let data = &body["data"];
    match body["type"].as_u64() {
        Some(1 | 5 | 6) => None,
        Some(4) => message(data, false),
        Some(7) => message(data, true),
        Some(9) => modal(data),
        _ => Some("type: unknown".to_owned()),
    }
}

fn modal(data: &Value) -> Option<String> {
    let rows = data["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let titled = !blank(&data["title"])
        && !long(&data["title"], 45)
        && !blank(&data["custom_id"])
        && !long(&data["custom_id"], 100);
    let input = |row: &Value| {
        let part = &row["components"][0];
        part["type"] == 4
            && !blank(&part["custom_id"])
            && !blank(&part["label"])
            && !long(&part["label"], 45)
            && !long(&part["placeholder"], 100)
            && part["max_length"].as_u64().is_none_or(|most| (1..=4000).contains(&most))
            && matches!(part["style"].as_u64(), Some(1 | 2))
    };
    (!titled || !(1..=5).contains(&rows.len()) || !rows.iter().all(input)).then(|| format!("modal: {data}"))
}

/// Why a list of commands is refused.
pub(super) fn commands(list: &Value) -> Option<String> {
    let list = list.as_array()?;
    let name = |value: &Value| {
        value.as_str().is_some_and(|name| {
            (1..=32).contains(&name.chars().count())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
        })
    };
    let described = |value: &Value| value.as_str().is_some_and(|text| (1..=100).contains(&text.chars().count()));
    let bad = list.iter().find(|command| {
        let options = command["options"].as_array().map(Vec::as_slice).unwrap_or_default();
        let texts = command["description_localizations"].as_object().into_iter().flatten();
        !name(&command["name"])
            || !described(&command["description"])
            || !texts.clone().all(|(_, text)| described(text))
            || options.len() > 25
            || !options.iter().all(|option| name(&option["name"]) && described(&option["description"]))
    });
    let names: HashSet<_> = list.iter().map(|command| command["name"].to_string()).collect();
    if names.len() < list.len() || list.len() > 100 {
        return Some("commands: names must be unique, at most 100".to_owned());
    }
    bad.map(|command| format!("commands: {command}"))
}
