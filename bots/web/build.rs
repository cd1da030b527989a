//! Makes sure that there is a folder to embed the panel from, and looks again when the panel is built.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let dist = Path::new("panel/dist");
    // Empty where nobody built the panel: the pages then say how to.
    std::fs::create_dir_all(dist)?;
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", dist.display());
    Ok(())
}
