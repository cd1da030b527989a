//! This process's name, the same after a restart, so that it takes back at once what it left unanswered.
//!
//! Programs that run at the same time on one folder take different names: each holds the lock of a numbered file, and a
//! program that died has let go of its own.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::Context;
use sha2::{Digest, Sha256};

/// A name that no other living process has.
#[derive(Debug)]
pub struct Node {
    /// The name.
    pub name: String,
    _lock: File,
}

/// More programs than this on one folder are a mistake.
const SLOTS: u32 = 1_000;

impl Node {
    /// Takes the first free name of this folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn take(data_dir: &Path) -> anyhow::Result<Self> {
        let folder = data_dir.join("nodes");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot write to {}", data_dir.display()))?;
        for slot in 0..SLOTS {
            let path = folder.join(format!("{slot}.lock"));
            let lock = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
            match lock.try_lock() {
                Ok(()) => return Ok(Self { name: name(&folder, slot), _lock: lock }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock {}", path.display()));
                }
            }
        }
        anyhow::bail!("{SLOTS} programs run on {} already", data_dir.display())
    }
}

/// Where the program on this folder was found last: commands that run beside it say the same.
///
/// # Errors
/// When the folder cannot be written.
pub fn remember_url(data_dir: &Path, url: &str) -> anyhow::Result<()> {
    let path = data_dir.join("url");
    std::fs::write(&path, url).with_context(|| format!("cannot write {}", path.display()))
}

/// What [`remember_url`] kept.
pub fn known_url(data_dir: &Path) -> Option<String> {
    std::fs::read_to_string(data_dir.join("url")).ok().filter(|url| !url.is_empty())
}

fn name(folder: &Path, slot: u32) -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let place = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let digest = Sha256::digest(place.as_os_str().as_encoded_bytes());
    let short = digest.iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{}:{short:012x}:{slot}", host.chars().take(100).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_while_held_and_come_back_when_let_go() {
        let folder = std::env::temp_dir().join(format!("eventos-node-{}", std::process::id()));
        // What a process of this number left, which was killed.
        std::fs::remove_dir_all(&folder).ok();
        let first = Node::take(&folder).unwrap();
        let second = Node::take(&folder).unwrap();
        assert_ne!(first.name, second.name);
        let name = first.name.clone();
        drop(first);
        assert_eq!(Node::take(&folder).unwrap().name, name);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
