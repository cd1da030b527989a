//! What a ticket costs: one price, or several kinds of ticket.
//!
//! Promises: an amount is a price only where it stands beside a kind of ticket, a word about prices, or as money that the
//! sentence does not use for something else ("our budget is $5,000"); the currency is stated only when its words name it,
//! and follows from the country where only "$" was written.

mod offers;
mod sales;
mod tiers;

use std::ops::Range;

use language::{Amount, Money};

use super::gathering::Gathering;
use crate::domain::fact::{Fact, Field, Tier};
use crate::domain::money::Currency;
use crate::understanding::words::Cue;

/// An amount that may be a price.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// In major units.
    pub(super) amount: f64,
    /// A number without any sign of money.
    pub(super) plain: bool,
    /// "Free".
    pub(super) free: bool,
}

/// Prices, kinds of ticket and the currency.
pub(super) fn read(g: &mut Gathering<'_, '_>) {
    let offers = offers::find(g);
    let currency = stated_currency(g, &offers);
    let paired = tiers::pair(g, &offers);
    let left: Vec<Offer> =
        offers.into_iter().filter(|offer| !paired.iter().any(|tier| tier.offer == offer.range)).collect();
    let general = general(g, &left);
    let paired = if tiers::leaves_price_open(g, &left, &paired) { Vec::new() } else { paired };
    if let Some(currency) = currency {
        match currency {
            (currency, true) => g.said(Fact::Currency(currency)),
            (currency, false) => g.inferred(Fact::Currency(currency)),
        }
    }
    let removed = tiers::remove(g);
    let listed = tiers::list(g, &paired, general.as_ref(), &removed);
    for tier in &paired {
        g.take(&tier.words);
    }
    if let Some(tier) = paired.iter().find(|tier| tier.general) {
        let price_cents = minor(g, tier.amount);
        g.said(Fact::Price(price_cents));
    } else if let Some(offer) = general {
        let price_cents = minor(g, offer.amount);
        g.take(&offer.range);
        g.said(Fact::Price(price_cents));
    }
    if let Some(tiers) = listed {
        g.said(if tiers.is_empty() { Fact::Clear(Field::TicketTiers) } else { Fact::Tiers(tiers) });
    }
}

/// The usual price is this one, in major units; the general kind of ticket follows.
pub(super) fn state_general(g: &mut Gathering<'_, '_>, amount: f64) {
    let price_cents = minor(g, amount);
    g.said(Fact::Price(price_cents));
    let draft = &g.scene.context.draft.tiers;
    if draft.iter().any(|tier| tiers::is_general(g, &tier.name)) {
        let update = |tier: &Tier| {
            let price_cents = if tiers::is_general(g, &tier.name) { price_cents } else { tier.price_cents };
            Tier { price_cents, ..tier.clone() }
        };
        let list = draft.iter().map(update).collect();
        g.said(Fact::Tiers(list));
    }
}

/// An amount in the minor unit of the currency that this message or the draft names.
pub(super) fn minor(g: &Gathering<'_, '_>, amount: f64) -> i64 {
    let said = g.facts().find_map(|fact| if let Fact::Currency(currency) = fact { Some(*currency) } else { None });
    let digits = said.or(g.scene.context.draft.currency).map_or(2, |currency| currency.digits());
    let scaled = (amount * 10_f64.powi(digits.cast_signed())).round();
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before; larger prices are refused by the draft")]
    let cents = scaled.clamp(0.0, 1e12) as i64;
    cents
}

/// In major units.
fn major(amount: Amount) -> f64 {
    amount.cents() as f64 / 100.0
}

/// The one price: paid before free, the last in a correction.
fn general(g: &Gathering<'_, '_>, offers: &[Offer]) -> Option<Offer> {
    let told = offers.iter().filter(|offer| !offer.plain || offers::is_priced(g, &offer.range));
    let (free, paid): (Vec<_>, Vec<_>) = told.partition(|offer| offer.free);
    let corrects = paid.last().is_some_and(|last| g.scene.has(Cue::Change, &g.scene.sentence(last.range.start)));
    let paid = if corrects { paid.last() } else { paid.first() };
    paid.or(free.first()).map(|offer| (*offer).clone())
}

/// The currency, and whether its words name it.
fn stated_currency(g: &Gathering<'_, '_>, offers: &[Offer]) -> Option<(Currency, bool)> {
    let scene = g.scene;
    let money: Vec<&Money> =
        scene.reading.money.iter().filter(|money| !money.free && is_offered(g, offers, money)).collect();
    if let Some(code) = money.iter().find_map(|money| money.currency) {
        return Currency::parse(code).map(|currency| (currency, true));
    }
    if let Some(currency) = only_currency(g) {
        return Some((currency, true));
    }
    money.iter().any(|money| money.dollars).then(|| dollars_of(g)).flatten().map(|currency| (currency, false))
}

fn is_offered(g: &Gathering<'_, '_>, offers: &[Offer], money: &Money) -> bool {
    let range = g.scene.range(money.span);
    offers.iter().any(|offer| offer.range == range)
}

/// "In euros", as the answer to what currency: a code of three letters or its words.
fn only_currency(g: &Gathering<'_, '_>) -> Option<Currency> {
    let scene = g.scene;
    if !scene.context.asks(Field::Currency) {
        return None;
    }
    let code = |word: &str| Currency::parse(word).filter(|currency| KNOWN.contains(&currency.code()));
    scene.tokens().iter().find_map(|token| code(&token.lower).or_else(|| word_currency(&token.lower)))
}

const KNOWN: &[&str] = &[
    "USD", "CAD", "EUR", "GBP", "AUD", "NZD", "CHF", "JPY", "CNY", "MXN", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
    "BRL", "ARS", "CLP", "COP", "PEN", "TWD", "HKD", "KRW", "SGD", "INR", "ZAR", "AED", "ILS", "TRY", "KWD",
];

fn word_currency(word: &str) -> Option<Currency> {
    let code = match word {
        "euro" | "euros" | "€" => "EUR",
        "pound" | "pounds" | "£" | "sterling" => "GBP",
        "yen" => "JPY",
        "yuan" | "rmb" => "CNY",
        _ => return None,
    };
    Currency::parse(code)
}

/// Whose dollars "$" are: those of the city's country, else of the draft, else of the organizer.
fn dollars_of(g: &Gathering<'_, '_>) -> Option<Currency> {
    const DOLLARS: &[&str] = &["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD"];
    let context = g.scene.context;
    if context.draft.currency.is_some() {
        return None;
    }
    let of = |country: &str| Currency::of_country(country);
    let said = g.scene.reading.places.iter().find(|place| place.confidence >= 0.5).and_then(|place| of(&place.country));
    let drafted = || context.draft.country.as_deref().and_then(of);
    let own = || context.currency.or_else(|| context.country.and_then(of));
    said.or_else(drafted).or_else(own).filter(|currency| DOLLARS.contains(&currency.code()))
}
