//! What an event's page shows, in the words of guests.
//!
//! Promises: every text is cleaned here, and escaped by the template; every price carries its currency.

use jiff::Timestamp;
use jiff::civil::Date;
use minijinja::Value;
use serde::Serialize;

use super::place::Place;
use super::rhythm::Rhythm;
use super::schedule::{Schedule, When};
use super::structured;
use super::templates;
use super::text::{Block, blocks, one_line, summary};
use super::words::Words;
use crate::domain::event_draft::image_url;
use crate::domain::fact::Tier;
use crate::domain::money::local_price;
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
    /// As shared links name the page's language.
    locale: &'static str,
    /// `cancelled`, `over` or `ahead`.
    state: &'static str,
    private: bool,
    url: Value,
    calendar_url: Value,
    /// Where its picture is, from the page's own origin.
    picture: Option<Value>,
    /// The same with the host, for those who show a link elsewhere.
    picture_url: Option<Value>,
    tickets_url: Option<Value>,
    summary: String,
    when: Option<When>,
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
    /// What guests see at this moment; `url` is the page's own address, `asked` the language that stands behind it.
    pub(super) fn of(page: &Page, url: &str, asked: Option<&str>, words: &'static Words, now: Timestamp) -> Self {
        let draft = &page.draft;
        let schedule = Schedule::of(page);
        let place = Place::of(page);
        let when = schedule.when(words);
        let rhythm = draft.recurrence.as_deref().and_then(Rhythm::parse);
        let kind = draft.kind.unwrap_or(EventKind::Other);
        let named = draft.name.as_deref().map(one_line).filter(|name| !name.is_empty());
        let title = named.unwrap_or_else(|| words.text("event").to_owned());
        // Who chose a language keeps it on the next page.
        let lang = asked.map(|_| format!("?lang={}", words.language)).unwrap_or_default();
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
            kind_words: words.text(kind_key(kind)),
            locale: words.locale(),
            state: match page.status {
                EventStatus::Cancelled => "cancelled",
                _ if rhythm.is_none() && schedule.is_over(now) => "over",
                _ => "ahead",
            },
            private: draft.visibility == Some(Visibility::Private),
            url: templates::address(url),
            calendar_url: templates::address(&format!("{url}.ics{lang}")),
            picture: draft.image_id.map(image_url).as_deref().map(templates::address),
            picture_url: picture_of(page, url).as_deref().map(templates::address),
            tickets_url: can_buy.then(|| templates::address(&format!("{url}/tickets{lang}"))),
            summary: link_summary(when.as_ref(), &place, draft.description.as_deref(), words),
            repeats: rhythm.map(|rhythm| rhythm.words(words)),
            tickets: tickets(page, words),
            ticket_note: draft.max_per_order.map(|count| words.counted("per_order", count)),
            capacity: draft.capacity.map(|count| words.counted("room_for", count)),
            organizer: page.organizer.as_deref().map(one_line).filter(|name| !name.is_empty()),
            about,
            amenities: draft.amenities.iter().map(|amenity| amenity_words(amenity, words)).collect(),
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

fn tickets(page: &Page, words: &Words) -> Vec<TicketView> {
    let draft = &page.draft;
    let amount = |cents| local_price(cents, draft.currency, words.language);
    let price = |cents| if cents == 0 { words.text("free").to_owned() } else { amount(cents) };
    if draft.tiers.is_empty() {
        let usual = |cents| TicketView { name: words.text("admission").to_owned(), price: price(cents), note: None };
        return draft.price_cents.map(usual).into_iter().collect();
    }
    let of = |tier: &Tier| TicketView {
        name: one_line(&tier.name),
        price: price(tier.price_cents),
        note: ticket_note(tier, words),
    };
    draft.tiers.iter().map(of).collect()
}

fn ticket_note(tier: &Tier, words: &Words) -> Option<String> {
    let day = |day: Date| words.date(day);
    let sales = match (tier.sales_from.map(day), tier.sales_until.map(day)) {
        (Some(from), Some(until)) => Some(words.fill("sale_between", &[("from", &from), ("until", &until)])),
        (Some(from), None) => Some(words.fill("not_yet", &[("moment", &from)])),
        (None, Some(until)) => Some(words.fill("until", &[("moment", &until)])),
        (None, None) => None,
    };
    let quantity = tier.quantity.map(|count| words.counted("ticket_count", count));
    let most = tier.max_per_order.map(|count| words.counted("most", count));
    let parts: Vec<String> = [quantity, most, sales].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// The text below a shared link: when, where, and how the description begins.
fn link_summary(when: Option<&When>, place: &Place, description: Option<&str>, words: &Words) -> String {
    let facts: Vec<String> = [when.map(|when| when.line(words)), place.line(words)].into_iter().flatten().collect();
    let parts: Vec<String> = [facts.join(" · "), description.map(one_line).unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    summary(&parts.join(". "), SUMMARY_CHARS)
}

fn kind_key(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Conference => "kind_conference",
        EventKind::Workshop => "kind_workshop",
        EventKind::Meetup => "kind_meetup",
        EventKind::Concert => "kind_concert",
        EventKind::Webinar => "kind_webinar",
        EventKind::Festival => "kind_festival",
        EventKind::Networking => "kind_networking",
        EventKind::Other => "kind_other",
    }
}

/// What guests find there; what nobody here knows stays as its organizer wrote it.
fn amenity_words(amenity: &str, words: &Words) -> String {
    if let Some(known) = words.maybe(&format!("amenity_{amenity}")) {
        return known.to_owned();
    }
    let written = one_line(&amenity.replace('_', " "));
    let mut letters = written.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_written_for_people() {
        let said = |amenity| amenity_words(amenity, Words::english());
        assert_eq!((said("av_equipment").as_str(), said("hot_tub").as_str()), ("AV equipment", "Hot tub"));
        assert_eq!(amenity_words("wheelchair", Words::known("fr").unwrap()), "Accès en fauteuil roulant");
    }

    #[test]
    fn a_ticket_says_how_many_and_until_when() {
        let tier = Tier { quantity: Some(1), sales_until: Some(jiff::civil::date(2027, 5, 1)), ..Tier::default() };
        let note = |tier: &Tier| ticket_note(tier, Words::english());
        assert_eq!(note(&tier).as_deref(), Some("1 ticket · On sale until May 1, 2027"));
        assert_eq!(note(&Tier::default()), None);
    }
}
