//! The places of the cluster under `DATA_DIR/postgres`, and who may enter them.
//!
//! Promises: `pgdata` and the socket folder belong to the cluster's user and to nobody else (0700); what this program
//! writes lies outside of them, so that a root program never writes where another user could have planted a link.

use super::access;
use super::account::Account;
use super::error::ClusterError;
use super::options::ClusterOptions;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The name of the socket file: PostgreSQL builds it from the port number.
pub(super) const SOCKET: &str = ".s.PGSQL.5432";
/// How many bytes the path of a Unix socket may have, without its closing zero.
const SOCKET_PATH_BYTES: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// `DATA_DIR/postgres` and the user its cluster runs as.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
    pub(super) account: Account,
    runtime_dir: PathBuf,
}

impl Folder {
    /// Makes the folder when absent and checks that the cluster's user can reach it.
    pub(super) fn open(options: &ClusterOptions) -> Result<Self, ClusterError> {
        let given = &options.data_dir;
        fs::create_dir_all(given).map_err(|error| ClusterError::folder(given, error))?;
        let data_dir = given.canonicalize().map_err(|error| ClusterError::folder(given, error))?;
        let root = data_dir.join("postgres");
        let account = Account::of_cluster(&root.join("pgdata"))?;
        let made = DirBuilder::new().mode(0o700).create(&root);
        if let Err(error) = made
            && error.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(ClusterError::folder(&root, error));
        }
        let runtime_dir = options.runtime_dir.clone().unwrap_or_else(std::env::temp_dir);
        let folder = Self { root, account, runtime_dir };
        if folder.account.is_other() {
            access::let_in(&folder.account, &data_dir, &folder.root)?;
        }
        Ok(folder)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn pgdata(&self) -> PathBuf {
        self.root.join("pgdata")
    }

    /// Where `initdb` works before the result gets its name.
    pub(super) fn unfinished(&self) -> PathBuf {
        self.root.join("pgdata.new")
    }

    /// Copies of binaries, one folder per version.
    pub(super) fn programs(&self) -> PathBuf {
        self.root.join("programs")
    }

    pub(super) fn hba(&self) -> PathBuf {
        self.root.join("pg_hba.conf")
    }

    pub(super) fn ident(&self) -> PathBuf {
        self.root.join("pg_ident.conf")
    }

    /// Present when the cluster has passed the self-test.
    pub(super) fn tested(&self) -> PathBuf {
        self.root.join("tested")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    /// Opens the file whose lock decides who runs the server.
    pub(super) fn lock_file(&self) -> Result<File, ClusterError> {
        let path = self.root.join("lock");
        let file = private(OpenOptions::new().read(true).write(true).create(true), &path);
        file.and_then(|file| self.hand_to_owner(&path).map(|()| file))
            .map_err(|error| ClusterError::folder(&path, error))
    }

    /// What the lock's holder wrote into it: its process number.
    pub(super) fn lock_holder(&self) -> String {
        match fs::read_to_string(self.root.join("lock")) {
            Ok(pid) if !pid.trim().is_empty() => format!("process {}", pid.trim()),
            _ => "process unknown".to_owned(),
        }
    }

    /// Opens the server's log for appending; an old one over a mebibyte is set aside first.
    pub(super) fn open_log(&self) -> Result<File, ClusterError> {
        let path = self.log();
        let wrap = |error| ClusterError::folder(&path, error);
        if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > 1 << 20) {
            fs::rename(&path, self.root.join("postgres.log.old")).map_err(wrap)?;
        }
        let file = private(OpenOptions::new().append(true).create(true), &path).map_err(wrap)?;
        self.hand_to_owner(&path).map_err(wrap)?;
        Ok(file)
    }

    /// Writes a small file whole or not at all; readable by the cluster's user.
    pub(super) fn write(&self, path: &Path, text: &str) -> Result<(), ClusterError> {
        let wrap = |error| ClusterError::folder(path, error);
        let unfinished = path.with_extension("new");
        if let Err(error) = fs::remove_file(&unfinished)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(wrap(error));
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(&unfinished).map_err(wrap)?;
        file.write_all(text.as_bytes()).map_err(wrap)?;
        // Whatever the umask says, the cluster's user must be able to read it.
        file.set_permissions(Permissions::from_mode(0o644)).map_err(wrap)?;
        self.hand_to_owner(&unfinished).map_err(wrap)?;
        fs::rename(&unfinished, path).map_err(wrap)
    }

    /// Makes a folder that only the cluster's user may enter.
    pub(super) fn make_private(&self, path: &Path) -> Result<(), ClusterError> {
        let wrap = |error| ClusterError::folder(path, error);
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) if self.account.is_other() => {
                std::os::unix::fs::lchown(path, Some(self.account.uid), Some(self.account.gid)).map_err(wrap)
            }
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let metadata = fs::symlink_metadata(path).map_err(wrap)?;
                let closed_to_others = metadata.mode().trailing_zeros() >= 6;
                if metadata.is_dir() && metadata.uid() == self.account.uid && closed_to_others {
                    return Ok(());
                }
                Err(wrap(io::Error::new(
                    io::ErrorKind::PermissionDenied,
                    "it is not a private folder of the database's user",
                )))
            }
            Err(error) => Err(wrap(error)),
        }
    }

    /// The folder of the socket, made when absent. Its place is written down, so that every program finds the same one.
    pub(super) fn make_socket_folder(&self) -> Result<PathBuf, ClusterError> {
        let usual = self.root.join("run");
        if fits(&usual) {
            self.make_private(&usual)?;
            return Ok(usual);
        }
        let name = self.short_name();
        let candidates = [self.runtime_dir.join(&name), std::env::temp_dir().join(&name)];
        let known = self.socket_folder();
        let found = known.into_iter().chain(candidates).find(|path| {
            fits(path)
                && path.parent().and_then(|parent| access::refusing(&self.account, parent)).is_none()
                && self.make_private(path).is_ok()
        });
        let found = found.ok_or_else(|| ClusterError::LongPath { folder: usual.clone() })?;
        self.write(&self.socket_note(), &found.to_string_lossy())?;
        Ok(found)
    }

    /// The folder of the socket as the running server's program chose it.
    pub(super) fn socket_folder(&self) -> Option<PathBuf> {
        let usual = self.root.join("run");
        if fits(&usual) {
            return Some(usual);
        }
        fs::read_to_string(self.socket_note()).ok().map(PathBuf::from).filter(|path| path.is_absolute())
    }

    fn socket_note(&self) -> PathBuf {
        self.root.join("socket-folder")
    }

    fn short_name(&self) -> String {
        let digest = Sha256::digest(self.root.as_os_str().as_bytes());
        digest.iter().take(8).fold("eventos-".to_owned(), |mut name, byte| {
            // Writing to a String does not fail.
            let _ = write!(name, "{byte:02x}");
            name
        })
    }

    /// A root program that works in another user's folder leaves nothing behind that this user could not open.
    fn hand_to_owner(&self, path: &Path) -> io::Result<()> {
        let owner = fs::metadata(&self.root)?;
        if owner.uid() == rustix::process::geteuid().as_raw() {
            return Ok(());
        }
        std::os::unix::fs::lchown(path, Some(owner.uid()), Some(owner.gid()))
    }
}

/// Opens a file that is ours alone, and never through a link.
fn private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let no_link = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
    options.mode(0o600).custom_flags(no_link).open(path)
}

fn fits(folder: &Path) -> bool {
    folder.as_os_str().len() + 1 + SOCKET.len() <= SOCKET_PATH_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_has_at_most_107_bytes() {
        let longest = SOCKET_PATH_BYTES - 1 - SOCKET.len();
        assert!(fits(Path::new(&"a".repeat(longest))));
        assert!(!fits(Path::new(&"a".repeat(longest + 1))));
    }
}
