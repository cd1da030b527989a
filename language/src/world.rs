//! The cities of the world with about 15,000 people and more, by name.
//!
//! `data/places/world.txt` comes from `GeoNames` (<https://www.geonames.org>, CC BY 4.0) by `tools/gazetteer`. It is sorted and
//! searched where it lies in the program: only where its lines begin is noted down, once, and a look-up reads about fifteen of them.

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

/// The list, and where its lines begin.
struct Table {
    zones: Vec<&'static str>,
    lines: Vec<&'static str>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let (zones, lines) = include_str!("../data/places/world.txt").lines().partition(|line| line.starts_with('@'));
        let zones: Vec<&str> = zones;
        Table { zones: zones.into_iter().map(|zone| zone.trim_start_matches('@')).collect(), lines }
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
        let lines = from(&key);
        let cities = named(lines, &key);
        if cities.is_empty() {
            // Nothing in the list begins like this: no longer name can be there.
            if !lines.first().is_some_and(|line| name_of(line).starts_with(&key)) {
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

/// The lines from the first whose name is not before the key.
fn from(key: &str) -> &'static [&'static str] {
    let lines = &table().lines;
    let start = lines.partition_point(|line| {
        crate::work::step();
        name_of(line) < key
    });
    lines.get(start..).unwrap_or(&[])
}

/// The cities of exactly this name, of lines that begin with it.
fn named(lines: &[&'static str], key: &str) -> Vec<City> {
    let table = table();
    lines.iter().take_while(|line| name_of(line) == key).filter_map(|line| read(line, &table.zones)).collect()
}

fn name_of(line: &str) -> &str {
    line.split('|').next().unwrap_or(line)
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
        let Table { zones, lines } = table();
        assert!(zones.len() > 300 && zones.iter().all(|zone| jiff::tz::TimeZone::get(zone).is_ok()));
        assert!(lines.len() > 30_000 && lines.is_sorted_by_key(|line| name_of(line)));
        for line in lines.iter().step_by(101) {
            let cities = cities_of(name_of(line));
            assert!(cities.iter().any(|city| Some(city) == read(line, zones).as_ref()), "{line}");
            assert!(cities.iter().all(|city| city.latitude.abs() <= 90.0 && city.country.len() == 2), "{line}");
        }
        assert!(["nowhere at all", "", "zzzz"].iter().all(|key| cities_of(key).is_empty()));
    }

    fn cities_of(key: &str) -> Vec<City> {
        named(from(key), key)
    }

    #[test]
    fn the_largest_of_a_name_comes_first() {
        let named = |name: &str| cities_of(name).into_iter().map(|city| (city.country, city.region)).next();
        assert_eq!(named("toronto"), Some(("CA", Some("ON"))));
        assert_eq!(named("guelph"), Some(("CA", Some("ON"))));
        assert_eq!(named("saint jerome"), Some(("CA", Some("QC"))));
    }
}
