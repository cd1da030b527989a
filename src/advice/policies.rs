//! Refund policies with their days worked out, tax rates, and what card payments leave of a ticket (R22).
//!
//! Promises: a last day for refunds lies ahead of now and before the start, or the policy counts in days instead; a tax rate is
//! a country's standard rate and asks to be checked.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;

use super::words::{Slots, usual};
use super::{Offer, Offers, Scene, pricing};
use crate::domain::fact::Fact;
use crate::domain::money::{Currency, major};
use crate::domain::stages::ticketing;
use crate::domain::suggestion::SuggestionKind;
use crate::store::error::StoreError;

/// What happens when somebody cannot come.
pub(super) async fn refunds(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Offers, StoreError> {
    let say = &scene.words.say;
    let (week, eve) = (days_before(scene, 7), days_before(scene, 1));
    if ticketing::is_free(scene.draft) {
        let list = vec![
            policy(scene, None, &say.refund_free, &say.refund_free_text, &say.refund_free_why),
            policy(scene, eve, &say.refund_free_by, &say.refund_free_by_text, &say.refund_free_by_why),
        ];
        return Ok(Offers { list, ..Offers::default() });
    }
    let list = vec![
        policy(scene, week, &say.refund_full, &say.refund_full_text, &say.refund_full_why),
        policy(scene, eve, &say.refund_half, &say.refund_half_text, &say.refund_half_why),
        policy(scene, None, &say.refund_none, &say.refund_none_text, &say.refund_none_why),
    ];
    let price = pricing::base(conn, scene).await?;
    Ok(Offers { list, note: (price > 0).then(|| fee_words(scene, price)), ..Offers::default() })
}

/// The local day so many days before the start, where it still lies ahead.
fn days_before(scene: &Scene<'_>, days: i64) -> Option<Date> {
    let today = scene.now.to_zoned(scene.zone.clone()).date();
    let date = scene.draft.date?.checked_sub(days.days()).ok()?;
    (date > today).then_some(date)
}

fn policy(scene: &Scene<'_>, until: Option<Date>, label: &str, text: &str, why: &str) -> Offer {
    let slots = Slots::default().maybe("until", until.map(|date| scene.words.date(date)));
    let text = slots.fill(text);
    Offer {
        kind: SuggestionKind::RefundPolicy,
        label: slots.fill(label),
        detail: slots.fill(why),
        data: json!({"refundPolicy": text, "until": until}),
        facts: vec![Fact::RefundPolicy(text)],
    }
}

/// What a card payment of this price costs, in minor units (R92, ruling C-68): a part of it and a fixed amount, rounded up.
pub(super) fn fee_cents(price_cents: i64, currency: Currency) -> i64 {
    let fees = &usual().fees;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a price is at most 100,000,000, far below what f64 holds exactly"
    )]
    let part = (price_cents as f64 * fees.percent / 100.0).ceil() as i64;
    (part + fixed_cents(currency)).min(price_cents)
}

/// The fixed amount of a payment, in minor units.
fn fixed_cents(currency: Currency) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "some hundreds at most")]
    let fixed = (usual().step(currency) as f64 * usual().fees.fixed).round() as i64;
    fixed
}

/// `of a $45 CAD ticket $1.61 CAD go to fees and $43.39 CAD are yours`.
fn fee_words(scene: &Scene<'_>, price: i64) -> String {
    let words = |cents| scene.words.price(cents, Some(scene.currency));
    let fee = fee_cents(price, scene.currency);
    Slots::default()
        .with("percent", usual().fees.percent.to_string())
        .with("fixed", words(fixed_cents(scene.currency)))
        .with("price", words(price))
        .with("fee", words(fee))
        .with("rest", if fee == price { major(0, 0) } else { words(price - fee) })
        .fill(&scene.words.say.fees)
}

/// The country's standard rate, where we know it, and none.
pub(super) fn taxes(scene: &Scene<'_>) -> Offers {
    let say = &scene.words.say;
    let country = scene.draft.country.as_deref().or(scene.person.country.as_deref());
    let offer = |rate: f64, label: String, why: String| Offer {
        kind: SuggestionKind::Tax,
        label,
        detail: why,
        data: json!({"taxRate": rate}),
        facts: vec![Fact::TaxRate(rate)],
    };
    let standard = country.and_then(|country| usual().tax(country).map(|rate| (country, rate)));
    let mut list: Vec<Offer> = standard
        .map(|(country, rate)| {
            let slots = Slots::default().with("rate", rate.to_string()).with("country", country);
            offer(rate, slots.fill(&say.tax_label), slots.fill(&say.tax_country))
        })
        .into_iter()
        .collect();
    list.push(offer(0.0, say.tax_none.clone(), say.tax_zero.clone()));
    Offers { list, ..Offers::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_follow_the_currency() {
        let fee = |cents, code| fee_cents(cents, Currency::parse(code).unwrap());
        assert_eq!(fee(4_500, "CAD"), 131 + 30);
        assert_eq!(fee(15_000, "USD"), 435 + 30);
        assert_eq!(fee(3_000, "JPY"), 87 + 30);
        assert_eq!(fee(10, "USD"), 10);
    }
}
