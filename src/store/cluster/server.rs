//! One running server, from its start to its end.
//!
//! Promises: the thread that starts the server lives exactly as long as the server, because the kernel takes the end of that
//! thread for the death of the parent; no signal is sent to a number that may already belong to another process; a start
//! that meets the remains of a killed server is tried again for ten seconds.

use super::error::ClusterError;
use super::launcher;
use super::postmaster::{Postmaster, clear_way, listens};
use super::prepared::Prepared;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// How long a start is tried again while a killed server's remains stand in the way.
const REMAINS: Duration = Duration::from_secs(10);
/// The pause between two such tries.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a server may read its journal after a crash before it is given up.
const RECOVERY: Duration = Duration::from_mins(5);
/// How often a starting server is looked at.
const GLANCE: Duration = Duration::from_millis(5);
/// How long a server may take for each degree of stopping: cleanly, at once, by force.
const STOPPING: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_mins(1)),
    (Signal::QUIT, Duration::from_secs(5)),
    (Signal::KILL, Duration::from_secs(5)),
];
/// What a server says that finds the remains of a killed one: its number, its socket or its shared memory.
const REMAINS_SAID: [&str; 3] = ["lock file \"", "pre-existing shared memory block", "Is another postmaster"];

/// A server that this program started. Dropping it asks it to stop and does not wait.
#[derive(Debug)]
pub(super) struct Server {
    pid: Arc<Mutex<Option<Pid>>>,
    ended: watch::Receiver<bool>,
}

impl Server {
    /// Starts the server and waits until it takes connections.
    pub(super) async fn start(prepared: &Prepared, launcher: Option<&Path>) -> Result<Self, ClusterError> {
        let begun = Instant::now();
        loop {
            clear_way(prepared).await?;
            let (server, log_from) = Self::spawn(prepared, launcher).await?;
            let Err(reason) = server.become_ready(prepared, log_from).await else {
                return Ok(server);
            };
            let remains = REMAINS_SAID.iter().any(|said| reason.contains(said));
            if !remains || begun.elapsed() > REMAINS {
                return Err(refusal(prepared, reason));
            }
            tracing::debug!(reason, "the database will be started again");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits for the server's end.
    pub(super) async fn ended(&mut self) {
        // An error means that the thread is gone, and with it the server.
        let _ = self.ended.wait_for(|ended| *ended).await;
    }

    /// Stops the server, cleanly if it can.
    pub(super) async fn stop(mut self) {
        for (signal, patience) in STOPPING {
            self.signal(signal);
            if tokio::time::timeout(patience, self.ended()).await.is_ok() {
                return;
            }
            tracing::warn!(?signal, "the database did not stop in time");
        }
    }

    async fn spawn(prepared: &Prepared, launcher: Option<&Path>) -> Result<(Self, u64), ClusterError> {
        let path = prepared.folder.log();
        let log = prepared.folder.open_log()?;
        let wrap = |error| ClusterError::folder(&path, error);
        let log_from = log.metadata().map_err(wrap)?.len();
        let mut command = launcher::command(launcher, prepared.account(), &prepared.program(), prepared.arguments());
        command.stdout(log.try_clone().map_err(wrap)?).stderr(log);
        let pid = Arc::new(Mutex::new(None));
        let (tell_started, started) = oneshot::channel();
        let (tell_ended, ended) = watch::channel(false);
        let slot = Arc::clone(&pid);
        let life = move || live(command, &slot, tell_started, &tell_ended);
        std::thread::Builder::new().name("postgres".into()).spawn(life).map_err(ClusterError::Launch)?;
        match started.await {
            Ok(Ok(())) => Ok((Self { pid, ended }, log_from)),
            Ok(Err(error)) => Err(ClusterError::Launch(error)),
            Err(_) => Err(ClusterError::Launch(io::Error::other("the starting thread ended"))),
        }
    }

    /// Waits until the server takes connections; otherwise tells what it said.
    async fn become_ready(&self, prepared: &Prepared, log_from: u64) -> Result<(), String> {
        let begun = Instant::now();
        let pgdata = prepared.folder.pgdata();
        loop {
            if *self.ended.borrow() {
                return Err(last_words(&prepared.folder.log(), log_from));
            }
            let own = lock(&self.pid).map(Pid::as_raw_pid);
            let ready =
                Postmaster::read(&pgdata).is_some_and(|postmaster| postmaster.ready && Some(postmaster.pid) == own);
            if ready && listens(prepared.socket_folder()).await {
                return Ok(());
            }
            if begun.elapsed() > RECOVERY {
                return Err("it was not ready within five minutes".to_owned());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = lock(&self.pid);
        if let Some(pid) = *pid
            && let Err(error) = kill_process(pid, signal)
        {
            tracing::warn!(%error, ?signal, "the database could not be signalled");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::INT);
    }
}

/// The life of the thread that is the server's parent.
fn live(
    mut command: Command,
    slot: &Mutex<Option<Pid>>,
    started: oneshot::Sender<io::Result<()>>,
    ended: &watch::Sender<bool>,
) {
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            // Nobody waits any more when the program is ending.
            let _ = started.send(Err(error));
            return;
        }
    };
    let pid = Pid::from_child(&child);
    *lock(slot) = Some(pid);
    let _ = started.send(Ok(()));
    // Not collected yet: the number stays the server's until nobody can signal it any more.
    let end = rustix::io::retry_on_intr(|| waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
    let mut slot = lock(slot);
    *slot = None;
    match (end, child.wait()) {
        (Ok(_), Ok(status)) => tracing::debug!(%status, "the database process has ended"),
        (Err(error), _) => tracing::warn!(%error, "the database process could not be watched"),
        (_, Err(error)) => tracing::warn!(%error, "the database process could not be collected"),
    }
    ended.send_replace(true);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refusal(prepared: &Prepared, reason: String) -> ClusterError {
    if reason.contains("No space left on device") {
        return ClusterError::DiskFull { folder: prepared.folder.root().to_path_buf() };
    }
    ClusterError::Start { reason, log: prepared.folder.log() }
}

/// The line in which the server, since `from`, said why it ended.
fn last_words(log: &Path, from: u64) -> String {
    let read = || -> io::Result<String> {
        let mut file = std::fs::File::open(log)?;
        file.seek(SeekFrom::Start(from))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    };
    match read() {
        Ok(text) => telling_line(&text).unwrap_or("it ended without a word").to_owned(),
        Err(error) => format!("its log cannot be read: {error}"),
    }
}

fn telling_line(text: &str) -> Option<&str> {
    let after = |mark| text.lines().find_map(|line| line.split_once(mark).map(|(_, rest)| rest.trim()));
    after("FATAL:").or_else(|| after("PANIC:")).or_else(|| text.lines().last().map(str::trim))
}

#[cfg(test)]
mod tests {
    use super::telling_line;

    #[test]
    fn the_reason_is_the_fatal_line() {
        let log = "2026-01-01 UTC [1] LOG:  starting\n2026-01-01 UTC [1] FATAL:  could not map memory\n2026-01-01 UTC [1] LOG:  down\n";
        assert_eq!(telling_line(log), Some("could not map memory"));
        assert_eq!(telling_line("error while loading\n"), Some("error while loading"));
        assert_eq!(telling_line(""), None);
    }
}
