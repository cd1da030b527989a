//! The program assembled on a test's own database, with a clock that the test turns.

use std::sync::Arc;

use eventos::app::{App, Parts};
use eventos::domain::clock::{FixedClock, RandomIds};
use eventos::settings::Settings;
use port::recorder::Recorder;
use port::{Door, Sender};

use super::Database;
use super::folder::Folder;

/// The moment at which tests begin: a Monday morning in Toronto.
pub(crate) const NOW: &str = "2026-11-23T15:00:00Z";

/// A running program.
pub(crate) struct Program {
    pub(crate) app: App,
    pub(crate) clock: Arc<FixedClock>,
    _folder: Folder,
}

impl Program {
    /// Starts on this database.
    pub(crate) async fn start(database: &Database) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// Starts on this database with other settings.
    pub(crate) async fn start_with(database: &Database, change: impl FnOnce(&mut Settings)) -> Self {
        Self::assemble(database, true, "http://events.test".to_owned(), Some("America/Toronto"), change).await
    }

    /// Starts on a machine that does not know where it stands.
    pub(crate) async fn start_nowhere(database: &Database) -> Self {
        Self::assemble(database, true, "http://events.test".to_owned(), None, |_| {}).await
    }

    /// Starts where people find it at this address, when one is given.
    pub(crate) async fn start_at(database: &Database, url: Option<String>, change: impl FnOnce(&mut Settings)) -> Self {
        let url = url.unwrap_or_else(|| "http://events.test".to_owned());
        Self::assemble(database, true, url, Some("America/Toronto"), change).await
    }

    /// Starts as on a server's database, where whoever gives no name is a guest.
    pub(crate) async fn start_public(database: &Database) -> Self {
        Self::assemble(database, false, "http://events.test".to_owned(), Some("America/Toronto"), |_| {}).await
    }

    async fn assemble(
        database: &Database,
        private: bool,
        public_url: String,
        local_zone: Option<&str>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let folder = Folder::new("test");
        let mut settings = Settings::defaults(folder.to_path_buf()).unwrap();
        // Tests talk faster than people; those of the limits set their own.
        settings.limits.ai_wizard = 0;
        // What is left for the publisher can be looked at; its own tests start it.
        settings.publisher.parallel = 0;
        // No turn is cut off for how slow the machine is; those of lateness set their own deadline.
        settings.wizard.turn_deadline_s = super::PATIENCE.as_secs();
        change(&mut settings);
        let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
        let parts = Parts {
            store: database.store().await,
            private,
            cluster: None,
            clock: clock.clone(),
            ids: Arc::new(RandomIds),
            public_url,
            local_zone: local_zone.map(str::to_owned),
        };
        Self { app: App::assemble(parts, &settings).await.unwrap(), clock, _folder: folder }
    }

    /// The way in.
    pub(crate) fn door(&self) -> Arc<dyn Door> {
        self.app.door.clone()
    }

    /// The person with this address, in a new session.
    pub(crate) fn organizer(&self, email: &str) -> Recorder {
        Recorder::new(self.door(), Sender::Local { email: Some(email.to_owned()) })
    }

    /// Somebody who gives no name, in a new session.
    pub(crate) fn nameless(&self) -> Recorder {
        Recorder::new(self.door(), Sender::Local { email: None })
    }

    /// Stops as a signal would.
    pub(crate) async fn stop(self) {
        self.app.shutdown().await;
    }
}
