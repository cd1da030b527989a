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

/// The processor's time of this thread so far, where the system tells it: what a busy machine does beside counts for nothing.
fn processor() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Runs this and tells the processor's time that it took, else the time on the clock.
fn timed(work: impl FnOnce()) -> Duration {
    let (begun, before) = (Instant::now(), processor());
    work();
    let elapsed = begun.elapsed();
    before.zip(processor()).map_or(elapsed, |(before, after)| after.saturating_sub(before))
}

/// Messages a second of one core, the middle one and the slowest in a hundred, over two seconds.
fn figures(language: Language, text: &str) {
    let reference = reference(language);
    let mut taken: Vec<Duration> = Vec::new();
    let total = timed(|| {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
            let one = Instant::now();
            black_box(read(black_box(text), &reference));
            taken.push(one.elapsed());
        }
    });
    taken.sort();
    let at = |part: usize| taken.get(taken.len() * part / 100).copied().unwrap_or_default();
    let rate = taken.len() as f64 / total.as_secs_f64();
    println!("{}: {rate:.0} messages/s, p50 {:?}, p99 {:?} on the clock", language.code(), at(50), at(99));
}

/// What the longest text takes.
fn megabyte(unit: &str) {
    let text = unit.repeat(language::TEXT_LIMIT / unit.len());
    let taken = timed(|| drop(black_box(read(black_box(&text), &reference(Language::English)))));
    println!("a megabyte of {unit:?}: {:.2} s", taken.as_secs_f64());
}

fn main() {
    for (language, text) in MESSAGES {
        read(text, &reference(language));
        figures(language, text);
    }
    for unit in ["1 ", "may ", "1:2-3/4.5,", "on Friday March 3 at 7pm to 9pm, $20-30 and two hours ", "a-b-"] {
        megabyte(unit);
    }
}
