//! Where mails go: to a mail server by SMTP, or without one into the folder `outbox`, a file each.
//!
//! Promises: a mail is handed over within its time, however slowly the server answers, and on a connection of its own: one
//! that was given up in the middle would answer the next mail with what was meant for this one; an attempt that is repeated
//! carries the same Message-ID, and overwrites the same file; a file is whole or not there.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::address::AddressError;
use lettre::message::{Mailbox as Sender, MultiPart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;

use super::Options;
use super::email::Letter;
use super::error::{StartError, Trouble};

/// Who mails are from while no server sends them.
const NOBODY: &str = "EventOS <eventos@localhost>";
const TOO_SLOW: &str = "the mail server took too long";
/// The server does not take our login: the operator's matter, not the mail's (RFC 4954).
const LOGIN_REFUSED: &[u16] = &[530, 534, 535, 538];

/// Where mails go.
#[derive(Debug)]
pub(crate) struct Mailbox {
    from: Sender,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Server { transport: AsyncSmtpTransport<Tokio1Executor>, timeout: Duration },
    Folder(PathBuf),
}

impl Mailbox {
    pub(super) fn open(options: &Options) -> Result<Self, StartError> {
        let from = if options.mail_from.is_empty() { NOBODY } else { &options.mail_from };
        let from = from.parse::<Sender>().map_err(|error: AddressError| StartError::new("MAIL_FROM", &error))?;
        let Some(url) = &options.smtp_url else {
            return Ok(Self { from, way: Way::Folder(options.data_dir.join("outbox")) });
        };
        if options.mail_from.is_empty() {
            return Err(StartError::new("MAIL_FROM", &"a mail server needs to know who the mails are from"));
        }
        let timeout = Duration::from_secs(options.mail_timeout_s);
        // The address may carry a password: the reason alone is shown.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map_err(|_| {
                StartError::new("SMTP_URL", &"this is no address such as smtps://user:password@mail.example.com")
            })?
            .timeout(Some(timeout))
            .build();
        Ok(Self { from, way: Way::Server { transport, timeout } })
    }

    /// What stands behind the @ of our Message-IDs.
    pub(super) fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// Whether the mail server is there and takes our login: connects, says who we are, and leaves. `None`: mails go into a folder.
    pub(super) async fn greet(&self, within: Duration) -> Option<Result<(), String>> {
        let Way::Server { transport, .. } = &self.way else { return None };
        Some(match tokio::time::timeout(within, transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("the mail server hung up".to_owned()),
            Ok(Err(error)) => Err(refused(&error).to_string()),
            Err(_) => Err(TOO_SLOW.to_owned()),
        })
    }

    /// Hands a mail over.
    pub(super) async fn post(&self, letter: &Letter, now: Timestamp) -> Result<(), Trouble> {
        let message = self.message(letter, now)?;
        match &self.way {
            Way::Server { transport, timeout } => {
                // The library's own limit is per command, and a server that drips is within it for ever.
                match tokio::time::timeout(*timeout, transport.send(message)).await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) => Err(refused(&error)),
                    Err(_) => Err(Trouble::retry(TOO_SLOW)),
                }
            }
            Way::Folder(folder) => {
                let (folder, file, bytes) = (folder.clone(), letter.file.clone(), message.formatted());
                let written = tokio::task::spawn_blocking(move || put(&folder, &file, &bytes)).await;
                let reason = match written {
                    Ok(Ok(())) => return Ok(()),
                    Ok(Err(error)) => error.to_string(),
                    Err(error) => error.to_string(),
                };
                Err(Trouble::retry(format!("the outbox folder cannot be written: {reason}")))
            }
        }
    }

    fn message(&self, letter: &Letter, now: Timestamp) -> Result<Message, Trouble> {
        let to = letter.to.parse::<Address>();
        let to = to.map_err(|error| Trouble::fail(format!("nobody can be written to there: {error}")))?;
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        Message::builder()
            .from(self.from.clone())
            .to(to.into())
            .subject(letter.subject.clone())
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
            .message_id(Some(format!("<{}>", letter.message_id)))
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
            .map_err(|error| Trouble::fail(format!("the mail cannot be written: {error}")))
    }
}

/// What a failed sending means. A connection that was dropped may have taken the mail: it is sent again under the same
/// Message-ID, by which the reader's server knows it.
fn refused(error: &lettre::transport::smtp::Error) -> Trouble {
    // The server's own words often repeat the address: its code says enough.
    let code = error.status().map(|code| code.to_string());
    let why = match &code {
        Some(code) => format!("the mail server answered {code}"),
        None if error.is_timeout() => TOO_SLOW.to_owned(),
        None => "the mail server cannot be reached, or hung up".to_owned(),
    };
    let login = code.and_then(|code| code.parse::<u16>().ok()).is_some_and(|code| LOGIN_REFUSED.contains(&code));
    if error.is_permanent() && !login { Trouble::fail(why) } else { Trouble::retry(why) }
}

/// Writes a file, whole or not at all; the same name again replaces it.
fn put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!(".{name}.{}", std::process::id()));
    // It may hold a link that signs somebody in.
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, folder.join(format!("{name}.eml")))
}
