//! One grammar for every language: words and rules are data, the way they are put together is here.
//!
//! `rule` reads the rules, `chart` applies them, `meaning` is what comes out, `act` names what a rule can do,
//! `clocks`, `times`, `ranges` and `quantities` do it, `numeral` reads numbers.

mod act;
mod chart;
mod clocks;
pub(crate) mod meaning;
mod numeral;
mod quantities;
mod ranges;
mod rule;
mod times;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::grammar::act::Habits;
use crate::grammar::chart::{Budget, Chart};
pub(crate) use crate::grammar::chart::{Piece, Pieces};
use crate::grammar::meaning::Meaning;
use crate::grammar::numeral::{Figures, Numeral, Role};
use crate::grammar::rule::{Names, Rule, Start, Symbol};
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
    starts: Vec<Vec<Start>>,
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

/// How many tokens are put together at a time; a time that lies across the end of a stretch without a full stop or a
/// line break is the one thing that is lost by it.
const BLOCK: usize = 512;

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
        static NONE: OnceLock<Grammar> = OnceLock::new();
        let ((words, rules), slot) = match language {
            Language::English => (sources!("en"), 0),
            Language::French => (sources!("fr"), 1),
            Language::Spanish => (sources!("es"), 2),
            Language::Mandarin => (sources!("zh"), 3),
        };
        ALL.get(slot).unwrap_or(&NONE).get_or_init(|| {
            let figures = match language {
                Language::English | Language::Mandarin => Figures { group: ',', point: '.', blank: false },
                Language::French | Language::Spanish => Figures { group: '.', point: ',', blank: true },
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
                    let meaning = value
                        .parse()
                        .map_or_else(|_| Meaning::Name(Box::leak(value.clone().into_boxed_str())), Meaning::number);
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
        let starts = rule::starts(&all, names.len());
        Ok(Self { lexicon, rules: all, starts, figures, han, symbols })
    }

    /// Shows everything that the rules make of these tokens, stretch by stretch: the place of its first token, and its
    /// pieces by the token at which they begin. No piece reaches over the end of a stretch, and none is kept longer.
    pub(crate) fn each_stretch(&self, tokens: &[Token], day_first: bool, mut see: impl FnMut(usize, &Pieces)) {
        let mut budget = Budget::default();
        let mut rest = tokens;
        while !rest.is_empty() && !budget.is_spent() {
            let (block, after) = rest.split_at_checked(block_end(rest)).unwrap_or((rest, &[]));
            let mut chart = Chart::new(block, &self.rules, &self.starts, Habits { day_first }, &mut budget);
            let found = Found::new(&self.lexicon, block);
            let mut leaves = Vec::new();
            for at in (0..block.len()).rev() {
                self.leaves(block, at, &found, &mut leaves);
                chart.fill(at, &mut leaves);
            }
            see(tokens.len() - rest.len(), &chart.into_pieces());
            rest = after;
        }
    }

    /// Every word of the lexicon.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.lexicon.words()
    }

    /// What the words and figures at this token are by themselves.
    fn leaves(&self, tokens: &[Token], at: usize, found: &Found<'_>, leaves: &mut Vec<Piece>) {
        let proud = is_name(tokens, at);
        leaves.extend(found.at(at).iter().map(|(end, leaf)| {
            let symbol = leaf.proud.filter(|_| proud).unwrap_or(leaf.symbol);
            Piece { end: *end, symbol, meaning: leaf.meaning.clone(), order: 0 }
        }));
        let mut put = |symbol, end, value, digits| {
            leaves.push(Piece { end, symbol, meaning: Meaning::Number { value, digits, ordinal: false }, order: 0 });
        };
        let token = tokens.get(at);
        if let Some((value, digits)) = token.and_then(numeral::plain) {
            put(self.symbols.digits, at + 1, value, digits);
        }
        if let Some(number) = self.number(tokens, at, found) {
            put(self.symbols.number, number.end, number.value, number.digits);
        }
    }

    fn number(&self, tokens: &[Token], at: usize, found: &Found<'_>) -> Option<Numeral> {
        let kind = tokens.get(at)?.kind;
        let figures = if kind == TokenKind::Number { numeral::in_figures(tokens, at, self.figures) } else { None };
        if self.han
            && let Some(han) = numeral::in_han(tokens, at, figures)
        {
            return Some(han);
        }
        if figures.is_some() || kind == TokenKind::Word {
            return numeral::in_words(at, figures, |at| self.role(tokens, at, found)).or(figures);
        }
        figures
    }

    /// What the longest number word here does.
    fn role(&self, tokens: &[Token], at: usize, found: &Found<'_>) -> Option<(usize, Role)> {
        let at = if crate::lexicon::is_joint(tokens, at) { at + 1 } else { at };
        found.at(at).iter().rev().find_map(|(end, leaf)| {
            let role = match leaf.meaning.value() {
                Some(value) if leaf.symbol == self.symbols.cardinal => Role::Value(value),
                Some(value) if leaf.symbol == self.symbols.scale => Role::Scale(value),
                _ if leaf.symbol == self.symbols.and => Role::And,
                _ => return None,
            };
            Some((*end, role))
        })
    }
}

/// What the lexicon knows of a stretch of text, looked up once: for each token the phrases that begin there, the shortest
/// first, with the token after their end.
struct Found<'a> {
    all: Vec<(usize, &'a Leaf)>,
    bounds: Vec<usize>,
}

impl<'a> Found<'a> {
    fn new(lexicon: &'a Lexicon<Leaf>, tokens: &[Token]) -> Self {
        let mut found = Self { all: Vec::new(), bounds: vec![0] };
        for at in 0..tokens.len() {
            lexicon.each_at(tokens, at, |end, leaves| found.all.extend(leaves.iter().map(|leaf| (end, leaf))));
            found.bounds.push(found.all.len());
        }
        found
    }

    fn at(&self, at: usize) -> &[(usize, &'a Leaf)] {
        let bounds = self.bounds.get(at).zip(self.bounds.get(at + 1));
        bounds.and_then(|(start, end)| self.all.get(*start..*end)).unwrap_or(&[])
    }
}

/// Where the next stretch of a long text ends: at a line break, after a full stop, or where it must.
fn block_end(tokens: &[Token]) -> usize {
    if tokens.len() <= BLOCK {
        return tokens.len();
    }
    let window = tokens.get(BLOCK / 2..BLOCK).unwrap_or(&[]);
    let at_line = window.iter().rposition(|token| token.gap == Gap::Line);
    let at_stop = || window.iter().rposition(|token| matches!(token.lower.as_str(), "." | "。")).map(|at| at + 1);
    at_line.or_else(at_stop).map_or(BLOCK, |at| at + BLOCK / 2)
}

/// Whether a capital letter here is no mere beginning of a sentence.
fn is_name(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    tokens.get(at).is_some_and(|token| token.capital && token.gap != Gap::Line)
        && before.is_some_and(|before| {
            !before.capital && !matches!(before.lower.as_str(), "." | "!" | "?" | ":" | "\"" | "“")
        })
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
