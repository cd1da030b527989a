//! What an answer of Stripe's means for the attempt.
//!
//! Stripe keeps the first answer to an idempotency key for a day, its own failures included: after one of those the same key
//! would only bring the same failure back, so the next attempt looks what is there and takes another key.

use reqwest::Response;
use reqwest::header::RETRY_AFTER;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::outcome::Cause;
use crate::publisher::error::Trouble;

/// What stands above a body.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) retry_after_s: Option<u32>,
    pub(super) should_retry: Option<bool>,
    pub(super) request: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Failure {
    #[serde(default)]
    error: Reason,
}

#[derive(Debug, Default, Deserialize)]
struct Reason {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    param: Option<String>,
}

impl Head {
    pub(super) fn of(response: &Response) -> Self {
        let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        Self {
            status: response.status().as_u16(),
            retry_after_s: text(RETRY_AFTER.as_str()).and_then(|seconds| seconds.trim().parse().ok()),
            should_retry: text("stripe-should-retry").and_then(|word| word.parse().ok()),
            request: text("request-id").map(str::to_owned),
        }
    }
}

/// No answer, or only a part of one: what was asked for may have happened, which the same key will tell.
pub(super) fn unanswered(error: &reqwest::Error, timeout_s: u64) -> Trouble {
    if error.is_timeout() {
        // R119 words it so.
        return Trouble::retry(format!("Request timeout after {}ms", timeout_s * 1000));
    }
    let kind = if error.is_connect() { "Stripe cannot be reached" } else { "Stripe's answer broke off" };
    Trouble::retry(kind)
}

/// What was asked for, or what to do without it.
pub(super) fn read<T: DeserializeOwned>(head: &Head, body: &[u8]) -> Result<T, Trouble> {
    if (200..300).contains(&head.status) {
        return serde_json::from_slice(body)
            .map_err(|error| Trouble::retry(format!("an answer of Stripe's cannot be read: {error}")));
    }
    let reason = serde_json::from_slice::<Failure>(body).unwrap_or_default().error;
    Err(trouble(head, &reason))
}

fn trouble(head: &Head, reason: &Reason) -> Trouble {
    // Stripe's own words may repeat what a person typed: the code says enough.
    let code = reason.code.as_deref().unwrap_or(&reason.kind);
    let mut why = format!("Stripe answered {} {code}", head.status);
    for (name, value) in [("param", &reason.param), ("request", &head.request)] {
        if let Some(value) = value {
            why = format!("{why}, {name} {value}");
        }
    }
    let cause = match head.status {
        429 => Cause::Busy,
        401 | 403 => Cause::NotSetUp,
        _ => Cause::NoAnswer,
    };
    let retry = |new_key| Trouble::Retry { why: why.clone(), after_s: head.retry_after_s, new_key, cause };
    match (head.status, head.should_retry) {
        (400, _) if reason.kind == "idempotency_error" => retry(true),
        (500.., _) => retry(true),
        // A key in use, too many requests, a wrong or a limited secret key: time or the operator heals it.
        (401 | 403 | 408 | 409 | 425 | 429, _) | (_, Some(true)) => retry(false),
        _ => Trouble::Fail { why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Trouble {
        let head = Head { status, retry_after_s: Some(7), ..Head::default() };
        read::<serde_json::Value>(&head, body.as_bytes()).unwrap_err()
    }

    fn again(trouble: &Trouble) -> Option<bool> {
        match trouble {
            Trouble::Retry { new_key, after_s, .. } => {
                assert_eq!(*after_s, Some(7));
                Some(*new_key)
            }
            _ => None,
        }
    }

    #[test]
    fn each_refusal_is_tried_again_or_never() {
        let said = |kind: &str, code: &str| format!(r#"{{"error":{{"type":"{kind}","code":"{code}","message":"x"}}}}"#);
        assert_eq!(again(&of(429, &said("invalid_request_error", "rate_limit"))), Some(false));
        assert_eq!(again(&of(409, &said("idempotency_error", "idempotency_key_in_use"))), Some(false));
        assert_eq!(again(&of(400, &said("idempotency_error", "x"))), Some(true));
        assert_eq!(again(&of(401, "{}")), Some(false));
        assert_eq!(again(&of(500, &said("api_error", "x"))), Some(true));
        assert_eq!(again(&of(503, "<html>")), Some(true));
        assert_eq!(again(&of(400, &said("invalid_request_error", "parameter_missing"))), None);
        assert_eq!(again(&of(404, &said("invalid_request_error", "resource_missing"))), None);
        assert_eq!(again(&of(302, "")), None);
    }

    #[test]
    fn the_service_has_the_last_word_on_what_helps() {
        let head = Head { status: 400, should_retry: Some(true), ..Head::default() };
        assert!(matches!(read::<()>(&head, b"{}"), Err(Trouble::Retry { .. })));
        let half = read::<serde_json::Value>(&Head { status: 200, ..Head::default() }, b"{\"id\":");
        assert!(matches!(half, Err(Trouble::Retry { new_key: false, .. })), "the same key brings the whole answer");
    }
}
