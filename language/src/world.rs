//! The cities of the world with about 15,000 people and more, by name.
//!
//! `data/places/world.txt` comes from `GeoNames` (<https://www.geonames.org>, CC BY 4.0) by `tools/gazetteer`. It is sorted, and
//! searched where it lies in the program: nothing is built at the start, and a look-up reads about fifteen lines.

use std::cmp::Ordering;
use std::sync::OnceLock;

use crate::token::{Token, TokenKind};

/// A name has no more words than this.
const LONGEST: usize = 6;

/// A city of the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct City {
    pub(crate) name: String,
    pub(crate) country: &'static str,
    pub(crate) region: Option<&'static str>,
    pub(crate) zone: &'static str,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

/// The zones and the lines of the list.
fn table() -> &'static (Vec<&'static str>, &'static str) {
    static TABLE: OnceLock<(Vec<&'static str>, &'static str)> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = include_str!("../data/places/world.txt");
        let zones: Vec<&str> = text.lines().map_while(|line| line.strip_prefix('@')).collect();
        let head = zones.iter().map(|zone| zone.len() + 2).sum();
        (zones, text.get(head..).unwrap_or(""))
    })
}

/// The longest name that begins at this word: where it ends, and its cities, the one with most people first.
pub(crate) fn find(tokens: &[Token], start: usize) -> Option<(usize, Vec<City>)> {
    let mut key = String::new();
    let mut found = None;
    let mut words = 0;
    let mut at = start;
    while let Some(token) = tokens.get(at).filter(|_| words < LONGEST) {
        crate::work::step();
        if token.kind != TokenKind::Word || !token.lower.is_ascii() || words > 0 && token.gap == crate::token::Gap::Line
        {
            break;
        }
        if words > 0 {
            key.push(' ');
        }
        key.push_str(&token.lower);
        (words, at) = (words + 1, at + 1);
        let cities = named(&key);
        if cities.is_empty() {
            // Nothing in the list begins like this: no longer name can be there.
            if !begins(&key) {
                break;
            }
        } else {
            found = Some((at, cities));
        }
        let joint = |at: usize| {
            tokens.get(at).is_some_and(|sign| sign.glued() && matches!(sign.lower.as_str(), "-" | "'" | "’" | "."))
                && tokens.get(at + 1).is_some_and(|next| next.kind == TokenKind::Word)
        };
        if joint(at) {
            at += 1;
        }
    }
    found
}

/// The cities of exactly this name.
fn named(key: &str) -> Vec<City> {
    let (zones, body) = table();
    let lines = body.get(lower_bound(body, key)..).unwrap_or("").lines();
    lines.take_while(|line| name_of(line) == key).filter_map(|line| read(line, zones)).collect()
}

/// Whether a name in the list begins with these words.
fn begins(key: &str) -> bool {
    let body = table().1;
    let line = body.get(lower_bound(body, key)..).unwrap_or("").lines().next();
    line.is_some_and(|line| name_of(line).starts_with(key))
}

fn name_of(line: &str) -> &str {
    line.split('|').next().unwrap_or(line)
}

/// Where the first line stands whose name is not before the key.
fn lower_bound(body: &str, key: &str) -> usize {
    let line_start = |at: usize| body.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |before| before + 1);
    let (mut low, mut high) = (0, body.len());
    while low < high {
        crate::work::step();
        let middle = body.floor_char_boundary(low.midpoint(high));
        let start = line_start(middle);
        let line = body.get(start..).unwrap_or("").lines().next().unwrap_or("");
        if name_of(line).cmp(key) == Ordering::Less {
            low = start + line.len() + 1;
        } else {
            high = start;
        }
    }
    low
}

fn read(line: &'static str, zones: &[&'static str]) -> Option<City> {
    let mut fields = line.split('|');
    let (key, shown) = (fields.next()?, fields.next()?);
    let (latitude, longitude) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let (country, region) = (fields.next()?, fields.next()?);
    let zone = zones.get(fields.next()?.parse::<usize>().ok()?)?;
    let name = if shown.is_empty() { title(key) } else { shown.to_owned() };
    Some(City { name, country, region: Some(region).filter(|region| !region.is_empty()), zone, latitude, longitude })
}

/// "new york city" as "New York City".
fn title(key: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    key.split(' ').map(capital).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_found_and_read() {
        let (zones, body) = table();
        assert!(zones.len() > 300 && zones.iter().all(|zone| jiff::tz::TimeZone::get(zone).is_ok()));
        assert!(body.lines().count() > 30_000);
        for line in body.lines().step_by(101) {
            let cities = named(name_of(line));
            assert!(cities.iter().any(|city| Some(city) == read(line, zones).as_ref()), "{line}");
            assert!(cities.iter().all(|city| city.latitude.abs() <= 90.0 && city.country.len() == 2), "{line}");
        }
        assert!(named("nowhere at all").is_empty() && named("").is_empty() && named("zzzz").is_empty());
    }

    #[test]
    fn the_largest_of_a_name_comes_first() {
        let named = |name: &str| named(name).into_iter().map(|city| (city.country, city.region)).next();
        assert_eq!(named("toronto"), Some(("CA", Some("ON"))));
        assert_eq!(named("guelph"), Some(("CA", Some("ON"))));
        assert_eq!(named("saint jerome"), Some(("CA", Some("QC"))));
    }
}
