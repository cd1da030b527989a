//! What the themes share while one message is read: which words are heard, which are taken, and what was found.

use std::ops::Range;

use crate::domain::fact::{Fact, Field, Patch};
use crate::domain::values::Provenance;
use crate::understanding::scene::Scene;
use crate::understanding::{Doubt, Earlier, Wish};

use super::gate;

/// Everything that one message states.
#[derive(Debug, Default)]
pub(in crate::understanding) struct Found {
    /// In the order in which it applies.
    pub(in crate::understanding) patch: Patch,
    /// What can be meant in another way.
    pub(in crate::understanding) doubts: Vec<Doubt>,
    /// A time without a day.
    pub(in crate::understanding) wish: Option<Wish>,
    /// The earlier event that this one begins as.
    pub(in crate::understanding) earlier: Option<Earlier>,
    /// Which words a fact was made of.
    pub(in crate::understanding) used: Vec<bool>,
}

/// A message being read.
pub(super) struct Gathering<'s, 'a> {
    /// The message.
    pub(super) scene: &'s Scene<'a>,
    heard: Vec<bool>,
    found: Found,
}

impl<'s, 'a> Gathering<'s, 'a> {
    /// Nothing is taken yet.
    pub(super) fn new(scene: &'s Scene<'a>) -> Self {
        let used = vec![false; scene.tokens().len()];
        Self { scene, heard: gate::heard(scene), found: Found { used, ..Found::default() } }
    }

    /// Whether this word speaks of the event and belongs to no fact yet.
    pub(super) fn open(&self, at: usize) -> bool {
        self.hears(at) && !self.is_used(at)
    }

    /// Whether all these words are open.
    pub(super) fn all_open(&self, range: &Range<usize>) -> bool {
        !range.is_empty() && range.clone().all(|at| self.open(at))
    }

    /// Whether this word speaks of the event.
    pub(super) fn hears(&self, at: usize) -> bool {
        self.heard.get(at).copied().unwrap_or(false)
    }

    /// Whether any of the message speaks of the event.
    pub(super) fn hears_anything(&self) -> bool {
        self.heard.iter().any(|heard| *heard)
    }

    /// Whether this word belongs to a fact.
    pub(super) fn is_used(&self, at: usize) -> bool {
        self.found.used.get(at).copied().unwrap_or(true)
    }

    /// These words mean nothing to the themes that follow.
    pub(super) fn take(&mut self, range: &Range<usize>) {
        for used in self.found.used.iter_mut().take(range.end).skip(range.start) {
            *used = true;
        }
    }

    /// A fact that was stated.
    pub(super) fn said(&mut self, fact: Fact) {
        self.found.patch.push((fact, Provenance::Said));
    }

    /// A fact that follows from what was stated.
    pub(super) fn inferred(&mut self, fact: Fact) {
        self.found.patch.push((fact, Provenance::Inferred));
    }

    /// Whether this message says something about the field.
    pub(super) fn has(&self, field: Field) -> bool {
        self.found.patch.iter().any(|(fact, _)| fact.field() == field)
    }

    /// The facts so far.
    pub(super) fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.found.patch.iter().map(|(fact, _)| fact)
    }

    /// Something that can be meant in another way.
    pub(super) fn doubt(&mut self, doubt: Doubt) {
        self.found.doubts.push(doubt);
    }

    /// A time without a day.
    pub(super) fn wish(&mut self, wish: Wish) {
        self.found.wish.get_or_insert(wish);
    }

    /// Whether a time without a day was wished for.
    pub(super) fn has_wish(&self) -> bool {
        self.found.wish.is_some()
    }

    /// The event begins as an earlier one.
    pub(super) fn earlier(&mut self, earlier: Earlier) {
        self.found.earlier.get_or_insert(earlier);
    }

    /// Whether the event begins as an earlier one.
    pub(super) fn begins_anew(&self) -> bool {
        self.found.earlier.is_some()
    }

    /// How much of the message is not yet understood, in words.
    pub(super) fn open_words(&self) -> usize {
        (0..self.scene.tokens().len()).filter(|at| self.open(*at)).count()
    }

    /// The facts in the order in which they apply.
    pub(super) fn finish(self) -> Found {
        let mut found = self.found;
        found.patch.sort_by_key(|(fact, source)| match fact {
            // "A two-day workshop, 10 to 4": a length that was worked out comes before the end that was said, and gives way to it.
            Fact::Duration(_) if *source == Provenance::Inferred => WORKED_OUT,
            other => rank(other),
        });
        found
    }
}

/// Where a length stands that was worked out: behind a start, before an end.
const WORKED_OUT: u8 = 6;

/// A currency comes before the amounts that are counted in it, a start before its end, a removal before everything.
fn rank(fact: &Fact) -> u8 {
    match fact {
        Fact::Clear(_) => 0,
        Fact::Type(_) | Fact::Name(_) | Fact::Description(_) => 1,
        Fact::PlaceKind(_) => 2,
        Fact::Place(_) | Fact::Address(_) | Fact::City(_) | Fact::Country(_) => 3,
        Fact::Recurrence(_) | Fact::Date(_) => 4,
        Fact::Time(_) => 5,
        Fact::EndDate(_) => 6,
        Fact::EndTime(_) | Fact::Duration(_) => 7,
        Fact::Currency(_) => 8,
        Fact::Price(_) => 9,
        Fact::Tiers(_) => 10,
        _ => 11,
    }
}
