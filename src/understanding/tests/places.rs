//! Where.

use super::{answer, opening, pick, said};
use crate::domain::fact::{Fact, Field};
use crate::domain::values::{PlaceKind, Provenance};
use crate::understanding::Understood;

fn place(understood: &Understood) -> Option<String> {
    pick(understood, |fact| if let Fact::Place(place) = fact { Some(place.clone()) } else { None })
}

fn city(understood: &Understood) -> Option<String> {
    pick(understood, |fact| if let Fact::City(city) = fact { Some(city.clone()) } else { None })
}

#[test]
fn a_place_has_the_organizers_name() {
    let table = [
        ("a gala at the Carlu, 220 seats", "Carlu"),
        ("a meetup at my office, 88 Queen St", "88 Queen St"),
        ("a dinner party at our house on Friday", "Our house"),
        ("a hackathon for 120 developers at the University of Waterloo", "University of Waterloo"),
        ("a workshop on Friday. The venue is Old Mill Toronto.", "Old Mill Toronto"),
        ("a concert in the hall of the Town Museum on Friday", "Town Museum"),
        ("Open mic night tomorrow 8pm at The Rex, 60 people max", "The Rex"),
        ("wine tasting, Saturday 6:30pm, The Cellar, 120 King Street West, Toronto", "The Cellar"),
        ("Career fair, 2000 students, Metro Hall, October 3 2027", "Metro Hall"),
        ("un concert vendredi au Petit Bar, 60 places", "Petit Bar"),
        ("un dîner vendredi au Lion d’Or, 30 euros", "Lion d’Or"),
        ("un concert samedi au Café de l'Opéra, 60 places", "Café de l'Opéra"),
        ("un concierto en el Teatro Real de Madrid", "Teatro Real de Madrid"),
        ("我想在城市图书馆办一个工作坊", "城市图书馆"),
    ];
    for (text, expected) in table {
        assert_eq!(place(&opening(text)).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn little_words_after_at_are_no_place() {
    for text in [
        "a concert at 7",
        "a concert, $10 at the door",
        "a workshop at the moment only for 20",
        "a gala at noon",
        "a talk at the end of May",
    ] {
        assert_eq!(place(&opening(text)), None, "{text}");
    }
}

#[test]
fn a_city_is_said_and_its_country_and_zone_are_worked_out() {
    let understood = opening("a tech conference for 500 people in Toronto");
    let source = |wanted: &Fact| understood.patch.iter().find(|(fact, _)| fact == wanted).map(|(_, source)| *source);
    assert_eq!(source(&Fact::City("Toronto".into())), Some(Provenance::Said));
    assert_eq!(source(&Fact::Country("CA".into())), Some(Provenance::Inferred));
    assert_eq!(source(&Fact::Timezone("America/Toronto".into())), Some(Provenance::Inferred));
}

#[test]
fn a_city_keeps_its_accents_and_gets_its_capital() {
    let table = [
        ("une conférence à Montréal le 15 mars", "Montréal"),
        ("a conference in vancouver on friday", "Vancouver"),
        ("我想在多伦多办一场音乐会", "Toronto"),
        ("a concert in New York on Friday", "New York"),
    ];
    for (text, expected) in table {
        assert_eq!(city(&opening(text)).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(city(&opening("a conference with speakers from Berlin")), None);
}

#[test]
fn addresses_are_number_and_street() {
    let address = |text: &str| {
        pick(&opening(text), |fact| if let Fact::Address(text) = fact { Some(text.clone()) } else { None })
    };
    let table = [
        ("The event is a concert at 2290 California Street", "2290 California Street"),
        ("a meetup at 341 7th Street on Friday", "341 7th Street"),
        ("a party, 2664 Berryessa Road # 205, on Friday", "2664 Berryessa Road # 205"),
        ("un atelier au 12 rue Mercière samedi", "12 rue Mercière"),
        ("un taller en la calle Mayor 5 el sábado", "calle Mayor 5"),
    ];
    for (text, expected) in table {
        assert_eq!(address(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn online_and_hybrid_are_told_apart() {
    let kind = |understood: &Understood| {
        pick(understood, |fact| if let Fact::PlaceKind(kind) = fact { Some(*kind) } else { None })
    };
    let table = [
        ("Online webinar about tax", Some(PlaceKind::Online)),
        ("a workshop on zoom on Friday", Some(PlaceKind::Online)),
        ("a hybrid conference in Ottawa", Some(PlaceKind::Hybrid)),
        ("a conference in person and online", Some(PlaceKind::Hybrid)),
        ("a conference, not online, in Ottawa", Some(PlaceKind::Venue)),
        ("a concert on Friday, sell tickets online", None),
    ];
    for (text, expected) in table {
        assert_eq!(kind(&opening(text)), expected, "{text}");
    }
}

#[test]
fn a_link_to_join_is_kept_and_other_links_are_not() {
    let url = |understood: &Understood| {
        pick(understood, |fact| if let Fact::OnlineUrl(url) = fact { Some(url.clone()) } else { None })
    };
    assert_eq!(
        url(&opening("a webinar on zoom: https://zoom.us/j/12345.")).as_deref(),
        Some("https://zoom.us/j/12345")
    );
    assert_eq!(
        url(&answer(&[Field::OnlineUrl], "meet.google.com/abc-defg-hij")).as_deref(),
        Some("https://meet.google.com/abc-defg-hij")
    );
    assert_eq!(url(&opening("a concert on Friday, our site is https://example.org")), None);
}

#[test]
fn what_the_place_needs_is_normalised() {
    let understood = opening("need an event set up, somewhere in Halifax with wheelchair access and wifi");
    assert!(said(&understood).contains(&&Fact::Amenities(vec!["wheelchair".into(), "wifi".into()])), "{understood:?}");
    let free = opening("a workshop on Friday, free parking, $20");
    assert!(!said(&free).contains(&&Fact::Price(0)), "{free:?}");
}

#[test]
fn the_name_of_a_city_alone_tells_its_country_and_its_clock() {
    let told = |name: &str| crate::understanding::city(name).into_iter().map(|(fact, _)| fact).collect::<Vec<_>>();
    let known = |country: &str, zone: &str| vec![Fact::Country(country.to_owned()), Fact::Timezone(zone.to_owned())];
    assert_eq!(told(" Halifax "), known("CA", "America/Halifax"));
    assert_eq!(told("Vancouver"), known("CA", "America/Vancouver"));
    for name in ["the hall behind Toronto", "Toronto or Halifax", "Qx", ""] {
        assert!(told(name).is_empty(), "{name}: {:?}", told(name));
    }
}
