//! What a split text keeps: every word, the order, the limit, whole code blocks, best seams first.

use proptest::prelude::*;

use super::*;

fn parts(text: &str, limit: usize) -> Vec<String> {
    split(text, limit)
}

#[test]
fn a_text_that_fits_stays_as_it_is() {
    assert_eq!(parts(" As it is.\n", 11), [" As it is.\n"]);
    assert!(parts("", 10).is_empty());
    assert!(parts(" \n ", 2).is_empty());
}

#[test]
fn paragraphs_come_before_sentences_and_these_before_words() {
    assert_eq!(parts("One two. Three.\n\nFour five. Six", 27), ["One two. Three.", "Four five. Six"]);
    assert_eq!(parts("One two. Three four five", 14), ["One two.", "Three four", "five"]);
    assert_eq!(parts("- one two\n- three four", 15), ["- one two", "- three four"]);
    assert_eq!(parts("- one two\n  - three", 14), ["- one two", "  - three"]);
    assert_eq!(parts("今天。我们去看戏", 5), ["今天。", "我们去看戏"]);
    assert_eq!(parts("one two three", 9), ["one two", "three"]);
    assert_eq!(parts("abcdefgh", 3), ["abc", "def", "gh"]);
}

#[test]
fn a_short_heading_stays_with_its_text() {
    assert_eq!(
        parts("Hi.\n\nThis one is a long single sentence", 24),
        ["Hi.\n\nThis one is a long", "single sentence"]
    );
}

#[test]
fn a_grapheme_stays_whole_while_it_fits() {
    let family = "👨‍👩‍👧‍👦";
    assert_eq!(units(family), 11);
    assert_eq!(parts(&family.repeat(3), 27), [family.repeat(2), family.to_owned()]);
    // Longer than a part: its characters stay whole.
    assert_eq!(parts(family, 5).concat(), family);
    assert_eq!(parts("🎉🎉", 1), ["🎉", "🎉"]);
}

#[test]
fn a_code_block_that_fits_moves_whole() {
    let text = "Some words before it.\n\n```rust\nlet a = 1;\n\nlet b = 2;\n```\n\nAnd after.";
    assert_eq!(parts(text, 40), ["Some words before it.", "```rust\nlet a = 1;\n\nlet b = 2;\n```", "And after."]);
}

#[test]
fn a_code_block_that_is_too_long_is_opened_again() {
    let text = "```rust\nlet a = 1;\n    let b = 2;\nlet c = 3;\n```\nEnd.";
    let expected = ["```rust\nlet a = 1;\n```", "```rust\n    let b = 2;\n```", "```rust\nlet c = 3;\n```\nEnd."];
    assert_eq!(parts(text, 31), expected);
    assert_eq!(parts("~~~\naaaa bbbb\ncccc dddd\n~~~", 20), ["~~~\naaaa bbbb\n~~~", "~~~\ncccc dddd\n~~~"]);
}

#[test]
fn a_blank_line_in_a_code_block_is_no_paragraph() {
    assert_eq!(parts("```\nabc\n\ndef\n```\none two three", 22), ["```\nabc\n\ndef\n```", "one two three"]);
}

#[test]
fn a_closing_line_longer_than_needed_is_not_cut() {
    for limit in 20..23 {
        assert_eq!(parts("```\nabcdefghijkl\n   ```\nEnd.", limit), ["```\nabcdefghijkl\n```", "End."]);
    }
    let blank = format!("```{}``````", "\n".repeat(11));
    assert!(parts(&blank, 19).iter().all(|part| part.lines().all(|line| line.is_empty() || line.len() >= 3)));
}

#[test]
fn a_long_line_of_code_is_cut_in_the_line() {
    assert_eq!(parts("```\nabcdefghijklmnopqr\n```", 18), ["```\nabcdefghij\n```", "```\nklmnopqr\n```"]);
}

fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn code_units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Any text: words, white space, fences closed and not, whole graphemes, and whatever else there is.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z]{1,12}",
        3 => Just(" ".to_owned()),
        1 => Just(". ".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("\r\n\r\n".to_owned()),
        1 => Just("\n```rust\n".to_owned()),
        1 => Just("\n  ~~~~ \n".to_owned()),
        1 => " {1,40}",
        1 => "[a-z]{60,90}",
        1 => Just("👨‍👩‍👧‍👦".to_owned()),
        1 => "\\PC{1,6}",
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Paragraphs of words and code blocks; each block with its own text.
fn document() -> impl Strategy<Value = Vec<String>> {
    let prose = prop::collection::vec("[a-z]{1,9}[.,]?", 1..30).prop_map(|words| words.join(" "));
    let code = prop::collection::vec("(( {4})?[a-z]{1,20}( = [0-9]{1,4};)?)?", 1..12)
        .prop_map(|lines| format!("```rust\n{}\n```", lines.join("\n")));
    prop::collection::vec(prop_oneof![prose, code], 1..10)
}

proptest! {
    #[test]
    fn the_limit_is_kept_and_no_part_is_blank(text in any_text(), limit in 2_usize..120) {
        for part in split(&text, limit) {
            prop_assert!(code_units(&part) <= limit, "{} > {limit}: {part:?}", code_units(&part));
            prop_assert!(!part.trim().is_empty());
        }
    }

    #[test]
    fn only_white_space_at_seams_is_lost(text in any_text(), limit in 2_usize..120) {
        // Without fences the parts stand in the text one after the other.
        let text = text.replace(['`', '~'], "'");
        let mut rest = text.as_str();
        for part in split(&text, limit) {
            let start = rest.find(&part);
            prop_assert!(start.is_some_and(|start| rest[..start].trim().is_empty()), "{part:?} is not next in {rest:?}");
            rest = &rest[start.unwrap() + part.len()..];
        }
        prop_assert!(rest.trim().is_empty(), "lost: {rest:?}");
    }

    #[test]
    fn words_stay_whole_where_they_fit(words in prop::collection::vec("[a-zé🎉]{1,10}", 1..80), limit in 20_usize..60) {
        let text = words.join(" ");
        let joined = split(&text, limit).join(" ");
        prop_assert_eq!(joined, text);
    }

    #[test]
    fn code_blocks_are_closed_in_every_part_and_lose_nothing(document in document(), limit in 40_usize..200) {
        let text = document.join("\n\n");
        let parts = split(&text, limit);
        for part in &parts {
            prop_assert!(code_units(part) <= limit);
            let fences = part.lines().filter(|line| line.starts_with("```")).count();
            prop_assert!(fences % 2 == 0, "an open block in {part:?}");
            prop_assert!(!part.contains("```rust\n```"), "an empty block in {part:?}");
        }
        let words = |text: &str| dense(&text.lines().filter(|line| !line.starts_with("```")).collect::<String>());
        prop_assert_eq!(words(&parts.join("\n")), words(&text));
    }

    #[test]
    fn a_code_block_that_fits_is_never_cut(document in document(), limit in 40_usize..200) {
        let parts = split(&document.join("\n\n"), limit);
        for block in document.iter().filter(|piece| piece.starts_with("```") && code_units(piece) <= limit) {
            prop_assert!(parts.iter().any(|part| part.contains(block.as_str())), "{block:?} was cut: {parts:?}");
        }
    }
}

#[test]
fn an_address_is_cut_only_when_it_is_longer_than_a_part() {
    let text = "Look here at https://x.example/find?q=1";
    assert_eq!(split(text, 37), ["Look here at", "https://x.example/find?q=1"]);
    assert_eq!(split("https://x.example/find?q=1", 20).concat(), "https://x.example/find?q=1");
}
