//! What a place may cost, where the organizer just said so: a sum that has both a currency and a word such as "under" near it.

use super::words::Words;
use crate::domain::money::Currency;

/// The sum in minor units of this currency. `None` when none was said, or in another currency.
pub(super) fn said_in(words: &Words, text: &str, currency: Currency) -> Option<i64> {
    let tokens: Vec<String> = text.split_whitespace().take(200).map(str::to_lowercase).collect();
    tokens.iter().enumerate().find_map(|(at, token)| {
        let from = at.saturating_sub(4);
        let near: Vec<&str> = tokens.iter().take(at + 3).skip(from).map(|near| plain(near)).collect();
        let next = tokens.get(at + 1).map(|next| plain(next)).unwrap_or_default();
        let capped = near.iter().any(|near| words.budget.iter().any(|cue| cue == near));
        let (amount, marked) = amount(token)?;
        let paid = marked || words.coins.iter().any(|word| word == next) || Currency::parse(next) == Some(currency);
        let named_alone = near.contains(&words.budget.first().map_or("", String::as_str));
        let minor = amount.checked_mul(10_i64.pow(currency.digits()))?;
        (capped && (paid || named_alone) && minor > 0).then_some(minor)
    })
}

fn plain(token: &str) -> &str {
    token.trim_matches(|c: char| !c.is_alphanumeric())
}

/// A whole amount, and whether a sign of money is at it: `$2,000`, `1500€`, `2k`.
fn amount(token: &str) -> Option<(i64, bool)> {
    let sign = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '￥');
    let marked = token.chars().any(sign);
    let bare = token.trim_matches(|c: char| sign(c) || matches!(c, '.' | ',' | ';' | '!' | '?' | '(' | ')'));
    let bare = bare.trim_start_matches("us").trim_start_matches("ca").trim_start_matches(sign);
    let (digits, times) = bare.strip_suffix('k').map_or((bare, 1), |digits| (digits, 1_000));
    let digits: String = digits.chars().filter(|c| *c != ',').collect();
    let whole = digits.strip_suffix(".00").unwrap_or(&digits);
    let amount: i64 = whole.parse().ok()?;
    Some((amount.checked_mul(times)?, marked))
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    #[test]
    fn a_sum_counts_when_it_is_a_limit_in_money() {
        let said = |text| said_in(words("en"), text, Currency::USD);
        assert_eq!(said("a venue under $2,000 a day"), Some(200_000));
        assert_eq!(said("my budget is 3k"), Some(300_000));
        assert_eq!(said("at most 1500 dollars, please"), Some(150_000));
        assert_eq!(said("for under 200 people"), None);
        assert_eq!(said("tickets cost $150"), None);
        assert_eq!(said("under $99999999999999999999"), None);
    }
}
