//! What a venue costs, as a table says it: in which currency, and how many of its minor units. Pure.

use crate::domain::money::{self, Currency};
use crate::geo;

/// Signs of money, and the currencies that they stand for.
const SIGNS: &[(char, &[&str])] = &[
    ('$', &["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"]),
    ('€', &["EUR"]),
    ('£', &["GBP"]),
    ('¥', &["JPY", "CNY"]),
    ('￥', &["JPY", "CNY"]),
    ('₩', &["KRW"]),
    ('₫', &["VND"]),
    ('₹', &["INR"]),
];

/// No venue costs more minor units.
const MOST: i64 = 100_000_000_000;

/// What the prices of a row without a currency are in: what their sign stands for, of several that of its place. `None`: nothing tells.
pub(super) fn currency(prices: &[&str], city: Option<&str>, country: Option<&str>) -> Option<Currency> {
    if prices.is_empty() {
        return None;
    }
    let here = || {
        let known = city.and_then(|city| geo::city(city, country)).map(|city| city.country);
        Currency::of_country(&known.or_else(|| country.map(str::to_uppercase))?)
    };
    match prices.iter().find_map(|price| sign(price)) {
        None => here(),
        Some((_, [only])) => Currency::parse(only),
        Some((_, several)) => here().filter(|here| several.contains(&here.code())),
    }
}

/// An amount of this currency in its minor units, of cents where none is known. `None`: it is no amount, or one of another currency.
pub(super) fn minor(price: &str, currency: Option<Currency>) -> Option<i64> {
    let code = currency.as_ref().map_or("", Currency::code);
    let sign = sign(price);
    // "$" is the dollar of many countries, but no euro's.
    let has_another = SIGNS.iter().any(|(_, codes)| codes.contains(&code));
    if has_another && sign.is_some_and(|(_, codes)| !codes.contains(&code)) {
        return None;
    }
    let bare = sign.map_or_else(|| price.to_owned(), |(sign, _)| price.replace(*sign, ""));
    let bare = bare.trim();
    let number = bare.strip_prefix(code).or_else(|| bare.strip_suffix(code)).unwrap_or(bare);
    money::minor(number, currency.map_or(2, |currency| currency.digits())).filter(|amount| *amount <= MOST)
}

fn sign(price: &str) -> Option<&'static (char, &'static [&'static str])> {
    SIGNS.iter().find(|(sign, _)| price.contains(*sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Option<Currency> {
        Currency::parse(code)
    }

    #[test]
    fn an_amount_is_in_the_minor_unit_of_its_currency() {
        assert_eq!(
            [minor("50000", of("JPY")), minor("¥50,000", of("JPY")), minor("50 000 JPY", of("JPY"))],
            [Some(50_000); 3]
        );
        assert_eq!([minor("1.5", of("KWD")), minor("KWD 1.500", of("KWD"))], [Some(1_500); 2]);
        assert_eq!(
            [minor("$2,500.50", of("CAD")), minor("2.500,50", of("EUR")), minor("2'500.50", None)],
            [Some(250_050); 3]
        );
        assert_eq!([minor(".50", None), minor("$.50", of("CAD")), minor("CAD ,5", of("CAD"))], [Some(50); 3]);
        assert_eq!([minor("CHF 12.–", of("CHF")), minor("12.-", None), minor("12,--", None)], [Some(1_200); 3]);
        assert_eq!([minor("1 200,00 €", of("EUR")), minor("1.200,00", of("EUR"))], [Some(120_000); 2]);
        assert_eq!(minor("$500", of("JMD")), Some(50_000), "a dollar of its own");
        assert_eq!([minor("€500", of("CAD")), minor("500 USD", of("CAD")), minor("500.5", of("KRW"))], [None; 3]);
        assert_eq!([minor("-5", of("CAD")), minor("free", of("CAD")), minor("1000000000000", None)], [None; 3]);
    }

    #[test]
    fn without_a_currency_its_sign_and_its_place_tell() {
        assert_eq!(currency(&["50000"], Some("Tokyo"), Some("Japan")), of("JPY"));
        assert_eq!(currency(&["¥50000", "¥90000"], Some("上海"), None), of("CNY"));
        assert_eq!(currency(&["$500"], Some("Toronto"), None), of("CAD"));
        assert_eq!(currency(&["500"], None, Some("ca")), of("CAD"));
        assert_eq!(currency(&["€500"], Some("Toronto"), None), of("EUR"));
        assert_eq!(currency(&["¥500"], Some("Toronto"), None), None);
        assert_eq!(currency(&["500"], None, None), None);
        assert_eq!(currency(&[], Some("Toronto"), None), None);
    }
}
