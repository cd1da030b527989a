//! Reads texts that nobody would write, for as long as it is told: `cargo run --release -p language --example soak -- MINUTES [SEED]`.
//!
//! A generational fuzzer for the stable compiler: words of every language's data, sentences of organizers and raw characters
//! are spliced, doubled, cut and jumbled. A panic, a span outside the text or between the bytes of a character, two findings
//! of a kind that overlap, or a text that takes a hundred times what its length allows ends it with that text and its seed.

#![expect(clippy::print_stderr, reason = "what it found is what it is run for")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use language::{Language, Reference, Span, read};

const SENTENCES: &[&str] = &[
    "a concert on Friday March 3 at 7pm to 9pm, $20-30 and two hours at 88 Queen St, Toronto",
    "early bird 99 until March 1st, then 149, students 49, every second Tuesday until June",
    "le samedi 12 décembre de 14h à 17h à Montréal, 45,50 $ par personne, jusqu'à la fin de mars",
    "el martes a las tres y media de la tarde, dentro de dos semanas, mil quinientas personas",
    "下周五上午9点到下午三点半，在上海南京西路，每张票一百五十块，第三个星期二",
    "2026-11-23T10:00:00Z 31/12/2026 1,234.56 .77 -3 1e9 12:99 25:61 ½ ２．２ 99999999999999999999",
    "\u{feff}\u{200b}\u{202e}\0\t\r\n 👩‍👩‍👧 é e\u{301} ﬁ İ ß Ǆ \u{10ffff}",
];

/// Marsaglia's xorshift: the same texts for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % bound.max(1)
    }
}

fn words() -> Vec<&'static str> {
    [
        include_str!("../data/en/words.toml"),
        include_str!("../data/fr/words.toml"),
        include_str!("../data/es/words.toml"),
        include_str!("../data/zh/words.toml"),
        include_str!("../data/common/words.toml"),
    ]
    .into_iter()
    .flat_map(|file| file.split('"').skip(1).step_by(2))
    .collect()
}

fn text(dice: &mut Dice, words: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..=dice.below(24) {
        match dice.below(8) {
            0 => text.push_str(SENTENCES.get(dice.below(SENTENCES.len())).copied().unwrap_or("")),
            1 => text.push(char::from_u32(u32::try_from(dice.below(0x11_0000)).unwrap_or(0)).unwrap_or(' ')),
            2 => {
                let figures = u32::try_from(dice.below(9)).unwrap_or(0);
                text.push_str(&dice.below(10usize.pow(figures)).to_string());
            }
            3 => text.push_str(
                ["-", ":", "/", ".", ",", " ", "\n", "'", "$", "€", "%", "("]
                    .get(dice.below(12))
                    .copied()
                    .unwrap_or(""),
            ),
            _ => text.push_str(words.get(dice.below(words.len())).copied().unwrap_or("")),
        }
        if dice.below(3) > 0 {
            text.push(' ');
        }
    }
    match dice.below(20) {
        0 => text.repeat(1 + dice.below(200)),
        1 => text.chars().rev().collect(),
        2 => text.chars().filter(|_| dice.below(4) > 0).collect(),
        _ => text,
    }
}

fn lawful(text: &str, spans: impl Iterator<Item = Span>) -> bool {
    let mut end = 0;
    for span in spans {
        let inside = span.start < span.end && text.get(span.start..span.end).is_some();
        if !inside || span.start < end {
            return false;
        }
        end = span.end;
    }
    true
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let minutes: u64 = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(10);
    let seed: u64 = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(0x9e37_79b9_7f4a_7c15);
    let (mut dice, words) = (Dice(seed.max(1)), words());
    let begun = Instant::now();
    let (mut texts, mut bytes) = (0u64, 0u64);
    while begun.elapsed() < Duration::from_secs(minutes * 60) {
        let at = dice.0;
        let text = text(&mut dice, &words);
        let language = Language::ALL.get(dice.below(6)).copied();
        let year = i16::try_from(dice.below(400)).unwrap_or(0) + 1800;
        let reference = Reference { language, ..Reference::from(jiff::civil::date(year, 2, 28).at(23, 59, 59, 0)) };
        let one = Instant::now();
        let read = std::panic::catch_unwind(|| read(&text, &reference));
        let slow = one.elapsed().as_secs_f64() > 1.0 + text.len() as f64 * 2e-4;
        let sound = read.is_ok_and(|found| {
            lawful(&text, found.times.iter().map(|time| time.span))
                && lawful(&text, found.money.iter().map(|money| money.span))
                && lawful(&text, found.numbers.iter().map(|number| number.span))
                && lawful(&text, found.durations.iter().map(|length| length.span))
                && lawful(&text, found.places.iter().map(|place| place.span))
        });
        if slow || !sound {
            eprintln!("seed {at}: {} {:?}: {text:?}", if slow { "slow" } else { "unsound" }, one.elapsed());
            return ExitCode::FAILURE;
        }
        texts += 1;
        bytes += u64::try_from(text.len()).unwrap_or(0);
    }
    eprintln!("{texts} texts, {bytes} bytes, {:?}: sound", begun.elapsed());
    ExitCode::SUCCESS
}
