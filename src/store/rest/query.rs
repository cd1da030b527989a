//! A REST request as the database is asked it: tables and columns are the catalogue's own, everything else is a value.

use super::catalogue::{Column, Link, Table};

/// What of one table is asked, and what of its neighbours along with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The table.
    pub table: &'static Table,
    /// What is shown of a row.
    pub outputs: Vec<Output>,
    /// Rows of other tables inside each row.
    pub embeds: Vec<Embed>,
    /// All of these hold.
    pub conditions: Vec<Condition>,
    /// First to last.
    pub order: Vec<Order>,
    /// At most so many rows.
    pub limit: Option<u64>,
    /// So many rows are passed over.
    pub offset: u64,
}

impl Level {
    /// Everything of a table.
    pub fn of(table: &'static Table) -> Self {
        let outputs = vec![Output::All];
        Self { table, outputs, embeds: Vec::new(), conditions: Vec::new(), order: Vec::new(), limit: None, offset: 0 }
    }
}

/// One entry of a row's object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Every column that the caller may read.
    All,
    /// A value.
    Value {
        /// Where it is.
        path: Path,
        /// Its type, when another is asked for; one of the catalogue's own words.
        cast: Option<&'static str>,
        /// Its key in the object.
        name: String,
    },
}

/// A column, or a place inside a JSON column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The column.
    pub column: &'static Column,
    /// The way inside.
    pub steps: Vec<Step>,
    /// The last step was `->>`: the value is text.
    pub text: bool,
}

/// One step into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The value under a key.
    Key(String),
    /// The value at a place of a list.
    Index(i32),
}

/// Rows of another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    /// Its key in the object.
    pub name: String,
    /// How the tables hang together.
    pub link: Link,
    /// Rows without such a neighbour are left out.
    pub inner: bool,
    /// What is asked of them.
    pub level: Level,
}

/// What holds for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// One comparison.
    Test {
        /// What is compared.
        path: Path,
        /// It must not hold.
        negated: bool,
        /// How, and with what.
        test: Test,
    },
    /// All of them hold (or not all, when negated).
    All(bool, Vec<Condition>),
    /// One of them holds (or none, when negated).
    Any(bool, Vec<Condition>),
}

/// A comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// An operator between the value and one of its own type.
    Operator(&'static str, String),
    /// An operator between the value and a text.
    Pattern(&'static str, String),
    /// One of these.
    In(Vec<String>),
    /// `null`, `true`, `false`, `unknown`.
    Is(&'static str),
}

/// One key of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub path: Path,
    /// Largest first.
    pub descending: bool,
    /// Where nulls go, when that was said.
    pub nulls_first: Option<bool>,
}

/// What a request does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Reads.
    Read,
    /// Adds rows: the columns that are given, and the rows as a JSON list of objects.
    Insert(Vec<&'static Column>, String),
    /// Changes rows: the columns that are given, and a JSON list of one object.
    Update(Vec<&'static Column>, String),
    /// Takes rows away.
    Delete,
}

/// What comes back of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// Nothing but how many.
    Nothing,
    /// The key of what was written.
    Key,
    /// The rows.
    Rows,
}
