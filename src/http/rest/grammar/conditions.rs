//! Filters: `eq.5`, `not.in.(a,"b,c")`, `or=(a.gt.5,and(b.is.null,c.like.x*))`.

use super::cursor::Cursor;
use super::outputs::{Field, field_at};
use super::{DEPTH, RestError};

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::http::rest) enum Tree {
    /// One comparison; `true`: it must not hold.
    Leaf(Field, bool, Comparison),
    /// Several, joined by "or" (`any`) or "and"; `negated`: the whole must not hold.
    Branch { any: bool, negated: bool, parts: Vec<Tree> },
}

/// How a value is compared, and with what.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::http::rest) enum Comparison {
    /// With a value of its own type.
    Operator(&'static str, String),
    /// With a text.
    Pattern(&'static str, String),
    In(Vec<String>),
    Is(&'static str),
}

/// Operators between two values of one type.
const OPERATORS: &[(&str, &str)] = &[
    ("eq", "="),
    ("neq", "<>"),
    ("gt", ">"),
    ("gte", ">="),
    ("lt", "<"),
    ("lte", "<="),
    ("isdistinct", "is distinct from"),
    ("cs", "@>"),
    ("cd", "<@"),
    ("ov", "&&"),
];

/// Operators between a text and a pattern.
const PATTERNS: &[(&str, &str)] = &[("like", "like"), ("ilike", "ilike"), ("match", "~"), ("imatch", "~*")];

/// Known to PostgREST, not served here.
const NOT_SERVED: &[&str] = &["fts", "plfts", "phfts", "wfts", "sl", "sr", "nxr", "nxl", "adj"];

const IS: &[&str] = &["null", "true", "false", "unknown"];

/// A filter on one field: everything after the operator is the value.
pub(super) fn filter(field: Field, text: &str) -> Result<Tree, RestError> {
    let unread = || RestError::syntax("filter", text, "\"not\" or operator (eq, gt, ...)");
    let mut cursor = Cursor::new(text);
    let (negated, name) = operator(&mut cursor)?.ok_or_else(unread)?;
    let comparison = if name == "in" {
        list(&mut cursor).filter(|_| cursor.is_at_end()).map(Comparison::In)
    } else {
        comparison(name, cursor.rest().to_owned())
    };
    Ok(Tree::Leaf(field, negated, comparison.ok_or_else(unread)?))
}

/// The value of `and=` or `or=`.
pub(super) fn tree(any: bool, negated: bool, text: &str) -> Result<Tree, RestError> {
    let mut cursor = Cursor::new(text);
    let parts = parts(&mut cursor, DEPTH)?.filter(|_| cursor.is_at_end());
    let parts = parts.ok_or_else(|| RestError::syntax("logic tree", text, "(field.operator.value, ...)"))?;
    Ok(Tree::Branch { any, negated, parts })
}

/// `None`: not in the grammar.
fn parts(cursor: &mut Cursor<'_>, depth: usize) -> Result<Option<Vec<Tree>>, RestError> {
    if depth == 0 || !cursor.take("(") {
        return Ok(None);
    }
    let mut found = Vec::new();
    loop {
        let Some(part) = part(cursor, depth)? else { return Ok(None) };
        found.push(part);
        if cursor.take(")") {
            return Ok(Some(found));
        }
        if !cursor.take(",") {
            return Ok(None);
        }
    }
}

fn part(cursor: &mut Cursor<'_>, depth: usize) -> Result<Option<Tree>, RestError> {
    let mut ahead = cursor.clone();
    let negated = ahead.take("not.");
    for (word, any) in [("and(", false), ("or(", true)] {
        if ahead.sees(word) {
            ahead.take(word.trim_end_matches('('));
            let parts = parts(&mut ahead, depth - 1)?;
            *cursor = ahead;
            return Ok(parts.map(|parts| Tree::Branch { any, negated, parts }));
        }
    }
    let Some(field) = field_at(cursor) else { return Ok(None) };
    if !cursor.take(".") {
        return Ok(None);
    }
    let Some((negated, name)) = operator(cursor)? else { return Ok(None) };
    let comparison = if name == "in" {
        list(cursor).map(Comparison::In)
    } else {
        inner_value(cursor).and_then(|value| comparison(name, value))
    };
    Ok(comparison.map(|comparison| Tree::Leaf(field, negated, comparison)))
}

/// `not.eq.` gives `(true, "eq")`; `None`: no operator.
fn operator<'a>(cursor: &mut Cursor<'a>) -> Result<Option<(bool, &'a str)>, RestError> {
    let negated = cursor.take("not.");
    let name = cursor.take_while(|c| c.is_ascii_alphabetic());
    if NOT_SERVED.contains(&name) {
        return Err(RestError::not_served(&format!("The operator {name}")));
    }
    let known = name == "in" || name == "is" || OPERATORS.iter().chain(PATTERNS).any(|(known, _)| *known == name);
    if known && (cursor.sees("(any)") || cursor.sees("(all)")) {
        return Err(RestError::not_served("A comparison with any or all of several values"));
    }
    Ok((known && cursor.take(".")).then_some((negated, name)))
}

fn comparison(name: &str, value: String) -> Option<Comparison> {
    let known = |list: &[(&str, &'static str)]| list.iter().find(|(known, _)| *known == name).map(|(_, sql)| *sql);
    if name == "is" {
        let word = IS.iter().find(|word| word.eq_ignore_ascii_case(&value))?;
        return Some(Comparison::Is(word));
    }
    if let Some(operator) = known(OPERATORS) {
        return Some(Comparison::Operator(operator, value));
    }
    let operator = known(PATTERNS)?;
    let pattern = if operator.ends_with("like") { value.replace('*', "%") } else { value };
    Some(Comparison::Pattern(operator, pattern))
}

/// `(a,"b,c")`
fn list(cursor: &mut Cursor<'_>) -> Option<Vec<String>> {
    if !cursor.take("(") {
        return None;
    }
    let mut values = Vec::new();
    if cursor.take(")") {
        return Some(values);
    }
    loop {
        values.push(bare_or_quoted(cursor));
        if cursor.take(")") {
            return Some(values);
        }
        if !cursor.take(",") {
            return None;
        }
    }
}

fn bare_or_quoted(cursor: &mut Cursor<'_>) -> String {
    let mut ahead = cursor.clone();
    if let Some(text) = ahead.quoted()
        && (ahead.sees(",") || ahead.sees(")"))
    {
        *cursor = ahead;
        return text;
    }
    cursor.take_while(|c| c != ',' && c != ')').to_owned()
}

/// A value inside a tree: it ends at a comma or a parenthesis unless it is quoted or a list in braces.
fn inner_value(cursor: &mut Cursor<'_>) -> Option<String> {
    if cursor.take("{") {
        let inside = cursor.take_while(|c| c != '}');
        return cursor.take("}").then(|| format!("{{{inside}}}"));
    }
    Some(bare_or_quoted(cursor))
}
