//! Renews or checks `.sqlx`: the schema is built in a PostgreSQL of its own, and every query of the program is described by it.
//!
//! `cargo run -p queries -- renew` writes the descriptions; `-- check` says whether they are still those that are checked in.

#[expect(dead_code, unreachable_pub, unused_imports, reason = "the tool uses a part of the room")]
#[path = "../../../src/store/cluster/mod.rs"]
mod cluster;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, bail, ensure};
use cluster::{Cluster, ClusterOptions, DATABASE, Role};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

fn main() -> ExitCode {
    if let Some(code) = cluster::run_launcher_if_asked() {
        return code;
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("queries: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let work = root.join("target/queries");
    let fresh = work.join("sqlx");
    let wish = std::env::args().nth(1).unwrap_or_default();
    ensure!(matches!(wish.as_str(), "renew" | "check"), "say renew or check");
    tokio::runtime::Runtime::new()?.block_on(describe(&root, &work, &fresh))?;
    let kept = root.join(".sqlx");
    if wish == "renew" {
        replace(&fresh, &kept)?;
        say(&format!("{} queries are described", files(&kept)?.len()));
    } else if files(&fresh)? != files(&kept)? {
        bail!("a query or the schema changed; run `make queries` and commit .sqlx");
    }
    Ok(())
}

/// Builds the schema and lets the compiler describe every query against it.
async fn describe(root: &Path, work: &Path, fresh: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(work)?;
    if fresh.exists() {
        std::fs::remove_dir_all(fresh)?;
    }
    std::fs::create_dir_all(fresh)?;
    let cluster = Cluster::open(ClusterOptions { durable: false, ..ClusterOptions::new(work.join("data")) }).await?;
    let result = build(root, fresh, &cluster).await;
    cluster.close().await;
    result
}

async fn build(root: &Path, fresh: &Path, cluster: &Cluster) -> anyhow::Result<()> {
    let login = cluster.connect_options(Role::Bootstrap, "postgres");
    let mut conn = login.connect().await?;
    conn.execute(sqlx::raw_sql(AssertSqlSafe(format!("drop database if exists {DATABASE} with (force)")))).await?;
    conn.execute(sqlx::raw_sql(AssertSqlSafe(format!("create database {DATABASE}")))).await?;
    conn.close().await?;

    let mut conn = cluster.connect_options(Role::Bootstrap, DATABASE).connect().await?;
    let bootstrap = std::fs::read_to_string(root.join("migrations/bootstrap.sql"))?;
    conn.execute(sqlx::raw_sql(AssertSqlSafe(bootstrap))).await.context("bootstrap.sql")?;
    conn.execute("set role app_owner").await?;
    let mut migrations = sqlx::migrate::Migrator::new(root.join("migrations")).await?;
    migrations.dangerous_set_table_name("app._sqlx_migrations");
    migrations.run(&mut conn).await?;
    conn.close().await?;

    let socket = login.get_socket().context("the cluster has a socket")?;
    let url = format!("postgres://postgres@localhost/{DATABASE}?host={}", socket.display());
    // The macros describe only what is compiled anew.
    let now = std::fs::FileTimes::new().set_modified(std::time::SystemTime::now());
    std::fs::File::options().append(true).open(root.join("src/lib.rs"))?.set_times(now)?;
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo told us about this package is news to the build scripts of libraries: ring, and all that stands on it, would be
    // built anew, now and again at the next build.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|own| name.to_string_lossy().starts_with(own)) {
            cargo.env_remove(name);
        }
    }
    let done = cargo
        .args(["check", "--quiet", "--package", "eventos", "--lib", "--all-features"])
        .current_dir(root)
        .env("DATABASE_URL", url)
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", fresh)
        .status()?;
    ensure!(done.success(), "the program does not compile against the schema");
    Ok(())
}

/// The descriptions of a folder, by name.
fn files(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.insert(name, std::fs::read_to_string(&path)?);
    }
    Ok(found)
}

fn replace(fresh: &Path, kept: &Path) -> anyhow::Result<()> {
    if kept.exists() {
        std::fs::remove_dir_all(kept)?;
    }
    std::fs::create_dir_all(kept)?;
    for (name, text) in files(fresh)? {
        std::fs::write(kept.join(name), text)?;
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a tool's words to its user")]
fn say(line: &str) {
    eprintln!("{line}");
}
