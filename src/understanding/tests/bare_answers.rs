//! Answers that are understood only because of the question.

use super::{answer, said};
use crate::domain::fact::{Fact, Field};
use crate::domain::money::Currency;
use crate::domain::values::Visibility;

#[test]
fn the_question_tells_what_the_answer_is() {
    let table = [
        (Field::Place, "Toronto", Fact::City("Toronto".into())),
        (Field::Place, "the Carlu", Fact::Place("Carlu".into())),
        (Field::Place, "Metro Convention Centre", Fact::Place("Metro Convention Centre".into())),
        (Field::Place, "my office", Fact::Place("My office".into())),
        (Field::Capacity, "fifty", Fact::Capacity(50)),
        (Field::PriceCents, "free", Fact::Price(0)),
        (Field::RefundPolicy, "no refunds", Fact::RefundPolicy("No refunds".into())),
        (Field::Visibility, "public", Fact::Visibility(Visibility::Public)),
        (Field::Visibility, "private please", Fact::Visibility(Visibility::Private)),
        (Field::Timezone, "Vancouver", Fact::Timezone("America/Vancouver".into())),
        (Field::Currency, "euros", Fact::Currency(Currency::parse("EUR").unwrap())),
        (
            Field::Amenities,
            "parking, projector and a bar",
            Fact::Amenities(vec!["parking".into(), "av_equipment".into(), "bar".into()]),
        ),
        (Field::TaxRate, "13", Fact::TaxRate(13.0)),
    ];
    for (field, text, expected) in table {
        let understood = answer(&[field], text);
        assert_eq!(said(&understood), [&expected], "{field:?}: {text}");
    }
}

#[test]
fn a_place_and_a_number_in_one_answer() {
    let understood = answer(&[Field::Place, Field::Capacity], "Casa Loma, Toronto, 120 people");
    let facts = said(&understood);
    assert!(facts.contains(&&Fact::Place("Casa Loma".into())), "{facts:?}");
    assert!(facts.contains(&&Fact::City("Toronto".into())), "{facts:?}");
    assert!(facts.contains(&&Fact::Capacity(120)), "{facts:?}");
}

#[test]
fn nothing_is_made_of_words_that_are_no_answer() {
    for (field, text) in [
        (Field::Place, "I don't know"),
        (Field::Capacity, "as you like"),
        (Field::PriceCents, "hmm"),
        (Field::Name, "what?"),
    ] {
        assert!(said(&answer(&[field], text)).is_empty(), "{field:?}: {text}");
    }
}

#[test]
fn several_questions_are_answered_at_once() {
    use jiff::civil::time;
    let three = [Field::Name, Field::Place, Field::DateTime];
    let name = |text: &str| Fact::Name(text.into());
    let place = |text: &str| Fact::Place(text.into());
    let seven = Fact::Time(time(19, 0, 0, 0));
    let table: [(&[Field], &str, Vec<Fact>); 13] = [
        (&three, "The Carlu, 7pm, call it Lights On", vec![place("The Carlu"), seven.clone(), name("Lights On")]),
        (
            &three,
            "Lantern Night, Old Mill Hall, 7pm",
            vec![name("Lantern Night"), place("Old Mill Hall"), seven.clone()],
        ),
        (
            &three,
            "lantern night, old mill hall, 7pm",
            vec![name("Lantern Night"), place("Old mill hall"), seven.clone()],
        ),
        (
            &three,
            "Old Mill Hall, 7pm, Lantern Night",
            vec![name("Lantern Night"), place("Old Mill Hall"), seven.clone()],
        ),
        (&three, "Lantern Night\nPier 21\n19:00", vec![name("Lantern Night"), place("Pier 21"), seven.clone()]),
        (
            &three,
            "Lantern Night. At the Old Mill Hall. 7pm.",
            vec![name("Lantern Night"), place("Old Mill Hall"), seven.clone()],
        ),
        (
            &three,
            "it's called Lantern Night, at the Old Mill Hall, starting at 7pm",
            vec![name("Lantern Night"), place("Old Mill Hall"), seven.clone()],
        ),
        (
            &three,
            "7pm at the Old Mill Hall, name: Lantern Night",
            vec![name("Lantern Night"), place("Old Mill Hall"), seven.clone()],
        ),
        (&three, "Lantern Night", vec![name("Lantern Night")]),
        (&three, "7pm", vec![seven.clone()]),
        (&[Field::Name, Field::DateTime], "Lantern Night, 7pm", vec![name("Lantern Night"), seven.clone()]),
        (
            &[Field::Place, Field::Capacity, Field::PriceCents],
            "Carlu, 60, 25",
            vec![place("Carlu"), Fact::Capacity(60), Fact::Price(2_500)],
        ),
        (&[Field::Capacity, Field::PriceCents], "60 people, 25 dollars", vec![Fact::Capacity(60), Fact::Price(2_500)]),
    ];
    for (asked, text, expected) in table {
        let understood = answer(asked, text);
        let facts = said(&understood);
        let told = facts.len() == expected.len() && expected.iter().all(|fact| facts.contains(&fact));
        assert!(told, "{text}: {facts:?}");
    }
}

#[test]
fn a_sentence_is_pressed_into_no_field() {
    let asked = [Field::Name, Field::Place, Field::DateTime];
    for text in [
        "please check my mails",
        "hmm, I have to ask my boss about that, he knows",
        "mute the speakers",
        "can you tell me a joke?",
        "that was not what I asked for",
    ] {
        for asked in [&asked[..], &asked[..1], &asked[1..2]] {
            let understood = answer(asked, text);
            assert!(said(&understood).is_empty(), "{asked:?}: {text}: {understood:?}");
        }
    }
}
