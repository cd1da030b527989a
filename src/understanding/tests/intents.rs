//! What the organizer wants.

use serde_json::Value;
use uuid::Uuid;

use super::{answer, answer_about, drafted, now, pick};
use crate::domain::draft::Draft;
use crate::domain::fact::{Fact, Field};
use crate::domain::stage::Stage;
use crate::domain::suggestion::{Suggestion, SuggestionKind};
use crate::understanding::{Context, Intent, understand};

#[test]
fn wishes_in_many_words() {
    let table = [
        ("yes", Intent::Affirm),
        ("yep, go ahead", Intent::Affirm),
        ("Sounds good!", Intent::Affirm),
        ("no", Intent::Decline),
        ("no thanks", Intent::Decline),
        ("don't publish", Intent::Decline),
        ("skip", Intent::Skip),
        ("not sure yet", Intent::Skip),
        ("you choose", Intent::Skip),
        ("go back", Intent::Back),
        ("next", Intent::Next),
        ("go back to the venue", Intent::GoTo(Stage::Venue)),
        ("let's talk about tickets", Intent::GoTo(Stage::Ticketing)),
        ("summary please", Intent::Summary),
        ("what's left?", Intent::WhatIsLeft),
        ("what do you still need", Intent::WhatIsLeft),
        ("undo", Intent::Undo),
        ("undo that please", Intent::Undo),
        ("redo", Intent::Redo),
        ("help", Intent::Help),
        ("how does this work?", Intent::Help),
        ("publish it", Intent::Publish),
        ("ok let's publish", Intent::Publish),
        ("any ideas?", Intent::Suggest),
        ("what do you recommend?", Intent::Suggest),
        ("start over", Intent::StartOver),
        ("hello", Intent::Greet),
        ("thanks!", Intent::Thanks),
        ("bye", Intent::Bye),
        ("asdf qwer zxcv", Intent::Unclear),
        ("oui", Intent::Affirm),
        ("vale, perfecto", Intent::Affirm),
        ("好的", Intent::Affirm),
        ("que reste-t-il ?", Intent::WhatIsLeft),
        ("¿qué falta?", Intent::WhatIsLeft),
        ("还缺什么", Intent::WhatIsLeft),
        ("发布", Intent::Publish),
        ("pulbish it", Intent::Publish),
    ];
    for (text, expected) in table {
        assert_eq!(answer(&[], text).intent, expected, "{text}");
    }
}

/// Words that ask to be shown venues tell the city, and are themselves no name and no place.
#[test]
fn venues_are_asked_for_in_many_words() {
    let table = [
        ("show me venues", None),
        ("Show me venues in Toronto for 50 people", Some("Toronto")),
        ("which venues are there in Toronto?", Some("Toronto")),
        ("I'm looking for a place in Toronto", Some("Toronto")),
        ("find me a hall with parking", None),
        ("montre-moi des salles à Toronto", Some("Toronto")),
        ("quels lieux avez-vous ?", None),
        ("Muéstrame lugares en Toronto", Some("Toronto")),
        ("¿qué sitios hay?", None),
        ("看看场地", None),
        ("看看多伦多的场地", Some("Toronto")),
        ("给我看看场地", None),
        ("有什么场地", None),
        ("推荐几个地方", None),
        ("多伦多有哪些场地", Some("Toronto")),
        ("在多伦多找个场地吧", Some("Toronto")),
    ];
    for (text, city) in table {
        let draft = drafted([Fact::Capacity(30)]);
        let context = Context { asked: &[Field::Name, Field::Place], ..Context::opening(now(), &draft) };
        let understood = understand(text, &context);
        assert_eq!((understood.intent, understood.about), (Intent::Suggest, Some(Stage::Venue)), "{text}");
        let said = pick(&understood, |fact| if let Fact::City(city) = fact { Some(city.clone()) } else { None });
        assert_eq!(said.as_deref(), city, "{text}");
        let named = pick(&understood, |fact| matches!(fact, Fact::Name(_) | Fact::Place(_)).then_some(()));
        assert_eq!(named, None, "{text}: {understood:?}");
    }
    for text in [
        "哪些地方没填",
        "which places are still missing?",
        "the Glass Gallery has rooms for 50 people",
        "see you, we rent a room",
    ] {
        assert_ne!(answer(&[], text).intent, Intent::Suggest, "{text}");
    }
    assert_eq!(answer(&[], "any ideas for the price?").about, Some(Stage::Ticketing));
    assert_eq!(answer(&[], "any ideas?").about, None);
}

/// The language of the answer to a short message in a conversation.
#[test]
fn a_short_wish_in_another_language_turns_the_conversation() {
    let spoken = |known: &str, asked: &[Field], text: &str| {
        let draft = Draft::default();
        let context = Context { asked, language: Some(known), ..Context::opening(now(), &draft) };
        understand(text, &context).language
    };
    for (known, text, expected) in [
        ("en", "Muéstrame lugares en Toronto", "es"),
        ("fr", "Muéstrame lugares en Toronto", "es"),
        ("es", "Montre-moi des lieux à Toronto", "fr"),
        ("en", "publie l'événement", "fr"),
        ("en", "cancela el evento", "es"),
        ("es", "start over", "en"),
        ("fr", "publish it", "en"),
    ] {
        assert_eq!(spoken(known, &[], text), expected, "{text} in {known}");
    }
    // A yes, a thank you, a name and a number go with the conversation.
    for (known, text) in [
        ("en", "oui"),
        ("en", "muchas gracias"),
        ("es", "ok"),
        ("fr", "yes please"),
        ("en", "Fête de la Musique"),
        ("fr", "Noche de Boleros"),
        ("fr", "50"),
        ("es", "help"),
    ] {
        assert_eq!(spoken(known, &[Field::Name, Field::Place], text), known, "{text}");
    }
}

#[test]
fn a_yes_counts_only_alone() {
    let draft = drafted([Fact::Capacity(250)]);
    for text in ["yes, but make it 7pm", "yes, 300 people", "ok but on Friday"] {
        assert_eq!(answer_about(&draft, &[], text).intent, Intent::Inform, "{text}");
    }
    for text in ["yes but wait until my boss agrees", "yes I am still thinking about the price here", "is that a yes?"]
    {
        assert_ne!(answer_about(&draft, &[], text).intent, Intent::Affirm, "{text}");
    }
}

#[test]
fn a_wish_may_come_with_facts() {
    let understood = answer(&[Field::Name], "50 people, then publish it");
    assert_eq!(understood.intent, Intent::Publish);
    assert_eq!(super::said(&understood), [&Fact::Capacity(50)]);
    let skipped = answer(&[Field::Place, Field::Capacity], "at the Carlu, not sure how many");
    assert_eq!(skipped.intent, Intent::Skip);
    assert!(!skipped.patch.is_empty());
}

fn offers() -> Vec<Suggestion> {
    ["The Carlu", "Old Mill", "Casa Loma"]
        .iter()
        .map(|label| Suggestion {
            id: Uuid::nil(),
            kind: SuggestionKind::Venue,
            label: (*label).to_owned(),
            detail: None,
            data: Value::Null,
            facts: Vec::new(),
        })
        .collect()
}

#[test]
fn an_offer_is_picked_by_number_or_name_only_when_offers_were_made() {
    let offered = offers();
    let draft = Draft::default();
    let read = |asked: &[Field], text: &str| {
        let context = Context { asked, offered: &offered, language: Some("en"), ..Context::opening(now(), &draft) };
        understand(text, &context).intent
    };
    for (text, expected) in
        [("the second one", 1), ("2", 1), ("#2", 1), ("the first please", 0), ("option 3", 2), ("old mill", 1)]
    {
        assert_eq!(read(&[Field::Place], text), Intent::Pick(expected), "{text}");
    }
    assert_ne!(read(&[Field::Place, Field::Capacity], "2"), Intent::Pick(1), "a number was asked for");
    assert_ne!(read(&[Field::Place], "4"), Intent::Pick(3), "there is no fourth");
    assert_ne!(answer(&[Field::Place], "the second one").intent, Intent::Pick(1));
}
