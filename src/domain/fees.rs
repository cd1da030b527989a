//! What is taken of each payment, by currency (ruling C-68): what the card costs, and what the operator keeps.
//!
//! Promises: what an organizer is shown before publishing is what is taken of each order (decision 0045), to the minor unit, and
//! never more than what was paid.

use serde::Serialize;

use super::draft::Draft;
use super::money::Currency;
use super::sale::tax_of;

/// What one payment costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fee {
    /// What the card costs, in hundredths of a percent: 290 is 2.9 %.
    pub basis_points: u32,
    /// And beside that, in minor units of the currency.
    pub fixed_cents: u32,
    /// What the operator keeps, in hundredths of a percent.
    pub operator_points: u32,
    /// Fees are counted in steps of so many minor units ([`Currency::step`]).
    #[serde(skip)]
    pub step: i64,
}

/// What payments cost in each currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fees {
    usual: Fee,
    own: Vec<(Currency, Fee)>,
}

/// What one ticket brings its organizer; amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Taking {
    /// The kind of ticket; `None` where there is one kind only.
    pub name: Option<String>,
    /// As it stands on the page.
    pub price_cents: i64,
    /// What the law adds; the guest pays both.
    pub tax_cents: i64,
    /// What is taken of the payment.
    pub fee_cents: i64,
    /// What is left of what the guest pays.
    pub net_cents: i64,
}

impl Fees {
    /// Reads `2.9 30, EUR 1.5 25, JPY 3.6 0`: percent and minor units, first of every currency, then of those with their own.
    ///
    /// # Errors
    /// What cannot be read, in words.
    ///
    /// `operator_percent`: what the operator keeps of each payment, two digits behind the point.
    pub fn parse(text: &str, operator_percent: f64) -> Result<Self, String> {
        if !(0.0..=100.0).contains(&operator_percent) {
            return Err(format!("{operator_percent} is no percentage of a payment"));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10,000")]
        let operator_points = (operator_percent * 100.0).round() as u32;
        let fee = |text: &str| fee(text, operator_points);
        let mut parts = text.split(',').map(str::trim);
        let usual = fee(parts.next().unwrap_or_default())?;
        let own = parts.map(|part| {
            let (code, rest) = part.split_once(' ').ok_or_else(|| odd(part))?;
            Ok((Currency::parse(code).ok_or_else(|| odd(part))?, fee(rest)?))
        });
        Ok(Self { usual, own: own.collect::<Result<_, String>>()? })
    }

    /// What payments in this currency cost.
    pub fn of(&self, currency: Currency) -> Fee {
        let fee = self.own.iter().find(|(known, _)| *known == currency).map_or(self.usual, |(_, fee)| *fee);
        Fee { step: currency.step(), ..fee }
    }
}

impl Fee {
    /// What is taken of one payment, in minor units: the card's part, a part of a unit counted whole, and the operator's, a half
    /// rounded up. At most all of it; what is free costs nothing.
    pub fn of_payment(self, amount_cents: i64) -> i64 {
        if amount_cents <= 0 {
            return 0;
        }
        let share = |points: u32| i128::from(amount_cents) * i128::from(points);
        let card = (share(self.basis_points) + 9_999) / 10_000 + i128::from(self.fixed_cents);
        let operator = (share(self.operator_points) + 5_000) / 10_000;
        let taken = i64::try_from(card + operator).unwrap_or(i64::MAX).min(amount_cents);
        taken - taken % self.step.max(1)
    }

    /// What a ticket of each kind brings when it is bought alone; the tax is the till's.
    pub fn takings(self, draft: &Draft) -> Vec<Taking> {
        let taking = |name: Option<String>, price_cents: i64| {
            let tax_cents = tax_of(price_cents, draft.tax_rate.unwrap_or(0.0), self.step);
            let paid = price_cents.saturating_add(tax_cents);
            let fee_cents = self.of_payment(paid);
            Taking { name, price_cents, tax_cents, fee_cents, net_cents: paid.saturating_sub(fee_cents) }
        };
        if draft.tiers.is_empty() {
            return draft.price_cents.map(|cents| taking(None, cents)).into_iter().collect();
        }
        draft.tiers.iter().map(|tier| taking(Some(tier.name.clone()), tier.price_cents)).collect()
    }
}

fn fee(text: &str, operator_points: u32) -> Result<Fee, String> {
    let (percent, fixed) = text.trim().split_once(' ').ok_or_else(|| odd(text))?;
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = format!("{whole}{part:0<2}");
    let basis_points = digits.parse().ok().filter(|points| *points <= 10_000 && part.len() <= 2);
    let basis_points = basis_points.ok_or_else(|| odd(text))?;
    Ok(Fee { basis_points, fixed_cents: fixed.trim().parse().map_err(|_| odd(text))?, operator_points, step: 1 })
}

fn odd(text: &str) -> String {
    format!("{text:?} is no fee; write percent and minor units, such as \"2.9 30, EUR 1.5 25\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::Tier;

    #[test]
    fn fees_are_read_by_currency_and_counted_to_the_minor_unit() {
        let fees = Fees::parse("2.9 30, EUR 1.5 25, JPY 3.6 0", 0.0).unwrap();
        let of = |code: &str| fees.of(Currency::parse(code).unwrap());
        assert_eq!(of("USD"), Fee { basis_points: 290, fixed_cents: 30, operator_points: 0, step: 1 });
        assert_eq!(
            (of("CAD").of_payment(15_000), of("CAD").of_payment(1), of("CAD").of_payment(0)),
            (465, 1, 0),
            "never more than was paid"
        );
        assert_eq!((of("EUR").of_payment(1_999), of("JPY").of_payment(3_000)), (55, 108));
        let draft = Draft { price_cents: Some(15_000), tax_rate: Some(13.0), ..Draft::default() };
        let alone = Taking { name: None, price_cents: 15_000, tax_cents: 1_950, fee_cents: 522, net_cents: 16_428 };
        assert_eq!(of("CAD").takings(&draft), [alone]);
        let tier = |name: &str, price_cents| Tier { name: name.to_owned(), price_cents, ..Tier::default() };
        let tiers = Draft { tiers: vec![tier("Early", 20), tier("Free", 0)], ..Draft::default() };
        let brings: Vec<(i64, i64)> =
            of("USD").takings(&tiers).iter().map(|one| (one.fee_cents, one.net_cents)).collect();
        assert_eq!(brings, [(20, 0), (0, 0)]);
        assert_eq!(of("USD").takings(&Draft::default()), []);
        for wrong in ["", "2.9", "x 30", "2.9 x", "101 0", "2.999 30", "2.9 30, EUR", "2.9 30, ZZ 1 1", "-1 30"] {
            assert!(Fees::parse(wrong, 0.0).is_err(), "{wrong}");
        }
        for wrong in [-0.1, 100.1, f64::NAN] {
            assert!(Fees::parse("2.9 30", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_operators_part_is_taken_beside_the_cards_in_steps_that_can_be_charged() {
        let fees = Fees::parse("2.9 30", 5.0).unwrap();
        let of = |code: &str, cents| fees.of(Currency::parse(code).unwrap()).of_payment(cents);
        assert_eq!((of("CAD", 15_000), of("CAD", 50)), (465 + 750, 35));
        assert_eq!(of("KWD", 10_000) % 10, 0);
        assert_eq!(of("CAD", i64::MAX) / (i64::MAX / 1_000), 79, "an amount of any size");
    }
}
