//! The amounts of a message that may be prices.

use std::ops::Range;

use super::{Gathering, Offer, major};
use crate::domain::fact::Field;
use crate::understanding::words::Cue;

/// No event has more prices; a longer list is no list of prices.
pub(super) const MOST: usize = 80;

/// Money and bare numbers, in the order of the text.
pub(super) fn find(g: &Gathering<'_, '_>) -> Vec<Offer> {
    let scene = g.scene;
    let money = scene.reading.money.iter().filter_map(|money| {
        let range = scene.range(money.span);
        let told = g.all_open(&range) && !is_other(g, &range) && (!money.free || is_free_ticket(g, &range));
        told.then(|| Offer { range, amount: major(money.amount), plain: false, free: money.free })
    });
    let plain = scene.reading.numbers.iter().filter_map(|number| {
        let range = scene.range(number.span);
        let denied = scene.ending(Cue::Not, range.start).is_some() || scene.lower(range.end) == "%";
        let told = !number.ordinal && g.all_open(&range) && !denied && !is_other(g, &range);
        told.then_some(Offer { range, amount: number.value, plain: true, free: false })
    });
    let mut offers: Vec<Offer> = money.chain(plain).collect();
    offers.sort_by_key(|offer| offer.range.start);
    offers.truncate(MOST);
    offers
}

/// Money for something else than a ticket: a budget, a prize, what is raised.
fn is_other(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let denied = scene.ending(Cue::Not, range.start).is_some();
    denied || scene.has(Cue::NotPrice, &scene.clause(range.start))
}

/// "Free" as a price, not "free parking" or "gluten free".
fn is_free_ticket(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let other = range.clone().any(|at| scene.on(Cue::FreeOther, at));
    let denied = scene.ending(Cue::Not, range.start).is_some();
    let asked = scene.context.asks(Field::PriceCents);
    let clause = scene.clause(range.start);
    let closes = range.end >= clause.end || scene.starting(Cue::Stop, range.end).is_some();
    let ticket = scene.starting(Cue::Ticket, range.end).is_some();
    let kind = scene.kind_in(&(range.end..clause.end.min(range.end + 5))).is_some();
    let event = scene.within(Cue::Event, &(range.end..clause.end.min(range.end + 4))).next().is_some();
    !other && !denied && (asked || closes || ticket || kind || event)
}

/// A bare number beside a word about prices: "tickets 20", "20 a ticket", "change the price to 20".
pub(super) fn is_priced(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let clause = scene.clause(range.start);
    if is_counted(g, range) {
        return false;
    }
    let follows = scene
        .starting(Cue::PriceWord, range.end)
        .is_some_and(|end| scene.starting(Cue::Ticket, range.end) != Some(end));
    let told = |word: &Range<usize>| {
        let gap = word.end..range.start;
        gap.clone().all(|at| {
            scene.on(Cue::Stop, at) || scene.on(Cue::Change, at) || scene.on(Cue::Put, at) || scene.on(Cue::Limit, at)
        }) && gap.len() <= 3
    };
    let before = scene.within(Cue::PriceWord, &(clause.start..range.start)).last();
    // "Price: 20" has its word in the clause before.
    let heading = clause.start.checked_sub(1).filter(|at| scene.lower(*at) == ":" && clause.start == range.start);
    let headed = heading.is_some_and(|colon| scene.ending(Cue::PriceWord, colon).is_some());
    follows || before.is_some_and(told) || headed
}

/// People, seats or tickets are counted with this number.
pub(super) fn is_counted(g: &Gathering<'_, '_>, range: &Range<usize>) -> bool {
    let scene = g.scene;
    let clause = scene.clause(range.start);
    (range.end..(range.end + 2).min(clause.end)).any(|at| scene.counts_people(at))
        || scene.starting(Cue::Ticket, range.end).is_some()
        || scene.ending(Cue::Holds, range.start).is_some()
}
