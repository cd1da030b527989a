//! The wizard in a terminal: the smallest channel, the one to copy.
//!
//! Lines in, text out. `inbound` makes messages of lines, `render` makes text of replies, `talk` holds the conversation.
//! At a keyboard there are a prompt and bold and dim text; in a script there is plain text only, and the end of the input is
//! the end of the conversation.

mod inbound;
mod render;
mod talk;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use port::{Capabilities, Channel, ChannelError, Door, SessionChoice};
use tokio::io::{AsyncBufRead, AsyncWrite};
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;

use talk::Talk;

/// The channel's name, as in [`port::Chat::channel`].
pub const NAME: &str = "terminal";

/// How this run of the terminal is meant.
#[derive(Debug, Clone)]
pub struct Options {
    /// Acts as the user with this address; otherwise as the local organizer.
    pub email: Option<String>,
    /// Which session to begin with.
    pub start: SessionChoice,
    /// Somebody sits at a keyboard: a prompt, bold and dim text.
    pub interactive: bool,
    /// What no other run has: it makes this run's message ids unique.
    pub run: String,
    /// Ctrl-C, one `notify_one` each: stops the running turn; at the prompt, or the second time, ends the conversation.
    pub interrupts: Arc<Notify>,
}

/// The terminal as a channel, over any reader and writer.
#[derive(Debug)]
pub struct Terminal<R, W> {
    ends: Mutex<(R, W)>,
    options: Options,
}

impl<R, W> Terminal<R, W> {
    /// A terminal that reads lines from `input` and writes to `output`.
    pub fn new(input: R, output: W, options: Options) -> Self {
        Self { ends: Mutex::new((input, output)), options }
    }
}

#[async_trait]
impl<R, W> Channel for Terminal<R, W>
where
    R: AsyncBufRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { max_text: None, streams: true, buttons: false, redelivers: false }
    }

    async fn run(&self, door: Arc<dyn Door>, stop: CancellationToken) -> Result<(), ChannelError> {
        let mut ends = self.ends.lock().await;
        let (input, output) = &mut *ends;
        let ended = Talk::new(&self.options, door, stop, output).run(input).await;
        ended.map_err(|error| ChannelError { channel: NAME, reason: error.to_string() })
    }
}
