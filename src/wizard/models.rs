//! What a turn needs to ask a model.

use std::time::Duration;

use super::hearing::Ear;
use crate::store::model_usage::Budgets;
use crate::understanding::ladder::Ladder;
use crate::understanding::model::Usage;
use crate::understanding::prompt::Prompts;

/// The models, what they are told, and what they may cost.
#[derive(Debug)]
pub struct Models {
    /// Who is asked.
    pub ladder: Ladder,
    /// Who listens to voice messages, when somebody does.
    pub ear: Option<Ear>,
    /// What they are told.
    pub prompts: Prompts,
    /// What may be used, in tokens.
    pub budgets: Budgets,
    /// The longest answer of a model, in tokens (ruling C-06).
    pub max_tokens: u32,
    /// The longest answer that is shown, in characters.
    pub shown_characters: usize,
    /// When no word of a model came within this time, the rules' answer is shown (ruling C-35).
    pub answer_within: Duration,
    /// What becomes of a model's words that come later.
    pub late: Late,
    /// The next message ends a model's words.
    pub hurry: bool,
    /// What tokens cost.
    pub prices: Prices,
}

/// What becomes of words that come after the rules' answer was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// They follow it.
    Follow,
    /// They are not waited for.
    Drop,
}

/// What a million tokens cost, in US dollars: read and written, by model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prices(Vec<(String, f64, f64)>);

impl Prices {
    /// Reads `model=read/written` lists, with blanks or commas between.
    ///
    /// # Errors
    /// The part that is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split([',', ' ', '\n']).filter(|part| !part.is_empty());
        let price = |part: &str| {
            let (name, both) = part.split_once('=')?;
            let (read, written) = both.split_once('/')?;
            let number = |text: &str| text.parse::<f64>().ok().filter(|price| price.is_finite() && *price >= 0.0);
            Some((name.to_owned(), number(read)?, number(written)?))
        };
        parts
            .map(|part| price(part).ok_or_else(|| format!("{part:?} is no model=read/written")))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// What this cost, in US dollars. A model without a price is as dear as the dearest (PAINS P32).
    pub fn of(&self, model: &str, usage: Usage) -> f64 {
        let dearest = |pick: fn(&(String, f64, f64)) -> f64| self.0.iter().map(pick).fold(0.0, f64::max);
        let known = self.0.iter().find(|(name, ..)| name == model).map(|(_, read, written)| (*read, *written));
        let (read, written) = known.unwrap_or_else(|| (dearest(|price| price.1), dearest(|price| price.2)));
        (f64::from(usage.prompt) * read + f64::from(usage.completion) * written) / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_without_a_price_is_as_dear_as_the_dearest() {
        let prices = Prices::parse("small=0.5/1.5, big=10/30").unwrap();
        let usage = Usage { prompt: 1_000, completion: 100 };
        let cents = |model| (prices.of(model, usage) * 100_000.0).round() / 1_000.0;
        assert_eq!((cents("small"), cents("big"), cents("nobody-knows")), (0.065, 1.3, 1.3));
        assert!(Prices::parse("big=10").unwrap_err().contains("big=10"));
        assert!(Prices::parse("big=-1/2").is_err());
    }
}
