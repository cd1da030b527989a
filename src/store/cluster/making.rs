//! Makes the cluster with `initdb`, and writes who may connect to it.
//!
//! Promises: called by the holder of the lock only; `pgdata` exists whole or not at all, because `initdb` works in
//! `pgdata.new` and the result is renamed. Users are told apart by the operating system (peer), never by a password.

use super::account::Account;
use super::binaries::Binaries;
use super::error::ClusterError;
use super::folder::Folder;
use super::options::Role;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::process::{Command, Output};

/// The first major version that brings its own locale C.UTF-8; older ones take it from the C library.
const BUILTIN_LOCALE_MAJOR: u32 = 17;

/// Makes `pgdata` unless it is there.
pub(super) fn make(folder: &Folder, binaries: &Binaries, durable: bool) -> Result<(), ClusterError> {
    let pgdata = folder.pgdata();
    if pgdata.join("PG_VERSION").exists() {
        return Ok(());
    }
    let unfinished = folder.unfinished();
    if let Err(error) = fs::remove_dir_all(&unfinished)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(ClusterError::folder(&unfinished, error));
    }
    folder.make_private(&unfinished)?;
    let output = initdb(folder, binaries, durable).map_err(|error| ClusterError::folder(&binaries.initdb(), error))?;
    if !output.status.success() {
        return Err(refusal(folder, &output));
    }
    fs::rename(&unfinished, &pgdata).map_err(|error| ClusterError::folder(&pgdata, error))?;
    let root = folder.root();
    fs::File::open(root).and_then(|opened| opened.sync_all()).map_err(|error| ClusterError::folder(root, error))
}

/// Writes the two files that say who may connect: the cluster's user, this program's user and root, in the three roles.
pub(super) fn write_access(folder: &Folder) -> Result<(), ClusterError> {
    folder.write(&folder.hba(), "local all all peer map=app\n")?;
    let mut users = vec![folder.account.name.clone(), Account::current()?.name, "root".to_owned()];
    users.sort_unstable();
    users.dedup();
    let mut lines = String::new();
    for user in users {
        for role in Role::ALL {
            // Writing to a String does not fail.
            let _ = writeln!(lines, "app \"{user}\" {}", role.name());
        }
    }
    folder.write(&folder.ident(), &lines)
}

fn initdb(folder: &Folder, binaries: &Binaries, durable: bool) -> io::Result<Output> {
    let mut command = Command::new(binaries.initdb());
    folder.account.apply(&mut command);
    command.arg("--pgdata").arg(folder.unfinished());
    command.args([
        "--username=postgres",
        "--encoding=UTF8",
        "--data-checksums",
        "--auth-local=peer",
        "--auth-host=reject",
    ]);
    // Never plain C: trigrams of Chinese would come out empty, and accented capitals would not fold.
    let from_system = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };
    command.arg(format!("--locale={from_system}"));
    if binaries.major >= BUILTIN_LOCALE_MAJOR {
        command.args(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    }
    if !durable {
        command.arg("--no-sync");
    }
    command.output()
}

fn refusal(folder: &Folder, output: &Output) -> ClusterError {
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("No space left on device") {
        return ClusterError::DiskFull { folder: folder.root().to_path_buf() };
    }
    let telling = |line: &&str| line.contains("error:") || line.contains("FATAL:");
    let line = said.lines().find(telling).or_else(|| said.lines().last()).unwrap_or("initdb said nothing");
    ClusterError::Make { folder: folder.root().to_path_buf(), reason: line.trim().to_owned() }
}
