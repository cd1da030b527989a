//! Puts the pieces of a text together by the rules of its language.
//!
//! The text is walked from its end to its beginning: when a token is reached, everything that begins after it is
//! already known, so a rule is tried once, when its first piece appears. Promises linear time: a piece spans at most
//! [`REACH`] tokens, [`CROWD`] pieces begin at one token, and a text as a whole is given [`WORK`] attempts.

use crate::grammar::act::{Args, Habits};
use crate::grammar::meaning::Meaning;
use crate::grammar::rule::{Element, Rule, Set, Symbol, Term};
use crate::lexicon::is_joint;
use crate::token::{Gap, Token};

/// The most tokens that one piece may span.
const REACH: usize = 28;
/// The most pieces that may begin at one token.
const CROWD: usize = 120;
/// The most attempts at a rule in one text.
const WORK: usize = 2_500_000;
/// Which piece stands in each place of a rule: the token at which it begins, and which of those there.
type Row = [(usize, usize); 12];
/// The most attempts at rules that begin at one token.
const WORK_HERE: usize = 6_000;

/// One piece that was understood.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// The token after its last.
    pub(crate) end: usize,
    pub(crate) symbol: Symbol,
    pub(crate) meaning: Meaning,
    /// The rule that made it; of two that span the same, the one written first is right.
    pub(crate) order: usize,
}

/// How much may still be tried in a text.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(WORK)
    }
}

impl Budget {
    pub(crate) const fn is_spent(&self) -> bool {
        self.0 == 0
    }
}

/// All pieces of a stretch of text, by the token at which they begin.
pub(crate) struct Chart<'a> {
    tokens: &'a [Token],
    rules: &'a [Rule],
    /// For each symbol, the rules that begin with it.
    starts: &'a [Vec<usize>],
    pieces: Vec<Vec<Piece>>,
    /// For each token, the symbols that begin at it.
    begun: Vec<Set>,
    habits: Habits,
    budget: &'a mut Budget,
    left_here: usize,
}

impl<'a> Chart<'a> {
    pub(crate) fn new(
        tokens: &'a [Token],
        rules: &'a [Rule],
        starts: &'a [Vec<usize>],
        habits: Habits,
        budget: &'a mut Budget,
    ) -> Self {
        let pieces = vec![Vec::new(); tokens.len() + 1];
        let begun = vec![Set::default(); tokens.len() + 1];
        Self { tokens, rules, starts, pieces, begun, habits, budget, left_here: 0 }
    }

    /// Adds what the lexicon and the numbers say of one token, and all that follows from it.
    pub(crate) fn fill(&mut self, at: usize, leaves: Vec<Piece>) {
        self.budget.0 = self.budget.0.saturating_sub(1 + leaves.len());
        self.left_here = WORK_HERE;
        for leaf in leaves {
            self.put(at, leaf);
        }
        let mut done = 0;
        while let Some(piece) = self.pieces.get(at).and_then(|here| here.get(done)) {
            let (symbol, end) = (piece.symbol, piece.end);
            let rules = self.rules;
            let starts = self.starts;
            for &order in starts.get(usize::from(symbol)).map_or(&[][..], Vec::as_slice) {
                crate::work::step();
                let Some(rule) = rules.get(order) else { continue };
                let Some(first) = rule.elements.first() else { continue };
                if rule.elements.get(1).is_some_and(|second| !self.may_begin(second, end))
                    || !self.fits(first, at, done)
                {
                    continue;
                }
                let mut row: Row = [(0, 0); 12];
                if let Some(slot) = row.first_mut() {
                    *slot = (at, done);
                    self.extend(rule, order, at, end, 1, &mut row);
                }
            }
            done += 1;
        }
    }

    pub(crate) fn into_pieces(self) -> Vec<Vec<Piece>> {
        self.pieces
    }

    fn put(&mut self, at: usize, piece: Piece) {
        if let (Some(here), Some(begun)) = (self.pieces.get_mut(at), self.begun.get_mut(at)) {
            begun.insert(piece.symbol);
            here.push(piece);
        }
    }

    /// Whether something for this place of a rule begins here; quickly, and sometimes yes for no.
    fn may_begin(&self, element: &Element, at: usize) -> bool {
        let here = |at: usize| self.begun.get(at).is_some_and(|begun| begun.meets(&element.set));
        here(at) || is_joint(self.tokens, at) && here(at + 1)
    }

    fn extend(&mut self, rule: &Rule, order: usize, start: usize, at: usize, depth: usize, row: &mut Row) {
        if self.budget.0 == 0 || self.left_here == 0 {
            return;
        }
        self.budget.0 -= 1;
        self.left_here -= 1;
        let Some(element) = rule.elements.get(depth) else {
            self.complete(rule, order, start, at, row);
            return;
        };
        self.try_at(rule, order, start, at, depth, row, element);
        if is_joint(self.tokens, at) {
            self.try_at(rule, order, start, at + 1, depth, row, element);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the state of one attempt; a struct would be filled and emptied at each step"
    )]
    fn try_at(
        &mut self,
        rule: &Rule,
        order: usize,
        start: usize,
        at: usize,
        depth: usize,
        row: &mut Row,
        element: &Element,
    ) {
        let Some(token) = self.tokens.get(at) else { return };
        if !self.begun.get(at).is_some_and(|begun| begun.meets(&element.set)) {
            return;
        }
        if token.gap == Gap::Line || (element.glued && !token.glued()) {
            return;
        }
        let count = self.pieces.get(at).map_or(0, Vec::len);
        for which in 0..count {
            crate::work::step();
            if !self.fits(element, at, which) {
                continue;
            }
            let end = self.pieces.get(at).and_then(|here| here.get(which)).map_or(at, |piece| piece.end);
            if end > start + REACH {
                continue;
            }
            if let Some(slot) = row.get_mut(depth) {
                *slot = (at, which);
                self.extend(rule, order, start, end, depth + 1, row);
            }
        }
    }

    fn fits(&self, element: &Element, at: usize, which: usize) -> bool {
        let Some(piece) = self.pieces.get(at).and_then(|here| here.get(which)) else {
            return false;
        };
        if !element.symbols.contains(&piece.symbol) {
            return false;
        }
        let Some((low, high)) = element.bounds else { return true };
        let Meaning::Number { value, digits, .. } = piece.meaning else {
            return false;
        };
        value >= low && value <= high && element.digits.is_none_or(|count| count == digits)
    }

    fn complete(&mut self, rule: &Rule, order: usize, start: usize, end: usize, row: &Row) {
        let Some(meaning) = self.work_out(&rule.term, rule, row) else { return };
        let Some(here) = self.pieces.get(start) else { return };
        let known =
            here.iter().any(|piece| piece.end == end && piece.symbol == rule.result && piece.meaning == meaning);
        if !known && here.len() < CROWD {
            self.put(start, Piece { end, symbol: rule.result, meaning, order });
        }
    }

    fn work_out(&self, term: &Term, rule: &Rule, row: &Row) -> Option<Meaning> {
        match term {
            Term::Constant(meaning) => Some(meaning.clone()),
            Term::Piece(place) => {
                let (at, which) = rule.slots.get(*place).copied().flatten().and_then(|element| row.get(element))?;
                Some(self.pieces.get(*at)?.get(*which)?.meaning.clone())
            }
            Term::Call(act, arguments) => {
                let arguments: Vec<Option<Meaning>> =
                    arguments.iter().map(|argument| self.work_out(argument, rule, row)).collect();
                act(&Args { values: &arguments, habits: self.habits })
            }
        }
    }
}
