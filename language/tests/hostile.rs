//! Any text at all: no panic, spans that stand between characters and inside the text, (that work grows with the length alone is counted in `src/work.rs`).

use jiff::civil::{DateTime, date};
use language::{Language, Reading, Reference, Span, read};
use proptest::prelude::*;

fn spans(reading: &Reading) -> Vec<Span> {
    let mut spans: Vec<Span> = reading.tokens.iter().map(|token| token.span).collect();
    spans.extend(reading.times.iter().map(|found| found.span));
    spans.extend(reading.money.iter().map(|found| found.span));
    spans.extend(reading.numbers.iter().map(|found| found.span));
    spans.extend(reading.durations.iter().map(|found| found.span));
    spans.extend(reading.places.iter().map(|found| found.span));
    spans
}

fn lawful(text: &str, reference: &Reference) -> Result<(), TestCaseError> {
    let reading = read(text, reference);
    for span in spans(&reading) {
        prop_assert!(span.start < span.end && span.end <= text.len(), "{span:?} in {text:?}");
        prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{span:?} in {text:?}");
    }
    let mut told: Vec<Span> = reading.times.iter().map(|found| found.span).collect();
    told.extend(reading.money.iter().map(|found| found.span));
    told.extend(reading.numbers.iter().map(|found| found.span));
    told.extend(reading.durations.iter().map(|found| found.span));
    told.sort();
    prop_assert!(told.iter().zip(told.iter().skip(1)).all(|(one, next)| !one.overlaps(next)), "{told:?} in {text:?}");
    for time in &reading.times {
        prop_assert!(time.value.end.is_none_or(|end| end > time.value.start), "{time:?} in {text:?}");
    }
    Ok(())
}

fn any_language() -> impl Strategy<Value = Option<Language>> {
    prop::sample::select(vec![
        None,
        Some(Language::English),
        Some(Language::French),
        Some(Language::Spanish),
        Some(Language::Mandarin),
    ])
}

fn any_moment() -> impl Strategy<Value = DateTime> {
    prop::sample::select(vec![
        DateTime::MIN,
        DateTime::MAX,
        date(2024, 2, 29).at(23, 59, 59, 0),
        date(2026, 11, 23).at(10, 0, 0, 0),
    ])
}

/// The words that the rules know, which is where trouble would be.
const WORDS: &str = "next last friday march may the of first 31st 0 12 59 2027 99999999999 : - / . , ' am pm to from until every half past quarter in \
    two hundred million weeks years ago $ € k h noon tonight end easter le à heures moins demi prochain du au el las y menos que viene 下 周 三 月 日 点 \
    半 万 个 后 前 第 每 free and a day month feb 29 30 billion century 00 000 1/2 24/7 GMT -1 before after between week year second";

/// Texts made of those words.
fn any_jumble() -> impl Strategy<Value = String> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let glue = prop::sample::select(vec!["", " ", " ", " ", "\n"]);
    prop::collection::vec((prop::sample::select(words), glue), 0..40)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, glue)| [word, glue]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}", language in any_language(), now in any_moment()) {
        lawful(&text, &Reference { language, ..Reference::from(now) })?;
    }

    #[test]
    fn any_jumble_of_known_words_is_read(text in any_jumble(), language in any_language(), now in any_moment()) {
        lawful(&text, &Reference { language, ..Reference::from(now) })?;
    }
}
