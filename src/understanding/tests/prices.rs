//! What tickets cost.

use jiff::civil::date;

use super::{answer, answer_about, drafted, opening, pick};
use crate::domain::fact::{Fact, Field, Tier};
use crate::domain::money::Currency;
use crate::domain::values::Provenance;
use crate::understanding::Understood;

fn price(understood: &Understood) -> Option<i64> {
    pick(understood, |fact| if let Fact::Price(cents) = fact { Some(*cents) } else { None })
}

fn tiers(understood: &Understood) -> Vec<Tier> {
    pick(understood, |fact| if let Fact::Tiers(tiers) = fact { Some(tiers.clone()) } else { None }).unwrap_or_default()
}

fn priced(understood: &Understood) -> Vec<(String, i64)> {
    tiers(understood).into_iter().map(|tier| (tier.name, tier.price_cents)).collect()
}

#[test]
fn one_price() {
    let table = [
        ("a gala on Friday, tickets are 250 dollars each", Some(25_000)),
        ("a webinar on Friday, so make it 15 bucks", Some(1_500)),
        ("a networking night, 25$ max 4 tickets per person", Some(2_500)),
        ("a concert on Friday, tickets 20", Some(2_000)),
        ("a small free meetup on Friday", Some(0)),
        ("a dinner party, $12.50 a head", Some(1_250)),
        ("une conférence vendredi, 120 $ la place", Some(12_000)),
        ("un taller el sábado, 45 euros", Some(4_500)),
        ("一场音乐会，票价五十加元", Some(5_000)),
    ];
    for (text, expected) in table {
        assert_eq!(price(&opening(text)), expected, "{text}");
    }
}

#[test]
fn other_money_is_no_price() {
    let table = [
        "a concert on Friday, our budget is $2000",
        "a fundraiser on Friday, the goal is $10,000",
        "a raffle at the gala, the prize is $500",
        "a workshop with free parking",
        "a festival on May 5, free for kids",
    ];
    for text in table {
        assert_eq!(price(&opening(text)), None, "{text}");
    }
}

#[test]
fn kinds_of_ticket_in_every_order() {
    let table: [(&str, &[(&str, i64)]); 7] = [
        (
            "a concert. Adults $20, kids and seniors 10, under 5 free.",
            &[("Adults", 2_000), ("Kids and seniors", 1_000), ("Under 5", 0)],
        ),
        (
            "a festival, day pass 75, weekend pass 180, VIP 400",
            &[("Day pass", 7_500), ("Weekend pass", 18_000), ("VIP", 40_000)],
        ),
        (
            "python workshop friday, $80, early bird $60 til thursday",
            &[("Early bird", 6_000), ("General admission", 8_000)],
        ),
        (
            "a conference: early bird 99 until March 1st, then 149, students 49",
            &[("Early bird", 9_900), ("General admission", 14_900), ("Students", 4_900)],
        ),
        ("a concert, $10 for kids and $20 for adults", &[("Kids", 1_000), ("Adults", 2_000)]),
        ("a workshop, members $25, non-members $40", &[("Members", 2_500), ("Non-members", 4_000)]),
        (
            "un congreso, 200 euros hasta el 1 de marzo, después 280",
            &[("Anticipada", 20_000), ("Entrada general", 28_000)],
        ),
    ];
    for (text, expected) in table {
        let expected: Vec<_> = expected.iter().map(|(name, cents)| ((*name).to_owned(), *cents)).collect();
        assert_eq!(priced(&opening(text)), expected, "{text}");
    }
}

#[test]
fn counts_and_last_days_belong_to_their_kind() {
    let understood =
        opening("a gala on May 5, 50 VIP tickets at $200, 150 regular at $80, early bird 60 until March 1st");
    let found: Vec<_> =
        tiers(&understood).into_iter().map(|tier| (tier.name, tier.quantity, tier.sales_until)).collect();
    let expected = vec![
        ("Early bird".to_owned(), None, Some(date(2027, 3, 1))),
        ("VIP".to_owned(), Some(50), None),
        ("Regular".to_owned(), Some(150), None),
    ];
    assert_eq!(found, expected);
    assert!(understood.patch.contains(&(Fact::Date(date(2027, 5, 5)), Provenance::Said)), "{understood:?}");
}

#[test]
fn a_currency_is_stated_only_by_name() {
    let currency = |text: &str| opening(text).patch.into_iter().find(|(fact, _)| matches!(fact, Fact::Currency(_)));
    let eur = Currency::parse("EUR").unwrap();
    let cad = Currency::parse("CAD").unwrap();
    assert_eq!(currency("a concert on Friday, 45 euros"), Some((Fact::Currency(eur), Provenance::Said)));
    assert_eq!(currency("a concert in Toronto, $45"), Some((Fact::Currency(cad), Provenance::Inferred)));
    assert_eq!(currency("a concert on Friday, $45"), None);
    assert_eq!(currency("a concert in Paris, $45"), None);
}

#[test]
fn amounts_are_in_the_minor_unit_of_their_currency() {
    let yen = opening("a concert in Tokyo on Friday, 3000 yen");
    assert_eq!(price(&yen), Some(3_000), "{yen:?}");
    let mut draft = drafted([]);
    draft.apply(&yen.patch);
    assert_eq!(draft.price_cents, Some(3_000));
}

#[test]
fn bare_answers_and_changes() {
    assert_eq!(price(&answer(&[Field::PriceCents], "20")), Some(2_000));
    assert_eq!(price(&answer(&[Field::PriceCents], "it's free")), Some(0));
    assert_eq!(price(&answer(&[Field::PriceCents], "twenty five dollars")), Some(2_500));
    let vip = Tier { name: "VIP".into(), price_cents: 40_000, ..Tier::default() };
    let usual = Tier { name: "General admission".into(), price_cents: 5_000, ..Tier::default() };
    let draft = drafted([Fact::Capacity(250), Fact::Price(5_000), Fact::Tiers(vec![usual.clone(), vip.clone()])]);
    let changed = answer_about(&draft, &[], "change the price to 20");
    assert_eq!((price(&changed), priced(&changed)[0].1), (Some(2_000), 2_000));
    let removed = answer_about(&draft, &[], "remove the VIP tier");
    assert_eq!(tiers(&removed), vec![usual]);
    let dearer = answer_about(&draft, &[], "make VIP $450");
    assert_eq!(priced(&dearer)[1], ("VIP".to_owned(), 45_000));
}
