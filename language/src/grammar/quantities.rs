//! Acts on numbers, lengths of time and money.

use crate::calendar::arithmetic::Length;
use crate::finding::Grain;
use crate::grammar::act::Args;
use crate::grammar::meaning::Meaning;

/// So many years are a date, not a length.
const YEARS: f64 = 1000.0;

/// The piece itself.
pub(crate) fn same(args: &Args<'_>) -> Option<Meaning> {
    args.get(0).cloned()
}

/// So many units.
pub(crate) fn length(args: &Args<'_>) -> Option<Meaning> {
    let grain = args.grain(1)?;
    if let Meaning::Between(low, high) = args.get(0)? {
        return Some(Meaning::Length(Length::of(*low, grain)?, Some(Length::of(*high, grain)?)));
    }
    // "2019年" is a year and no length.
    let count = args.value(0).filter(|count| grain != Grain::Year || *count < YEARS)?;
    Some(Meaning::Length(Length::of(count, grain)?, None))
}

/// One length and a shorter one: "two hours thirty minutes".
pub(crate) fn plus(args: &Args<'_>) -> Option<Meaning> {
    let (long, short) = (args.length(0)?, args.length(1)?);
    (short.in_seconds() < long.in_seconds() && short.grain < long.grain)
        .then(|| Meaning::Length(long.plus(short), None))
}

/// From one length to a longer one.
pub(crate) fn between_lengths(args: &Args<'_>) -> Option<Meaning> {
    let (low, high) = (args.length(0)?, args.length(1)?);
    (low.in_seconds() < high.in_seconds()).then_some(Meaning::Length(low, Some(high)))
}

/// A sum.
pub(crate) fn add(args: &Args<'_>) -> Option<Meaning> {
    Some(Meaning::number(args.value(0)? + args.value(1)?))
}

/// A product.
pub(crate) fn times(args: &Args<'_>) -> Option<Meaning> {
    Some(Meaning::number(args.value(0)? * args.value(1)?))
}

/// A quotient.
pub(crate) fn over(args: &Args<'_>) -> Option<Meaning> {
    let divisor = args.value(1).filter(|divisor| *divisor != 0.0)?;
    Some(Meaning::number(args.value(0)? / divisor))
}

/// A place in an order.
pub(crate) fn ordinal(args: &Args<'_>) -> Option<Meaning> {
    Some(Meaning::Number { value: args.value(0)?, digits: 0, ordinal: true })
}

/// From one number to a larger one.
pub(crate) fn between(args: &Args<'_>) -> Option<Meaning> {
    let (low, high) = (args.value(0)?, args.value(1)?);
    (low < high).then_some(Meaning::Between(low, high))
}

/// An amount, or a range of amounts, in a currency.
pub(crate) fn money(args: &Args<'_>) -> Option<Meaning> {
    let (amount, upper) = match args.get(0)? {
        Meaning::Between(low, high) => (*low, Some(*high)),
        other => (other.value()?, None),
    };
    let currency = args.name(1)?;
    // A currency may name its hundredth: "cent/USD" or plain "cent".
    Some(match currency.strip_prefix("cent") {
        Some(major) => Meaning::Money {
            amount: amount / 100.0,
            upper: upper.map(|upper| upper / 100.0),
            currency: if major.is_empty() { "?" } else { major.trim_start_matches('/') },
        },
        None => Meaning::Money { amount, upper, currency },
    })
}

/// From one amount to another; the currency may be said once.
pub(crate) fn money_between(args: &Args<'_>) -> Option<Meaning> {
    let parts = |at: usize| match args.get(at)? {
        Meaning::Money { amount, upper: None, currency } => Some((*amount, Some(*currency))),
        other => Some((other.value()?, None)),
    };
    let ((low, one), (high, other)) = (parts(0)?, parts(1)?);
    if one.is_some() && other.is_some() && one != other {
        return None;
    }
    (low < high).then_some(Meaning::Money { amount: low, upper: Some(high), currency: one.or(other)? })
}

/// An amount and its hundredths: "twenty dollars and 43 cents".
pub(crate) fn with_cents(args: &Args<'_>) -> Option<Meaning> {
    let Meaning::Money { amount, upper: None, currency } = args.get(0)? else {
        return None;
    };
    let cents = match args.get(1)? {
        Meaning::Money { amount, upper: None, .. } => *amount,
        other => other.value()? / 100.0,
    };
    let fits = amount.fract() == 0.0 && cents > 0.0 && cents < 1.0;
    fits.then_some(Meaning::Money { amount: amount + cents, upper: None, currency })
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every act")]
/// Nothing to pay.
pub(crate) fn free(_: &Args<'_>) -> Option<Meaning> {
    Some(Meaning::Money { amount: 0.0, upper: None, currency: "free" })
}

/// So many units and half of one: "two hours and a half".
pub(crate) fn half_more(args: &Args<'_>) -> Option<Meaning> {
    let count = args.value(0).unwrap_or(1.0);
    Some(Meaning::Length(Length::of(count + 0.5, args.grain(1)?)?, None))
}

/// A number and the figures after its decimal sign, spoken: "three point five".
pub(crate) fn decimal(args: &Args<'_>) -> Option<Meaning> {
    let (whole, part) = (args.value(0)?, args.value(1)?);
    let scale = if part < 10.0 { 10.0 } else { 100.0 };
    Some(Meaning::number(whole + part / scale))
}
