//! `eventos import venues FILE.csv`: shared venues, row by row, each refusal with its line and its reason.
//!
//! Promises: a bad row harms no other; the same file twice makes nothing twice, for a row is known by its `ref`, else by its name
//! and city; what is told as kept stands in the database. A row without coordinates gets those that its address was found
//! at before, else Google Maps' when a key is set, else those of its city; nothing is written while others are asked.

mod price;
mod row;

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use row::{Table, VenueRow};

use super::progress;
use crate::app;
use crate::geo::{self, Maps, Spot};
use crate::settings::Settings;
use crate::store::database::Tx;
use crate::store::venue_import::{self, Kept, Venue};
use crate::telemetry;

/// More than any table of venues has.
const LARGEST_BYTES: u64 = 64 * 1024 * 1024;

/// What became of the file.
#[derive(Default)]
struct Tally {
    made: usize,
    renewed: usize,
    refused: usize,
}

/// Imports the file and says what became of each row that was refused.
///
/// # Errors
/// When the file cannot be read, the database is away, or a row was refused; the others are kept.
pub(super) fn venues(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    telemetry::init(settings.log.format, &settings.log.filter)?;
    let name = file.display();
    let size = std::fs::metadata(file).with_context(|| format!("cannot read {name}"))?.len();
    anyhow::ensure!(size <= LARGEST_BYTES, "{name} is larger than 64 MiB; split it");
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {name}"))?;
    let table = row::read(&bytes).with_context(|| format!("{name} is no table of venues"))?;
    tell(&table);
    let maps = settings
        .google_maps_api_key
        .clone()
        .map(|key| Maps::new(&settings.maps.base_url, key, Duration::from_secs(settings.maps.deadline_s)));
    let maps = maps.transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let tally = runtime.block_on(import(settings, table.rows, maps.as_ref()))?;
    super::say(&format!("{} made, {} renewed, {} refused.", tally.made, tally.renewed, tally.refused));
    anyhow::ensure!(tally.refused == 0, "some rows were refused; the others are kept");
    Ok(())
}

/// What somebody should know who thought the file was written in another way.
fn tell(table: &Table) {
    if let Some(encoding) = table.encoding {
        super::say(&format!("The file is not written in UTF-8; it was read as {encoding}."));
    }
    if !table.unknown.is_empty() {
        super::say(&format!("Nothing is read from the columns {}.", table.unknown.join(", ")));
    }
}

async fn import(
    settings: &Settings,
    rows: Vec<(u64, Result<VenueRow, String>)>,
    maps: Option<&Maps>,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let mut venues: Vec<(u64, Venue)> = Vec::new();
    for (line, row) in rows {
        match row {
            Ok(row) => venues.push((line, row.into())),
            Err(reason) => tally.refuse(line, &reason),
        }
    }
    app::as_server(settings, async |tx| find_known(tx, &mut venues).await).await?;
    let bar = progress::of(venues.len());
    for (_, venue) in &mut venues {
        locate(venue, maps).await;
        bar.inc(1);
    }
    bar.finish_and_clear();
    app::as_server(settings, async |tx| keep_all(tx, &venues, tally).await).await
}

/// What was looked up before is not asked for again.
async fn find_known(tx: &mut Tx, venues: &mut [(u64, Venue)]) -> anyhow::Result<()> {
    for (_, venue) in venues.iter_mut().filter(|(_, venue)| venue.lat.is_none() && venue.address.is_some()) {
        // What only its city was put there for may still be found.
        let city = venue.city.as_deref().and_then(|city| geo::city(city, venue.country.as_deref()));
        let known = venue_import::spot(tx, venue).await?;
        let known = known.filter(|(lat, lon)| city.is_none_or(|city| city.spot != Spot { lat: *lat, lon: *lon }));
        if let Some((lat, lon)) = known {
            (venue.lat, venue.lon) = (Some(lat), Some(lon));
        }
    }
    Ok(())
}

/// Adds where it is, and what follows from its city.
async fn locate(venue: &mut Venue, maps: Option<&Maps>) {
    let city = venue.city.as_deref().and_then(|city| geo::city(city, venue.country.as_deref()));
    if venue.lat.is_none() {
        let parts = [venue.address.as_deref(), venue.city.as_deref(), venue.country.as_deref()];
        // Without a street Google knows no more than the gazetteer.
        let spot = match maps.filter(|_| venue.address.is_some()) {
            Some(maps) => maps.find(&parts).await,
            None => None,
        };
        let spot: Option<Spot> = spot.or_else(|| city.as_ref().map(|city| city.spot));
        (venue.lat, venue.lon) = (spot.map(|spot| spot.lat), spot.map(|spot| spot.lon));
    }
    if let Some(city) = city {
        venue.timezone.get_or_insert(city.timezone);
        // "Canada" is CA, as everywhere else.
        venue.country = Some(city.country);
    }
}

async fn keep_all(tx: &mut Tx, venues: &[(u64, Venue)], mut tally: Tally) -> anyhow::Result<Tally> {
    for (line, venue) in venues {
        match venue_import::keep(tx, venue).await {
            Ok(Kept::Made) => tally.made += 1,
            Ok(Kept::Renewed) => tally.renewed += 1,
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => tally.refuse(*line, &format!("the database does not take it: {error}")),
        }
    }
    Ok(tally)
}

impl Tally {
    fn refuse(&mut self, line: u64, reason: &str) {
        self.refused += 1;
        super::say(&format!("line {line}: {reason}"));
    }
}
