//! Amounts as Stripe counts them.

/// Ugandan shillings have no minor unit, yet Stripe takes them in hundredths (Stripe, "Supported currencies", special cases).
pub(super) fn as_stripe_counts(cents: i64, currency: &str) -> i64 {
    if currency.eq_ignore_ascii_case("UGX") { cents.saturating_mul(100) } else { cents }
}

/// An amount of Stripe's in our own count.
pub(super) fn from_stripe(amount: i64, currency: &str) -> i64 {
    if currency.eq_ignore_ascii_case("UGX") { amount / 100 } else { amount }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_minor_units_as_stripe_counts_them() {
        assert_eq!(as_stripe_counts(15_000, "CAD"), 15_000);
        assert_eq!(as_stripe_counts(3_000, "JPY"), 3_000);
        assert_eq!(as_stripe_counts(20_000, "ugx"), 2_000_000);
        assert_eq!(from_stripe(2_000_000, "ugx"), 20_000);
    }
}
