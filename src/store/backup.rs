//! Everything of the private cluster in one file, and back again into an empty one.
//!
//! The file: a line of JSON (format, migration, tables with their columns), then for each table its rows as PostgreSQL's
//! binary COPY, in pieces that each begin with their length (four bytes, big-endian); a piece of length 0 ends a table.
//! All rows are of one moment. A backup of an older schema is restored into that schema and then brought up to date; what a file
//! of an older program lacks is told.

mod unfinished;

use std::path::Path;

use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};

use self::unfinished::Unfinished;
use super::error::StoreError;
use super::migrate;

const FORMAT: &str = "eventos-backup-1";
/// No header is longer; a file that claims more is none of ours.
const LONGEST_HEADER: u32 = 1 << 20;
/// PostgreSQL's own bound on one message.
const LONGEST_PIECE: u32 = 1 << 30;

/// Why a backup or a restore did not happen.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be written or read.
    #[error("{file}: {reason}")]
    File {
        /// Its path.
        file: String,
        /// Why.
        reason: String,
    },
    /// The file is not whole, or not a backup.
    #[error("{0} is no whole backup of EventOS")]
    NotABackup(String),
    /// A newer program made it.
    #[error("this backup was made by a newer version of EventOS (schema {theirs}, here {ours}); update first")]
    Newer {
        /// The backup's schema.
        theirs: i64,
        /// Ours.
        ours: i64,
    },
    /// The schema here cannot be taken back to the backup's.
    #[error(
        "this folder has a newer schema than the backup (here {ours}, the backup's {theirs}); restore into a new folder (--data-dir)"
    )]
    Ahead {
        /// The backup's schema.
        theirs: i64,
        /// The one here.
        ours: i64,
    },
    /// Restoring would mix two sets of data.
    #[error("there is data here already; restore into a new folder (--data-dir)")]
    NotEmpty,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    migration: i64,
    tables: Vec<Table>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Table {
    /// Schema and name, quoted where needed.
    name: String,
    /// The columns whose values are kept; the others are derived from them.
    columns: Vec<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Restored {
    /// How many tables the file holds.
    pub tables: usize,
    /// Tables of its schema that it does not hold, by schema and name: an older program left them out.
    pub lacking: Vec<String>,
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Writes everything into one file, readable by its owner alone. Returns how many tables it holds.
///
/// # Errors
/// [`BackupError::File`]; a file of that name is replaced only by a whole backup.
pub async fn save(superuser: PgConnectOptions, path: &Path) -> Result<usize, BackupError> {
    let failed =
        |error: std::io::Error| BackupError::File { file: path.display().to_string(), reason: error.to_string() };
    let mut conn = superuser.connect().await?;
    sqlx::query("begin transaction isolation level repeatable read read only").execute(&mut conn).await?;
    let migration = migration(&mut conn).await?;
    let header = Header { format: FORMAT.to_owned(), migration, tables: tables(&mut conn).await? };
    let (file, unfinished) = Unfinished::create(path).await?;
    let mut out = BufWriter::new(file);
    let first = serde_json::to_vec(&header).map_err(|error| StoreError::Fault(error.to_string()))?;
    piece(&mut out, &first).await.map_err(failed)?;
    for table in &header.tables {
        let copy = format!("copy {} ({}) to stdout (format binary)", table.name, table.columns.join(", "));
        let mut rows = conn.copy_out_raw(&copy).await?;
        while let Some(bytes) = rows.try_next().await? {
            if !bytes.is_empty() {
                piece(&mut out, &bytes).await.map_err(failed)?;
            }
        }
        out.write_u32(0).await.map_err(failed)?;
    }
    out.flush().await.map_err(failed)?;
    out.get_ref().sync_all().await.map_err(failed)?;
    unfinished.finish(path).await.map_err(failed)?;
    conn.close().await?;
    Ok(header.tables.len())
}

async fn migration(conn: &mut PgConnection) -> Result<i64, BackupError> {
    Ok(sqlx::query_scalar("select coalesce(max(version), 0) from app._sqlx_migrations").fetch_one(conn).await?)
}

async fn piece(out: &mut BufWriter<File>, bytes: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    out.write_u32(length).await?;
    out.write_all(bytes).await
}

/// Every table of the database with its columns that are not derived. The books of the migrations are not data: restoring makes
/// them anew.
async fn tables(conn: &mut PgConnection) -> Result<Vec<Table>, BackupError> {
    let rows: Vec<(String, Vec<String>)> = sqlx::query_as(
        "select c.oid::regclass::text, array_agg(quote_ident(a.attname) order by a.attnum)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
             join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
         where c.relkind = 'r' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
             and (n.nspname, c.relname) <> ('app', '_sqlx_migrations')
         group by c.oid order by 1",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(name, columns)| Table { name, columns }).collect())
}

/// Puts a backup into an empty database and brings it up to date.
///
/// # Errors
/// Nothing is kept of a backup that is not whole.
pub async fn restore(superuser: PgConnectOptions, path: &Path) -> Result<Restored, BackupError> {
    let name = path.display().to_string();
    let file =
        File::open(path).await.map_err(|error| BackupError::File { file: name.clone(), reason: error.to_string() })?;
    let mut input = BufReader::new(file);
    let whole = || BackupError::NotABackup(name.clone());
    let header = next(&mut input, LONGEST_HEADER).await.map_err(|_| whole())?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| whole())?;
    if header.format != FORMAT {
        return Err(whole());
    }
    if header.migration > migrate::newest() {
        return Err(BackupError::Newer { theirs: header.migration, ours: migrate::newest() });
    }
    migrate::run_to(superuser.clone(), header.migration).await?;
    let mut conn = superuser.connect().await?;
    // Venues may be brought in before anybody signs in; what else a program makes by itself is made anew.
    let used: bool = sqlx::query_scalar("select exists (select from auth.users) or exists (select from public.venues)")
        .fetch_one(&mut conn)
        .await?;
    if used {
        return Err(BackupError::NotEmpty);
    }
    let ours = migration(&mut conn).await?;
    if ours > header.migration {
        return Err(BackupError::Ahead { theirs: header.migration, ours });
    }
    let known = tables(&mut conn).await?;
    let mut tx = conn.begin().await?;
    // The rows are those of a database that kept its rules: triggers and foreign keys have nothing to add.
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await?;
    // A program that began here before anybody came left a key and a secret: those of the backup hold.
    let names: Vec<&str> = known.iter().map(|table| table.name.as_str()).collect();
    sqlx::query(AssertSqlSafe(format!("truncate table {}", names.join(", ")))).execute(&mut *tx).await?;
    for table in &header.tables {
        let fits = known
            .iter()
            .any(|ours| ours.name == table.name && table.columns.iter().all(|column| ours.columns.contains(column)));
        if !fits {
            return Err(whole());
        }
        let copy = format!("copy {} ({}) from stdin (format binary)", table.name, table.columns.join(", "));
        let mut rows = tx.copy_in_raw(&copy).await?;
        loop {
            let bytes = next(&mut input, LONGEST_PIECE).await.map_err(|_| whole())?;
            if bytes.is_empty() {
                break;
            }
            rows.send(bytes).await?;
        }
        rows.finish().await?;
    }
    continue_counters(&mut tx).await?;
    tx.commit().await?;
    conn.close().await?;
    migrate::run(superuser).await?;
    let lacking = known.into_iter().map(|table| table.name);
    let lacking = lacking.filter(|name| !header.tables.iter().any(|table| table.name == *name)).collect();
    Ok(Restored { tables: header.tables.len(), lacking })
}

async fn next(input: &mut BufReader<File>, longest: u32) -> std::io::Result<Vec<u8>> {
    let length = input.read_u32().await?;
    if length > longest {
        return Err(std::io::Error::other("too long"));
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(std::io::Error::other)?];
    input.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// Columns that count by themselves go on after the highest number that was restored.
async fn continue_counters(conn: &mut PgConnection) -> Result<(), BackupError> {
    let counters: Vec<(String, String)> = sqlx::query_as(
        "select a.attrelid::regclass::text, quote_ident(a.attname) from pg_attribute a join pg_class c on c.oid = a.attrelid
         join pg_namespace n on n.oid = c.relnamespace
         where a.attidentity <> '' and c.relkind = 'r' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'",
    )
    .fetch_all(&mut *conn)
    .await?;
    for (table, column) in counters {
        let set = format!(
            "select setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({column}), 0) + 1, false) from {table}"
        );
        sqlx::query(AssertSqlSafe(set)).execute(&mut *conn).await?;
    }
    Ok(())
}
