//! Packages of others from npm, each kind in a folder of its own that is made when it is not there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder that has this package (name and version); `None` where it cannot be made.
pub(crate) fn package(name: &str, version: &str) -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("npm-{name}-{version}"));
    let has = || home.join("node_modules").join(name).join("package.json").exists().then_some(());
    if has().is_none() {
        fs::create_dir_all(&home).ok()?;
        // One test process at a time makes it; the others find it.
        let making = File::create(home.with_extension("lock")).ok()?;
        making.lock().ok()?;
        has().or_else(|| {
            let mut npm = Command::new("npm");
            npm.args(["install", "--prefix"]).arg(&home).args([
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--save-exact",
            ]);
            npm.arg(format!("{name}@{version}")).stdout(Stdio::null()).stderr(Stdio::null());
            npm.status().is_ok_and(|status| status.success()).then_some(())
        })?;
    }
    has().map(|()| home)
}
