//! Amounts in a currency's minor unit (ruling C-68): cents where there are cents, yen where there are none.

use serde::{Deserialize, Serialize};

/// An ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Currencies without a minor unit, and those with three digits (ISO 4217, as Stripe charges them).
const NO_MINOR: &[&str] =
    &["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];
const THREE_DIGITS: &[&str] = &["BHD", "JOD", "KWD", "OMR", "TND"];

impl Currency {
    /// US dollars.
    pub const USD: Self = Self(*b"USD");

    /// The currency with this code; letters of either case.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        let upper = bytes.map(|byte| byte.to_ascii_uppercase());
        upper.iter().all(u8::is_ascii_uppercase).then_some(Self(upper))
    }

    /// Three capital letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits behind the point: 0, 2 or 3.
    pub fn digits(&self) -> u32 {
        match self.code() {
            code if NO_MINOR.contains(&code) => 0,
            code if THREE_DIGITS.contains(&code) => 3,
            _ => 2,
        }
    }

    /// Amounts are charged in steps of so many minor units: of three digits the last one must be 0 (Stripe, "Supported currencies").
    pub fn step(&self) -> i64 {
        if self.digits() == 3 { 10 } else { 1 }
    }

    /// The least that a card can be charged, in minor units: Stripe's "Minimum and maximum charge amounts", and where it names none
    /// half of a major unit.
    pub fn least_charge(&self) -> i64 {
        match self.code() {
            "GBP" => 30,
            "AED" | "PLN" | "RON" | "MYR" => 200,
            "BGN" => 100,
            "DKK" => 250,
            "NOK" | "SEK" => 300,
            "HKD" => 400,
            "MXN" | "THB" => 1_000,
            "CZK" => 1_500,
            "HUF" => 17_500,
            _ if self.digits() == 3 => 500,
            _ => 50,
        }
    }

    /// The currency that people of this country (ISO 3166 alpha-2) pay with.
    pub fn of_country(country: &str) -> Option<Self> {
        let code = match country {
            "CA" => "CAD",
            "US" | "EC" | "SV" | "PA" | "PR" => "USD",
            "GB" => "GBP",
            "FR" | "DE" | "ES" | "IT" | "NL" | "BE" | "AT" | "IE" | "PT" | "FI" | "GR" | "LU" | "EE" | "LV" | "LT"
            | "SK" | "SI" | "HR" | "MT" | "CY" | "BG" => "EUR",
            "CH" => "CHF",
            "SE" => "SEK",
            "NO" => "NOK",
            "DK" => "DKK",
            "PL" => "PLN",
            "CZ" => "CZK",
            "HU" => "HUF",
            "RO" => "RON",
            "MX" => "MXN",
            "AR" => "ARS",
            "CL" => "CLP",
            "CO" => "COP",
            "PE" => "PEN",
            "BR" => "BRL",
            "CN" => "CNY",
            "TW" => "TWD",
            "HK" => "HKD",
            "JP" => "JPY",
            "KR" => "KRW",
            "SG" => "SGD",
            "IN" => "INR",
            "AU" => "AUD",
            "NZ" => "NZD",
            "ZA" => "ZAR",
            "AE" => "AED",
            "IL" => "ILS",
            "TR" => "TRY",
            _ => return None,
        };
        Self::parse(code)
    }

    /// What readers of this language call it; its code where that says as much.
    pub fn name_in(&self, language: &str) -> &str {
        match (language, self.code()) {
            ("zh", "CNY") => "人民币",
            ("zh", _) => self.sign_in(language).unwrap_or(self.code()),
            (_, code) => code,
        }
    }

    /// What stands behind an amount in this language, where that is not its code.
    fn sign_in(self, language: &str) -> Option<&'static str> {
        let (_, signs) = SIGNS.iter().find(|(known, _)| *known == language)?;
        signs.iter().find(|(code, _)| *code == self.code()).map(|(_, sign)| *sign)
    }

    /// What English readers write before an amount; nothing where there is no such sign.
    pub fn symbol(self) -> &'static str {
        match self.code() {
            "USD" | "CAD" | "AUD" | "NZD" | "MXN" | "SGD" | "HKD" | "TWD" | "ARS" | "CLP" | "COP" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "JPY" | "CNY" => "¥",
            _ => "",
        }
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom("a currency is three letters, such as CAD"))
    }
}

/// An amount in English words: `$150 CAD`, `€12.50 EUR`, `¥3,000 JPY`, `free`; without a currency `150`.
pub fn price_words(price_cents: i64, currency: Option<Currency>) -> String {
    if price_cents == 0 {
        return "free".to_owned();
    }
    match currency {
        Some(currency) => {
            format!("{}{} {currency}", currency.symbol(), local_amount(price_cents, currency.digits(), "en"))
        }
        None => local_amount(price_cents, 2, "en"),
    }
}

/// How readers of a language write a currency behind an amount, where that is not its code.
const SIGNS: &[(&str, &[(&str, &str)])] = &[
    ("fr", &[("CAD", "$ CA"), ("USD", "$ US"), ("EUR", "€"), ("GBP", "£")]),
    ("es", &[("EUR", "€"), ("USD", "US$"), ("GBP", "£")]),
    (
        "zh",
        &[
            ("CNY", "元"),
            ("CAD", "加元"),
            ("USD", "美元"),
            ("EUR", "欧元"),
            ("GBP", "英镑"),
            ("HKD", "港元"),
            ("TWD", "新台币"),
            ("JPY", "日元"),
            ("SGD", "新加坡元"),
            ("AUD", "澳元"),
        ],
    ),
];

/// An amount that is not free, as readers of this language write it: `$1,250.50 CAD`, `1 250,50 $ CA`, `12.500,50 €`, `1,250.50加元`;
/// what is free is worded by the caller.
pub fn local_price(price_cents: i64, currency: Option<Currency>, language: &str) -> String {
    let Some(currency) = currency else { return local_amount(price_cents, 2, language) };
    if language == "en" {
        return price_words(price_cents, Some(currency));
    }
    let amount = local_amount(price_cents, currency.digits(), language);
    match (language, currency.sign_in(language)) {
        ("zh", Some(sign)) => format!("{amount}{sign}"),
        (_, sign) => format!("{amount} {}", sign.unwrap_or(currency.code())),
    }
}

/// A minor amount as a decimal of the major unit in a language's own figures: `1,250.50`, in French `1 250,50`.
pub fn local_amount(minor: i64, digits: u32, language: &str) -> String {
    let plain = major(minor, digits);
    let (group, decimal) = match language {
        "fr" => ("\u{202f}", ','),
        "es" => (".", ','),
        _ => (",", '.'),
    };
    let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::with_capacity(plain.len() + 4);
    let (sign, figures) = whole.strip_prefix('-').map_or(("", whole), |figures| ("-", figures));
    text.push_str(sign);
    for (at, digit) in figures.chars().enumerate() {
        // Four figures stand together in Spanish.
        let apart = language != "es" || figures.len() > 4;
        if at > 0 && apart && (figures.len() - at).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    if let Some(rest) = rest {
        text.push(decimal);
        text.push_str(rest);
    }
    text
}

/// A minor amount as a decimal of the major unit, without needless zeros: `15000` with two digits is `150`.
pub fn major(minor: i64, digits: u32) -> String {
    let unit = 10_i64.pow(digits);
    let (whole, rest) = (minor / unit, (minor % unit).abs());
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:0width$}", width = digits as usize) }
}

/// A written number of major units in minor ones, the currency having so many digits: `1,250.50`, `1.250,50`, `1 250`, `1'250`, `.50`,
/// `25.-`.
/// `None`: it is no number, has parts of what cannot be parted, or could be two numbers (`1,500` with three digits).
pub fn minor(text: &str, digits: u32) -> Option<i64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’')).collect();
    let plain = without_stroke(&plain);
    let room = usize::try_from(digits).ok()?;
    let (whole, part) = match plain.rfind(['.', ',']) {
        Some(at) if parts_a_unit(plain, at, room)? => (plain.get(..at)?, plain.get(at + 1..)?),
        _ => (plain, ""),
    };
    let whole = if whole.is_empty() && !part.is_empty() { "0" } else { whole };
    let groups: Vec<&str> = whole.split(['.', ',']).collect();
    let (first, rest) = groups.split_first()?;
    // Thousands, and in India hundreds of them.
    let grouped = |(at, group): (usize, &&str)| group.len() == 3 || at > 0 && group.len() == 2;
    let whole = groups.concat();
    let (kept, beyond) = part.split_at_checked(part.len().min(room))?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if first.is_empty() || !rest.iter().rev().enumerate().all(grouped) || !number(&whole) || !number(kept) {
        return None;
    }
    if beyond.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let kept = format!("{kept:0<room$}");
    let part: i64 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    whole.parse::<i64>().ok()?.checked_mul(10_i64.checked_pow(digits)?)?.checked_add(part)
}

/// A number without the stroke of `25.-` and `25,–`, which says that there are no parts; a minus stays.
fn without_stroke(number: &str) -> &str {
    let whole = number.trim_end_matches(['-', '–', '—']);
    if whole.ends_with(['.', ',']) { whole } else { number }
}

/// Whether the last mark of a number stands before parts of a unit, not before thousands. `None`: nothing tells.
fn parts_a_unit(number: &str, at: usize, room: usize) -> Option<bool> {
    let (before, after) = number.split_at_checked(at)?;
    let mark = after.chars().next()?;
    if before.contains(mark) {
        return Some(false);
    }
    if matches!(before, "" | "0") {
        return Some(true);
    }
    match (after.len(), before.contains(['.', ','])) {
        // The mark and three digits, and no other mark before.
        (4, false) if room < 3 => Some(false),
        (4, false) if mark == ',' => None,
        _ => Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_numbers_are_in_the_minor_unit_of_their_currency() {
        let two = |text| minor(text, 2);
        assert_eq!([two("2500"), two("2,500.50"), two("1.250,00")], [Some(250_000), Some(250_050), Some(125_000)]);
        assert_eq!([two("1 200,5"), two("1'250"), two("1,250,000")], [Some(120_050), Some(125_000), Some(125_000_000)]);
        assert_eq!([two("1,250"), two("1,00,000"), two("25.")], [Some(125_000), Some(10_000_000), Some(2_500)]);
        assert_eq!([two(".50"), two(",50"), two("0.5"), two(".500"), two("0,50")], [Some(50); 5]);
        assert_eq!([two("12.-"), two("12.–"), two("12,--")], [Some(1_200); 3]);
        assert_eq!([two("0.999"), two(".999"), two("1.2.3"), two("12,50,5"), two("-5"), two("x"), two("")], [None; 7]);
        assert_eq!([two("."), two(",-"), two("5-"), two("-.50"), two("..50")], [None; 5]);
        let none = |text| minor(text, 0);
        assert_eq!([none("50000"), none("50,000"), none("50000.00")], [Some(50_000); 3]);
        assert_eq!([none("2500.5"), none(".5"), none("9223372036854775808")], [None; 3]);
        let three = |text| minor(text, 3);
        assert_eq!([three("1.5"), three("1.500"), three("1,5")], [Some(1_500); 3]);
        assert_eq!([three("1,250.500"), three("1,250,000")], [Some(1_250_500), Some(1_250_000_000)]);
        assert_eq!([three("1,500"), three("1.0005"), three("0,5001")], [None; 3]);
    }

    #[test]
    fn amounts_follow_the_minor_unit_of_their_currency() {
        let words = |cents, code| price_words(cents, Currency::parse(code));
        assert_eq!(words(15000, "CAD"), "$150 CAD");
        assert_eq!(words(1250, "eur"), "€12.50 EUR");
        assert_eq!(words(3000, "JPY"), "¥3,000 JPY");
        assert_eq!(words(1_200_000, "VND"), "1,200,000 VND");
        assert_eq!(words(100_050, "CAD"), "$1,000.50 CAD");
        assert_eq!(words(1500, "KWD"), "1.500 KWD");
        assert_eq!(words(0, "CAD"), "free");
        assert_eq!(Currency::parse("dollars"), None);
    }

    #[test]
    fn amounts_are_written_as_each_language_does() {
        let local = |cents, code, language| local_price(cents, Currency::parse(code), language);
        assert_eq!(local(1_500_050, "CAD", "fr"), "15\u{202f}000,50 $ CA");
        assert_eq!(local(1_500_050, "EUR", "es"), "15.000,50 €");
        assert_eq!(local(150_000, "EUR", "es"), "1500 €");
        assert_eq!(local(1_200_000, "VND", "fr"), "1\u{202f}200\u{202f}000 VND");
        assert_eq!(local(1_200_000, "VND", "es"), "1.200.000 VND");
        assert_eq!(local(12_000, "JPY", "zh"), "12,000日元");
        assert_eq!(local(12_000, "JPY", "en"), "¥12,000 JPY");
        assert_eq!(local(20_000, "CNY", "zh"), "200元");
        assert_eq!(local_amount(-123_400, 2, "en"), "-1,234");
        assert_eq!(local(20_000, "CHF", "zh"), "200 CHF");
        assert_eq!(local(2_550, "CAD", "en"), "$25.50 CAD");
    }
}
