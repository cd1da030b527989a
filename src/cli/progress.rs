//! How far a long command has come, on standard error; nothing where that is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// For so many steps.
pub(super) fn of(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len}, {eta} left");
    let bar = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// For as many steps as there turn out to be.
pub(super) fn lines() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {human_pos} lines, {per_sec}, {elapsed}");
    let bar = ProgressBar::new_spinner();
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
