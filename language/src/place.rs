//! Finds cities by name.
//!
//! The first list is small and its own (about 850 cities, with their names in four languages); a name that is also a word
//! ("Nice", "Reading", "Bath") counts only with a capital letter and a word such as "in" before it, or a region after it.
//! Every name of the [`world`] is such a name; of several cities that share it the one with most people is meant.

use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::Place;
use crate::language::Language;
use crate::lexicon::Lexicon;
use crate::token::{Gap, Token, TokenKind};
use crate::world;

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
    /// What each city is called in Han characters.
    han: FxHashMap<&'static str, &'static str>,
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

    /// Whether a city of the own list with this name lies in this country and region.
    fn knows(&self, tokens: &[Token], start: usize, end: usize, region: Option<(&str, &str)>) -> bool {
        let Some((country, part)) = region else { return false };
        let mut known = false;
        self.names.each_at(tokens, start, |found, names| {
            let here = |name: &Name| {
                self.cities
                    .get(name.city)
                    .is_some_and(|city| city.country == country && (part == "-" || city.region == Some(part)))
            };
            known |= found == end && names.iter().any(here);
        });
        known
    }

    fn add(&mut self, line: &'static str, country: &'static str, region: Option<&'static str>, zone: &'static str) {
        let mut words = line.splitn(3, ' ');
        let mut number = || words.next().and_then(|word| word.parse::<f64>().ok());
        let (Some(latitude), Some(longitude)) = (number(), number()) else { return };
        let names: Vec<&'static str> = words.next().unwrap_or("").split(" | ").collect();
        let Some(name) = names.first().map(|name| name.trim_start_matches('!')) else { return };
        let city = self.cities.len();
        self.cities.push(City { name, country, region, zone, latitude, longitude });
        let han = names.iter().find(|name| name.chars().all(|letter| letter > '\u{2fff}'));
        if let Some(han) = han {
            self.han.entry(names.first().map_or("", |name| name.trim_start_matches('!'))).or_insert(han);
        }
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
        if longest.is_some_and(|(end, _)| is_street(tokens, at, end)) {
            at = longest.map_or(at + 1, |(end, _)| end);
            continue;
        }
        let own = longest.map_or(0, |(end, _)| end);
        let abroad = tokens.get(at).filter(|token| token.capital).and_then(|_| world::find(tokens, at));
        let found = abroad
            .and_then(|(end, cities)| far(all, text, tokens, at..end, &cities, own))
            .or_else(|| longest.and_then(|(end, names)| choose(all, text, tokens, at, end, names)));
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

/// "南京西路", "rue de Toulouse", "London Road": the city lends its name to a street.
fn is_street(tokens: &[Token], start: usize, end: usize) -> bool {
    let lower = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let road =
        |at: usize| matches!(lower(at), "路" | "街" | "道" | "巷" | "弄") || lower(at) == "大" && lower(at + 1) == "道";
    if road(end) || matches!(lower(end), "东" | "西" | "南" | "北" | "中") && road(end + 1) {
        return true;
    }
    let little = |word: &str| matches!(word, "de" | "du" | "des" | "d" | "'" | "’" | "la" | "le" | "l");
    let before = (start.saturating_sub(3)..start).rev().map(lower).find(|word| !little(word)).unwrap_or("");
    matches!(before, "rue" | "calle" | "avenue" | "avenida" | "boulevard" | "chemin" | "paseo" | "carrer")
        || tokens.get(end).is_some_and(|next| next.capital)
            && matches!(
                lower(end),
                "street" | "st" | "avenue" | "ave" | "road" | "rd" | "boulevard" | "blvd" | "drive" | "lane"
            )
}

/// What readers of this language call a city; nothing where they call it as everybody does.
pub(crate) fn name_in(city: &str, language: Language) -> Option<&'static str> {
    (language == Language::Mandarin).then(|| Gazetteer::all().han.get(city).copied()).flatten()
}

/// Words after which a name of the world's list is a place.
const LED: [&str; 10] = ["in", "near", "around", "outside", "downtown", "en", "à", "dans", "vers", "cerca"];

/// A city of the world's list: where it is longer than what the own list has, or a region follows that says which one.
fn far(
    all: &Gazetteer,
    text: &str,
    tokens: &[Token],
    range: Range<usize>,
    cities: &[world::City],
    own: usize,
) -> Option<(Place, usize)> {
    let after = region_after(all, text, tokens, range.end);
    let same = |city: &&world::City, (country, part): (&str, &str)| {
        city.country == country && (part == "-" || city.region == Some(part))
    };
    let precise = after.and_then(|(region, end)| cities.iter().find(|city| same(city, region)).map(|city| (city, end)));
    let own_knows = own >= range.end;
    let before = range.start.checked_sub(1).and_then(|before| tokens.get(before));
    let led = before.is_some_and(|before| LED.contains(&before.span.text(text).to_lowercase().as_str()));
    let alone = range.start == 0 && range.end == tokens.len();
    let (city, end) = match precise {
        // Where the own list knows the region, too, it has the better name.
        Some(_) if own_knows && all.knows(tokens, range.start, own, after.map(|(region, _)| region)) => return None,
        Some(precise) => precise,
        None if own_knows || !(led || alone) => return None,
        None => (cities.first()?, range.end),
    };
    let span = tokens.get(range.start)?.span.to(tokens.get(end.checked_sub(1)?)?.span);
    let place = Place {
        span,
        city: city.name.clone(),
        country: city.country.to_owned(),
        region: city.region.map(str::to_owned),
        timezone: city.zone.to_owned(),
        latitude: city.latitude,
        longitude: city.longitude,
        confidence: if precise.is_some() { 0.95 } else { 0.6 },
    };
    Some((place, end))
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
