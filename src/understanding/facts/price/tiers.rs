//! Kinds of ticket: which name goes with which price, how many there are, and until when they are sold.

use std::ops::Range;

use deunicode::deunicode;
use jiff::civil::Date;

use super::sales::sold_until;
use super::{Gathering, Offer, minor, offers};
use crate::domain::fact::Tier;
use crate::understanding::catalogue;
use crate::understanding::facts::people::whole;
use crate::understanding::facts::phrase::{capitalised, clean};
use crate::understanding::scene::Scene;
use crate::understanding::words::Cue;

/// As many words may stand between a name and its price.
const GAP: usize = 3;

/// A kind of ticket with its price.
#[derive(Debug, Clone)]
pub(super) struct Paired {
    /// The words that are taken.
    pub(super) words: Range<usize>,
    /// The words of its price.
    pub(super) offer: Range<usize>,
    /// In major units.
    pub(super) amount: f64,
    /// The usual ticket.
    pub(super) general: bool,
    early: bool,
    name: String,
    quantity: Option<u32>,
    until: Option<Date>,
}

/// The name of a kind of ticket as it stands in the text.
struct Named {
    words: Range<usize>,
    label: Range<usize>,
    general: bool,
    early: bool,
}

/// Every kind of ticket that has a price.
pub(super) fn pair(g: &Gathering<'_, '_>, offers: &[Offer]) -> Vec<Paired> {
    let names = names(g);
    let mut paired: Vec<Paired> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let free = |offer: &&Offer| !paired.iter().any(|tier| tier.offer == offer.range);
        let room_end = names.get(at + 1).map_or(usize::MAX, |next| next.words.start);
        let room_start = at.checked_sub(1).and_then(|before| names.get(before)).map_or(0, |before| before.words.end);
        let before = offers.iter().filter(free).rev().find(|offer| {
            offer.range.end <= name.words.start && offer.range.start >= room_start && precedes(g, offer, name)
        });
        let after = offers.iter().filter(free).find(|offer| {
            offer.range.start >= name.words.end && offer.range.end <= room_end && follows(g, offer, name)
        });
        // "$10 for kids" binds before "kids ... 20" does; otherwise the price stands behind its name.
        let bound = before.filter(|offer| g.scene.on(Cue::For, offer.range.end));
        if let Some(offer) = bound.or(after).or(before) {
            paired.push(tier(g, name, offer, offers));
        }
    }
    // One audience with a count and a price is the whole audience: "for 100 students at $20".
    let lone_audience = matches!(paired.as_slice(), [only] if only.quantity.is_some() && is_audience(g.scene, only));
    if lone_audience {
        paired.clear();
    }
    paired.extend(unnamed_early(g, offers, &paired));
    paired
}

/// "Free for kids" says nothing about what the others pay, and must not make the event free.
pub(super) fn leaves_price_open(g: &Gathering<'_, '_>, offers: &[Offer], paired: &[Paired]) -> bool {
    let draft = g.scene.context.draft;
    let others_pay = offers.iter().any(|offer| !offer.free && !offer.plain)
        || !draft.tiers.is_empty()
        || draft.price_cents.is_some();
    !others_pay && paired.iter().all(|tier| tier.amount == 0.0)
}

/// "200 until March 1, then 280": the first price is the early one.
fn unnamed_early(g: &Gathering<'_, '_>, offers: &[Offer], paired: &[Paired]) -> Option<Paired> {
    let single = |offer: &&Offer| !paired.iter().any(|tier| tier.offer == offer.range);
    let usual = paired.iter().any(|tier| tier.general);
    let told = offers.iter().filter(single).filter(|offer| usual && !offer.free && !offer.plain);
    let mut bounded = told.filter_map(|offer| Some((offer, sold_until(g, &offer.range, &offer.range)?)));
    bounded.next().map(|(offer, (until, words))| Paired {
        words: offer.range.start..words.end,
        offer: offer.range.clone(),
        amount: offer.amount,
        general: false,
        early: true,
        name: catalogue::phrase(g.scene.language().code(), "early_tier"),
        quantity: None,
        until: Some(until),
    })
}

fn tier(g: &Gathering<'_, '_>, name: &Named, offer: &Offer, offers: &[Offer]) -> Paired {
    let scene = g.scene;
    let counted =
        offers.iter().find(|count| count.plain && count.range.end == name.words.start && count.range != offer.range);
    let quantity = counted.and_then(|count| {
        let (number, _) = scene.beginning(&scene.reading.numbers, count.range.start)?;
        whole(number)
    });
    let until = sold_until(g, &name.words, &offer.range);
    let start = counted.map_or(name.words.start, |count| count.range.start).min(offer.range.start);
    let end = name.words.end.max(offer.range.end).max(until.as_ref().map_or(0, |(_, range)| range.end));
    Paired {
        words: start..end,
        offer: offer.range.clone(),
        amount: offer.amount,
        general: name.general,
        early: name.early,
        name: label(scene, name),
        quantity,
        until: until.map(|(date, _)| date),
    }
}

/// The kind of ticket is named by the people whom the event is for.
fn is_audience(scene: &Scene<'_>, tier: &Paired) -> bool {
    scene.has(Cue::People, &tier.words) || scene.has(Cue::Audience, &tier.words)
}

/// Only little words stand between, and no new clause begins.
fn follows(g: &Gathering<'_, '_>, offer: &Offer, name: &Named) -> bool {
    let scene = g.scene;
    let gap: Vec<usize> = (name.words.end..offer.range.start).filter(|at| !in_sales(g, *at)).collect();
    let breaks = gap.iter().any(|at| matches!(scene.lower(*at), "," | ";" | "." | "!" | "?"));
    let loose = offer.plain && (gap.len() > 2 || offers::is_counted(g, &offer.range));
    gap.len() <= GAP && !breaks && !loose
}

/// "$10 for kids", "$49 student tickets".
fn precedes(g: &Gathering<'_, '_>, offer: &Offer, name: &Named) -> bool {
    let scene = g.scene;
    let mut gap = offer.range.end..name.words.start;
    let linked = gap.clone().any(|at| scene.on(Cue::For, at));
    gap.len() <= 2
        && (linked || !offer.plain && gap.is_empty())
        && gap.all(|at| scene.on(Cue::For, at) || scene.on(Cue::Article, at))
}

/// Words about the end of a sale do not separate a name from its price.
fn in_sales(g: &Gathering<'_, '_>, at: usize) -> bool {
    let scene = g.scene;
    scene.covering(&scene.reading.times, at).is_some()
        || scene.on(Cue::Until, at)
        || matches!(scene.lower(at), "(" | ")" | ":" | "-" | "–" | "=")
}

/// "Adults", "kids and seniors", "under 5", "VIP tickets".
fn names(g: &Gathering<'_, '_>) -> Vec<Named> {
    let scene = g.scene;
    let tagged = |cue: Cue| scene.all(cue).iter().filter(|spot| g.all_open(spot)).map(move |spot| (spot.clone(), cue));
    let aged = scene.reading.numbers.iter().filter_map(|number| {
        let range = scene.range(number.span);
        let start = scene.ending(Cue::Age, range.start)?;
        (g.all_open(&range) && scene.lower(range.end) != "%").then_some((start..range.end, Cue::Age))
    });
    let mut spots: Vec<(Range<usize>, Cue)> =
        [Cue::Tier, Cue::Early, Cue::General, Cue::Then].into_iter().flat_map(tagged).chain(aged).collect();
    spots.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut names: Vec<Named> = Vec::new();
    for (range, cue) in spots {
        let Some(last) = names.last_mut() else {
            names.push(named(scene, range, cue));
            continue;
        };
        if range.start < last.words.end {
            continue;
        }
        // "Kids and seniors" are one kind of ticket.
        let joined =
            (last.words.end..range.start).all(|at| scene.on(Cue::Joint, at)) && range.start <= last.words.end + 1;
        // "Kids under 12" too.
        let aged = cue == Cue::Age && range.start == last.words.end;
        if (joined && cue == Cue::Tier || aged) && !last.general && !last.early {
            let next = named(scene, range, cue);
            last.words.end = next.words.end;
            last.label.end = next.label.end;
        } else {
            names.push(named(scene, range, cue));
        }
    }
    names.truncate(offers::MOST);
    names
}

fn named(scene: &Scene<'_>, range: Range<usize>, cue: Cue) -> Named {
    let end = scene.starting(Cue::Ticket, range.end).unwrap_or(range.end);
    Named {
        label: range.clone(),
        words: range.start..end,
        general: matches!(cue, Cue::General | Cue::Then),
        early: cue == Cue::Early,
    }
}

fn label(scene: &Scene<'_>, name: &Named) -> String {
    // "Then 149" is the general admission, "standard" is called so.
    if scene.starting(Cue::Then, name.label.start).is_some() {
        return catalogue::phrase(scene.language().code(), "general_tier");
    }
    let text = clean(scene.slice(&name.label));
    let short = text.chars().count() <= 3 && !scene.counts_people(name.label.start);
    if short { text.to_uppercase() } else { capitalised(&text) }
}

/// Whether this is the name of the usual ticket.
pub(super) fn is_general(g: &Gathering<'_, '_>, name: &str) -> bool {
    let usual = catalogue::phrase(g.scene.language().code(), "general_tier");
    plain(&usual) == plain(name)
        || matches!(plain(name).as_str(), "regular" | "standard" | "general" | "general admission" | "normal")
}

/// The kinds of ticket of the draft that the message takes away.
pub(super) fn remove(g: &mut Gathering<'_, '_>) -> Vec<String> {
    let scene = g.scene;
    let mut removed = Vec::new();
    for tier in &scene.context.draft.tiers {
        let name = plain(&tier.name);
        let spots = [Cue::Tier, Cue::Early, Cue::General].into_iter().flat_map(|cue| scene.all(cue));
        let refused = spots.filter(|spot| g.all_open(spot)).find(|spot| {
            let before = if scene.on(Cue::Article, spot.start.wrapping_sub(1)) { spot.start - 1 } else { spot.start };
            let gone = scene.ending(Cue::Remove, before).is_some() || scene.ending(Cue::Remove, spot.start).is_some();
            gone && same(&plain(scene.slice(spot)), &name)
        });
        if let Some(spot) = refused.cloned() {
            removed.push(tier.name.clone());
            g.take(&spot);
        }
    }
    removed
}

/// The whole list as it is now: what the draft had, changed and added to; `None` when nothing is said about kinds of ticket.
pub(super) fn list(
    g: &Gathering<'_, '_>,
    paired: &[Paired],
    general: Option<&Offer>,
    removed: &[String],
) -> Option<Vec<Tier>> {
    let draft = &g.scene.context.draft.tiers;
    let special = paired.iter().any(|tier| !tier.general);
    let general_known = draft.iter().any(|tier| is_general(g, &tier.name));
    if !special && removed.is_empty() && !(general_known && (general.is_some() || !paired.is_empty())) {
        return None;
    }
    let mut list: Vec<Tier> = draft.iter().filter(|tier| !removed.contains(&tier.name)).cloned().collect();
    let mut order: Vec<&Paired> = paired.iter().collect();
    order.sort_by_key(|tier| !tier.early);
    let (early, late): (Vec<&Paired>, Vec<&Paired>) = order.into_iter().partition(|tier| tier.early);
    for tier in early {
        put(g, &mut list, &tier.name, tier.amount, Some(tier));
    }
    if let Some(offer) = general.filter(|_| !paired.iter().any(|tier| tier.general)) {
        let usual = catalogue::phrase(g.scene.language().code(), "general_tier");
        put(g, &mut list, &usual, offer.amount, None);
    }
    for tier in late {
        put(g, &mut list, &tier.name, tier.amount, Some(tier));
    }
    Some(list)
}

fn put(g: &Gathering<'_, '_>, list: &mut Vec<Tier>, name: &str, amount: f64, told: Option<&Paired>) {
    let price_cents = minor(g, amount);
    let (quantity, sales_until) = told.map_or((None, None), |told| (told.quantity, told.until));
    let both_general =
        |other: &str| is_general(g, other) && (is_general(g, name) || told.is_some_and(|told| told.general));
    match list.iter_mut().find(|tier| same(&plain(&tier.name), &plain(name)) || both_general(&tier.name)) {
        Some(tier) => {
            tier.price_cents = price_cents;
            tier.quantity = quantity.or(tier.quantity);
            tier.sales_until = sales_until.or(tier.sales_until);
        }
        None => list.push(Tier { name: name.to_owned(), price_cents, quantity, sales_until, ..Tier::default() }),
    }
}

fn plain(text: &str) -> String {
    deunicode(text).to_lowercase().replace('-', " ")
}

/// "VIP", "VIPs" and "VIP tickets" are one.
fn same(one: &str, other: &str) -> bool {
    let stem = |text: &str| text.split(' ').next().unwrap_or("").trim_end_matches('s').to_owned();
    let (first, second) = (one.trim_end_matches('s'), other.trim_end_matches('s'));
    first == second || (stem(one) == stem(other) && (one.split(' ').count() == 1 || other.split(' ').count() == 1))
}
