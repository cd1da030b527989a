//! The npm package with PostgreSQL's binaries, and its copy in the data folder.
//!
//! Promises: the package itself is never changed; the copy is whole or absent, has the links that npm cannot carry, and
//! may be run by any user, so that neither a closed home folder nor an update of the package harms a running cluster.
//! Copies of other versions of the same major are removed.

use serde_json::Value;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

/// An unpacked package.
#[derive(Debug)]
pub(super) struct Package {
    native: PathBuf,
    version: String,
    pub(super) major: u32,
}

impl Package {
    /// The package whose folder `native` this is, if it is one.
    pub(super) fn at(native: &Path) -> Option<Self> {
        if !native.join("pg-symlinks.json").exists() {
            return None;
        }
        let text = fs::read_to_string(native.parent()?.join("package.json")).ok()?;
        let description: Value = serde_json::from_str(&text).ok()?;
        let version = description.get("version")?.as_str()?;
        let plain = version.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-+".contains(letter));
        let major = version.split('.').next()?.parse().ok()?;
        plain.then(|| Self { native: native.to_path_buf(), version: version.to_owned(), major })
    }
}

/// The copy's folder of binaries, made when absent or when a `fresh` one is asked for.
pub(super) fn copy(package: &Package, programs: &Path, fresh: bool) -> io::Result<PathBuf> {
    let place = programs.join(&package.version);
    let bin = place.join("bin");
    if fresh && place.exists() {
        fs::remove_dir_all(&place)?;
    }
    if bin.exists() {
        return Ok(bin);
    }
    let unfinished = programs.join(format!("unfinished-{}", package.version));
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    make_folder(programs)?;
    make_folder(&unfinished)?;
    for part in ["bin", "lib", "share"] {
        copy_tree(&package.native.join(part), &unfinished.join(part))?;
    }
    link(package, &unfinished)?;
    fs::rename(&unfinished, &place)?;
    if let Err(error) = remove_others(package, programs) {
        tracing::warn!(%error, "an old copy of PostgreSQL was left in the data folder");
    }
    Ok(bin)
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o755))
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    make_folder(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
        } else if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if source.extension().is_none_or(|extension| extension != "a") {
            copy_file(&source, &target)?;
        }
    }
    Ok(())
}

/// A second name for the same file where the system allows it and everybody may read it anyway: npm replaces files, it
/// never writes into them. Otherwise a copy.
fn copy_file(source: &Path, target: &Path) -> io::Result<()> {
    let mode = fs::metadata(source)?.permissions().mode();
    let wanted = if mode & 0o100 == 0 { 0o644 } else { 0o755 };
    if mode & wanted == wanted && mode & 0o022 == 0 && fs::hard_link(source, target).is_ok() {
        return Ok(());
    }
    fs::copy(source, target)?;
    fs::set_permissions(target, Permissions::from_mode(wanted))
}

/// Makes the links named in `pg-symlinks.json`; both names lie in the package's folder `native`.
fn link(package: &Package, place: &Path) -> io::Result<()> {
    let text = fs::read_to_string(package.native.join("pg-symlinks.json"))?;
    let links: Vec<Value> = serde_json::from_str(&text)?;
    for link in &links {
        let name = |key| link.get(key).and_then(Value::as_str).and_then(inside_native);
        let (Some(source), Some(target)) = (name("source"), name("target")) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "pg-symlinks.json has an unknown form"));
        };
        let target = place.join(target);
        if target.symlink_metadata().is_err() {
            let depth = target.parent().map_or(0, |parent| parent.components().count() - place.components().count());
            symlink(Path::new(&"../".repeat(depth)).join(source), &target)?;
        }
    }
    Ok(())
}

fn inside_native(name: &str) -> Option<&Path> {
    let path = Path::new(name).strip_prefix("native").ok()?;
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

fn remove_others(package: &Package, programs: &Path) -> io::Result<()> {
    let same_major = format!("{}.", package.major);
    for entry in fs::read_dir(programs)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(&same_major) && name != package.version) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_never_leaves_the_package() {
        assert_eq!(inside_native("native/lib/libpq.so"), Some(Path::new("lib/libpq.so")));
        assert_eq!(inside_native("native/../../etc/passwd"), None);
        assert_eq!(inside_native("/etc/passwd"), None);
    }
}
