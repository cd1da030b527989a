//! `eventos prompt`: what a language model would be shown. Asks nobody and writes nothing.

use std::io::Write as _;

use uuid::Uuid;

use super::out;
use crate::app;
use crate::settings::Settings;
use crate::telemetry;

/// Writes the messages one after the other, or as the JSON that is sent.
pub(super) fn run(settings: &Settings, session: Uuid, words: Option<String>, json: bool) -> anyhow::Result<()> {
    telemetry::init(settings.log.format, &settings.log.filter)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let request = runtime.block_on(app::prompt(settings, session, words))?;
    let mut out = out::open();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&request.messages)?)?;
        return Ok(());
    }
    for message in &request.messages {
        writeln!(
            out,
            "--- {} ---\n{}\n",
            serde_json::to_value(message.role)?.as_str().unwrap_or_default(),
            message.content
        )?;
    }
    for tool in &request.tools {
        writeln!(out, "--- tool {} ---\n{}", tool.name, serde_json::to_string_pretty(&tool.parameters)?)?;
    }
    Ok(())
}
