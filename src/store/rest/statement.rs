//! The one statement of a REST request.
//!
//! Promises: names in it are the catalogue's own, or quoted; every value is a parameter, given as text and turned into the
//! column's type by PostgreSQL, which so judges it; the result's JSON is made by PostgreSQL too.

use std::fmt::Write as _;

use super::ANSWER_BYTES;
use super::catalogue::Column;
use super::query::{Act, Back, Condition, Embed, Level, Order, Output, Path, Step, Test};

/// A statement and its values.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    /// Gives one row: the whole count, the rows, the body, the key.
    pub(super) text: String,
    /// Its parameters.
    pub(super) values: Vec<String>,
}

/// Writes one statement.
#[derive(Debug, Default)]
struct Writer {
    values: Vec<String>,
    aliases: usize,
    signed_in: bool,
}

/// The statement of this act.
pub(super) fn build(act: &Act, level: &Level, back: Back, count: bool, signed_in: bool) -> Statement {
    let mut writer = Writer { signed_in, ..Writer::default() };
    let text = match act {
        Act::Read => writer.read(level, count),
        _ => writer.write(act, level, back),
    };
    Statement { text, values: writer.values }
}

impl Writer {
    fn read(&mut self, level: &Level, count: bool) -> String {
        let from = format!("public.{}", quoted(level.table.name));
        let alias = self.alias();
        let conditions = self.conditions(level, &alias);
        let total = if count {
            format!("(select pg_catalog.count(*) from {from} {alias}{})", clause(&conditions))
        } else {
            "null::bigint".to_owned()
        };
        let rows = self.rows(level, &from, &alias, &conditions);
        let (told, list) = (told_from("source"), gathered());
        format!("with source as ({rows}), {told} select {total}, pg_catalog.count(*), {list}, null::text from told")
    }

    fn write(&mut self, act: &Act, level: &Level, back: Back) -> String {
        let alias = self.alias();
        let change = self.change(act, level, &alias);
        let returned = match back {
            Back::Nothing => "1".to_owned(),
            Back::Key => format!("{alias}.\"id\""),
            Back::Rows => names(level.table.readable(self.signed_in), &format!("{alias}.")),
        };
        let shown = match back {
            Back::Nothing => " select null::bigint, pg_catalog.count(*), '', null::text from source s".to_owned(),
            Back::Key => {
                " select null::bigint, pg_catalog.count(*), '', pg_catalog.min(s.\"id\"::text) from source s".to_owned()
            }
            Back::Rows => {
                let alias = self.alias();
                let rows = self.rows(&Level { conditions: Vec::new(), ..level.clone() }, "source", &alias, &[]);
                let (told, list) = (told_from("shown"), gathered());
                format!(
                    ", shown as ({rows}), {told} select null::bigint, pg_catalog.count(*), {list}, null::text from told"
                )
            }
        };
        format!("with source as ({change} returning {returned}){shown}")
    }

    fn change(&mut self, act: &Act, level: &Level, alias: &str) -> String {
        let table = format!("public.{}", quoted(level.table.name));
        match act {
            Act::Insert(columns, _) if columns.is_empty() => format!("insert into {table} as {alias} default values"),
            Act::Insert(columns, rows) => format!(
                "insert into {table} as {alias} ({}) select {} from {}",
                names(columns.iter().copied(), ""),
                names(columns.iter().copied(), "given."),
                self.given(columns, rows)
            ),
            Act::Update(columns, row) => {
                let given = self.given(columns, row);
                let set: Vec<String> =
                    columns.iter().map(|column| format!("{0} = given.{0}", quoted(column.name))).collect();
                let conditions = self.conditions(level, alias);
                format!("update {table} as {alias} set {} from {given}{}", set.join(", "), clause(&conditions))
            }
            Act::Delete | Act::Read => {
                let conditions = self.conditions(level, alias);
                format!("delete from {table} as {alias}{}", clause(&conditions))
            }
        }
    }

    /// The rows of a JSON list, typed by the columns.
    fn given(&mut self, columns: &[&'static Column], rows: &str) -> String {
        let types: Vec<String> =
            columns.iter().map(|column| format!("{} {}", quoted(column.name), column.kind)).collect();
        format!("pg_catalog.json_to_recordset({}::json) as given ({})", self.value(rows), types.join(", "))
    }

    fn rows(&mut self, level: &Level, from: &str, alias: &str, conditions: &[String]) -> String {
        let outputs = self.outputs(level, alias);
        let mut text = format!("select {outputs} from {from} {alias}{}", clause(conditions));
        if !level.order.is_empty() {
            let keys: Vec<String> = level.order.iter().map(|order| self.order(order, alias)).collect();
            let _ = write!(text, " order by {}", keys.join(", "));
        }
        if let Some(limit) = level.limit {
            let _ = write!(text, " limit {limit}");
        }
        if level.offset > 0 {
            let _ = write!(text, " offset {}", level.offset);
        }
        text
    }

    fn outputs(&mut self, level: &Level, alias: &str) -> String {
        let mut shown: Vec<String> = Vec::new();
        for output in &level.outputs {
            shown.push(match output {
                Output::All => names(level.table.readable(self.signed_in), &format!("{alias}.")),
                Output::Value { path, cast, name } => {
                    let value = self.path(path, alias);
                    let cast = cast.map(|kind| format!("::{kind}")).unwrap_or_default();
                    format!("({value}){cast} as {}", quoted(name))
                }
            });
        }
        for embed in level.embeds.iter().filter(|embed| !embed.level.outputs.is_empty()) {
            let rows = self.neighbours(embed, alias);
            let value = if embed.link.many {
                format!("(select coalesce(pg_catalog.json_agg(x.*), '[]')::jsonb from ({rows}) x)")
            } else {
                format!("(select pg_catalog.row_to_json(x.*)::jsonb from ({rows}) x)")
            };
            shown.push(format!("{value} as {}", quoted(&embed.name)));
        }
        shown.join(", ")
    }

    fn neighbours(&mut self, embed: &Embed, outer: &str) -> String {
        let alias = self.alias();
        let mut conditions = vec![belongs(embed, &alias, outer)];
        conditions.extend(self.conditions(&embed.level, &alias));
        let from = format!("public.{}", quoted(embed.level.table.name));
        self.rows(&embed.level, &from, &alias, &conditions)
    }

    fn conditions(&mut self, level: &Level, alias: &str) -> Vec<String> {
        let mut all: Vec<String> = level.conditions.iter().map(|condition| self.condition(condition, alias)).collect();
        for embed in level.embeds.iter().filter(|embed| embed.inner) {
            let inner = self.alias();
            let mut conditions = vec![belongs(embed, &inner, alias)];
            conditions.extend(self.conditions(&embed.level, &inner));
            let from = format!("public.{}", quoted(embed.level.table.name));
            all.push(format!("exists (select from {from} {inner}{})", clause(&conditions)));
        }
        all
    }

    fn condition(&mut self, condition: &Condition, alias: &str) -> String {
        let (negated, inside) = match condition {
            Condition::Test { path, negated, test } => (*negated, self.test(path, test, alias)),
            Condition::All(negated, parts) => (*negated, self.joined(parts, " and ", alias)),
            Condition::Any(negated, parts) => (*negated, self.joined(parts, " or ", alias)),
        };
        format!("{}({inside})", if negated { "not " } else { "" })
    }

    fn joined(&mut self, parts: &[Condition], word: &str, alias: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.condition(part, alias)).collect();
        parts.join(word)
    }

    fn test(&mut self, path: &Path, test: &Test, alias: &str) -> String {
        let kind = match (path.steps.is_empty(), path.text) {
            (true, _) => path.column.kind,
            (false, true) => "text",
            (false, false) => "jsonb",
        };
        let left = self.path(path, alias);
        match test {
            Test::Operator(operator, value) => format!("{left} {operator} {}::{kind}", self.value(value)),
            Test::Pattern(operator, value) => format!("{left} {operator} {}", self.value(value)),
            Test::In(values) => format!("{left} = any ({}::{kind}[])", self.value(&list(values))),
            Test::Is(what) => format!("{left} is {what}"),
        }
    }

    fn order(&mut self, order: &Order, alias: &str) -> String {
        let direction = if order.descending { " desc" } else { "" };
        let nulls = match order.nulls_first {
            Some(true) => " nulls first",
            Some(false) => " nulls last",
            None => "",
        };
        format!("{}{direction}{nulls}", self.path(&order.path, alias))
    }

    fn path(&mut self, path: &Path, alias: &str) -> String {
        let column = format!("{alias}.{}", quoted(path.column.name));
        let Some(last) = path.steps.len().checked_sub(1) else { return column };
        let mut text = format!("pg_catalog.to_jsonb({column})");
        for (place, step) in path.steps.iter().enumerate() {
            let arrow = if place == last && path.text { "->>" } else { "->" };
            let step = match step {
                Step::Key(key) => self.value(key),
                Step::Index(index) => format!("({index})"),
            };
            let _ = write!(text, " {arrow} {step}");
        }
        text
    }

    fn value(&mut self, value: &str) -> String {
        self.values.push(value.to_owned());
        format!("${}::text", self.values.len())
    }

    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }
}

/// These rows as JSON (`s.*`: whatever a column is called), and how long all of them are so far.
fn told_from(rows: &str) -> String {
    format!(
        "told as (select j, pg_catalog.sum(pg_catalog.octet_length(j)) over (rows unbounded preceding) as so_far \
         from (select pg_catalog.row_to_json(s.*)::text as j from {rows} s) r)"
    )
}

/// The list of them as `json_agg` writes it; what is past the bound is counted, not gathered, and there is no list then.
fn gathered() -> String {
    format!(
        "case when coalesce(pg_catalog.max(so_far), 0) <= {ANSWER_BYTES} then \
         '[' || coalesce(pg_catalog.string_agg(j, E', \\n ') filter (where so_far <= {ANSWER_BYTES}), '') || ']' end"
    )
}

fn belongs(embed: &Embed, inner: &str, outer: &str) -> String {
    format!("{inner}.{} = {outer}.{}", quoted(embed.link.other), quoted(embed.link.own))
}

fn clause(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) }
}

fn names(columns: impl Iterator<Item = &'static Column>, before: &str) -> String {
    columns.map(|column| format!("{before}{}", quoted(column.name))).collect::<Vec<_>>().join(", ")
}

/// A name that PostgreSQL takes as it stands.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A list as PostgreSQL writes arrays.
fn list(values: &[String]) -> String {
    let quoted: Vec<String> =
        values.iter().map(|value| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::table;
    use super::*;

    #[test]
    fn no_value_and_no_name_of_a_caller_becomes_part_of_the_statement() {
        let events = table("events").unwrap();
        let evil = "x\"; drop table events; --";
        let path =
            || Path { column: events.column("metadata").unwrap(), steps: vec![Step::Key(evil.to_owned())], text: true };
        let mut level = Level::of(events);
        level.outputs = vec![Output::Value { path: path(), cast: None, name: evil.to_owned() }];
        level.conditions = vec![Condition::Test {
            path: path(),
            negated: true,
            test: Test::In(vec![evil.to_owned(), "a\\".to_owned()]),
        }];
        let statement = build(&Act::Read, &level, Back::Rows, false, true);
        assert!(!statement.text.replace("\"x\"\"; drop table events; --\"", "").contains("drop"), "{}", statement.text);
        assert_eq!(statement.values.len(), 3);
        assert_eq!(statement.values[1], "{\"x\\\"; drop table events; --\",\"a\\\\\"}");
    }

    #[test]
    fn a_visitor_is_not_asked_for_what_only_members_read() {
        let level = Level::of(table("events").unwrap());
        assert!(!build(&Act::Read, &level, Back::Rows, false, false).text.contains("online_url"));
        assert!(build(&Act::Read, &level, Back::Rows, false, true).text.contains("online_url"));
    }
}
