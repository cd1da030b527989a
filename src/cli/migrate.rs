//! `eventos migrate`: the schema, and nothing else.

use crate::app;
use crate::settings::Settings;
use crate::telemetry;

/// Brings the schema up to date and says so.
pub(super) fn run(settings: &Settings) -> anyhow::Result<()> {
    telemetry::init(settings.log.format, &settings.log.filter)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let newest = runtime.block_on(app::migrate(settings))?;
    super::say(&format!("The schema is up to date (migration {newest})."));
    Ok(())
}
