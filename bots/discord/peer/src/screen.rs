//! What stands on somebody's screen: the bot's messages as a person reads them, with markup resolved.

use serde_json::Value;

use super::Fake;
use super::people::Place;
use super::state::APPLICATION;

/// It waits to be filled in.
const LOADING: u64 = 128;

impl Fake {
    /// The bot's messages, oldest first, each with its cards and the labels of what can be pressed.
    pub fn screen(&self, who: u64, place: Place) -> Vec<String> {
        self.raw(who, place).iter().map(read).collect()
    }

    /// All of it as one text.
    pub fn text(&self, who: u64, place: Place) -> String {
        self.screen(who, place).join("\n")
    }

    /// The bot's messages as they are.
    pub fn raw(&self, who: u64, place: Place) -> Vec<Value> {
        let channel = self.channel(who, place);
        let state = self.state();
        let own_id = APPLICATION.to_string();
        let own = |message: &&Value| {
            message["author"]["id"].as_str() == Some(own_id.as_str())
                && message["flags"].as_u64().unwrap_or_default() & LOADING == 0
        };
        state.messages[&channel].values().filter(own).cloned().collect()
    }
}

fn read(message: &Value) -> String {
    let text = |value: &Value| unescaped(value.as_str().unwrap_or_default());
    let mut lines = vec![text(&message["content"])];
    for embed in list(&message["embeds"]) {
        lines.extend([text(&embed["title"]), text(&embed["description"])]);
        lines.extend(
            list(&embed["fields"]).iter().map(|field| format!("{}: {}", text(&field["name"]), text(&field["value"]))),
        );
    }
    for part in list(&message["components"]).iter().flat_map(|row| list(&row["components"])) {
        // Labels are read as they are.
        lines.extend(part["label"].as_str().map(|label| format!("[{label}]")));
        for option in list(&part["options"]) {
            let more = option["description"].as_str().map(|more| format!(" ({more})")).unwrap_or_default();
            lines.push(format!("[{}]{more}", option["label"].as_str().unwrap_or_default()));
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The text as it is shown: a backslash before a mark is not, nor the marks of bold and small print.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.char_indices().peekable();
    let mut link = false;
    while let Some((at, character)) = characters.next() {
        let before = &text[..at];
        let ends = character.is_whitespace() || character == '<';
        link = (link || before.ends_with("http://") || before.ends_with("https://")) && !ends;
        match character {
            '\\' if !link && characters.peek().is_some_and(|(_, next)| next.is_ascii_punctuation()) => {
                out.extend(characters.next().map(|(_, next)| next));
            }
            '*' if !link => {}
            other => out.push(other),
        }
    }
    out.lines().map(|line| line.strip_prefix("-# ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}
