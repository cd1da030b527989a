//! `select`: columns, their other names and types, places in JSON, neighbours.

use super::cursor::Cursor;
use super::{DEPTH, RestError};

/// One entry of `select`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::http::rest) enum Entry {
    /// `*`
    All,
    /// `alias:field::type`
    Value { field: Field, cast: Option<String>, alias: Option<String> },
    /// `alias:relation!hint!inner(…)`
    Neighbour { relation: String, alias: Option<String>, hint: Option<String>, inner: bool, entries: Vec<Entry> },
}

/// A column, or a place in one.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::http::rest) struct Field {
    pub(in crate::http::rest) name: String,
    pub(in crate::http::rest) steps: Vec<Step>,
    /// The last arrow was `->>`.
    pub(in crate::http::rest) text: bool,
}

/// One arrow and what it points to.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::http::rest) enum Step {
    Key(String),
    Index(i32),
}

/// The whole list; an empty one is everything.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, RestError> {
    if text.is_empty() {
        return Ok(vec![Entry::All]);
    }
    let mut cursor = Cursor::new(text);
    let entries = list(&mut cursor, DEPTH)?.filter(|_| cursor.is_at_end());
    entries.ok_or_else(|| RestError::syntax("select parameter", text, "field name (* or [a..z0..9_$])"))
}

/// The one field that a filter is about; `key` is what was sent.
pub(super) fn field(key: &str, name: &str) -> Result<Field, RestError> {
    let mut cursor = Cursor::new(name);
    let field = field_at(&mut cursor).filter(|_| cursor.is_at_end());
    field.ok_or_else(|| RestError::syntax("tree path", key, "field name (* or [a..z0..9_$])"))
}

/// `None`: not in the grammar.
fn list(cursor: &mut Cursor<'_>, depth: usize) -> Result<Option<Vec<Entry>>, RestError> {
    let mut entries = Vec::new();
    loop {
        let Some(entry) = entry(cursor, depth)? else { return Ok(None) };
        entries.push(entry);
        if !cursor.take(",") {
            return Ok(Some(entries));
        }
    }
}

fn entry(cursor: &mut Cursor<'_>, depth: usize) -> Result<Option<Entry>, RestError> {
    if cursor.take("*") {
        return Ok(Some(Entry::All));
    }
    if cursor.sees("...") {
        return Err(RestError::not_served("Spreading a neighbour's columns (...)"));
    }
    let mut alias = None;
    let mut ahead = cursor.clone();
    if let Some(name) = ahead.name()
        && !ahead.sees("::")
        && ahead.take(":")
    {
        alias = Some(name);
        *cursor = ahead;
    }
    let Some(field) = field_at(cursor) else { return Ok(None) };
    if field.steps.is_empty() && (cursor.sees("!") || cursor.sees("(")) {
        return neighbour(cursor, field.name, alias, depth);
    }
    let cast = if cursor.take("::") { Some(kind(cursor)) } else { None };
    Ok(Some(Entry::Value { field, cast, alias }))
}

fn neighbour(
    cursor: &mut Cursor<'_>,
    relation: String,
    alias: Option<String>,
    depth: usize,
) -> Result<Option<Entry>, RestError> {
    let (mut hint, mut inner) = (None, false);
    while cursor.take("!") {
        match cursor.name() {
            Some(word) if word == "inner" => inner = true,
            Some(word) if word == "left" => {}
            Some(word) => hint = Some(word),
            None => return Ok(None),
        }
    }
    if depth == 0 || !cursor.take("(") {
        return Ok(None);
    }
    let mut entries = Vec::new();
    if !cursor.sees(")") {
        let Some(found) = list(cursor, depth - 1)? else { return Ok(None) };
        entries = found;
    }
    Ok(cursor.take(")").then_some(Entry::Neighbour { relation, alias, hint, inner, entries }))
}

/// The name of a type; `timestamp with time zone` has spaces.
fn kind(cursor: &mut Cursor<'_>) -> String {
    cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '[' | ']')).trim().to_owned()
}

/// A field, when one comes next.
pub(super) fn field_at(cursor: &mut Cursor<'_>) -> Option<Field> {
    let name = cursor.name()?;
    let mut field = Field { name, steps: Vec::new(), text: false };
    while !field.text && cursor.take("->") {
        field.text = cursor.take(">");
        field.steps.push(step(cursor)?);
        if field.steps.len() > DEPTH {
            return None;
        }
    }
    Some(field)
}

fn step(cursor: &mut Cursor<'_>) -> Option<Step> {
    if cursor.sees("\"") {
        return cursor.quoted().map(Step::Key);
    }
    let mut key = String::new();
    loop {
        key.push_str(cursor.take_while(|c| !matches!(c, '-' | ':' | '.' | ',' | '(' | ')')));
        if cursor.sees("->") || !cursor.take("-") {
            break;
        }
        key.push('-');
    }
    let index = key.parse().map(Step::Index);
    (!key.is_empty()).then(|| index.unwrap_or(Step::Key(key)))
}
