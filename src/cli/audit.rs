//! `eventos audit`: the audit log for whoever has to keep or to read it.

use std::io::Write as _;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::out;
use crate::app;
use crate::settings::Settings;
use crate::store::audit;
use crate::telemetry;

/// Writes it to standard output.
pub(super) fn run(settings: &Settings, since: Option<&str>) -> anyhow::Result<()> {
    telemetry::init(settings.log.format, &settings.log.filter)?;
    let since = since.map(moment).transpose()?.unwrap_or(Timestamp::UNIX_EPOCH);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(app::as_server(settings, async |tx| {
        let mut out = out::open();
        let mut after = audit::Place::before(since);
        loop {
            let (lines, last) = audit::page(tx, &after).await?;
            for line in lines {
                writeln!(out, "{line}")?;
            }
            let Some(last) = last else { return Ok(out.flush()?) };
            after = last;
        }
    }))
}

/// A moment, or the beginning of a day in UTC.
fn moment(text: &str) -> anyhow::Result<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let day: Date =
        text.parse().with_context(|| format!("{text:?} is no moment; say 2026-11-01 or 2026-11-01T12:00:00Z"))?;
    Ok(day.to_zoned(TimeZone::UTC)?.timestamp())
}
