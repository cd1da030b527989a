//! The PostgreSQL that all integration tests share: one detached server without fsync, one database per test.
//!
//! Promises: tests may run in parallel, one process each; the first one starts the server, the others find it; a template
//! database is filled once per fingerprint; a test's database is dropped at its end, or an hour later when the test was
//! killed. `tools/stop-test-postgres.sh` stops the server.

use eventos::domain::clock::{Ids as _, RandomIds};
use eventos::store::cluster::{ClusterOptions, Prepared, Role};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::fmt::Display;
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Why there is no server or database, in one line; the caller decides whether to skip or to fail.
pub(crate) type Reason = String;

/// Faster for many small databases, and useless or harmful outside of tests.
const SETTINGS: [&str; 4] = ["max_connections=400", "shared_buffers=128MB", "autovacuum=off", "jit=off"];

/// The shared server.
#[derive(Clone, Debug)]
pub(crate) struct TestServer {
    socket_folder: PathBuf,
}

/// A database of one test's own; dropped with it.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    server: TestServer,
    name: String,
}

/// The shared server, started when it does not run.
pub(crate) async fn server() -> Result<TestServer, Reason> {
    server_at(folder(), None).await
}

/// The shared server of another major, when its programs are installed where the system's packages put them.
pub(crate) async fn server_of(major: u32) -> Option<TestServer> {
    let bin_dir = PathBuf::from(format!("/usr/lib/postgresql/{major}/bin"));
    if !bin_dir.join("postgres").exists() {
        return None;
    }
    let place = folder().with_file_name(format!("postgres-{major}"));
    Some(server_at(place, Some(bin_dir)).await.unwrap_or_else(|reason| panic!("PostgreSQL {major}: {reason}")))
}

async fn server_at(folder: PathBuf, bin_dir: Option<PathBuf>) -> Result<TestServer, Reason> {
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let _lock = lock_in(&folder, "server").await?;
    let server = match running(&folder).await {
        Some(server) => server,
        None => start(&folder, bin_dir).await?,
    };
    server.drop_stale_databases().await?;
    Ok(server)
}

impl TestServer {
    /// How to connect in `role` to `database`.
    pub(crate) fn connect_options(&self, role: Role, database: &str) -> PgConnectOptions {
        role.connect_options(&self.socket_folder, database)
    }

    /// The template database `name`, made and filled once for each `fingerprint` of what `fill` does.
    ///
    /// `fill` receives how to connect to the new database as the superuser, and leaves no connection open.
    pub(crate) async fn template<E: Display>(
        &self,
        name: &str,
        fingerprint: &str,
        fill: impl AsyncFnOnce(PgConnectOptions) -> Result<(), E>,
    ) -> Result<String, Reason> {
        let short: String = fingerprint.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
        let template = format!("template_{name}_{}", short.to_lowercase());
        let _lock = lock(name).await?;
        if self.exists(&template).await? {
            return Ok(template);
        }
        let unfinished = format!("unfinished_{name}");
        self.run(&format!("drop database if exists {unfinished} with (force)")).await?;
        self.run(&format!("create database {unfinished}")).await?;
        fill(self.connect_options(Role::Bootstrap, &unfinished))
            .await
            .map_err(|error| format!("template {name}: {error}"))?;
        self.run(&format!("alter database {unfinished} rename to {template}")).await?;
        Ok(template)
    }

    /// A new database with the content of `template` (`template1` for an empty one).
    pub(crate) async fn create_database(&self, template: &str) -> Result<TestDatabase, Reason> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        // A killed test whose process number came round again may have left its database.
        self.run(&format!("drop database if exists {name} with (force)")).await?;
        self.run(&format!("create database {name} template {template}")).await?;
        Ok(TestDatabase { server: self.clone(), name })
    }

    async fn exists(&self, database: &str) -> Result<bool, Reason> {
        let mut connection = self.connect().await?;
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(database)
            .fetch_one(&mut connection)
            .await
            .map_err(|error| error.to_string())
    }

    async fn drop_stale_databases(&self) -> Result<(), Reason> {
        let mut connection = self.connect().await?;
        let stale: Vec<String> = sqlx::query_scalar(
            "select datname::text from pg_database where datname like 'test\\_%' and \
             (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '1 hour'",
        )
        .fetch_all(&mut connection)
        .await
        .map_err(|error| error.to_string())?;
        for name in stale.iter().filter(|name| !owner_lives(name)) {
            self.run(&format!("drop database if exists {name} with (force)")).await?;
        }
        Ok(())
    }

    async fn run(&self, statement: &str) -> Result<(), Reason> {
        let mut connection = self.connect().await?;
        let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await;
        done.map(|_| ()).map_err(|error| format!("{statement}: {error}"))
    }

    async fn connect(&self) -> Result<PgConnection, Reason> {
        PgConnection::connect_with(&self.connect_options(Role::Bootstrap, "postgres"))
            .await
            .map_err(|error| error.to_string())
    }
}

impl TestDatabase {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How to connect to it in `role`.
    pub(crate) fn connect_options(&self, role: Role) -> PgConnectOptions {
        self.server.connect_options(role, &self.name)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own, because the test's runtime may be ending; waited for, because the process may be, too.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let statement = format!("drop database if exists {name} with (force)");
            runtime.map_err(|error| error.to_string())?.block_on(server.run(&statement))
        });
        if let Ok(Err(reason)) = dropping.join() {
            eprintln!("a test database was left behind: {reason}");
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres")
}

/// Holds the file lock `name` until dropped.
async fn lock(name: &str) -> Result<File, Reason> {
    lock_in(&folder(), name).await
}

async fn lock_in(folder: &Path, name: &str) -> Result<File, Reason> {
    let path = folder.join(format!("{name}.lock"));
    let locking = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).append(true).open(&path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    locking.await.map_err(|error| error.to_string())?.map_err(|error| format!("the lock of the test server: {error}"))
}

async fn running(folder: &Path) -> Option<TestServer> {
    let noted = std::fs::read_to_string(folder.join("socket")).ok()?;
    let server = TestServer { socket_folder: PathBuf::from(noted) };
    match PgConnection::connect_with(&server.connect_options(Role::Bootstrap, "postgres")).await {
        // Nobody is there, or not for long.
        Err(sqlx::Error::Io(_)) => None,
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("57P03") => None,
        // One that has too much to do for us runs all the same: another in its place would end every test that it serves.
        _ => Some(server),
    }
}

async fn start(folder: &Path, bin_dir: Option<PathBuf>) -> Result<TestServer, Reason> {
    let options = ClusterOptions { durable: false, bin_dir, ..ClusterOptions::new(folder) };
    let prepared = Prepared::new(&options).map_err(|error| error.to_string())?;
    let log_path = folder.join("server.log");
    let log = File::create(&log_path).map_err(|error| error.to_string())?;
    let mut command = prepared.command();
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null()).stdout(log.try_clone().map_err(|error| error.to_string())?).stderr(log);
    let mut process = command.process_group(0).spawn().map_err(|error| error.to_string())?;
    let server = TestServer { socket_folder: prepared.socket_folder().to_path_buf() };
    let begun = Instant::now();
    while server.connect().await.is_err() {
        let ended = process.try_wait().map_err(|error| error.to_string())?;
        if ended.is_some() || begun.elapsed() > super::PATIENCE {
            return Err(format!(
                "the test server did not start, see {}; removing the folder heals it",
                log_path.display()
            ));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    std::fs::write(folder.join("socket"), server.socket_folder.as_os_str().as_encoded_bytes())
        .map_err(|error| error.to_string())?;
    Ok(server)
}

/// Whether the process that made the database `test_<process>_<number>` still runs.
fn owner_lives(database: &str) -> bool {
    let number = database.split('_').nth(1).and_then(|number| number.parse().ok());
    let Some(pid) = number.and_then(rustix::process::Pid::from_raw) else {
        return true;
    };
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

#[tokio::test]
async fn a_template_is_filled_once_and_a_database_goes_with_its_test() {
    let server = match server().await {
        Ok(server) => server,
        Err(reason) => panic!("no test server: {reason}"),
    };
    let fill = async |options: PgConnectOptions| {
        let mut connection = PgConnection::connect_with(&options).await?;
        sqlx::raw_sql("create table filled (n int); insert into filled values (7)").execute(&mut connection).await?;
        connection.close().await
    };
    let fingerprint = RandomIds.id().simple().to_string();
    let template = server.template("harness", &fingerprint, fill).await.unwrap();
    let refill = async |_| Err("filled twice");
    assert_eq!(server.template("harness", &fingerprint, refill).await, Ok(template.clone()));

    let database = server.create_database(&template).await.unwrap();
    let mut connection = PgConnection::connect_with(&database.connect_options(Role::Bootstrap)).await.unwrap();
    let n: i32 = sqlx::query_scalar("select n from filled").fetch_one(&mut connection).await.unwrap();
    assert_eq!(n, 7);
    let name = database.name().to_owned();
    drop(database);
    assert_eq!(server.exists(&name).await, Ok(false));
    server.run(&format!("drop database {template}")).await.unwrap();
}
