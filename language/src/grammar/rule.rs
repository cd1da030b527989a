//! Reads the rules of a language: one line each, `result: pattern -> meaning`.
//!
//! A pattern is a row of symbols, alternatives (`a|b`), optional ones (`[a]`), words (`"of the"`), ones that touch the
//! one before (`+a`) and numbers in bounds (`digits(1,31)`, with a third figure: how many figures it has). A meaning
//! is a call (`join(month($1), dom($2))`) whose arguments are pieces of the pattern, numbers, words or calls. A line
//! `@name = a|b` names alternatives; `#` begins a comment.

use std::collections::HashMap;

use crate::grammar::act::{self, Act};
use crate::grammar::chart::ARGUMENTS;
use crate::grammar::meaning::Meaning;

/// A kind of piece: a category of the lexicon, a result of rules, or a word that a rule names.
pub(crate) type Symbol = u16;

/// A set of symbols; symbols that are alike modulo its size share a place, so it may say yes too often but never no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Set([u64; 6]);

impl Set {
    pub(crate) fn insert(&mut self, symbol: Symbol) {
        let places = self.0.len() * 64;
        let place = usize::from(symbol) % places;
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    pub(crate) fn may_hold(&self, symbol: Symbol) -> bool {
        let place = usize::from(symbol) % (self.0.len() * 64);
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).fold(0, |common, (one, other)| common | one & other) != 0
    }

    pub(crate) fn with(mut self, other: &Self) -> Self {
        for (one, other) in self.0.iter_mut().zip(other.0) {
            *one |= other;
        }
        self
    }
}

/// One place of a pattern.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) symbols: Vec<Symbol>,
    pub(crate) set: Set,
    pub(crate) glued: bool,
    pub(crate) bounds: Option<(f64, f64)>,
    pub(crate) digits: Option<usize>,
}

/// A meaning to be worked out.
#[derive(Clone, Debug)]
pub(crate) enum Term {
    Piece(usize),
    Constant(Meaning),
    Call(Act, Vec<Term>),
}

/// One rule, without optional places.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) result: Symbol,
    pub(crate) elements: Vec<Element>,
    /// For each place of the pattern as written, which element it became.
    pub(crate) slots: Vec<Option<usize>>,
    pub(crate) term: Term,
}

/// Where a rule begins: which one it is, and what may stand in its second place; all that most attempts ever look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) order: usize,
    /// Nothing for a rule of one place.
    pub(crate) then: Option<Set>,
}

/// For each symbol of `count`, the rules that begin with it, in their order.
pub(crate) fn starts(rules: &[Rule], count: usize) -> Vec<Vec<Start>> {
    let mut starts = vec![Vec::new(); count];
    for (order, rule) in rules.iter().enumerate() {
        let then = rule.elements.get(1).map(|second| second.set);
        for symbol in rule.elements.first().map_or(&[][..], |first| &first.symbols) {
            if let Some(list) = starts.get_mut(usize::from(*symbol)) {
                list.push(Start { order, then });
            }
        }
    }
    starts
}

/// The names of the symbols of one language.
#[derive(Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<String, Symbol>,
    /// Words that rules name, to be added to the lexicon.
    pub(crate) literals: Vec<(String, Symbol)>,
}

impl Names {
    pub(crate) fn id(&mut self, name: &str) -> Symbol {
        let fresh = Symbol::try_from(self.ids.len()).unwrap_or(Symbol::MAX);
        *self.ids.entry(name.to_owned()).or_insert(fresh)
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    fn literal(&mut self, word: &str) -> Symbol {
        let known = self.ids.len();
        let id = self.id(&format!("\"{word}"));
        if self.ids.len() > known {
            self.literals.push((word.to_owned(), id));
        }
        id
    }
}

/// Reads rules; a line that says nothing sensible is told by its text.
///
/// # Errors
/// The line that cannot be read.
pub(crate) fn read(source: &str, names: &mut Names) -> Result<Vec<Rule>, String> {
    let mut rules = Vec::new();
    let mut groups: HashMap<String, String> = HashMap::new();
    for line in source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some((name, choices)) = line.strip_prefix('@').and_then(|line| line.split_once('=')) {
            groups.insert(name.trim().to_owned(), choices.trim().to_owned());
        } else {
            rules.extend(read_line(line, names, &groups).ok_or_else(|| line.to_owned())?);
        }
    }
    Ok(rules)
}

fn read_line(line: &str, names: &mut Names, groups: &HashMap<String, String>) -> Option<Vec<Rule>> {
    let (result, rest) = line.split_once(':')?;
    let (pattern, meaning) = rest.split_once("->")?;
    let places = read_pattern(pattern, names, groups)?;
    let (term, left) = read_term(meaning.trim())?;
    left.trim().is_empty().then_some(())?;
    let result = names.id(result.trim());
    let optional = places.iter().filter(|(_, optional)| *optional).count();
    (!places.is_empty() && optional < places.len() && optional <= 6).then_some(())?;
    let mut rules = Vec::new();
    for choice in 0..1u32 << optional {
        let mut elements = Vec::new();
        let mut slots = Vec::new();
        let mut seen = 0;
        for (element, optional) in &places {
            // Bits tell which optional places are left out, so that the fullest pattern comes first.
            let out = *optional && choice >> seen & 1 == 1;
            seen += u32::from(*optional);
            slots.push((!out).then_some(elements.len()));
            if !out {
                elements.push(element.clone());
            }
        }
        rules.push(Rule { result, elements, slots, term: term.clone() });
    }
    Some(rules)
}

fn read_pattern(pattern: &str, names: &mut Names, groups: &HashMap<String, String>) -> Option<Vec<(Element, bool)>> {
    let mut places = Vec::new();
    let mut rest = pattern.trim();
    while !rest.is_empty() {
        let end = place_end(rest);
        let (place, after) = rest.split_at_checked(end)?;
        rest = after.trim_start();
        let inner = place.strip_prefix('[').and_then(|place| place.strip_suffix(']'));
        let optional = inner.is_some();
        places.push((read_place(inner.unwrap_or(place), names, groups)?, optional));
    }
    Some(places)
}

/// Where the first place ends: at a blank outside quotes.
fn place_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, letter) in text.char_indices() {
        quoted ^= letter == '"';
        if letter == ' ' && !quoted {
            return at;
        }
    }
    text.len()
}

fn read_place(place: &str, names: &mut Names, groups: &HashMap<String, String>) -> Option<Element> {
    let glued = place.starts_with('+');
    let place = place.trim_start_matches('+');
    let (choices, bounds) =
        match place.strip_suffix(')').filter(|_| !place.starts_with('"')).and_then(|place| place.split_once('(')) {
            Some((choices, bounds)) => (choices, Some(bounds)),
            None => (place, None),
        };
    let mut symbols = Vec::new();
    for choice in choices.split('|') {
        if let Some(group) = choice.strip_prefix('@') {
            symbols.extend(read_place(groups.get(group)?, names, groups)?.symbols);
        } else if let Some(word) = choice.strip_prefix('"') {
            symbols.push(names.literal(word.strip_suffix('"')?));
        } else {
            symbols.push(names.id(choice));
        }
    }
    let figures: Vec<f64> = bounds
        .map_or(Some(Vec::new()), |bounds| bounds.split(',').map(|figure| figure.trim().parse().ok()).collect())?;
    let bounds = figures.first().zip(figures.get(1)).map(|(low, high)| (*low, *high));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of figures, written by hand")]
    let digits = figures.get(2).map(|count| *count as usize);
    let mut set = Set::default();
    for symbol in &symbols {
        set.insert(*symbol);
    }
    Some(Element { symbols, set, glued, bounds, digits })
}

fn read_term(text: &str) -> Option<(Term, &str)> {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix('$') {
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (number, rest) = rest.split_at_checked(end)?;
        return Some((Term::Piece(number.parse::<usize>().ok()?.checked_sub(1)?), rest));
    }
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || "_-./".contains(letter))).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    if word.is_empty() {
        return None;
    }
    let Some(mut rest) = rest.strip_prefix('(') else {
        let constant = match word.parse::<f64>() {
            Ok(value) => Meaning::number(value),
            Err(_) => Meaning::Name(Box::leak(word.to_owned().into_boxed_str())),
        };
        return Some((Term::Constant(constant), rest));
    };
    let act = act::by_name(word)?;
    let mut arguments = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(')') {
            return (arguments.len() <= ARGUMENTS).then_some((Term::Call(act, arguments), after));
        }
        let (argument, after) = read_term(rest)?;
        arguments.push(argument);
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}
