//! One grammar for every language: words and rules are data, the way they are put together is here.
//!
//! `rule` reads the rules, `chart` applies them, `meaning` is what comes out, `act` names what a rule can do,
//! `clocks`, `times` and `quantities` do it, `numeral` reads numbers.

mod act;
mod chart;
mod clocks;
pub(crate) mod meaning;
mod numeral;
mod quantities;
mod rule;
mod times;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::grammar::act::Habits;
use crate::grammar::chart::Chart;
pub(crate) use crate::grammar::chart::Piece;
use crate::grammar::meaning::Meaning;
use crate::grammar::numeral::{Figures, Numeral, Role};
use crate::grammar::rule::{Names, Rule, Symbol};
use crate::language::Language;
use crate::lexicon::Lexicon;
use crate::token::{Gap, Token, TokenKind};

/// A category of the lexicon and what the word stands for.
#[derive(Clone, Debug)]
struct Leaf {
    symbol: Symbol,
    /// The category of a shy word ("march", "sun") when a capital letter inside a sentence says that it is a name.
    proud: Option<Symbol>,
    meaning: Meaning,
}

/// The words and rules of one language.
#[derive(Debug)]
pub(crate) struct Grammar {
    lexicon: Lexicon<Leaf>,
    rules: Vec<Rule>,
    starts: Vec<Vec<usize>>,
    figures: Figures,
    han: bool,
    pub(crate) symbols: Symbols,
}

/// The symbols that the engine itself knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Symbols {
    pub(crate) digits: Symbol,
    pub(crate) number: Symbol,
    pub(crate) cardinal: Symbol,
    pub(crate) scale: Symbol,
    pub(crate) and: Symbol,
    /// Words that look like something else and are nothing: "24/7".
    pub(crate) decoy: Symbol,
}

type Words = BTreeMap<String, BTreeMap<String, Vec<String>>>;

macro_rules! sources {
    ($folder:literal) => {
        (
            include_str!(concat!("../../data/", $folder, "/words.toml")),
            include_str!(concat!("../../data/", $folder, "/grammar.txt")),
        )
    };
}

impl Grammar {
    /// The grammar of a language, read once.
    pub(crate) fn of(language: Language) -> &'static Self {
        static ALL: [OnceLock<Grammar>; 4] = [const { OnceLock::new() }; 4];
        let ((words, rules), slot) = match language {
            Language::English => (sources!("en"), 0),
            Language::French => (sources!("fr"), 1),
            Language::Spanish => (sources!("es"), 2),
            Language::Mandarin => (sources!("zh"), 3),
        };
        static NONE: OnceLock<Grammar> = OnceLock::new();
        ALL.get(slot).unwrap_or(&NONE).get_or_init(|| {
            let figures = match language {
                Language::English | Language::Mandarin => Figures { group: ',', point: '.', blank: false },
                Language::French => Figures { group: '.', point: ',', blank: true },
                Language::Spanish => Figures { group: '.', point: ',', blank: true },
            };
            // The data files are part of the program, and a test reads every one of them.
            Self::new(words, rules, figures, language == Language::Mandarin).unwrap_or_else(|_| Self::empty(figures))
        })
    }

    fn empty(figures: Figures) -> Self {
        let mut names = Names::default();
        let symbols = Symbols::of(&mut names);
        Self { lexicon: Lexicon::default(), rules: Vec::new(), starts: Vec::new(), figures, han: false, symbols }
    }

    /// # Errors
    /// What cannot be read: the line of a rule, or the fault of a words file.
    fn new(words: &str, rules: &str, figures: Figures, han: bool) -> Result<Self, String> {
        let mut names = Names::default();
        let symbols = Symbols::of(&mut names);
        let mut lexicon = Lexicon::default();
        for source in [include_str!("../../data/common/words.toml"), words] {
            let words: Words = toml::from_str(source).map_err(|error| error.to_string())?;
            for (category, values) in words {
                let symbol = names.id(&category);
                let proud = category.strip_prefix("shy_").map(|base| names.id(base));
                for (value, phrases) in values {
                    let meaning = value.parse().map_or_else(|_| Meaning::Name(Box::leak(value.clone().into_boxed_str())), Meaning::number);
                    for phrase in phrases {
                        lexicon.add(&phrase, Leaf { symbol, proud, meaning: meaning.clone() });
                    }
                }
            }
        }
        let mut all = rule::read(rules, &mut names)?;
        all.extend(rule::read(include_str!("../../data/common/grammar.txt"), &mut names)?);
        for (word, symbol) in std::mem::take(&mut names.literals) {
            lexicon.add(&word, Leaf { symbol, proud: None, meaning: Meaning::Name("") });
        }
        let mut starts = vec![Vec::new(); names.len()];
        for (order, rule) in all.iter().enumerate() {
            for symbol in rule.elements.first().map_or(&[][..], |first| &first.symbols) {
                if let Some(list) = starts.get_mut(usize::from(*symbol)) {
                    list.push(order);
                }
            }
        }
        Ok(Self { lexicon, rules: all, starts, figures, han, symbols })
    }

    /// Everything that the rules make of these tokens, by the token at which it begins.
    pub(crate) fn pieces(&self, tokens: &[Token], day_first: bool) -> Vec<Vec<Piece>> {
        let mut chart = Chart::new(tokens, &self.rules, &self.starts, Habits { day_first });
        for at in (0..tokens.len()).rev() {
            let leaves = self.leaves(tokens, at);
            chart.fill(at, leaves);
        }
        chart.into_pieces()
    }

    /// Every word of the lexicon.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.lexicon.words()
    }

    fn leaves(&self, tokens: &[Token], at: usize) -> Vec<Piece> {
        let mut leaves = Vec::new();
        let proud = is_name(tokens, at);
        self.lexicon.each_at(tokens, at, |end, found| {
            leaves.extend(found.iter().map(|leaf| {
                let symbol = leaf.proud.filter(|_| proud).unwrap_or(leaf.symbol);
                Piece { end, symbol, meaning: leaf.meaning.clone(), order: 0 }
            }));
        });
        let mut put = |symbol, end, value, digits| {
            leaves.push(Piece { end, symbol, meaning: Meaning::Number { value, digits, ordinal: false }, order: 0 });
        };
        let token = tokens.get(at);
        if let Some((value, digits)) = token.and_then(numeral::plain) {
            put(self.symbols.digits, at + 1, value, digits);
        }
        if let Some(number) = self.number(tokens, at) {
            put(self.symbols.number, number.end, number.value, number.digits);
        }
        leaves
    }

    fn number(&self, tokens: &[Token], at: usize) -> Option<Numeral> {
        let figures = numeral::in_figures(tokens, at, self.figures);
        if self.han {
            if let Some(han) = numeral::in_han(tokens, at, figures) {
                return Some(han);
            }
        }
        let worded = |at: usize| self.role(tokens, at);
        let kind = tokens.get(at)?.kind;
        if figures.is_some() || kind == TokenKind::Word {
            return numeral::in_words(at, figures, worded).or(figures);
        }
        figures
    }

    /// What the longest number word here does.
    fn role(&self, tokens: &[Token], at: usize) -> Option<(usize, Role)> {
        let mut longest = None;
        let at = if crate::lexicon::is_joint(tokens, at) { at + 1 } else { at };
        self.lexicon.each_at(tokens, at, |end, found| {
            for leaf in found {
                let value = leaf.meaning.value();
                let role = match value {
                    Some(value) if leaf.symbol == self.symbols.cardinal => Role::Value(value),
                    Some(value) if leaf.symbol == self.symbols.scale => Role::Scale(value),
                    _ if leaf.symbol == self.symbols.and => Role::And,
                    _ => continue,
                };
                longest = Some((end, role));
            }
        });
        longest
    }
}

/// Whether a capital letter here is no mere beginning of a sentence.
fn is_name(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    tokens.get(at).is_some_and(|token| token.capital && token.gap != Gap::Line)
        && before.is_some_and(|before| !before.capital && !matches!(before.lower.as_str(), "." | "!" | "?" | ":" | "\"" | "“"))
}

impl Symbols {
    fn of(names: &mut Names) -> Self {
        Self {
            digits: names.id("digits"),
            number: names.id("number"),
            cardinal: names.id("cardinal"),
            scale: names.id("scale"),
            and: names.id("and"),
            decoy: names.id("decoy"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_file_can_be_read() {
        let figures = Figures { group: ',', point: '.', blank: false };
        for (words, rules) in [sources!("en"), sources!("fr"), sources!("es"), sources!("zh")] {
            let grammar = Grammar::new(words, rules, figures, false);
            assert!(grammar.is_ok(), "{:?}", grammar.err());
        }
    }
}
