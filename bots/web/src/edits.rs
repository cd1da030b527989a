//! What a page changed in the shared state: the fields of the draft that are not as the server sent them.
//!
//! Promises: a field that the page did not touch is never written back, also when it changed elsewhere meanwhile; a number
//! that only lost its fraction on the way through JavaScript is the same number.

use serde_json::{Map, Value};

/// Fields that a page edited.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Edits {
    /// Their new values; `null` empties a field.
    pub(crate) fields: Map<String, Value>,
    /// The revision of the draft that was on the screen.
    pub(crate) revision: Option<i64>,
}

/// A draft that was sent to a client, and its revision.
pub(crate) type Sent = (i64, Value);

/// Compares what a client posted with what was sent to it: `current`, or one of the earlier ones.
pub(crate) fn edits(posted: &Value, session: &str, current: &Value, earlier: &[Sent]) -> Edits {
    let is_other = posted.get("sessionId").and_then(Value::as_str).is_some_and(|id| id != session);
    let Some(draft) = posted.get("draft").and_then(Value::as_object).filter(|_| !is_other) else {
        return Edits::default();
    };
    let revision = revision(posted);
    let seen = revision.filter(|_| revision != self::revision(current));
    let sent = seen.and_then(|seen| earlier.iter().rev().find(|(number, _)| *number == seen));
    // Where nobody remembers what was sent, the saved draft is what there is: the wizard says both values of a
    // conflict, and the state has them under `conflicts`.
    let base = sent.map(|(_, draft)| draft).or_else(|| current.get("draft"));
    let before = |field: &str| base.and_then(|base| base.get(field)).unwrap_or(&Value::Null);
    let changed = draft.iter().filter(|(field, value)| !same(value, before(field)));
    Edits { fields: changed.map(|(field, value)| (field.clone(), value.clone())).collect(), revision }
}

/// The revision of a state's draft.
pub(crate) fn revision(state: &Value) -> Option<i64> {
    state.get("revision").and_then(Value::as_i64)
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let within = |part: &Map<String, Value>, whole: &Map<String, Value>| {
                part.iter().all(|(key, value)| same(value, whole.get(key).unwrap_or(&Value::Null)))
            };
            within(one, other) && within(other, one)
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(revision: i64, draft: &Value) -> Value {
        json!({"sessionId": "s", "revision": revision, "draft": draft})
    }

    #[test]
    fn only_what_the_page_touched_is_an_edit() {
        let sent = state(4, &json!({"name": "Gala", "capacity": 80, "taxRate": 13.0, "city": null}));
        let posted = state(4, &json!({"name": "Ball", "capacity": 80.0, "taxRate": 13, "place": null}));
        let found = edits(&posted, "s", &sent, &[]);
        assert_eq!((Value::Object(found.fields), found.revision), (json!({"name": "Ball"}), Some(4)));
        let emptied = state(4, &json!({"name": null}));
        assert_eq!(Value::Object(edits(&emptied, "s", &sent, &[]).fields), json!({"name": null}));
        for nothing in [json!({}), json!(null), json!([1]), state(4, &json!({})), json!({"draft": 3})] {
            assert_eq!(edits(&nothing, "s", &sent, &[]).fields, Map::new(), "{nothing}");
        }
    }

    #[test]
    fn what_changed_elsewhere_is_no_edit_of_this_page() {
        let old = json!({"name": "Gala", "tiers": [{"name": "A", "priceCents": 5}]});
        let current = state(7, &json!({"name": "Gala night", "tiers": []}));
        let posted = state(4, &old);
        assert_eq!(edits(&posted, "s", &current, &[(4, old.clone())]).fields, Map::new());
        let mut touched = old.clone();
        touched["tiers"][0]["priceCents"] = json!(6);
        let found = edits(&state(4, &touched), "s", &current, &[(4, old.clone())]);
        assert_eq!((found.fields.len(), found.revision), (1, Some(4)));
        // Forgotten: told to the wizard with the revision that was on the screen, which then shows both values.
        let found = edits(&posted, "s", &current, &[]);
        assert_eq!((found.fields.len(), found.revision), (2, Some(4)));
    }

    #[test]
    fn the_state_of_another_session_is_no_edit() {
        let posted = json!({"sessionId": "other", "draft": {"name": "X"}});
        assert_eq!(edits(&posted, "s", &json!({}), &[]), Edits::default());
    }
}
