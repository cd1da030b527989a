//! What a form enters, and that a form may send back everything that it was shown.

use jiff::civil::{date, time};
use proptest::prelude::*;
use serde_json::json;

use super::super::event_draft;
use super::super::fact::Patch;
use super::super::values::Provenance;
use super::*;

fn form(value: Value) -> Map<String, Value> {
    let Value::Object(form) = value else { panic!("no object") };
    form
}

fn enter(draft: &Draft, entered: Value) -> (Draft, Entry) {
    let entry = read(&form(entered), draft, None, Some("America/Toronto"));
    let mut after = draft.clone();
    let patch: Patch = entry
        .facts
        .iter()
        .flat_map(|(_, facts)| facts.iter().cloned().map(|fact| (fact, Provenance::Edited)))
        .collect();
    after.apply(&patch);
    (after, entry)
}

fn known() -> Draft {
    let mut draft = Draft::default();
    draft.apply(&vec![
        (Fact::Name("Gala".to_owned()), Provenance::Said),
        (Fact::Date(date(2027, 2, 14)), Provenance::Said),
        (Fact::Time(time(19, 0, 0, 0)), Provenance::Said),
        (Fact::Duration(240), Provenance::Said),
        (Fact::Timezone("America/Toronto".to_owned()), Provenance::Inferred),
        (Fact::Currency(Currency::USD), Provenance::Default),
        (Fact::Price(15_000), Provenance::Said),
    ]);
    draft
}

#[test]
fn a_moment_may_bring_its_offset() {
    for (entered, hour) in [
        ("2027-03-01T18:30", "2027-03-01T18:30"),
        ("2027-03-01T23:30:00Z", "2027-03-01T18:30"),
        ("2027-03-02T00:30:00+01:00", "2027-03-01T18:30"),
        ("2027-03-01", "2027-03-01"),
        ("18:30", "18:30"),
    ] {
        let (after, entry) = enter(&known(), json!({"dateTime": entered}));
        assert_eq!(entry.errors, []);
        assert_eq!(value(Field::DateTime, &after), Some(json!(hour)), "{entered}");
    }
}

#[test]
fn what_cannot_be_read_is_named_and_loses_nothing_else() {
    let (after, entry) = enter(
        &Draft::default(),
        json!({"name": "Gala", "capacity": "many", "type": 7, "dateTime": "soon", "colour": "red", "id": "x",
            "ticketTiers": [{"name": "VIP"}], "amenities": "wifi", "venueId": "nowhere", "taxRate": []}),
    );
    let mut named: Vec<&str> = entry.errors.iter().map(|(name, _)| name.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["amenities", "capacity", "colour", "dateTime", "ticketTiers", "type", "venueId"]);
    assert_eq!(after.name.as_deref(), Some("Gala"));
}

#[test]
fn null_and_blanks_empty_a_field() {
    let (after, _) = enter(&known(), json!({"name": null, "dateTime": " ", "duration": null, "description": ""}));
    assert_eq!((after.starts(), after.duration_min, after.name), (None, None, None));
}

#[test]
fn another_currency_keeps_the_amounts_that_come_with_it() {
    let (after, _) = enter(&known(), json!({"currency": "JPY", "priceCents": 15_000}));
    assert_eq!(after.price_cents, Some(15_000));
    let (after, _) = enter(&known(), json!({"currency": "JPY"}));
    assert_eq!(after.price_cents, Some(150));
}

#[test]
fn the_link_that_a_name_has_anyway_is_no_choice() {
    let (after, _) = enter(&Draft::default(), json!({"name": "Toronto Tech Summit", "slug": "toronto-tech-summit"}));
    assert_eq!(after.slug, None);
    let (after, _) = enter(&Draft::default(), json!({"name": "Toronto Tech Summit", "slug": "tts"}));
    assert_eq!(after.slug.as_deref(), Some("tts"));
}

#[test]
fn an_end_is_a_length() {
    let (after, _) = enter(&known(), json!({"dateTime": "2027-02-15T10:00", "endDateTime": "2027-02-15T11:30"}));
    assert_eq!(after.duration_min, Some(90));
    let (_, entry) = enter(&known(), json!({"endDateTime": "2027-02-14T18:00"}));
    assert_eq!(entry.errors.len(), 1);
}

#[test]
fn a_kind_of_ticket_keeps_its_own_row_and_takes_no_other() {
    let (own, foreign) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut draft = known();
    let tier = |id| Tier { id: Some(id), name: "VIP".to_owned(), price_cents: 100, ..Tier::default() };
    draft.apply(&vec![(Fact::Tiers(vec![tier(own)]), Provenance::Said)]);
    let entered = json!([{"id": own, "name": "VIP", "priceCents": 200}, {"id": own, "name": "B", "priceCents": 1},
        {"id": foreign, "name": "C", "priceCents": 1}]);
    let (after, _) = enter(&draft, json!({ "ticketTiers": entered }));
    assert_eq!(after.tiers.iter().map(|tier| tier.id).collect::<Vec<_>>(), [Some(own), None, None]);
}

prop_compose! {
    fn drafts()(
        (name, slug, kind) in (proptest::option::of("[A-Za-z][a-z ]{0,20}[a-z]"), proptest::option::of("[a-z]{1,9}"), 0..9_usize),
        (day, hour, last, minutes) in (proptest::option::of(0..3_000_i64), proptest::option::of(0..1_440_i64),
            proptest::option::of(1..9_i64), proptest::option::of(1..5_000_u32)),
        (zone, currency, price) in (0..3_usize, 0..3_usize, proptest::option::of(0..100_000_000_i64)),
        (place, amenities, tiers) in (proptest::option::of("[A-Z][a-z]{2,9}"), 0..4_usize, 0..3_usize),
        (capacity, tax, online) in (proptest::option::of(1..1_000_000_u32), proptest::option::of(0..400_u32), any::<bool>()),
    ) -> Draft {
        let mut patch: Vec<Fact> = Vec::new();
        patch.extend(name.map(Fact::Name));
        patch.extend(slug.map(Fact::Slug));
        patch.extend(EventKind::ALL.get(kind).map(|kind| Fact::Type(*kind)));
        patch.extend(place.map(Fact::Place));
        if online { patch.push(Fact::OnlineUrl("https://meet.example".to_owned())); }
        let needs = ["wifi", "stage", "parking", "av_equipment"];
        if amenities > 0 { patch.push(Fact::Amenities(needs[..amenities].iter().map(|&need| need.to_owned()).collect())); }
        patch.extend(["UTC", "America/Toronto"].get(zone).map(|zone| Fact::Timezone((*zone).to_owned())));
        patch.extend(["USD", "JPY"].get(currency).and_then(|code| Currency::parse(code)).map(Fact::Currency));
        let date = day.map(|days| date(2026, 1, 1).saturating_add(jiff::Span::new().days(days)));
        patch.extend(date.map(Fact::Date));
        patch.extend(hour.map(|minutes| Fact::Time(time(0, 0, 0, 0).wrapping_add(jiff::Span::new().minutes(minutes)))));
        patch.extend(date.zip(last).map(|(date, days)| Fact::EndDate(date.saturating_add(jiff::Span::new().days(days)))));
        patch.extend(minutes.map(Fact::Duration));
        patch.extend(price.map(Fact::Price));
        let tier = |n: usize| Tier { id: Some(Uuid::from_u128(n as u128)), name: format!("T{n}"), price_cents: 5, ..Tier::default() };
        if tiers > 0 { patch.push(Fact::Tiers((0..tiers).map(tier).collect())); }
        patch.extend(capacity.map(Fact::Capacity));
        patch.extend(tax.map(|quarters| Fact::TaxRate(f64::from(quarters) / 4.0)));
        let mut draft = Draft::default();
        draft.apply(&patch.into_iter().map(|fact| (fact, Provenance::Said)).collect());
        draft
    }
}

proptest! {
    #[test]
    fn a_form_may_send_back_what_it_was_shown(draft in drafts()) {
        let shown = event_draft::fields(&draft);
        let entry = read(&shown, &draft, None, None);
        prop_assert_eq!(&entry, &Entry::default());
        let (copy, entry) = enter(&Draft::default(), Value::Object(shown.clone()));
        prop_assert_eq!(entry.errors, []);
        let strip = |mut fields: Map<String, Value>| {
            for tier in fields.get_mut("ticketTiers").and_then(Value::as_array_mut).into_iter().flatten() {
                tier.as_object_mut().unwrap().remove("id");
            }
            fields
        };
        prop_assert_eq!(strip(event_draft::fields(&copy)), strip(shown));
    }
}

#[test]
fn an_hour_that_the_clocks_skip_is_shown_as_it_counts_and_may_be_sent_back() {
    let night = |zone: Option<&str>| {
        let mut draft = Draft { timezone: zone.map(str::to_owned), ..Draft::default() };
        draft.apply(&vec![
            (Fact::Date(date(2031, 3, 9)), Provenance::Said),
            (Fact::Time(time(2, 30, 0, 0)), Provenance::Said),
            (Fact::Duration(60), Provenance::Said),
        ]);
        draft
    };
    let counts = json!({"dateTime": "2031-03-09T03:30", "endDateTime": "2031-03-09T04:30", "duration": 60});
    for (zone, own) in [(Some("America/New_York"), None), (None, Some("America/New_York"))] {
        let draft = night(zone);
        for (name, shown) in form(counts.clone()) {
            let field = Field::ALL.iter().copied().find(|field| event_draft::name(*field) == name).unwrap();
            assert_eq!(value_by(own, field, &draft), Some(shown), "{name}");
        }
        assert_eq!(read(&form(counts.clone()), &draft, None, own), Entry::default(), "{zone:?}");
        let with_offset = json!({"dateTime": "2031-03-09T03:30:00-04:00"});
        assert_eq!(read(&form(with_offset), &draft, None, own), Entry::default(), "{zone:?}");
    }
    let (after, _) = enter(&night(Some("America/New_York")), json!({"endDateTime": "2031-03-09T04:00"}));
    assert_eq!((after.duration_min, after.ends()), (Some(30), Some(date(2031, 3, 9).at(4, 0, 0, 0))));
    // What would be over before it begins is as long as was said.
    let (after, _) = enter(&night(Some("America/New_York")), json!({"endDateTime": "2031-03-09T03:15"}));
    assert_eq!(after.duration_min, Some(45));
}
