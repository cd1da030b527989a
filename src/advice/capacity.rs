//! How many people: what the venue holds, what comparable events were for, else what is usual.

use serde_json::json;
use sqlx::PgConnection;

use super::words::{Slots, usual};
use super::{Offer, Offers, SHOWN, Sample, Scene};
use crate::domain::fact::Fact;
use crate::domain::suggestion::SuggestionKind;
use crate::domain::values::EventKind;
use crate::store::error::StoreError;
use crate::store::{history, venues};

/// Three sizes.
pub(super) async fn sizes(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Offers, StoreError> {
    let mut offers = Offers::default();
    of_venue(&mut *conn, scene, &mut offers).await?;
    // Events of no kind have nothing in common: a birthday party is no measure of a fair.
    if offers.list.len() < SHOWN && scene.kind != EventKind::Other {
        of_history(conn, scene, &mut offers).await?;
    }
    let say = &scene.words.say;
    let kinds = Slots::default().with("kinds", scene.words.kind(scene.kind).plural.as_str());
    if offers.sample.size == 0 {
        offers.note = Some(say.no_events.clone());
    }
    for people in &usual().kind(scene.kind).people {
        add(scene, &mut offers, *people, kinds.fill(&say.size_usual));
    }
    Ok(offers)
}

async fn of_venue(conn: &mut PgConnection, scene: &Scene<'_>, offers: &mut Offers) -> Result<(), StoreError> {
    let Some(id) = scene.draft.venue_id else { return Ok(()) };
    let Some(venue) = venues::get(conn, id).await? else { return Ok(()) };
    let Some(seats) = venue.capacity else { return Ok(()) };
    let say = &scene.words.say;
    let slots = Slots::default().with("venue", venue.name).with("seats", seats.to_string());
    offers.sample.size = 1;
    add(scene, offers, seats - seats / 5, slots.fill(&say.size_most));
    add(scene, offers, seats, slots.fill(&say.size_full));
    add(scene, offers, seats / 2, slots.fill(&say.size_half));
    Ok(())
}

async fn of_history(conn: &mut PgConnection, scene: &Scene<'_>, offers: &mut Offers) -> Result<(), StoreError> {
    let cities = scene.draft.city.as_deref().map(Some).into_iter().chain([None]);
    for city in cities {
        let Some(sizes) = history::sizes(&mut *conn, scene.kind, city).await? else { continue };
        let sample = Sample::of_quartiles(&sizes);
        if !sample.speaks() {
            continue;
        }
        offers.sample = sample;
        let slots = Slots::default().with("sample", scene.sample_words(sample, city, None));
        let say = &scene.words.say;
        for (people, why) in
            [(sizes.median, &say.size_median), (sizes.low, &say.size_low), (sizes.high, &say.size_high)]
        {
            add(scene, offers, u32::try_from(people).unwrap_or(1), slots.fill(why));
        }
        return Ok(());
    }
    Ok(())
}

/// Adds a size that is not there yet and is not what the draft has.
fn add(scene: &Scene<'_>, offers: &mut Offers, people: u32, why: String) {
    let data = json!({"capacity": people});
    if people == 0 || scene.draft.capacity == Some(people) || offers.list.iter().any(|offer| offer.data == data) {
        return;
    }
    offers.list.push(Offer {
        kind: SuggestionKind::Capacity,
        label: Slots::default().counting("people", people).fill(&scene.words.say.people_label),
        detail: why,
        data,
        facts: vec![Fact::Capacity(people)],
    });
}
