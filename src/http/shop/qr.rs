//! A ticket's code as a picture that a camera reads, drawn as one path.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// White around it, in squares (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// The picture, for an `<svg>`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Picture {
    /// Its width and height.
    size: usize,
    /// The black of it.
    path: String,
}

/// The picture of a text; `None` when it is too long for one.
pub(super) fn picture(text: &str) -> Option<Picture> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, squares) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (at, _) in squares.iter().enumerate().filter(|(_, square)| **square == Color::Dark) {
        // Writing to a string cannot fail.
        let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
    }
    Some(Picture { size: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_picture() {
        let picture = picture("K7QD-M2XP-9RTA-4WZC").unwrap();
        assert_eq!(picture.size, 21 + 8);
        assert!(picture.path.starts_with("M4 4h1v1h-1z"), "a corner is black: {}", picture.path);
    }
}
