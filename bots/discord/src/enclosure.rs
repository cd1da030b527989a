//! Pictures and voice messages that people send: fetched from the platform's own store of files, then taken to the wizard.
//!
//! A picture becomes the event's, and the words beside it are said with it; a voice message is taken in as it was recorded.

use std::sync::Arc;

use port::{Body, Form, PICTURE_BYTES, Recording, Refusal, VOICE_BYTES, VOICE_SECONDS};
use serde_json::Map;
use serenity::model::channel::Attachment;
use tokio::time::{Instant, sleep};

use crate::api::Fault;
use crate::heard::Heard;
use crate::inbound::chosen;
use crate::markup::escape;
use crate::message::Message;
use crate::talk::{SILENCE, Talk, sender};
use crate::words::Words;

/// A file that is beside a message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Enclosure {
    kind: Kind,
    url: String,
    mime: String,
    seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Picture,
    Voice,
}

impl Enclosure {
    /// The first file that is a picture or was spoken; others say nothing to us.
    pub(crate) fn of(attachments: &[Attachment]) -> Option<Self> {
        attachments.iter().find_map(|file| {
            let mime = file.content_type.as_deref().unwrap_or_default();
            let kind = match mime.split('/').next() {
                Some("image") => Kind::Picture,
                Some("audio") => Kind::Voice,
                _ => return None,
            };
            // A sound that was not recorded here has no length; its size bounds it.
            let seconds = file.duration_secs.unwrap_or_default().max(0.0).ceil();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
            let seconds = seconds as u32;
            Some(Self { kind, url: file.url.clone(), mime: mime.to_owned(), seconds })
        })
    }
}

impl Talk {
    /// Takes a file to the wizard; `false` as in [`Talk::take`].
    pub(crate) async fn enclosed(self: &Arc<Self>, heard: &Heard, file: &Enclosure, text: &str, words: Words) -> bool {
        let body = match file.kind {
            Kind::Picture => self.picture(heard, file, text, words).await,
            Kind::Voice => self.voice(file).await.map_err(|key| words.say(key)),
        };
        match body {
            Ok(body) => self.say(heard, &body, &chosen(heard.way.private, heard.way.channel), words).await,
            Err(why) => {
                self.respond(&heard.way, &Message::text(escape(&why))).await;
                true
            }
        }
    }

    async fn voice(&self, file: &Enclosure) -> Result<Body, &'static str> {
        if !self.door.hears() {
            return Err("no_voice");
        }
        if file.seconds > VOICE_SECONDS {
            return Err("long_voice");
        }
        match self.api.file(&file.url, VOICE_BYTES).await {
            Ok(bytes) => Ok(Body::Voice(Recording::new(&file.mime, file.seconds, &bytes))),
            Err(Fault::Refused(_)) => Err("long_voice"),
            Err(fault) => {
                tracing::warn!(action = "discord_file", error.code = "DISCORD_FILE", reason = fault.words());
                Err("bad_voice")
            }
        }
    }

    async fn picture(&self, heard: &Heard, file: &Enclosure, text: &str, words: Words) -> Result<Body, String> {
        let bytes = self.api.file(&file.url, PICTURE_BYTES).await.map_err(|fault| {
            tracing::warn!(action = "discord_file", error.code = "DISCORD_FILE", reason = fault.words());
            words.say("picture_lost")
        })?;
        let begun = Instant::now();
        loop {
            match self.door.keep_picture(&sender(heard), bytes.clone()).await {
                Ok(address) => {
                    let fields = Map::from_iter([("imageUrl".to_owned(), address.into())]);
                    let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                    return Ok(Body::Form(Form { fields, text, ..Form::default() }));
                }
                Err(Refusal::Unavailable) if begun.elapsed() < SILENCE => sleep(self.timing.retry).await,
                Err(Refusal::Unavailable) => return Err(words.say("picture_lost")),
                Err(refusal) => return Err(refusal.words(words.0)),
            }
        }
    }
}
