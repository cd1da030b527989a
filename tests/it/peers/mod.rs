//! Stand-ins for what the program talks to outside of itself, and the software of others that judges both.

pub(crate) mod aimock;
pub(crate) mod ear;
pub(crate) mod model;
pub(crate) mod stripe;
pub(crate) mod telegram;

use std::path::{Path, PathBuf};

/// The folder with the judges, when they are installed.
pub(crate) fn judges() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    folder.join("node_modules").is_dir().then_some(folder)
}

/// A script of that folder.
pub(crate) fn node(folder: &Path, words: &[&str]) -> tokio::process::Command {
    let mut command = tokio::process::Command::new("node");
    command.args(words).current_dir(folder);
    command
}
