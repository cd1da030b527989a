//! A running channel, the platform and a scripted wizard.

use std::sync::Arc;
use std::time::{Duration, Instant};

use discord::{Discord, Endpoint, Mode, Options, Timing};
use discord_peer::{Fake, TOKEN};
use port::Channel;
use port::contract::{Script, Taken};
use secrecy::SecretString;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long something is waited for that comes, however slow the machine is.
pub(crate) const PATIENCE: Duration = Duration::from_mins(4);

pub(crate) fn timing() -> Timing {
    Timing {
        first_glimpse: Duration::from_millis(50),
        pace: Duration::from_millis(100),
        heartbeat_patience: Duration::from_secs(2),
        longest_silence: Duration::from_secs(4),
        retry: Duration::from_millis(20),
    }
}

pub(crate) fn options(fake: &Fake) -> Options {
    Options {
        token: SecretString::from(TOKEN),
        mode: Mode::Gateway,
        endpoint: Endpoint::Resolved { to: fake.api, authority: fake.authority.clone() },
        timing: timing(),
    }
}

/// A channel that runs.
pub(crate) struct Scene {
    pub(crate) fake: Fake,
    pub(crate) channel: Arc<Discord>,
    pub(crate) script: Script,
    pub(crate) taken: UnboundedReceiver<Taken>,
    pub(crate) stop: CancellationToken,
    pub(crate) running: JoinHandle<Result<(), port::ChannelError>>,
}

impl Scene {
    /// Connected, and ready to be talked to.
    pub(crate) async fn start() -> Self {
        let fake = Fake::start().await;
        let (script, taken) = Script::new();
        let channel = Arc::new(Discord::new(options(&fake)).unwrap());
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let (channel, script, stop) = (Arc::clone(&channel), script.clone(), stop.clone());
            async move { channel.run(Arc::new(script), stop).await }
        });
        let scene = Self { fake, channel, script, taken, stop, running };
        scene.until("connected", Fake::connected).await;
        scene
    }

    /// Waits until this holds.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Fake) -> bool) {
        until(&self.fake, what, holds).await;
    }

    /// What was handed to the wizard next.
    pub(crate) async fn next(&mut self) -> Taken {
        tokio::time::timeout(PATIENCE, self.taken.recv()).await.expect("nothing was handed in").unwrap()
    }

    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.running.await.unwrap().unwrap();
    }
}

/// Waits until this holds.
pub(crate) async fn until(fake: &Fake, what: &str, holds: impl Fn(&Fake) -> bool) {
    let begun = Instant::now();
    while !holds(fake) {
        assert!(
            begun.elapsed() < PATIENCE,
            "in vain: {what}; {:#?}",
            fake.log().iter().rev().take(8).collect::<Vec<_>>()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
