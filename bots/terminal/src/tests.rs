//! The terminal as a person and as a script see it.

mod hands;
mod keyboard;
mod script;

use std::sync::Arc;

use port::contract::{Answer, Script, Taken};
use port::{Card, Channel, Choice, Confirmation, Line, Progress, Reply, SessionChoice, Source};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{Options, Terminal};
use hands::Screen;

fn options() -> Options {
    Options {
        email: None,
        start: SessionChoice::Current,
        interactive: false,
        run: "run".to_owned(),
        interrupts: Arc::new(Notify::new()),
    }
}

/// Runs the terminal over this input to its end: what it printed, and what the door was given.
async fn played(input: impl AsRef<[u8]>, answers: Vec<Answer>, options: Options) -> (String, Vec<Taken>) {
    let (script, mut taken) = Script::new();
    for answer in answers {
        script.push(answer);
    }
    let screen = Screen::default();
    let input = std::io::Cursor::new(input.as_ref().to_vec());
    let terminal = Terminal::new(input, screen.clone(), options);
    terminal.run(Arc::new(script), CancellationToken::new()).await.unwrap();
    let mut given = Vec::new();
    while let Ok(message) = taken.try_recv() {
        given.push(message);
    }
    (screen.text(), given)
}

fn said(text: &str) -> Answer {
    Answer::Now(vec![Reply::Said(text.to_owned()), Reply::Done])
}

fn answered(replies: Vec<Reply>) -> Answer {
    Answer::Soon(replies.into_iter().chain([Reply::Done]).collect())
}

fn delta(text: &str) -> Reply {
    Reply::Delta(text.to_owned())
}

fn suggestions() -> Reply {
    let choice = |id: &str, label: &str, detail: Option<&str>| Choice {
        id: id.to_owned(),
        label: label.to_owned(),
        detail: detail.map(str::to_owned),
    };
    Reply::Suggestions(vec![choice("v1", "Town hall", Some("80 seats")), choice("v2", "Old barn", None)])
}

fn progress() -> Reply {
    Reply::Progress(Progress {
        stage: 2,
        title: "Place".to_owned(),
        percent: 30,
        remaining_s: 90,
        language: "en".to_owned(),
    })
}

fn card() -> Card {
    let line = |label: &str, value: &str, source| Line { label: label.to_owned(), value: value.to_owned(), source };
    Card {
        title: "Jazz night".to_owned(),
        lines: vec![line("When", "Friday, 18:00", Source::Said), line("Seats", "80", Source::Inferred)],
        missing: Vec::new(),
        language: "en".to_owned(),
    }
}

fn question() -> Reply {
    Reply::Confirm(Confirmation {
        revision: 7,
        purpose: port::Purpose::Publish,
        token: "tok".to_owned(),
        card: card(),
        url: "https://events.example/e/jazz".to_owned(),
        warnings: vec!["Tickets are free.".to_owned()],
    })
}

fn published() -> Reply {
    Reply::Published {
        title: "Jazz night".to_owned(),
        url: "https://events.example/e/jazz".to_owned(),
        language: "en".to_owned(),
    }
}
