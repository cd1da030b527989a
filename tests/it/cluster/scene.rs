//! What every test of the private PostgreSQL needs: a data folder, questions to the database, and patience.
//!
//! Promises: a data folder goes with its test; waiting ends by a state reached, never by a time passed.

use eventos::store::cluster::{Cluster, ClusterOptions, DATABASE, Role};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::harness::Folder;

/// Far beyond what anything here takes, so that a busy machine turns no test red.
pub(super) const DEADLINE: Duration = crate::harness::PATIENCE;

/// A data folder, removed at the end.
pub(super) struct DataDir(pub(super) Folder);

impl DataDir {
    pub(super) fn new(name: &str) -> Self {
        let folder = Folder::within(Path::new(env!("CARGO_TARGET_TMPDIR")), &format!("cluster-{name}"));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(super) fn options(&self) -> ClusterOptions {
        options(&self.0)
    }

    pub(super) fn pgdata(&self) -> PathBuf {
        self.0.join("postgres/pgdata")
    }

    pub(super) fn server_pid(&self) -> rustix::process::Pid {
        let text = fs::read_to_string(self.pgdata().join("postmaster.pid")).unwrap();
        rustix::process::Pid::from_raw(text.lines().next().unwrap().parse().unwrap()).unwrap()
    }

    /// Waits until no server works in the folder, then removes it.
    fn remove(&self) {
        let begun = Instant::now();
        while self.pgdata().join("postmaster.pid").exists() && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(20));
        }
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} was left behind: {error}", self.0.display());
        }
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        self.remove();
    }
}

pub(super) fn options(data_dir: &Path) -> ClusterOptions {
    let launcher = Some(PathBuf::from(env!("CARGO_BIN_EXE_eventos")));
    ClusterOptions { launcher, durable: true, ..ClusterOptions::new(data_dir) }
}

pub(super) async fn run(cluster: &Cluster, statement: &str) -> Result<Vec<String>, sqlx::Error> {
    let mut connection = PgConnection::connect_with(&cluster.connect_options(Role::Bootstrap, DATABASE)).await?;
    if statement.starts_with("select") || statement.starts_with("show") {
        return sqlx::query_scalar(AssertSqlSafe(statement.to_owned())).fetch_all(&mut connection).await;
    }
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await?;
    Ok(Vec::new())
}

pub(super) async fn one(cluster: &Cluster, question: &str) -> String {
    run(cluster, question).await.unwrap().remove(0)
}

/// Waits until the statement succeeds, as a program that answers "busy" meanwhile would.
pub(super) async fn eventually(cluster: &Cluster, statement: &str) -> Vec<String> {
    let begun = Instant::now();
    loop {
        match run(cluster, statement).await {
            Ok(rows) => return rows,
            Err(error) if begun.elapsed() > DEADLINE => panic!("{statement}: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

pub(super) async fn until(what: &str, holds: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < DEADLINE, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}

pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The ids of a user of this machine.
pub(super) fn user(name: &str) -> Option<(u32, u32)> {
    let text = fs::read_to_string("/etc/passwd").ok()?;
    let line = text.lines().find(|line| line.starts_with(&format!("{name}:")))?;
    let mut ids = line.split(':').skip(2).map(str::parse);
    Some((ids.next()?.ok()?, ids.next()?.ok()?))
}

/// The one line in which the cluster is refused.
pub(super) async fn refusal(options: ClusterOptions) -> String {
    let error = Cluster::open(options).await.expect_err("the cluster must not open");
    let line = error.to_string();
    assert!(!line.contains('\n'), "{line}");
    line
}
