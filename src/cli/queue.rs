//! `eventos queue list`, `show` and `retry`: what the publisher left undone.

use std::io::Write as _;

use clap::{Subcommand, ValueEnum};
use uuid::Uuid;

use super::{Place, out};
use crate::app;
use crate::store::database::Tx;
use crate::store::queue_books::{self, Entry};
use crate::telemetry;

/// Items in one list.
const MOST: i64 = 500;

/// What is wanted.
#[derive(Subcommand)]
pub(super) enum Wish {
    /// Lists what waits and what was given up.
    List {
        /// Which items.
        #[arg(long, value_enum, default_value_t = State::Open)]
        state: State,
        #[command(flatten)]
        place: Place,
    },
    /// Shows one item.
    Show {
        /// Its id.
        id: Uuid,
        #[command(flatten)]
        place: Place,
    },
    /// Tries an item again at once, with all its attempts ahead.
    Retry {
        /// Its id.
        id: Uuid,
        #[command(flatten)]
        place: Place,
    },
}

/// Which items.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum State {
    /// Not done yet.
    Open,
    /// Given up.
    Dead,
    /// Done.
    Done,
    /// All of them.
    All,
}

/// Does what is wanted.
pub(super) fn run(wish: Wish) -> anyhow::Result<()> {
    match wish {
        Wish::List { state, place } => answer(place, async |tx| list(tx, state).await),
        Wish::Show { id, place } => answer(place, async |tx| show(tx, id).await),
        Wish::Retry { id, place } => answer(place, async |tx| {
            anyhow::ensure!(queue_books::replay(tx, id).await?, "{id}: there is nothing to try again");
            Ok(vec![format!("{id} is tried again.")])
        }),
    }
}

fn answer(place: Place, work: impl AsyncFnOnce(&mut Tx) -> anyhow::Result<Vec<String>>) -> anyhow::Result<()> {
    let settings = place.settings(None)?;
    telemetry::init(settings.log.format, &settings.log.filter)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let lines = runtime.block_on(app::as_server(&settings, work))?;
    let mut out = out::open();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

async fn list(tx: &mut Tx, state: State) -> anyhow::Result<Vec<String>> {
    let name = state.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let depth = queue_books::depth(tx).await?;
    let mut lines: Vec<String> = queue_books::list(tx, &name, MOST).await?.iter().map(line).collect();
    lines.push(format!("{} open (oldest {} s), {} dead", depth.open, depth.oldest_s, depth.dead));
    Ok(lines)
}

async fn show(tx: &mut Tx, id: Uuid) -> anyhow::Result<Vec<String>> {
    let found = queue_books::show(tx, id).await?;
    let (entry, knows) = found.ok_or_else(|| anyhow::anyhow!("{id}: there is no such item"))?;
    let more = format!("attempts {}, due {}, payload: {}", entry.attempts, entry.next_retry_at, knows.join(", "));
    Ok(vec![line(&entry), more])
}

fn line(entry: &Entry) -> String {
    let why = entry.last_error.as_deref().unwrap_or("-");
    format!("{}\t{}\t{}\tretries {}\t{}\t{why}", entry.id, entry.kind, entry.state, entry.retry_count, entry.created_at)
}
