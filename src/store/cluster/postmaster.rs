//! The server that runs, or once ran, in the folder, as its own file `postmaster.pid` tells.
//!
//! Promises: a number in that file is believed only after looking whose process it is, because after a crash or a restart of
//! the machine it may belong to anybody. Only the holder of the lock clears the way.

use super::error::ClusterError;
use super::folder::SOCKET;
use super::prepared::Prepared;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::UnixStream;

/// How long an earlier server may take to write everything down and end.
const LAST_WORDS: Duration = Duration::from_mins(1);
/// How long a dead process may wait to be collected by its parent before its number is no longer respected.
const UNCOLLECTED: Duration = Duration::from_secs(10);
/// How long a connection may take on the same machine.
const ANSWER: Duration = Duration::from_secs(1);
/// How often an ending server is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// What `postmaster.pid` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub(super) pid: i32,
    pub(super) ready: bool,
}

/// Whose process a number is.
#[derive(Debug, PartialEq, Eq)]
enum Process {
    Gone,
    /// Dead, but not yet collected by its parent.
    Uncollected,
    /// A server of our folder.
    Ours,
    Foreign,
}

impl Postmaster {
    /// Reads the file of the server in `pgdata`; none where there is no whole file.
    pub(super) fn read(pgdata: &Path) -> Option<Self> {
        let text = fs::read_to_string(pgdata.join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok().filter(|pid| *pid > 0)?;
        let ready = lines.nth(6).is_some_and(|status| status.trim() == "ready");
        Some(Self { pid, ready })
    }
}

/// Whether a server takes connections in `socket_folder`; says nothing about its being ready.
pub(super) async fn listens(socket_folder: &Path) -> bool {
    let connecting = UnixStream::connect(socket_folder.join(SOCKET));
    // A stopped server (SIGSTOP) does not refuse, it keeps one waiting: it is there all the same.
    tokio::time::timeout(ANSWER, connecting).await.map_or(true, |connected| connected.is_ok())
}

/// Waits until no earlier server uses the folder, asking a living one to stop, and removes what a dead one left behind.
pub(super) async fn clear_way(prepared: &Prepared) -> Result<(), ClusterError> {
    let pgdata = prepared.folder.pgdata();
    let begun = Instant::now();
    let mut asked = false;
    loop {
        let listening = listens(prepared.socket_folder()).await;
        let earlier = Postmaster::read(&pgdata).and_then(|postmaster| Pid::from_raw(postmaster.pid));
        let process = earlier.map_or(Process::Gone, |pid| whose(pid, &pgdata));
        match (process, earlier) {
            (Process::Gone, _) if !listening => return remove_leftovers(prepared, false),
            (Process::Foreign, _) if !listening => return remove_leftovers(prepared, true),
            (Process::Uncollected, _) if !listening && begun.elapsed() > UNCOLLECTED => {
                return remove_leftovers(prepared, true);
            }
            (Process::Uncollected, Some(pid)) => collect(pid),
            (Process::Ours, Some(pid)) if !asked => {
                asked = true;
                tracing::info!(pid = pid.as_raw_pid(), "stopping the database that an earlier program left running");
                if let Err(error) = kill_process(pid, Signal::INT) {
                    tracing::warn!(%error, "the earlier database could not be asked to stop");
                }
            }
            _ => {}
        }
        if begun.elapsed() > LAST_WORDS {
            let pid = earlier.map_or(0, Pid::as_raw_pid);
            return Err(ClusterError::StillRunning { pid, folder: pgdata });
        }
        tokio::time::sleep(GLANCE).await;
    }
}

/// Collects a dead child. Where this program is the first process of a container, orphans become its children and nobody
/// else does; anybody else's child is simply not found.
fn collect(pid: Pid) {
    if let Ok(Some(_)) = waitpid(Some(pid), WaitOptions::NOHANG) {
        tracing::debug!(pid = pid.as_raw_pid(), "an earlier database process was collected");
    }
}

/// The socket and its lock are always ours to remove; the server removes `postmaster.pid` itself, after a look at shared
/// memory, unless the number in it now belongs to somebody else.
fn remove_leftovers(prepared: &Prepared, with_pid_file: bool) -> Result<(), ClusterError> {
    let socket = prepared.socket_folder();
    let mut leftovers = vec![socket.join(SOCKET), socket.join(format!("{SOCKET}.lock"))];
    if with_pid_file {
        leftovers.push(prepared.folder.pgdata().join("postmaster.pid"));
    }
    for path in leftovers {
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(ClusterError::folder(&path, error));
        }
    }
    Ok(())
}

/// A server works in its data folder, which the kernel shows to the same user and to root.
#[cfg(target_os = "linux")]
fn whose(pid: Pid, pgdata: &Path) -> Process {
    let process = Path::new("/proc").join(pid.as_raw_pid().to_string());
    let Ok(stat) = fs::read_to_string(process.join("stat")) else {
        return Process::Gone;
    };
    // The name in brackets may itself hold brackets and spaces; the state follows the last one.
    let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
    match fs::read_link(process.join("cwd")) {
        _ if matches!(state, Some('Z' | 'X')) => Process::Uncollected,
        Ok(folder) if folder == pgdata => Process::Ours,
        _ => Process::Foreign,
    }
}

/// A server names its data folder in its arguments.
#[cfg(not(target_os = "linux"))]
fn whose(pid: Pid, pgdata: &Path) -> Process {
    let number = pid.as_raw_pid().to_string();
    let Ok(output) = std::process::Command::new("ps").args(["-o", "stat=,command=", "-p", &number]).output() else {
        return Process::Foreign;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    match said.trim() {
        "" => Process::Gone,
        line if line.starts_with('Z') => Process::Uncollected,
        line if line.contains(&*pgdata.to_string_lossy()) => Process::Ours,
        _ => Process::Foreign,
    }
}
