//! How fast a message is read: messages a second on one core, and the slowest one in a hundred.
//!
//! `cargo bench -p language`. Each message has about fifteen words, as an organizer's first one has.

#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use language::{Language, Reference, read};

const MESSAGES: [(Language, &str); 4] = [
    (
        Language::English,
        "I'm planning a jazz concert next Friday at 7:30pm in Toronto for 120 people, tickets $25 each",
    ),
    (
        Language::French,
        "Nous organisons un atelier de cuisine le samedi 12 décembre de 14h à 17h à Montréal, 45 dollars par personne",
    ),
    (
        Language::Spanish,
        "Quiero organizar un taller de fotografía el próximo sábado a las cinco de la tarde en Madrid para 30 personas",
    ),
    (Language::Mandarin, "我们想在12月18日晚上八点在上海举办一场爵士音乐会，大约120人，每张票150元"),
];

fn reference(language: Language) -> Reference {
    Reference::from(jiff::civil::date(2026, 11, 23).at(10, 0, 0, 0)).in_language(language)
}

/// Messages a second, the middle one and the slowest in a hundred, over two seconds of one core.
fn figures(language: Language, text: &str) {
    let reference = reference(language);
    let mut taken: Vec<Duration> = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        let one = Instant::now();
        black_box(read(black_box(text), &reference));
        taken.push(one.elapsed());
    }
    let total: Duration = taken.iter().sum();
    taken.sort();
    let at = |part: usize| taken.get(taken.len() * part / 100).copied().unwrap_or_default();
    let rate = taken.len() as f64 / total.as_secs_f64();
    println!("{}: {rate:.0} messages/s, p50 {:?}, p99 {:?}", language.code(), at(50), at(99));
}

fn main() {
    for (language, text) in MESSAGES {
        read(text, &reference(language));
        figures(language, text);
    }
}
