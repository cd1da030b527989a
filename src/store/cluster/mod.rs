//! The private PostgreSQL: without `DATABASE_URL` the program runs on a cluster of its own in `DATA_DIR/postgres`.
//!
//! Promises:
//! - one folder, one server, any number of programs: whoever holds the file lock runs the server (the *keeper*), the
//!   others use it (*guests*) and take over within 10 seconds when the keeper ends, however it ends;
//! - the server ends with its program: it is started through a small launcher that asks the kernel for SIGINT at the
//!   parent's death, so a killed program leaves a clean stop behind (elsewhere than on Linux the next keeper stops it);
//! - no network: no TCP port is opened, and the Unix socket admits only the cluster's own user and root, by name;
//! - an existing folder decides the major version and the user, never what happens to be installed;
//! - every failure is one line that says what to do.
//!
//! `handle` is the way in, `watcher` keeps the server going. `folder`, `account` (with `access`), `binaries` (with
//! `package`) and `making` answer where, as whom, with what and how it is made; `prepared` joins them. `launcher`,
//! `server` and `postmaster` start and stop; `readiness` makes the database and checks the locale.

mod access;
mod account;
mod binaries;
mod error;
mod folder;
mod handle;
mod launcher;
mod making;
mod options;
mod package;
mod postmaster;
mod prepared;
mod readiness;
mod server;
mod watcher;

pub use error::ClusterError;
pub use handle::Cluster;
pub use launcher::run_launcher_if_asked;
pub use options::{ClusterOptions, DATABASE, Role};
pub use prepared::{Prepared, find};
