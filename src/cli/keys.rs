//! `eventos keys` and `eventos keys rotate`: what clients of the API need.

use std::io::Write as _;

use serde_json::json;

use super::out;
use crate::app;
use crate::settings::Settings;
use crate::telemetry;

/// New keys are wanted.
pub(super) struct Rotation {
    /// The old ones hold no longer.
    pub(super) at_once: bool,
}

/// Shows the keys, or new ones.
pub(super) fn run(settings: &Settings, rotation: Option<&Rotation>, json: bool) -> anyhow::Result<()> {
    telemetry::init(settings.log.format, &settings.log.filter)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let keys = runtime.block_on(app::with_accounts(settings, async |accounts| {
        Ok(match rotation {
            Some(rotation) => accounts.rotate(rotation.at_once).await?,
            None => accounts.api_keys().await?,
        })
    }))?;
    let url = app::url(settings);
    let mut out = out::open();
    if json {
        let shown = json!({"url": url, "anon_key": keys.anon, "service_role_key": keys.service_role});
        writeln!(out, "{shown}")?;
    } else {
        writeln!(
            out,
            "url              {url}\nanon_key         {}\nservice_role_key {}",
            keys.anon, keys.service_role
        )?;
        super::say("The service_role key may do everything. Keep it on servers, never in a page or an app.");
    }
    Ok(())
}
