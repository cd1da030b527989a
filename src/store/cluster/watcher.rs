//! Keeps the cluster going for as long as this program runs, whoever started it.
//!
//! Promises: a keeper starts its server again when that ends unasked; a guest tries the lock four times a second and becomes
//! the keeper when it is free. A program that cannot start the server gives the lock back, so that another may try.

use super::error::ClusterError;
use super::folder::Folder;
use super::options::ClusterOptions;
use super::postmaster::{self, Postmaster};
use super::prepared::Prepared;
use super::readiness;
use super::server::Server;
use std::fs::{File, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often a guest looks whether the keeper is still there.
const LOOK: Duration = Duration::from_millis(250);
/// How long to wait after a start that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long a program waits at its own start for another one that is just making the cluster.
const FIRST_ANSWER: Duration = Duration::from_mins(1);

/// What the rest of the program may know.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) up: bool,
    pub(super) ours: bool,
    pub(super) socket_folder: PathBuf,
}

/// The server's keeper: as long as it lives, so does the lock.
struct Keeper {
    server: Server,
    lock: File,
    socket_folder: PathBuf,
}

impl Keeper {
    /// Makes what is missing and starts the server.
    async fn start(lock: File, folder: &Folder, options: &ClusterOptions) -> Result<Self, ClusterError> {
        let (folder, preparing) = (folder.clone(), options.clone());
        let prepared = blocking(move || Prepared::in_folder(folder, &preparing)).await?;
        let server = Server::start(&prepared, options.launcher.as_deref()).await?;
        let socket_folder = prepared.socket_folder().to_path_buf();
        if let Err(error) = readiness::complete(&prepared.folder, &socket_folder).await {
            server.stop().await;
            return Err(error);
        }
        Ok(Self { server, lock, socket_folder })
    }

    async fn stop(self) {
        self.server.stop().await;
        // The lock only after the server's end: the next keeper then finds the folder at rest.
        drop(self.lock);
    }
}

/// This program's part in the cluster.
enum Part {
    Keeper(Keeper),
    Guest { socket_folder: PathBuf },
}

impl Part {
    fn state(&self) -> State {
        let (ours, socket_folder) = match self {
            Self::Keeper(keeper) => (true, &keeper.socket_folder),
            Self::Guest { socket_folder } => (false, socket_folder),
        };
        State { up: true, ours, socket_folder: socket_folder.clone() }
    }
}

/// Sees to it that some program runs the server.
pub(super) struct Watcher {
    options: ClusterOptions,
    folder: Folder,
    part: Part,
    state: watch::Sender<State>,
    /// What was wrong at the last try, so that the same trouble is told once.
    trouble: Option<String>,
}

impl Watcher {
    /// Starts the server, or finds the one that another program runs.
    pub(super) async fn begin(options: ClusterOptions) -> Result<Self, ClusterError> {
        let opening = options.clone();
        let folder = blocking(move || Folder::open(&opening)).await?;
        let begun = Instant::now();
        let part = loop {
            if let Some(lock) = try_lock(&folder)? {
                break Part::Keeper(Keeper::start(lock, &folder, &options).await?);
            }
            if let Some(socket_folder) = folder.socket_folder()
                && readiness::answers(&socket_folder).await
            {
                break Part::Guest { socket_folder };
            }
            if begun.elapsed() > FIRST_ANSWER {
                let holder = folder.lock_holder();
                return Err(ClusterError::NoAnswer { holder, folder: folder.root().to_path_buf() });
            }
            tokio::time::sleep(LOOK).await;
        };
        let state = watch::Sender::new(part.state());
        Ok(Self { options, folder, part, state, trouble: None })
    }

    pub(super) fn state(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Watches until `stop` says so or its sender is gone; then stops the server if it is ours.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.keep_up() => {}
            // An error means that every handle is gone, which says the same.
            _ = stop.wait_for(|stop| *stop) => {}
        }
        self.state.send_modify(|state| state.up = false);
        if let Part::Keeper(keeper) = self.part {
            keeper.stop().await;
        }
    }

    /// Never ends by itself; may be dropped at any moment.
    async fn keep_up(&mut self) {
        loop {
            let lock = match &mut self.part {
                Part::Keeper(keeper) => {
                    keeper.server.ended().await;
                    tracing::warn!("the private database ended; it is started again");
                    Ok(self.step_back())
                }
                Part::Guest { .. } => {
                    tokio::time::sleep(LOOK).await;
                    try_lock(&self.folder)
                }
            };
            let outcome = match lock {
                Ok(Some(lock)) => self.take_over(lock).await,
                Ok(None) => {
                    self.look().await;
                    Ok(())
                }
                Err(error) => Err(error),
            };
            match outcome {
                Ok(()) => self.trouble = None,
                Err(error) => self.rest(&error).await,
            }
        }
    }

    /// Gives up the part of the keeper, but not yet its lock.
    fn step_back(&mut self) -> Option<File> {
        let socket_folder = self.state.borrow().socket_folder.clone();
        match std::mem::replace(&mut self.part, Part::Guest { socket_folder }) {
            Part::Keeper(keeper) => Some(keeper.lock),
            Part::Guest { .. } => None,
        }
    }

    async fn take_over(&mut self, lock: File) -> Result<(), ClusterError> {
        self.state.send_modify(|state| (state.up, state.ours) = (false, false));
        self.part = Part::Keeper(Keeper::start(lock, &self.folder, &self.options).await?);
        self.state.send_replace(self.part.state());
        tracing::info!("the private database is up again, run by this program");
        Ok(())
    }

    /// Notes whether the server of another program is ready.
    async fn look(&mut self) {
        let Part::Guest { socket_folder } = &self.part else {
            return;
        };
        let up = postmaster::listens(socket_folder).await
            && Postmaster::read(&self.folder.pgdata()).is_some_and(|postmaster| postmaster.ready);
        self.state.send_if_modified(|state| std::mem::replace(&mut state.up, up) != up);
    }

    /// Waits after a failure, so that another program or the operator may mend it.
    async fn rest(&mut self, error: &ClusterError) {
        let trouble = error.to_string();
        if self.trouble.as_ref() != Some(&trouble) {
            tracing::error!(trouble, "the private database is down; it is tried again and again");
        }
        self.trouble = Some(trouble);
        tokio::time::sleep(AFTER_FAILURE).await;
    }
}

/// Takes the lock when it is free, and leaves this program's number in the file.
fn try_lock(folder: &Folder) -> Result<Option<File>, ClusterError> {
    let mut file = folder.lock_file()?;
    match file.try_lock() {
        Ok(()) => {
            let noted =
                file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
            noted.map_err(|error| ClusterError::folder(folder.root(), error))?;
            Ok(Some(file))
        }
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(ClusterError::folder(folder.root(), error)),
    }
}

/// Runs work that waits for files and processes where it holds up nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ClusterError> + Send + 'static,
) -> Result<T, ClusterError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ClusterError::Launch(io::Error::other(error)))?
}
