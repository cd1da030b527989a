//! A keyboard and a screen for tests, and the contract that every channel passes.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use port::contract::{Person, check};
use port::{Choice, Command};
use tokio::io::{AsyncWrite, AsyncWriteExt, BufReader, DuplexStream, duplex};

use super::options;
use crate::{Options, Terminal};

/// How long something is waited for that comes, however slow the machine is.
const PATIENCE: Duration = Duration::from_mins(4);

/// Keeps what is written to it.
#[derive(Clone, Default)]
pub(super) struct Screen(Arc<Mutex<Vec<u8>>>);

impl Screen {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Waits until this stands on it, so often.
    pub(super) async fn shows(&self, words: &str, times: usize) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.text().matches(words).count() == times {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{words:?} is not there {times} times: {:?}", self.text());
    }
}

impl AsyncWrite for Screen {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A person at the keyboard.
pub(super) struct Hands {
    pub(super) keys: DuplexStream,
    pub(super) screen: Screen,
}

/// A terminal and the person in front of it.
pub(super) fn seated(options: Options) -> (Terminal<BufReader<DuplexStream>, Screen>, Hands) {
    let (keys, typed) = duplex(1 << 16);
    let screen = Screen::default();
    (Terminal::new(BufReader::new(typed), screen.clone(), options), Hands { keys, screen })
}

#[async_trait]
impl Person for Hands {
    async fn open(&mut self) {}

    async fn say(&mut self, text: &str) {
        self.keys.write_all(format!("{text}\n").as_bytes()).await.unwrap();
    }
    async fn pick(&mut self, number: usize, _choice: &Choice) {
        self.say(&number.to_string()).await;
    }
    async fn confirm(&mut self) {
        self.say("yes").await;
    }
    async fn decline(&mut self) {
        self.say("no").await;
    }
    async fn command(&mut self, command: Command) {
        self.say(&format!("/{command:?}").to_lowercase()).await;
    }
    fn messages(&self) -> Vec<String> {
        let styles = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m"];
        vec![styles.iter().fold(self.screen.text(), |text, style| text.replace(style, ""))]
    }
}

#[tokio::test]
async fn the_contract_holds_for_a_script() {
    let (terminal, mut hands) = seated(options());
    check(Arc::new(terminal), &mut hands).await;
}

#[tokio::test]
async fn the_contract_holds_at_a_keyboard() {
    let (terminal, mut hands) = seated(Options { interactive: true, ..options() });
    check(Arc::new(terminal), &mut hands).await;
}
