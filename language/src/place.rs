//! Finds cities by name.
//!
//! The list is small and its own (about 850 cities); a name that is also a word ("Nice", "Reading", "Bath") counts only
//! with a capital letter and a word such as "in" before it, or a region after it.

use std::ops::Range;
use std::sync::OnceLock;

#[cfg(test)]
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

use crate::finding::Place;
use crate::lexicon::Lexicon;
use crate::token::{Gap, Token, TokenKind};

#[derive(Clone, Debug)]
struct City {
    name: &'static str,
    country: &'static str,
    region: Option<&'static str>,
    zone: &'static str,
    latitude: f64,
    longitude: f64,
}

/// A name of a city: which one, and whether it is also a word.
#[derive(Clone, Copy, Debug)]
struct Name {
    city: usize,
    shy: bool,
}

#[derive(Debug, Default)]
struct Gazetteer {
    cities: Vec<City>,
    names: Lexicon<Name>,
    /// Country and region that a name after the city stands for, and whether it is a bare code.
    regions: Lexicon<(&'static str, &'static str, bool)>,
    before: FxHashSet<&'static str>,
}

/// Words after which a name is a place.
const BEFORE: [&str; 30] = [
    "in", "at", "near", "to", "from", "around", "outside", "downtown", "central", "of", "a", "en", "de", "d", "sur",
    "pour", "vers", "chez", "au", "por", "para", "hacia", "cerca", "centro", "ciudad", "ville", "visit", "visiting",
    "leaving", "city",
];

impl Gazetteer {
    fn all() -> &'static Self {
        static ALL: OnceLock<Gazetteer> = OnceLock::new();
        ALL.get_or_init(|| {
            let mut all = Self { before: BEFORE.into_iter().collect(), ..Self::default() };
            let (mut country, mut region, mut zone) = ("", None, "");
            for line in lines(include_str!("../data/places/cities.txt")) {
                if let Some(head) = line.strip_prefix('[').and_then(|head| head.strip_suffix(']')) {
                    let mut words = head.split(' ');
                    country = words.next().unwrap_or("");
                    region = words.next().filter(|region| *region != "-");
                    zone = words.next().unwrap_or("");
                } else {
                    all.add(line, country, region, zone);
                }
            }
            for line in lines(include_str!("../data/places/regions.txt")) {
                let mut names = line.split(" | ");
                if let Some((country, region)) = names.next().and_then(|code| code.split_once(' ')) {
                    all.regions.add(if region == "-" { country } else { region }, (country, region, true));
                    names.for_each(|name| all.regions.add(name, (country, region, false)));
                }
            }
            all
        })
    }

    fn add(&mut self, line: &'static str, country: &'static str, region: Option<&'static str>, zone: &'static str) {
        let mut words = line.splitn(3, ' ');
        let mut number = || words.next().and_then(|word| word.parse::<f64>().ok());
        let (Some(latitude), Some(longitude)) = (number(), number()) else { return };
        let names: Vec<&'static str> = words.next().unwrap_or("").split(" | ").collect();
        let Some(name) = names.first().map(|name| name.trim_start_matches('!')) else { return };
        let city = self.cities.len();
        self.cities.push(City { name, country, region, zone, latitude, longitude });
        for name in names {
            self.names.add(name.trim_start_matches('!'), Name { city, shy: name.starts_with('!') });
        }
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The cities of a text.
pub(crate) fn find(text: &str, tokens: &[Token]) -> Vec<Place> {
    let all = Gazetteer::all();
    let mut places = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut longest: Option<(usize, &[Name])> = None;
        all.names.each_at(tokens, at, |end, names| longest = Some((end, names)));
        let found = longest.and_then(|(end, names)| choose(all, text, tokens, at, end, names));
        match found {
            Some((place, end)) => {
                places.push(place);
                at = end;
            }
            None => at += 1,
        }
    }
    places
}

fn choose(
    all: &Gazetteer,
    text: &str,
    tokens: &[Token],
    start: usize,
    end: usize,
    names: &[Name],
) -> Option<(Place, usize)> {
    let after = region_after(all, text, tokens, end);
    let precise = after.and_then(|((country, part), region_end)| {
        let same = |city: &City| city.country == country && (part == "-" || city.region == Some(part));
        names.iter().find(|name| all.cities.get(name.city).is_some_and(same)).map(|name| (name, region_end))
    });
    let sure = precise.is_some();
    let (name, last) = precise.or_else(|| names.first().map(|name| (name, end)))?;
    let confidence = confidence(all, text, tokens, start..end, name.shy, sure)?;
    let city = all.cities.get(name.city)?;
    let span = tokens.get(start)?.span.to(tokens.get(last.checked_sub(1)?)?.span);
    let place = Place {
        span,
        city: city.name.to_owned(),
        country: city.country.to_owned(),
        region: city.region.map(str::to_owned),
        timezone: city.zone.to_owned(),
        latitude: city.latitude,
        longitude: city.longitude,
        confidence,
    };
    Some((place, last))
}

/// How sure it is that these tokens name a city; nothing when they are more likely words.
fn confidence(
    all: &Gazetteer,
    text: &str,
    tokens: &[Token],
    range: Range<usize>,
    shy: bool,
    sure: bool,
) -> Option<f32> {
    let first = tokens.get(range.start)?;
    let before = range.start.checked_sub(1).and_then(|before| tokens.get(before));
    let han = first.kind == TokenKind::Cjk;
    let capital = first.capital || han;
    let led = before.is_some_and(|before| all.before.contains(before.lower.as_str()));
    let inside_word = first.glued() && !han && before.is_some_and(|before| "-@#/.".contains(&*before.lower));
    // A name of two letters is one only in capitals: "LA", not "la".
    let name = first.span.to(tokens.get(range.end.checked_sub(1)?)?.span).text(text);
    let small = name.len() <= 2 && !name.chars().all(char::is_uppercase);
    if small || inside_word || shy && !(capital && (led || sure)) {
        return None;
    }
    Some(match (sure, shy, capital) {
        (true, ..) | (false, false, true) => 0.95,
        (false, false, false) => 0.8,
        (false, true, _) => 0.6,
    })
}

/// The region or country that follows a city, with or without a comma.
fn region_after(
    all: &Gazetteer,
    text: &str,
    tokens: &[Token],
    end: usize,
) -> Option<((&'static str, &'static str), usize)> {
    let comma = tokens.get(end).is_some_and(|token| matches!(token.lower.as_str(), "," | "(" | "，"));
    let at = if comma { end + 1 } else { end };
    let token = tokens.get(at).filter(|token| token.gap != Gap::Line)?;
    let mut found = None;
    all.regions.each_at(tokens, at, |end, regions| {
        for (country, region, bare) in regions {
            let code = *bare && !token.span.text(text).chars().all(char::is_uppercase);
            if !code {
                found = Some(((*country, *region), end));
            }
        }
    });
    found
}

/// Every zone that the list names, for a test that they exist.
#[cfg(test)]
fn zones() -> FxHashMap<&'static str, &'static str> {
    Gazetteer::all().cities.iter().map(|city| (city.zone, city.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_city_has_a_zone_that_exists_and_lies_on_the_globe() {
        for (zone, city) in zones() {
            assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{city}: {zone}");
        }
        let all = Gazetteer::all();
        assert!(all.cities.len() > 800);
        assert!(
            all.cities
                .iter()
                .all(|city| city.latitude.abs() <= 90.0 && city.longitude.abs() <= 180.0 && city.country.len() == 2)
        );
    }
}
