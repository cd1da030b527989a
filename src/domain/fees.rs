//! What card payments cost, by currency (ruling C-68): a percentage and a fixed part of each payment, to the minor unit.

use serde::Serialize;

use super::draft::Draft;
use super::money::Currency;
use super::sale::percent_of;

/// What one payment costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fee {
    /// Hundredths of a percent: 290 is 2.9 %.
    pub basis_points: u32,
    /// Minor units of the currency.
    pub fixed_cents: u32,
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
    /// What the payment costs.
    pub fee_cents: i64,
    /// What is left of what the guest pays; less than nothing where the fee is more.
    pub net_cents: i64,
}

impl Fees {
    /// Reads `2.9 30, EUR 1.5 25, JPY 3.6 0`: percent and minor units, first of every currency, then of those with their own.
    ///
    /// # Errors
    /// What cannot be read, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
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
        self.own.iter().find(|(known, _)| *known == currency).map_or(self.usual, |(_, fee)| *fee)
    }
}

impl Fee {
    /// The fee of one payment, in minor units; a part of one counts whole. What is free costs nothing.
    pub fn of_payment(self, amount_cents: i64) -> i64 {
        if amount_cents <= 0 {
            return 0;
        }
        let share = amount_cents.saturating_mul(self.basis_points.into());
        share.saturating_add(9_999) / 10_000 + i64::from(self.fixed_cents)
    }

    /// What a ticket of each kind brings when it is bought alone; the tax is the till's.
    pub fn takings(self, draft: &Draft) -> Vec<Taking> {
        let taking = |name: Option<String>, price_cents: i64| {
            let tax_cents = percent_of(price_cents, draft.tax_rate.unwrap_or(0.0));
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

fn fee(text: &str) -> Result<Fee, String> {
    let (percent, fixed) = text.trim().split_once(' ').ok_or_else(|| odd(text))?;
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = format!("{whole}{part:0<2}");
    let basis_points = digits.parse().ok().filter(|points| *points <= 10_000 && part.len() <= 2);
    let basis_points = basis_points.ok_or_else(|| odd(text))?;
    Ok(Fee { basis_points, fixed_cents: fixed.trim().parse().map_err(|_| odd(text))? })
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
        let fees = Fees::parse("2.9 30, EUR 1.5 25, JPY 3.6 0").unwrap();
        let of = |code: &str| fees.of(Currency::parse(code).unwrap());
        assert_eq!(of("USD"), Fee { basis_points: 290, fixed_cents: 30 });
        assert_eq!((of("CAD").of_payment(15_000), of("CAD").of_payment(1), of("CAD").of_payment(0)), (465, 31, 0));
        assert_eq!((of("EUR").of_payment(1_999), of("JPY").of_payment(3_000)), (55, 108));
        let draft = Draft { price_cents: Some(15_000), tax_rate: Some(13.0), ..Draft::default() };
        let alone = Taking { name: None, price_cents: 15_000, tax_cents: 1_950, fee_cents: 522, net_cents: 16_428 };
        assert_eq!(of("CAD").takings(&draft), [alone]);
        let tier = |name: &str, price_cents| Tier { name: name.to_owned(), price_cents, ..Tier::default() };
        let tiers = Draft { tiers: vec![tier("Early", 20), tier("Free", 0)], ..Draft::default() };
        let brings: Vec<(i64, i64)> =
            of("USD").takings(&tiers).iter().map(|one| (one.fee_cents, one.net_cents)).collect();
        assert_eq!(brings, [(31, -11), (0, 0)]);
        assert_eq!(of("USD").takings(&Draft::default()), []);
        for wrong in ["", "2.9", "x 30", "2.9 x", "101 0", "2.999 30", "2.9 30, EUR", "2.9 30, ZZ 1 1", "-1 30"] {
            assert!(Fees::parse(wrong).is_err(), "{wrong}");
        }
    }
}
