//! Text made harmless: control characters are shown, never obeyed.
//!
//! An event's name is typed by people; an escape sequence in it must not move anybody's cursor or retitle a window.

use std::borrow::Cow;

/// The text with every control character but newline and tab replaced by a visible form: `␛` for escape, `\u{9b}` for C1, and
/// for the marks that turn the direction of what follows them, which can make a text read as another.
///
/// Works a character at a time, so that a text gives the same in one piece as in many.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_raw) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{7f}' => shown.push('\u{2421}'),
            c if is_raw(c) && c.is_ascii() => shown.extend(char::from_u32(0x2400 + u32::from(c))),
            c if is_raw(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

fn is_raw(character: char) -> bool {
    let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || character.is_control() && !matches!(character, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(visible("a\u{1b}[2Jb\rc\u{0}\u{7f}\u{9b}3A"), "a␛[2Jb␍c␀␡\\u{9b}3A");
    }

    #[test]
    fn marks_that_turn_the_direction_are_shown() {
        assert_eq!(visible("photo\u{202e}gnp.exe \u{2066}x\u{2069}"), "photo\\u{202e}gnp.exe \\u{2066}x\\u{2069}");
    }

    #[test]
    fn other_text_is_left_alone() {
        let text = "Fête\n\t🎉 مرحبا 👩‍👩‍👧";
        assert!(matches!(visible(text), Cow::Borrowed(same) if same == text));
    }
}
