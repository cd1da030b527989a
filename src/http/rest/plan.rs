//! A query, resolved against the tables: what it names is there, or it is refused with PostgREST's code.

use super::error::RestError;
use super::grammar::{Asked, Comparison, Entry, Field, Key, Step as RawStep, Tree};
use crate::store::rest::catalogue::{Link, Table, table};
use crate::store::rest::query::{Condition, Embed, Level, Order, Output, Path, Step, Test};

/// The types that a value may be turned into.
const CASTS: &[&str] = &[
    "text",
    "varchar",
    "int",
    "int2",
    "int4",
    "int8",
    "integer",
    "bigint",
    "smallint",
    "numeric",
    "real",
    "float4",
    "float8",
    "bool",
    "boolean",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "uuid",
    "json",
    "jsonb",
];

/// Tables inside one another, the first one included.
const LEVELS: usize = 3;
/// Neighbours in a whole request.
const NEIGHBOURS: usize = 10;
/// Values in a whole request; `*` counts for each of its table's columns.
const OUTPUTS: usize = 200;

/// What of this table is asked.
///
/// # Errors
/// For columns, neighbours and types that are not there, and for more of them than one request may ask for.
pub(super) fn level(table: &'static Table, asked: &Asked) -> Result<Level, RestError> {
    let mut top = Level { outputs: Vec::new(), ..Level::of(table) };
    match &asked.select {
        Some(entries) => select(&mut top, entries)?,
        None => top.outputs.push(Output::All),
    }
    Extent::of(&top).check()?;
    for (way, tree) in &asked.conditions {
        let level = find(&mut top, way)?;
        level.conditions.push(condition(level.table, tree)?);
    }
    for (way, keys) in &asked.order {
        let level = find(&mut top, way)?;
        level.order = keys.iter().map(|key| order(level.table, key)).collect::<Result<_, _>>()?;
    }
    for (way, limit) in &asked.limit {
        find(&mut top, way)?.limit = Some(*limit);
    }
    for (way, offset) in &asked.offset {
        find(&mut top, way)?.offset = *offset;
    }
    Ok(top)
}

fn select(level: &mut Level, entries: &[Entry]) -> Result<(), RestError> {
    for entry in entries {
        match entry {
            Entry::All => level.outputs.push(Output::All),
            Entry::Value { field, cast, alias } => {
                let path = path(level.table, field)?;
                let cast = cast.as_deref().map(known_cast).transpose()?;
                let name = alias.clone().unwrap_or_else(|| usual_name(field));
                level.outputs.push(Output::Value { path, cast, name });
            }
            Entry::Neighbour { relation, alias, hint, inner, entries } => {
                let link = link(level.table, relation, hint.as_deref())?;
                let other = table(link.table).ok_or_else(|| RestError::no_relation(level.table.name, relation))?;
                let mut inside = Level { outputs: Vec::new(), ..Level::of(other) };
                select(&mut inside, entries)?;
                let name = alias.clone().unwrap_or_else(|| relation.clone());
                level.embeds.push(Embed { name, link, inner: *inner, level: inside });
            }
        }
    }
    Ok(())
}

/// How much a request asks for. Each level may answer with all rows of the one around it, once more for each of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    levels: usize,
    neighbours: usize,
    outputs: usize,
}

impl Extent {
    fn of(level: &Level) -> Self {
        let values = level.outputs.iter().map(|output| match output {
            Output::All => level.table.columns.len(),
            Output::Value { .. } => 1,
        });
        let own = Self { levels: 1, neighbours: level.embeds.len(), outputs: values.sum() };
        level.embeds.iter().map(|embed| Self::of(&embed.level)).fold(own, |all, inner| Self {
            levels: all.levels.max(inner.levels + 1),
            neighbours: all.neighbours + inner.neighbours,
            outputs: all.outputs + inner.outputs,
        })
    }

    fn check(self) -> Result<(), RestError> {
        let Self { levels, neighbours, outputs } = self;
        for (asked, bound, what) in [
            (levels, LEVELS, "tables inside one another"),
            (neighbours, NEIGHBOURS, "neighbours"),
            (outputs, OUTPUTS, "values of a row and its neighbours"),
        ] {
            if asked > bound {
                return Err(RestError::too_much(&format!("{asked} {what}"), bound));
            }
        }
        Ok(())
    }
}

fn link(table: &'static Table, relation: &str, hint: Option<&str>) -> Result<Link, RestError> {
    let hinted = |link: &Link| hint.is_none_or(|hint| [link.constraint, link.own, link.other].contains(&hint));
    let named =
        |link: &Link| link.table == relation || link.constraint == relation || !link.many && link.own == relation;
    table.links().filter(named).find(hinted).ok_or_else(|| RestError::no_relation(table.name, relation))
}

/// The level of the neighbours at the end of this way.
fn find<'a>(level: &'a mut Level, way: &[String]) -> Result<&'a mut Level, RestError> {
    let Some((first, rest)) = way.split_first() else { return Ok(level) };
    let named = |embed: &&mut Embed| embed.name == *first || embed.link.table == first;
    let embed = level.embeds.iter_mut().find(named).ok_or_else(|| RestError::not_embedded(first))?;
    find(&mut embed.level, rest)
}

fn condition(table: &'static Table, tree: &Tree) -> Result<Condition, RestError> {
    Ok(match tree {
        Tree::Leaf(field, negated, comparison) => {
            let test = match comparison {
                Comparison::Operator(operator, value) => Test::Operator(operator, value.clone()),
                Comparison::Pattern(operator, value) => Test::Pattern(operator, value.clone()),
                Comparison::In(values) => Test::In(values.clone()),
                Comparison::Is(what) => Test::Is(what),
            };
            Condition::Test { path: path(table, field)?, negated: *negated, test }
        }
        Tree::Branch { any, negated, parts } => {
            let parts = parts.iter().map(|part| condition(table, part)).collect::<Result<_, _>>()?;
            if *any { Condition::Any(*negated, parts) } else { Condition::All(*negated, parts) }
        }
    })
}

fn order(table: &'static Table, key: &Key) -> Result<Order, RestError> {
    Ok(Order { path: path(table, &key.field)?, descending: key.descending, nulls_first: key.nulls_first })
}

fn path(table: &'static Table, field: &Field) -> Result<Path, RestError> {
    let column = table.column(&field.name).ok_or_else(|| RestError::no_column(table.name, &field.name))?;
    let step = |step: &RawStep| match step {
        RawStep::Key(key) => Step::Key(key.clone()),
        RawStep::Index(index) => Step::Index(*index),
    };
    Ok(Path { column, steps: field.steps.iter().map(step).collect(), text: field.text })
}

fn known_cast(kind: &str) -> Result<&'static str, RestError> {
    let known = CASTS.iter().find(|known| known.eq_ignore_ascii_case(kind));
    known.copied().ok_or_else(|| RestError::not_served(&format!("Turning a value into {kind}")))
}

/// The last key of a JSON path, else the column.
fn usual_name(field: &Field) -> String {
    let key = field.steps.iter().rev().find_map(|step| match step {
        RawStep::Key(key) => Some(key.clone()),
        RawStep::Index(_) => None,
    });
    key.unwrap_or_else(|| field.name.clone())
}

#[cfg(test)]
mod tests {
    use super::super::grammar;
    use super::*;

    fn planned(select: &str) -> Result<Level, RestError> {
        let asked = grammar::parse(&[("select".to_owned(), select.to_owned())]).unwrap();
        level(table("events").unwrap(), &asked)
    }

    fn many(number: usize, entry: impl Fn(usize) -> String) -> String {
        (0..number).map(entry).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn one_request_asks_for_so_much_and_no_more() {
        for lawful in [
            "*,venues(*),tickets(*),ticket_tiers(*),orders(*),wizard_sessions(*)".to_owned(),
            "id,venues(id,events(id))".to_owned(),
            many(OUTPUTS, |number| format!("a{number}:name")),
            many(NEIGHBOURS, |number| format!("a{number}:tickets(id)")),
        ] {
            assert!(planned(&lawful).is_ok(), "{lawful}");
        }
        for greedy in [
            "id,venues(id,events(id,venues(id)))".to_owned(),
            many(OUTPUTS + 1, |number| format!("a{number}:name")),
            many(NEIGHBOURS + 1, |number| format!("a{number}:tickets(id)")),
            many(6, |_| "*".to_owned()),
            format!("tickets({})", many(OUTPUTS + 1, |number| format!("a{number}:status"))),
        ] {
            let refused = planned(&greedy).unwrap_err();
            assert_eq!((refused.status.as_u16(), refused.code.as_str()), (400, "PGRST100"), "{greedy}");
            assert!(refused.details.is_some_and(|details| details.contains("at most")), "{greedy}");
        }
    }
}
