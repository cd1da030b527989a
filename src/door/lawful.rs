//! What no conversation can hold, refused before anything is written.

use port::{Body, Form, Incoming, Refusal};
use serde_json::Value;

/// The longest message that is taken in, in bytes.
pub(super) const MAX_TEXT: usize = 100_000;

/// Refuses what no conversation can hold, before anything is written.
pub(super) fn check(incoming: &Incoming) -> Result<(), Refusal> {
    let words = match &incoming.body {
        Body::Text(text) => Some(text.as_str()),
        Body::Form(form) => form.text.as_deref(),
        _ => None,
    };
    let complaint = match &incoming.body {
        Body::Text(text) if text.trim().is_empty() => Some("Please write something."),
        _ if words.is_some_and(|text| text.len() > MAX_TEXT) => {
            Some("That message is too long; I read up to 100,000 characters at once.")
        }
        Body::Voice(recording) if recording.is_too_long() => {
            Some("That voice message is too long; I listen to up to three minutes at once.")
        }
        body if has_nul(body) => Some("That message contains NUL characters; please leave them out."),
        Body::Form(Form { stage: Some(stage), .. }) if !(1..=6).contains(stage) => {
            Some("A stage is a number from 1 to 6.")
        }
        _ if incoming.id.is_empty() || incoming.id.len() > 300 || incoming.id.contains('\0') => {
            Some("That message has no lawful id.")
        }
        _ => None,
    };
    complaint.map_or(Ok(()), |words| Err(Refusal::Invalid(words.to_owned())))
}

/// No text of the database can hold a NUL.
fn has_nul(body: &Body) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(list) => list.iter().any(within),
            Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || within(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    match body {
        Body::Text(text) | Body::Pick(text) | Body::Language(text) | Body::Confirm { token: text, .. } => {
            text.contains('\0')
        }
        Body::Form(form) => {
            let texts = [form.text.as_deref(), form.pick.as_deref()];
            texts.into_iter().flatten().any(|text| text.contains('\0'))
                || form.fields.iter().any(|(name, value)| name.contains('\0') || within(value))
        }
        Body::Decline | Body::Command(_) | Body::Publish { .. } | Body::Voice(_) => false,
    }
}
