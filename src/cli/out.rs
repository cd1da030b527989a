//! Standard output of the commands.
//!
//! Promises: whoever reads no further, as `head` after its lines, ends a command quietly; every other failure to write is told.

use std::io::{self, ErrorKind, StdoutLock, Write};

/// Where a command writes what scripts read.
pub(super) struct Out<W>(W);

/// Nobody reads on.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads on")]
struct Unread;

/// Standard output.
pub(super) fn open() -> Out<StdoutLock<'static>> {
    Out(io::stdout().lock())
}

/// Whether a command ended because nobody read on. A connection that broke elsewhere is no such end.
pub(super) fn is_unread(error: &anyhow::Error) -> bool {
    let mut written = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    written.any(|cause| matches!(cause.get_ref(), Some(inner) if inner.is::<Unread>()))
}

impl<W: Write> Write for Out<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(marked)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(marked)
    }
}

fn marked(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::BrokenPipe { io::Error::new(ErrorKind::BrokenPipe, Unread) } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ones_own_output_that_nobody_reads_is_a_quiet_end() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let error = writeln!(Out(writer), "a line").unwrap_err();
        assert!(is_unread(&error.into()));
        let elsewhere = io::Error::from(ErrorKind::BrokenPipe);
        assert!(!is_unread(&elsewhere.into()));
        assert!(!is_unread(&anyhow::anyhow!("something else")));
    }
}
