//! `eventos backup FILE` and `eventos restore FILE`: the private database in one file.

use std::path::Path;

use crate::app;
use crate::settings::Settings;
use crate::store::backup;
use crate::telemetry;

/// Writes the private database into a file.
pub(super) fn save(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    run(settings, async |superuser| Ok(backup::save(superuser, file).await?))?;
    super::say(&format!("Everything is in {}. Keep it safe: it holds your guests' data.", file.display()));
    Ok(())
}

/// Puts a backup into an empty folder.
pub(super) fn restore(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    let restored = run(settings, async |superuser| Ok(backup::restore(superuser, file).await?))?;
    super::say(&format!("{} is restored into {}.", file.display(), settings.data_dir.display()));
    for table in &restored.lacking {
        super::say(&format!("It lacks {}", lack(table)));
    }
    Ok(())
}

/// What it means that a file is of a program that did not keep this table yet.
fn lack(table: &str) -> String {
    let meaning = match table {
        "app.secrets" => {
            "the links to orders in mails that were sent before it was made open no more; with the old database at hand copy the rows over (docs/runbook.md)"
        }
        "app.reminded" => "guests who should have been reminded since it was made are not",
        _ => "it is empty now",
    };
    format!("{table}, which this program keeps: {meaning}.")
}

fn run<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(sqlx::postgres::PgConnectOptions) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    telemetry::init(settings.log.format, &settings.log.filter)?;
    anyhow::ensure!(
        settings.is_private(),
        "this keeps the private database; DATABASE_URL names a server of your own, whose backups are its own (pg_dump)"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(app::with_private_cluster(settings, work))
}
