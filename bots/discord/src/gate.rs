//! What is heard after an interruption waits here until it is known which chats have something to catch up with.
//!
//! Promises: what was missed is handed on before what comes, in every chat; while the store is away, the chats are asked for again until
//! they are known, and nothing is forgotten; whoever wants to stop something is not made to wait.

use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

use crate::heard::{Deed, Heard};
use crate::lane::{self, Chats, Lanes};

/// Open, unless it is looked which chats are to be read.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    looking: Option<AbortOnDropHandle<Chats>>,
    waiting: Vec<(Heard, Option<JoinHandle<()>>)>,
}

impl Gate {
    /// Something was missed.
    pub(crate) fn close(&mut self, lanes: &Lanes) {
        self.looking = Some(AbortOnDropHandle::new(tokio::spawn(lane::chats(lanes.talk()))));
    }

    /// Waits until it is known what to read; for ever where nothing was missed.
    pub(crate) async fn opens(&mut self) -> Chats {
        match &mut self.looking {
            // The look ends only with its result; one that was lost leads to no chats, and the next beginning looks anew.
            Some(looking) => looking.await.unwrap_or_default(),
            None => std::future::pending().await,
        }
    }

    /// First what was missed, then what waited.
    pub(crate) fn open(&mut self, chats: Chats, lanes: &Lanes) {
        self.looking = None;
        lanes.catch_up(chats);
        for (heard, acknowledged) in self.waiting.drain(..) {
            lanes.hear(heard, acknowledged);
        }
    }

    /// Something was heard.
    pub(crate) fn hear(&mut self, heard: Heard, acknowledged: Option<JoinHandle<()>>, lanes: &Lanes) {
        if self.looking.is_some() && heard.deed != Deed::Cancel {
            self.waiting.push((heard, acknowledged));
        } else {
            lanes.hear(heard, acknowledged);
        }
    }
}
