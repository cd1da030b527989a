//! What a caller says about the private cluster: where it lies, which programs run it, and in which role to connect.
//!
//! Promises: everything comes in as a value; the environment is not read here.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::path::{Path, PathBuf};

/// The name of the product's database inside the cluster.
pub const DATABASE: &str = "eventos";

/// Where the private cluster lies and how it is run.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// The data folder; the cluster lives in its subfolder `postgres`.
    pub data_dir: PathBuf,
    /// The setting `database.bin_dir`: the folder that holds `postgres` and `initdb`. Nothing else is searched when set.
    pub bin_dir: Option<PathBuf>,
    /// Where a short socket folder may be made when the path of the data folder is too long for a Unix socket
    /// (usually `XDG_RUNTIME_DIR`); the temporary folder when absent.
    pub runtime_dir: Option<PathBuf>,
    /// The program that answers the launcher's hidden command; this very program when absent.
    pub launcher: Option<PathBuf>,
    /// Whether a commit survives a power failure. False only for tests.
    pub durable: bool,
}

impl ClusterOptions {
    /// A durable cluster in `data_dir`, run by the binaries found on this machine.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), bin_dir: None, runtime_dir: None, launcher: None, durable: true }
    }
}

/// The role in which the program connects to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The superuser `postgres`: makes roles, schemas and backups.
    Bootstrap,
    /// `app_owner`: owns the schema and runs the migrations.
    AppOwner,
    /// `authenticator`: what serves users; may become `anon`, `authenticated` or `service_role`, is nobody by itself.
    Authenticator,
}

impl Role {
    /// Every role that may connect.
    pub const ALL: [Self; 3] = [Self::Bootstrap, Self::AppOwner, Self::Authenticator];

    /// The role's name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bootstrap => "postgres",
            Self::AppOwner => "app_owner",
            Self::Authenticator => "authenticator",
        }
    }

    /// How to connect in this role to `database` through the Unix socket in `socket_folder`.
    pub fn connect_options(self, socket_folder: &Path, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(socket_folder)
            .port(5432)
            .username(self.name())
            .database(database)
            .ssl_mode(PgSslMode::Disable)
    }
}
