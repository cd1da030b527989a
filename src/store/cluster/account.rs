//! The operating system's user that the cluster runs as.
//!
//! Promises: PostgreSQL refuses root, so a root program gives the cluster to a user of its own; an existing folder keeps the
//! user that made it; a user that PostgreSQL could not work with is refused before anything is made.

use super::error::ClusterError;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Users that a root program tries in this order; distributions make the first, macOS the second, eventos the third.
const PREFERRED: [&str; 3] = ["postgres", "_postgres", OWN];
/// The system user that is made when none of the preferred ones exists.
const OWN: &str = "eventos";
/// The last resort: shared with other services, hence only when no user can be made.
const LAST: &str = "nobody";

/// A user of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) name: String,
}

impl Account {
    /// The user as which this program runs.
    pub(super) fn current() -> Result<Self, ClusterError> {
        let uid = rustix::process::geteuid().as_raw();
        by_id(uid).ok_or(ClusterError::NamelessUser { uid })
    }

    /// The user for the cluster in `pgdata`: its owner when it exists, else this program's user, else (for root) one that
    /// PostgreSQL accepts.
    pub(super) fn of_cluster(pgdata: &Path) -> Result<Self, ClusterError> {
        let current = Self::current()?;
        let owner = std::fs::metadata(pgdata).ok().map(|metadata| metadata.uid());
        match owner {
            Some(uid) if uid == current.uid && uid != 0 => Ok(current),
            Some(uid) if current.uid == 0 && uid != 0 => by_id(uid).ok_or(ClusterError::NamelessUser { uid }),
            Some(uid) if current.uid != 0 => Err(ClusterError::OtherOwner {
                folder: pgdata.to_path_buf(),
                owner: by_id(uid).map_or_else(|| uid.to_string(), |account| account.name),
            }),
            _ if current.uid == 0 => Self::for_root(),
            _ => Ok(current),
        }
    }

    /// Whether the cluster's user is another one than this program's.
    pub(super) fn is_other(&self) -> bool {
        self.uid != rustix::process::geteuid().as_raw()
    }

    /// Makes `command` run as this user, with a clean environment and away from folders it may not enter.
    pub(super) fn apply(&self, command: &mut Command) {
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C").current_dir("/");
        if self.is_other() {
            command.gid(self.gid).uid(self.uid);
        }
    }

    fn for_root() -> Result<Self, ClusterError> {
        if let Some(account) = PREFERRED.iter().find_map(|name| by_name(name)) {
            return Ok(account);
        }
        let made = Command::new("useradd")
            .args(["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", OWN])
            .output();
        if let Err(error) = made {
            tracing::warn!(%error, "no user can be made for the database; it runs as {LAST}");
        }
        // Asked again whatever came out: another program may have made the user at the same moment.
        by_name(OWN).or_else(|| by_name(LAST)).ok_or(ClusterError::NamelessUser { uid: 0 })
    }
}

fn by_id(uid: u32) -> Option<Account> {
    in_passwd(|entry| entry.uid == uid).or_else(|| {
        let id = uid.to_string();
        let name = ask_id(&["-un", &id])?;
        let gid = ask_id(&["-g", &id])?.parse().ok()?;
        Some(Account { uid, gid, name })
    })
}

fn by_name(name: &str) -> Option<Account> {
    in_passwd(|entry| entry.name == name).or_else(|| {
        let uid = ask_id(&["-u", name])?.parse().ok()?;
        let gid = ask_id(&["-g", name])?.parse().ok()?;
        Some(Account { uid, gid, name: name.to_owned() })
    })
}

fn in_passwd(wanted: impl Fn(&Account) -> bool) -> Option<Account> {
    let text = std::fs::read_to_string("/etc/passwd").ok()?;
    text.lines().filter_map(entry).find(wanted)
}

fn entry(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { uid, gid, name })
}

/// Users of a directory service are not in /etc/passwd; `id` knows them.
fn ask_id(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let answer = text.trim();
    (output.status.success() && !answer.is_empty()).then(|| answer.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_passwd_line() {
        let account = entry("db:x:101:104:Database,,,:/var/lib/db:/bin/sh").unwrap();
        assert_eq!(account, Account { uid: 101, gid: 104, name: "db".into() });
    }

    #[test]
    fn a_damaged_passwd_line_is_nobody() {
        assert_eq!(entry("db:x:one:104::/:/bin/sh"), None);
        assert_eq!(entry(":x:1:1"), None);
        assert_eq!(entry("db"), None);
    }
}
