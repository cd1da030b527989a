//! `eventos chat`: the wizard in this terminal.

use std::io::IsTerminal;
use std::sync::Arc;

use port::{Channel, SessionChoice};
use terminal::{Options, Terminal};
use tokio::io::{BufReader, stdin, stdout};
use tokio::sync::Notify;

use crate::app::App;
use crate::domain::clock::{Ids, RandomIds};
use crate::settings::Settings;
use crate::telemetry;

/// Talks until the end of input.
pub(super) fn run(settings: Settings, email: Option<String>, new: bool, resume: Option<String>) -> anyhow::Result<()> {
    // A conversation is no place for a log; whoever wants one asks for it with RUST_LOG.
    let quiet = settings.log.filter == Settings::default_filter();
    telemetry::init(settings.log.format, if quiet { "off" } else { &settings.log.filter })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(chat(settings, email, new, resume));
    // A terminal read cannot be cancelled; it must not hold up the end.
    runtime.shutdown_background();
    result
}

async fn chat(settings: Settings, email: Option<String>, new: bool, resume: Option<String>) -> anyhow::Result<()> {
    let app = App::start(&settings, settings.public_url(settings.server.listen_addr)).await?;
    let start = match (resume, new) {
        (Some(id), _) => SessionChoice::Id(id),
        (None, true) => SessionChoice::New,
        (None, false) => SessionChoice::Current,
    };
    let interactive = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let interrupts = Arc::new(Notify::new());
    let pressed = interrupts.clone();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            pressed.notify_one();
        }
    });
    let options = Options { email, start, interactive, run: RandomIds.token(), interrupts };
    let channel = Terminal::new(BufReader::new(stdin()), stdout(), options);
    let result = channel.run(Arc::clone(&app.door), app.stop.clone()).await;
    app.shutdown().await;
    Ok(result?)
}
