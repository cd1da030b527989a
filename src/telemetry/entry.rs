//! What one line says, gathered from spans and their event.

use std::fmt::{Debug, Write as _};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tracing::Level;
use tracing::field::{Field, Visit};

use super::redaction::{is_secret_name, redact};

/// Fields for the words of people: written at debug level only.
pub(super) const SPOKEN: &[&str] = &["text", "body", "prompt", "reply", "content", "input", "words"];

/// What spans and an event say.
#[derive(Debug, Default, Clone)]
pub(super) struct Fields {
    user: Option<String>,
    session: Option<String>,
    request: Option<String>,
    stage: Option<u64>,
    action: Option<String>,
    duration_ms: Option<f64>,
    error: Option<String>,
    error_code: Option<String>,
    message: Option<String>,
    fatal: bool,
    metadata: Map<String, Value>,
}

/// Takes values in, as far as their level may say them.
pub(super) struct Recorder<'a> {
    fields: &'a mut Fields,
    level: Level,
}

/// A line for machines: R118, in its order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    timestamp: String,
    level: &'static str,
    service: &'static str,
    user_id: &'a str,
    session_id: &'a str,
    stage: u64,
    action: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    metadata: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl Fields {
    /// Takes in what something of this level says.
    pub(super) fn at(&mut self, level: Level) -> Recorder<'_> {
        Recorder { fields: self, level }
    }

    /// Takes over what an inner span knows.
    pub(super) fn take(&mut self, inner: &Self) {
        let over = |own: &mut Option<String>, other: &Option<String>| {
            if other.is_some() {
                own.clone_from(other);
            }
        };
        over(&mut self.user, &inner.user);
        over(&mut self.session, &inner.session);
        over(&mut self.request, &inner.request);
        over(&mut self.action, &inner.action);
        over(&mut self.error, &inner.error);
        over(&mut self.error_code, &inner.error_code);
        self.stage = inner.stage.or(self.stage);
        self.duration_ms = inner.duration_ms.or(self.duration_ms);
        self.fatal |= inner.fatal;
        self.metadata.extend(inner.metadata.clone());
    }

    /// One JSON object and the end of its line.
    pub(super) fn json(&self, now: Timestamp, level: Level, target: &str) -> String {
        let mut metadata = self.metadata.clone();
        if let Some(message) = &self.message {
            metadata.insert("message".to_owned(), json!(message));
        }
        let line = Line {
            timestamp: now.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
            level: self.level(level),
            service: "ai-wizard",
            user_id: self.user.as_deref().unwrap_or_default(),
            session_id: self.session.as_deref().unwrap_or_default(),
            stage: self.stage.unwrap_or_default(),
            action: self.action.as_deref().unwrap_or(target),
            duration: self.duration_ms.map(tenths),
            error: self.error_value(),
            metadata,
            request_id: self.request.as_deref(),
        };
        // Strings and numbers cannot fail to be written.
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    }

    /// One line for a person.
    pub(super) fn for_people(&self, now: Timestamp, level: Level, target: &str) -> String {
        let mut line = now.strftime("%H:%M:%S.%3f").to_string();
        let mut say = |words: std::fmt::Arguments<'_>| {
            // Writing to a string cannot fail.
            let _ = line.write_fmt(words);
        };
        say(format_args!(" {:>5} {}", self.level(level).to_uppercase(), self.action.as_deref().unwrap_or(target)));
        if let Some(message) = &self.message {
            say(format_args!(": {message}"));
        }
        for (name, value) in &self.metadata {
            match value.as_str() {
                Some(text) => say(format_args!(" {name}={text}")),
                None => say(format_args!(" {name}={value}")),
            }
        }
        for (name, value) in
            [("error", &self.error), ("code", &self.error_code), ("session", &self.session), ("request", &self.request)]
        {
            if let Some(value) = value {
                say(format_args!(" {name}={value}"));
            }
        }
        if let Some(duration) = self.duration_ms {
            say(format_args!(" {}ms", tenths(duration)));
        }
        line.replace(['\n', '\r'], " ") + "\n"
    }

    fn level(&self, level: Level) -> &'static str {
        match level {
            _ if self.fatal => "fatal",
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            _ => "debug",
        }
    }

    fn error_value(&self) -> Option<Value> {
        if self.error.is_none() && self.error_code.is_none() {
            return None;
        }
        let code = self.error_code.as_deref().unwrap_or("ERROR");
        Some(json!({"code": code, "message": self.error.as_deref().unwrap_or_default()}))
    }
}

fn tenths(duration_ms: f64) -> f64 {
    (duration_ms * 10.0).round() / 10.0
}

impl Recorder<'_> {
    fn text(&mut self, field: &Field, text: &str) {
        let name = field.name();
        let text = match name {
            name if SPOKEN.contains(&name) && self.level <= Level::INFO => "[said]".to_owned(),
            name if is_secret_name(name) => "[redacted]".to_owned(),
            // An id is a caller's own word, already known to be harmless, and must be found again as it is.
            "request.id" => text.to_owned(),
            _ => redact(text),
        };
        let fields = &mut *self.fields;
        match name {
            "user.id" => fields.user = Some(text),
            "session.id" => fields.session = Some(text),
            "request.id" => fields.request = Some(text),
            "stage" => fields.stage = text.parse().ok(),
            "action" => fields.action = Some(text),
            "error" => fields.error = Some(text),
            "error.code" => fields.error_code = Some(text),
            "message" => fields.message = Some(text),
            name => drop(fields.metadata.insert(name.to_owned(), json!(text))),
        }
    }

    fn number(&mut self, field: &Field, number: f64, value: Value) {
        match field.name() {
            "duration_ms" => self.fields.duration_ms = Some(number),
            name => drop(self.fields.metadata.insert(name.to_owned(), value)),
        }
    }
}

impl Visit for Recorder<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, &format!("{value:?}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "stage" {
            self.fields.stage = Some(value);
        } else {
            self.number(field, value as f64, json!(value));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.record_u64(field, value),
            Err(_) => self.number(field, value as f64, json!(value)),
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.number(field, value, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        match field.name() {
            "fatal" => self.fields.fatal = value,
            name => drop(self.fields.metadata.insert(name.to_owned(), json!(value))),
        }
    }
}
