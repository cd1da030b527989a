//! What servers send, read leniently: whatever is absent, empty or of another kind is passed over where nothing hangs on it.
//!
//! Seen in the wild: `service_tier` of an unknown value, `finish_reason` as an empty text, no `object`, an empty `usage`, an
//! error in the middle of a stream that began with 200.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Usage;
use crate::understanding::model::Trouble;

/// One event of a stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chunk {
    #[serde(deserialize_with = "or_default")]
    pub(super) choices: Vec<Choice>,
    #[serde(deserialize_with = "or_default")]
    pub(super) usage: Option<Cost>,
    pub(super) error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    #[serde(deserialize_with = "or_default")]
    pub(super) delta: Delta,
    #[serde(deserialize_with = "or_default")]
    pub(super) finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Delta {
    #[serde(deserialize_with = "or_default")]
    pub(super) content: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) tool_calls: Option<Vec<CallPart>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CallPart {
    #[serde(deserialize_with = "or_default")]
    pub(super) index: Option<u32>,
    #[serde(deserialize_with = "or_default")]
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) function: Option<Function>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Function {
    #[serde(deserialize_with = "or_default")]
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) arguments: Option<String>,
}

/// What a call cost; `{}` says nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cost {
    prompt_tokens: Option<u32>,
    completion_tokens: Option<u32>,
}

impl Cost {
    pub(super) fn usage(self) -> Option<Usage> {
        let Self { prompt_tokens, completion_tokens } = self;
        (prompt_tokens.is_some() || completion_tokens.is_some()).then(|| Usage {
            prompt: prompt_tokens.unwrap_or_default(),
            completion: completion_tokens.unwrap_or_default(),
        })
    }
}

/// What cannot be read counts as absent.
fn or_default<'de, D: Deserializer<'de>, T: Default + for<'a> Deserialize<'a>>(value: D) -> Result<T, D::Error> {
    let value = Value::deserialize(value)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// The code of an error, wherever it stands.
pub(super) fn code(error: &Value) -> String {
    let inner = error.get("error").unwrap_or(error);
    let text = |key: &str| inner.get(key).and_then(Value::as_str).map(str::to_owned);
    text("code").or_else(|| text("type")).unwrap_or_default()
}

/// What an error in the middle of a stream means.
pub(super) fn trouble(error: &Value) -> Trouble {
    let status = error.get("code").and_then(Value::as_u64).or_else(|| error.get("status").and_then(Value::as_u64));
    match (status, code(error).as_str()) {
        (_, "insufficient_quota") => Trouble::Quota,
        (Some(429), _) | (_, "rate_limit_exceeded" | "rate_limit_error") => Trouble::Busy { retry_after: None },
        (_, "model_not_found") => Trouble::UnknownModel,
        (Some(status @ 500..=599), _) => Trouble::Failed(u16::try_from(status).unwrap_or(500)),
        (_, "server_error" | "overloaded_error" | "api_error") => Trouble::Failed(500),
        _ => Trouble::Broken("the server gave up".to_owned()),
    }
}
