//! What a plain call may write, and whether each value fits its field.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::refusal;
use crate::http::error::HttpError;
use crate::store::rest::catalogue;

/// Fields of an event that its organizer changes; `updated_at` is the lock (ruling C-14).
pub(super) const CHANGED: &[&str] = &[
    "venue_id",
    "series_id",
    "image_id",
    "name",
    "slug",
    "type",
    "description",
    "visibility",
    "place_kind",
    "place",
    "address",
    "city",
    "country",
    "online_url",
    "amenities",
    "capacity",
    "starts_local",
    "starts_date_only",
    "ends_local",
    "timezone",
    "date_time",
    "duration",
    "recurrence",
    "currency",
    "price_cents",
    "max_per_order",
    "tax_rate",
    "refund_policy",
    "metadata",
    "updated_at",
];

/// Fields that a new event may have.
pub(super) const GIVEN: &[&str] = &[
    "id",
    "organizer_id",
    "status",
    "venue_id",
    "series_id",
    "image_id",
    "name",
    "slug",
    "type",
    "description",
    "visibility",
    "place_kind",
    "place",
    "address",
    "city",
    "country",
    "online_url",
    "amenities",
    "capacity",
    "starts_local",
    "starts_date_only",
    "ends_local",
    "timezone",
    "date_time",
    "duration",
    "recurrence",
    "currency",
    "price_cents",
    "max_per_order",
    "tax_rate",
    "refund_policy",
    "metadata",
];

/// # Errors
/// When the body is not one JSON object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, HttpError> {
    serde_json::from_slice(body).map_err(|_| refusal::invalid("Please send one JSON object.", Map::new()))
}

/// # Errors
/// Names every field that is unknown, is not for the caller to write, or has a value that does not fit.
pub(super) fn check(fields: &Map<String, Value>, lawful: &[&str]) -> Result<(), HttpError> {
    let wrong = |(name, value): (&String, &Value)| {
        let complaint = complaint(name, value, lawful)?;
        Some((name.clone(), Value::from(complaint)))
    };
    let wrong: Map<String, Value> = fields.iter().filter_map(wrong).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = wrong.keys().map(String::as_str).collect();
    Err(refusal::invalid(&format!("Please check: {}.", names.join(", ")), wrong))
}

fn complaint(name: &str, value: &Value, lawful: &[&str]) -> Option<&'static str> {
    let Some(column) = catalogue::table("events").and_then(|events| events.column(name)) else {
        return Some("There is no such field.");
    };
    if !lawful.contains(&name) {
        return Some(if name == "status" {
            "The status changes by publishing: POST /rest/v1/rpc/publish_event."
        } else {
            "This is written by the server."
        });
    }
    if value.is_null() || fits(column.kind, value) { None } else { Some(wanted(column.kind)) }
}

fn fits(kind: &str, value: &Value) -> bool {
    let text = value.as_str();
    match kind {
        "text" => text.is_some_and(|text| !text.contains('\0')),
        "integer" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "bigint" => value.is_i64(),
        "numeric" => value.is_number(),
        "boolean" => value.is_boolean(),
        "uuid" => text.is_some_and(|text| text.parse::<Uuid>().is_ok()),
        "timestamp with time zone" | "timestamp without time zone" => text.is_some_and(is_time),
        "text[]" => value.as_array().is_some_and(|list| list.iter().all(|item| fits("text", item))),
        "jsonb" => value.is_object() && !value.to_string().contains("\\u0000"),
        _ => true,
    }
}

fn is_time(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok() || text.parse::<Date>().is_ok()
}

fn wanted(kind: &str) -> &'static str {
    match kind {
        "integer" | "bigint" => "Please give a whole number.",
        "numeric" => "Please give a number.",
        "boolean" => "Please give true or false.",
        "uuid" => "Please give an id (a UUID).",
        "timestamp with time zone" => "Please give a time such as 2026-06-05T18:00:00Z.",
        "timestamp without time zone" => "Please give a local time such as 2026-06-05T18:00:00.",
        "text[]" => "Please give a list of texts.",
        "jsonb" => "Please give a JSON object.",
        _ => "Please give a text without the character NUL.",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let fields = json!({"name": 5, "capacity": "many", "nosuch": 1, "date_time": "tomorrow", "status": "published", "price_cents": 1,
            "venue_id": null, "amenities": ["wifi", 1], "description": "a\u{0}b", "revision": 1});
        let Err(HttpError::Declined(declined)) = check(fields.as_object().unwrap(), CHANGED) else { panic!() };
        let named: Vec<&String> = declined.more["fields"].as_object().unwrap().keys().collect();
        assert_eq!(
            named,
            ["amenities", "capacity", "date_time", "description", "name", "nosuch", "revision", "status"]
        );
        assert!(
            check(
                json!({"name": "A", "tax_rate": 13.5, "date_time": "2025-11-15T09:00:00Z"}).as_object().unwrap(),
                GIVEN
            )
            .is_ok()
        );
    }
}
