//! A conversation at a terminal: one line, its whole answer, then the next line.
//!
//! What the door refuses changes nothing here: the session, the suggestions and the question before publishing stay as they
//! were, so that the same line can be sent again.

use std::io;
use std::mem;
use std::sync::Arc;

use port::{Body, Chat, Command, Door, Incoming, Refusal, Replies, Reply, Sender, SessionChoice, visible};
use tokio::io::{AsyncBufRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use crate::inbound::{COMMANDS, Line, Meaning, Pending, meaning, read_line};
use crate::render::Renderer;
use crate::{NAME, Options};

/// Whether the conversation goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Next,
    Leave,
}

pub(crate) struct Talk<'t, W> {
    options: &'t Options,
    door: Arc<dyn Door>,
    stop: CancellationToken,
    output: &'t mut W,
    renderer: Renderer,
    session: SessionChoice,
    /// The door has answered for `session`.
    met: bool,
    sent: u64,
    pending: Pending,
    published: bool,
}

impl<'t, W: AsyncWrite + Unpin + Send> Talk<'t, W> {
    pub(crate) fn new(options: &'t Options, door: Arc<dyn Door>, stop: CancellationToken, output: &'t mut W) -> Self {
        Self {
            options,
            door,
            stop,
            output,
            renderer: Renderer::new(options.interactive),
            session: options.start.clone(),
            met: false,
            sent: 0,
            pending: Pending::default(),
            published: false,
        }
    }

    /// Talks until the input ends, the person leaves or the program stops.
    pub(crate) async fn run(mut self, input: &mut (impl AsyncBufRead + Unpin + Send)) -> io::Result<()> {
        let mut then = self.turn(Body::Command(Command::Start), self.session.clone()).await?;
        while then == Then::Next {
            self.prompt().await?;
            let line = tokio::select! {
                biased;
                () = self.stop.cancelled() => Line::End,
                () = self.options.interrupts.notified() => Line::End,
                line = read_line(input) => line?,
            };
            then = match line {
                Line::Text(text) => self.heard(&text).await?,
                Line::NotUtf8 => {
                    self.note("That line is not UTF-8 text and was not taken in. Please send it again as UTF-8.")
                        .await?
                }
                Line::TooLong => {
                    self.note("That line is longer than 1 MB and was not taken in. Please send it in pieces.").await?
                }
                Line::End => {
                    // The next thing on a keyboard's screen begins on a line of its own.
                    let end = if self.options.interactive { "\n" } else { "" };
                    self.print(end).await?;
                    Then::Leave
                }
            };
        }
        self.farewell().await
    }

    async fn heard(&mut self, line: &str) -> io::Result<Then> {
        match meaning(line, &self.pending) {
            Meaning::Blank => Ok(Then::Next),
            Meaning::Quit => Ok(Then::Leave),
            Meaning::Unknown => self.note(&format!("I do not know that command. There are: {COMMANDS}")).await,
            Meaning::New => self.turn(Body::Command(Command::Start), SessionChoice::New).await,
            Meaning::Resume(id) => self.turn(Body::Command(Command::Start), SessionChoice::Id(id)).await,
            Meaning::Message(body) => {
                if body == Body::Command(Command::Help) {
                    self.note(COMMANDS).await?;
                }
                self.turn(body, self.session.clone()).await
            }
        }
    }

    /// Sends one message and shows its answer to the end.
    async fn turn(&mut self, body: Body, session: SessionChoice) -> io::Result<Then> {
        let opening = body == Body::Command(Command::Start);
        let (replies, incoming) = Replies::channel();
        self.sent += 1;
        let account = match &session {
            SessionChoice::Id(id) | SessionChoice::Onward(id) => id.clone(),
            SessionChoice::Current
            | SessionChoice::Latest
            | SessionChoice::New
            | SessionChoice::Thread(_)
            | SessionChoice::NewThread(_) => String::new(),
        };
        let id = self.message();
        let chat = Chat { channel: NAME, account, session };
        match self.door.accept(Incoming { id, from: self.sender(), chat, body, replies }).await {
            Err(refusal) => self.refused(&refusal, opening).await,
            Ok(accepted) => {
                let session = SessionChoice::Onward(accepted.session);
                if mem::replace(&mut self.session, session.clone()) != session {
                    self.published = false;
                }
                self.met = true;
                self.pending = Pending::default();
                if accepted.fresh {
                    self.answer(incoming).await
                } else {
                    self.note("I have that message already.").await
                }
            }
        }
    }

    async fn answer(&mut self, mut incoming: UnboundedReceiver<Reply>) -> io::Result<Then> {
        let mut stopping = false;
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return self.cut_short(Then::Leave).await,
                () = self.options.interrupts.notified() => {
                    if stopping || !self.options.interactive {
                        return self.cut_short(Then::Leave).await;
                    }
                    stopping = true;
                    self.stop_turn().await?;
                }
                reply = incoming.recv() => {
                    let Some(reply) = reply else {
                        self.cut_short(Then::Next).await?;
                        return self.note("The answer broke off. What was saved is safe: /summary shows it.").await;
                    };
                    self.remember(&reply);
                    let done = reply == Reply::Done;
                    let text = self.renderer.render(reply);
                    self.print(&text).await?;
                    if done {
                        return Ok(Then::Next);
                    }
                }
            }
        }
    }

    /// Keeps what the next line may refer to.
    fn remember(&mut self, reply: &Reply) {
        match reply {
            Reply::Suggestions(choices) => {
                self.pending.choices = choices.iter().map(|choice| choice.id.clone()).collect();
            }
            Reply::Confirm(asked) => self.pending.question = Some((asked.revision, asked.token.clone())),
            Reply::Published { .. } => self.published = true,
            Reply::Delta(_)
            | Reply::Said(_)
            | Reply::More(_)
            | Reply::Progress(_)
            | Reply::Draft(_)
            | Reply::Glance(_)
            | Reply::Trouble { .. }
            | Reply::State(_)
            | Reply::Done => {}
        }
    }

    /// The id of the last message that was sent.
    fn message(&self) -> String {
        format!("{}-{}", self.options.run, self.sent)
    }

    /// Asks for the end of the turn, which comes as any other.
    async fn stop_turn(&mut self) -> io::Result<()> {
        if let SessionChoice::Id(session) | SessionChoice::Onward(session) = &self.session
            && let Err(refusal) = self.door.stop(&self.sender(), session, Some(&self.message())).await
        {
            self.note(&format!("\n{refusal}")).await?;
        }
        Ok(())
    }

    async fn refused(&mut self, refusal: &Refusal, opening: bool) -> io::Result<Then> {
        let more = match refusal {
            Refusal::NotFound => " (/new does that.)",
            // It says so itself; an opening was not typed.
            Refusal::Unavailable | Refusal::Failed => "",
            _ if opening => "",
            _ => " (Your line was not taken in.)",
        };
        self.note(&format!("{refusal}{more}")).await
    }

    /// How to go on another time.
    async fn farewell(&mut self) -> io::Result<()> {
        let (SessionChoice::Id(session) | SessionChoice::Onward(session)) = &self.session else { return Ok(()) };
        if !self.met || self.published && !self.options.interactive {
            return Ok(());
        }
        let email = self.options.email.as_ref().map(|email| format!(" --email {email}")).unwrap_or_default();
        let line = format!("To go on: eventos chat --resume {session}{email}\n");
        self.print(&visible(&line)).await
    }

    async fn cut_short(&mut self, then: Then) -> io::Result<Then> {
        let text = self.renderer.cut_short();
        self.print(&text).await?;
        Ok(then)
    }

    async fn note(&mut self, words: &str) -> io::Result<Then> {
        let text = self.renderer.note(words);
        self.print(&text).await?;
        Ok(Then::Next)
    }

    async fn prompt(&mut self) -> io::Result<()> {
        self.print(if self.options.interactive { "> " } else { "" }).await
    }

    async fn print(&mut self, text: &str) -> io::Result<()> {
        self.output.write_all(text.as_bytes()).await?;
        self.output.flush().await
    }

    fn sender(&self) -> Sender {
        Sender::Local { email: self.options.email.clone() }
    }
}
