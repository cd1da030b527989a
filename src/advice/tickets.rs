//! Sets of tickets with names, numbers and last days of sale, and how many one order may take (R21).
//!
//! Promises: the numbers of a set add up to the people that are planned for; no sale ends before today or after the start.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use sqlx::PgConnection;

use super::words::Slots;
use super::{Offer, Offers, Scene, pricing};
use crate::domain::fact::{Fact, Tier};
use crate::domain::suggestion::SuggestionKind;
use crate::domain::values::EventKind;
use crate::store::error::StoreError;

/// The least number of days for which an early price is worth a ticket of its own.
const EARLY_DAYS: i32 = 14;

/// Three sets of tickets.
pub(super) async fn tiers(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Offers, StoreError> {
    let price = pricing::base(conn, scene).await?;
    let sets = if price == 0 { free_sets(scene) } else { paid_sets(scene, price) };
    Ok(Offers { list: sets.into_iter().map(|(tiers, why)| offer(scene, tiers, why)).collect(), ..Offers::default() })
}

fn paid_sets(scene: &Scene<'_>, price: i64) -> Vec<(Vec<Tier>, String)> {
    let say = &scene.words.say;
    let up = |cents| pricing::round_up(cents, scene.currency);
    let part = |percent| share(scene, percent);
    let general = |quantity| tier(&say.tier_general, price, quantity);
    let second = match early_until(scene) {
        Some(until) => {
            let early = Tier { sales_until: Some(until), ..tier(&say.tier_early, up(price * 4 / 5), part(30)) };
            let why = Slots::default().with("until", scene.words.date(until)).fill(&say.tiers_early);
            (vec![general(rest(scene, &[part(30)])), early], why)
        }
        None => (
            vec![general(rest(scene, &[part(20)])), tier(&say.tier_student, up(price / 2), part(20))],
            say.tiers_two.clone(),
        ),
    };
    let three = vec![
        general(rest(scene, &[part(20), part(10)])),
        tier(&say.tier_student, up(price / 2), part(20)),
        tier(&say.tier_vip, price.saturating_mul(2), part(10)),
    ];
    vec![
        second,
        (three, format!("{}. {}", say.tiers_two, say.tiers_three)),
        (vec![general(scene.draft.capacity)], say.tiers_one.clone()),
    ]
}

fn free_sets(scene: &Scene<'_>) -> Vec<(Vec<Tier>, String)> {
    let say = &scene.words.say;
    let part = |percent| share(scene, percent);
    let general = |quantity| tier(&say.tier_general, 0, quantity);
    let supporter = pricing::round_up(10 * pricing::round_up(1, scene.currency), scene.currency);
    vec![
        (vec![general(scene.draft.capacity)], say.tiers_one.clone()),
        (vec![general(rest(scene, &[part(10)])), tier(&say.tier_team, 0, part(10))], say.tiers_free_team.clone()),
        (
            vec![general(rest(scene, &[part(20)])), tier(&say.tier_supporter, supporter, part(20))],
            say.tiers_free_support.clone(),
        ),
    ]
}

fn tier(name: &str, price_cents: i64, quantity: Option<u32>) -> Tier {
    Tier { name: name.to_owned(), price_cents: price_cents.min(100_000_000), quantity, ..Tier::default() }
}

/// A part of the places; at least one. `None` while the number of people is open.
fn share(scene: &Scene<'_>, percent: u32) -> Option<u32> {
    scene.draft.capacity.map(|people| (people.saturating_mul(percent) / 100).max(1))
}

/// What the other tickets leave.
fn rest(scene: &Scene<'_>, others: &[Option<u32>]) -> Option<u32> {
    let taken: u32 = others.iter().flatten().sum();
    scene.draft.capacity.map(|people| people.saturating_sub(taken).max(1))
}

/// The last day of an early price: halfway to the start, where that leaves two weeks.
fn early_until(scene: &Scene<'_>) -> Option<Date> {
    let today = scene.now.to_zoned(scene.zone.clone()).date();
    let days = today.until(scene.draft.date?).ok()?.get_days() / 2;
    (days >= EARLY_DAYS).then(|| today.saturating_add(days.days()))
}

fn offer(scene: &Scene<'_>, tiers: Vec<Tier>, why: String) -> Offer {
    let free = &scene.words.say.free;
    let words = |tier: &Tier| {
        let price = if tier.price_cents == 0 {
            free.to_lowercase()
        } else {
            scene.words.price(tier.price_cents, Some(scene.currency))
        };
        format!("{} {price}", tier.name)
    };
    let label = tiers.iter().map(words).collect::<Vec<_>>().join(scene.words.comma());
    let mut facts = Vec::new();
    if scene.draft.currency.is_none() && tiers.iter().any(|tier| tier.price_cents > 0) {
        facts.push(Fact::Currency(scene.currency));
    }
    let data = json!({"ticketTiers": tiers, "currency": scene.currency});
    facts.push(Fact::Tiers(tiers));
    Offer { kind: SuggestionKind::Tiers, label, detail: why, data, facts }
}

/// How many tickets one order may take.
pub(super) fn limits(scene: &Scene<'_>) -> Offers {
    let say = &scene.words.say;
    let small = matches!(scene.kind, EventKind::Workshop | EventKind::Networking | EventKind::Webinar);
    let mut counts = [(4, &say.limit_some), (10, &say.limit_many), (1, &say.limit_one)];
    if small {
        counts.rotate_right(1);
    }
    let most = scene.draft.capacity.unwrap_or(u32::MAX);
    let list = counts.into_iter().filter(|(count, _)| *count == 1 || *count <= most).map(|(count, why)| Offer {
        kind: SuggestionKind::Limit,
        label: Slots::default().counting("count", count).fill(&say.limit_label),
        detail: why.clone(),
        data: json!({"maxPerOrder": count}),
        facts: vec![Fact::MaxPerOrder(count)],
    });
    Offers { list: list.collect(), ..Offers::default() }
}
