//! The hidden command that turns a fresh process of this program into the server.
//!
//! Promises: it runs before any thread or runtime exists; it drops root for good, asks the kernel (on Linux) for SIGINT when
//! the thread that started it ends, and becomes `postgres` only while its parent is still alive. The order matters: a
//! change of user clears the request to the kernel.

use super::account::Account;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// The first argument that makes this program the launcher.
const HIDDEN_COMMAND: &str = "__postgres";
/// What stands for "stay who you are" in place of a user or group id.
const SAME: &str = "-";
/// The exit code of a shell for a program that could not be run.
const NOT_RUN: u8 = 126;

/// Becomes the server when this process was started as the launcher; to be called first in `main`.
///
/// Returns nothing when another command was asked for, and an exit code only when the server could not be started.
pub fn run_launcher_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != HIDDEN_COMMAND {
        return None;
    }
    let error = match Order::read(arguments) {
        Some(order) => order.follow(),
        None => io::Error::new(io::ErrorKind::InvalidInput, "this command is for eventos itself"),
    };
    // The standard error of the launcher is the server's log; where even that fails, the exit code remains.
    let _ = writeln!(io::stderr(), "FATAL:  postgres cannot be run: {error}");
    Some(ExitCode::from(NOT_RUN))
}

/// The command that starts `program` through the launcher as `account`.
pub(super) fn command(launcher: Option<&Path>, account: &Account, program: &Path, arguments: Vec<OsString>) -> Command {
    let mut command = Command::new(launcher.map_or_else(this_program, Path::to_path_buf));
    let (uid, gid) = if account.is_other() {
        (account.uid.to_string(), account.gid.to_string())
    } else {
        (SAME.to_owned(), SAME.to_owned())
    };
    command.arg(HIDDEN_COMMAND).arg(std::process::id().to_string()).args([uid, gid]).arg(program).args(arguments);
    // A group of its own: Ctrl-C in a terminal reaches the program, which then stops the server when its own work is done.
    command.env_clear().stdin(Stdio::null()).process_group(0);
    command
}

/// On Linux the running program itself, even when its file has been replaced by a newer one meanwhile.
fn this_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        return PathBuf::from("/proc/self/exe");
    }
    // The name the program was called by is the best that is left where its path cannot be told.
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from(std::env::args_os().next().unwrap_or_default()))
}

/// What the launcher was told.
struct Order {
    parent: i32,
    user: Option<(u32, u32)>,
    program: OsString,
    arguments: Vec<OsString>,
}

impl Order {
    fn read(mut from: impl Iterator<Item = OsString>) -> Option<Self> {
        let parent = number(&from.next()?)?;
        let (uid, gid) = (from.next()?, from.next()?);
        let user = if uid == SAME { None } else { Some((number(&uid)?, number(&gid)?)) };
        Some(Self { parent, user, program: from.next()?, arguments: from.collect() })
    }

    /// Becomes the server; returns only when that fails.
    fn follow(self) -> io::Error {
        let mut command = Command::new(self.program);
        command.args(self.arguments).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C");
        if let Err(error) = std::env::set_current_dir("/").and_then(|()| bind(self.parent, self.user, &mut command)) {
            return error;
        }
        command.exec()
    }
}

fn number<T: std::str::FromStr>(text: &OsStr) -> Option<T> {
    text.to_str()?.parse().ok()
}

/// Changes the user, then binds this process to its parent's life.
#[cfg(target_os = "linux")]
fn bind(parent: i32, user: Option<(u32, u32)>, _command: &mut Command) -> io::Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    if let Some((uid, gid)) = user {
        let (uid, gid) = (rustix::process::Uid::from_raw(uid), rustix::process::Gid::from_raw(gid));
        set_thread_groups(&[gid])?;
        set_thread_res_gid(gid, gid, gid)?;
        set_thread_res_uid(uid, uid, uid)?;
    }
    set_parent_process_death_signal(Some(Signal::INT))?;
    // The parent may have ended before the kernel was asked.
    if getppid().map(rustix::process::Pid::as_raw_pid) == Some(parent) {
        return Ok(());
    }
    Err(io::Error::other("the program that asked for it has ended"))
}

/// Elsewhere nothing tells of a parent's death; the next program that takes the lock stops a server left behind.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "on Linux the same step can fail")]
fn bind(_parent: i32, user: Option<(u32, u32)>, command: &mut Command) -> io::Result<()> {
    if let Some((uid, gid)) = user {
        command.gid(gid).uid(uid);
    }
    Ok(())
}
