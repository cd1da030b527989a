//! The organizer's rules.

use super::{answer, opening, said};
use crate::domain::fact::{Fact, Field};
use crate::domain::values::Visibility;

#[test]
fn refunds_in_the_organizers_words() {
    let table = [
        ("a concert on Friday, $20, full refund until 7 days before", "Full refund until 7 days before"),
        ("a concert on Friday, no refunds", "No refunds"),
        ("a concert on Friday. Refund policy: half of it up to a week before", "Half of it up to a week before"),
        (
            "un atelier samedi, remboursement complet jusqu'à 3 jours avant",
            "Remboursement complet jusqu'à 3 jours avant",
        ),
    ];
    for (text, expected) in table {
        let understood = opening(text);
        assert!(said(&understood).contains(&&Fact::RefundPolicy(expected.into())), "{text}: {understood:?}");
    }
}

#[test]
fn tickets_per_order_and_tax() {
    let understood = opening("a gala on Friday, 25$ max 4 tickets per person, plus 13% tax");
    assert!(said(&understood).contains(&&Fact::MaxPerOrder(4)), "{understood:?}");
    assert!(said(&understood).contains(&&Fact::TaxRate(13.0)), "{understood:?}");
    assert!(said(&understood).contains(&&Fact::Price(2_500)), "{understood:?}");
    assert!(said(&answer(&[Field::TaxRate], "5%")).contains(&&Fact::TaxRate(5.0)));
    assert!(said(&answer(&[Field::MaxPerOrder], "6")).contains(&&Fact::MaxPerOrder(6)));
    let free = opening("a talk on Friday for 30 people, tickets are free, 2 per person");
    for fact in [Fact::Capacity(30), Fact::Price(0), Fact::MaxPerOrder(2)] {
        assert!(said(&free).contains(&&fact), "{fact:?}: {free:?}");
    }
    let paid = opening("a talk on Friday, 2 per person");
    assert!(!said(&paid).contains(&&Fact::MaxPerOrder(2)), "it may be a price: {paid:?}");
    assert!(said(&opening("a gala on Friday, no tax")).contains(&&Fact::TaxRate(0.0)));
}

#[test]
fn who_may_see_it() {
    let table = [
        ("a networking night on Friday, private link only", Some(Visibility::Private)),
        ("a party on Friday, invite only", Some(Visibility::Private)),
        ("a public event: a concert on Friday", Some(Visibility::Public)),
        ("a concert at the public library on Friday", None),
        ("need an event set up, it's for our book club but open to everyone", None),
    ];
    for (text, expected) in table {
        let understood = opening(text);
        let found =
            super::pick(&understood, |fact| if let Fact::Visibility(value) = fact { Some(*value) } else { None });
        assert_eq!(found, expected, "{text}");
    }
}
