//! The commands (docs/ARCHITECTURE.md names what scripts read of their output).

mod backup;
mod chat;
mod migrate;
mod queue;
mod serve;
mod understand;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::settings::{Overrides, Settings};

#[derive(Parser)]
#[command(name = "eventos", version, about = "Make a publication-ready event by talking.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves everything: pages, API, bots.
    Serve {
        /// Where to listen, such as 127.0.0.1:8080; port 0 takes any free one.
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
        #[command(flatten)]
        place: Place,
    },
    /// Talks with the wizard here in the terminal.
    Chat {
        /// Acts as the person with this address.
        #[arg(long)]
        email: Option<String>,
        /// Begins a new event instead of going on with the last one.
        #[arg(long, conflicts_with = "resume")]
        new: bool,
        /// Goes on with this draft.
        #[arg(long, value_name = "ID")]
        resume: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Brings the database's schema up to date.
    Migrate {
        #[command(flatten)]
        place: Place,
    },
    /// Writes the private database into one file.
    Backup {
        /// The file to write.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Puts a backup into an empty folder.
    Restore {
        /// A file that `backup` wrote.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Reads JSON lines and says what each text means.
    Understand,
    /// Says what works and what is missing (not built yet).
    Doctor(Later),
    /// Local keys (not built yet).
    Keys(Later),
    /// A signed access token (not built yet).
    Token(Later),
    /// Imports venues (not built yet).
    Import(Later),
    /// What a model would be sent (not built yet).
    Prompt(Later),
    /// What the publisher left undone, and once more.
    Queue {
        #[command(subcommand)]
        wish: queue::Wish,
    },
}

/// Where the program keeps its things.
#[derive(Args, Default)]
struct Place {
    /// What must be kept: the private database.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A file of settings; config/default.toml lists them.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The words of a command that a later version understands.
#[derive(Args)]
struct Later {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<String>,
}

impl Place {
    fn settings(self, listen_addr: Option<SocketAddr>) -> anyhow::Result<Settings> {
        let overrides = Overrides { listen_addr, data_dir: self.data_dir };
        Ok(Settings::load(self.config.as_deref(), &overrides)?)
    }
}

/// Runs the command of this process's arguments.
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve { listen, place } => place.settings(listen).and_then(serve::run),
        Command::Chat { email, new, resume, place } => {
            place.settings(None).and_then(|settings| chat::run(settings, email, new, resume))
        }
        Command::Migrate { place } => place.settings(None).and_then(|settings| migrate::run(&settings)),
        Command::Backup { file, place } => place.settings(None).and_then(|settings| backup::save(&settings, &file)),
        Command::Restore { file, place } => place.settings(None).and_then(|settings| backup::restore(&settings, &file)),
        Command::Understand => understand::run(),
        Command::Queue { wish } => queue::run(wish),
        Command::Doctor(later)
        | Command::Keys(later)
        | Command::Token(later)
        | Command::Import(later)
        | Command::Prompt(later) => not_built(&later),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("eventos: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn not_built(later: &Later) -> anyhow::Result<()> {
    let words = later.rest.join(" ");
    anyhow::bail!(
        "this command is not built yet{}",
        if words.is_empty() { String::new() } else { format!(" (asked for: {words})") }
    )
}

/// One line for the person at the terminal.
#[expect(clippy::print_stderr, reason = "a command's words to its user")]
fn say(line: &str) {
    eprintln!("{line}");
}
