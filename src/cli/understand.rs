//! `eventos understand`: JSON lines in, JSON lines out; a malformed line is answered as such and the run goes on.

use std::io::{BufRead, BufWriter, Write};

use crate::understanding::report;

/// Reads standard input to its end.
pub(super) fn run() -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            writeln!(out, "{}", report::report(text.trim()))?;
        }
        line.clear();
    }
    Ok(out.flush()?)
}
