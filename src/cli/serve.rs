//! `eventos serve`: everything, until a signal.

use std::io::Write;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::node;
use crate::settings::Settings;
use crate::telemetry;

/// Serves until SIGTERM or SIGINT, then answers what was accepted and stops.
pub(super) fn run(settings: Settings) -> anyhow::Result<()> {
    telemetry::init(settings.log.format, &settings.log.filter)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(settings))
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    for name in &settings.not_read {
        tracing::warn!(setting = name, "this setting is set, but nothing reads it yet");
    }
    let address = settings.server.listen_addr;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let listening = listener.local_addr()?;
    let public_url = settings.public_url(listening);
    let app = App::start(&settings, public_url.clone()).await?;
    node::remember_url(&settings.data_dir, &public_url)?;
    app.make_keys();
    let stop = app.stop.clone();
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        stop.cancel();
    });
    app.serve_chats();
    ready(&format!("ready http://{listening}"))?;
    app.serve(listener).await;
    app.shutdown().await;
    Ok(())
}

/// The line that scripts wait for.
fn ready(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
