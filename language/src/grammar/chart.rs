//! Puts the pieces of a text together by the rules of its language.
//!
//! The text is walked from its end to its beginning: when a token is reached, everything that begins after it is
//! already known, so a rule is tried once, when its first piece appears. Promises linear time: a piece spans at most
//! [`REACH`] tokens, [`CROWD`] pieces begin at one token, and a text as a whole is given [`WORK`] attempts.

use std::ops::Range;

use crate::grammar::act::{Args, Habits};
use crate::grammar::meaning::Meaning;
use crate::grammar::rule::{Element, Rule, Set, Start, Symbol, Term};
use crate::lexicon::is_joint;
use crate::token::{Gap, Token};

/// The most tokens that one piece may span.
const REACH: usize = 28;
/// The most pieces that may begin at one token.
const CROWD: usize = 120;
/// How many mostly do, and in how many tokens that is foreseen.
const PIECES: usize = 16;
const LONG: usize = 64;
/// The most attempts at a rule in one text.
const WORK: usize = 2_500_000;
/// Which piece stands in each place of a rule: the token at which it begins, and which of those there.
type Row = [(usize, usize); 12];
/// The most attempts at rules that begin at one token.
const WORK_HERE: usize = 6_000;

/// No act takes more arguments; what is not given is absent.
pub(crate) const ARGUMENTS: usize = 3;

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

/// The pieces of a stretch of text; those that begin at one token stand together, the last token's first.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    all: Vec<Piece>,
    bounds: Vec<Range<usize>>,
}

impl Pieces {
    /// Room for what so many tokens mostly have.
    fn of(tokens: usize) -> Self {
        Self { all: Vec::with_capacity(tokens.min(LONG) * PIECES), bounds: vec![0..0; tokens + 1] }
    }

    /// Those that begin at this token, in the order in which they were found.
    pub(crate) fn at(&self, token: usize) -> &[Piece] {
        self.bounds.get(token).and_then(|bounds| self.all.get(bounds.clone())).unwrap_or(&[])
    }

    /// Those of each token, from the first to the last.
    pub(crate) fn by_token(&self) -> impl Iterator<Item = &[Piece]> {
        (0..self.bounds.len()).map(|token| self.at(token))
    }

    /// Begins a token; nothing more may be put to another.
    fn begin(&mut self, token: usize) {
        if let Some(bounds) = self.bounds.get_mut(token) {
            *bounds = self.all.len()..self.all.len();
        }
    }

    fn put(&mut self, token: usize, piece: Piece) {
        if let Some(bounds) = self.bounds.get_mut(token) {
            self.all.push(piece);
            bounds.end = self.all.len();
        }
    }
}

/// All pieces of a stretch of text, by the token at which they begin.
pub(crate) struct Chart<'a> {
    tokens: &'a [Token],
    rules: &'a [Rule],
    /// For each symbol, the rules that begin with it.
    starts: &'a [Vec<Start>],
    pieces: Pieces,
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
        starts: &'a [Vec<Start>],
        habits: Habits,
        budget: &'a mut Budget,
    ) -> Self {
        let pieces = Pieces::of(tokens.len());
        let begun = vec![Set::default(); tokens.len() + 1];
        Self { tokens, rules, starts, pieces, begun, habits, budget, left_here: 0 }
    }

    /// Adds what the lexicon and the numbers say of one token, and all that follows from it.
    pub(crate) fn fill(&mut self, at: usize, leaves: &mut Vec<Piece>) {
        self.budget.0 = self.budget.0.saturating_sub(1 + leaves.len());
        self.left_here = WORK_HERE;
        self.pieces.begin(at);
        for leaf in leaves.drain(..) {
            self.put(at, leaf);
        }
        let mut done = 0;
        while let Some(piece) = self.pieces.at(at).get(done) {
            let (symbol, end) = (piece.symbol, piece.end);
            let rules = self.rules;
            let starts = self.starts;
            let after = self.begun_at(end);
            for &Start { order, then } in starts.get(usize::from(symbol)).map_or(&[][..], Vec::as_slice) {
                crate::work::step();
                if then.is_some_and(|then| !after.meets(&then)) {
                    continue;
                }
                let Some(rule) = rules.get(order) else { continue };
                let Some(first) = rule.elements.first() else { continue };
                if !self.fits(first, at, done) {
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

    pub(crate) fn into_pieces(self) -> Pieces {
        self.pieces
    }

    fn put(&mut self, at: usize, piece: Piece) {
        if let Some(begun) = self.begun.get_mut(at) {
            begun.insert(piece.symbol);
            self.pieces.put(at, piece);
        }
    }

    /// The symbols that the next place of a rule may have here, a hyphen between words passed over.
    fn begun_at(&self, at: usize) -> Set {
        let here = self.begun.get(at).copied().unwrap_or_default();
        let joint = self.begun.get(at + 1).filter(|_| is_joint(self.tokens, at));
        joint.map_or(here, |beyond| here.with(beyond))
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
        let count = self.pieces.at(at).len();
        for which in 0..count {
            crate::work::step();
            if !self.fits(element, at, which) {
                continue;
            }
            let end = self.pieces.at(at).get(which).map_or(at, |piece| piece.end);
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
        let Some(piece) = self.pieces.at(at).get(which) else {
            return false;
        };
        if !element.set.may_hold(piece.symbol) || !element.symbols.contains(&piece.symbol) {
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
        let here = self.pieces.at(start);
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
                Some(self.pieces.at(*at).get(*which)?.meaning.clone())
            }
            Term::Call(act, arguments) => {
                let mut values = [const { None }; ARGUMENTS];
                for (value, argument) in values.iter_mut().zip(arguments) {
                    *value = self.work_out(argument, rule, row);
                }
                act(&Args { values: &values, habits: self.habits })
            }
        }
    }
}
