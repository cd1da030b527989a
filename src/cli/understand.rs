//! `eventos understand`: JSON lines in, JSON lines out; a malformed line is answered as such and the run goes on.

use std::io::{BufRead, BufWriter, Write};

use super::{out, progress};
use crate::understanding::{dialogue, report};

/// Reads standard input to its end: messages, or whole dialogues.
pub(super) fn run(dialogues: bool) -> anyhow::Result<()> {
    let answer = if dialogues { dialogue::report } else { report::report };
    let bar = progress::lines();
    let mut out = BufWriter::new(out::open());
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            writeln!(out, "{}", answer(text.trim()))?;
        }
        bar.inc(1);
        line.clear();
    }
    bar.finish_and_clear();
    Ok(out.flush()?)
}
