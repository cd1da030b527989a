//! The wizard in Telegram: the program, its database and the stand-in for Telegram, as people use them (PAINS P1, P6, P8 to P14, P22).

mod contract;
mod delivery;
mod groups;
mod judge;
mod linking;
mod others;
mod pictures;
mod restart;
mod summary;
mod voice;
mod words;

use std::time::{Duration, Instant};

use eventos::settings::Settings;
use eventos::store::cluster::Role;
use secrecy::SecretString;
use sqlx::Row as _;

use crate::harness::program::Program;
use crate::harness::{self, Database};
use crate::peers::telegram::{TOKEN, Telegram};

/// Somebody with a phone.
const ANN: i64 = 42;
/// Somebody else with one.
const BEN: i64 = 43;

/// A program whose bot is up.
struct Scene {
    database: Database,
    program: Program,
    telegram: Telegram,
}

impl Scene {
    async fn start() -> Self {
        let (database, telegram) = (harness::database().await, Telegram::start().await);
        Self::on(database, telegram).await
    }

    async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let (database, telegram) = (harness::database().await, Telegram::start().await);
        let program = program_with(&database, &telegram, change).await;
        Self { database, program, telegram }
    }

    /// One that Telegram calls.
    async fn start_called() -> Self {
        let (database, telegram) = (harness::database().await, Telegram::start().await);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let program = Program::start_at(&database, Some(url), |settings| {
            bot(settings, &telegram);
            settings.telegram.mode = "webhook".to_owned();
        })
        .await;
        let routes = program.app.http();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        program.app.serve_chats();
        Self { database, program, telegram }
    }

    async fn on(database: Database, telegram: Telegram) -> Self {
        let program = program(&database, &telegram).await;
        Self { database, program, telegram }
    }

    /// Stops the program and starts another on the same database.
    async fn restart(self) -> Self {
        self.program.stop().await;
        Self::on(self.database, self.telegram).await
    }

    /// Says this and waits for an answer that has these words.
    async fn hears(&self, text: &str, words: &str) {
        let before = self.telegram.messages(ANN).len();
        self.telegram.say(ANN, text);
        let answered =
            |telegram: &Telegram| telegram.texts(ANN).iter().skip(before).any(|answer| answer.contains(words));
        self.telegram.until(&format!("{text:?} is answered with {words:?}"), answered).await;
    }

    /// Waits until this many messages of the bot stand in the chat.
    async fn count(&self, messages: usize) {
        self.telegram.until(&format!("{messages} messages"), |telegram| telegram.messages(ANN).len() >= messages).await;
    }

    /// Waits until nothing waits to be delivered.
    async fn delivered(&self) {
        let begun = Instant::now();
        while begun.elapsed() < harness::PATIENCE {
            if self.number("select count(*) from outbox where state = 'pending'").await == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("answers still wait to be delivered");
    }

    async fn number(&self, query: &'static str) -> i64 {
        let mut conn = self.database.connect(Role::Bootstrap).await;
        sqlx::query(query).fetch_one(&mut conn).await.unwrap().get(0)
    }

    async fn run(&self, statement: &'static str) {
        let mut conn = self.database.connect(Role::Bootstrap).await;
        sqlx::query(statement).execute(&mut conn).await.unwrap();
    }

    async fn text(&self, query: &'static str) -> Option<String> {
        let mut conn = self.database.connect(Role::Bootstrap).await;
        sqlx::query(query).fetch_optional(&mut conn).await.unwrap().and_then(|row| row.get(0))
    }
}

fn bot(settings: &mut Settings, telegram: &Telegram) {
    settings.telegram_bot_token = Some(SecretString::from(TOKEN));
    settings.telegram.api_url = telegram.url().to_owned();
}

async fn program(database: &Database, telegram: &Telegram) -> Program {
    program_with(database, telegram, |_| {}).await
}

async fn program_with(database: &Database, telegram: &Telegram, change: impl FnOnce(&mut Settings)) -> Program {
    let program = Program::start_with(database, |settings| {
        bot(settings, telegram);
        change(settings);
    })
    .await;
    program.app.serve_chats();
    program
}
