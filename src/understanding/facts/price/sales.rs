//! Until when a kind of ticket is sold.

use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::Date;
use language::Direction;

use super::Gathering;
use crate::understanding::words::Cue;

/// "Until March 1st" behind the price or the name: the last day of sale, and its words.
pub(super) fn sold_until(
    g: &Gathering<'_, '_>,
    name: &Range<usize>,
    offer: &Range<usize>,
) -> Option<(Date, Range<usize>)> {
    let scene = g.scene;
    let reach = |end: usize| end..end + 3;
    let near = name.start..offer.end.max(name.end) + 4;
    scene
        .among(&scene.reading.times, &(near.start..near.end.min(scene.tokens().len())))
        .filter(|(time, _)| time.value.has_date)
        .find_map(|(time, range)| {
            let near = reach(name.end).contains(&range.start) || reach(offer.end).contains(&range.start);
            let cue = scene.starting(Cue::Until, range.start).map(|end| range.start..end);
            let before = scene.ending(Cue::Until, range.start).map(|start| start..range.start);
            let bounded = time.value.direction == Some(Direction::Before) || cue.is_some() || before.is_some();
            let crosses =
                (offer.end.min(range.start)..range.start).any(|at| matches!(scene.lower(at), "," | "." | ";"));
            if !near || !bounded || crosses || !g.hears(range.start) {
                return None;
            }
            let word = cue.or(before).map_or("", |cue| scene.lower(cue.start));
            let exclusive = matches!(word, "before" | "avant" | "antes");
            let date = time.value.start.date();
            let last = if exclusive { date.checked_sub(1.day()).ok()? } else { date };
            Some((last, range))
        })
}
