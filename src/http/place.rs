//! Where an event takes place, as guests may know it.
//!
//! Promises: the link to join a paid event online is for those who have a ticket and appears nowhere; a link is only ever
//! http or https, whatever the database holds.

use std::fmt::Write as _;

use crate::domain::stages::ticketing;
use crate::domain::values::PlaceKind;
use crate::store::pages::Page;

use super::text::one_line;
use super::words::Words;

/// Where an event takes place.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Place {
    /// A place of bricks, when there is one.
    pub(super) venue: Option<Venue>,
    /// People take part over the net.
    pub(super) online: bool,
    /// Where to join, when everybody may.
    pub(super) join_url: Option<String>,
}

/// A place of bricks; each text on one line.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Venue {
    pub(super) name: Option<String>,
    pub(super) address: Option<String>,
    pub(super) city: Option<String>,
    /// ISO 3166 alpha-2.
    pub(super) country: Option<String>,
    /// Degrees north and east.
    pub(super) position: Option<(f64, f64)>,
}

impl Place {
    /// The place of this event.
    pub(super) fn of(page: &Page) -> Self {
        let draft = &page.draft;
        let online = matches!(draft.place_kind, Some(PlaceKind::Online | PlaceKind::Hybrid));
        let join_url = draft.online_url.as_deref().filter(|url| online && ticketing::is_free(draft) && is_web(url));
        Self {
            venue: Some(Venue::of(page))
                .filter(|venue| draft.place_kind != Some(PlaceKind::Online) && *venue != Venue::default()),
            online,
            join_url: join_url.map(str::to_owned),
        }
    }

    /// The same for whoever has a ticket: they may join.
    pub(super) fn with_link(page: &Page) -> Self {
        let own = Self::of(page);
        let url = page.draft.online_url.as_deref().filter(|url| own.online && is_web(url));
        Self { join_url: url.map(str::to_owned), ..own }
    }

    /// All of it on one line: `Steam Whistle, 255 Bremner Blvd, Toronto`, `Online`.
    pub(super) fn line(&self, words: &Words) -> Option<String> {
        let venue = self.venue.as_ref().map(Venue::line).filter(|line| !line.is_empty());
        match (venue, self.online) {
            (Some(venue), true) => Some(words.fill("place_and_online", &[("place", &venue)])),
            (None, true) => Some(words.text("online").to_owned()),
            (venue, false) => venue,
        }
    }
}

impl Venue {
    fn of(page: &Page) -> Self {
        let (draft, known) = (&page.draft, page.venue.as_ref());
        let text = |known: Option<&str>, said: &Option<String>| {
            known.or(said.as_deref()).map(one_line).filter(|text| !text.is_empty())
        };
        let position = known.and_then(|venue| venue.lat.zip(venue.lon));
        Self {
            name: text(known.map(|venue| venue.name.as_str()), &draft.place),
            address: text(known.and_then(|venue| venue.address.as_deref()), &draft.address),
            city: text(known.and_then(|venue| venue.city.as_deref()), &draft.city),
            country: draft.country.as_deref().map(one_line),
            position: position.filter(|(lat, lon)| (-90.0..=90.0).contains(lat) && (-180.0..=180.0).contains(lon)),
        }
    }

    /// Name, address and city on one line, none of them twice.
    pub(super) fn line(&self) -> String {
        let mut parts: Vec<&str> = Vec::new();
        for part in [&self.name, &self.address, &self.city].into_iter().flatten() {
            if !parts.iter().any(|known| known.contains(part.as_str())) {
                parts.push(part);
            }
        }
        parts.join(", ")
    }

    /// The place as a geo: address (RFC 5870), which asks no host for a map; with the query that makes telephones set a mark.
    pub(super) fn map_url(&self) -> Option<String> {
        let known = self.address.as_ref().or(self.city.as_ref()).map(|_| percent_encoded(&self.line()));
        match self.position {
            Some((lat, lon)) => Some(format!("geo:{lat:.6},{lon:.6}?q={lat:.6},{lon:.6}")),
            None => known.map(|query| format!("geo:0,0?q={query}")),
        }
    }
}

/// RFC 3986, for a query.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn is_web(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://"))
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_nothing_twice_and_a_map_is_asked_for_what_is_known() {
        let text = |text: &str| Some(text.to_owned());
        let mut venue = Venue { name: text("Kiln & Co., Dublin"), city: text("Dublin"), ..Venue::default() };
        assert_eq!(venue.line(), "Kiln & Co., Dublin");
        assert_eq!(venue.map_url().as_deref(), Some("geo:0,0?q=Kiln%20%26%20Co.%2C%20Dublin"));
        venue.position = Some((53.35, -6.26));
        assert_eq!(venue.map_url().as_deref(), Some("geo:53.350000,-6.260000?q=53.350000,-6.260000"));
        assert_eq!(Venue { name: text("Home"), ..Venue::default() }.map_url(), None);
    }

    #[test]
    fn only_the_web_is_a_link() {
        assert!(is_web("https://meet.example/a?b=1") && is_web("HTTP://meet.example"));
        for url in ["javascript:alert(1)", "data:text/html,x", "//meet.example", "https://a b", "https://a\nb"] {
            assert!(!is_web(url), "{url}");
        }
    }
}
