//! What the language room found, looked up by the words of the message.
//!
//! Promises: a lookup takes a search in a sorted list, never a walk through all of it.

use std::ops::Range;

use language::{Duration, Money, Number, Place, Span, Time};

use super::scene::Scene;

/// Something that stands somewhere in the text.
pub(super) trait Spanned {
    /// Where it stands, in bytes.
    fn span(&self) -> Span;
}

macro_rules! spanned {
    ($($name:ident),+) => { $(impl Spanned for $name {
        fn span(&self) -> Span {
            self.span
        }
    })+ };
}

spanned!(Time, Money, Number, Duration, Place);

impl Scene<'_> {
    /// Those of the list that begin inside these words, each with its own words.
    pub(super) fn among<'s, T: Spanned>(
        &'s self,
        list: &'s [T],
        words: &Range<usize>,
    ) -> impl Iterator<Item = (&'s T, Range<usize>)> {
        let closing = words.end.checked_sub(1).and_then(|at| self.token(at));
        let bounds =
            self.token(words.start).zip(closing).map_or((0, 0), |(first, last)| (first.span.start, last.span.end));
        let first = list.partition_point(|item| item.span().start < bounds.0);
        let inside = list.get(first..).unwrap_or(&[]).iter().take_while(move |item| item.span().start < bounds.1);
        inside.map(|item| (item, self.range(item.span())))
    }

    /// The one of the list that begins with this word.
    pub(super) fn beginning<'s, T: Spanned>(&'s self, list: &'s [T], at: usize) -> Option<(&'s T, Range<usize>)> {
        self.among(list, &(at..at + 1)).next()
    }

    /// The one of the list that this word belongs to.
    pub(super) fn covering<'s, T: Spanned>(&'s self, list: &'s [T], at: usize) -> Option<(&'s T, Range<usize>)> {
        let word = self.token(at)?.span;
        let end = list.partition_point(|item| item.span().start <= word.start);
        let item = list.get(end.checked_sub(1)?)?;
        (item.span().end >= word.end).then(|| (item, self.range(item.span())))
    }

    /// Whether one of the list shares a word with these.
    pub(super) fn crossing<'s, T: Spanned>(
        &'s self,
        list: &'s [T],
        words: &Range<usize>,
    ) -> Option<(&'s T, Range<usize>)> {
        self.covering(list, words.start).or_else(|| self.among(list, words).next())
    }
}
