//! Which earlier event a message begins from.

use super::{answer, opening, pick};
use crate::domain::fact::{Fact, Field};

#[test]
fn the_last_event_and_a_named_one() {
    let table: [(&str, Option<Option<&str>>); 14] = [
        ("same as last time but in May", Some(None)),
        ("Same as last year's gala but on May 14 for 200 people", Some(None)),
        ("let's do the same as last time, on June 3rd", Some(None)),
        ("clone the Spring Gala", Some(Some("Spring Gala"))),
        ("duplicate \"Jazz Night\" on March 5 at 8pm", Some(Some("Jazz Night"))),
        ("comme la dernière fois mais en mai", Some(None)),
        ("dupliquez le Gala du printemps pour le 14 mai", Some(Some("Gala du printemps"))),
        ("lo mismo que la última vez pero en mayo", Some(None)),
        ("和上次一样，不过改到五月", Some(None)),
        ("Set up the same as any networking night: 100 people, Vancouver", None),
        ("a concert like no other", None),
        ("a workshop on how to clone a repository", None),
        ("copy that", None),
        ("a gala last year drew 300 people", None),
    ];
    for (text, wanted) in table {
        let earlier = opening(text).earlier;
        let named = earlier.as_ref().map(|earlier| earlier.name.as_deref());
        assert_eq!(named, wanted, "{text}");
    }
    assert_eq!(answer(&[Field::Name], "The Clone Wars Night").earlier, None, "a name of an event");
}

#[test]
fn what_is_said_beside_it_is_a_fact() {
    let understood = opening("same as last year but on May 14 for 200 people, it's called Summer Jazz");
    let name = pick(&understood, |fact| if let Fact::Name(name) = fact { Some(name.clone()) } else { None });
    let day = pick(&understood, |fact| if let Fact::Date(date) = fact { Some(*date) } else { None });
    let people = pick(&understood, |fact| if let Fact::Capacity(people) = fact { Some(*people) } else { None });
    assert_eq!(name.as_deref(), Some("Summer Jazz"));
    assert_eq!((day, people), (Some(jiff::civil::date(2027, 5, 14)), Some(200)));
}
