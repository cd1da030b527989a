//! The grammar of a REST query: what stands in the address, taken apart. Pure; knows no table.
//!
//! Promises: never panics, whatever is sent; what it does not know is `PGRST100`, never passed over; nesting is bounded.

mod conditions;
mod cursor;
mod outputs;
#[cfg(test)]
mod tests;

use super::error::RestError;
pub(super) use conditions::{Comparison, Tree};
use cursor::Cursor;
pub(super) use outputs::{Entry, Field, Step};

/// How deep conditions, neighbours and JSON paths may nest.
const DEPTH: usize = 10;

/// A query, taken apart. Names with dots before them are about neighbours: the way to them stands beside each.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Asked {
    /// `select`; absent: everything.
    pub(super) select: Option<Vec<Entry>>,
    /// Conditions.
    pub(super) conditions: Vec<(Vec<String>, Tree)>,
    /// `order`.
    pub(super) order: Vec<(Vec<String>, Vec<Key>)>,
    /// `limit`.
    pub(super) limit: Vec<(Vec<String>, u64)>,
    /// `offset`.
    pub(super) offset: Vec<(Vec<String>, u64)>,
    /// `columns`.
    pub(super) columns: Option<Vec<String>>,
}

/// One key of the order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) field: Field,
    pub(super) descending: bool,
    pub(super) nulls_first: Option<bool>,
}

/// Takes a query apart.
///
/// # Errors
/// `PGRST100` for what the grammar does not know, `PGRST103` for a negative limit, 501 for what is not served.
pub(super) fn parse(pairs: &[(String, String)]) -> Result<Asked, RestError> {
    let mut asked = Asked::default();
    for (key, value) in pairs {
        if key.contains('\0') || value.contains('\0') {
            return Err(RestError::syntax("query", "NUL", "text without the character NUL"));
        }
        let (way, name) = way(key);
        match (name.as_str(), way.is_empty()) {
            ("select", true) => asked.select = Some(outputs::parse(value)?),
            ("columns", true) => asked.columns = Some(columns(value)?),
            ("on_conflict", true) => return Err(RestError::not_served("Inserting or updating at once (upsert)")),
            ("order", _) => asked.order.push((way, order(value)?)),
            ("limit", _) => asked.limit.extend(number(value, true)?.map(|number| (way, number))),
            ("offset", _) => asked.offset.extend(number(value, false)?.map(|number| (way, number))),
            ("and" | "or", _) => {
                let (way, negated) = negation(way);
                asked.conditions.push((way, conditions::tree(name == "or", negated, value)?));
            }
            _ => {
                let field = outputs::field(key, &name)?;
                asked.conditions.push((way, conditions::filter(field, value)?));
            }
        }
    }
    Ok(asked)
}

/// `tickets.status` is `status` of `tickets`; dots inside a JSON path are part of the path.
fn way(key: &str) -> (Vec<String>, String) {
    let names = key.find("->").map_or(key, |arrow| key.get(..arrow).unwrap_or_default());
    let Some(dot) = names.rfind('.') else { return (Vec::new(), key.to_owned()) };
    let (before, after) = (key.get(..dot).unwrap_or_default(), key.get(dot + 1..).unwrap_or_default());
    (before.split('.').map(str::to_owned).collect(), after.to_owned())
}

/// `not.or` is no way to a neighbour called "not".
fn negation(mut way: Vec<String>) -> (Vec<String>, bool) {
    let negated = way.last().is_some_and(|last| last == "not");
    if negated {
        way.pop();
    }
    (way, negated)
}

fn number(text: &str, positive: bool) -> Result<Option<u64>, RestError> {
    match text.parse::<i64>() {
        Ok(number) if number < 0 && positive => Err(RestError::range("Limit should be greater than or equal to zero.")),
        Ok(number) => Ok(Some(u64::try_from(number).unwrap_or(0))),
        // As PostgREST has it, what is no number limits nothing.
        Err(_) => Ok(None),
    }
}

fn columns(text: &str) -> Result<Vec<String>, RestError> {
    let unread = || RestError::syntax("columns parameter", text, "column names");
    let mut cursor = Cursor::new(text);
    let mut names = vec![cursor.name().ok_or_else(unread)?];
    while cursor.take(",") {
        names.push(cursor.name().ok_or_else(unread)?);
    }
    if cursor.is_at_end() { Ok(names) } else { Err(unread()) }
}

fn order(text: &str) -> Result<Vec<Key>, RestError> {
    let unread = || RestError::syntax("order", text, "\"asc\", \"desc\", \"nullsfirst\" or \"nullslast\"");
    let mut cursor = Cursor::new(text);
    let mut keys = Vec::new();
    loop {
        let field = outputs::field_at(&mut cursor).ok_or_else(unread)?;
        if cursor.sees("(") {
            return Err(RestError::not_served("Ordering by a neighbour's column"));
        }
        let mut key = Key { field, descending: false, nulls_first: None };
        if cursor.take(".desc") {
            key.descending = true;
        } else {
            cursor.take(".asc");
        }
        if cursor.take(".nullsfirst") {
            key.nulls_first = Some(true);
        } else if cursor.take(".nullslast") {
            key.nulls_first = Some(false);
        }
        keys.push(key);
        if cursor.is_at_end() {
            return Ok(keys);
        }
        if !cursor.take(",") {
            return Err(unread());
        }
    }
}
