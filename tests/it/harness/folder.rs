//! Places of a test's own among the machine's temporary files.

use std::ffi::OsStr;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use eventos::domain::clock::{Ids as _, RandomIds};

/// A place where nothing is yet; what comes there goes with it. A process number in its name would not do: they come round again
/// within one run of all tests, and what a killed test left would be met there.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Its name begins with this one.
    pub(crate) fn new(name: &str) -> Self {
        Self::within(&std::env::temp_dir(), &format!("eventos-{name}"))
    }

    /// One in this folder.
    pub(crate) fn within(folder: &Path, name: &str) -> Self {
        let id = RandomIds.id().simple().to_string();
        Self(folder.join(format!("{name}-{}", &id[..12])))
    }

    /// A file with this content.
    pub(crate) fn file(name: &str, content: &[u8]) -> Self {
        let file = Self::new(name);
        std::fs::write(&file, content).unwrap();
        file
    }
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        self
    }
}

impl AsRef<OsStr> for Folder {
    fn as_ref(&self) -> &OsStr {
        self.0.as_os_str()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It may never have come to be.
        if self.is_dir() {
            std::fs::remove_dir_all(&self.0).ok();
        } else {
            std::fs::remove_file(&self.0).ok();
        }
    }
}
