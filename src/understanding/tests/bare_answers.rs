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
