//! What the tests stand on: a database of their own, the program assembled on it, and transcripts that read like a chat.

pub(crate) mod accounts;
pub(crate) mod folder;
pub(crate) mod gate;
pub(crate) mod http;
pub(crate) mod npm;
pub(crate) mod ports;
pub(crate) mod postgres;
pub(crate) mod program;
pub(crate) mod python;
pub(crate) mod served;

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use eventos::store::cluster::Role;
use eventos::store::database::Store;
use eventos::store::migrate;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};

pub(crate) use self::folder::Folder;

/// A migrated database of the test's own, without demo data.
pub(crate) struct Database {
    server: postgres::TestServer,
    database: postgres::TestDatabase,
}

/// A migrated database of the test's own.
pub(crate) async fn database() -> Database {
    let server = postgres::server().await.unwrap_or_else(|reason| panic!("the tests' PostgreSQL: {reason}"));
    let template = server.template("schema", &migrate::fingerprint(), migrate::run).await.unwrap();
    let database = server.create_database(&template).await.unwrap();
    Database { server, database }
}

/// A database without the schema, on a server of this major; `None` where that is not at hand.
pub(crate) async fn empty_database(major: u32) -> Option<Database> {
    let server = if major == OURS {
        postgres::server().await.unwrap_or_else(|reason| panic!("the tests' PostgreSQL: {reason}"))
    } else {
        postgres::server_of(major).await?
    };
    let database = server.create_database("template1").await.unwrap();
    Some(Database { server, database })
}

/// The major of the private cluster.
const OURS: u32 = 17;

/// So long a test waits for what surely comes. What is waited for in vain is told by then, before the tests' runner ends the test.
pub(crate) const PATIENCE: Duration = Duration::from_mins(4);

impl Database {
    /// How to connect in this role.
    pub(crate) fn options(&self, role: Role) -> PgConnectOptions {
        self.server.connect_options(role, self.database.name())
    }

    /// A connection in this role.
    pub(crate) async fn connect(&self, role: Role) -> PgConnection {
        if role == Role::AppOwner {
            // It has no login of its own.
            let mut conn = self.options(Role::Bootstrap).connect().await.unwrap();
            sqlx::query("set role app_owner").execute(&mut conn).await.unwrap();
            return conn;
        }
        self.options(role).connect().await.unwrap()
    }

    /// The address by which a program of its own process serves from this database.
    pub(crate) fn url(&self) -> String {
        let options = self.options(Role::Authenticator);
        let socket = options.get_socket().unwrap().display().to_string();
        format!("postgres://authenticator@localhost/{}?host={socket}", self.database.name())
    }

    /// The store as the program uses it, but for one thing: however busy the machine is, a connection comes.
    pub(crate) async fn store(&self) -> Store {
        Store::connect_within(self.options(Role::Authenticator), 16, PATIENCE).await.unwrap()
    }
}

/// A passing test's output is not shown: what was skipped is gathered in a file, which `tools/test.sh` prints at the end.
pub(crate) fn note_skip(reason: &str) {
    println!("skipped: {reason}");
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped.txt");
    let mut file = std::fs::File::options().create(true).append(true).open(path).unwrap();
    writeln!(file, "skipped: {reason}").unwrap();
}

/// Says aloud that a test does not run. Where everything must run (`REQUIRE_ALL=1`), that is a failure.
pub(crate) fn skip(reason: &str) {
    note_skip(reason);
    assert!(std::env::var_os("REQUIRE_ALL").is_none(), "nothing may be skipped here: {reason}");
}

/// A folder beside the project that nobody on this project wrote; `None`, said aloud, when it is not there.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("EVENTOS_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let path = shared.join(name);
    if !path.exists() {
        note_skip(&format!("{name}, which lies outside the project, is not at hand"));
        return None;
    }
    Some(path)
}

/// Cases of others.
pub(crate) fn cases(name: &str) -> Option<PathBuf> {
    shared(&format!("cases/{name}"))
}
