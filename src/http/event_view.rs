//! What an event's page shows, in the words of guests.
//!
//! Promises: every text is cleaned here, and escaped by the template; every price carries its currency.

use jiff::Timestamp;
use minijinja::Value;
use serde::Serialize;

use super::place::Place;
use super::rhythm::Rhythm;
use super::schedule::{Schedule, Words};
use super::structured;
use super::templates;
use super::text::{Block, blocks, one_line, summary};
use crate::domain::event_draft::image_url;
use crate::domain::fact::Tier;
use crate::domain::money::price_words;
use crate::domain::values::{EventKind, EventStatus, Visibility};
use crate::store::pages::Page;

/// How long the text below a shared link may be.
const SUMMARY_CHARS: usize = 200;
/// From here on a title is written smaller.
const LONG_TITLE_CHARS: usize = 56;

/// The values of the template.
#[derive(Debug, Serialize)]
pub(super) struct EventView {
    title: String,
    long_title: bool,
    /// Nothing is to be read but when, where and how much.
    bare: bool,
    kind: &'static str,
    kind_words: &'static str,
    /// `cancelled`, `over` or `ahead`.
    state: &'static str,
    private: bool,
    url: Value,
    calendar_url: Value,
    /// Where its picture is, from the page's own origin.
    picture: Option<String>,
    /// The same with the host, for those who show a link elsewhere.
    picture_url: Option<Value>,
    tickets_url: Option<Value>,
    summary: String,
    when: Option<Words>,
    repeats: Option<String>,
    place: PlaceView,
    tickets: Vec<TicketView>,
    ticket_note: Option<String>,
    capacity: Option<String>,
    organizer: Option<String>,
    about: Vec<Block>,
    amenities: Vec<String>,
    refunds: Vec<Block>,
    structured: Value,
}

#[derive(Debug, Serialize)]
struct PlaceView {
    name: Option<String>,
    address: Option<String>,
    map_url: Option<Value>,
    online: bool,
    join_url: Option<Value>,
    paid: bool,
}

#[derive(Debug, Serialize)]
struct TicketView {
    name: String,
    price: String,
    note: Option<String>,
}

impl EventView {
    /// What guests see at this moment; `url` is the page's own address.
    pub(super) fn of(page: &Page, url: &str, now: Timestamp) -> Self {
        let draft = &page.draft;
        let schedule = Schedule::of(draft);
        let place = Place::of(page);
        let when = schedule.words();
        let rhythm = draft.recurrence.as_deref().and_then(Rhythm::parse);
        let kind = draft.kind.unwrap_or(EventKind::Other);
        let title =
            draft.name.as_deref().map(one_line).filter(|name| !name.is_empty()).unwrap_or_else(|| "Event".to_owned());
        let can_buy = page.status == EventStatus::Published
            && draft.visibility == Some(Visibility::Public)
            && (rhythm.is_some() || !schedule.is_over(now));
        let about = draft.description.as_deref().map(blocks).unwrap_or_default();
        let refunds = draft.refund_policy.as_deref().map(blocks).unwrap_or_default();
        Self {
            long_title: title.chars().count() > LONG_TITLE_CHARS,
            bare: about.is_empty() && refunds.is_empty() && draft.amenities.is_empty(),
            title,
            kind: kind.as_str(),
            kind_words: kind.words(),
            state: match page.status {
                EventStatus::Cancelled => "cancelled",
                _ if rhythm.is_none() && schedule.is_over(now) => "over",
                _ => "ahead",
            },
            private: draft.visibility == Some(Visibility::Private),
            url: templates::address(url),
            calendar_url: templates::address(&format!("{url}.ics")),
            picture: draft.image_id.map(image_url),
            picture_url: picture_of(page, url).as_deref().map(templates::address),
            tickets_url: can_buy.then(|| templates::address(&format!("{url}/tickets"))),
            summary: link_summary(when.as_ref(), &place, draft.description.as_deref()),
            repeats: rhythm.map(|rhythm| rhythm.words()),
            tickets: tickets(page),
            ticket_note: draft.max_per_order.map(|count| format!("Up to {} per order", counted(count, "ticket"))),
            capacity: draft.capacity.map(grouped),
            organizer: page.organizer.as_deref().map(one_line).filter(|name| !name.is_empty()),
            about,
            amenities: draft.amenities.iter().map(|amenity| amenity_words(amenity)).collect(),
            refunds,
            structured: Value::from_safe_string(structured::event(page, &schedule, &place, url)),
            place: PlaceView::of(place, tickets_cost(page)),
            when,
        }
    }
}

impl PlaceView {
    fn of(place: Place, paid: bool) -> Self {
        let venue = place.venue.unwrap_or_default();
        let street = venue.line();
        let name = venue.name.clone().or_else(|| venue.address.clone()).or_else(|| venue.city.clone());
        let rest = name
            .as_deref()
            .and_then(|name| street.strip_prefix(name))
            .map(|rest| rest.trim_start_matches(", ").to_owned());
        Self {
            name,
            address: rest.filter(|rest| !rest.is_empty()),
            map_url: venue.map_url().as_deref().map(templates::address),
            online: place.online,
            join_url: place.join_url.as_deref().map(templates::address),
            paid,
        }
    }
}

/// The whole address of an event's picture; `url` is its page's.
pub(super) fn picture_of(page: &Page, url: &str) -> Option<String> {
    let host = url.rsplit_once("/e/").map_or(url, |(host, _)| host);
    page.draft.image_id.map(|id| format!("{host}{}", image_url(id)))
}

fn tickets_cost(page: &Page) -> bool {
    page.draft.price_cents.is_some_and(|cents| cents > 0) || page.draft.tiers.iter().any(|tier| tier.price_cents > 0)
}

fn tickets(page: &Page) -> Vec<TicketView> {
    let draft = &page.draft;
    let price = |cents| if cents == 0 { "Free".to_owned() } else { price_words(cents, draft.currency) };
    if draft.tiers.is_empty() {
        let usual = |cents| TicketView { name: "Admission".to_owned(), price: price(cents), note: None };
        return draft.price_cents.map(usual).into_iter().collect();
    }
    let of = |tier: &Tier| TicketView {
        name: one_line(&tier.name),
        price: price(tier.price_cents),
        note: ticket_note(tier),
    };
    draft.tiers.iter().map(of).collect()
}

fn ticket_note(tier: &Tier) -> Option<String> {
    let day = |day: jiff::civil::Date| day.strftime("%-d %B %Y").to_string();
    let sales = match (tier.sales_from.map(day), tier.sales_until.map(day)) {
        (Some(from), Some(until)) => Some(format!("On sale {from} – {until}")),
        (Some(from), None) => Some(format!("On sale from {from}")),
        (None, Some(until)) => Some(format!("On sale until {until}")),
        (None, None) => None,
    };
    let quantity = tier.quantity.map(|count| counted(count, "ticket"));
    let most = tier.max_per_order.map(|count| format!("up to {count} per order"));
    let parts: Vec<String> = [quantity, most, sales].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// The text below a shared link: when, where, and how the description begins.
fn link_summary(when: Option<&Words>, place: &Place, description: Option<&str>) -> String {
    let facts: Vec<String> = [when.map(Words::line), place.line()].into_iter().flatten().collect();
    let parts: Vec<String> = [facts.join(" · "), description.map(one_line).unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    summary(&parts.join(". "), SUMMARY_CHARS)
}

/// `av_equipment` is `Av equipment` to nobody: the few that are not plain words have their own.
fn amenity_words(amenity: &str) -> String {
    match amenity {
        "wifi" => "Wi-Fi".to_owned(),
        "av_equipment" => "AV equipment".to_owned(),
        "wheelchair" => "Wheelchair access".to_owned(),
        other => {
            let words = one_line(&other.replace('_', " "));
            let mut letters = words.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}

fn counted(count: u32, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `12,000`
fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_needs_are_written_for_people() {
        assert_eq!(
            (grouped(7).as_str(), grouped(1_000).as_str(), grouped(1_234_567).as_str()),
            ("7", "1,000", "1,234,567")
        );
        assert_eq!(counted(1, "ticket"), "1 ticket");
        assert_eq!(amenity_words("av_equipment"), "AV equipment");
        assert_eq!(amenity_words("outdoor_space"), "Outdoor space");
    }

    #[test]
    fn a_ticket_says_how_many_and_until_when() {
        let tier = Tier { quantity: Some(1), sales_until: Some(jiff::civil::date(2027, 5, 1)), ..Tier::default() };
        assert_eq!(ticket_note(&tier).as_deref(), Some("1 ticket · On sale until 1 May 2027"));
        assert_eq!(ticket_note(&Tier::default()), None);
    }
}
