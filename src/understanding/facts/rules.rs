//! The organizer's rules: refunds, tickets per order, tax, who may see the event.

use std::ops::Range;

use super::gathering::Gathering;
use super::people::whole;
use super::phrase::{capitalised, clean, trim};
use crate::domain::fact::{Fact, Field};
use crate::domain::values::Visibility;
use crate::understanding::words::Cue;

/// "Full refund until 7 days before", "no refunds": the organizer's own words.
pub(super) fn refunds(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    if let Some(spot) = scene.all(Cue::Refund).iter().find(|spot| g.open(spot.start)) {
        let clause = scene.clause(spot.start);
        // "Refund policy: full refund ..." says it behind the colon.
        let heading = clause.end <= spot.end && scene.lower(clause.end) == ":";
        let range = if heading { scene.clause_after(&clause).unwrap_or(clause) } else { clause };
        let start =
            scene.within(Cue::Joint, &(range.start..range.start + 1)).next().map_or(range.start, |joint| joint.end);
        let words = trim(scene, start..range.end);
        keep_refunds(g, words);
    } else if scene.context.asked == [Field::RefundPolicy] && g.open_words() >= 2 {
        keep_refunds(g, 0..scene.tokens().len());
    }
}

fn keep_refunds(g: &mut Gathering<'_, '_>, words: Range<usize>) {
    let text = clean(g.scene.slice(&words));
    if text.chars().any(char::is_alphabetic) && g.hears(words.start) {
        g.take(&words);
        g.said(Fact::RefundPolicy(capitalised(&text)));
    }
}

/// "Max 4 tickets per person"; "2 per person" where the tickets are free, and a number is no price.
pub(super) fn tickets_per_order(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let found = scene.reading.numbers.iter().find_map(|number| {
        let range = scene.range(number.span);
        let clause = scene.clause(range.start);
        let follows = scene.within(Cue::PerOrder, &(range.end..clause.end)).next()?;
        let near = follows.start <= range.end + 2;
        let ticket = scene.starting(Cue::Ticket, range.end);
        let limited = scene.ending(Cue::Limit, range.start).is_some();
        let alone = clause == (range.start..follows.end) && scene.reading.money.iter().any(|money| money.free);
        let count = whole(number).filter(|count| *count <= 1_000)?;
        (near && (ticket.is_some() || limited || alone) && g.all_open(&range))
            .then_some((count, range.start..follows.end))
    });
    if let Some((count, range)) = found {
        g.take(&range);
        g.said(Fact::MaxPerOrder(count));
    }
}

/// "13% tax", "no tax".
pub(super) fn tax(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    if let Some(spot) = scene.all(Cue::NoTax).iter().find(|spot| g.all_open(spot)).cloned() {
        g.take(&spot);
        g.said(Fact::TaxRate(0.0));
        return;
    }
    let found = scene.reading.numbers.iter().find_map(|number| {
        let range = scene.range(number.span);
        let percent =
            matches!(scene.lower(range.end), "%" | "percent") || scene.lower(range.end.wrapping_sub(1)) == "%";
        let taxed = scene.has(Cue::Tax, &scene.clause(range.start));
        let told = taxed && percent || scene.context.asks(Field::TaxRate) && (percent || g.open_words() <= 3);
        (told && g.all_open(&range)).then_some((number.value, range))
    });
    if let Some((percent, range)) = found {
        g.take(&(range.start..range.end + 1));
        g.said(Fact::TaxRate(percent));
    }
}

/// Public, or for the organizer alone (ruling C-44).
pub(super) fn visibility(g: &mut Gathering<'_, '_>) {
    let scene = g.scene;
    let denied = |spot: &Range<usize>| scene.ending(Cue::Not, spot.start).is_some();
    let said = |cue| scene.all(cue).iter().find(|spot| g.all_open(spot)).cloned();
    let alone =
        scene.context.asks(Field::Visibility) && scene.tokens().first().is_some_and(|token| token.lower == "public");
    let (visibility, spot) = match (said(Cue::Private), said(Cue::Public)) {
        (Some(spot), _) => (if denied(&spot) { Visibility::Public } else { Visibility::Private }, spot),
        (None, Some(spot)) => (if denied(&spot) { Visibility::Private } else { Visibility::Public }, spot),
        (None, None) if alone => (Visibility::Public, 0..1),
        _ => return,
    };
    g.take(&spot);
    g.said(Fact::Visibility(visibility));
}
