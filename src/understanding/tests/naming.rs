//! What it is called, what kind it is, what it is about.

use super::{answer, now, opening, pick};
use crate::domain::draft::Draft;
use crate::domain::fact::{Fact, Field};
use crate::domain::values::{EventKind, Provenance};
use crate::understanding::{Context, Understood, understand};

fn name(understood: &Understood) -> Option<(String, Provenance)> {
    understood
        .patch
        .iter()
        .find_map(|(fact, source)| if let Fact::Name(name) = fact { Some((name.clone(), *source)) } else { None })
}

fn described(understood: &Understood) -> Option<String> {
    pick(understood, |fact| if let Fact::Description(text) = fact { Some(text.clone()) } else { None })
}

#[test]
fn a_name_ends_before_the_place_of_a_described_event() {
    let understood = answer(
        &[Field::Name, Field::Type],
        "Create a picnic called Summer Picnic at Stanley Park in Vancouver on June 5 2027 at noon",
    );
    let name = pick(&understood, |fact| if let Fact::Name(name) = fact { Some(name.clone()) } else { None });
    let place = pick(&understood, |fact| if let Fact::Place(place) = fact { Some(place.clone()) } else { None });
    assert_eq!((name.as_deref(), place.as_deref()), (Some("Summer Picnic"), Some("Stanley Park")));
    let answered = answer(&[Field::Name], "Call it Movie at Century");
    let name = pick(&answered, |fact| if let Fact::Name(name) = fact { Some(name.clone()) } else { None });
    assert_eq!(name.as_deref(), Some("Movie at Century"));
}

/// What is left of a sentence when its value is read is no answer to the other question.
#[test]
fn the_subject_of_a_sentence_is_no_place_and_no_name() {
    for text in ["Tickets are 35 dollars", "entry is 35 dollars", "The price is 35 dollars"] {
        let understood = answer(&[Field::Place, Field::PriceCents], text);
        let place = pick(&understood, |fact| if let Fact::Place(place) = fact { Some(place.clone()) } else { None });
        assert_eq!((place, name(&understood)), (None, None), "{text}");
    }
}

#[test]
fn a_name_that_is_said() {
    let table = [
        ("We're throwing a charity gala, Hearts of Oak, on Valentine's Day", "Hearts of Oak"),
        ("a workshop called Rust for Beginners on Friday at 7pm", "Rust for Beginners"),
        ("create an event titled Baseball game at 14:00", "Baseball game"),
        ("a webinar \"Scaling Postgres\" on thursday", "Scaling Postgres"),
        ("a conference named Toronto Tech Summit 2027 for 200 people", "Toronto Tech Summit 2027"),
        ("a gala called “Night of Lights” in Montreal", "Night of Lights"),
        ("Tech meetup: Rust Toronto #12, Dec 8, 6pm", "Rust Toronto #12"),
        ("un atelier appelé Saveurs de Provence samedi", "Saveurs de Provence"),
        ("un concierto llamado Noche de Boleros el viernes", "Noche de Boleros"),
        ("办一个工作坊，名字叫摄影入门", "摄影入门"),
        ("a dinner called Taste of Toronto on 9 May 2031", "Taste of Toronto"),
        ("a concert called Sounds of Paris in Toronto on Friday", "Sounds of Paris"),
        ("un concert appelé Saveurs de Montréal samedi", "Saveurs de Montréal"),
        ("un concierto llamado Sabores de Madrid el viernes", "Sabores de Madrid"),
    ];
    for (text, expected) in table {
        assert_eq!(name(&opening(text)), Some((expected.to_owned(), Provenance::Said)), "{text}");
    }
}

#[test]
fn a_city_in_a_name_is_not_where_the_event_is() {
    let city =
        |text: &str| pick(&opening(text), |fact| if let Fact::City(city) = fact { Some(city.clone()) } else { None });
    assert_eq!(city("a concert called Sounds of Paris in Toronto on Friday").as_deref(), Some("Toronto"));
    assert_eq!(city("a concert called Sounds of Paris on Friday"), None, "it is asked");
    assert_eq!(city("a concert called Harvest Night in Toronto").as_deref(), Some("Toronto"));
}

#[test]
fn a_name_is_whole_with_what_stands_behind_its_colon() {
    let table = [
        ("call it Red & White: A Night of Wine", "Red & White: A Night of Wine"),
        ("call it red & white: a night of wine", "Red & White: A Night of Wine"),
        ("Rename it to Market Place: Flavours of Peru", "Market Place: Flavours of Peru"),
        ("Name: Red & White: A Night of Wine, place: The Rex", "Red & White: A Night of Wine"),
        ("appelle-le Rouge & Blanc : une nuit de vin", "Rouge & Blanc : une nuit de vin"),
        ("se llama Tinto y Blanco: una noche de vinos", "Tinto y Blanco: una noche de vinos"),
        ("名字叫红与白：葡萄酒之夜", "红与白：葡萄酒之夜"),
        ("Red & White: A Night of Wine", "Red & White: A Night of Wine"),
        ("Red & White: a night of wine", "Red & White: a night of wine"),
    ];
    for (text, expected) in table {
        let draft = Draft::default();
        let context = Context { asked: &[Field::Name, Field::Place], ..Context::opening(now(), &draft) };
        let understood = understand(text, &context);
        assert_eq!(name(&understood), Some((expected.to_owned(), Provenance::Said)), "{text}");
    }
}

#[test]
fn a_colon_before_another_fact_ends_the_name() {
    let table = [
        ("Name: Harvest Gala, place: The Rex", "Harvest Gala"),
        ("Name: Harvest Gala\nPlace: The Rex", "Harvest Gala"),
        ("call it Harvest Gala: Friday at 7pm", "Harvest Gala"),
        ("call it Harvest Gala: Vancouver", "Harvest Gala"),
        ("call it Harvest Gala: 50 people", "Harvest Gala"),
        ("call it Harvest Gala: it starts at 7pm", "Harvest Gala"),
        ("call it Harvest Gala: It starts at 7pm", "Harvest Gala"),
        ("call it Harvest Gala: $20", "Harvest Gala"),
        ("a concert called Jazz place: The Rex", "Jazz"),
        ("call it Harvest Gala date: Friday", "Harvest Gala"),
        ("call it Harvest Gala price: $20", "Harvest Gala"),
        ("call it Harvest Gala where: The Rex", "Harvest Gala"),
    ];
    for (text, expected) in table {
        let understood = answer(&[Field::Name, Field::DateTime], text);
        assert_eq!(name(&understood), Some((expected.to_owned(), Provenance::Said)), "{text}");
    }
    let opened = opening("Tech meetup: Rust Toronto #12, Dec 8, 6pm");
    assert_eq!(name(&opened).map(|(name, _)| name).as_deref(), Some("Rust Toronto #12"));
    let placed = answer(&[Field::Name, Field::Place], "Venue: The Rex");
    assert_ne!(name(&placed).map(|(name, _)| name).as_deref(), Some("Venue: The Rex"), "{placed:?}");
}

#[test]
fn a_name_that_is_worked_out_is_marked() {
    let table = [
        ("python workshop next saturday", "Python Workshop"),
        ("Online webinar about tax for freelancers. 90 minutes", "Tax for Freelancers Webinar"),
        ("I want to create a tech conference for 500 people in Toronto", "Tech Conference"),
        ("a networking night in Vancouver on Friday", "Vancouver Networking Night"),
        ("je veux organiser une conférence sur l'IA à Montréal", "Conférence sur l'IA"),
        ("一场关于人工智能的讲座，下午两点，200人", "人工智能讲座"),
    ];
    for (text, expected) in table {
        assert_eq!(name(&opening(text)), Some((expected.to_owned(), Provenance::Inferred)), "{text}");
    }
    assert_eq!(name(&opening("just a small free meetup on Friday")), None);
}

#[test]
fn the_answer_to_what_it_is_called() {
    let table = [
        ("Hearts of Oak", "Hearts of Oak"),
        ("hearts of oak", "Hearts of Oak"),
        ("Summer Jazz Night", "Summer Jazz Night"),
        ("It's called DevSummit North", "DevSummit North"),
        ("let's call it Rust Night, on Friday", "Rust Night"),
        ("use Property appointment for the event title", "Property appointment"),
    ];
    for (text, expected) in table {
        let understood = answer(&[Field::Name, Field::Type], text);
        assert_eq!(name(&understood), Some((expected.to_owned(), Provenance::Said)), "{text}");
    }
    for text in ["a charity gala", "what do you mean?", "you choose", "Toronto", "Friday April 9", "no"] {
        let understood = answer(&[Field::Name, Field::Type], text);
        assert_ne!(name(&understood).map(|(_, source)| source), Some(Provenance::Said), "{text}: {understood:?}");
    }
}

#[test]
fn kinds_by_their_many_names() {
    let table = [
        ("a summit on Friday for 30 people", EventKind::Conference),
        ("a training on Friday", EventKind::Workshop),
        ("a mixer on Friday", EventKind::Networking),
        ("a choir concert on Friday", EventKind::Concert),
        ("a gala on Friday", EventKind::Other),
        ("a webinr on Friday, 30 people, a webbinar", EventKind::Webinar),
        ("un congrès vendredi", EventKind::Conference),
        ("una feria el sábado", EventKind::Other),
        ("周五的聚会，20人", EventKind::Meetup),
    ];
    for (text, expected) in table {
        let kind = pick(&opening(text), |fact| if let Fact::Type(kind) = fact { Some(*kind) } else { None });
        assert_eq!(kind, Some(expected), "{text}");
    }
}

#[test]
fn a_description_by_its_heading_or_as_the_answer() {
    let headed = opening("A workshop on Friday. Description: Two days of systems programming for 300 beginners.");
    assert_eq!(described(&headed).as_deref(), Some("Two days of systems programming for 300 beginners."));
    assert!(!headed.patch.iter().any(|(fact, _)| matches!(fact, Fact::Capacity(_))), "{headed:?}");
    let bare = answer(&[Field::Description], "An evening of jazz with three bands and a glass of wine for 5 dollars.");
    assert_eq!(bare.patch.len(), 1, "{bare:?}");
    let other = answer(&[Field::Description], "it's called DevSummit North");
    assert_eq!((described(&other), name(&other).is_some()), (None, true));
    let facts = answer(&[Field::Description], "Friday at 7pm for 30 people");
    assert_eq!(described(&facts), None);
    for said in ["it is for 40 people", "it's for about 40 guests."] {
        let people = answer(&[Field::Description], said);
        assert_eq!(described(&people), None, "{said}: {people:?}");
        assert!(people.patch.iter().any(|(fact, _)| *fact == Fact::Capacity(40)), "{said}: {people:?}");
    }
}
