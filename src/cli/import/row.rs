//! One row of a table of venues: what its columns mean, and why it is refused. Pure.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use anyhow::Context as _;

use super::price;
use crate::domain::import::encoding::{Text, decoded};
use crate::domain::import::table;
use crate::domain::money::Currency;
use crate::store::venue_import::Venue;
use crate::understanding;

/// A row that can be kept.
#[derive(Debug)]
pub(super) struct VenueRow(Venue);

impl From<VenueRow> for Venue {
    fn from(row: VenueRow) -> Self {
        row.0
    }
}

/// The columns by the names that tables give them.
const COLUMNS: &[(&str, &[&str])] = &[
    ("ref", &["ref", "reference", "id", "code", "编号"]),
    ("name", &["name", "venue", "venue name", "nom", "nombre", "名称", "场地", "场地名称"]),
    ("address", &["address", "street", "street address", "adresse", "direccion", "dirección", "地址"]),
    ("city", &["city", "town", "ville", "ciudad", "城市"]),
    ("country", &["country", "country code", "pays", "pais", "país", "国家"]),
    ("capacity", &["capacity", "seats", "max guests", "capacite", "capacité", "capacidad", "容量", "人数", "座位"]),
    ("amenities", &["amenities", "features", "equipment", "equipements", "équipements", "servicios", "设施", "设备"]),
    (
        "price_min",
        &[
            "price_min",
            "price min",
            "min price",
            "price from",
            "price",
            "day rate",
            "prix min",
            "prix",
            "tarif",
            "precio min",
            "precio",
            "最低价",
            "价格",
        ],
    ),
    ("price_max", &["price_max", "price max", "max price", "price to", "prix max", "precio max", "最高价"]),
    ("currency", &["currency", "devise", "moneda", "货币", "币种"]),
    ("timezone", &["timezone", "time zone", "tz", "fuseau horaire", "zona horaria", "时区"]),
    ("lat", &["lat", "latitude", "latitud", "纬度"]),
    ("lon", &["lon", "lng", "long", "longitude", "longitud", "经度"]),
];

/// Longest texts, as the table has them.
const LONGEST: &[(&str, usize)] = &[("ref", 100), ("name", 300), ("address", 500), ("city", 200), ("country", 100)];

/// What a file holds.
#[derive(Debug)]
pub(super) struct Table {
    /// The line on which each row begins; a row that cannot be kept is its reason.
    pub(super) rows: Vec<(u64, Result<VenueRow, String>)>,
    /// How it is written, where that is not UTF-8.
    pub(super) encoding: Option<&'static str>,
    /// Columns that nothing is read from.
    pub(super) unknown: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// When the file is no table, or has no column for the name.
pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Table> {
    let Text { text, encoding } = decoded(bytes).context("it is no text")?;
    let mut reader = table::reader(&text);
    let names = reader.headers().context("its first line cannot be read")?.clone();
    let heads: Vec<Option<&str>> = names.iter().map(column).collect();
    let mut seen: HashMap<String, u64> = HashMap::new();
    anyhow::ensure!(heads.contains(&Some("name")), "no column is called \"name\" (the first line names the columns)");
    let rows = reader.records().map(|record| match record {
        Ok(record) => {
            let line = record.position().map_or(0, csv::Position::line);
            let extra = record.iter().skip(heads.len()).any(|value| !value.is_empty());
            let values = heads.iter().zip(record.iter()).filter_map(|(head, value)| Some(((*head)?, value)));
            let row = if extra {
                Err("it has more values than there are columns".to_owned())
            } else {
                venue(&values.collect())
            };
            (line, row.and_then(|row| once(row, line, &mut seen)))
        }
        Err(error) => (error.position().map_or(0, csv::Position::line), Err(format!("it cannot be read: {error}"))),
    });
    let rows = rows.collect();
    let known = heads.iter().zip(&names);
    let unknown = known.filter(|(head, name)| head.is_none() && !name.is_empty()).map(|(_, name)| name.to_owned());
    Ok(Table { rows, encoding, unknown: unknown.collect() })
}

/// The first row of a venue counts; what comes after it under the same name in the same file may be a slip.
fn once(row: VenueRow, line: u64, seen: &mut HashMap<String, u64>) -> Result<VenueRow, String> {
    match seen.entry(row.0.reference.clone()) {
        Entry::Occupied(first) => {
            Err(format!("it is the same venue as on line {}; give it a ref of its own", first.get()))
        }
        Entry::Vacant(slot) => {
            slot.insert(line);
            Ok(row)
        }
    }
}

fn column(head: &str) -> Option<&'static str> {
    let head = head.trim().to_lowercase().replace('_', " ");
    COLUMNS
        .iter()
        .find(|(name, names)| *name == head || names.iter().any(|known| known.replace('_', " ") == head))
        .map(|(name, _)| *name)
}

fn venue(values: &BTreeMap<&str, &str>) -> Result<VenueRow, String> {
    let text = |name: &str| values.get(name).copied().filter(|value| !value.is_empty());
    for (name, most) in LONGEST {
        if let Some(value) = text(name)
            && (value.chars().count() > *most || value.chars().any(char::is_control))
        {
            return Err(format!("{name} has more than {most} characters, or a line break or sign that no text has"));
        }
    }
    let name = text("name").ok_or("it has no name")?;
    let degrees = |column: &str, most: f64| {
        let value = text(column).map(|value| {
            value
                .replace(',', ".")
                .parse::<f64>()
                .ok()
                .filter(|degrees| degrees.abs() <= most)
                .ok_or_else(|| format!("{column}: {value:?} is no number of degrees up to {most}"))
        });
        value.transpose()
    };
    let (lat, lon) = (degrees("lat", 90.0)?, degrees("lon", 180.0)?);
    if lat.is_some() != lon.is_some() {
        return Err("it has one of latitude and longitude without the other".to_owned());
    }
    let capacity = text("capacity")
        .map(|value| {
            let digits = value.replace([',', ' ', '\u{a0}', '.'], "");
            let people = digits.parse::<i32>().ok().filter(|people| (1..=10_000_000).contains(people));
            people.ok_or_else(|| format!("capacity: {value:?} is no number of people from 1 to 10,000,000"))
        })
        .transpose()?;
    let currency = text("currency").map(|code| {
        Currency::parse(code).ok_or_else(|| format!("currency: {code:?} is no code of three letters such as CAD"))
    });
    let prices: Vec<&str> = ["price_min", "price_max"].into_iter().filter_map(text).collect();
    let currency = currency.transpose()?.or_else(|| price::currency(&prices, text("city"), text("country")));
    let price = |column: &str| {
        let of = currency.map_or_else(String::new, |currency| format!(" of {currency}"));
        let amount =
            |value: &str| price::minor(value, currency).ok_or_else(|| format!("{column}: {value:?} is no amount{of}"));
        text(column).map(amount).transpose()
    };
    let (low, high) = (price("price_min")?, price("price_max")?);
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        return Err("its lowest price is above its highest".to_owned());
    }
    let timezone = text("timezone");
    if let Some(zone) = timezone.filter(|zone| jiff::tz::TimeZone::get(zone).is_err()) {
        return Err(format!("timezone: there is no time zone {zone:?}; one is called America/Toronto"));
    }
    let amenities: Vec<String> = text("amenities")
        .map(|list| {
            list.split([';', '|', ',', '、']).map(str::trim).filter(|word| !word.is_empty()).map(amenity).collect()
        })
        .unwrap_or_default();
    if amenities.len() > 100 {
        return Err("it has more than 100 amenities".to_owned());
    }
    let owned = |value: Option<&str>| value.map(str::to_owned);
    Ok(VenueRow(Venue {
        reference: text("ref").map_or_else(|| reference(name, text("city")), str::to_owned),
        name: name.to_owned(),
        address: owned(text("address")),
        city: owned(text("city")),
        country: owned(text("country")),
        lat,
        lon,
        timezone: owned(timezone),
        capacity,
        amenities,
        price_min_cents: low,
        price_max_cents: high,
        currency: currency.map(|currency| currency.code().to_owned()),
    }))
}

/// As venues name it ("wifi" for "Wi-Fi"), else as it is written.
fn amenity(word: &str) -> String {
    understanding::amenity(word).unwrap_or_else(|| word.to_lowercase())
}

/// A row without a reference goes by its name and city.
fn reference(name: &str, city: Option<&str>) -> String {
    let plain = deunicode::deunicode(&format!("{name} {}", city.unwrap_or_default())).to_lowercase();
    let words: Vec<&str> =
        plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Result<Venue, String>> {
        read(text.as_bytes()).unwrap().rows.into_iter().map(|(_, row)| row.map(Venue::from)).collect()
    }

    #[test]
    fn a_plain_table_is_read() {
        let rows = rows(
            "name,city,capacity,price_min,currency,amenities\nThe Carlu,Toronto,\"1,000\",\"$2,500.50\",cad,wifi; parking\n",
        );
        let venue = rows[0].as_ref().unwrap();
        assert_eq!(
            (venue.name.as_str(), venue.capacity, venue.price_min_cents),
            ("The Carlu", Some(1_000), Some(250_050))
        );
        assert_eq!(venue.currency.as_deref(), Some("CAD"));
        assert_eq!(venue.amenities, ["wifi", "parking"]);
        assert_eq!(venue.reference, "the-carlu-toronto");
    }

    #[test]
    fn tables_of_other_countries_are_read() {
        let rows = rows("\u{feff}Nom;Ville;Capacité;price_max\nÉglise St-Jean;Montréal;1 200;1.250,00\n");
        let venue = rows[0].as_ref().unwrap();
        assert_eq!((venue.reference.as_str(), venue.capacity), ("eglise-st-jean-montreal", Some(1_200)));
        assert_eq!(venue.price_max_cents, Some(125_000));
    }

    #[test]
    fn other_encodings_are_read_and_told() {
        let west = read(b"nom,ville\n\xc9glise,Qu\xe9bec\n").unwrap();
        assert_eq!((west.encoding, west.rows[0].1.as_ref().unwrap().0.name.as_str()), (Some("windows-1252"), "Église"));
    }

    #[test]
    fn prices_are_in_minor_units_of_their_currency() {
        let rows = rows(
            "name,city,country,price_min,price_max,currency\nA,,,50000,\"¥80,000\",jpy\nB,,,1.5,KWD 2.250,KWD\nC,Tokyo,Japan,50000,,\n\
             D,Toronto,,\"$1,250\",,\nE,,,20,,\nF,Toronto,,,,\nG,,,€20,,CAD\n",
        );
        let prices: Vec<_> = rows
            .iter()
            .filter_map(|row| row.as_ref().ok())
            .map(|venue| (venue.price_min_cents, venue.price_max_cents, venue.currency.as_deref()))
            .collect();
        let wanted = [
            (Some(50_000), Some(80_000), Some("JPY")),
            (Some(1_500), Some(2_250), Some("KWD")),
            (Some(50_000), None, Some("JPY")),
            (Some(125_000), None, Some("CAD")),
            (Some(2_000), None, None),
            (None, None, None),
        ];
        assert_eq!(prices, wanted);
        assert_eq!(rows[6].as_ref().unwrap_err(), "price_min: \"€20\" is no amount of CAD");
    }

    #[test]
    fn a_venue_stands_once_in_a_file_and_columns_that_say_nothing_are_told() {
        let table =
            read("name,city,stars\nThe Carlu,Toronto,5\nthe carlu,TORONTO,4\nThe Carlu,Ottawa,3\n".as_bytes()).unwrap();
        let reasons: Vec<_> = table.rows.iter().map(|(line, row)| (*line, row.as_ref().err().cloned())).collect();
        assert!(reasons[1].1.as_ref().unwrap().contains("line 2"), "{reasons:?}");
        assert!(reasons[0].1.is_none() && reasons[2].1.is_none() && reasons[2].0 == 4, "{reasons:?}");
        assert_eq!(table.unknown, ["stars"]);
    }

    #[test]
    fn a_bad_row_says_why_and_harms_no_other() {
        let table = "name,capacity,lat,lon,currency,timezone,price_min,price_max\n,5,,,,,,\nA,0,,,,,,\nB,,91,0,,,,\nC,,1,,,,,\nD,,,,C$,,,\n\
            E,,,,,Mars/Base,,\nF,,,,,,9,5\nG,,,,,,x,\nH,,,,,,,,,surplus\nI,12,,,,,,\n";
        let rows = rows(table);
        let reasons: Vec<&str> = rows.iter().filter_map(|row| row.as_ref().err()).map(String::as_str).collect();
        let wanted = [
            "no name",
            "capacity",
            "lat",
            "without the other",
            "currency",
            "timezone",
            "lowest price",
            "no amount",
            "more values",
        ];
        assert_eq!(reasons.len(), wanted.len(), "{reasons:?}");
        assert!(reasons.iter().zip(wanted).all(|(reason, word)| reason.contains(word)), "{reasons:?}");
        assert_eq!(rows.last().unwrap().as_ref().unwrap().name, "I");
    }

    #[test]
    fn naughty_files_are_refused_in_words() {
        assert!(read(b"\x00\x01name\x00").is_err());
        assert!(read(b"title,city\nA,B\n").unwrap_err().to_string().contains("name"));
        assert!(read(b"").is_err());
        let quoted = rows("name,city\n\"A \"\"B\"\"\nC\",X\n\"=cmd|' /C calc'!A0\",Y\n");
        assert!(quoted[0].is_err(), "a line break inside a name");
        assert_eq!(quoted[1].as_ref().unwrap().name, "=cmd|' /C calc'!A0");
        let long = format!("name\n{}\n", "x".repeat(301));
        assert!(rows(&long)[0].is_err());
    }
}
