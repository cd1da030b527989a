//! The body of a write: rows as JSON, and the columns that they name.
//!
//! Promises: every row has the same keys and each is a column; the values go to PostgreSQL as they were sent, which judges them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::error::RestError;
use crate::store::rest::catalogue::{Column, Table};

/// Rows to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) columns: Vec<&'static Column>,
    /// A JSON list of objects.
    pub(super) rows: String,
    pub(super) count: usize,
}

/// Reads the rows. `columns`: only these are written, and keys beside them are passed over.
///
/// # Errors
/// `PGRST102` for what is no list of like objects, `PGRST204` for a key that is no column.
pub(super) fn read(table: &'static Table, body: &[u8], columns: Option<&[String]>) -> Result<Payload, RestError> {
    let unread = || RestError::body("Empty or invalid json");
    let value: Value = serde_json::from_slice(body).map_err(|_| unread())?;
    let rows: Vec<Map<String, Value>> = match value {
        Value::Object(row) => vec![row],
        Value::Array(rows) => rows.into_iter().map(object).collect::<Option<_>>().ok_or_else(unread)?,
        _ => return Err(unread()),
    };
    let names: BTreeSet<&str> = match columns {
        Some(columns) => columns.iter().map(String::as_str).collect(),
        None => like_keys(&rows)?,
    };
    let known = |name: &&str| table.column(name).ok_or_else(|| RestError::no_payload_column(table.name, name));
    let columns = names.iter().map(known).collect::<Result<_, _>>()?;
    let count = rows.len();
    Ok(Payload {
        columns,
        rows: Value::from(rows.into_iter().map(Value::Object).collect::<Vec<_>>()).to_string(),
        count,
    })
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(row) => Some(row),
        _ => None,
    }
}

fn like_keys(rows: &[Map<String, Value>]) -> Result<BTreeSet<&str>, RestError> {
    let keys = |row: &'_ Map<String, Value>| row.keys().map(String::clone).collect::<BTreeSet<_>>();
    let Some(first) = rows.first() else { return Ok(BTreeSet::new()) };
    let wanted = keys(first);
    if rows.iter().any(|row| keys(row) != wanted) {
        return Err(RestError::body("All object keys must match"));
    }
    Ok(first.keys().map(String::as_str).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::rest::catalogue::table;

    fn of(body: &str) -> Result<Payload, String> {
        read(table("events").unwrap(), body.as_bytes(), None).map_err(|error| error.code)
    }

    #[test]
    fn rows_are_like_objects_of_known_columns() {
        let one = of(r#"{"name":"A","name":"B","capacity":5}"#).unwrap();
        assert_eq!((one.count, one.columns.len()), (1, 2));
        assert_eq!(one.rows, r#"[{"capacity":5,"name":"B"}]"#, "of a key that comes twice the last counts");
        assert_eq!(of("[]").unwrap().count, 0);
        for (body, code) in [
            ("", "PGRST102"),
            ("5", "PGRST102"),
            ("[1]", "PGRST102"),
            ("{\"name\":", "PGRST102"),
            ("[{\"name\":1},{\"slug\":1}]", "PGRST102"),
            ("{\"nosuch\":1}", "PGRST204"),
        ] {
            assert_eq!(of(body), Err(code.to_owned()), "{body}");
        }
        assert_eq!(of(&"[".repeat(100_000)), Err("PGRST102".to_owned()));
        let columns = ["name".to_owned()];
        let some = read(table("events").unwrap(), br#"[{"name":"A"},{"nosuch":1}]"#, Some(&columns)).unwrap();
        assert_eq!((some.count, some.columns.len()), (2, 1));
    }
}
