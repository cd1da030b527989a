//! Row level security, held against a written table of who may do what.
//!
//! Promises: every table of `public` is in the table; every role tries every verb on its own rows, on another person's, and
//! on what is public; a cell that differs from `rls_matrix.txt` is named. The holes that such schemas are known for
//! (THREATS 7.1) are tried one by one, and the catalogue is searched for what no single attempt would show.

mod catalogue;
mod events;
pub(crate) mod holes;
mod messages;
pub(crate) mod people;
mod publishing;
pub(crate) mod tables;

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::harness::{self, Role};
use people::{Person, Place, begin_as};
use tables::{TABLES, Table, Verb, seed};

const EXPECTED: &str = include_str!("rls_matrix.txt");

#[tokio::test]
async fn every_role_may_do_what_the_matrix_says() -> Result<(), sqlx::Error> {
    let database = harness::database().await;
    let places = Place::all();
    seed(&mut database.connect(Role::Bootstrap).await, &places).await?;
    let mut conn = database.connect(Role::Authenticator).await;

    let mut found = BTreeMap::new();
    for table in TABLES {
        for &verb in table.verbs() {
            for person in Person::ALL {
                let cell = measure(&mut conn, table, verb, person, &places).await?;
                found.insert((table.name.to_owned(), verb.name().to_owned(), person.name().to_owned()), cell);
            }
        }
    }
    let written = parse(EXPECTED);
    let difference = compare(&written, &found);
    assert!(
        difference.is_empty(),
        "cells that differ from rls_matrix.txt:\n{}\nthe whole grid as found:\n{}",
        difference.join("\n"),
        grid(&found)
    );
    Ok(())
}

#[tokio::test]
async fn every_table_of_public_is_in_the_matrix() -> Result<(), sqlx::Error> {
    let database = harness::database().await;
    let mut conn = database.connect(Role::Bootstrap).await;
    let real: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')",
    )
    .fetch_all(&mut conn)
    .await?;
    let described: BTreeSet<&str> = TABLES.iter().map(|table| table.name).collect();
    let real: BTreeSet<&str> = real.iter().map(String::as_str).collect();
    assert_eq!(real, described, "describe a new table in rls/tables.rs and in rls_matrix.txt");
    Ok(())
}

/// Which kinds of rows a person reaches with a verb: `-`, `all`, or the kinds joined by `+`; a `?` marks a kind reached in part.
async fn measure(
    conn: &mut PgConnection,
    table: &Table,
    verb: Verb,
    person: Person,
    places: &[Place],
) -> Result<String, sqlx::Error> {
    let mut kinds: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for place in places.iter().filter(|place| table.holds(place)) {
        let reached = attempt(conn, &table.statement(verb, place), person).await?;
        kinds.entry(place.seen_by(person)).or_default().push(reached);
    }
    Ok(cell(&kinds))
}

/// Tries one statement in somebody's name and takes it back; true when it touched a row.
async fn attempt(conn: &mut PgConnection, statement: &str, person: Person) -> Result<bool, sqlx::Error> {
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, person).await?;
    let outcome = sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await;
    tx.rollback().await?;
    match outcome {
        Ok(done) => Ok(done.rows_affected() > 0),
        Err(error) => match people::code(&error).as_deref() {
            Some("42501") => Ok(false),
            // A foreign key is checked after the policies have let the row through.
            Some("23503") => Ok(true),
            _ => Err(sqlx::Error::Protocol(format!("{}: {statement}: {error}", person.name()))),
        },
    }
}

/// What a person reaches in a table with a verb, as it is written down.
pub(crate) fn written(table: &str, verb: &str, person: Person) -> String {
    let cell = (table.to_owned(), verb.to_owned(), person.name().to_owned());
    parse(EXPECTED).remove(&cell).unwrap_or_default()
}

/// The kinds that were reached, as a cell of the matrix.
pub(crate) fn cell(kinds: &BTreeMap<&str, Vec<bool>>) -> String {
    if kinds.values().flatten().all(|reached| *reached) {
        return "all".to_owned();
    }
    let reached: Vec<String> = kinds
        .iter()
        .filter(|(_, attempts)| attempts.contains(&true))
        .map(|(kind, attempts)| if attempts.contains(&false) { format!("{kind}?") } else { (*kind).to_owned() })
        .collect();
    if reached.is_empty() { "-".to_owned() } else { reached.join("+") }
}

type Grid = BTreeMap<(String, String, String), String>;

/// Lines of `table verb cell cell …`; the first line names the roles; `#` starts a comment.
fn parse(text: &str) -> Grid {
    let mut lines =
        text.lines().map(|line| line.split('#').next().unwrap_or_default()).filter(|line| !line.trim().is_empty());
    let roles: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().skip(2).collect();
    let mut written = Grid::new();
    for line in lines {
        let mut words = line.split_whitespace();
        let (table, verb) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let cells: Vec<&str> = words.collect();
        assert_eq!(cells.len(), roles.len(), "rls_matrix.txt: a cell too many or too few in: {line}");
        for (role, cell) in roles.iter().zip(cells) {
            written.insert((table.to_owned(), verb.to_owned(), (*role).to_owned()), cell.to_owned());
        }
    }
    written
}

fn compare(written: &Grid, found: &Grid) -> Vec<String> {
    let cells: BTreeSet<_> = written.keys().chain(found.keys()).collect();
    cells
        .into_iter()
        .filter(|cell| written.get(*cell) != found.get(*cell))
        .map(|cell| {
            let show = |grid: &Grid| grid.get(cell).cloned().unwrap_or_else(|| "(no such cell)".to_owned());
            format!("  {} {} as {}: written {}, found {}", cell.0, cell.1, cell.2, show(written), show(found))
        })
        .collect()
}

fn grid(found: &Grid) -> String {
    let mut text = String::new();
    for table in TABLES {
        for verb in table.verbs() {
            let cells = Person::ALL.map(|person| {
                let cell = (table.name.to_owned(), verb.name().to_owned(), person.name().to_owned());
                format!("{:<22}", found.get(&cell).map_or("", String::as_str))
            });
            text.push_str(format!("{:<23}{:<8}{}", table.name, verb.name(), cells.concat()).trim_end());
            text.push('\n');
        }
    }
    text
}
