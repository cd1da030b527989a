//! `eventos token`: an access token, for whoever may open the database.

use std::io::Write as _;

use anyhow::Context as _;

use super::out;
use crate::app;
use crate::domain::person::Role;
use crate::settings::Settings;
use crate::telemetry;

/// Writes the bare token.
pub(super) fn run(settings: &Settings, email: &str, role: Option<&str>, load_test: bool) -> anyhow::Result<()> {
    telemetry::init(settings.log.format, &settings.log.filter)?;
    let role = role.map(|name| Role::parse(name).with_context(|| format!("there is no role {name}"))).transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let token = runtime.block_on(app::with_accounts(settings, async |accounts| {
        Ok(accounts.local_token(email, role, load_test).await?)
    }))?;
    writeln!(out::open(), "{}", token.token)?;
    Ok(())
}
