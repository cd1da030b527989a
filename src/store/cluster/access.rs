//! Whether the cluster's user can reach a folder.
//!
//! Promises: only the program's own two folders are ever opened to the cluster's user, and only to pass through; what lies
//! above them is not ours to change and is named instead.

use super::account::Account;
use super::error::ClusterError;
use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Opens the data folder and the cluster's own folder `root` in it to `account`, and refuses when a folder above is closed.
pub(super) fn let_in(account: &Account, data_dir: &Path, root: &Path) -> Result<(), ClusterError> {
    for own in [data_dir, root] {
        let opened = fs::metadata(own).and_then(|metadata| open_to(account, own, &metadata));
        opened.map_err(|error| ClusterError::folder(own, error))?;
    }
    match refusing(account, root) {
        Some(folder) => Err(ClusterError::ClosedParent { folder, user: account.name.clone() }),
        None => Ok(()),
    }
}

/// The outermost folder on the way to `path` that `account` may not enter.
pub(super) fn refusing(account: &Account, path: &Path) -> Option<PathBuf> {
    let mut way: Vec<&Path> = path.ancestors().collect();
    way.reverse();
    let refuses = |folder: &&Path| fs::metadata(folder).map_or(true, |metadata| !may_enter(account, &metadata));
    let folder = way.into_iter().find(refuses)?;
    // An access list may allow what the mode bits refuse; only trying tells.
    let mut attempt = Command::new("/bin/sh");
    account.apply(&mut attempt);
    let allowed = attempt.args(["-c", ":"]).current_dir(path).status().is_ok_and(|status| status.success());
    (!allowed).then(|| folder.to_path_buf())
}

fn may_enter(account: &Account, metadata: &Metadata) -> bool {
    let bit = if metadata.uid() == account.uid {
        0o100
    } else if metadata.gid() == account.gid {
        0o010
    } else {
        0o001
    };
    metadata.mode() & bit != 0
}

/// Lets the account's group pass where the group had no rights anyway; otherwise lets everybody pass.
fn open_to(account: &Account, folder: &Path, metadata: &Metadata) -> io::Result<()> {
    if may_enter(account, metadata) {
        return Ok(());
    }
    let mode = metadata.mode() & 0o7777;
    if mode & 0o070 != 0 {
        return fs::set_permissions(folder, Permissions::from_mode(mode | 0o001));
    }
    std::os::unix::fs::chown(folder, None, Some(account.gid))?;
    fs::set_permissions(folder, Permissions::from_mode(mode | 0o010))
}
