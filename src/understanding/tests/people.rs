//! How many people.

use super::{answer, drafted, opening, pick};
use crate::domain::fact::{Fact, Field};
use crate::understanding::{Reason, Understood};

fn people(understood: &Understood) -> Option<u32> {
    pick(understood, |fact| if let Fact::Capacity(people) = fact { Some(*people) } else { None })
}

#[test]
fn people_are_counted_however_they_are_called() {
    let table = [
        ("a tech conference for 500 people in Toronto", Some(500)),
        ("python workshop on friday, max 25 ppl", Some(25)),
        ("a gala on May 5, 220 seats", Some(220)),
        ("a concert on May 5. The hall fits 340.", Some(340)),
        ("a small meetup, like 30 of us", Some(30)),
        ("a festival, capacity five thousand", Some(5000)),
        ("a dinner party for two hundred", Some(200)),
        ("a webinar with 200 attendees", Some(200)),
        ("a concert for 50 to 60 people", Some(60)),
        ("a run on May 9, a charity run for 800 runners", Some(800)),
        ("wine tasting for 24 people at $65 a head", Some(24)),
        ("we're 3 friends planning a small concert, about 100 ppl", Some(100)),
        ("une conférence pour deux cents personnes", Some(200)),
        ("un taller de cocina para veinte personas", Some(20)),
        ("办一场音乐会，三百人", Some(300)),
    ];
    for (text, expected) in table {
        assert_eq!(people(&opening(text)), expected, "{text}");
    }
}

#[test]
fn other_numbers_are_no_people() {
    let table = [
        "a workshop that we started 2 years ago",
        "last year we had 300 people at our conference",
        "a concert at 7 with 3 bands",
        "a gala, max 4 tickets per person",
        "a concert for kids under 12",
        "a conference in room 204",
    ];
    for text in table {
        assert_eq!(people(&opening(text)), None, "{text}");
    }
}

#[test]
fn no_limit_takes_the_number_away_and_is_doubted() {
    let draft = drafted([Fact::Capacity(50)]);
    let understood = super::answer_about(&draft, &[], "no limit on attendance");
    assert!(understood.patch.iter().any(|(fact, _)| *fact == Fact::Clear(Field::Capacity)));
    assert_eq!(understood.doubts[0].reason, Reason::NoLimit);
}

#[test]
fn a_bare_number_answers_the_question() {
    for (text, expected) in [("50", 50), ("twenty", 20), ("around 80", 80), ("50-60", 60), ("let's say 40", 40)] {
        assert_eq!(people(&answer(&[Field::Capacity], text)), Some(expected), "{text}");
    }
}
