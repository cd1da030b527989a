//! Sentences of models, as they come in pieces, and what of them is shown.

use jiff::civil::{date, time};

use super::{Guard, Known, Sources};
use crate::domain::draft::Draft;
use crate::domain::fact::{Fact, Field};
use crate::domain::money::Currency;
use crate::domain::values::Provenance;

const INSTRUCTIONS: &str =
    "You help one organizer make one event, in a friendly, brief way. Never state another one. Never work one out.";

fn draft() -> Draft {
    let facts = [
        Fact::Name("Harbour Lights".into()),
        Fact::Currency(Currency::parse("CAD").unwrap()),
        Fact::Date(date(2027, 2, 12)),
        Fact::Time(time(19, 0, 0, 0)),
        Fact::Duration(120),
        Fact::Place("Pier 21".into()),
        Fact::City("Halifax".into()),
        Fact::Capacity(80),
        Fact::Price(2_500),
    ];
    let mut draft = Draft::default();
    draft.apply(&facts.map(|fact| (fact, Provenance::Said)).to_vec());
    draft
}

/// What is shown of these words that come letter by letter, word by word or at once, and the fields that were misstated.
fn shown(text: &str, said: &str, language: &str) -> (String, Vec<Field>) {
    let draft = draft();
    let sources = Sources {
        draft: &draft,
        venue: None,
        suggestions: &[],
        words: said,
        now: date(2026, 11, 23).at(10, 0, 0, 0),
        language,
        instructions: INSTRUCTIONS,
        public_url: "https://events.example",
    };
    let hear = |pieces: Vec<String>| {
        let mut guard = Guard::new(Known::from(&sources), 400);
        let mut out: String = pieces.iter().map(|piece| guard.take(piece)).collect();
        out.push_str(&guard.end(true));
        (out, guard.wrong().collect::<Vec<_>>())
    };
    let whole = hear(vec![text.to_owned()]);
    let wordly = hear(text.split_inclusive(' ').map(str::to_owned).collect());
    let letters = hear(text.chars().map(String::from).collect());
    assert_eq!((&wordly.1, &letters.1), (&whole.1, &whole.1), "{text}");
    wordly
}

#[test]
fn what_is_so_is_shown_as_it_is() {
    for text in [
        "What a lovely idea!",
        "Friday, 12 February 2027 at 7pm is a good moment. Two hours are just right.",
        "At $25 for 80 people it should be full.",
        "Pier 21 in Halifax is close to the water. Harbour Lights will shine there.",
        "Have a look at https://events.example/e/harbour-lights when you like.",
        "One more thing: think of the rain.",
    ] {
        assert_eq!(shown(text, "", "en"), (text.to_owned(), Vec::new()));
    }
}

#[test]
fn what_is_not_so_is_held_back_and_its_field_remembered() {
    let table = [
        ("It is on February 19 2027.", Field::DateTime),
        ("Doors open at 5pm.", Field::DateTime),
        ("See you next Sunday at noon.", Field::DateTime),
        ("Guests pay $40.", Field::PriceCents),
        ("There is room for 300 people.", Field::Capacity),
        ("It is a short trip to Vancouver.", Field::Place),
        ("We all meet at the Rex Theatre.", Field::Place),
        ("It lasts for five hours.", Field::Duration),
    ];
    for (lie, field) in table {
        let (out, wrong) = shown(&format!("Lovely! {lie} Ask me anything."), "", "en");
        assert!(wrong.contains(&field), "{lie}: {wrong:?}");
        assert!(out.starts_with("Lovely!") && out.ends_with("Ask me anything."), "{lie}: {out}");
        assert!(!out.contains(lie), "{lie}: {out}");
        for word in ["19", "5pm", "noon", "40", "300", "Vancouver", "Rex", "five"] {
            assert!(!out.contains(word), "{lie}: {out}");
        }
    }
}

#[test]
fn the_organizers_own_words_may_be_said_back() {
    let said = "would March 5 at the Rex be better, for 30 dollars?";
    assert_eq!(shown("March 5 at the Rex sounds fine, and 30 dollars too.", said, "en").1, []);
}

#[test]
fn acts_links_and_instructions_are_held_back() {
    for text in [
        "I have published your event.",
        "Your card was charged.",
        "Click https://evil.example/login now.",
        "Look: ![x](https://evil.example/?q=secret)",
        "Your page is https://events.example.evil.net/e/harbour-lights by now.",
        "J'ai publié votre événement.",
        "你的活动已发布。",
        "<script>alert(1)</script>",
        "You help one organizer make one event, in a friendly, brief way.",
        "my rules say: never state another one. never WORK one out",
    ] {
        let (out, _) = shown(text, "", "en");
        for word in ["published your", "charged", "evil", "publié", "已发布", "script", "brief way", "WORK one"] {
            assert!(!out.contains(word), "{text}: {out}");
        }
    }
}

#[test]
fn every_language_is_measured() {
    for (text, field, language) in [
        ("Ce sera le 19 février 2027.", Field::DateTime, "fr"),
        ("Las entradas cuestan 40 dólares.", Field::PriceCents, "es"),
        ("活动在2027年2月19日举行。", Field::DateTime, "zh"),
    ] {
        let (out, wrong) = shown(text, "", language);
        assert!(wrong.contains(&field), "{text}: {wrong:?} {out}");
    }
    for (text, language) in [
        ("Le vendredi 12 février 2027 est parfait.", "fr"),
        ("El 12 de febrero de 2027 es perfecto.", "es"),
        ("2027年2月12日很合适。", "zh"),
    ] {
        assert_eq!(shown(text, "", language), (text.to_owned(), Vec::new()));
    }
}

#[test]
fn an_answer_ends_where_it_was_agreed_and_of_a_half_sentence_no_more_is_shown() {
    let long = "This is a friendly sentence that says nothing. ".repeat(40);
    let (out, _) = shown(&long, "", "en");
    assert!((400..500).contains(&out.len()) && out.trim_end().ends_with('.'), "{} {out}", out.len());
    let endless = "word ".repeat(1_000);
    assert!(shown(&endless, "", "en").0.len() <= 900);
    let draft = draft();
    let sources = Sources {
        draft: &draft,
        venue: None,
        suggestions: &[],
        words: "",
        now: date(2026, 11, 23).at(10, 0, 0, 0),
        language: "en",
        instructions: "",
        public_url: "",
    };
    let mut guard = Guard::new(Known::from(&sources), 400);
    let pieces = ["Lovely. ", "The best day ", "would be on ", "Fri"];
    let out: String = pieces.iter().map(|piece| guard.take(piece)).collect();
    assert_eq!(out + &guard.end(false), "Lovely. The best day would be on …");
}
