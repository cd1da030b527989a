//! The commands (docs/ARCHITECTURE.md names what scripts read of their output).

mod audit;
mod backup;
mod chat;
mod doctor;
mod import;
mod keys;
mod migrate;
mod out;
mod progress;
mod prompt;
mod queue;
mod serve;
mod token;
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
    /// Writes the audit log, a line of JSON for each entry, the oldest first.
    Audit {
        /// Only what happened since this moment, such as 2026-11-01 or 2026-11-01T12:00:00Z.
        #[arg(long, value_name = "WHEN")]
        since: Option<String>,
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
    /// Puts a backup into an empty folder (`--data-dir`).
    Restore {
        /// A file that `backup` wrote.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Reads lines of JSON, `{"id","text","reference"}` with the local time of speaking, and says what each text means.
    Understand {
        /// The lines are whole dialogues, `{"id","turns"}`, of which the events are told.
        #[arg(long)]
        dialogues: bool,
    },
    /// Says what works and what is missing.
    Doctor {
        /// Where `serve` is to listen.
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
        #[command(flatten)]
        place: Place,
    },
    /// Shows the keys of the API.
    Keys {
        /// Writes JSON: `{"url","anon_key","service_role_key"}`.
        #[arg(long, global = true)]
        json: bool,
        #[command(subcommand)]
        act: Option<KeysAct>,
        #[command(flatten)]
        place: Place,
    },
    /// Writes an access token for somebody; whoever has no account gets one.
    Token {
        /// Their address.
        #[arg(long)]
        email: String,
        /// What they become: organizer or attendee.
        #[arg(long, value_parser = ["organizer", "attendee"])]
        role: Option<String>,
        /// The per-user limits do not count them, for load tests.
        #[arg(long)]
        load_test: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Brings in venues that every organizer may be offered.
    Import {
        #[command(subcommand)]
        what: ImportWhat,
    },
    /// Shows what a language model would be told. Asks nobody.
    Prompt {
        /// The session.
        #[arg(long, value_name = "ID")]
        session: uuid::Uuid,
        /// Words that the organizer might say now, instead of their last message.
        #[arg(long, value_name = "TEXT")]
        words: Option<String>,
        /// Writes the messages as they are sent.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Lists what the publisher left undone, and tries it again.
    Queue {
        #[command(subcommand)]
        wish: queue::Wish,
    },
}

/// What can be done with keys.
#[derive(Subcommand)]
enum KeysAct {
    /// Makes new ones. The old ones hold for an hour more, so that nobody is thrown out.
    Rotate {
        /// The old ones hold no longer, for when somebody got hold of them.
        #[arg(long)]
        at_once: bool,
    },
}

/// Where the program keeps its things.
#[derive(Args, Default)]
struct Place {
    /// The folder of what must be kept: the private database, mails that no server sends.
    #[arg(long, value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// A file of settings; config/default.toml lists them.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

/// What can be brought in.
#[derive(Subcommand)]
enum ImportWhat {
    /// A table of venues, row by row; docs/runbook.md names its columns.
    Venues {
        /// The table, as CSV: commas, semicolons or tabs.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
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
        Command::Audit { since, place } => {
            place.settings(None).and_then(|settings| audit::run(&settings, since.as_deref()))
        }
        Command::Backup { file, place } => place.settings(None).and_then(|settings| backup::save(&settings, &file)),
        Command::Restore { file, place } => place.settings(None).and_then(|settings| backup::restore(&settings, &file)),
        Command::Understand { dialogues } => understand::run(dialogues),
        Command::Doctor { listen, place } => place.settings(listen).and_then(|settings| doctor::run(&settings)),
        Command::Keys { json, act, place } => place.settings(None).and_then(|settings| {
            let rotate = act.map(|KeysAct::Rotate { at_once }| keys::Rotation { at_once });
            keys::run(&settings, rotate.as_ref(), json)
        }),
        Command::Token { email, role, load_test, place } => {
            place.settings(None).and_then(|settings| token::run(&settings, &email, role.as_deref(), load_test))
        }
        Command::Queue { wish } => queue::run(wish),
        Command::Prompt { session, words, json, place } => {
            place.settings(None).and_then(|settings| prompt::run(&settings, session, words, json))
        }
        Command::Import { what: ImportWhat::Venues { file, place } } => {
            place.settings(None).and_then(|settings| import::venues(&settings, &file))
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if out::is_unread(&error) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("eventos: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// One line for the person at the terminal.
#[expect(clippy::print_stderr, reason = "a command's words to its user")]
fn say(line: &str) {
    eprintln!("{line}");
}
