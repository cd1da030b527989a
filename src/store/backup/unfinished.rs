//! A backup that is being written, beside the name that it gets at its end.
//!
//! Promises: two that are written to one name at once do not mix; what a backup leaves that was broken off (the machine went down,
//! somebody ended it) is in nobody's way. Whoever writes one holds its file, and the system lets go of it with the process.

use std::fs::{self, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use tokio::fs::File;

use super::BackupError;

/// Gone when it does not come to its end.
pub(super) struct Unfinished {
    path: PathBuf,
    named: bool,
    /// Held until the file has its name, or is gone.
    _held: fs::File,
}

impl Unfinished {
    pub(super) async fn create(path: &Path) -> Result<(File, Self), BackupError> {
        // Behind the whole name: backups called `a.one` and `a.two` are two files.
        let mut name = path.as_os_str().to_owned();
        name.push(".unfinished");
        let own = PathBuf::from(name);
        let at = own.clone();
        let made = tokio::task::spawn_blocking(move || {
            let file = make(&at)?;
            let held = file.try_clone()?;
            Ok::<_, io::Error>((file, held))
        });
        let failed = |reason: String| BackupError::File { file: own.display().to_string(), reason };
        let made = made.await.map_err(|error| failed(error.to_string()))?;
        let (file, held) = made.map_err(|error| failed(error.to_string()))?;
        Ok((File::from_std(file), Self { path: own, named: false, _held: held }))
    }

    /// Gives the file its name, for good: the folder that says so is on the disk, too.
    pub(super) async fn finish(mut self, path: &Path) -> io::Result<()> {
        tokio::fs::rename(&self.path, path).await?;
        self.named = true;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).await?.sync_all().await
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.named {
            fs::remove_file(&self.path).ok();
        }
    }
}

/// A new file at this path, held. One that is there already goes first, if nobody writes it.
fn make(path: &Path) -> io::Result<fs::File> {
    loop {
        match fs::File::options().create_new(true).write(true).mode(0o600).open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => remove_left(path)?,
            Err(error) => return Err(error),
            Ok(file) => {
                // Where files cannot be held, having made it is enough.
                if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
                    return Err(being_written());
                }
                // Whoever came between making and holding it may have taken it for one that was left.
                if is_at(&file, path)? {
                    return Ok(file);
                }
            }
        }
    }
}

/// Removes what was left by a backup that was broken off. It is not written over: whoever put it there may still have it open.
fn remove_left(path: &Path) -> io::Result<()> {
    let no_link = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
    let left = match fs::File::options().read(true).custom_flags(no_link).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        left => left?,
    };
    match left.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(being_written()),
        Err(TryLockError::Error(_)) => {
            let words = "another backup is being written, or one was broken off; when none runs remove this file";
            return Err(io::Error::other(words));
        }
    }
    // Between being opened and being held it may have got its name, or have given way to another.
    if is_at(&left, path)? { fs::remove_file(path) } else { Ok(()) }
}

fn being_written() -> io::Error {
    io::Error::other("another backup is being written")
}

/// Whether the file of this path is this one.
fn is_at(file: &fs::File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
