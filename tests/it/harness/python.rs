//! Software of others in Python, each kind in an environment of its own that is made when it is not there.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Python that has these packages (requirements with their versions, or `-r FILE`) and can import `module`; `None` where it cannot be
/// made.
pub(crate) fn python(name: &str, packages: &[&str], module: &str) -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let python = home.join("bin/python");
    let run = |program: &Path, args: &[&str]| {
        let done = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success()).then_some(())
    };
    let has = || run(&python, &["-c", &format!("import {module}")]);
    if has().is_none() {
        // One test process at a time makes it; the others find it.
        let making = File::create(home.with_extension("lock")).ok()?;
        making.lock().ok()?;
        has().or_else(|| {
            run(Path::new("python3"), &["-m", "venv", home.to_str()?])?;
            run(&python, &[&["-m", "pip", "install", "--quiet", "--disable-pip-version-check"], packages].concat())
        })?;
    }
    has().map(|()| python)
}
